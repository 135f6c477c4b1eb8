"""Each section of the report, drawn at two widths, against a golden file."""

import io
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console, RenderableType
from tests.report import events as e

from rampup.report import sections
from rampup.report.sections import number
from rampup.trace.record import End, Planned


def drawing(name: str, width: int) -> RenderableType:
    """Return one section of the run made by hand."""
    match name:
        case "heading":
            return sections.heading("Data flow [bold]")
        case "loading":
            return sections.stage(e.LOADING, width)
        case "preprocessing":
            return sections.stage(e.PREPROCESSING, width)
        case "warmup":
            return sections.stage(e.WARMUP, width)
        case "schedule":
            return sections.schedule(e.PLANNED, width)
        case "losses":
            return sections.losses(e.EPOCHS, width)
        case "baseline":
            return sections.baseline(e.BASELINE)
        case "prediction":
            return sections.prediction(e.PREDICTION, width)
        case _:
            return sections.insight(e.INSIGHT)


GOLDEN = [
    "heading-80", "heading-200",
    "loading-80", "loading-200",
    "preprocessing-80", "preprocessing-200",
    "warmup-80", "warmup-200",
    "schedule-80", "schedule-200",
    "losses-80", "losses-200",
    "baseline-80", "baseline-200",
    "prediction-80", "prediction-200",
    "insight-80", "insight-200",
]  # fmt: skip


def drawn(what: RenderableType, width: int) -> str:
    file = io.StringIO()
    Console(file=file, width=width, highlight=False).print(what)
    return "".join(f"{line.rstrip()}\n" for line in file.getvalue().splitlines())


@pytest.mark.parametrize("name", GOLDEN)
def test_a_section_looks_as_accepted(name: str, golden: Any) -> None:
    section, width = name.split("-")[0], int(name.split("-")[1])
    text = drawn(drawing(section, width), width)

    assert max(map(len, text.splitlines())) <= width
    golden(text, name=name)


@pytest.mark.parametrize(("name", "width"), [("epochs-80", 80), ("epochs-200", 200)])
def test_the_training_table_looks_as_accepted(name: str, width: int, golden: Any) -> None:
    """The header, the row before training, a ramp, a flat rate; observations below or beside."""
    rows = [
        sections.epoch_header(),
        sections.epoch(e.EPOCHS[0], e.OBSERVATIONS[:1], width),
        sections.epoch(e.EPOCHS[1], e.OBSERVATIONS, width),
        sections.epoch(e.EPOCHS[10], [], width),
    ]

    golden("".join(drawn(row, width) for row in rows), name=name)


@pytest.mark.parametrize("name", ["loading", "prediction", "insight"])
def test_markup_is_shown_not_obeyed(name: str) -> None:
    assert e.MARKUP in drawn(drawing(name, 200), 200)


def test_a_column_name_with_markup_is_shown() -> None:
    assert "[bold]size" in drawn(sections.stage(e.LOADING, 200), 200)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (e.END, "finished after 50 updates in 1.2 s\n"),
        (
            End(status="diverged", updates=1, reason="", seconds=0.04),
            "diverged after 1 update in 0.0 s\n",
        ),
        (
            End(status="failed", updates=0, reason="", seconds=9.96),
            "failed after 0 updates in 10.0 s\n",
        ),
    ],
)
def test_the_last_line(event: End, said: str) -> None:
    assert drawn(sections.end(event), 80) == said


@pytest.mark.parametrize(
    ("label", "said"),
    [("no", "   label no: wrong"), (e.MARKUP, f"   label {e.MARKUP}: right"), (None, "")],
)
def test_a_prediction_says_whether_it_is_right(label: str | None, said: str) -> None:
    event = replace(e.PREDICTION, label=label)
    line = drawn(sections.prediction(event, 200), 200).splitlines()[-1]

    assert line == f"row 7 → {e.MARKUP}   ({e.MARKUP}: 99.3%, no: 0.7%){said}"


def test_notes_of_a_prediction_are_shown() -> None:
    event = replace(e.PREDICTION, notes=[f"see {e.MARKUP}"])

    assert drawn(sections.prediction(event, 80), 80).endswith(f"note: see {e.MARKUP}\n")


@pytest.mark.parametrize("epochs", [1, 2, 30, 31, 200])
def test_the_table_of_rates_begins_and_ends_with_the_run(epochs: int) -> None:
    """However long; what it leaves out is marked, and no row comes twice."""
    rates = [{"epoch": n, "first": n / 1000, "last": n / 999} for n in range(1, epochs + 1)]
    event = replace(e.PLANNED, epochs=rates, updates=5 * epochs, peak_at=0)
    lines = drawn(sections.schedule(event, 80), 80).splitlines()
    table = lines[next(i for i, line in enumerate(lines) if line.startswith("epoch")) + 1 :]
    shown = [line.split()[0] for line in table]

    assert (shown[0], shown[-1]) == ("1", str(epochs))
    assert len(shown) == len(set(shown)) <= 31
    assert ("…" in shown) is (epochs > 30)


def test_equal_epochs_at_the_end_are_one_row() -> None:
    lines = drawn(sections.schedule(e.PLANNED, 80), 80).splitlines()[-7:]

    assert [line.split()[0] for line in lines] == ["1", "2", "3", "4", "5", "…", "10"]


def constant(rate: float) -> Planned:
    rows = [{"epoch": n, "first": rate, "last": rate} for n in (1, 2, 3)]
    return replace(e.PLANNED, text="hold", epochs=rows, peak=rate, peak_at=0, warmup=0, updates=15)


def test_a_constant_rate_is_drawn_at_its_height() -> None:
    lines = drawn(sections.schedule(constant(0.5), 80), 80).splitlines()

    assert lines[3].startswith("0.5┤")
    assert lines[3].count("⠉") + lines[3].count("⠒") + lines[3].count("⠤") > 20


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0.1 + 0.2, "0.3"),
        (1234567.0, "1.235e+06"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (12, "12"),
        (True, "True"),
        ("exactly 14 ch.", "exactly 14 ch."),
        ("one more than 14", "one more than…"),
        (e.MARKUP, e.MARKUP),
    ],
)
def test_a_cell_is_short(value: Any, text: str) -> None:
    assert number(value) == text
