"""The members of a race: every schedule at every rate with every seed, and the rates they use."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rampup.errors import ConfigError
from rampup.schedule.schedule import Schedule
from rampup.schedule.text import parse
from rampup.units import Horizon, plain

Schedules = Mapping[str, "Schedule | str"] | Sequence["Schedule | str"]
Rates = str | Sequence[float]
Seeds = int | Sequence[int]

MOST_SEED: Final = 2**32


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One model of a race.

    Args:
        name: how its schedule is called.
        schedule: the factors that it follows.
        lr: its peak rate, > 0.
        seed: decides its initial weights and the order of its rows.
    """

    name: str
    schedule: Schedule
    lr: float
    seed: int

    @property
    def key(self) -> int:
        """A 32-bit number of its own, from which its dropout masks are drawn."""
        text = f"{self.schedule}|{self.lr!r}|{self.seed}"
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "little")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """What is raced: the product of schedules, rates and seeds.

    Args:
        schedules: by name, in the order given.
        lrs: ascending, > 0.
        seeds: each once.
    """

    schedules: dict[str, Schedule]
    lrs: tuple[float, ...]
    seeds: tuple[int, ...]

    @classmethod
    def of(cls, schedules: Schedules, lrs: Rates, seeds: Seeds) -> "Grid":
        """Return the grid that a caller means, or refuse what cannot be raced.

        Raises:
            ConfigError: nothing to race, or a rate or seed that cannot be meant.

        Example:
            >>> grid = Grid.of(["hold"], "1e-3:1e-1:3", 2)
            >>> grid.lrs, grid.seeds, grid.shape
            ((0.001, 0.01, 0.1), (0, 1), (2, 1, 3))
        """
        return cls(schedules=_schedules(schedules), lrs=_rates(lrs), seeds=_seeds(seeds))

    @property
    def members(self) -> list[Member]:
        """Every member; those of one seed are together, because they share their batches."""
        return [
            Member(name=name, schedule=schedule, lr=lr, seed=seed)
            for seed in self.seeds
            for name, schedule in self.schedules.items()
            for lr in self.lrs
        ]

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many seeds, schedules and rates: the shape of one number per member."""
        return len(self.seeds), len(self.schedules), len(self.lrs)


def rate_table(members: Sequence[Member], horizon: Horizon) -> npt.NDArray[np.float64]:
    """Return the rate of each update and member, `(updates, members)`.

    Raises:
        ScheduleError: a schedule does not fit the run.
        UnitError: a length cannot be converted on this run.
    """
    numbers = horizon.to_dict()
    updates = np.arange(horizon.updates)
    factors = {m.name: m.schedule.plan(**numbers)(updates) for m in members}
    return np.stack([m.lr * factors[m.name] for m in members], axis=1)


def _schedules(given: Schedules) -> dict[str, Schedule]:
    if isinstance(given, str):
        raise ConfigError(f"schedules = {given!r} is one text; write a list of schedules")
    if isinstance(given, Mapping):
        named = [(str(name), _schedule(schedule)) for name, schedule in given.items()]
    else:
        read = [_schedule(schedule) for schedule in given]
        named = [(str(schedule), schedule) for schedule in read]
    if not named:
        raise ConfigError("schedules is empty; a race needs at least one schedule")
    schedules = dict(named)
    if len(schedules) < len(named):
        twice = next(name for name, _ in named if [n for n, _ in named].count(name) > 1)
        raise ConfigError(f"schedule {twice!r} is given twice; race each schedule once")
    return schedules


def _schedule(given: Any) -> Schedule:
    if isinstance(given, Schedule):
        return given
    if isinstance(given, str):
        return parse(given)
    raise ConfigError(f"{given!r} is no schedule; write rampup.warmup(…) … or its text")


def _rates(given: Rates) -> tuple[float, ...]:
    lrs = list(_range(given)) if isinstance(given, str) else [plain(lr) for lr in given]
    if not lrs:
        raise ConfigError("lrs is empty; a race needs at least one rate")
    for lr in lrs:
        number = isinstance(lr, int | float) and not isinstance(lr, bool)
        if not number or not math.isfinite(lr) or lr <= 0:
            raise ConfigError(f"lrs holds {lr!r}; a peak rate is a finite number > 0")
    if len(set(lrs)) < len(lrs):
        raise ConfigError(f"lrs = {lrs!r} holds a rate twice; race each rate once")
    return tuple(sorted(float(lr) for lr in lrs))


def _range(text: str) -> list[float]:
    """Return the rates of `0.01,0.1`, or of `low:high:count`, equally far apart in their logs."""
    try:
        if ":" not in text:
            return [float(lr) for lr in text.split(",")]
        low, high, count = text.split(":")
        first, last, number = float(low), float(high), int(count)
        if not 0 < first < last < math.inf or number < 2:
            raise ValueError
    except ValueError:
        raise ConfigError(
            f"lrs = {text!r} is no range of rates; write low:high:count such as 1e-4:1:13, "
            "or 0.01,0.1"
        ) from None
    # twelve digits, so that 1e-3:1e-1:3 holds 0.01 and not its neighbour
    return [float(f"{lr:.12g}") for lr in np.geomspace(first, last, number)]


def _seeds(given: Seeds) -> tuple[int, ...]:
    given = plain(given)
    if isinstance(given, int):
        if isinstance(given, bool) or given < 1:
            raise ConfigError(f"seeds = {given!r} is no number of seeds; write a whole number ≥ 1")
        return tuple(range(given))
    seeds = [plain(seed) for seed in given]
    for seed in seeds:
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < MOST_SEED:
            raise ConfigError(f"seeds holds {seed!r}; write whole numbers from 0 to 4294967295")
    if not seeds or len(set(seeds)) < len(seeds):
        raise ConfigError(f"seeds = {seeds!r}; give at least one seed, and each seed once")
    return tuple(seeds)
