"""`build`: a peer by the name of its class and its arguments.

Not here: reading the arguments off a script.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from inspect import signature
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from rampup.checker.gather.script.peers import (
    averaging,
    composed,
    cyclic,
    dampening,
    factors,
    one_cycle,
    plateau,
    recursive,
    restarts,
    timm_cycles,
    timm_drops,
    transformers,
)
from rampup.checker.gather.script.peers.peer import (
    RAISED,
    Group,
    NotKnownError,
    Optimizer,
    Peer,
    PeerError,
)

Builder = Callable[..., Peer]

LARGEST: Final = 2**53
"""Numbers and lists beyond any schedule, which would only cost time."""

BUILDERS: Final[Mapping[str, Sequence[Builder]]] = {
    "torch": (
        averaging.SWALR,
        composed.ChainedScheduler,
        composed.SequentialLR,
        cyclic.CyclicLR,
        factors.LambdaLR,
        factors.MultiplicativeLR,
        one_cycle.OneCycleLR,
        plateau.ReduceLROnPlateau,
        recursive.ConstantLR,
        recursive.CosineAnnealingLR,
        recursive.ExponentialLR,
        recursive.LinearLR,
        recursive.MultiStepLR,
        recursive.PolynomialLR,
        recursive.StepLR,
        restarts.CosineAnnealingWarmRestarts,
    ),
    "transformers": (
        transformers.get_constant_schedule,
        transformers.get_constant_schedule_with_warmup,
        transformers.get_cosine_schedule_with_warmup,
        transformers.get_cosine_with_hard_restarts_schedule_with_warmup,
        transformers.get_cosine_with_min_lr_schedule_with_warmup,
        transformers.get_cosine_with_min_lr_schedule_with_warmup_lr_rate,
        transformers.get_inverse_sqrt_schedule,
        transformers.get_linear_schedule_with_warmup,
        transformers.get_polynomial_decay_schedule_with_warmup,
        transformers.get_wsd_schedule,
    ),
    "timm": (
        timm_cycles.CosineLRScheduler,
        timm_cycles.PolyLRScheduler,
        timm_cycles.TanhLRScheduler,
        timm_drops.MultiStepLRScheduler,
        timm_drops.PlateauLRScheduler,
        timm_drops.StepLRScheduler,
        timm_drops.WSDLRScheduler,
    ),
    "pytorch_warmup": (
        dampening.ExponentialWarmup,
        dampening.LinearWarmup,
        dampening.RAdamWarmup,
        dampening.UntunedExponentialWarmup,
        dampening.UntunedLinearWarmup,
    ),
}
IGNORED: Final = frozenset({"optimizer", "schedulers", "verbose"})
"""Arguments that come by another way, or that change no rate (`verbose`, up to torch 2.6)."""

CHOSEN: Final = ("transformers", "get_scheduler")


def build(
    kind: str,
    groups: list[Group],
    arguments: Mapping[str, Any],
    parts: Sequence[Peer] = (),
    *,
    defaults: Mapping[str, Any] | None = None,
) -> Peer | None:
    """Return a scheduler that has just been built on `groups`, which it writes to.

    Args:
        kind: dotted name of its class or function, such as "torch.optim.lr_scheduler.LinearLR".
        groups: the `param_groups` of its optimizer, each with its rate as "lr", in floats.
        arguments: what it is called with, by name (`names`); "optimizer" and "schedulers" are
            passed over. What is no number, text, list of these or function is not known.
        parts: the schedulers that a SequentialLR or a ChainedScheduler is made of.
        defaults: the optimizer's `defaults`; None where they are not known.

    Returns:
        The peer; None where the kind or an argument is not known.

    Raises:
        PeerError: the real constructor raises.

    Example:
        >>> groups = [{"lr": 1.0}]
        >>> rise = build("torch.optim.lr_scheduler.LinearLR", groups, {"total_iters": 2})
        >>> [round(rise.last_lr[0], 3), rise.step(), round(groups[0]["lr"], 3)]
        [0.333, None, 0.667]
    """
    if not all(_fits(group.get("lr"), float) for group in groups):
        return None
    builder = _builder(kind)
    try:
        if _library_and_name(kind) == CHOSEN:
            builder, arguments = transformers.chosen(arguments)
        bound = None if builder is None else _bound(builder, arguments)
        if builder is None or bound is None:
            return None
        if "parts" in _parameters(builder):
            bound["parts"] = list(parts)
        return builder(optimizer=Optimizer(groups, defaults), **bound)
    except NotKnownError:
        return None
    except RAISED as error:
        raise PeerError(error) from None


def names(kind: str) -> tuple[str, ...] | None:
    """Return the names of a call's arguments in their order; None where the kind is not known.

    Example:
        >>> names("torch.optim.lr_scheduler.SequentialLR")
        ('optimizer', 'schedulers', 'milestones', 'last_epoch')
    """
    if _library_and_name(kind) == CHOSEN:
        lengths = ("num_warmup_steps", "num_training_steps")
        return ("name", "optimizer", *lengths, "scheduler_specific_kwargs")
    builder = _builder(kind)
    if builder is None:
        return None
    return tuple("schedulers" if name == "parts" else name for name in _parameters(builder))


def _library_and_name(kind: str) -> tuple[str, str]:
    return kind.partition(".")[0], kind.rpartition(".")[2]


@cache
def _by_name() -> Mapping[tuple[str, str], Builder]:
    found: dict[tuple[str, str], Builder] = {
        (library, builder.__name__): builder
        for library, builders in BUILDERS.items()
        for builder in builders
    }
    found["transformers", "get_reduce_on_plateau_schedule"] = plateau.ReduceLROnPlateau
    return found


def _builder(kind: str) -> Builder | None:
    return _by_name().get(_library_and_name(kind))


@cache
def _parameters(builder: Builder) -> Mapping[str, Any]:
    """Return the hints of a builder's arguments, in their order."""
    hints = get_type_hints(builder.__init__ if isinstance(builder, type) else builder)  # type: ignore[misc]
    return {name: hints[name] for name in signature(builder).parameters}


def _bound(builder: Builder, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the arguments that the builder takes; None where one is missing or not known."""
    hints = _parameters(builder)
    bound = {name: value for name, value in arguments.items() if name not in IGNORED}
    for name, value in bound.items():
        if name not in hints or not _fits(value, hints[name]):
            return None
    parameters = signature(builder).parameters
    for name in hints.keys() - bound.keys() - {"optimizer", "parts"}:
        if parameters[name].default is parameters[name].empty:
            return None
    return bound


def _fits(value: object, hint: Any) -> bool:
    """Return whether a value is known to be what a hint says; a list has at most 2^20 items."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return any(_fits(value, each) for each in get_args(hint))
    if origin is Sequence:
        (inner,) = get_args(hint)
        return (
            isinstance(value, list | tuple | range)
            and len(value) <= 2**20
            and all(_fits(each, inner) for each in value)
        )
    if origin is Callable:
        return callable(value)
    if hint is float:
        return isinstance(value, float) or (isinstance(value, int) and abs(value) <= LARGEST)
    if hint is int:
        return isinstance(value, int) and abs(value) <= LARGEST
    if hint is bool:
        return isinstance(value, bool | int)
    return isinstance(value, NoneType if hint is None else hint)
