"""`Ramp`, a phase between two factors: `warmup`, `hold`, `decay` and `rise`."""

import math
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from rampup.errors import ScheduleError, known_name
from rampup.schedule.phase import PEAK, Lasting, Phase
from rampup.schedule.plan import Curve
from rampup.schedule.shapes import SHAPES, canonical, joining, split_name
from rampup.units import Horizon, plain

ANCHORS: Final = ("start", "end", "middle", "ends")
DEFAULT_ANCHOR: Final = {"warmup": "end", "hold": "start", "decay": "start", "rise": "start"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramp(Lasting):
    """A phase between two factors; built by `warmup`, `hold`, `decay` and `rise`.

    Args:
        verb: `"warmup"` rises to the peak, `"hold"` stays, `"decay"` falls, `"rise"` rises and is
            no warmup.
        shape: the curve's name, see `rampup.schedule.shapes`; ignored by a hold.
        start: factor at progress 0, in [0, 1]; None continues where the phase before ended.
        end: factor at progress 1, in [0, 1]; None stays at the start.
        anchor: where in its interval an update reads the curve: `"start"` k/n, `"end"` (k+1)/n,
            `"middle"` (k+½)/n, `"ends"` k/(n−1).
        staircase: True changes the rate once per epoch instead of at every update.

    Raises:
        ScheduleError: a factor, the shape or the anchor cannot be meant.
    """

    verb: str
    shape: str = "linear"
    start: float | None = None
    end: float | None = None
    anchor: str = "start"
    staircase: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", canonical(self.shape))
        if self.empty and self.verb != "warmup":
            raise ScheduleError(f"a {self.verb} of no update does nothing; leave it out")
        known_name(f"anchor {self.anchor!r} of a {self.verb}", self.anchor, ANCHORS)
        needed = {"warmup": "start", "decay": "end", "rise": "end"}.get(self.verb)
        for name, word in (("start", "from"), ("end", "to")):
            factor = getattr(self, name)
            if factor is None and name != needed:
                continue
            object.__setattr__(self, name, share(factor, f"{self.verb} {word}"))
            has_ratio(self.shape, factor, f"{self.verb} {word}")

    @property
    def empty(self) -> bool:
        """Whether it was asked to last no update."""
        return self.over is not None and self.over.value == 0

    @property
    def has_warmup(self) -> bool:
        """Whether it is a warmup that lasts."""
        return self.warmup_only and not self.empty

    @property
    def warmup_only(self) -> bool:
        """Whether it is a warmup."""
        return self.verb == "warmup"

    @property
    def dispensable(self) -> bool:
        """Whether it is a hold."""
        return self.verb == "hold"

    def per_epoch(self) -> Self:
        """Return the staircase of it."""
        return replace(self, staircase=self.verb != "hold")

    def without_warmup(self, *, first: bool) -> "Ramp":
        """Return a hold at the peak in place of a warmup that lasts."""
        if not self.has_warmup:
            return self
        # the first phase starts at the peak by itself
        return Ramp(verb="hold", over=self.over, start=None if first else PEAK)

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:
        """Return its curve on a run."""
        start = level if self.start is None else self.start
        end = start if self.end is None else self.end
        if self.verb == "decay" and end > start:
            raise ScheduleError(
                f"'{self}' would rise: it starts at factor {start:g}; decay to at most {start:g}"
            )
        if self.verb == "rise" and end < start:
            raise ScheduleError(
                f"'{self}' would fall: it starts at factor {start:g}; rise to at least {start:g}"
            )
        epoch = stride(self, horizon, first, updates) if self.staircase else 1
        readings = max(updates // epoch, 1)
        shift, span = {
            "start": (0.0, readings),
            "end": (1.0, readings),
            "middle": (0.5, readings),
            "ends": (0.0, readings - 1) if readings > 1 else (1.0, 1),
        }[self.anchor]
        low, high, rising, join = (
            min(start, end),
            max(start, end),
            end >= start,
            joining(self.shape),
        )

        def factor(k: Any) -> Any:
            p = ((k - first) // epoch + shift) / span
            return join(low, high, p if rising else 1.0 - p, readings)

        return Curve(
            first=first,
            updates=updates,
            end=end,
            low=low,
            high=high,
            factor=factor,
            warmup=lambda start, stop: (stop - start) * self.warmup_only,
            marks=(first + max(updates - epoch, 0),),
        )

    def __str__(self) -> str:
        words = [self.verb]
        if self.over is not None:
            words.append(str(self.over))
        if self.verb != "hold":
            words.append(self.shape)
        if self.start != (0.0 if self.verb == "warmup" else None):
            words.append(f"from {self.start!r}")
        if self.verb in ("decay", "rise"):
            words.append(f"to {self.end!r}")
        if self.verb != "hold" and self.anchor != DEFAULT_ANCHOR[self.verb]:
            words.append(f"anchor {self.anchor}")
        if self.staircase:
            words.append("per epoch")
        return " ".join(words)


def share(factor: Any, what: str) -> float:
    """Return `factor` as a float in [0, 1], or refuse it.

    Raises:
        ScheduleError: it is no number, or out of range.
    """
    number = _number(factor, what)
    if not 0 <= number <= PEAK:
        raise ScheduleError(
            f"{what} {factor!r}: a factor multiplies the peak rate and must lie between 0 and 1"
        )
    return float(number)


def has_ratio(shape: str, factor: float | None, what: str) -> None:
    """Refuse a curve by a constant ratio from or to zero.

    Raises:
        ScheduleError: no ratio leads there.
    """
    if factor == 0 and SHAPES[split_name(shape)[0]].geometric:
        word = what.split()[-1]
        raise ScheduleError(
            f"{what} 0 cannot be {shape}: no ratio leads from or to 0; "
            f"write a small factor, such as {word} 0.001"
        )


def factor_of(factor: Any, what: str) -> float:
    """Return `factor` as a finite float ≥ 0, or refuse it.

    Raises:
        ScheduleError: it is no number, not finite, or negative.
    """
    number = _number(factor, what)
    if not 0 <= number < math.inf:
        raise ScheduleError(f"{what} {factor!r}: a factor must be a finite number ≥ 0")
    return float(number)


def _number(factor: Any, what: str) -> int | float:
    number = plain(factor)
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise ScheduleError(f"{what} {factor!r}: a factor must be a number")
    return number


def stride(phase: Phase, horizon: Horizon, first: int, updates: int) -> int:
    """Return the updates of an epoch, for a phase that changes once in each.

    Raises:
        ScheduleError: the horizon knows no epochs, or the phase is not made of whole ones.
    """
    epoch = horizon.updates_per_epoch
    if epoch is None:
        raise ScheduleError(
            f"'{phase}' changes once per epoch and needs updates_per_epoch; "
            "pass updates_per_epoch=…"
        )
    for what, number in (("starts at update", first), ("lasts", updates)):
        if number % epoch:
            raise ScheduleError(
                f"'{phase}' changes once per epoch but {what} {number}"
                f"{' updates' if what == 'lasts' else ''}, which is no whole number "
                f"of epochs of {epoch} updates; write its length in whole epochs"
            )
    return epoch
