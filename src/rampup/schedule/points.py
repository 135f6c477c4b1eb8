"""Phases given by their values: `Points` joins factors at updates, `Function` asks your own."""

import math
import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import numpy as np

from rampup.errors import ScheduleError
from rampup.schedule.phase import Lasting, Phase
from rampup.schedule.plan import Curve
from rampup.schedule.ramp import factor_of
from rampup.schedule.shapes import canonical, joining
from rampup.units import MOST_UPDATES, Horizon, plain

_PATH: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Points(Phase):
    """Factors at given updates, joined by a shape; built by `from_points`.

    Before the first point its factor holds, and after the last one that one's.

    Args:
        points: `(update, factor)`, updates ascending and counted from the phase's start; they
            need not be whole.
        shape: of the curve between two points.
    """

    points: tuple[tuple[float, float], ...]
    shape: str = "linear"

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", canonical(self.shape))
        if not self.points:
            raise ScheduleError("points need at least one (update, factor); write [(0, 0.1), …]")
        points = tuple(
            (_position(at), factor_of(factor, f"points {at!r}:")) for at, factor in self.points
        )
        places = [at for at, _ in points]
        if places != sorted(set(places)):
            raise ScheduleError(f"the updates of points must ascend, not {places}")
        object.__setattr__(self, "points", points)

    def length(self, horizon: Horizon, at: int, *, backward: bool = False) -> int | None:  # noqa: ARG002
        """Return the updates up to and with the last point."""
        return math.floor(self.points[-1][0] * float(horizon.stretch)) + 1

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        stretch = float(horizon.stretch)
        places = [at * stretch for at, _ in self.points]
        factors = [factor for _, factor in self.points]
        join = joining(self.shape)
        x, y = np.array(places), np.array(factors)

        def one(i: int) -> float:
            j = bisect_right(places, i)
            if j == 0 or j == len(places):
                return factors[min(j, len(places) - 1)]
            p = (i - places[j - 1]) / (places[j] - places[j - 1])
            a, b = factors[j - 1], factors[j]
            return float(join(a, b, p, 2) if b >= a else join(b, a, 1.0 - p, 2))

        def many(i: Any) -> Any:
            j = np.clip(np.searchsorted(x, i, side="right"), 1, max(len(places) - 1, 1))
            if len(places) == 1:
                return np.full(i.shape, factors[0])
            p = np.clip((i - x[j - 1]) / (x[j] - x[j - 1]), 0.0, 1.0)
            a, b = y[j - 1], y[j]
            low, high = np.minimum(a, b), np.maximum(a, b)
            inside = join(low, high, np.where(b >= a, p, 1.0 - p), 2)
            return np.where(i < x[0], y[0], np.where(i >= x[-1], y[-1], inside))

        def factor(k: Any) -> Any:
            return many(k - first) if isinstance(k, np.ndarray) else one(k - first)

        return Curve(
            first=first,
            updates=updates,
            end=factors[-1],
            low=min(factors),
            high=max(factors),
            factor=factor,
            marks=tuple(
                k
                for at in places
                for k in (first + math.floor(at), first + math.ceil(at))
                if k < first + updates
            ),
        )

    def __str__(self) -> str:
        points = " ".join(f"{at!r}:{factor!r}" for at, factor in self.points)
        return f"points {points} {self.shape}"


def _position(at: Any) -> float:
    at = plain(at)
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at < math.inf:
        raise ScheduleError(f"points {at!r}: an update must be a number ≥ 0")
    if at > MOST_UPDATES:
        raise ScheduleError(f"points {at!r}: an update beyond 2^53 cannot be counted exactly")
    return float(at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function(Lasting):
    """A function of yours, called with each update's index; built by `from_function`.

    Args:
        path: `"package.module:name"`, where it can be imported from.
    """

    path: str

    def __post_init__(self) -> None:
        if not _PATH.fullmatch(self.path):
            raise ScheduleError(
                f"function {self.path!r} is no path; write 'package.module:name' of a function "
                "that can be imported"
            )

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        function = self.load()

        def one(k: int) -> float:
            value = function(k - first)
            try:
                number = float(value)
            except (TypeError, ValueError, OverflowError):
                number = math.nan
            if not math.isfinite(number) or number < 0:
                raise ScheduleError(
                    f"{self.path}({k - first}) is {value!r}; a factor must be a finite number ≥ 0"
                )
            return number

        def factor(k: Any) -> Any:
            if isinstance(k, np.ndarray):
                return np.array([one(int(i)) for i in k.flat], dtype=np.float64).reshape(k.shape)
            return one(k)

        return Curve.held(first, updates, factor, high=math.inf)

    def load(self) -> Callable[[int], Any]:
        """Return the function itself.

        Raises:
            ScheduleError: it cannot be imported, or is none.
        """
        module, _, name = self.path.partition(":")
        try:
            found: Any = import_module(module)
            for part in name.split("."):
                found = getattr(found, part)
        except (ImportError, AttributeError) as error:
            raise ScheduleError(
                f"function {self.path!r} cannot be imported ({error}); "
                "write 'package.module:name' of a function that can"
            ) from None
        if not callable(found):
            raise ScheduleError(f"function {self.path!r} is {type(found).__name__}, not a function")
        return found  # type: ignore[no-any-return]

    def __str__(self) -> str:
        over = "" if self.over is None else f" over {self.over}"
        return f"function {self.path}{over}"
