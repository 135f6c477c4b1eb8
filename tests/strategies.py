"""Hypothesis strategies for the values that the tests draw: lengths, horizons, schedules, plans."""

from fractions import Fraction

from hypothesis import strategies as st

from rampup import Horizon, Length, Plan, Schedule, decay, hold, warmup
from rampup.schedule.phase import ANCHORS
from rampup.schedule.shapes import SHAPES

shapes = st.sampled_from(sorted(SHAPES))
anchors = st.sampled_from(ANCHORS)
factors = st.floats(0, 1)
percents = st.integers(0, 100).map(lambda percent: percent / 100)
"""Factors whose neighbours on a curve are different floats."""
whole = st.integers(1, 2**53)


@st.composite
def lengths(draw: st.DrawFn, *, least: int = 1) -> Length:
    """Return a length of at least `least` millionths in any unit."""
    unit = draw(st.sampled_from(["up", "ep", "%", "sp", "tok"]))
    if unit in ("up", "sp", "tok"):
        return Length(draw(st.integers(min(least, 1), 2**53)), unit)
    most = 100 if unit == "%" else 10_000
    millionths = draw(st.integers(least, most * 10**6))
    return Length(float(Fraction(millionths, 10**6)), unit)


@st.composite
def horizons(draw: st.DrawFn) -> Horizon:
    """Return a run that knows every number, so that it converts every length."""
    return Horizon(
        updates=draw(whole),
        updates_per_epoch=draw(st.integers(1, 10**6)),
        samples_per_update=draw(st.integers(1, 10**6)),
        tokens_per_update=draw(st.integers(1, 10**9)),
    )


@st.composite
def phases(draw: st.DrawFn) -> Schedule:
    """Return one phase that can be meant, on whatever run."""
    shape, anchor = draw(shapes), draw(anchors)
    verb = draw(st.sampled_from(["warmup", "hold", "decay"]))
    if verb == "warmup":
        return warmup(draw(lengths(least=0)), shape=shape, start=draw(factors), anchor=anchor)
    over = draw(st.none() | lengths())
    if verb == "hold":
        return hold(over)
    return decay(shape, over=over, to=draw(factors), anchor=anchor)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Return a schedule that can be written down; it need not fit any run."""
    pieces = draw(st.lists(phases(), min_size=1, max_size=4))
    schedule = Schedule(tuple(phase for piece in pieces for phase in piece.phases))
    if draw(st.booleans()):
        schedule = schedule.per_epoch()
    if draw(st.booleans()):
        schedule = schedule.without_warmup()
    return schedule


@st.composite
def plans(draw: st.DrawFn, factors: st.SearchStrategy[float] = factors) -> Plan:
    """Return a schedule on a run that it fits, with one phase at most left open.

    Args:
        draw: given by hypothesis.
        factors: where phases start and end.
    """
    epoch = draw(st.sampled_from([1, 1, 7, 100]))
    counts = draw(st.lists(st.integers(1, 40), min_size=1, max_size=4))
    rest = draw(st.integers(1, 20))  # keeps a warmup shorter than the run
    open_at = draw(st.none() | st.integers(0, len(counts) - 1))
    level, pieces = 1.0, []
    for position, count in enumerate(counts):
        shape, anchor = draw(shapes), draw(anchors)
        over = None if position == open_at else Length(count * epoch)
        verb = draw(st.sampled_from(["warmup", "hold", "decay"]))
        if verb == "warmup" and over is not None:
            pieces.append(warmup(over, shape=shape, start=draw(factors), anchor=anchor))
            level = 1.0
        elif verb == "hold":
            pieces.append(hold(over))
        else:
            level *= draw(factors)
            pieces.append(decay(shape, over=over, to=level, anchor=anchor))
    schedule = Schedule(tuple(phase for piece in pieces for phase in piece.phases))
    if epoch > 1:
        schedule = schedule.per_epoch()
    run = (sum(counts) + rest) * epoch
    return schedule.plan(updates=run, updates_per_epoch=epoch)
