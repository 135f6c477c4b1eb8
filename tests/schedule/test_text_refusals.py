"""Schedule text that does not parse: each message in full, and where it points."""

import pytest

from rampup import Schedule, from_points, hold, parse
from rampup.errors import ParseError

KNOWN = "'to', 'anchor', 'per', 'constant', 'linear', 'cosine', 'quadratic', 'polynomial'"
PHASES = "'warmup', 'hold', 'decay', 'rise', 'steps', 'restarts', 'cycle', 'inverse-sqrt'"
MISSING = "a phase is missing here; write warmup, hold or decay"
ALONE = "a phase cannot go on here; write >> or * before the next one"
NO_WORD = "is neither a length nor a word of a phase"
NO_LENGTH = "is no length; write a number and a unit, such as '500up', '5ep', '3%', '64000sp' or"
NO_NUMBER = "is no number; write one such as 0.1"
OUTSIDE = "a factor multiplies the peak rate and must lie between 0 and 1"
# the text, the column (from 1) that the caret stands under, and the message
REFUSED = [
    ("", 1, MISSING),
    ("warmup 5ep >>", 14, MISSING),
    ("warmup 5ep >> >> decay", 15, MISSING),
    ("warmup 5ep >> fall", 15, (
        f"'fall' is no phase; there are {PHASES}, 'inverse-time', 'saturating' and 5 more")),
    ("warm 5ep", 1, "'warm' is no phase; did you mean 'warmup'?"),
    ("hold >> decay cosin", 15, f"'cosin' {NO_WORD}; did you mean 'cosine'?"),
    ("decay -5up", 7, (
        f"'-5up' {NO_WORD}; there are {KNOWN}, 'sqrt', '1-sqrt' and 7 more")),
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
    ("decay to low", 10, f"'low' {NO_NUMBER}"),
    ("warmup 5 per update", 14, "'per update' is unknown; write 'per epoch'"),
    ("decay anchor star", 14, "anchor 'star' is unknown; did you mean 'start'?"),
    ("warmup 5 from 2", 1, f"warmup from 2.0: {OUTSIDE}"),
    ("warmup 5 >> decay to nan", 13, f"decay to nan: {OUTSIDE}"),
    ("warmup 5 >> hold 0", 13, "a hold of no update does nothing; leave it out"),
    ("hold * >> hold", 8, MISSING),
    ("hold * ", 8, MISSING),
    ("()", 2, MISSING),
    ("(hold >> )", 10, MISSING),
    ("hold hold", 6, f"'hold' {NO_WORD}; there are 'from'"),
    ("hold (hold)", 6, ALONE),
    ("hold > hold", 6, f"'>' {NO_WORD}; there are 'from'"),
    ("(hold) hold", 8, ALONE),
    ("(hold) 5up", 8, ALONE),
    ("decay tanh(-7, 3)", 11, ALONE),
    ("hold)", 5, "no parenthesis is open here; leave this one out"),
    ("hold >> (hold", 9, "this parenthesis is not closed; write ) behind its last phase"),
    ("(" * 51 + "hold", 51, "parentheses nest deeper than 50"),
    ("hold scaled 2", 6, "'scaled' changes what stands in parentheses; write them before it"),
    ("hold per epoch", 6, "'per' changes what stands in parentheses; write them before it"),
    ("(hold) scaled", 14, "something must follow 'scaled'"),
    ("(hold) scaled -1", 8, "scaled -1.0: a factor must be a finite number ≥ 0"),
    ("(hold) scaled x", 15, f"'x' {NO_NUMBER}"),
    ("(hold) clamped 0.1", 19, "something must follow '0.1'"),
    ("(hold) clamped 1 0", 8, "clamped 1 0: the lower bound comes first"),
    ("(hold) repeated 1.5", 8, "repeated 1.5: use a whole number ≥ 1"),
    ("(hold) repeated nan", 8, "repeated nan: use a whole number ≥ 1"),
    ("(hold) repeated inf", 8, "repeated inf: use a whole number ≥ 1"),
    ("(hold) stretched 5x", 18, "unit 'x' is unknown; use one of 'up', 'ep', '%', 'sp', 'tok'"),
    ("(hold) per update", 12, "'per update' is unknown; write 'per epoch'"),
    ("(hold) per", 11, "something must follow 'per'"),
    ("(hold) cut", 8, "cut needs a length, such as 'cut 100up'"),
    ("(hold) cut 0", 8, "'hold' cut at 0up leaves nothing; keep some of it"),
    ("(hold) cut 5 to -1", 8, "cut to -1.0: a factor must be a finite number ≥ 0"),
    ("(hold) cut 5 linear", 14, "cut takes no 'linear'; it takes length, to"),
    ("(hold) lifted 2", 8, f"lifted 2.0: {OUTSIDE}"),
    ("(hold) within 0", 8, "'hold' within 0up: give it a length"),
    ("(hold) faded at 5", 8, "faded needs 'over' and a length, such as 'over 10%'"),
    ("(hold) faded at 5 over 0", 8, "faded over 0up does nothing; leave it out"),
    ("rise to 2", 1, f"rise to 2.0: {OUTSIDE}"),
    ("inverse-time", 1, "inverse-time needs a rate, such as 'inverse-time 0.5 every 1ep'"),
    ("inverse-time 0.5 stairs stairs", 25, (
        "'stairs' says the stairs of this inverse-time a second time")),
    ("steps gamma 0.5", 1, "steps need their points, such as 'steps at 30ep,60ep'"),
    ("(hold) cooldown over 5", 8, "cooldown needs 'at' and a length, such as 'at 10%'"),
    ("(hold) rewarmed at 5", 8, "rewarmed needs 'over' and a length, such as 'over 10%'"),
    ("(hold) cooldown at 5,6 over 5", 8, "cooldown happens at one point, not at 2"),
    ("(hold) cooldown at 5 over 5 from 1", 29, (
        "cooldown takes no 'from'; it takes at, over, shape, to")),
    ("(hold) rewarmed at 5 at 6", 22, "'at' says the at of this rewarmed a second time"),
    ("steps", 1, "steps need their points, such as 'steps at 30ep,60ep'"),
    ("steps at 5,x,9", 12, f"'x' {NO_LENGTH} '2e9tok'"),
    ("steps at 5,,9", 12, f"'' {NO_LENGTH} '2e9tok'"),
    ("steps at 5 gamma 2", 1, f"steps gamma 2.0: {OUTSIDE}"),
    ("steps at 5 linear", 12, "steps takes no 'linear'; it takes length, at, every, times, gamma"),
    ("restarts", 1, "restarts need a period, such as 'restarts 10ep'"),
    ("restarts 5 times x", 18, f"'x' {NO_NUMBER}"),
    ("restarts 5 exponential", 1, (
        "restarts to 0 cannot be exponential: no ratio leads from or to 0; "
        "write a small factor, such as to 0.001")),
    ("cycle down 5", 1, "a cycle needs a rise, such as 'cycle up 2000up down 2000up'"),
    ("cycle up 5 mode saw", 1, (
        "cycle mode 'saw' is unknown; use one of 'triangular', 'triangular2', 'exp_range'")),
    ("cycle up 5 5", 12, "a cycle takes no '5'; it takes up, down, from, mode, gamma, over"),
    ("inverse-sqrt", 1, "inverse-sqrt needs a timescale, such as 'inverse-sqrt 4000up'"),
    ("inverse-sqrt 0", 1, "inverse-sqrt needs a timescale, such as 4000up, not 0up"),
    ("saturating", 1, "saturating needs a timescale, such as 'saturating 1000up'"),
    ("exponential", 1, "exponential needs a factor, such as 'exponential 0.95 every 1ep'"),
    ("exponential ever", 13, f"'ever' {NO_NUMBER}"),
    ("exponential 2", 1, "exponential 2.0: ratio must lie between 0 and 1"),
    ("exponential 0.5 every 0", 1, (
        "exponential every 0up: only exponential and inverse-time have steps, and they last")),
    ("rectified", 1, "rectified needs beta2, such as 'rectified 0.999'"),
    ("points", 1, "points need an update and a factor, such as 'points 0:0.1 100:1'"),
    ("points 0:x", 10, f"'x' {NO_NUMBER}"),
    ("points x:0", 8, f"'x' {NO_NUMBER}"),
    ("points 5:1 3:1", 1, "the updates of points must ascend, not [5.0, 3.0]"),
    ("function", 1, "function needs a path, such as 'function package.module:name'"),
    ("function math", 1, (
        "function 'math' is no path; "
        "write 'package.module:name' of a function that can be imported")),
    ("decay linear(2)", 7, "shape 'linear(2)' is unknown; linear takes no numbers"),
    ("decay k-decay(0)", 1, "k-decay(0): k must be above 0"),
]  # fmt: skip


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
        parse("hold >> " * 20_000)

    assert str(caught.value) == "schedule text of 160000 characters is too long; 100000 are read"


def test_a_thousand_phases_or_points_are_read() -> None:
    points = from_points([(k / 3, 1 / (k + 3)) for k in range(1000)])

    assert parse(" >> ".join(["hold"] * 1000)) == Schedule(hold().phases * 1000)
    assert parse(str(points)) == points


def test_a_chain_of_changes_nests_too() -> None:
    """Each change adds a parenthesis to the text, which must still be read."""
    with pytest.raises(ParseError) as caught:
        parse("(hold)" + " scaled 1" * 51)

    first, text, caret = str(caught.value).splitlines()
    assert first == "a schedule nests at most 50 deep, not 51"
    assert caret.index("^") == text.rindex("scaled")
