"""Phases that repeat or step: `Steps`, `Restarts`, `Cycle`."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import numpy as np

from rampup.errors import ScheduleError, known_name
from rampup.schedule.phase import Lasting
from rampup.schedule.plan import Curve
from rampup.schedule.ramp import factor_of, has_ratio, share, stride
from rampup.schedule.shapes import canonical, joining, power
from rampup.units import MOST_UPDATES, Horizon, Length

MODES: Final = ("triangular", "triangular2", "exp_range")


def growth(times: Any, what: str) -> float:
    """Return `times`, by which each period is longer than the one before, or refuse it.

    Raises:
        ScheduleError: it is no finite number ≥ 1.
    """
    number: float = factor_of(times, f"{what} times")
    if number < 1:
        raise ScheduleError(f"{what} times {number!r}: periods cannot shrink; use ≥ 1")
    if number > MOST_UPDATES:
        raise ScheduleError(
            f"{what} times {number!r}: the second period would be more than 2^53 updates"
        )
    return number


def periods(period: int, times: float) -> Callable[[Any], tuple[Any, Any, Any]]:
    """Return `place(i)`: which period update i is in, how far, and how long that period is.

    Period c lasts period · times^c from period · (times^c − 1) / (times − 1) on, whole or not.
    """

    def begin(cycle: Any) -> Any:
        exact = period * (power(times, cycle) - 1.0) / (times - 1.0)
        whole = np.round(exact)
        # a start that is whole but for rounding must not miss its update
        return np.where(np.abs(exact - whole) <= 1e-12 * whole, whole, exact)

    def place(i: Any) -> tuple[Any, Any, Any]:
        if times == 1.0:
            return i // period, i % period, period
        cycle = np.floor(np.log1p(i * (times - 1.0) / period) / math.log(times))
        # the logarithm may miss a boundary by one
        cycle = cycle + (i >= begin(cycle + 1)) - (i < begin(cycle))
        return cycle, i - begin(cycle), period * power(times, cycle)

    return place


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps(Lasting):
    """The factor is multiplied by gamma at some points, or at regular ones; built by `steps`.

    Args:
        at: lengths from the phase's start, ascending; none where there is `every`.
        gamma: in [0, 1].
        every: length of the first step, in place of points.
        times: each step's length over the one before, ≥ 1.
    """

    at: tuple[Length, ...] = ()
    gamma: float
    every: Length | None = None
    times: float = 1.0

    def __post_init__(self) -> None:
        if bool(self.at) == (self.every is not None):
            raise ScheduleError(
                "steps need points or a length, not both; "
                "write steps(at=['30ep', '60ep']) or steps(every='30ep')"
            )
        object.__setattr__(self, "gamma", share(self.gamma, "steps gamma"))
        object.__setattr__(self, "times", growth(self.times, "steps"))
        if self.every is None and self.times != 1:
            raise ScheduleError(
                f"steps times {self.times!r}: points do not grow; write steps(every=…)"
            )
        if self.every is not None and self.every.value == 0:
            raise ScheduleError("steps every 0: a step must last; give it a length")

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:
        """Return its curve on a run."""
        if self.every is not None:
            length = horizon.updates_in(self.every, first)
            points, place = [first + length], periods(length, self.times)
        else:
            points = [first + horizon.updates_in(point, first) for point in self.at]
            if points != sorted(set(points)):
                raise ScheduleError(f"the points of '{self}' must ascend, not {points} (updates)")
        where = np.array(points, dtype=np.int64)

        def factor(k: Any) -> Any:
            if self.every is not None:
                return level * power(self.gamma, place(k - first)[0])
            return level * power(self.gamma, np.searchsorted(where, k, side="right"))

        return Curve.held(first, updates, factor, high=level, marks=points)

    def __str__(self) -> str:
        over = "" if self.over is None else f" {self.over}"
        if self.every is None:
            points = f"at {','.join(str(point) for point in self.at)}"
        else:
            times = "" if self.times == 1 else f" times {self.times!r}"
            points = f"every {self.every}{times}"
        return f"steps{over} {points} gamma {self.gamma!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarts(Lasting):
    """Decays that start again, each `times` as long and from `peak` times as high.

    Built by `restarts`. A period need not be whole: an update reads how far it is in its own.

    Args:
        period: length of the first decay.
        times: each period's length over the one before, ≥ 1.
        peak: each period's start over the one before, in [0, 1].
        shape: of each decay.
        to: factor at the end of each decay.
        staircase: True changes the rate once per epoch.
    """

    period: Length
    times: float = 1.0
    peak: float = 1.0
    shape: str = "cosine"
    to: float = 0.0
    staircase: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", canonical(self.shape))
        object.__setattr__(self, "to", share(self.to, "restarts to"))
        object.__setattr__(self, "peak", share(self.peak, "restarts peak"))
        object.__setattr__(self, "times", growth(self.times, "restarts"))
        if self.period.value == 0:
            raise ScheduleError("restarts of no period cannot be meant; give the period a length")
        has_ratio(self.shape, self.to, "restarts to")

    def per_epoch(self) -> Self:
        """Return the staircase of it."""
        return replace(self, staircase=True)

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:
        """Return its curve on a run."""
        if self.to > level:
            raise ScheduleError(
                f"'{self}' would rise: it starts at factor {level:g}; decay to at most {level:g}"
            )
        period = horizon.updates_in(self.period, first)
        epoch = stride(self, horizon, first, period) if self.staircase else 1
        place, join = periods(period, self.times), joining(self.shape)

        def factor(k: Any) -> Any:
            cycle, i, length = place((k - first) // epoch * epoch)
            top = np.maximum(level * power(self.peak, cycle), self.to)
            p = np.clip(i / length, 0.0, 1.0)
            return join(self.to, top, 1.0 - p, period)

        # the first restart; where periods grow, later ones may leap a little further
        marks = first + period - 1, first + period
        return Curve.held(first, updates, factor, low=self.to, high=level, marks=marks)

    def __str__(self) -> str:
        words = [f"restarts {self.period} {self.shape} to {self.to!r}"]
        if self.times != 1.0:
            words.append(f"times {self.times!r}")
        if self.peak != 1.0:
            words.append(f"peak {self.peak!r}")
        if self.over is not None:
            words.append(f"over {self.over}")
        if self.staircase:
            words.append("per epoch")
        return " ".join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle(Lasting):
    """Triangles between a low factor and the peak; built by `cycle`.

    Args:
        up: length of each rise.
        down: length of each fall.
        low: factor at which each triangle starts, in [0, 1].
        mode: `"triangular"` keeps the peak, `"triangular2"` halves its height each time,
            `"exp_range"` multiplies its height by gamma^k at update k.
        gamma: for `"exp_range"`, in [0, 1].

    Reference: Smith 2017, Cyclical Learning Rates, §3.
    """

    up: Length
    down: Length
    low: float
    mode: str = "triangular"
    gamma: float = 1.0

    def __post_init__(self) -> None:
        known_name(f"cycle mode {self.mode!r}", self.mode, MODES)
        object.__setattr__(self, "low", share(self.low, "cycle from"))
        object.__setattr__(self, "gamma", share(self.gamma, "cycle gamma"))
        if self.up.value == 0 or self.down.value == 0:
            raise ScheduleError("a cycle needs a rise and a fall; give both a length")

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run; it starts at its own low factor, whatever came before."""
        up = horizon.updates_in(self.up, first)
        period = up + horizon.updates_in(self.down, first)
        ratio, low, mode, gamma = up / period, self.low, self.mode, self.gamma
        per_update = 1 if horizon.stretch == 1 else float(horizon.stretch)

        def factor(k: Any) -> Any:
            i = k - first
            # as torch's CyclicLR computes it, so that the floats agree
            number = np.floor(1.0 + i / period)
            x = 1.0 + i / period - number
            height = np.where(x <= ratio, x / ratio, (x - 1.0) / (ratio - 1.0))
            if mode == "triangular2":
                height = height * np.exp2(1.0 - number)
            elif mode == "exp_range":
                height = height * power(gamma, i if per_update == 1 else i / per_update)
            return low + (1.0 - low) * height

        return Curve.held(first, updates, factor, low=low, high=1.0, marks=[first + up])

    def __str__(self) -> str:
        words = [f"cycle up {self.up} down {self.down} from {self.low!r}"]
        if self.mode != "triangular":
            words.append(f"mode {self.mode}")
        if self.gamma != 1.0:
            words.append(f"gamma {self.gamma!r}")
        if self.over is not None:
            words.append(f"over {self.over}")
        return " ".join(words)
