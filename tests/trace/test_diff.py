"""Differences: each part is told with its numbers, where it first shows; the same is the same."""

import json
import math
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from tests.trace.compared import HEADER, run_a, run_b
from tests.trace.rules import made
from tests.trace.rules.test_rule_laws import TRACES

import rampup
from rampup.errors import TraceError
from rampup.trace.diff import diff
from rampup.trace.journal import Journal
from rampup.trace.record import Event, Header, Planned, Update

NO_HASH = "no trace records a hash of its data: shapes, facts and sample rows are compared"


def test_two_runs_that_differ_everywhere() -> None:
    found = diff(run_a(), run_b())

    assert found.sentences == [
        "seed: 0 in a, 1 in b",
        "training.lr: 0.1 in a, 0.2 in b",
        "note: nothing in a, 'again' in b",
        "stage 2, preprocessing, shape_out: '80 × 2' in a, '79 × 2' in b",
        "stage 2, preprocessing, train: 80 in a, 79 in b",
        (
            "stage 2, preprocessing, rows after: 1 cell differs, first row 7, 'size': 0.25 in a, "
            "0.5 in b"
        ),
        "base: 0.1 in a, 0.2 in b",
        "peak: 0.1 in a, 0.2 in b",
        "planned rates differ in epochs 1 … 2",
        "number of updates: 4 in a, 3 in b; the 3 that both made are compared",
        "planned rate first differs at update 0: 0.05 in a, 0.1 in b; on 3 of 3 updates",
        "rate used first differs at update 0: 0.05 in a, 0.1 in b; on 3 of 3 updates",
        "rate reported first differs at update 0: 0.05 in a, 0.1 in b; on 3 of 3 updates",
        (
            "loss first differs at update 0: 0.75 in a, 0.7500001 in b; on 3 of 3 updates; by more "
            "than 1e-06 of the larger one first at update 1: 0.6 in a, 0.9 in b"
        ),
        "epoch 1 is the first that differs: train_loss is 0.6 in a, 0.9 in b; 1 of 1 epochs differ",
        "train_loss after epochs 2 and 1: 0.4 in a, 0.9 in b, +0.5",
        "train_accuracy after epochs 2 and 1: 0.8 in a, 0.6 in b, -0.2",
        "f1 after epochs 2 and 1: 0.6 in a, nothing in b",
        "status: 'finished' in a, 'diverged' in b",
        "updates: 4 in a, 2 in b",
        "reason: '' in a, 'the loss of update 2 is nan' in b",
        "in a only: 1 skipped update where update 2 was due",
        "in a only: 1 epoch number 2",
        "in a only: 1 probe when 4 updates were done",
        "prediction of row 7: 6 values differ, first layers[0].values[0]: 0.75 in a, 0.5 in b",
    ]
    assert [d.sentence for d in found.surroundings] == [
        "started: '2030-01-01T00:00:00+00:00' in a, '2030-01-02T00:00:00+00:00' in b",
        "python: '3.11.7' in a, '3.12.0' in b",
        "threads: nothing in a, 2 in b",
        "seconds: 1 in a, 0.5 in b",
    ]
    assert found.notes == [NO_HASH]
    assert not found.equal


def test_the_same_run_on_another_machine_is_the_same() -> None:
    """Time, versions and machine are told, and count for nothing."""
    header = replace(HEADER, started="2031", rampup="0.2.0", environment={"torch": "3"})
    found = diff(run_a(), [header, *run_a()[1:]])

    assert found.equal
    assert found.sentences == ["no difference"]
    assert [d.name for d in found.surroundings] == ["rampup", "started", "python", "torch"]


def losses(*values: float | None) -> list[Event]:
    return [made.update(k, loss=value) for k, value in enumerate(values)]


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        (
            losses(0.5, 0.3),
            losses(0.5, 0.1 + 0.2),
            [
                (
                    "loss first differs at update 1: 0.3 in a, 0.30000000000000004 in b; on 1 of 2 "
                    "updates; never by more than 1e-06 of the larger one"
                ),
            ],
        ),
        (
            losses(0.5, 0.3),
            losses(0.5, 0.4),
            [
                (
                    "loss first differs at update 1: 0.3 in a, 0.4 in b; on 1 of 2 updates; by "
                    "more than 1e-06 of the larger one from there"
                ),
            ],
        ),
        (
            losses(math.nan, 0.0),
            losses(math.nan, -0.0),
            [
                (
                    "loss first differs at update 1: 0 in a, -0 in b; on 1 of 2 updates; never by "
                    "more than 1e-06 of the larger one"
                ),
            ],
        ),
        (
            losses(0.5, 0.3),
            losses(0.5, None),
            ["updates with a loss: 2 in a, 1 in b"],
        ),
        (
            losses(0.5),
            [made.update(9, loss=0.5)],
            ["number of updates: 1 in a, 1 in b; the 0 that both made are compared"],
        ),
        (
            [made.update(0, used=0.1)],
            [made.update(0, used=math.inf)],
            ["rate used first differs at update 0: 0.1 in a, ∞ in b; on 1 of 1 updates"],
        ),
        # the same update made twice, after a resume
        (losses(0.5) + losses(0.25), losses(0.5) + losses(0.25), ["no difference"]),
        (
            losses(0.5) + losses(0.25),
            losses(0.5),
            ["number of updates: 2 in a, 1 in b; the 1 that both made are compared"],
        ),
    ],
)
def test_updates(a: list[Event], b: list[Event], said: list[str]) -> None:
    assert diff(a, b).sentences == said


@pytest.mark.parametrize(
    ("a", "b", "equal"), [(True, 1, False), (True, True, True), (1, 1.0, True)]
)
def test_a_setting_that_is_true_is_not_1(a: object, b: object, equal: bool) -> None:
    one, other = (replace(HEADER, config={"x": value}) for value in (a, b))

    assert diff([one], [other]).equal == equal


def test_a_trace_without_settings_differs_only_in_those_of_the_other() -> None:
    one, other = (replace(HEADER, config=config) for config in ({}, {"seed": 1, "table": {}}))

    assert diff([one], [other]).sentences == [
        "seed: nothing in a, 1 in b",
        "table: nothing in a, {} in b",
    ]


def planned(*rates: float) -> list[Event]:
    rows: Any = [{"epoch": n, "first": r, "last": r} for n, r in enumerate(rates, 1)]
    return [made.plan(epochs=rows)]


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        ((1, 2, 3), (1, 9, 3), ["planned rates differ in epoch 2"]),
        ((1, 2, 3, 4, 5), (9, 9, 3, 4, 9), ["planned rates differ in epochs 1 … 2, 5"]),
        ((1, 2, 3), (1, 2), ["planned epochs: 3 in a, 2 in b"]),
    ],
)
def test_where_schedules_differ(a: tuple[int], b: tuple[int], said: list[str]) -> None:
    assert diff(planned(*a), planned(*b)).sentences == said


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        ({}, {}, NO_HASH),
        (
            {"sha256": "x"},
            {},
            "b records no hash of its data: shapes, facts and sample rows are compared",
        ),
        (
            {},
            {"sha256": "x"},
            "a records no hash of its data: shapes, facts and sample rows are compared",
        ),
        ({"sha256": "x"}, {"sha256": "x"}, "the recorded hash of the data is the same"),
        ({"sha256": "x"}, {"sha256": "y"}, "the recorded hash of the data is not the same"),
    ],
)
def test_the_hash_of_the_data(a: dict[str, str], b: dict[str, str], said: str) -> None:
    found = diff([made.stage(facts=a), made.end()], [made.stage(facts=b), made.end()])

    assert found.notes == [said]
    assert found.equal == (a == b)


def test_a_trace_without_an_end_is_said() -> None:
    assert diff(run_a()[:-1], []).notes == [
        "a has no end: it was cut off, or it still runs",
        "b holds no event",
    ]


def test_words_count_only_where_no_number_tells() -> None:
    a, b = made.stage(did="counted"), made.stage(did="summed")

    assert diff([a], [b]).sentences == [
        "stage 2, preprocessing, did: 'counted' in a, 'summed' in b"
    ]
    assert diff([replace(a, unit="x")], [b]).sentences == [
        "stage 2, preprocessing, unit: 'x' in a, 'row' in b"
    ]


def test_long_values_are_cut_in_sentences_only() -> None:
    a, b = (replace(HEADER, config={"x": letter * 100}) for letter in "yz")
    [found] = diff([a], [b]).differences

    assert found.sentence == f"x: '{'y' * 58}… in a, '{'z' * 58}… in b"
    assert (found.a, found.b) == ("y" * 100, "z" * 100)


def test_it_is_data(tmp_path: Path) -> None:
    """A dictionary that strict JSON takes, with the names of the places."""
    for name, events in (("a", run_a()), ("b", run_b())):
        (tmp_path / name).mkdir()
        with Journal(tmp_path / name / "trace.jsonl") as journal:
            journal.append(events)
    found = rampup.diff(tmp_path / "a", str(tmp_path / "b"))
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))

    assert (data["a"], data["b"]) == (str(tmp_path / "a"), str(tmp_path / "b"))
    assert (data["equal"], data["tolerance"]) == (False, 1e-6)
    assert [d["sentence"] for d in data["differences"]] == diff(run_a(), run_b()).sentences
    assert data["differences"][11] == {
        "part": "updates", "name": "rate used", "a": 0.05, "b": 0.1, "at": 0,
        "sentence": found.sentences[11],
    }  # fmt: skip
    nan = diff(losses(math.nan), losses(-math.inf)).to_dict()
    assert (nan["differences"][0]["a"], nan["differences"][0]["b"]) == ("NaN", "-Infinity")


@pytest.mark.parametrize("tolerance", [-0.1, 1.0, math.nan])
def test_a_tolerance_that_is_none_is_refused(tolerance: float) -> None:
    with pytest.raises(TraceError) as caught:
        diff([], [], tolerance=tolerance)
    assert str(caught.value) == f"tolerance {tolerance!r} is not allowed; write a number in [0, 1)"


@given(TRACES)
def test_a_trace_does_not_differ_from_itself(events: list[Event]) -> None:
    assert diff(events, [*events]).sentences == ["no difference"]


@given(TRACES, TRACES)
def test_nothing_raises_and_both_sides_see_the_same(a: list[Event], b: list[Event]) -> None:
    one, other = diff(a, b), diff(b, a)

    assert sorted((d.part, d.name) for d in one.differences if d.part != "data flow") == sorted(
        (d.part, d.name) for d in other.differences if d.part != "data flow"
    )
    assert one.equal == other.equal
    assert json.dumps(one.to_dict(), allow_nan=False)


SURROUNDINGS = {(Header, name) for name in ("schema", "rampup", "started", "environment")}
PLACES = [
    (n, field.name)
    for n, event in enumerate(run_a())
    for field in fields(event)
    if (type(event), field.name) not in SURROUNDINGS and field.name != "seconds"
]


def other(value: Any) -> Any:
    change: dict[type, Callable[[Any], Any]] = {
        str: lambda s: f"{s}!", int: lambda n: n + 1, float: lambda x: 2.0 if x != x else x + 1,
        list: lambda items: [*items[:-1], other(items[-1])] if items else ["new"],
        dict: lambda d: {**d, "new": 1.0},
    }  # fmt: skip
    return change[type(value)](value) if value is not None else 0.5


@settings(max_examples=len(PLACES) * 4)
@given(st.sampled_from(PLACES))
def test_no_change_of_a_run_is_missed(place: tuple[int, str]) -> None:
    n, name = place
    events = run_a()
    changed = other(getattr(events[n], name))
    if isinstance(events[n], Planned) and name == "epochs":
        changed = [*changed[:-1], {**changed[-1], "last": 9.0}]
    if name in ("before", "after") and changed == ["new"]:
        changed = [{"id": 0, "cells": {"new": 1}}]
    if name in ("layers", "after") and isinstance(changed[0], dict):
        changed = [replace_first(changed[0]), *changed[1:]]
    if name == "rates":
        changed = [events[n].used, 0.5]
    found = diff(events, [*events[:n], replace(events[n], **{name: changed}), *events[n + 1 :]])

    assert not found.equal
    if isinstance(events[n], Update) and name not in ("k",):
        assert {d.at for d in found.differences} <= {events[n].k, None}


def replace_first(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row or a layer with one more cell, or another value."""
    return {**row, "cells": {**row["cells"], "new": 1}} if "cells" in row else {**row, "std": 9.0}


def test_the_rates_of_other_groups_are_compared() -> None:
    def made(k: int, rates: list[float] | None) -> Update:
        return Update(
            k=k, planned=None, used=0.1, reported=None, loss=None, grad_norm=None, rates=rates
        )

    a = [made(0, None), made(1, [0.1, 0.01]), made(2, [0.1, 0.02])]
    b = [made(0, None), made(1, [0.1, 0.01]), made(2, [0.1, 0.03])]

    assert [found.sentence for found in diff(a, b).differences] == [
        "rate used by group 1 first differs at update 2: 0.02 in a, 0.03 in b; on 1 of 3 updates"
    ]
