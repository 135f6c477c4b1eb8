"""What all tests share: hypothesis profiles and golden files."""

import difflib
import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# models this small gain nothing from threads, and lose much on a machine that is busy
os.environ.setdefault("OMP_NUM_THREADS", "1")

GOLDEN = Path(__file__).parent / "golden"

# CI must give the same verdict on the same code; a slow machine is no failure of the code
settings.register_profile(
    "ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept", action="store_true", help="write what the tests got into the golden files"
    )


NOT_TESTED = "NOT TESTED: "
"""How the reason of a skipped test begins that somebody should hear of."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what could not be tested here, which the s of a skipped test does not."""
    reasons = {
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", ())
        if isinstance(report.longrepr, tuple)
    }
    for reason in sorted(reason for reason in reasons if reason.startswith(NOT_TESTED)):
        terminalreporter.write_line(reason, yellow=True, bold=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """Compares text with the golden files of one test module.

    Args:
        folder: where its files lie, each as `<name>.txt`.
        accept: write the files instead of failing.
    """

    folder: Path
    accept: bool

    def __call__(self, text: str, *, name: str) -> None:
        path = self.folder / f"{name}.txt"
        wanted = path.read_text(encoding="utf-8") if path.is_file() else None
        if text == wanted:
            return
        if self.accept:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        where = f"golden/{self.folder.name}/{name}.txt"
        difference = difflib.unified_diff(
            _lines(wanted or ""), _lines(text), where, "this run", lineterm=""
        )
        state = "differs" if wanted is not None else "does not exist"
        pytest.fail(
            "\n".join([f"{where} {state}; if this run is right: pytest --accept", *difference]),
            pytrace=False,
        )


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    # without this, a file that lacks its last line end would differ invisibly
    lines[-1:] = [f"{lines[-1]}(no line end)"] if lines[-1] else []
    return lines


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Return `golden(text, name="…")`: text must equal golden/<module>/<name>.txt."""
    return Golden(folder=GOLDEN / request.path.stem, accept=request.config.getoption("--accept"))
