"""torch.optim.lr_scheduler 2.13 as expressions of the algebra; torch itself is not imported.

One `scheduler.step()` per update is meant. Momentum arguments are left out, as a schedule is one
curve, and those behind them are taken by name only. A preset that ends is refused, with the
numbers, on a run that is shorter than it.
"""

from collections.abc import Sequence

from rampup.errors import ScheduleError
from rampup.schedule.build import (
    cycle,
    decay,
    exponential,
    from_points,
    restarts,
    steps,
    warmup,
)
from rampup.schedule.phase import PEAK
from rampup.schedule.presets.lines import line
from rampup.schedule.presets.pieces import above, lasts, ratio, within
from rampup.schedule.presets.torch_composed import (
    ChainedScheduler as ChainedScheduler,
    SequentialLR as SequentialLR,
    staircase,
)
from rampup.schedule.schedule import Schedule
from rampup.units import Length


def LinearLR(
    start_factor: float = 1 / 3, end_factor: float = 1.0, total_iters: int = 5
) -> Schedule:
    """Return a straight line between two factors of the base rate.

    Update k uses start + (end − start)·min(k, N)/N: the first one `start_factor`, update N
    `end_factor`. Departs: with N < 1 torch stays at `start_factor` for good; here it is refused.

    Args:
        start_factor: in (0, 1].
        end_factor: in [0, 1].
        total_iters: N, ≥ 1.

    Example:
        >>> plan = LinearLR(0.25, total_iters=4).plan(updates=10)
        >>> [plan(k) for k in range(6)]
        [0.25, 0.4375, 0.625, 0.8125, 1.0, 1.0]

    Reference: torch 2.13, LinearLR.
    """
    over = lasts("total_iters", total_iters)
    start, end = within("start_factor", start_factor), within("end_factor", end_factor)
    if start == 0:
        raise ScheduleError(f"start_factor = {start_factor!r} must be above 0, as in torch")
    return line(start, end, over)


def ConstantLR(factor: float = 1 / 3, total_iters: int = 5) -> Schedule:
    """Return `factor` for the first updates, then the base rate.

    Updates 0 … N − 1 use `factor`, update N the base rate. Departs: with N < 1 torch stays at
    `factor` for good; here it is refused. With factor 0 torch divides by zero at update N; here
    it goes on.

    Args:
        factor: in [0, 1].
        total_iters: N, ≥ 1.

    Example:
        >>> plan = ConstantLR(0.5, total_iters=2).plan(updates=10)
        >>> [plan(k) for k in range(4)]
        [0.5, 0.5, 1.0, 1.0]

    Reference: torch 2.13, ConstantLR.
    """
    over = lasts("total_iters", total_iters)
    return warmup(over, shape="constant", start=within("factor", factor), anchor="start")


def CosineAnnealingLR(
    T_max: int, eta_min: float = 0.0, *, base_lr: float | None = None
) -> Schedule:
    """Return half a cosine from the base rate down to `eta_min`.

    Update k uses η + (base − η)(1 + cos πk/T_max)/2: the first one the base rate, update T_max
    `eta_min`. Departs: past update T_max torch rises again; here `eta_min` is held.

    Args:
        T_max: updates down to `eta_min`, ≥ 1.
        eta_min: absolute rate; torch rises to one above the base rate, here it is refused.
        base_lr: the optimizer's rate; needed where `eta_min` is not 0.

    Example:
        >>> plan = CosineAnnealingLR(4, eta_min=0.01, base_lr=0.1).plan(updates=10)
        >>> [round(plan(k), 3) for k in range(6)]
        [1.0, 0.868, 0.55, 0.232, 0.1, 0.1]

    Reference: torch 2.13, CosineAnnealingLR.
    """
    return decay("cosine", over=lasts("T_max", T_max), to=ratio("eta_min", eta_min, base_lr))


def PolynomialLR(total_iters: int = 5, power: float = 1.0) -> Schedule:
    """Return a fall from the base rate to 0 by (1 − k/N)^power.

    The first update uses the base rate, update N and those behind it 0.

    Args:
        total_iters: N, ≥ 1.
        power: > 0.

    Example:
        >>> plan = PolynomialLR(4, power=2).plan(updates=10)
        >>> [plan(k) for k in range(5)]
        [1.0, 0.5625, 0.25, 0.0625, 0.0]

    Reference: torch 2.13, PolynomialLR.
    """
    over, power = lasts("total_iters", total_iters), above("power", power)
    return decay("linear" if power == 1 else f"polynomial({power!r})", over=over)


def ExponentialLR(gamma: float) -> Schedule:
    """Return a fall by the factor `gamma` with each update.

    Update k uses gamma^k. Departs: torch takes any gamma; one above 1, or not above 0, is refused.

    Args:
        gamma: in (0, 1].

    Example:
        >>> ExponentialLR(0.5).plan(updates=10)(3)
        0.125

    Reference: torch 2.13, ExponentialLR.
    """
    if within("gamma", gamma) == 0:
        raise ScheduleError(f"gamma = {gamma!r} must be above 0: no law falls to 0 at once")
    return exponential(float(gamma))


def StepLR(step_size: int, gamma: float = 0.1) -> Schedule:
    """Return a factor that is multiplied by `gamma` every `step_size` updates.

    Update k uses gamma^⌊k / step_size⌋. Departs: a gamma above 1, or below 0, is refused.

    Args:
        step_size: in updates, ≥ 1.
        gamma: in [0, 1].

    Example:
        >>> plan = StepLR(3, gamma=0.5).plan(updates=10)
        >>> [plan(k) for k in (0, 2, 3, 6)]
        [1.0, 1.0, 0.5, 0.25]

    Reference: torch 2.13, StepLR.
    """
    return steps(every=lasts("step_size", step_size), gamma=within("gamma", gamma))


def MultiStepLR(milestones: Sequence[int], gamma: float = 0.1) -> Schedule:
    """Return a factor that is multiplied by `gamma` at each milestone.

    Update k uses gamma^(milestones ≤ k); one that is given n times counts n times, and the order
    does not matter. Departs: a gamma above 1, or below 0, is refused.

    Args:
        milestones: update indices.
        gamma: in [0, 1].

    Example:
        >>> plan = MultiStepLR([3, 6], gamma=0.5).plan(updates=10)
        >>> [plan(k) for k in (2, 3, 6)]
        [1.0, 0.5, 0.25]

    Reference: torch 2.13, MultiStepLR.
    """
    at = [Length(lasts("a milestone", milestone, least=0)) for milestone in milestones]
    return staircase(at, within("gamma", gamma))


def OneCycleLR(
    max_lr: float,
    total_steps: int | None = None,
    epochs: int | None = None,
    steps_per_epoch: int | None = None,
    pct_start: float = 0.3,
    anneal_strategy: str = "cos",
    *,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
    three_phase: bool = False,
) -> Schedule:
    """Return the one-cycle policy; the factor is relative to `max_lr`.

    T updates rise from 1/div to 1 at update pct·T − 1, which need not be whole, and fall to
    1/div/final_div at update T − 1; three phases pass 1/div at update 2·pct·T − 2. Departs:
    torch's one step past the end rises, a second one raises; here the last factor is held. With
    pct·T < 1 the peak lies before the first update and is never used; three phases then leave the
    last one only. With pct·T = 1 torch divides by zero; here that is refused.

    Args:
        max_lr: the peak; make it the optimizer's base rate.
        total_steps: T; or give both of the next two.
        epochs: of the run.
        steps_per_epoch: T is epochs · steps_per_epoch.
        pct_start: share of T that rises, in [0, 1].
        anneal_strategy: `"cos"` or `"linear"`.
        div_factor: `max_lr` over the first rate.
        final_div_factor: the first rate over the last one.
        three_phase: fall symmetrically to the first rate before the last fall.

    Example:
        >>> plan = OneCycleLR(0.1, total_steps=10, pct_start=0.4).plan(updates=10)
        >>> [round(plan(k), 6) for k in (0, 1, 3, 4, 9)]
        [0.04, 0.28, 1.0, 0.933013, 4e-06]

    Reference: torch 2.13, OneCycleLR.
    """
    above("max_lr", max_lr)
    if total_steps is None:
        if epochs is None or steps_per_epoch is None:
            raise ScheduleError("pass total_steps=…, or both epochs=… and steps_per_epoch=…")
        total_steps = lasts("epochs", epochs) * lasts("steps_per_epoch", steps_per_epoch)
    total_steps = lasts("total_steps", total_steps)
    shape = _annealing(anneal_strategy)
    first, end = 1 / above("div_factor", div_factor), total_steps - 1
    last = first / above("final_div_factor", final_div_factor)
    rise = _share(pct_start, total_steps)
    if pct_start == 0 and not three_phase:
        return decay(shape, over=total_steps, to=last, anchor="end")
    if rise < 1:
        # what torch's last phase starts from lies before the first update, by less than 1 or 2
        before = 2 if three_phase else 1
        top = (before * rise, first if three_phase else PEAK)
        return from_points([top, (total_steps - 1.0 + before, last)], shape).since(before)
    points = [(0.0, first), (rise - 1, PEAK)]
    if three_phase and points[-1][0] < end:
        points.append((2 * rise - 2, first))
    if points[-1][0] < end:
        points.append((float(end), last))
    curve = from_points(points, shape)
    return curve if int(points[-1][0]) < total_steps else curve.cut(total_steps)


def one_cycle_momentum(
    total_steps: int,
    pct_start: float = 0.3,
    anneal_strategy: str = "cos",
    *,
    base_momentum: float = 0.85,
    max_momentum: float = 0.95,
    three_phase: bool = False,
) -> Schedule:
    """Return what OneCycleLR does to the momentum; the factor is relative to `max_momentum`.

    T updates fall from 1 to base/max at update pct·T − 1 and rise to 1 at update T − 1; three
    phases are back at 1 at update 2·pct·T − 2. It is for `also=` of a RampupLR:
    `also={"momentum": one_cycle_momentum(…)}`, or `"betas.0"` with Adam, on an optimizer whose
    momentum is `max_momentum`.

    Args:
        total_steps: T.
        pct_start: share of T that falls, in [0, 1].
        anneal_strategy: `"cos"` or `"linear"`.
        base_momentum: the lowest, in [0, max_momentum].
        max_momentum: the highest, > 0.
        three_phase: as for OneCycleLR.

    Example:
        >>> plan = one_cycle_momentum(total_steps=10, pct_start=0.4).plan(updates=10)
        >>> [round(0.95 * plan(k), 6) for k in (0, 3, 9)]
        [0.95, 0.85, 0.95]

    Reference: torch 2.13, OneCycleLR with cycle_momentum.
    """
    shape = _annealing(anneal_strategy)
    low = ratio("base_momentum", base_momentum, above("max_momentum", max_momentum))
    fall, end = _share(pct_start, lasts("total_steps", total_steps)), total_steps - 1.0
    if fall < 1:
        if three_phase:
            return from_points([(0.0, PEAK), (end, PEAK)])
        return from_points([(fall, low), (end + 1, PEAK)], shape).since(1)
    points = [(0.0, PEAK), (fall - 1, low)]
    if points[-1][0] < end:
        points.append((2 * fall - 2 if three_phase else end, PEAK))
    curve = from_points(points, shape)
    return curve if int(points[-1][0]) < total_steps else curve.cut(total_steps)


def _annealing(strategy: str) -> str:
    """Return our name of a shape of torch's one-cycle policy."""
    if strategy not in ("cos", "linear"):
        raise ScheduleError(f"anneal_strategy {strategy!r} is unknown; use 'cos' or 'linear'")
    return "cosine" if strategy == "cos" else "linear"


def _share(pct_start: float, total_steps: int) -> float:
    """Return how many updates the first phase of torch's one-cycle policy has."""
    share = within("pct_start", pct_start) * total_steps
    if share == 1:
        raise ScheduleError(
            f"pct_start = {pct_start!r} of {total_steps} steps is exactly one update, where torch "
            "divides by zero; use a little more or less"
        )
    return share


def CyclicLR(
    base_lr: float,
    max_lr: float,
    step_size_up: int = 2000,
    step_size_down: int | None = None,
    mode: str = "triangular",
    gamma: float = 1.0,
) -> Schedule:
    """Return triangles between two rates; the factor is relative to `max_lr`.

    The first update uses `base_lr`, update `step_size_up` the peak: `max_lr` in each cycle, half
    the height from cycle to cycle in mode `"triangular2"`, gamma^k of the height in
    `"exp_range"`. `scale_fn` is left out: a schedule is data.

    Args:
        base_lr: the low rate, in [0, max_lr].
        max_lr: the peak; make it the optimizer's base rate.
        step_size_up: updates of a rise, ≥ 1.
        step_size_down: of a fall, ≥ 1; None is as many.
        mode: `"triangular"`, `"triangular2"` or `"exp_range"`.
        gamma: in [0, 1].

    Example:
        >>> plan = CyclicLR(0.1, 0.2, step_size_up=2).plan(updates=10)
        >>> [plan(k) for k in range(5)]
        [0.5, 0.75, 1.0, 0.75, 0.5]

    Reference: torch 2.13, CyclicLR.
    """
    low = ratio("base_lr", base_lr, max_lr, "max_lr")
    up = lasts("step_size_up", step_size_up)
    down = None if step_size_down is None else lasts("step_size_down", step_size_down)
    return cycle(up, down, low=low, mode=mode, gamma=within("gamma", gamma))


def CosineAnnealingWarmRestarts(
    T_0: int, T_mult: int = 1, eta_min: float = 0.0, *, base_lr: float | None = None
) -> Schedule:
    """Return half cosines from the base rate to `eta_min`, started again and again.

    Update i of a period of T uses η + (base − η)(1 + cos πi/T)/2: `eta_min` itself is never used.

    Args:
        T_0: updates of the first period, ≥ 1.
        T_mult: each period's length over the one before, ≥ 1.
        eta_min: absolute rate, at most the base rate.
        base_lr: the optimizer's rate; needed where `eta_min` is not 0.

    Example:
        >>> plan = CosineAnnealingWarmRestarts(2, T_mult=2).plan(updates=10)
        >>> [round(plan(k), 3) for k in range(7)]
        [1.0, 0.5, 1.0, 0.854, 0.5, 0.146, 1.0]

    Reference: torch 2.13, CosineAnnealingWarmRestarts.
    """
    period, times = lasts("T_0", T_0), lasts("T_mult", T_mult)
    return restarts(period, times=times, to=ratio("eta_min", eta_min, base_lr))
