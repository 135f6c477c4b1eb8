"""A phase that waits for a metric: it holds, and drops when the metric stops getting better."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import numpy as np

from rampup.errors import ScheduleError, known_name
from rampup.schedule.build_laws import Long, maybe, one
from rampup.schedule.phase import Lasting
from rampup.schedule.plan import Curve, resolve
from rampup.schedule.ramp import factor_of, share
from rampup.schedule.schedule import Schedule
from rampup.schedule.shapes import power
from rampup.units import Horizon, Length, plain

MODES: Final = ("min", "max")
THRESHOLDS: Final = ("rel", "abs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plateau(Lasting):
    """The factor is multiplied by `factor` whenever a metric has not got better for too long.

    A plan knows no metric: it holds from the last drop on. `RampupLR` hears the metric and
    writes each drop down; built by `plateau`.

    Args:
        factor: in [0, 1).
        patience: reports without progress that are waited for, ≥ 0; the next one drops.
        mode: `"min"` where less is better, or `"max"`.
        threshold: progress below this is none, ≥ 0.
        threshold_mode: `"rel"`, a share of the best so far, or `"abs"`.
        cooldown: reports behind a drop that are not counted, ≥ 0.
        to: no drop goes below this factor, in [0, 1].
        over: how long it lasts; None takes what is left.
        dropped: the updates at which it has dropped, from its start on, ascending.
    """

    factor: float
    patience: int
    mode: str
    threshold: float
    threshold_mode: str
    cooldown: int
    to: float
    dropped: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "factor", share(self.factor, "plateau"))
        if self.factor == 1:
            raise ScheduleError("a plateau by factor 1 never drops; use one below 1, such as 0.1")
        object.__setattr__(self, "to", share(self.to, "plateau to"))
        object.__setattr__(self, "threshold", factor_of(self.threshold, "plateau threshold"))
        for name in ("patience", "cooldown"):
            value = plain(getattr(self, name))
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise ScheduleError(f"plateau {name} {value!r}: use a whole number of reports ≥ 0")
            object.__setattr__(self, name, value)
        for name, known in (("mode", MODES), ("threshold_mode", THRESHOLDS)):
            value = getattr(self, name)
            known_name(f"plateau {name} {value!r}", value, known)
        if list(self.dropped) != sorted(set(self.dropped)):
            raise ScheduleError(f"the drops of a plateau must ascend, not {[*self.dropped]}")

    def drops_at(self, update: int) -> Self:
        """Return the phase with one more drop, `update` updates behind its start."""
        return replace(self, dropped=(*self.dropped, update))

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run, as far as the metric has been heard."""
        points = [first + drop for drop in self.dropped]
        where, floor = np.array(points, dtype=np.int64), min(self.to, level)

        def factor(k: Any) -> Any:
            drops = np.searchsorted(where, k, side="right")
            return np.maximum(level * power(self.factor, drops), floor)

        return Curve.held(first, updates, factor, high=level, marks=points)

    def __str__(self) -> str:
        words = [f"plateau {self.factor!r} patience {self.patience}"]
        if self.mode != "min":
            words.append(f"mode {self.mode}")
        words.append(f"threshold {self.threshold!r}")
        if self.threshold_mode != "rel":
            words.append("abs")
        if self.cooldown:
            words.append(f"cooldown {self.cooldown}")
        words.append(f"to {self.to!r}")
        if self.over is not None:
            words.append(f"over {self.over}")
        if self.dropped:
            words.append("dropped " + ",".join(f"{k}up" for k in self.dropped))
        return " ".join(words)


def plateau(
    factor: float = 0.1,
    patience: int = 10,
    mode: str = "min",
    threshold: float = 1e-4,
    threshold_mode: str = "rel",
    cooldown: int = 0,
    to: float = 0.0,
    over: Long | None = None,
) -> Schedule:
    """Return a hold that `RampupLR` lets drop when a reported metric stops getting better.

    The words and their meaning are those of torch's `ReduceLROnPlateau`. What is reported before
    the phase begins, in a warmup for example, is not heard. A plan knows no metric: it draws a
    hold, with the drops that have happened.

    Args:
        factor: each drop multiplies by it, in [0, 1).
        patience: reports without progress that are waited for, ≥ 0; the next one drops.
        mode: `"min"` where less is better, or `"max"`.
        threshold: progress below this is none, ≥ 0.
        threshold_mode: `"rel"`, a share of the best so far, or `"abs"`.
        cooldown: reports behind a drop that are not counted, ≥ 0.
        to: no drop goes below this factor, in [0, 1].
        over: how long, as in `warmup`; None takes what the other phases leave.

    Raises:
        ScheduleError: a value cannot be meant.

    Example:
        >>> import torch
        >>> from rampup import RampupLR, plateau, warmup
        >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
        >>> schedule = warmup(2) >> plateau(factor=0.5, patience=0)
        >>> scheduler = RampupLR(optimizer, schedule, updates=100)
        >>> for loss in (9.0, 9.0, 9.0, 9.0):  # two of them in the warmup
        ...     scheduler.step(loss)
        ...     optimizer.step()
        >>> scheduler.get_last_lr()
        [0.05]
    """
    phase = Plateau(
        factor=factor,
        patience=patience,
        mode=mode,
        threshold=threshold,
        threshold_mode=threshold_mode,
        cooldown=cooldown,
        to=to,
        over=maybe(over),
    )
    return one(phase)


def dropped(plateau: Schedule, at: Sequence[Length]) -> Schedule:
    """Return a plateau that has dropped so many updates behind its start.

    Raises:
        ScheduleError: that is not told in updates.
    """
    phase = plateau.phases[0]
    assert isinstance(phase, Plateau)
    for length in at:
        if length.unit != "up":
            raise ScheduleError(f"a plateau has dropped at an update, not at {length}")
        phase = phase.drops_at(int(length.value))
    return one(phase)


def drop(schedule: Schedule, horizon: Horizon, update: int) -> Schedule:
    """Return `schedule` with one more drop, if `update` lies in a plateau of it."""
    curves = resolve(schedule, horizon, 0, horizon.updates)
    phases = list(schedule.phases)
    for index, (phase, curve) in enumerate(zip(phases, curves, strict=True)):
        # past the end of the run, its last phase goes on
        inside = update < curve.first + curve.updates or index == len(phases) - 1
        if isinstance(phase, Plateau) and curve.first <= update and inside:
            phases[index] = phase.drops_at(update - curve.first)
    return Schedule(tuple(phases))


def plateau_of(schedules: Iterable[Schedule]) -> Plateau | None:
    """Return the plateau that the schedules have in common, or None where they have none.

    Raises:
        ScheduleError: they have several, or one within parentheses.
    """
    found = {phase for one in schedules for phase in one.phases if isinstance(phase, Plateau)}
    if len(found) > 1:
        raise ScheduleError(
            f"one metric is heard, so one plateau can wait for it, not {len(found)}; "
            "write the same plateau in all groups"
        )
    for schedule in schedules:
        nested = any(
            "plateau" in str(phase) for phase in schedule.phases if not isinstance(phase, Plateau)
        )
        if nested:
            raise ScheduleError(
                f"the plateau in '{schedule}' stands in parentheses or a product, where it cannot "
                "drop; write it as a phase of its own"
            )
    return next(iter(found), None)
