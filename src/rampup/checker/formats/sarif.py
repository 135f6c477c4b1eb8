"""SARIF 2.1.0, which code hosts and editors read.

Format: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
"""

from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from rampup.checker.finding import Edit, Finding, Line, Place
from rampup.checker.rule import Rule

SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def sarif(
    findings: Sequence[Finding], rules: Iterable[Rule], *, version: str, failed: Sequence[str] = ()
) -> dict[str, Any]:
    """Return a SARIF log with one run.

    Args:
        findings: what was found.
        rules: the rules that were asked; those without a finding are listed too.
        version: version of rampup.
        failed: one sentence for each source that could not be checked.
    """
    rules = list(rules)
    index = {rule.code: at for at, rule in enumerate(rules)}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "rampup",
                        "version": version,
                        "rules": [_rule(rule) for rule in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": not failed,
                        "toolExecutionNotifications": [
                            {"level": "error", "message": {"text": text}} for text in failed
                        ],
                    }
                ],
                "results": [_result(one, index[one.code]) for one in findings],
            }
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.detects},
        "fullDescription": {"text": rule.matters},
        "help": {"text": rule.fix},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": [rule.word]},
    }


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.severity,
        "message": {"text": finding.message},
        "locations": [_location(finding.place)],
    }
    lines = [piece for piece in finding.evidence if isinstance(piece, Line)]
    if lines:
        result["relatedLocations"] = [
            {**_location(Place(path=one.path, line=one.line)), "message": {"text": one.says}}
            for one in lines
        ]
    if finding.fix.edits and finding.place.path:
        result["fixes"] = [
            {
                "description": {"text": finding.fix.text},
                "artifactChanges": [
                    {
                        "artifactLocation": {"uri": _uri(finding.place.path)},
                        "replacements": [_replacement(edit) for edit in finding.fix.edits],
                    }
                ],
            }
        ]
    return result


def _location(place: Place) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if place.path:
        physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(place.path)}}
        if place.line:
            physical["region"] = {"startLine": place.line}
            if place.column:
                physical["region"]["startColumn"] = place.column
        location["physicalLocation"] = physical
    named = [{"name": place.key}] if place.key else []
    if place.update is not None:
        named.append({"name": f"update {place.update}"})
    if named:
        location["logicalLocations"] = named
    return location


def _replacement(edit: Edit) -> dict[str, Any]:
    return {
        "deletedRegion": {
            "startLine": edit.line,
            "startColumn": edit.column,
            "endLine": edit.end_line,
            "endColumn": edit.end_column,
        },
        "insertedContent": {"text": edit.text},
    }


def _uri(path: str) -> str:
    found = PurePath(path)
    return found.as_uri() if found.is_absolute() else quote(found.as_posix())
