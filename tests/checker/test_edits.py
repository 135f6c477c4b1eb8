"""Edits that rules propose: made where the text is plain, and otherwise not at all."""

import pytest
from tests.checker.findings import finding

from rampup.checker.edits import called, replaced, swapped
from rampup.checker.finding import Edit
from rampup.checker.fixes import fixed
from rampup.checker.gather.script.worlds import NOTHING
from rampup.checker.script import Script


def script(text: str) -> Script:
    lines = tuple(text.split("\n"))
    return Script(path="train.py", lines=lines, objects={}, worlds=(NOTHING,))


def made(text: str, edits: tuple[Edit, ...]) -> str:
    return fixed(text, [finding(edits=edits, safe=True)])


def test_a_text_that_stands_in_a_line_once_is_replaced() -> None:
    text = "a = 1\nprint('é', s.get_lr())\n"
    edits = replaced(script(text), 2, ".get_lr()", ".get_last_lr()")
    assert made(text, edits) == "a = 1\nprint('é', s.get_last_lr())\n"


@pytest.mark.parametrize("line", ["s.get_lr(); t.get_lr()", "s.get_lr"])
def test_a_text_that_stands_there_twice_or_never_is_left(line: str) -> None:
    assert replaced(script(line), 1, ".get_lr()", ".get_last_lr()") == ()


@pytest.mark.parametrize("end", ["", "  # each update", "  "])
def test_a_statement_that_only_names_is_called(end: str) -> None:
    text = f"x = s.step\n    s.step{end}\n"
    assert made(text, called(script(text), "s.step")) == f"x = s.step\n    s.step(){end}\n"


@pytest.mark.parametrize(
    "text", ["s.step()", "s.steps", "s.step\ns.step", "f(s.step)", "s.step, 1", "t.s.step"]
)
def test_what_is_called_named_twice_or_used_is_left(text: str) -> None:
    assert called(script(text), "s.step") == ()


@pytest.mark.parametrize(("first", "second"), [(2, 3), (3, 2)])
def test_calls_that_follow_each_other_are_swapped(first: int, second: int) -> None:
    text = "if x:\n    s.step()  # rate\n    o.step(f)\ny = 1"
    edits = swapped(script(text), first, second)
    assert made(text, edits) == "if x:\n    o.step(f)\n    s.step()  # rate\ny = 1"


@pytest.mark.parametrize(
    "text",
    [
        "s.step()\nx = 1\no.step()",
        "if x:\n    s.step()\no.step()",
        "s.step()\nx = o.step()",
        "s.step(\n)\no.step()",
        "s.step(); x = 1\no.step()",
    ],
)
def test_other_lines_are_not_swapped(text: str) -> None:
    lines = text.split("\n")
    first = next(n for n, line in enumerate(lines, 1) if "s.step" in line)
    second = next(n for n, line in enumerate(lines, 1) if "o.step" in line)
    assert swapped(script(text), first, second) == ()
