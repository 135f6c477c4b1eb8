"""What the class of a live scheduler says was asked for: its end, warmup, peak, parts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from torch.optim import lr_scheduler as peer

from rampup.checker.facts import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a schedule was asked for, counted in its own steps; see `Curve`.

    Args:
        ends: steps after which it is over.
        warmup: steps of warmup.
        peak: highest rate of each group; None is the base rate, () nothing.
        floor: last rate of each group.
        joins: steps at which a part hands over to the next.
        parts: classes of its parts.
        settings: numbers that it was built with.
        cyclic: it goes up again on purpose.
        per_epoch: it counts epochs, whoever steps it.
    """

    ends: int | None = None
    warmup: int | None = None
    peak: tuple[float, ...] | None = None
    floor: float | None = None
    joins: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()
    settings: dict[str, float] = field(default_factory=dict)
    cyclic: bool = False
    per_epoch: bool | None = None


def asked(scheduler: Any) -> Asked:
    """Return what was asked for, as far as its class says it."""
    read = _READ.get(type(scheduler))
    if read is not None:
        return read(scheduler)
    if type(scheduler).__module__.startswith("timm.scheduler"):
        return _timm(scheduler)
    return Asked()


def settings(values: dict[str, float], prefix: str = "") -> dict[str, Setting]:
    """Return numbers as settings, each name behind a prefix."""
    return {prefix + name: Setting(value=value) for name, value in values.items()}


def _numbers(s: Any, *names: str) -> dict[str, float]:
    found = {name: getattr(s, name, None) for name in names}
    return {name: float(value) for name, value in found.items() if isinstance(value, int | float)}


def _linear(s: Any) -> Asked:
    steps, rises = int(s.total_iters), s.end_factor > s.start_factor
    return Asked(
        ends=None if rises else steps,
        warmup=steps if rises else None,
        settings=_numbers(s, "start_factor", "end_factor", "total_iters"),
    )


def _constant(s: Any) -> Asked:
    return Asked(warmup=int(s.total_iters), settings=_numbers(s, "factor", "total_iters"))


def _polynomial(s: Any) -> Asked:
    return Asked(ends=int(s.total_iters), settings=_numbers(s, "total_iters", "power"))


def _cosine(s: Any) -> Asked:
    said = _numbers(s, "T_max", "eta_min")
    return Asked(ends=int(s.T_max), floor=float(s.eta_min), settings=said)


def _restarts(s: Any) -> Asked:
    said = _numbers(s, "T_0", "T_mult", "eta_min")
    return Asked(floor=float(s.eta_min), settings=said, cyclic=True)


def _cyclic(s: Any) -> Asked:
    return Asked(peak=tuple(map(float, s.max_lrs)), cyclic=True)


def _one_cycle(s: Any) -> Asked:
    groups = s.optimizer.param_groups
    return Asked(
        ends=s.total_steps,
        warmup=max(0, round(s._schedule_phases[0]["end_step"])) or None,
        peak=tuple(float(group["max_lr"]) for group in groups if "max_lr" in group),
        settings={
            **_numbers(s, "total_steps"),
            "lr": float(s.optimizer.defaults.get("lr", 0.0)),
        },
    )


def _lambda(s: Any) -> Asked:
    function = s.lr_lambdas[0]
    if not isinstance(function, partial) or function.func.__module__ != "transformers.optimization":
        return Asked()
    said = {k: float(v) for k, v in function.keywords.items() if isinstance(v, int | float)}
    warmup = said.get("num_warmup_steps")
    ends = said.get("num_training_steps")
    if ends is None and "num_decay_steps" in said:
        ends = sum(
            said[f"num_{name}_steps"]
            for name in ("warmup", "stable", "decay")
            if f"num_{name}_steps" in said
        )
    return Asked(
        ends=None if ends is None else int(ends),
        warmup=None if warmup is None else int(warmup),
        settings=said,
        cyclic=said.get("num_cycles", 0.5) != 0.5,
    )


def _sequential(s: Any) -> Asked:
    parts = [asked(inner) for inner in s._schedulers]
    joins = tuple(map(int, s._milestones))
    first, last = parts[0], parts[-1]
    warmup = None
    if first.warmup is not None:
        warmup = min([first.warmup, *joins[:1]])
    return Asked(
        ends=None if last.ends is None else joins[-1] + last.ends if joins else last.ends,
        warmup=warmup,
        peak=None if all(part.peak is None for part in parts) else (),
        floor=last.floor,
        joins=joins,
        parts=tuple(type(inner).__name__ for inner in s._schedulers),
        settings=_of_parts(parts),
        cyclic=any(part.cyclic for part in parts),
    )


def _chained(s: Any) -> Asked:
    parts = [asked(inner) for inner in s._schedulers]
    return Asked(
        peak=(),  # of a product nothing says how high it should go
        parts=tuple(type(inner).__name__ for inner in s._schedulers),
        settings=_of_parts(parts),
        cyclic=any(part.cyclic or part.ends is not None for part in parts),
    )


def _of_parts(parts: list[Asked]) -> dict[str, float]:
    return {
        f"schedulers[{index}].{name}": value
        for index, part in enumerate(parts)
        for name, value in part.settings.items()
    }


def _timm(s: Any) -> Asked:
    said = _numbers(
        s, "t_initial", "lr_min", "cycle_limit", "cycle_mul", "warmup_t", "warmup_lr_init",
        "warmup_prefix", "decay_t",
    )  # fmt: skip
    warmup = int(said.get("warmup_t", 0))
    length = getattr(s, "get_cycle_length", None)
    return Asked(
        ends=None if length is None else int(length()),
        warmup=warmup or None,
        floor=said.get("lr_min"),
        joins=(warmup,) if warmup else (),
        settings=said,
        cyclic=said.get("cycle_limit", 1) > 1,
        per_epoch=bool(s.t_in_epochs),
    )


_READ: Final[dict[type, Callable[[Any], Asked]]] = {
    peer.LinearLR: _linear,
    peer.ConstantLR: _constant,
    peer.PolynomialLR: _polynomial,
    peer.CosineAnnealingLR: _cosine,
    peer.CosineAnnealingWarmRestarts: _restarts,
    peer.CyclicLR: _cyclic,
    peer.OneCycleLR: _one_cycle,
    peer.LambdaLR: _lambda,
    peer.SequentialLR: _sequential,
    peer.ChainedScheduler: _chained,
}
