"""`Course`: what each group follows on a run, with all that was done on the way."""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final, Self

import numpy as np

from rampup.errors import RampupError, ScheduleError, StateError
from rampup.schedule.plan import Plan
from rampup.schedule.plateau import Plateau, drop, plateau_of
from rampup.schedule.schedule import Schedule
from rampup.schedule.text import parse
from rampup.scheduler.changes import Change, CoolDown, Drop, ReWarm, Stretch, changes_from
from rampup.units import Horizon, Length

VERSION: Final = 1
"""Version of the saved state."""

_SAMPLES: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The schedules of a run as they were asked for, and what was done to them since.

    Args:
        rates: the schedule of each group's rate.
        also: the schedules of other hyper-parameters, by name.
        horizon: the run as it was asked for.
        warm_new: how long a group that joins during the run warms up.
        joined: at which update each group joined.
        changes: what was done during the run, in order.

    Raises:
        ScheduleError: something does not fit the run.
        UnitError: the horizon lacks a number.
    """

    rates: tuple[Schedule, ...]
    also: Mapping[str, Schedule]
    horizon: Horizon
    warm_new: Length | None
    joined: tuple[int, ...]
    changes: tuple[Change, ...] = ()
    plans: dict[str, list[Plan]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        made: dict[tuple[Any, ...], Plan] = {}

        def plan(schedule: Schedule, joined: int, changes: tuple[Change, ...]) -> Plan:
            key = schedule, joined, changes
            if key not in made:
                made[key] = _planned(schedule, self.horizon, changes, joined, self.warm_new)
            return made[key]

        stretches = tuple(change for change in self.changes if isinstance(change, Stretch))
        joined = self.joined if self.warm_new else (0,) * len(self.joined)
        plans = {
            "lr": [plan(r, at, self.changes) for r, at in zip(self.rates, joined, strict=True)]
        }
        for name, schedule in self.also.items():
            plans[name] = [plan(schedule, 0, stretches)] * len(self.rates)
        object.__setattr__(self, "plans", plans)

    @property
    def end(self) -> int:
        """Updates in the run, after all that was done to it."""
        return self.plans["lr"][0].horizon.updates

    def changed(self, change: Change) -> Self:
        """Return the course with one more change."""
        return replace(self, changes=(*self.changes, change))

    def with_groups(self, rates: Iterable[Schedule], at: int) -> Self:
        """Return the course with groups that joined at update `at`."""
        rates = tuple(rates)
        return replace(self, rates=self.rates + rates, joined=self.joined + (at,) * len(rates))

    @property
    def plateau(self) -> Plateau | None:
        """The phase that waits for a metric, if there is one.

        Raises:
            ScheduleError: it cannot be told which.
        """
        if any("plateau" in str(schedule) for schedule in self.also.values()):
            raise ScheduleError("only the rate can wait for a metric, in a plateau")
        return plateau_of(self.rates)

    def waits_at(self, update: int) -> bool:
        """Return whether a plateau listens to the metric when `update` updates are done."""
        cooled = any(isinstance(c, CoolDown) and c.at <= update for c in self.changes)
        return not cooled and any(
            drop(schedule, self.horizon, update) != schedule for schedule in set(self.rates)
        )

    def afresh(self) -> Self:
        """Return the course as it was asked for, to which nothing was done."""
        return replace(self, changes=(), joined=(0,) * len(self.joined))

    def to_dict(self) -> dict[str, Any]:
        """Return the course as plain JSON data."""
        distinct = dict.fromkeys((*self.rates, *self.also.values()))
        return {
            "version": VERSION,
            "horizon": self.horizon.to_dict(),
            "schedules": {
                "lr": _folded([str(schedule) for schedule in self.rates]),
                **{name: str(schedule) for name, schedule in self.also.items()},
            },
            "warm_new_groups": None if self.warm_new is None else str(self.warm_new),
            "joined": list(self.joined),
            "changes": [change.to_dict() for change in self.changes],
            "fingerprint": fingerprint([Plan(one, self.horizon) for one in distinct]),
        }

    def resumed(self, saved: Mapping[str, Any]) -> Self:
        """Return the course with the run, and what was done on it, of a saved one.

        Raises:
            StateError: that cannot be read, or does not fit these schedules.
        """
        try:
            joined = tuple(saved["joined"])[: len(self.joined)]
            return replace(
                self,
                horizon=Horizon(**saved["horizon"]),
                changes=changes_from(saved["changes"]),
                joined=joined + self.joined[len(joined) :],
            )
        except StateError:
            raise
        except (RampupError, TypeError) as error:
            raise StateError(f"the state does not fit the schedule: {error}") from error

    def taken_from(self, saved: Mapping[str, Any]) -> Self:
        """Return the saved course, schedules included.

        Raises:
            StateError: it calls a function that the code does not name, or cannot be read.
        """
        texts = saved["schedules"]
        mine = " ".join(str(schedule) for schedule in (*self.rates, *self.also.values()))
        for text in (text for folded in texts.values() for text in _unfolded(folded, 1)):
            words = text.replace("(", " ").split()
            for word, path in itertools.pairwise(words):
                if word == "function" and path not in mine:
                    raise StateError(
                        f"the checkpoint's schedule calls {path}, which the code does not name, "
                        "and a checkpoint may not choose what is run; pass that schedule yourself"
                    )
        rates, warm_new = _unfolded(texts["lr"], len(self.rates)), saved.get("warm_new_groups")
        return replace(
            self,
            rates=tuple(parse(text) for text in rates),
            also={name: parse(text) for name, text in texts.items() if name != "lr"},
            warm_new=None if warm_new is None else Length.of(warm_new),
        ).resumed(saved)


def fingerprint(plans: list[Plan]) -> str:
    """Return a hash of sampled factors: it tells curves apart that are written alike.

    Args:
        plans: each is sampled at 64 updates of its run, to nine digits.
    """
    sampled = []
    for plan in plans:
        k = np.linspace(0, plan.horizon.updates - 1, _SAMPLES).astype(np.int64)
        sampled += [f"{factor:.9g}" for factor in plan(k)]
    return sha256(" ".join(sampled).encode()).hexdigest()[:16]


def _planned(
    schedule: Schedule,
    horizon: Horizon,
    changes: Iterable[Change],
    joined: int,
    warm_new: Length | None,
) -> Plan:
    if joined and warm_new is not None:
        changes = (ReWarm(at=joined, over=str(warm_new), shape="linear", start=0.0), *changes)
    # a drop is part of the schedule to which all else is done
    for change in sorted(changes, key=lambda change: not isinstance(change, Drop)):
        schedule, horizon = change.apply(schedule, horizon)
    return Plan(schedule, horizon)


def _folded(texts: list[str]) -> str | list[str]:
    """Return what each group follows, as one text where all follow the same."""
    return texts[0] if len(set(texts)) == 1 else texts


def _unfolded(folded: str | list[str], groups: int) -> list[str]:
    return [folded] * groups if isinstance(folded, str) else folded
