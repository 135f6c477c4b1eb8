"""`from_torch`: a scheduler object of torch or transformers, read as a `Schedule`."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from torch.optim import lr_scheduler as peer

from rampup.errors import ScheduleError
from rampup.schedule.build import from_function
from rampup.schedule.plateau import plateau
from rampup.schedule.presets import torch as ours, transformers
from rampup.schedule.schedule import Schedule


def from_torch(scheduler: peer.LRScheduler) -> Schedule:
    """Return the schedule that a torch scheduler follows, stepped once per update.

    `schedule.plan(…)(k)` × the base rate is the rate of update k. The base rate is `initial_lr`
    of the scheduler's groups, but `max_lr` for OneCycleLR and CyclicLR: build the optimizer anew
    with it, because they leave other rates in their optimizer. It is the whole schedule from
    update 0 on, wherever the scheduler stands; the momentum that those two move is not part of it.

    Departs, as `rampup.presets.torch` and `rampup.presets.transformers` do: behind its end a
    cosine stays down, where torch rises again. A ReduceLROnPlateau becomes a `plateau`, which a
    RampupLR lets drop when `step(metric)` says so: several reports at one update are one, and each
    drop counts, where torch leaves out those of `eps` or less. torch keeps no base rate there:
    where it has a `min_lr`, read it before the first drop.

    Args:
        scheduler: LinearLR, ConstantLR, PolynomialLR, ExponentialLR, StepLR, MultiStepLR,
            CosineAnnealingLR, CosineAnnealingWarmRestarts, CyclicLR, OneCycleLR; SequentialLR and
            ChainedScheduler of them; ReduceLROnPlateau; LambdaLR of a function that can be imported
            by its name, or built by transformers.

    Raises:
        TypeError: it is no torch LRScheduler.
        ScheduleError: no schedule says what it does; the text says why.

    Example:
        >>> import torch
        >>> from rampup import from_torch
        >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
        >>> rise = torch.optim.lr_scheduler.LinearLR(optimizer, 0.25, total_iters=4)
        >>> fall = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 6)
        >>> both = torch.optim.lr_scheduler.SequentialLR(optimizer, [rise, fall], milestones=[4])
        >>> print(from_torch(both))
        warmup 4up linear from 0.25 anchor start >> decay 6up cosine to 0.0
    """
    if not isinstance(scheduler, peer.LRScheduler):
        raise TypeError(
            f"{type(scheduler).__name__} is not an LRScheduler of torch; pass one, such as StepLR"
        )
    # a subclass may compute other rates
    read = _READ.get(type(scheduler))
    if read is None:
        raise ScheduleError(
            f"{type(scheduler).__name__} is no scheduler of torch's own, so that its rates are not "
            "known; write them as a function for from_function"
        )
    return read(scheduler)


def _to_eta_min(preset: Callable[..., Schedule], s: Any, *lengths: int) -> Schedule:
    bases = [float(base) for base in s.base_lrs] if s.eta_min else [None]
    found = [preset(*lengths, s.eta_min, base_lr=base) for base in bases]
    return _same(s, found, f"eta_min = {s.eta_min!r} is no equal share of their base rates")


def _cyclic(s: Any) -> Schedule:
    if s._scale_fn_custom is not None:
        raise ScheduleError(
            "CyclicLR with a scale_fn of its own is no schedule; use one of its modes, or write "
            "the factors as a function for from_function"
        )
    sizes = [s.total_size * s.step_ratio, s.total_size * (1 - s.step_ratio)]
    up, down = map(round, sizes)
    if any(abs(size - whole) > 1e-6 for size, whole in zip(sizes, (up, down), strict=True)):
        raise ScheduleError(
            f"CyclicLR with steps of {sizes[0]:g} up and {sizes[1]:g} down is no schedule; "
            "use whole numbers"
        )
    rates = zip(s.base_lrs, s.max_lrs, strict=True)
    found = [
        ours.CyclicLR(float(low), float(high), up, down, s.mode, s.gamma) for low, high in rates
    ]
    return _same(s, found, "base_lr is no equal share of max_lr")


def _one_cycle(s: Any) -> Schedule:
    # the groups differ in max_lr alone; what they share was not kept, but follows from their rates
    group, phases = s.optimizer.param_groups[0], s._schedule_phases
    first, high, low = (float(group[key]) for key in ("initial_lr", "max_lr", "min_lr"))
    return ours.OneCycleLR(
        high,
        s.total_steps,
        pct_start=(phases[0]["end_step"] + 1) / s.total_steps,
        anneal_strategy=s._anneal_func_type,
        div_factor=high / first if first else math.inf,
        final_div_factor=first / low if low else math.inf,
        three_phase=len(phases) == 3,
    )


def _lambda(s: Any) -> Schedule:
    parts = [_parts(function) for function in s.lr_lambdas]
    if any(part != parts[0] for part in parts):
        raise ScheduleError(
            "LambdaLR has a function of its own for each group, and a schedule is one curve; "
            "read a LambdaLR of each"
        )
    function, positional, keywords = parts[0]
    name = getattr(function, "__qualname__", "")
    if getattr(function, "__module__", "") == "transformers.optimization" and name in _BUILT:
        return _BUILT[name](**keywords)
    if positional or keywords:
        raise ScheduleError(
            f"a partial of {name} cannot be saved, because no name says which arguments it has; "
            "write a function without them at the top level of a module"
        )
    return from_function(function)


def _parts(function: Any) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    if isinstance(function, partial):
        return function.func, function.args, function.keywords
    return function, (), {}


def _min_rate(min_lr_rate: float = 0.0, **run: Any) -> Schedule:
    return transformers.cosine_with_min_lr(min_lr_rate=min_lr_rate, **run)


def _sequential(s: Any) -> Schedule:
    for inner in s._schedulers:
        if isinstance(inner, peer.SequentialLR | peer.ChainedScheduler):
            raise ScheduleError(
                f"SequentialLR cannot start a {type(inner).__name__} where it should, and torch's "
                "rates there are none that a schedule says; put its parts into one SequentialLR"
            )
    parts = [_factor_of_base(s, inner) for inner in s._schedulers]
    return ours.SequentialLR(parts, s._milestones)


def _chained(s: Any) -> Schedule:
    for inner in s._schedulers:
        # what torch writes over the others' rates, though its schedule alone does not show it
        if isinstance(inner, peer.LambdaLR | peer.SequentialLR):
            raise ScheduleError(
                f"ChainedScheduler is no product with {type(inner).__name__}, which writes a rate "
                "of its own over the others'; multiply the schedules of both with *"
            )
    return ours.ChainedScheduler([_factor_of_base(s, inner) for inner in s._schedulers])


def _factor_of_base(s: Any, inner: Any) -> Schedule:
    if isinstance(inner, peer.OneCycleLR | peer.CyclicLR):
        raise ScheduleError(
            f"{type(inner).__name__} in a {type(s).__name__} has a base rate of its own, and a "
            "schedule has one; read it by itself"
        )
    return from_torch(inner)


def _multiplicative(_s: Any) -> Schedule:
    raise ScheduleError(
        "MultiplicativeLR multiplies the values of its function up to each update, and a schedule "
        "replays nothing; write the product as a function for from_function"
    )


def _plateau(s: Any) -> Schedule:
    groups = zip(s.optimizer.param_groups, s.min_lrs, strict=True)
    floors = [_floor(float(g.get("initial_lr", g["lr"])), float(low)) for g, low in groups]
    found = [
        plateau(s.factor, s.patience, s.mode, s.threshold, s.threshold_mode, s.cooldown, to=floor)
        for floor in floors
    ]
    return _same(s, found, "min_lr is no equal share of their base rates")


def _floor(base: float, low: float) -> float:
    """Return the lowest rate as a factor; one that is above the rate keeps it from dropping."""
    return min(low / base, 1.0) if low > 0 < base else 0.0


def _same(s: Any, found: list[Schedule], why: str) -> Schedule:
    if any(schedule != found[0] for schedule in found):
        raise ScheduleError(
            f"the groups of {type(s).__name__} need different schedules, because {why}; "
            "read a scheduler of each"
        )
    return found[0]


_READ: Final[dict[type, Callable[[Any], Schedule]]] = {
    peer.LinearLR: lambda s: ours.LinearLR(s.start_factor, s.end_factor, s.total_iters),
    peer.ConstantLR: lambda s: ours.ConstantLR(s.factor, s.total_iters),
    peer.PolynomialLR: lambda s: ours.PolynomialLR(s.total_iters, s.power),
    peer.ExponentialLR: lambda s: ours.ExponentialLR(s.gamma),
    peer.StepLR: lambda s: ours.StepLR(s.step_size, s.gamma),
    peer.MultiStepLR: lambda s: ours.MultiStepLR(sorted(s.milestones.elements()), s.gamma),
    peer.CosineAnnealingLR: lambda s: _to_eta_min(ours.CosineAnnealingLR, s, s.T_max),
    peer.CosineAnnealingWarmRestarts: (
        lambda s: _to_eta_min(ours.CosineAnnealingWarmRestarts, s, s.T_0, s.T_mult)
    ),
    peer.CyclicLR: _cyclic,
    peer.OneCycleLR: _one_cycle,
    peer.LambdaLR: _lambda,
    peer.SequentialLR: _sequential,
    peer.ChainedScheduler: _chained,
    peer.MultiplicativeLR: _multiplicative,
    peer.ReduceLROnPlateau: _plateau,
}

_BUILT: Final[dict[str, Callable[..., Schedule]]] = {
    "_get_constant_lambda": transformers.constant,
    "_get_constant_schedule_with_warmup_lr_lambda": transformers.constant_with_warmup,
    "_get_linear_schedule_with_warmup_lr_lambda": transformers.linear,
    "_get_cosine_schedule_with_warmup_lr_lambda": _min_rate,
    "_get_cosine_with_hard_restarts_schedule_with_warmup_lr_lambda": (
        transformers.cosine_with_restarts
    ),
    "_get_polynomial_decay_schedule_with_warmup_lr_lambda": (
        lambda lr_init, **run: transformers.polynomial(base_lr=lr_init, **run)
    ),
    "_get_inverse_sqrt_schedule_lr_lambda": transformers.inverse_sqrt,
    "_get_cosine_with_min_lr_schedule_with_warmup_lr_rate_lambda": (
        transformers.cosine_warmup_with_min_lr
    ),
    "_get_wsd_scheduler_lambda": transformers.warmup_stable_decay,
}
"""By the name of what a LambdaLR of transformers calls, the preset that takes its arguments."""
