"""Schedule text: what it writes it reads back, and where it points when it cannot read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import schedules

from rampup import Schedule, decay, hold, parse, warmup
from rampup.errors import ParseError

TEXTS = {
    "warmup 2000up linear >> hold >> decay 20% 1-sqrt to 0.0": (
        warmup(2000) >> hold() >> decay("1-sqrt", over="20%")
    ),
    "warmup 5ep linear >> decay cosine to 0.01": warmup("5ep") >> decay("cosine", to=0.01),
    "warmup 3% sqrt from 0.1 anchor ends": warmup("3%", "sqrt", start=0.1, anchor="ends"),
    "warmup 0.5ep cosine anchor middle per epoch": (
        warmup("0.5ep", "cosine", anchor="middle").per_epoch()
    ),
    "warmup 64000sp linear >> hold 2000000000tok": warmup("64000sp") >> hold("2e9tok"),
    "decay 10up linear to 0.5 >> hold 5up from 1.0 >> decay quadratic to 1e-05 anchor end": (
        (decay(over=10, to=0.5) >> warmup(5)).without_warmup()
        >> decay("quadratic", to=1e-5, anchor="end")
    ),
}


@pytest.mark.parametrize(("text", "schedule"), TEXTS.items(), ids=TEXTS)
def test_a_schedule_and_its_text(text: str, schedule: Schedule) -> None:
    assert text == str(schedule)
    assert schedule == parse(text)


@given(schedules())
def test_parse_reads_what_str_writes(schedule: Schedule) -> None:
    assert schedule == parse(str(schedule))


@given(schedules(), st.randoms(use_true_random=False))
def test_the_order_of_clauses_and_the_spaces_are_free(schedule: Schedule, random: object) -> None:
    pieces = []
    for phase in schedule.phases:
        verb, *words = str(phase).split()
        clauses = []
        while words:
            size = 2 if words[0] in ("from", "to", "anchor", "per") else 1
            clauses.append(" \t".join(words[:size]))
            words = words[size:]
        random.shuffle(clauses)
        pieces.append("\n".join([verb, *clauses]))

    assert schedule == parse(">>".join(pieces))


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("warmup 500", warmup(500)),
        ("  warmup 500\n>> decay\n", warmup(500) >> decay()),
        ("decay to 0", decay()),
        ("hold>>hold", hold() >> hold()),
    ],
    ids=repr,
)
def test_what_is_left_out_is_the_default(text: str, schedule: Schedule) -> None:
    assert schedule == parse(text)


KNOWN = "'linear', 'cosine', 'quadratic', 'sqrt', '1-sqrt', 'from', 'to', 'anchor', 'per'"
NO_WORD = "is neither a length nor a word of a phase"
NO_LENGTH = "is no length; write a number and a unit, such as '500up', '5ep', '3%', '64000sp' or"
OUTSIDE = "a factor multiplies the peak rate and must lie between 0 and 1"
# the text, the column (from 1) that the caret stands under, and the message
REFUSED = [
    ("", 1, "a phase is missing here; write warmup, hold or decay"),
    ("warmup 5ep >>", 14, "a phase is missing here; write warmup, hold or decay"),
    ("warmup 5ep >> >> decay", 14, "a phase is missing here; write warmup, hold or decay"),
    ("warmup 5ep >> fall", 15, "'fall' is no phase; there are 'warmup', 'hold', 'decay'"),
    ("warm 5ep", 1, "'warm' is no phase; did you mean 'warmup'?"),
    ("hold >> decay cosin", 15, f"'cosin' {NO_WORD}; did you mean 'cosine'?"),
    ("decay -5up", 7, f"'-5up' {NO_WORD}; there are {KNOWN}"),
    ("warmup 5epochs", 8, "unit 'epochs' is unknown; use one of 'up', 'ep', '%', 'sp', 'tok'"),
    ("warmup 1.5up", 8, "a length in updates must be whole, not 1.5"),
    ("warmup 5ep.", 8, f"'5ep.' {NO_LENGTH} '2e9tok'"),
    ("warmup", 1, "a warmup needs a length, such as 'warmup 5ep' or 'warmup 500up'"),
    ("warmup 5ep 6ep", 12, "'6ep' says the length of this warmup a second time"),
    ("decay cosine sqrt", 14, "'sqrt' says the shape of this decay a second time"),
    ("hold cosine", 6, "a hold takes no 'cosine'; it takes length, from"),
    ("decay from 0.5", 7, "a decay takes no 'from'; it takes length, shape, to, anchor, per"),
    ("warmup 5 to 1", 10, "a warmup takes no 'to'; it takes length, shape, from, anchor, per"),
    ("decay to", 9, "something must follow 'to'"),
    ("decay to low", 10, "'low' is no factor; write a number between 0 and 1"),
    ("warmup 5 per update", 14, "'per update' is unknown; write 'per epoch'"),
    ("decay anchor star", 14, "anchor 'star' is unknown; did you mean 'start'?"),
    ("warmup 5 from 2", 1, f"warmup from 2.0: {OUTSIDE}"),
    ("warmup 5 >> decay to nan", 13, f"decay to nan: {OUTSIDE}"),
    ("warmup 5 >> hold 0", 13, "a hold of no update does nothing; leave it out"),
]


@pytest.mark.parametrize(("text", "column", "message"), REFUSED, ids=[text for text, *_ in REFUSED])
def test_a_text_that_does_not_parse_is_pointed_at(text: str, column: int, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(text)

    assert f"{message}\n  {text}\n  {'^':>{column}} column {column}" == str(caught.value)


def test_the_caret_stands_right_below_lines_and_tabs_too() -> None:
    with pytest.raises(ParseError) as caught:
        parse("warmup\t5ep\n>> fall")

    shown, caret = str(caught.value).splitlines()[1:]
    assert shown.index("fall") == caret.index("^")


def test_a_text_without_end_is_not_read() -> None:
    with pytest.raises(ParseError) as caught:
        parse("hold >> " * 2000)

    assert str(caught.value) == "schedule text of 16000 characters is too long; 10000 are read"


@given(st.text() | st.text("warmupholdecy 0159%>>.-\n"))
def test_no_text_ends_in_anything_but_a_schedule_or_a_sentence(text: str) -> None:
    try:
        schedule = parse(text)
    except ParseError as error:
        points = " column " in str(error)
    else:
        points = schedule == parse(str(schedule))

    assert points
