"""Annotations that GitHub Actions shows beside the lines of a pull request.

Format: docs.github.com, "Workflow commands for GitHub Actions".
"""

from collections.abc import Iterable
from typing import Final

from rampup.checker.finding import Finding, Severity

_COMMAND: Final[dict[Severity, str]] = {"error": "error", "warning": "warning", "note": "notice"}


def github(findings: Iterable[Finding]) -> str:
    """Return one workflow command per finding, each on its line.

    A finding without a file is shown with the run, its place in front of the message.
    """
    return "".join(f"{_command(one)}\n" for one in findings)


def _command(finding: Finding) -> str:
    place = finding.place
    spot = {
        "file": place.path,
        "line": place.line,
        "col": place.column,
        "title": f"{finding.code} {finding.name}",
    }
    properties = ",".join(f"{name}={_property(value)}" for name, value in spot.items() if value)
    where = "" if place.line else f"{place}: " if str(place) else ""
    return f"::{_COMMAND[finding.severity]} {properties}::{_data(where + _message(finding))}"


def _message(finding: Finding) -> str:
    return f"{finding.message}\n{finding.fix.text}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: object) -> str:
    return _data(str(value)).replace(":", "%3A").replace(",", "%2C")
