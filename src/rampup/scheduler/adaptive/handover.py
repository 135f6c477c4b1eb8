"""`Handover`: a warmup that signals from the run decide, then a plan on the updates that remain."""

from abc import abstractmethod
from typing import Any, Final

from torch.optim import Optimizer

from rampup.errors import ScheduleError, StateError
from rampup.schedule.build import hold
from rampup.schedule.plan import Plan
from rampup.schedule.schedule import Schedule
from rampup.scheduler.clocked import ClockedLR
from rampup.scheduler.groups import as_schedule
from rampup.scheduler.rates import Source
from rampup.scheduler.state import Difference, disagreement
from rampup.units import Horizon, Length

VERSION: Final = 1
"""Version of the saved state."""

_COMPARED: Final = ("then", "updates in the run", "updates per epoch", "longest")


class Handover(ClockedLR):
    """A scheduler that warms up by what the run tells it, and then follows a schedule.

    All groups use one factor. What decides it is in the state, tensors included where a kind of
    warmup needs them, so that a resume is exact.

    Args:
        optimizer: its groups' `lr` are the rates at the peak.
        then: the schedule after the warmup, without a warmup of its own. Percentages are of the
            whole run.
        horizon: the run.
        longest: updates after which the warmup ends in any case, at least 1.
        start: factor of the first update.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        then: Schedule | str,
        *,
        horizon: Horizon,
        longest: int | str | Length,
        start: float,
    ) -> None:
        self._then = as_schedule(then)
        if self._then.has_warmup:
            raise ScheduleError(
                f"'{self._then}' warms up, but comes after the warmup; pass a hold or a decay"
            )
        self._horizon = horizon
        self._longest = Length.of(longest)
        self._most = horizon.updates_in(self._longest)
        if not 1 <= self._most < horizon.updates:
            raise ScheduleError(
                f"longest = {self._longest} is {self._most} updates of the run's "
                f"{horizon.updates}; a warmup lasts at least 1 and ends before the run"
            )
        # a later start leaves the fewest updates, so what fits there fits always
        self._latest = self._planned(self._most, 1.0)
        self._factor = start
        self._reached: int | None = None
        self._peak = 1.0
        self._plan: Plan | None = None
        self._warming: Source = self._expected  # one object: groups are told apart by it
        super().__init__(optimizer)

    @property
    def reached(self) -> int | None:
        """The update with which `then` begins; None while it is not known."""
        return self._reached

    @property
    def plan(self) -> Plan | None:
        """The plan of the whole run, with a hold in place of the warmup; None until it ends."""
        return self._plan

    # what a kind of warmup decides

    @abstractmethod
    def _expected(self, k: int) -> float:
        """Return the factor of update `k` as far as is known while warming up."""

    @abstractmethod
    def _settings(self) -> dict[str, Any]:
        """Return what it was asked for; a checkpoint must agree."""

    @abstractmethod
    def _signals(self) -> dict[str, Any]:
        """Return what it has seen; keys are its attributes without the underscore."""

    def _updated(self) -> None:
        """Take note that an update happened, before the rate of the next one is written."""

    # what `ClockedLR` asks for

    _without_position = "load the scheduler's state too, which alone holds what the warmup has seen"

    def _after_update(self, updates: int) -> None:
        self._overwritten = self._foreign
        self._rates.note()
        self._updated()
        self._rates.write(updates)

    def _hand_over(self, at: int, peak: float = 1.0) -> None:
        """End the warmup: from update `at` on, `then` is followed, times `peak`."""
        self._reached, self._peak = at, peak
        self._plan = self._planned(at, peak)
        self._rates.bind()

    def _planned(self, at: int, peak: float) -> Plan:
        schedule = hold(at) >> self._then if at else self._then
        return Plan(schedule.scaled(peak) if peak != 1.0 else schedule, self._horizon)

    def _source(self, group: int, name: str) -> Source:  # noqa: ARG002
        return self._plan if self._plan is not None else self._warming

    def _asked(self) -> dict[str, Any]:
        horizon = self._horizon
        values = (str(self._then), horizon.updates, horizon.updates_per_epoch, str(self._longest))
        return {**dict(zip(_COMPARED, values, strict=True)), **self._settings()}

    def _state(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "kind": type(self).__name__,
            "asked": self._asked(),
            "factor": self._factor,
            "reached": self._reached,
            "peak": self._peak,
            "signals": self._signals(),
        }

    def _understood(self, state: Any) -> Any:
        name = type(self).__name__
        ours = {"updates": 0, "used": None, "bases": self._rates.bases, **self._state()}
        if not isinstance(state, dict) or ours.keys() - state.keys() or state["kind"] != name:
            raise StateError(
                f"the state was not saved by a {name}; load it into the scheduler that saved it"
            )
        if state["version"] != VERSION:
            raise StateError(
                f"the state has version {state['version']!r}, but this rampup reads up to "
                f"{VERSION}; update rampup"
            )
        found = [
            Difference("settings", key, state["asked"].get(key), mine)
            for key, mine in ours["asked"].items()
            if state["asked"].get(key) != mine
        ]
        bases = [[group["lr"] for group in side["bases"]] for side in (state, ours)]
        if bases[0] != bases[1]:
            found.append(Difference("base", "base rates", *bases))
        if found:
            raise disagreement(found, "build the scheduler as it was saved")
        return state

    def _adopt(self, understood: Any) -> None:
        self._factor = understood["factor"]
        self._reached = understood["reached"]
        self._peak = understood["peak"]
        self._plan = None
        if self._reached is not None:
            self._plan = self._planned(self._reached, self._peak)
        for name, value in understood["signals"].items():
            setattr(self, f"_{name}", value)
