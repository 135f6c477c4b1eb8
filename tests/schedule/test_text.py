"""Schedule text: what it writes it reads back, and where it points when it cannot read."""

import math

import pytest
from hypothesis import given, strategies as st
from tests.strategies import schedules

from rampup import (
    Schedule,
    cycle,
    decay,
    exponential,
    from_function,
    from_points,
    hold,
    inverse_sqrt,
    inverse_time,
    parse,
    rectified,
    restarts,
    rise,
    saturating,
    steps,
    warmup,
)
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
    "steps at 30ep,60ep gamma 0.1": steps(["30ep", "60ep"]),
    "steps 90ep at 10%,1000up,64000sp gamma 0.5": steps(["10%", 1000, "64000sp"], 0.5, "90ep"),
    "steps every 30ep gamma 0.1": steps(every="30ep"),
    "steps 90ep every 10ep times 2.0 gamma 0.5": (
        steps(gamma=0.5, over="90ep", every="10ep", times=2)
    ),
    "rise linear to 1.0": rise(),
    "rise 5ep cosine from 0.1 to 0.5 anchor end per epoch": (
        rise("cosine", "5ep", 0.5, 0.1, "end").per_epoch()
    ),
    "inverse-time 0.5 every 10ep power 2.0 stairs over 50%": (
        inverse_time(0.5, "10ep", 2, True, "50%")
    ),
    "inverse-time 1.5": inverse_time(1.5),
    "decay cosine(2.0) to 0.0 >> decay 5up polynomial(2.0,3.0) to 0.0": (
        decay("cosine(2)") >> decay("polynomial(2,3)", over=5)
    ),
    "(hold) cut 5up": hold().cut(5),
    "(hold) cut 5ep to 0.5": hold().cut("5ep", to=0.5),
    "(decay linear to 0.0) lifted 0.1": decay().lifted(0.1),
    "(decay linear to 0.0) within 5ep >> hold": decay().within("5ep") >> hold(),
    "(decay 5up linear to 0.0) repeated": decay(over=5).repeated(),
    "((decay 5up linear to 0.0) repeated) cut 9up": decay(over=5).repeated().cut(9),
    "(inverse-sqrt 5up) faded at 5up over 3up 1-sqrt to 0.1": (
        inverse_sqrt(5).faded(5, 3, "1-sqrt", 0.1)
    ),
    "restarts 10ep cosine to 0.0": restarts("10ep"),
    "restarts 4up linear to 0.1 times 2.0 peak 0.5 over 50% per epoch": (
        restarts(4, 2, 0.5, "linear", 0.1, over="50%").per_epoch()
    ),
    "cycle up 5up down 5up from 0.1": cycle(5),
    "cycle up 5up down 2ep from 0.0 mode exp_range gamma 0.99 over 80%": (
        cycle(5, "2ep", 0.0, "exp_range", 0.99, "80%")
    ),
    "inverse-sqrt 4000up over 90%": inverse_sqrt(4000, "90%"),
    "saturating 1000up": saturating(1000),
    "exponential 0.95 every 1ep over 5ep": exponential(0.95, "1ep", "5ep"),
    "exponential 0.999": exponential(0.999),
    "rectified 0.999 over 2000up": rectified(over=2000),
    "points 0.0:0.1 10.5:1.0 100.0:1e-05 cosine": (
        from_points([(0, 0.1), (10.5, 1), (100, 1e-5)], "cosine")
    ),
    "function math:exp2 over 5up": from_function(math.exp2, over=5),
    "warmup 5up tanh(-6.0,2.0) >> decay polynomial(3.0) to 0.0": (
        warmup(5, "tanh(-6,2)") >> decay("polynomial(3)")
    ),
    "hold * (warmup 5up linear >> hold) * decay linear to 0.0 >> hold 5up": (
        hold() * (warmup(5) >> hold()) * decay() >> hold(5)
    ),
    "(decay 5up linear to 0.0 * hold) scaled 0.5 * hold": (
        (decay(over=5) * hold()).scaled(0.5) * hold()
    ),
    "((hold 5up) clamped 0.1 0.5) stretched 3%": hold(5).clamped(0.1, 0.5).stretched("3%"),
    "(decay 5up linear to 0.0) repeated 3": decay(over=5).repeated(3),
    "(hold) cooldown at 80% over 20% 1-sqrt to 0.0": hold().cooldown("80%", "20%"),
    "(hold) rewarmed at 5ep over 1ep linear from 0.5": hold().rewarmed("5ep", "1ep", start=0.5),
    "(exponential 0.5) per epoch": exponential(0.5).per_epoch(),
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
        ("hold*hold", hold() * hold()),
        ("((hold))", hold()),
        ("(warmup 5 >> hold) >> hold", warmup(5) >> hold() >> hold()),
        ("(warmup 5 >> (exponential 0.5)) per epoch", (warmup(5) >> exponential(0.5)).per_epoch()),
        ("(hold) scaled 2 clamped 0 1", hold().scaled(2).clamped(0, 1)),
        ("(hold)repeated 2e0", hold().repeated(2)),
        ("(hold 9) cooldown to 0.5 over 4 at 5", hold(9).cooldown(5, 4, to=0.5)),
        ("steps gamma 0.5 at 5", steps([5], 0.5)),
        ("steps every 5", steps(every=5)),
        ("rise from 0.5 5", rise(over=5, start=0.5)),
        ("(decay 5) repeated scaled 2", decay(over=5).repeated().scaled(2)),
        ("(decay 5) repeated * hold", decay(over=5).repeated() * hold()),
        ("(hold) cut to 0.5 5", hold().cut(5, 0.5)),
        ("cycle up 5", cycle(5)),
        ("restarts 5 to 0 linear", restarts(5, shape="linear")),
        ("points sqrt 5:1 9:0", from_points([(5, 1), (9, 0)], "sqrt")),
        ("rectified over 5 0.99", rectified(0.99, 5)),
    ],
    ids=repr,
)
def test_what_is_left_out_is_the_default(text: str, schedule: Schedule) -> None:
    assert schedule == parse(text)


VOCABULARY = """
    warmup hold decay rise inverse-time stairs power cut lifted within faded
    steps restarts cycle up down inverse-sqrt saturating exponential every
    rectified points function math:exp2 per epoch at over from to gamma peak times mode anchor
    scaled clamped stretched repeated cooldown rewarmed linear cosine sqrt triangular2 end 5 5ep
    10% 0.5 2 nan inf 1e400 -1 0:1 5:0.5 5,6 ( ( ) ) >> >> *
"""
WORDS = st.lists(st.sampled_from(VOCABULARY.split()), max_size=12).map(" ".join)


@given(st.text() | st.text("warmupholdecy 0159%>>.-\n") | WORDS)
def test_no_text_ends_in_anything_but_a_schedule_or_a_sentence(text: str) -> None:
    try:
        schedule = parse(text)
    except ParseError as error:
        points = " column " in str(error)
    else:
        points = schedule == parse(str(schedule))

    assert points
