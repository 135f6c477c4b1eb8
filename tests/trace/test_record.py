"""Events and their JSON lines: every event comes back, as strict JSON, with its NaNs."""

import json
import math
from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, NoReturn, get_args, get_origin, is_typeddict

import pytest
from hypothesis import given, strategies as st

from rampup.errors import TraceError
from rampup.trace.record import EVENTS, SCHEMA, Event, Header, Insight, from_json, to_json

text = st.text(max_size=8) | st.sampled_from(["NaN", "Infinity", "-Infinity", "null", "\u2028\n"])
finite = st.floats(allow_nan=False, allow_infinity=False)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | finite | text,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(text, inner, max_size=2),
    max_leaves=4,
)


def of(kind: Any) -> st.SearchStrategy[Any]:
    """Return the values that a field declared as `kind` holds, NaN and infinities among them."""
    args = get_args(kind)
    if is_typeddict(kind):
        return st.fixed_dictionaries({name: of(k) for name, k in kind.__annotations__.items()})
    if isinstance(kind, UnionType):
        return st.one_of([of(arg) for arg in args])
    if get_origin(kind) is list:
        return st.lists(of(args[0]), max_size=2)
    if get_origin(kind) is dict:
        return st.dictionaries(text, of(args[1]), max_size=2)
    simple = {int: st.integers(), float: st.floats(), str: text, NoneType: st.none(), Any: plain}
    return simple[kind]


def event_of(cls: type[Event]) -> st.SearchStrategy[Event]:
    kinds = {field.name: of(field.type) for field in fields(cls)}
    if cls is Header:
        kinds["schema"] = st.integers(0, SCHEMA)
    return st.builds(cls, **kinds)


def refuse(token: str) -> NoReturn:
    raise AssertionError(f"{token} is no JSON")


@pytest.mark.parametrize("kind", EVENTS)
@given(data=st.data())
def test_an_event_comes_back(kind: str, data: st.DataObject) -> None:
    """Measurements come back as numbers, NaN too; a cell that reads "NaN" comes back as text."""
    event = data.draw(event_of(EVENTS[kind]))

    line = to_json(event)

    assert "\n" not in line
    assert kind == json.loads(line, parse_constant=refuse)["kind"]
    assert repr(event) == repr(from_json(line))  # repr, because NaN is not equal to itself


def test_nothing_but_declared_measurements_becomes_a_number() -> None:
    header = Header(
        schema=SCHEMA,
        rampup="NaN",
        started="Infinity",
        config={"cells": ["NaN"]},
        environment={"cells": [math.nan], "most": (1.0, math.inf)},
    )

    line = to_json(header)

    assert '"environment":{"cells":["NaN"],"most":[1.0,"Infinity"]}' in line
    read = from_json(line)
    assert [read.rampup, read.started, read.config] == ["NaN", "Infinity", {"cells": ["NaN"]}]
    assert read.environment == {"cells": ["NaN"], "most": [1.0, "Infinity"]}


def test_a_line_is_short_and_readable() -> None:
    line = to_json(Insight(sentences=["Größer ≥ 1"]))

    assert line == '{"kind":"insight","sentences":["Größer ≥ 1"]}'


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "Expecting value: line 1 column 1 (char 0)"),
        ('{"kind":"insight","sen', "Unterminated string starting at: line 1 column 19 (char 18)"),
        ("[]", "not a JSON object"),
        ("1", "not a JSON object"),
        ("{}", "unknown kind None"),
        ('{"kind":"plan"}', "unknown kind 'plan'"),
        ('{"kind":["insight"]}', "unknown kind ['insight']"),
        ('{"kind":"header"}', "it has no 'schema'"),
        ('{"kind":"end","status":"NaN"}', "it has no 'updates'"),
        (
            '{"kind":"insight"}',
            "Insight.__init__() missing 1 required keyword-only argument: 'sentences'",
        ),
        (
            '{"kind":"insight","sentences":[],"more":1}',
            "Insight.__init__() got an unexpected keyword argument 'more'",
        ),
    ],
    ids=[
        "empty",
        "torn",
        "list",
        "number",
        "no kind",
        "other kind",
        "kind of another type",
        "header without schema",
        "field missing beside NaN",
        "field missing",
        "field unknown",
    ],
)
def test_what_is_no_event_is_refused(line: str, reason: str) -> None:
    with pytest.raises(TraceError) as caught:
        from_json(line)

    assert f"no event of a trace: {line!r} ({reason})" == str(caught.value)


def test_a_long_line_is_cut_in_the_message() -> None:
    with pytest.raises(TraceError) as caught:
        from_json("x" * 1000)

    expected = f"no event of a trace: '{'x' * 80}' (Expecting value: line 1 column 1 (char 0))"
    assert expected == str(caught.value)


def test_a_newer_schema_is_refused_before_its_fields_are_read() -> None:
    with pytest.raises(TraceError) as caught:
        from_json(f'{{"kind":"header","schema":{SCHEMA + 1},"unheard":"of"}}')

    expected = f"schema {SCHEMA + 1} is newer than this rampup reads, {SCHEMA}; update it"
    assert expected == str(caught.value)
