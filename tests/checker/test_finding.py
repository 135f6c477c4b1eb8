"""A finding as one line, and as JSON values."""

import json

import pytest
from tests.checker.findings import edit, finding

from rampup.checker.finding import Place

KEYS = (
    "code", "name", "class", "severity", "path", "line", "column", "update", "key", "message",
    "evidence", "fix",
)  # fmt: skip


def test_the_keys_of_the_json_form_are_stable() -> None:
    assert tuple(finding().to_dict()) == KEYS


def test_the_json_form() -> None:
    one = finding(update=2, edits=(edit(3, 1, 5, "x"),), safe=True).to_dict()
    assert json.loads(json.dumps(one, allow_nan=False)) == {
        "code": "RU101",
        "name": "zero-first-rate",
        "class": "ZERO",
        "severity": "warning",
        "path": "train.py",
        "line": 3,
        "column": 5,
        "update": 2,
        "key": None,
        "message": "update 0 moves no weight",
        "evidence": [
            {
                "kind": "rates",
                "name": "used",
                "first": 0,
                "values": [0.0, 0.5, "NaN"],
                "every": 1,
                "marked": [0],
            },
            {
                "kind": "line",
                "path": "train.py",
                "line": 3,
                "text": "    scheduler.step()",
                "says": "once a batch",
                "key": "",
            },
            {
                "kind": "pair",
                "name": "update 0",
                "left": "0.1",
                "right": "0",
                "columns": ["planned", "used"],
            },
        ],
        "fix": {
            "text": "Count from one.",
            "safe": True,
            "edits": [{"line": 3, "column": 1, "end_line": 3, "end_column": 5, "text": "x"}],
        },
    }


def test_what_does_not_apply_is_null() -> None:
    one = finding("", 0, key="LambdaLR").to_dict()
    assert (one["path"], one["line"], one["key"]) == (None, None, "LambdaLR")


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place(path="a.py", line=3, column=5), "a.py:3:5"),
        (Place(path="a.py", line=3, update=7), "a.py:3, update 7"),
        (Place(key="LambdaLR"), "LambdaLR"),
        (Place(path="last.ckpt", key="scheduler"), "last.ckpt, scheduler"),
        (Place(), ""),
    ],
)
def test_a_place_reads_as_a_compiler_prints_it(place: Place, text: str) -> None:
    assert str(place) == text


def test_a_finding_is_one_line() -> None:
    assert str(finding()) == (
        "train.py:3:5: warning RU101 zero-first-rate: update 0 moves no weight"
    )
