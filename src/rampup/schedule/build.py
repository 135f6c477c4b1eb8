"""The builders. Each returns a `Schedule`, to be joined by `>>` and multiplied by `*`."""

from collections.abc import Callable, Sequence

from rampup.errors import ScheduleError
from rampup.schedule.build_laws import (
    Long as Long,
    exponential as exponential,
    inverse_sqrt as inverse_sqrt,
    inverse_time as inverse_time,
    maybe,
    one,
    rectified as rectified,
    saturating as saturating,
)
from rampup.schedule.patterns import Cycle, Restarts, Steps
from rampup.schedule.phase import PEAK
from rampup.schedule.points import Function, Points
from rampup.schedule.ramp import Ramp
from rampup.schedule.schedule import Schedule
from rampup.units import Length


def warmup(over: Long, shape: str = "linear", start: float = 0.0, anchor: str = "end") -> Schedule:
    """Return a rise of the factor from `start` to the peak, 1.

    With n updates, update k reads the shape at p = (k+1)/n by default: the first update uses
    1/n of the peak and update n−1 the peak itself, so that no update is wasted.

    Args:
        over: how long: `500` or `"500up"` updates, `"5ep"`, `"3%"`, `"64000sp"`, `"2e9tok"`;
            0 means no warmup.
        shape: a name from `rampup.schedule.shapes`.
        start: factor at p = 0, in [0, 1].
        anchor: `"end"`, `"start"`, `"middle"` or `"ends"`, see `Ramp`.

    Raises:
        ScheduleError: a value cannot be meant.
        UnitError: `over` is no length.

    Example:
        >>> plan = warmup(4).plan(updates=10)
        >>> [plan(k) for k in range(5)]
        [0.25, 0.5, 0.75, 1.0, 1.0]

    Reference: Goyal et al. 2017, Accurate, Large Minibatch SGD, §2.2.
    """
    if over is None:
        raise ScheduleError("a warmup needs a length; write warmup('5ep') or warmup(500)")
    return one(
        Ramp(
            verb="warmup",
            over=Length.of(over),
            shape=shape,
            start=start,
            end=PEAK,
            anchor=anchor,
        )
    )


def hold(over: Long | None = None) -> Schedule:
    """Return a stay at the factor that the phase before ended with (the peak, if it is first).

    Args:
        over: how long, as in `warmup`; None takes what the other phases leave.

    Raises:
        UnitError: `over` is no length.

    Example:
        >>> hold().plan(updates=10)(7)
        1.0
    """
    return one(Ramp(verb="hold", over=maybe(over)))


def decay(
    shape: str = "linear", over: Long | None = None, to: float = 0.0, anchor: str = "start"
) -> Schedule:
    """Return a fall of the factor from where the phase before ended to `to`.

    With n updates, update k reads the shape at p = k/n by default, so the first update still
    uses the full factor and `to` is reached at update n.

    Args:
        shape: a name from `rampup.schedule.shapes`.
        over: how long, as in `warmup`; None takes what the other phases leave.
        to: factor at p = 1, in [0, 1].
        anchor: as in `warmup`.

    Raises:
        ScheduleError: a value cannot be meant.
        UnitError: `over` is no length.

    Example:
        >>> plan = decay("cosine").plan(updates=4)
        >>> [round(plan(k), 3) for k in range(5)]
        [1.0, 0.854, 0.5, 0.146, 0.0]

    Reference: Loshchilov & Hutter 2017, SGDR, eq. 5 (cosine).
    """
    return one(Ramp(verb="decay", over=maybe(over), shape=shape, end=to, anchor=anchor))


def rise(
    shape: str = "linear",
    over: Long | None = None,
    to: float = 1.0,
    start: float | None = None,
    anchor: str = "start",
) -> Schedule:
    """Return a rise of the factor to `to` that is no warmup; the mirror of `decay`.

    With n updates, update k reads the shape at p = k/n by default, so `to` is reached at update n.

    Args:
        shape: a name from `rampup.schedule.shapes`.
        over: how long, as in `warmup`; None takes what the other phases leave.
        to: factor at p = 1, in [0, 1].
        start: factor at p = 0, in [0, 1]; None goes on from where the phase before ended.
        anchor: as in `warmup`.

    Raises:
        ScheduleError: a value cannot be meant.

    Example:
        >>> plan = (decay(over=4) >> rise(to=0.5)).plan(updates=8)
        >>> plan(2), plan(4), plan(6), plan(8)
        (0.5, 0.0, 0.25, 0.5)
    """
    return one(Ramp(verb="rise", over=maybe(over), shape=shape, start=start, end=to, anchor=anchor))


def steps(
    at: Sequence[Long] = (),
    gamma: float = 0.1,
    over: Long | None = None,
    *,
    every: Long | None = None,
    times: float = 1.0,
) -> Schedule:
    """Return a factor that is multiplied by `gamma` at each of the points `at`, or regularly.

    Args:
        at: lengths from the phase's start, ascending.
        gamma: in [0, 1].
        over: how long, as in `warmup`; None takes what the other phases leave.
        every: length of the first step, in place of points.
        times: each step's length over the one before, ≥ 1.

    Example:
        >>> plan = steps(at=[4, 8], gamma=0.5).plan(updates=10)
        >>> plan(3), plan(4), plan(8)
        (1.0, 0.5, 0.25)
        >>> print(steps(every="30ep"))
        steps every 30ep gamma 0.1

    Reference: He et al. 2016, Deep Residual Learning, §3.4.
    """
    points = tuple(Length.of(point) for point in at)
    return one(Steps(at=points, gamma=gamma, over=maybe(over), every=maybe(every), times=times))


def restarts(
    period: Long,
    times: float = 1.0,
    peak: float = 1.0,
    shape: str = "cosine",
    to: float = 0.0,
    over: Long | None = None,
) -> Schedule:
    """Return decays that start again and again (SGDR).

    Args:
        period: length of the first decay.
        times: each period's length over the one before, ≥ 1.
        peak: each period's start over the one before, in [0, 1].
        shape: of each decay.
        to: factor at the end of each decay.
        over: how long, as in `warmup`; None takes what the other phases leave.

    Example:
        >>> plan = restarts(4, times=2, shape="linear").plan(updates=12)
        >>> [plan(k) for k in (0, 2, 4, 8)]
        [1.0, 0.5, 1.0, 0.5]

    Reference: Loshchilov & Hutter 2017, SGDR, §3.
    """
    return one(
        Restarts(
            period=Length.of(period), times=times, peak=peak, shape=shape, to=to, over=maybe(over)
        )
    )


def cycle(
    up: Long,
    down: Long | None = None,
    low: float = 0.1,
    mode: str = "triangular",
    gamma: float = 1.0,
    over: Long | None = None,
) -> Schedule:
    """Return triangles between `low` and the peak.

    Args:
        up: length of each rise.
        down: length of each fall; None is as long as the rise.
        low: factor at which each triangle starts, in [0, 1].
        mode: `"triangular"`, `"triangular2"` or `"exp_range"`.
        gamma: for `"exp_range"`: update k's height is multiplied by gamma^k.
        over: how long, as in `warmup`; None takes what the other phases leave.

    Example:
        >>> plan = cycle(2, low=0.5).plan(updates=8)
        >>> [plan(k) for k in range(5)]
        [0.5, 0.75, 1.0, 0.75, 0.5]

    Reference: Smith 2017, Cyclical Learning Rates, §3.
    """
    rise = Length.of(up)
    fall = rise if down is None else Length.of(down)
    return one(Cycle(up=rise, down=fall, low=low, mode=mode, gamma=gamma, over=maybe(over)))


def one_cycle(
    up: Long = "30%",
    start: float = 1 / 25,
    to: float = 1 / 250_000,
    shape: str = "cosine",
) -> Schedule:
    """Return one rise to the peak and one fall over the rest of the run (1cycle).

    Args:
        up: length of the rise.
        start: factor of the first update.
        to: factor of the last update.
        shape: of both.

    Example:
        >>> plan = one_cycle(up=40, shape="linear").plan(updates=100)
        >>> plan(0), plan(39), plan(99)
        (0.04, 1.0, 4e-06)

    Reference: Smith & Topin 2018, Super-Convergence.
    """
    rise = warmup(up, shape=shape, start=start, anchor="ends")
    return rise >> decay(shape, to=to, anchor="end")


def from_points(points: Sequence[tuple[float, float]], shape: str = "linear") -> Schedule:
    """Return the curve through `points`, held before the first and after the last.

    Args:
        points: `(update, factor)`, updates ascending from the phase's start.
        shape: of the curve between two points.

    Example:
        >>> from_points([(0, 0.0), (4, 1.0), (8, 0.5)]).plan(updates=10)(6)
        0.75
    """
    return one(Points(points=tuple((at, factor) for at, factor in points), shape=shape))


def from_function(function: Callable[[int], float], over: Long | None = None) -> Schedule:
    """Return the factors that a function of yours gives for the index of each update.

    The schedule keeps the function's import path, so that text and checkpoints can name it.

    Args:
        function: a named function at the top level of a module; from the index of the phase's
            update to a finite factor ≥ 0.
        over: how long, as in `warmup`; None takes what the other phases leave.

    Raises:
        ScheduleError: it cannot be imported by a name.

    Example:
        >>> import math
        >>> from_function(math.exp2).plan(updates=10)(3)
        8.0
    """
    name = getattr(function, "__qualname__", "")
    module = getattr(function, "__module__", None)
    if not module or not name or "<" in name or module == "__main__":
        raise ScheduleError(
            f"{function!r} has no name that can be imported, so it cannot be saved; "
            "put it at the top level of a module"
        )
    phase = Function(path=f"{module}:{name}", over=maybe(over))
    if phase.load() is not function:
        raise ScheduleError(f"{phase.path} is another function than {function!r}; rename one")
    return one(phase)
