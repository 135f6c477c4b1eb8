"""mmengine's schedulers, each on its window [begin, end) of the run.

A preset holds the base rate before its window and its own last factor behind it, so that several
of them on one optimizer are a product: `LinearLR(0.001, end=500) * CosineAnnealingLR(begin=500,
end=10_000)`. That is what mmengine does while the absolute `eta_min` is 0 or the other factors
are 1 there. `by_epoch=True` counts epochs and changes the rate once in each;
`convert_to_iter_based=True` counts epochs and changes it at every update.
"""

from typing import Final

from rampup.errors import ScheduleError
from rampup.schedule.build import decay, hold, restarts, warmup
from rampup.schedule.presets.lines import line
from rampup.schedule.presets.pieces import above, lasts, ratio, within
from rampup.schedule.schedule import Schedule
from rampup.units import Length

INF: Final = 10**9
"""mmengine's word for a window without end."""


def ConstantLR(
    factor: float = 1 / 3,
    begin: int = 0,
    end: int = INF,
    by_epoch: bool = True,
    *,
    convert_to_iter_based: bool = False,
) -> Schedule:
    """Return a constant factor, and the base rate from the last step of the window on.

    Departs for a window of one step: mmengine then keeps the factor for ever, the preset uses
    the base rate. A factor of 0, which mmengine divides by, is allowed.

    Args:
        factor: in [0, 1].
        begin: first step of the window.
        end: step behind it; without one the factor stays.
        by_epoch: see the module.
        convert_to_iter_based: see the module.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = ConstantLR(0.5, end=4, by_epoch=False).plan(updates=10)
        >>> [plan(k) for k in range(5)]
        [0.5, 0.5, 0.5, 1.0, 1.0]

    Reference: mmengine 0.10.7, mmengine.optim.scheduler.
    """
    factor = within("factor", factor)
    if lasts("end", end) >= INF:
        return _window(hold().scaled(factor), begin, by_epoch, convert_to_iter_based)
    steps = _steps(begin, end) - 1
    if by_epoch and convert_to_iter_based:
        raise ScheduleError(
            "a converted ConstantLR ends one update before an epoch does, which has no length; "
            "use by_epoch=False"
        )
    unit = "ep" if by_epoch else "up"
    curve = warmup(Length(steps, unit), "constant", start=factor, anchor="start")
    return _window(curve >> hold(), begin, by_epoch, False)


def LinearLR(
    start_factor: float = 1 / 3,
    end_factor: float = 1.0,
    begin: int = 0,
    end: int = INF,
    by_epoch: bool = True,
    *,
    convert_to_iter_based: bool = False,
) -> Schedule:
    """Return a straight line between two factors that are both used, the last step included.

    Departs for a window of one step: mmengine then stays at `start_factor`, the preset uses
    `end_factor`. A start at 0, which mmengine divides by, is allowed.

    Args:
        start_factor: factor of the first step, in [0, 1].
        end_factor: factor of the last step, in [0, 1].
        begin: first step of the window.
        end: step behind it; needed.
        by_epoch: see the module.
        convert_to_iter_based: see the module.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = LinearLR(0.25, end=4, by_epoch=False).plan(updates=10)
        >>> [plan(k) for k in range(5)]
        [0.25, 0.5, 0.75, 1.0, 1.0]

    Reference: mmengine 0.10.7, mmengine.optim.scheduler.
    """
    over = Length(_steps(begin, end, "LinearLR"), "ep" if by_epoch else "up")
    first, last = within("start_factor", start_factor), within("end_factor", end_factor)
    if first == last == 0:
        raise ScheduleError("a line from 0 to 0 trains nothing; raise one of its factors")
    curve = line(first, last, over, anchor="ends")
    return _window(curve, begin, by_epoch, convert_to_iter_based)


def CosineAnnealingLR(
    T_max: int | None = None,
    eta_min: float | None = None,
    begin: int = 0,
    end: int = INF,
    by_epoch: bool = True,
    eta_min_ratio: float | None = None,
    *,
    convert_to_iter_based: bool = False,
    base_lr: float | None = None,
) -> Schedule:
    """Return a cosine decay that stops one step short of `eta_min` and stays there.

    Departs where `T_max` is shorter than the window: mmengine rises again, the preset holds
    `eta_min`.

    Args:
        T_max: steps to `eta_min`; None is the length of the window.
        eta_min: the rate that the decay leads to; None is 0.
        begin: first step of the window.
        end: step behind it; needed where there is no `T_max`.
        by_epoch: see the module.
        eta_min_ratio: the same as a factor; not both.
        convert_to_iter_based: see the module.
        base_lr: the optimizer's rate, needed where `eta_min` is not 0.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> schedule = CosineAnnealingLR(end=6, by_epoch=False)
        >>> plan = schedule.plan(updates=10)
        >>> [round(plan(k), 3) for k in range(8)]
        [1.0, 0.933, 0.75, 0.5, 0.25, 0.067, 0.067, 0.067]

    Reference: mmengine 0.10.7, mmengine.optim.scheduler.
    """
    if eta_min is not None and eta_min_ratio is not None:
        raise ScheduleError("eta_min and eta_min_ratio say the same; give one of them")
    if eta_min_ratio is None:
        to = ratio("eta_min", 0.0 if eta_min is None else eta_min, base_lr)
    else:
        to = within("eta_min_ratio", eta_min_ratio)
    window = _steps(begin, end, "" if T_max else "CosineAnnealingLR")
    steps = lasts("T_max", T_max) if T_max else window
    shown = min(steps, window)
    unit = "ep" if by_epoch else "up"
    if window <= steps:
        # one period of restarts ends at the factor of its last step
        curve = restarts(Length(steps, unit), to=to, over=Length(shown, unit))
    else:
        curve = decay("cosine", over=Length(steps, unit), to=to)
    return _window(curve, begin, by_epoch, convert_to_iter_based)


def PolyLR(
    eta_min: float = 0.0,
    power: float = 1.0,
    begin: int = 0,
    end: int = INF,
    by_epoch: bool = True,
    *,
    convert_to_iter_based: bool = False,
    base_lr: float | None = None,
) -> Schedule:
    """Return a polynomial decay whose last step uses `eta_min`.

    The step i of N + 1 uses the curve at i/N. Departs for a window of one step: mmengine then
    keeps the base rate, the preset uses `eta_min`.

    Args:
        eta_min: the rate at the end.
        power: of what is left, > 0.
        begin: first step of the window.
        end: step behind it; needed.
        by_epoch: see the module.
        convert_to_iter_based: see the module.
        base_lr: the optimizer's rate, needed where `eta_min` is not 0.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = PolyLR(end=5, by_epoch=False).plan(updates=10)
        >>> [plan(k) for k in range(6)]
        [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]

    Reference: mmengine 0.10.7, mmengine.optim.scheduler.
    """
    over = Length(_steps(begin, end, "PolyLR"), "ep" if by_epoch else "up")
    to = ratio("eta_min", eta_min, base_lr)
    curve = decay(f"polynomial({above('power', power)!r})", over=over, to=to, anchor="ends")
    return _window(curve, begin, by_epoch, convert_to_iter_based)


def _steps(begin: int, end: int, needs_end: str = "") -> int:
    """Return how many steps the window has."""
    if needs_end and lasts("end", end) >= INF:
        raise ScheduleError(f"{needs_end} of a window without end never gets anywhere; pass end=…")
    steps = lasts("end", end) - lasts("begin", begin, 0)
    if steps < 1:
        raise ScheduleError(f"end={end} must be behind begin={begin}")
    return steps


def _window(curve: Schedule, begin: int, by_epoch: bool, converted: bool) -> Schedule:
    """Return `curve` from `begin` on."""
    if before := lasts("begin", begin, 0):
        curve = hold(Length(before, "ep" if by_epoch else "up")) >> curve
    return curve.per_epoch() if by_epoch and not converted else curve
