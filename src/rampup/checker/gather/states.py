"""State dicts as plain data: which is an optimizer's, which a scheduler's, and what they say."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

VOLATILE: Final = frozenset(
    {
        "last_epoch", "_step_count", "_last_lr", "_is_initial", "_get_lr_called_within_step",
        "verbose", "base_lrs", "T_cur", "T_i", "num_bad_epochs", "best", "mode_worse",
        "cooldown_counter", "lr_lambdas", "optimizer",
    }
)  # fmt: skip
"""What a scheduler's state holds besides its settings."""

KINDS: Final = (
    ({"T_0", "T_mult"}, "CosineAnnealingWarmRestarts"),
    ({"T_max"}, "CosineAnnealingLR"),
    ({"total_steps", "_schedule_phases"}, "OneCycleLR"),
    ({"start_factor", "end_factor"}, "LinearLR"),
    ({"power", "total_iters"}, "PolynomialLR"),
    ({"factor", "total_iters"}, "ConstantLR"),
    ({"milestones", "gamma"}, "MultiStepLR"),
    ({"step_size", "gamma"}, "StepLR"),
    ({"patience", "factor"}, "ReduceLROnPlateau"),
    ({"lr_lambdas"}, "LambdaLR"),
    ({"_milestones", "_schedulers"}, "SequentialLR"),
    ({"_schedulers"}, "ChainedScheduler"),
    ({"bases", "schedules"}, "RampupLR"),
    ({"gamma"}, "ExponentialLR"),
)
"""Keys that only the state of one class has, the most telling first."""

DEEPEST: Final = 3


def walk(held: Any, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield what a checkpoint holds by its dotted name, the outer before the inner."""
    if depth > DEEPEST:
        return
    entries: Iterator[tuple[Any, Any]] | None = None
    if isinstance(held, Mapping):
        entries = iter(held.items())
    elif isinstance(held, list | tuple) and len(held) <= 8:
        entries = iter(enumerate(held))
    for name, value in entries or ():
        dotted = f"{prefix}.{name}" if prefix else str(name)
        yield dotted, value
        yield from walk(value, dotted, depth + 1)


def is_optimizer(value: Any) -> bool:
    """Return whether a value is the state dict of an optimizer."""
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("state"), Mapping)
        and isinstance(value.get("param_groups"), list)
        and all(isinstance(group, Mapping) for group in value["param_groups"])
    )


def is_scheduler(name: str, value: Any) -> bool:
    """Return whether a value is the state dict of a scheduler, or stands where one belongs."""
    if not isinstance(value, Mapping) or not value:
        return False
    told = {"last_epoch", "_schedulers", "_last_lr"} & value.keys() or is_ours(value)
    return bool(told) or "sched" in name.rpartition(".")[2].lower()


def is_ours(value: Mapping[str, Any]) -> bool:
    """Return whether a state is of a scheduler of ours."""
    return {"updates", "bases"} <= value.keys()


def riding(optimizer: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the state of a scheduler of ours that rides in an optimizer's, or None."""
    groups = optimizer["param_groups"]
    held = groups[0].get("rampup") if groups else None
    if isinstance(held, str) and held:
        try:
            held = json.loads(held)
        except ValueError:
            return None
    return held if isinstance(held, dict) and is_ours(held) else None


def steps(optimizer: Mapping[str, Any]) -> int | None:
    """Return how many updates an optimizer's state says were made; None where it does not."""
    said = [
        int(entry["step"])
        for entry in optimizer["state"].values()
        if isinstance(entry, Mapping) and "step" in entry
    ]
    return max(said, default=None)


def kind(state: Mapping[str, Any]) -> str:
    """Return the class that a scheduler's state is of, as far as its keys tell."""
    return next((name for keys, name in KINDS if keys <= state.keys()), "")


def index(state: Mapping[str, Any]) -> int | None:
    """Return how many steps a scheduler has made."""
    at = state.get("updates" if is_ours(state) else "last_epoch")
    if isinstance(at, int):
        return at
    parts = state.get("_schedulers")
    return index(parts[0]) if isinstance(parts, list) and parts else None


def bases(state: Mapping[str, Any]) -> tuple[float, ...]:
    """Return the base rate of each group."""
    if is_ours(state):
        return tuple(float(base["lr"]) for base in state["bases"] if "lr" in base)
    held = state.get("base_lrs")
    if isinstance(held, list):
        return tuple(map(float, held))
    parts = state.get("_schedulers")
    return bases(parts[0]) if isinstance(parts, list) and parts else ()


def settings(state: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return what a scheduler was built with, as text by name."""
    if is_ours(state):
        return _of_ours(state)
    found: dict[str, str] = {}
    for name, value in state.items():
        if name in VOLATILE or value is None:
            continue
        if name == "_schedulers" and isinstance(value, list):
            for number, part in enumerate(value):
                found |= settings(part, f"{prefix}schedulers[{number}].")
        elif isinstance(value, bool | int | float | str):
            found[prefix + name.removeprefix("_")] = (
                f"{value:g}" if isinstance(value, float) else str(value)
            )
        elif name in ("milestones", "_milestones"):
            found[prefix + "milestones"] = ", ".join(map(str, value))
    return found


def _of_ours(state: Mapping[str, Any]) -> dict[str, str]:
    horizon = {k: v for k, v in dict(state.get("horizon", {})).items() if v is not None}
    found = {name: str(value) for name, value in horizon.items()}
    for name, text in dict(state.get("schedules", {})).items():
        label = "schedule" if name == "lr" else f"schedule of {name}"
        found[label] = text if isinstance(text, str) else " | ".join(text)
    if isinstance(state.get("fingerprint"), str):
        found["fingerprint"] = state["fingerprint"]
    each = horizon.get("updates_per_epoch")
    if each and horizon.get("updates"):
        found["epochs"] = f"{horizon['updates'] / each:g}"
    return found
