"""The view prints a run as it happens, and the same facts to a pipe and to a terminal."""

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console
from tests.report import events as e

from rampup.report.terminal import View
from rampup.trace.record import Baseline, Event, Skipped

ESCAPE = "\x1b"


def shown(
    events: list[Event], width: int = 100, *, terminal: bool = False, folder: str | None = None
) -> str:
    file = io.StringIO()
    console = Console(file=file, width=width, highlight=False, force_terminal=terminal)
    view = View(console, folder)
    for event in events:
        view(event)
    return file.getvalue()


@pytest.mark.parametrize(("name", "width"), [("run-80", 80), ("run-200", 200)])
def test_a_piped_run_looks_as_accepted(name: str, width: int, golden: Any) -> None:
    golden(shown(e.whole_run(), width, folder="runs/x"), name=name)


@pytest.mark.parametrize("width", [60, 80, 100, 149, 150, 200, 300])
def test_a_pipe_gets_plain_text(width: int) -> None:
    """No escape codes, no trailing blanks, nothing wider than asked."""
    text = shown(e.whole_run(), width)

    assert ESCAPE not in text
    assert "\r" not in text
    assert [line for line in text.split("\n") if line != line.rstrip()] == []
    assert max(map(len, text.split("\n"))) <= width


def test_the_sections_come_in_the_order_of_the_job() -> None:
    text = shown(e.whole_run(), folder="runs/x")
    marks = [
        "Data flow ─", "1  data loading", "2  preprocessing", "4  warmup schedule", "Schedule ─",
        "planned rate by update", "Training ─", "epoch            rate used", "0.0250",
        "loss after each epoch", "Baseline: the same seeds without warmup ─",
        "Prediction of a held-out row ─", "Key insight", "finished after 50 updates",
        "kept in runs/x",
    ]  # fmt: skip
    places = [text.index(mark) for mark in marks]

    assert places == sorted(places)


def test_an_epoch_is_printed_with_its_observations() -> None:
    """Those that follow it, and not those of the epoch before."""
    first, second = e.OBSERVATIONS
    text = shown([e.HEADER, e.PLANNED, e.EPOCHS[0], first, e.EPOCHS[1], second, e.EPOCHS[2], e.END])
    table = text[text.index("Training ─") :].splitlines()[2:]

    assert [line.strip() for line in table[1:6:2]] == [first.sentence, second.sentence, ""]


def test_a_run_that_ends_early_shows_what_it_has() -> None:
    """The last epoch is not lost, and no chart of a whole run is claimed."""
    end = replace(e.END, status="diverged", updates=12)
    text = shown([e.HEADER, e.PLANNED, *e.EPOCHS[:3], end])

    assert re.search(r"^    2 .* 0\.5000 ", text, re.MULTILINE)
    assert "loss after each epoch" not in text
    assert text.endswith("diverged after 12 updates in 1.2 s\n")


def test_without_a_baseline_there_is_no_such_section() -> None:
    header = replace(e.HEADER, config={"baseline": {"seeds": 0}})
    rest = [event for event in e.whole_run()[1:] if not isinstance(event, Baseline)]

    assert "Baseline" not in shown([header, *rest])


def words(text: str) -> list[str]:
    """Return the words of a text, without escape codes and progress bars."""
    lines = re.split(r"[\r\n]", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text))
    return [word for line in lines if "━" not in line for word in line.split()]


def test_a_terminal_gets_the_same_words() -> None:
    """In colour, with a bar that is gone in the end and a cursor that is back."""
    plain, coloured = shown(e.whole_run()), shown(e.whole_run(), terminal=True)

    assert ESCAPE in coloured
    assert "━" in coloured
    assert words(coloured) == words(plain)
    assert coloured.count("\x1b[?25l") == coloured.count("\x1b[?25h") == 2


def test_what_is_said_of_the_whole_run_stands_at_its_end() -> None:
    """And so does what is said of updates behind the last epoch."""
    first, second = e.OBSERVATIONS
    whole = replace(first, rule="warmup-share", sentence="warmup took 5 of 5 updates")
    text = shown(
        [e.HEADER, *e.EPOCHS[:2], first, Skipped(k=5, reason="an overflow"), second, whole, e.END]
    )

    assert text[text.index("Observations") :].splitlines()[1:3] == [
        f"  · {second.sentence}",
        "  · warmup took 5 of 5 updates",
    ]
    assert text.count(first.sentence) == text.count(second.sentence) == 1


def test_a_plan_without_epochs_is_told_in_words() -> None:
    """A scheduler of torch says neither how long the run is nor how long an epoch."""
    plan = replace(e.PLANNED, updates=0, updates_per_epoch=0, epochs=[], warmup=5, peak=0.5)
    text = shown([e.HEADER, plan, *e.EPOCHS[:2]])

    assert f"\nplanned peak 0.5 from update {plan.peak_at} on, 5 updates of warmup\n" in text
    assert "planned rate by update" not in text
