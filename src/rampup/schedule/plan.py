"""`Plan`: a schedule resolved on a run. Closed form, random access, no replay, no drift."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from rampup.errors import ScheduleError
from rampup.schedule.phase import PEAK, Phase, Schedule
from rampup.schedule.shapes import shape
from rampup.units import Horizon

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One phase on the run: its first update, its length, and the curve between two factors."""

    phase: Phase
    first: int
    updates: int
    start: float
    end: float
    stride: int
    """Updates that share one reading of the curve: 1, or those of an epoch."""
    shift: float
    span: float
    """Reading i of the curve is taken at p = (i + shift) / span."""
    rise: Callable[[Any], Any]

    def factor(self, k: Any) -> Any:
        """Return the factor of update k (an int or an int64 array) inside this segment."""
        p = ((k - self.first) // self.stride + self.shift) / self.span
        low, high = min(self.start, self.end), max(self.start, self.end)
        return low + (high - low) * self.rise(p if self.end >= self.start else 1.0 - p)


@dataclass(frozen=True, slots=True)
class Plan:
    """A schedule on a run: update index → factor, for every k ≥ 0.

    `plan(k)` is a float in [0, peak]; `plan(array)` is a float64 array of the same shape. Past
    the end of the last phase it holds that phase's end factor.

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
    segments: tuple[Segment, ...] = field(init=False, repr=False, compare=False)
    _firsts: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _tail: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        segments = _resolve(self.schedule, self.horizon)
        object.__setattr__(self, "segments", tuple(s for s in segments if s.updates))
        object.__setattr__(self, "_firsts", tuple(s.first for s in self.segments))
        object.__setattr__(self, "_tail", segments[-1].end)

    @overload
    def __call__(self, k: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.float64]: ...
    @overload
    def __call__(self, k: int | np.integer[Any]) -> float: ...
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
        position = bisect_right(self._firsts, index) - 1
        if position < 0:  # no phase lasts
            return self._tail
        segment = self.segments[position]
        if index - segment.first >= segment.updates:
            return self._tail
        factor = float(segment.factor(index))
        low, high = sorted((segment.start, segment.end))
        return min(max(factor, low), high)

    def _factors(self, k: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        if not np.issubdtype(k.dtype, np.integer):
            raise ScheduleError(
                f"update indices must be whole numbers, not {k.dtype}; use np.arange(updates)"
            )
        if k.size and k.min() < 0:
            raise ScheduleError(f"update {k.min()} does not exist; the first update is 0")
        index = k.astype(np.int64, copy=False)
        factors = np.full(k.shape, self._tail)
        for segment in self.segments:
            inside = (index >= segment.first) & (index < segment.first + segment.updates)
            if inside.any():
                low, high = sorted((segment.start, segment.end))
                factors[inside] = np.clip(segment.factor(index[inside]), low, high)
        return factors

    def plot(self, ax: "Axes | None" = None, *, base: float = 1.0) -> "Axes":
        """Draw `base × factor` against the update index and return the axes.

        Args:
            ax: where to draw; None makes a new figure.
            base: the base rate, > 0.
        """
        if ax is None:
            from matplotlib.figure import Figure

            ax = Figure(figsize=(7, 3), layout="constrained").subplots()
        updates = self.horizon.updates
        k = np.unique(np.linspace(0, updates - 1, min(updates, 2000)).astype(np.int64))
        ax.plot(k, base * self(k), drawstyle="steps-post")
        ylabel = "factor" if base == 1.0 else "rate"
        ax.set(xlabel="update", ylabel=ylabel, title=str(self.schedule))
        ax.set_ylim(bottom=0)
        return ax


def _resolve(schedule: Schedule, horizon: Horizon) -> list[Segment]:
    """Return one segment per phase, empty ones included, or refuse with the numbers."""
    phases, run = schedule.phases, horizon.updates
    lengths = [None if p.over is None else horizon.updates_in(p.over) for p in phases]
    if lengths.count(None) > 1:
        raise ScheduleError(
            f"{lengths.count(None)} phases of '{schedule}' have no length; "
            "only one can take what the others leave, give the rest a length"
        )
    given = sum(n for n in lengths if n is not None)
    warm = sum(n for p, n in zip(phases, lengths, strict=True) if p.verb == "warmup" and n)
    if warm >= run and warm:
        raise ScheduleError(
            f"the warmup of '{schedule}' lasts {warm} updates, but the run has only {run}; "
            "shorten the warmup or lengthen the run"
        )
    if given > run:
        raise ScheduleError(
            f"the phases of '{schedule}' add up to {given} updates, but the run has only {run}; "
            "shorten a phase or lengthen the run"
        )
    segments: list[Segment] = []
    first, level = 0, PEAK
    for phase, length in zip(phases, lengths, strict=True):
        updates = run - given if length is None else length
        segment = _segment(phase, first, updates, level, horizon)
        segments.append(segment)
        first += updates
        level = segment.end
    return segments


def _segment(phase: Phase, first: int, updates: int, level: float, horizon: Horizon) -> Segment:
    start = level if phase.start is None else phase.start
    end = start if phase.end is None else phase.end
    if phase.verb == "decay" and end > start:
        raise ScheduleError(
            f"'{phase}' would rise: it starts at factor {start:g}; decay to at most {start:g}"
        )
    if phase.verb == "decay" and phase.over is None and updates == 0:
        raise ScheduleError(
            f"no update of the run is left for '{phase}'; shorten the phases before it"
        )
    stride = _stride(phase, first, updates, horizon)
    readings = updates // stride
    shift, span = {
        "start": (0.0, readings),
        "end": (1.0, readings),
        "middle": (0.5, readings),
        "ends": (0.0, readings - 1) if readings > 1 else (1.0, 1),
    }[phase.anchor]
    return Segment(
        phase=phase,
        first=first,
        updates=updates,
        start=start,
        end=end,
        stride=stride,
        shift=shift,
        span=float(span),
        rise=shape(phase.shape).rise,
    )


def _stride(phase: Phase, first: int, updates: int, horizon: Horizon) -> int:
    if not phase.per_epoch:
        return 1
    epoch = horizon.updates_per_epoch
    if epoch is None:
        raise ScheduleError(
            f"'{phase}' changes once per epoch and needs updates_per_epoch; "
            "pass updates_per_epoch=…"
        )
    starts, lasts = f"starts at update {first}", f"lasts {updates} updates"
    for number, what in ((first, starts), (updates, lasts)):
        if number % epoch:
            raise ScheduleError(
                f"'{phase}' changes once per epoch but {what}, which is no whole number "
                f"of epochs of {epoch} updates; write its length in whole epochs"
            )
    return epoch
