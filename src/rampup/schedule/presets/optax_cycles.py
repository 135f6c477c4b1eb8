"""optax's schedules with more than one rise or fall; users find them in `presets.optax`."""

from collections.abc import Iterable, Mapping
from typing import Any

from rampup.errors import ScheduleError
from rampup.schedule.build import decay, warmup
from rampup.schedule.presets.lines import joined, scaled, slope
from rampup.schedule.presets.pieces import above, lasts
from rampup.schedule.schedule import Schedule


def cosine_onecycle_schedule(
    transition_steps: int,
    peak_value: float,
    pct_start: float = 0.3,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> Schedule:
    """Return one cosine rise and one cosine fall.

    Args:
        transition_steps: how long both last.
        peak_value: the peak.
        pct_start: share of them that the rise takes, rounded down.
        div_factor: peak over the first rate.
        final_div_factor: first rate over the last one.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = cosine_onecycle_schedule(10, 1.0, 0.4).plan(updates=10)
        >>> [round(plan(k), 3) for k in (0, 2, 4, 7)]
        [0.04, 0.52, 1.0, 0.5]

    Reference: optax 0.2.8, cosine_onecycle_schedule.
    """
    above("peak_value", peak_value)
    up = _share_of(lasts("transition_steps", transition_steps), pct_start, "pct_start")
    rise = warmup(up, "cosine", start=1 / div_factor, anchor="start")
    to = 1 / (div_factor * final_div_factor)
    return rise >> decay("cosine", over=transition_steps - up, to=to)


def linear_onecycle_schedule(
    transition_steps: int,
    peak_value: float,
    pct_start: float = 0.3,
    pct_final: float = 0.85,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> Schedule:
    """Return a straight rise, a fall back to its start, and a last fall.

    Args:
        transition_steps: how long the three last.
        peak_value: the peak.
        pct_start: share of them at which the peak is, rounded down.
        pct_final: share of them at which the first rate is met again, rounded down.
        div_factor: peak over the first rate.
        final_div_factor: first rate over the last one.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = linear_onecycle_schedule(20, 1.0, div_factor=5.0).plan(updates=20)
        >>> plan(0), plan(6), plan(17)
        (0.2, 1.0, 0.2)

    Reference: optax 0.2.8, linear_onecycle_schedule.
    """
    above("peak_value", peak_value)
    total = lasts("transition_steps", transition_steps)
    up = _share_of(total, pct_start, "pct_start")
    down = _share_of(total, pct_final, "pct_final")
    if up >= down:
        raise ScheduleError(
            f"pct_final={pct_final!r} is at update {down} and must be behind the peak at {up}"
        )
    first = 1 / div_factor
    rise = warmup(up, start=first, anchor="start") >> decay(over=down - up, to=first)
    return rise >> slope(first, first / final_div_factor, total - down)


def sgdr_schedule(cosine_kwargs: Iterable[Mapping[str, Any]]) -> Schedule:
    """Return cosine decays with warmup, one after the other.

    Args:
        cosine_kwargs: arguments of `warmup_cosine_decay_schedule`, for each of them.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> first = {"init_value": 0.0, "peak_value": 1.0, "warmup_steps": 2, "decay_steps": 10}
        >>> plan = sgdr_schedule([first, first | {"peak_value": 0.5}]).plan(updates=20)
        >>> plan(1), plan(2), plan(10), plan(12)
        (0.5, 1.0, 0.0, 0.5)

    Reference: optax 0.2.8, sgdr_schedule.
    """
    from rampup.schedule.presets.optax import warmup_cosine_decay_schedule

    cycles = [dict(kwargs) for kwargs in cosine_kwargs]
    if not cycles:
        raise ScheduleError("sgdr_schedule needs at least one cycle")
    peak = max(cycle["peak_value"] for cycle in cycles)
    return joined(
        scaled(warmup_cosine_decay_schedule(**cycle), cycle["peak_value"] / peak)
        for cycle in cycles
    )


def _share_of(total: int, share: float, name: str) -> int:
    """Return the update at a share of the whole, rounded down as optax does."""
    updates = int(share * total)
    if not 0 <= updates < total:
        raise ScheduleError(f"{name}={share!r} is update {updates}, outside of the {total} steps")
    return updates
