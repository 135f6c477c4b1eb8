"""`Phase`: one piece of a schedule, before any run is known.

The kinds of phases are in `ramp`, `patterns`, `laws`, `points`, `combine`, `branch` and `shift`;
a schedule, phases one after the other, is in `schedule`.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rampup.units import Horizon, Length

if TYPE_CHECKING:
    from rampup.schedule.plan import Curve

PEAK: Final = 1.0
"""The factor at the peak; a schedule starts from it unless its first phase says otherwise."""


class Phase(ABC):
    """One piece of a schedule. Each kind is a frozen dataclass in a file of its own."""

    __slots__ = ()

    @abstractmethod
    def length(self, horizon: Horizon, at: int, *, backward: bool = False) -> int | None:
        """Return how many updates it lasts on a run, or None where it takes what is left.

        Args:
            horizon: the run.
            at: where it starts, or, if `backward`, where it ends.
            backward: measure back from `at`.

        Raises:
            UnitError: the horizon lacks a number that its length needs.
        """

    @abstractmethod
    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> "Curve":
        """Return its curve on a run.

        Args:
            horizon: the run.
            first: its first update.
            updates: how many it gets.
            level: the factor with which the phase before it ended.

        Raises:
            ScheduleError: it cannot be meant there.
        """

    @abstractmethod
    def __str__(self) -> str: ...

    def per_epoch(self) -> "Phase":
        """Return the phase that changes the rate once per epoch."""
        from rampup.schedule.combine import Staircase
        from rampup.schedule.schedule import Schedule

        return Staircase(inner=Schedule((self,)))

    def without_warmup(self, *, first: bool) -> "Phase":  # noqa: ARG002
        """Return the phase with each warmup in it replaced by as long a hold at the peak.

        Args:
            first: whether it opens the schedule.
        """
        return self

    @property
    def has_warmup(self) -> bool:
        """Whether it contains a warmup that lasts."""
        return False

    @property
    def warmup_only(self) -> bool:
        """Whether all of it is warmup."""
        return False

    @property
    def empty(self) -> bool:
        """Whether it was asked to last no update."""
        return False

    @property
    def dispensable(self) -> bool:
        """Whether it may be left without an update where it takes what others leave."""
        return False

    @property
    def depth(self) -> int:
        """How deep its text nests parentheses."""
        return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting(Phase):
    """A phase that lasts as long as it is told, or takes what is left.

    Args:
        over: how long it lasts; None takes what the other phases leave of the run.
    """

    over: Length | None = None

    def length(self, horizon: Horizon, at: int, *, backward: bool = False) -> int | None:
        """Return how many updates it lasts, or None where it takes what is left."""
        return None if self.over is None else horizon.updates_in(self.over, at, backward=backward)
