"""The page of a diff: as accepted, plain in a pipe, and it obeys no text of a trace."""

import io
from typing import Any

import pytest
from rich.console import Console
from tests.trace.compared import run_a, run_b

from rampup.report.differences import differences
from rampup.report.terminal import print_plain
from rampup.trace.diff import TraceDiff, diff


def shown(found: TraceDiff, width: int) -> str:
    file = io.StringIO()
    print_plain(Console(file=file, width=width, highlight=False), differences(found))
    return file.getvalue()


@pytest.mark.parametrize(("name", "width"), [("different-80", 80), ("different-200", 200)])
def test_two_runs_look_as_accepted(name: str, width: int, golden: Any) -> None:
    golden(shown(diff(run_a(), run_b()), width), name=name)


def test_no_difference_looks_as_accepted(golden: Any) -> None:
    golden(shown(diff(run_a(), run_a()), 80), name="equal-80")


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_a_pipe_gets_plain_text(width: int) -> None:
    text = shown(diff(run_a(), run_b()), width)

    assert "\x1b" not in text
    assert [line for line in text.split("\n") if line != line.rstrip()] == []
    assert max(map(len, text.split("\n"))) <= width


def test_text_of_a_trace_is_shown_and_not_obeyed() -> None:
    a = run_a()
    b = [*a]
    b[0] = run_b()[0]
    b[0].config["[bold]"] = "[blue]y[/blue]"

    words = " ".join(shown(diff(a, b), 120).split())
    assert "[bold] '[red]x[/red]' '[blue]y[/blue]'" in words
