"""Hypothesis strategies for the values that the tests draw: lengths, horizons, schedules, plans."""

from fractions import Fraction

from hypothesis import strategies as st

from rampup import (
    Horizon,
    Length,
    Plan,
    Schedule,
    cycle,
    decay,
    exponential,
    from_points,
    hold,
    inverse_sqrt,
    inverse_time,
    rectified,
    restarts,
    rise,
    saturating,
    steps,
    warmup,
)
from rampup.schedule.ramp import ANCHORS
from rampup.schedule.shapes import SHAPES

shapes = st.sampled_from([*sorted(SHAPES), "cosine(0.3)", "polynomial(2.0,1.5)"])
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


def above_zero(shape: str, factor: float) -> float:
    """Return a factor that a shape can lead to: no ratio leads to zero."""
    return max(factor, 0.001) if shape == "exponential" else factor


@st.composite
def phases(draw: st.DrawFn) -> Schedule:
    """Return one phase between two factors that can be meant, on whatever run."""
    shape, anchor = draw(shapes), draw(anchors)
    verb = draw(st.sampled_from(["warmup", "hold", "decay"]))
    factor = above_zero(shape, draw(factors))
    if verb == "warmup":
        return warmup(draw(lengths(least=0)), shape=shape, start=factor, anchor=anchor)
    over = draw(st.none() | lengths())
    if verb == "hold":
        return hold(over)
    return decay(shape, over=over, to=factor, anchor=anchor)


@st.composite
def patterns(draw: st.DrawFn) -> Schedule:
    """Return one phase of any other kind that lasts, with lengths in updates."""
    count = st.integers(1, 30)
    over = draw(st.none() | count)
    kind = draw(st.integers(0, 9))
    if kind == 0:
        at = sorted(draw(st.sets(count, min_size=1, max_size=4)))
        return steps(at=at, gamma=draw(factors), over=over)
    if kind == 1:
        times = draw(st.sampled_from([1.0, 1.1, 1.5, 2.0]))
        shape = draw(shapes)
        to = above_zero(shape, draw(st.floats(0, 0.01)))
        return restarts(draw(count), times=times, peak=draw(factors), shape=shape, to=to, over=over)
    if kind == 2:
        mode = draw(st.sampled_from(["triangular", "triangular2", "exp_range"]))
        gamma = draw(factors)
        low = draw(factors)
        return cycle(draw(count), draw(count), low=low, mode=mode, gamma=gamma, over=over)
    if kind == 3:
        return inverse_sqrt(draw(count), over=over)
    if kind == 4:
        return exponential(draw(st.floats(0.01, 1)), every=draw(count), over=over)
    if kind == 5:
        return saturating(draw(count), over=over)
    if kind == 6:
        return rectified(draw(st.floats(0.7, 0.9999)), over=over)
    if kind == 7:
        times = draw(st.sampled_from([1.0, 1.1, 2.0]))
        return steps(every=draw(count), times=times, gamma=draw(factors), over=over)
    if kind == 8:
        rate, power = draw(st.floats(0.001, 100)), draw(st.floats(0.1, 3))
        return inverse_time(rate, draw(count), power, draw(st.booleans()), over=over)
    places = sorted(draw(st.sets(st.integers(0, 60), min_size=1, max_size=5)))
    points = [(place / 2, draw(st.floats(0, 2))) for place in places]
    return from_points(points, draw(shapes))


@st.composite
def combined(draw: st.DrawFn, depth: int = 2) -> Schedule:
    """Return a schedule of any kind: phases joined, multiplied and changed as a whole."""
    count = st.integers(1, 20)
    lasting = st.builds(lambda s, n: decay(s, over=n, to=0.001), shapes, count)
    if depth == 0:
        return draw(patterns() | lasting | st.builds(warmup, count, shapes, st.just(0.1)))
    inner = combined(depth - 1)
    kind = draw(st.integers(0, 16))
    one = draw(inner)
    if kind == 0:
        return one >> draw(inner)
    if kind == 1:
        return one * draw(inner)
    if kind == 2:
        return one.scaled(draw(st.floats(0, 3)))
    if kind == 3:
        return one.clamped(0.1, draw(st.floats(0.1, 1)))
    if kind == 4:
        return one.rewarmed(at=draw(count), over=draw(count), start=draw(factors))
    if kind == 5:
        return one.cooldown(at=draw(count), over=draw(count), to=0.0, shape="linear")
    if kind == 9:
        return one.delayed(draw(count))
    if kind == 10:
        return one.since(draw(count))
    if kind == 11:
        return one.cut(draw(count), to=draw(st.none() | factors))
    if kind == 12:
        return one.faded(at=draw(count), over=draw(count), shape=draw(shapes), to=0.01)
    if kind == 13:
        return one.lifted(draw(factors))
    if kind == 14:
        return one.within(draw(st.integers(40, 200)))
    if kind == 16:
        return one.on(draw(st.integers(40, 200)))
    if kind == 15:
        return draw(lasting) >> rise(draw(shapes), over=draw(count), to=draw(st.floats(0.01, 1)))
    fixed = draw(lasting) >> draw(lasting.map(lambda s: s.clamped(0.0, 0.001)))
    if kind == 6:
        return fixed.stretched(to=draw(count) + 20)
    if kind == 7:
        return fixed.repeated(draw(st.none() | st.integers(1, 4)))
    if kind == 8:
        return one.per_epoch()
    return one


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
            start = above_zero(shape, draw(factors))
            pieces.append(warmup(over, shape=shape, start=start, anchor=anchor))
            level = 1.0
        elif verb == "hold":
            pieces.append(hold(over))
        else:
            level = min(level, above_zero(shape, level * draw(factors)))
            if shape == "exponential" and level == 0.0:
                shape = "linear"
            pieces.append(decay(shape, over=over, to=level, anchor=anchor))
    schedule = Schedule(tuple(phase for piece in pieces for phase in piece.phases))
    if epoch > 1:
        schedule = schedule.per_epoch()
    run = (sum(counts) + rest) * epoch
    return schedule.plan(updates=run, updates_per_epoch=epoch)
