"""Updates as arrays: whatever is written comes back, in few bytes; damage is named."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from rampup.errors import TraceError
from rampup.trace.compact import FEW, Reader, Writer, rounded
from rampup.trace.record import Event, Insight, Update

odd = st.sampled_from([0.0, -0.0, 1.0, math.nan, math.inf, -math.inf])
number = st.floats() | odd
maybe = st.none() | number


@st.composite
def an_update(draw: st.DrawFn) -> Update:
    used = draw(number)
    return Update(
        k=draw(st.integers(0, 5)),
        planned=draw(st.just(used) | maybe),
        used=used,
        reported=draw(st.just(used) | maybe),
        loss=draw(maybe),
        grad_norm=draw(maybe),
        ratio=draw(maybe),
        rates=draw(st.none() | st.lists(number, max_size=2)),
    )


def of(k: int, **said: object) -> Update:
    plain = {"planned": 0.5, "used": 0.5, "reported": 0.5, "loss": 1.5, "grad_norm": None}
    return Update(k=k, **(plain | said))


def reread(lines: str) -> list[Event]:
    reader = Reader()
    events = [reader.event(line) for line in lines.splitlines()]
    return [event for event in events if event is not None]


@given(st.lists(st.lists(st.just(Insight(sentences=["["])) | an_update(), max_size=12)))
def test_every_update_comes_back(groups: list[list[Event]]) -> None:
    """To the bit, NaN and −0 too; repr, because NaN is not equal to itself."""
    writer = Writer()
    lines = "".join(map(writer.lines, groups))

    assert repr([event for group in groups for event in group]) == repr(reread(lines))
    for line in lines.splitlines():
        json.loads(line, parse_constant=lambda token: pytest.fail(f"{token} is no JSON"))


def test_columns_are_declared_once() -> None:
    """Rates equal to the one used are left out, and the index is counted on."""
    writer = Writer()
    first = writer.lines([of(k, used=0.1 * k, planned=0.1 * k, reported=None) for k in range(2)])
    second = writer.lines([of(2, used=0.25, planned=0.25, reported=None, loss=math.nan)])

    assert first == (
        '{"kind":"updates","k":0,"columns":["used","loss"],'
        '"same":{"reported":null,"grad_norm":null,"ratio":null,"rates":null}}\n'
        "[0.0,1.5]\n[0.1,1.5]\n"
    )
    assert second == '[0.25,"NaN"]\n'


def test_a_number_that_does_not_change_is_declared() -> None:
    writer = Writer()
    lines = writer.lines([of(k, loss=float(k)) for k in range(FEW)])
    more = writer.lines([of(FEW, loss=2.5)])

    assert '"columns":["loss"],"same":{"used":0.5,' in lines
    assert lines.endswith("\n[7.0]\n")
    assert more == "[2.5]\n"


@pytest.mark.parametrize("other", [of(7), of(3, loss=None), of(3, planned=0.25)])
def test_columns_are_declared_anew_where_they_change(other: Update) -> None:
    writer = Writer()
    events = [of(k, loss=k / 3) for k in range(3)]

    lines = writer.lines(events) + writer.lines([other])

    assert lines.count("kind") == 2
    assert reread(lines) == [*events, other]


DECLARED = '{"kind":"updates","k":0,"columns":["used","loss"],"same":{}}'


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["[1.0]"], "no columns were declared"),
        ([DECLARED, "[1.0]"], "columns are used, loss"),
        ([DECLARED, "[1.0,2.0],[1.0,2.0]"], "columns are used, loss"),
        ([DECLARED, "[1.0,"], "Expecting value: line 1 column 7 (char 6)"),
        (['{"kind":"updates","columns":["used"],"same":{}}'], "it has no 'k'"),
        (['{"kind":"updates","k":0,"columns":["loss"],"same":{}}'], "no rate used"),
        (
            ['{"kind":"updates","k":0,"columns":["used","mood"],"same":{}}'],
            "no columns of an update",
        ),
        (
            ['{"kind":"updates","k":0,"columns":["used"],"same":{"used":1.0}}'],
            "no columns of an update",
        ),
    ],
)
def test_what_is_no_update_is_refused(lines: list[str], reason: str) -> None:
    reader = Reader()
    for line in lines[:-1]:
        assert reader.event(line) is None

    with pytest.raises(TraceError) as caught:
        reader.event(lines[-1])

    assert f"no event of a trace: {lines[-1][:80]!r} ({reason})" == str(caught.value)


@given(st.floats(width=32, allow_nan=False))
def test_nine_digits_tell_32_bit_numbers_apart(value: float) -> None:
    assert repr(np.float32(rounded(value))) == repr(np.float32(value))
    assert rounded(value) == rounded(rounded(value))
