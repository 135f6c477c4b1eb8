"""Several runs side by side: what `diff` finds between the first and each other one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.report import events as e
from tests.report.page.conftest import kept, page_of, tree
from tests.trace.compared import run_a, run_b
from tests.trace.rules import made

from rampup.report.page.compare import MOST, Compared, Part, compare
from rampup.trace.diff import diff
from rampup.trace.record import Event
from rampup.trace.story import story_of

PLAN = e.PLANNED.text


def found(*runs: list[Event]) -> Compared:
    letters = "ABC"[: len(runs)]
    return compare([story_of(run, f"run {n}") for n, run in enumerate(runs)], letters)


def part(compared: Compared, title: str) -> Part:
    [one] = [one for one in compared.parts if one.title == title]
    return one


def rows(compared: Compared, title: str) -> dict[str, list[Any]]:
    table = part(compared, title).table
    assert table is not None
    return {str(name): cells for name, *cells in table.rows}


def test_all_that_a_diff_finds_is_told() -> None:
    """Sentences with the letters of the runs; of settings, results and surroundings a row each."""
    compared, wanted = found(run_a(), run_b()), diff(run_a(), run_b())
    said = [one for part in compared.parts for _, some in part.lists for one in some]
    tables = [part.table for part in compared.parts if part.table is not None]
    told = [str(row[0]) for table in tables for row in table.rows]
    in_tables = [one for one in wanted.differences if one.part in ("config", "final")]
    in_tables += wanted.surroundings
    assert sorted(told) == sorted(one.name for one in in_tables)
    lower = [one.replace(" in A", " in a").replace(" in B", " in b").replace("in A o", "in a o")
             for one in said]  # fmt: skip
    assert lower == [one.sentence for one in wanted.differences if one not in in_tables]
    assert compared.verdicts == [("25 differences between A and B.", False)]


def test_equal_runs_are_said_to_be_equal() -> None:
    compared = found(run_a(), run_a())
    assert compared.verdicts == [("No difference: A and B are the same, to the last bit.", True)]
    assert compared.parts == []


def test_a_table_has_a_column_for_each_run() -> None:
    """A run that does not differ from the first one has its value."""
    third = [replace(run_a()[0], config={**run_a()[0].config, "seed": 7}), *run_a()[1:]]  # type: ignore[attr-defined]
    compared = found(run_a(), run_b(), third)
    assert rows(compared, "Configuration") == {
        "seed": ["0", "1", "7"],
        "training.lr": ["0.1", "0.2", "0.1"],
        "note": ["none", "'again'", "none"],
    }
    table = part(compared, "Final").table
    assert table is not None
    assert table.head == ["", "A", "B", "C", "B − A", "C − A"]
    assert rows(compared, "Final")["train_accuracy"] == ["0.8", "0.6", "0.8", "−0.2", ""]


def test_sentences_of_several_runs_name_the_two() -> None:
    third = [event for event in run_a() if event.kind != "probe"]
    events = part(found(run_a(), run_b(), third), "Events")
    assert [who for who, _ in events.lists] == ["A and B", "A and C"]
    assert events.lists[1][1] == ["in A only: 1 probe when 4 updates were done"]
    assert [who for who, _ in part(found(run_a(), run_b()), "Events").lists] == [""]


def test_of_very_many_differences_some_are_shown_and_the_rest_counted() -> None:
    def run(value: int) -> list[Event]:
        stages = [made.stage(number=n, facts={"x": value}) for n in range(MOST + 3)]
        header = replace(e.HEADER, config={f"s{n}": value for n in range(MOST + 5)})
        return [header, *stages]

    compared = found(run(1), run(2))
    assert part(compared, "Data flow").note == "3 sentences more not shown."
    assert len(part(compared, "Data flow").lists[0][1]) == MOST
    table = part(compared, "Configuration").table
    assert table is not None
    assert table.note == "Shown are 200 of 205 rows."


def test_a_fact_that_no_run_has_takes_no_row() -> None:
    names = [row[0] for row in found(e.updates(1), e.updates(2)).runs.rows]
    assert names == ["status", "updates", "highest rate used", "SHA-256 of the trace"]
    assert ["schedule", PLAN, "–"] in found([e.PLANNED], e.updates(1)).runs.rows


def marks(compared: Compared) -> dict[str, list[tuple[float, str]]]:
    return {
        drawn.chart.id: [(mark.at, mark.label) for mark in drawn.chart.marks]
        for drawn in compared.charts
    }


def test_the_first_update_that_differs_is_marked() -> None:
    a, b = ([*e.updates(1), *e.updates(2)] for _ in "ab")
    b[3] = replace(b[3], used=1.0)  # type: ignore[type-var]
    b[7] = replace(b[7], loss=1.0)  # type: ignore[type-var]
    c = [replace(a[0], loss=9.0), *a[1:]]  # type: ignore[type-var]
    compared = found(a, b, c)
    assert marks(compared) == {
        "all-used": [(3, "B from 3")],
        "all-loss": [(0, "C from 0"), (7, "B from 7")],
    }
    assert compared.charts[1].chart.marked == "first difference from A: C from 0; B from 7"


def test_runs_that_differ_from_one_update_on_share_a_mark() -> None:
    a, b = ([*e.updates(1)] for _ in "ab")
    b[3] = replace(b[3], used=1.0)  # type: ignore[type-var]
    assert marks(found(a, b, b))["all-used"] == [(3, "B, C from 3")]
    assert marks(found(a, a)) == {"all-used": [], "all-loss": []}


def test_runs_of_different_length_share_an_axis() -> None:
    long = [event for n in range(1, 9) for event in (*e.updates(n), e.EPOCHS[n])]
    compared = found([*e.updates(1), e.EPOCHS[1]], long)
    assert {drawn.chart.id for drawn in compared.charts} == {"all-used", "all-loss", "all-held-out"}
    assert {(drawn.first, drawn.last) for drawn in compared.charts} == {(0, 40)}
    assert (
        "number of updates: 5 in A, 40 in B; the 5 that both made are compared"
        in (part(compared, "Updates").lists[0][1])
    )


def test_a_spike_in_one_run_brings_a_second_chart() -> None:
    flat = [made.update(k, loss=1.0) for k in range(300)]
    spiky = [replace(one, loss=90.0 if one.k == 150 else 1.0) for one in flat]
    drawn = {one.chart.id: one.chart for one in found([*flat], [*spiky]).charts}
    assert drawn["all-loss"].top is None
    assert drawn["all-loss-closer"].top == pytest.approx(1.1)
    assert drawn["all-loss-closer"].marks == drawn["all-loss"].marks


def test_what_no_run_measured_has_no_chart() -> None:
    assert found([e.HEADER], [e.HEADER]).charts == []
    assert set(marks(found([made.update(0)], [made.update(0)]))) == {"all-used"}


def test_a_page_of_three_runs_holds_each_and_their_differences(tmp_path: Path) -> None:
    runs = [kept(tmp_path / name, e.whole_run()) for name in "abc"]
    root = tree(page_of(*runs))
    ids = [one.attributes["id"] for one in root.all("*") if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    assert [one.attributes["id"] for one in root.all("article")] == ["run1", "run2", "run3"]
    assert "A and B are the same, to the last bit" in root.by_id("differences").text
    tones = [o.attributes["class"] for o in root.by_id("all-used").all("path")]
    assert len(set(tones)) == 3
