"""`Plan`: a schedule resolved on a run. Closed form, random access, no replay, no drift."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self, SupportsIndex, cast, overload

import numpy as np
import numpy.typing as npt

from rampup.errors import ScheduleError
from rampup.schedule.phase import PEAK, Phase
from rampup.schedule.schedule import Schedule
from rampup.units import Horizon

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from rampup.schedule.measure import Landmarks


def _none(_first: int, _end: int) -> int:
    """Return how many of a curve's updates belong to a warmup, where none does."""
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One phase on the run.

    Args:
        first: its first update.
        updates: how many it lasts.
        end: the factor from which the next phase goes on.
        low: no factor is below this.
        high: no factor is above this.
        factor: the factor of update k, an int or an int64 array, within the phase.
        warmup: how many updates, from one of its own up to another, belong to a warmup.
        phase: what it is the curve of.
        marks: updates within it that may have its highest factor or stand at a joint.
    """

    first: int
    updates: int
    end: float
    low: float
    high: float
    factor: Callable[[Any], Any]
    warmup: Callable[[int, int], int] = _none
    marks: tuple[int, ...] = ()
    phase: Phase | None = None

    @classmethod
    def held(
        cls,
        first: int,
        updates: int,
        factor: Callable[[Any], Any],
        *,
        high: float,
        low: float = 0.0,
        marks: Iterable[int] = (),
        warmup: Callable[[int, int], int] = _none,
    ) -> Self:
        """Return a curve whose last factor is held behind it; marks behind it are left out."""
        return cls(
            first=first,
            updates=updates,
            end=float(factor(first + max(updates - 1, 0))),
            low=low,
            high=high,
            factor=factor,
            warmup=warmup,
            marks=tuple(k for k in marks if k < first + updates),
        )


class Track:
    """Curves, one after the other: update index → factor from their first update on.

    Past the last curve, the factor with which it ended is held.

    Args:
        curves: at least one, adjoining; those of no update are passed over.
    """

    __slots__ = ("_ends", "_firsts", "curves", "tail")

    def __init__(self, curves: list[Curve]) -> None:
        self.curves = tuple(curve for curve in curves if curve.updates)
        self.tail = curves[-1].end
        self._firsts = [curve.first for curve in self.curves]
        self._ends = [curve.first + curve.updates for curve in self.curves]

    def at(self, k: int) -> float:
        """Return the factor of one update."""
        position = bisect_right(self._firsts, k) - 1
        if position < 0 or k >= self._ends[position]:
            return self.tail
        curve = self.curves[position]
        factor = float(curve.factor(k))
        return min(max(factor, curve.low), curve.high)

    def over(self, k: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return the factor of each update in an array."""
        factors = np.full(k.shape, self.tail)
        ascending = k.ndim == 1 and bool((k[1:] >= k[:-1]).all())
        for curve, end in zip(self.curves, self._ends, strict=True):
            inside: Any
            if ascending:
                # a slice is a view: nothing is compared or copied update by update
                inside = slice(*np.searchsorted(k, (curve.first, end)))
            else:
                inside = (k >= curve.first) & (k < end)
            if k[inside].size:
                factors[inside] = np.clip(curve.factor(k[inside]), curve.low, curve.high)
        return factors

    def __call__(self, k: Any) -> Any:
        """Return the factor of an int, or of each element of an int64 array."""
        return self.over(k) if isinstance(k, np.ndarray) else self.at(k)

    @property
    def high(self) -> float:
        """No factor is above this."""
        return max([self.tail, *(curve.high for curve in self.curves)])

    def warmup(self, first: int, end: int) -> int:
        """Return how many updates from `first` up to `end` belong to a warmup."""
        spans = [(max(c.first, first), min(c.first + c.updates, end), c) for c in self.curves]
        return sum(curve.warmup(start, stop) for start, stop, curve in spans if start < stop)

    @property
    def marks(self) -> list[int]:
        """Updates that may have the highest factor or stand at a joint, the tail's first too."""
        found = {self._ends[-1]} if self._ends else {0}
        for curve in self.curves:
            found.update((curve.first, curve.first + curve.updates - 1, *curve.marks))
        return sorted(found)


@dataclass(frozen=True, slots=True)
class Plan:
    """A schedule on a run: update index → factor, for every k ≥ 0.

    `plan(k)` is a float ≥ 0; `plan(array)` is a float64 array of the same shape. Past the end of
    the last phase it holds that phase's end factor.

    Args:
        schedule: what to resolve.
        horizon: the run.

    Raises:
        ScheduleError: the phases do not fit the run.
        UnitError: the horizon lacks a number that a length needs.

    Example:
        >>> import numpy as np
        >>> from rampup import decay, warmup
        >>> plan = (warmup("5ep") >> decay("cosine", to=0.01)).plan(
        ...     updates=10_000, updates_per_epoch=100
        ... )
        >>> plan(0), plan(499)
        (0.002, 1.0)
        >>> plan(np.arange(10_000)).shape
        (10000,)
    """

    schedule: Schedule
    horizon: Horizon
    track: Track = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        curves = resolve(self.schedule, self.horizon, 0, self.horizon.updates)
        object.__setattr__(self, "track", Track(curves))

    @property
    def curves(self) -> tuple[Curve, ...]:
        """The phases on the run, in order; those of no update are left out."""
        return self.track.curves

    def __reduce__(self) -> tuple[Any, ...]:
        # curves are closures; what they were made from says everything
        return Plan, (self.schedule, self.horizon)

    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, k: npt.NDArray[np.integer[Any]]
    ) -> npt.NDArray[np.float64]: ...
    @overload
    def __call__(self, k: SupportsIndex) -> float: ...
    def __call__(self, k: Any) -> Any:
        """Return the factor of update k, or of each update in an integer array."""
        if isinstance(k, np.ndarray):
            return self._factors(k)
        try:
            index = k.__index__()
        except AttributeError:
            raise ScheduleError(
                f"an update index must be a whole number, not {k!r}; pass 0, 1, 2 …"
            ) from None
        if index < 0:
            raise ScheduleError(f"update {index} does not exist; the first update is 0")
        return self.track.at(index)

    def _factors(self, k: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        if not np.issubdtype(k.dtype, np.integer):
            raise ScheduleError(
                f"update indices must be whole numbers, not {k.dtype}; use np.arange(updates)"
            )
        if k.size and k.min() < 0:
            raise ScheduleError(f"update {k.min()} does not exist; the first update is 0")
        return self.track.over(k.astype(np.int64, copy=False))

    def lr(self, k: Any, *, base: float) -> Any:
        """Return the rate, base × factor, of update k or of each update in an integer array."""
        return base * self(k)

    @property
    def landmarks(self) -> "Landmarks":
        """Its first, highest and last factor, and where: see `rampup.schedule.measure`.

        Example:
            >>> from rampup import hold, warmup
            >>> marks = (warmup(4) >> hold()).plan(updates=10).landmarks
            >>> marks.first, marks.peak, marks.peak_at, marks.last
            (0.25, 1.0, 3, 1.0)
        """
        from rampup.schedule.measure import landmarks

        return landmarks(self)

    def table(self, every: int = 1) -> list[tuple[int, float]]:
        """Return `(update, factor)` of each `every`-th update of the run and of its last one.

        Example:
            >>> from rampup import warmup
            >>> warmup(4).plan(updates=10).table(every=4)
            [(0, 0.25), (4, 1.0), (8, 1.0), (9, 1.0)]
        """
        if every < 1:
            raise ScheduleError(f"every = {every!r} is no step; use a whole number ≥ 1")
        last = self.horizon.updates - 1
        rows = [*range(0, last, every), last]
        return list(zip(rows, cast("list[float]", self(np.array(rows)).tolist()), strict=True))

    def plot(self, ax: "Axes | None" = None, *, base: float = 1.0) -> "Axes":
        """Draw `base × factor` against the update index and return the axes.

        Args:
            ax: where to draw; None makes a new figure.
            base: the base rate, > 0.
        """
        from textwrap import fill

        if ax is None:
            from matplotlib.figure import Figure

            ax = Figure(figsize=(7, 3), layout="constrained").subplots()
        updates = self.horizon.updates
        k = np.unique(np.linspace(0, updates - 1, min(updates, 2000)).astype(np.int64))
        ax.plot(k, base * self(k), drawstyle="steps-post")
        label = "rate" if base != 1.0 else "factor"
        ax.set(xlabel="update", ylabel=label)
        ax.set_title(fill(str(self.schedule), 90), fontsize="small")
        ax.set_ylim(bottom=0)
        return ax


def resolve(
    schedule: Schedule, horizon: Horizon, first: int, updates: int, level: float = PEAK
) -> list[Curve]:
    """Return one curve per phase, empty ones included, or refuse with the numbers.

    Args:
        schedule: what to resolve.
        horizon: the run.
        first: the first update.
        updates: how many there are for it.
        level: the factor from which it goes on.

    Raises:
        ScheduleError: the phases do not fit.
        UnitError: the horizon lacks a number that a length needs.
    """
    phases = schedule.phases
    lengths = _lengths(schedule, horizon, first, first + updates)
    given = sum(n for n in lengths if n is not None)
    warm = sum(n for p, n in zip(phases, lengths, strict=True) if p.warmup_only and n)
    # where there is more room than the run has, only some of it is used
    if warm and warm >= horizon.updates >= updates:
        raise ScheduleError(
            f"the warmup of '{schedule}' lasts {warm} updates, but the run has only "
            f"{horizon.updates}; shorten the warmup or lengthen the run"
        )
    if given > updates:
        has = "the run has" if updates == horizon.updates else "there are"
        raise ScheduleError(
            f"the phases of '{schedule}' add up to {given} updates, but {has} only {updates}; "
            "shorten a phase or lengthen the run"
        )
    curves: list[Curve] = []
    for phase, length in zip(phases, lengths, strict=True):
        count = updates - given if length is None else length
        if length is None and not count and not phase.dispensable:
            raise ScheduleError(
                f"no update of the run is left for '{phase}'; shorten the phases before it"
            )
        curve = phase.resolve(horizon, first, count, level)
        end = min(max(curve.end, curve.low), curve.high)
        curves.append(replace(curve, phase=phase, end=end))
        first += count
        level = curves[-1].end
    return curves


def _lengths(schedule: Schedule, horizon: Horizon, first: int, end: int) -> list[int | None]:
    """Return the length of each phase, None for the open one.

    Samples per update may change during the run, so phases behind the open one are measured
    back from the end.
    """
    phases = schedule.phases
    lengths: list[int | None] = [None] * len(phases)
    at = first
    for i, phase in enumerate(phases):
        found = phase.length(horizon, at)
        if found is None:
            break
        lengths[i] = found
        at += found
    else:
        return lengths
    for j in range(len(phases) - 1, i, -1):
        found = phases[j].length(horizon, end, backward=True)
        if found is None:
            count = sum(p.length(horizon, end) is None for p in phases)
            raise ScheduleError(
                f"{count} phases of '{schedule}' have no length; "
                "only one can take what the others leave, give the rest a length"
            )
        lengths[j] = found
        end -= found
    return lengths


def natural_length(schedule: Schedule, horizon: Horizon, first: int) -> int | None:
    """Return how many updates `schedule` lasts by itself, or None where a phase is open."""
    total = 0
    for phase in schedule.phases:
        length = phase.length(horizon, first + total)
        if length is None:
            return None
        total += length
    return total


def length_before(end: int, length_from: Callable[[int], int | None]) -> int | None:
    """Return how long a phase lasts that ends at update `end`.

    Args:
        end: where it ends.
        length_from: how long it lasts from a given first update on.
    """
    length = length_from(max(end, 0))
    if length is None or length_from(max(end - length, 0)) == length:
        return length
    # a later start never leads to an earlier end, so the latest start that fits is found by halving
    early, late = 0, max(end, 0)
    while early < late:
        middle = (early + late + 1) // 2
        if middle + (length_from(middle) or 0) <= end:
            early = middle
        else:
            late = middle - 1
    return max(end - early, length_from(early) or 0)
