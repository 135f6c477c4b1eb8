"""`RampupLR`: base rate × plan(updates done), written after each real update."""

from collections.abc import Mapping
from typing import Any

from torch.optim import Optimizer

from rampup.errors import ScheduleError, known_name
from rampup.schedule.plan import Plan
from rampup.schedule.schedule import Schedule
from rampup.scheduler.changes import Change, CoolDown, Drop, ReWarm, Stretch
from rampup.scheduler.clocked import ClockedLR
from rampup.scheduler.course import Course
from rampup.scheduler.groups import ByGroup, GroupSchedules, as_schedule
from rampup.scheduler.hyper import cell
from rampup.scheduler.patience import Patience
from rampup.scheduler.rates import Source
from rampup.scheduler.state import MISMATCH, Resumed, resumed
from rampup.units import Horizon, Length, PerUpdate, plain


class RampupLR(ClockedLR):
    """A torch scheduler whose position is the number of updates that really happened.

    Update k uses `base × plan(k)`. The rate of the next update is written when the scheduler is
    built, after each update, and when a state is loaded. `step()` is allowed everywhere and
    needed nowhere: it shifts nothing.

    The position, the base rates and all that was done during the run ride in the optimizer's
    state too, so that a resume may load either, both, in any order, before or after the
    scheduler is built. An optimizer that was loaded before brings its base rates with it.

    Args:
        optimizer: its groups' `lr` are the base rates (`initial_lr`, where one is set already).
        schedule: a schedule or its text; None where `groups` names one for each group.
        updates: updates in the whole run, ≥ 1.
        updates_per_epoch: needed where a phase is measured in epochs.
        samples_per_update: needed where a phase is measured in samples.
        tokens_per_update: needed where a phase is measured in tokens.
        groups: schedules of their own for some groups: group index, or pattern of parameter
            names such as `"backbone.*"` (build the optimizer from `model.named_parameters()`),
            to schedule. Of two patterns the first one counts.
        also: schedules of other hyper-parameters, such as `{"weight_decay": …, "betas.0": …}`;
            what the group holds now is the value at factor 1.
        clock: `"updates"` counts the optimizer's real updates; `"calls"` counts calls of
            `step()`, for an optimizer step under `torch.compile`, where a hook breaks the graph.
        on_mismatch: what to do where a checkpoint disagrees with the code. `"error"` refuses
            it, `"checkpoint"` and `"code"` say whose schedule, run and base rates hold, and
            `"stretch"` goes on with the checkpoint's schedule, whose rest then takes until the
            code's `updates`.
        on_foreign_write: what to do where somebody else wrote the rate since the last update:
            `"warn"` once, `"error"` before the update happens, or `"ignore"` it.
        warm_new_groups: length of the warmup of a group that joins during the run; None lets
            it join at the rate of the others.
        updates_done: position to start from, for a checkpoint that holds none; 0 starts afresh
            with an optimizer that was loaded. None reads it off the optimizer.

    Raises:
        TypeError: `optimizer` is no torch optimizer.
        ScheduleError: the schedule does not fit the run.
        StateError: the optimizer was loaded from a checkpoint that disagrees with the code.
        UnitError: a number is missing or cannot be meant.

    Example:
        >>> import torch
        >>> from rampup import RampupLR
        >>> weight = torch.nn.Parameter(torch.ones(1))
        >>> optimizer = torch.optim.SGD([weight], lr=0.1)
        >>> scheduler = RampupLR(optimizer, "warmup 4up >> hold", updates=10)
        >>> used = []
        >>> for _ in range(5):
        ...     weight.grad = torch.ones(1)
        ...     optimizer.step()
        ...     used += scheduler.last_used
        >>> used
        [0.025, 0.05, 0.07500000000000001, 0.1, 0.1]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedule: Schedule | str | None = None,
        *,
        updates: int,
        updates_per_epoch: int | None = None,
        samples_per_update: PerUpdate | None = None,
        tokens_per_update: PerUpdate | None = None,
        groups: ByGroup | None = None,
        also: Mapping[str, Schedule | str] | None = None,
        clock: str = "updates",
        on_mismatch: str = "error",
        on_foreign_write: str = "warn",
        warm_new_groups: int | str | Length | None = None,
        updates_done: int | None = None,
    ) -> None:
        known_name(f"on_mismatch {on_mismatch!r}", on_mismatch, MISMATCH)
        if schedule is None and not groups:
            raise ScheduleError("RampupLR needs a schedule, such as warmup('5ep') >> decay()")
        self._default = None if schedule is None else as_schedule(schedule)
        self._by_group = groups
        self._also = {name: as_schedule(one) for name, one in (also or {}).items()}
        if "lr" in self._also:
            raise ScheduleError("also names 'lr'; pass its schedule as the second argument")
        self._horizon = Horizon(
            updates=updates,
            updates_per_epoch=updates_per_epoch,
            samples_per_update=samples_per_update,
            tokens_per_update=tokens_per_update,
        )
        self._on_mismatch = on_mismatch
        self._course: Course
        self._warm_new = None if warm_new_groups is None else Length.of(warm_new_groups)
        super().__init__(
            optimizer,
            names=("lr", *self._also),
            clock=clock,
            on_foreign_write=on_foreign_write,
            updates_done=updates_done,
        )

    @property
    def plan(self) -> Plan:
        """The plan of the first group's rate, with all that was done during the run."""
        return self._course.plans["lr"][0]

    @property
    def schedule(self) -> Schedule:
        """The schedule of the first group's rate, with all that was done during the run."""
        return self.plan.schedule

    def planned(self, k: int) -> float:
        """Return the rate planned for update `k` in the first group."""
        return self.lr_at(k)[0]

    def step(  # type: ignore[override]
        self, metrics: Any = None, epoch: int | None = None
    ) -> None:
        """Do nothing that shifts the schedule; hand the metric to a plateau, if there is one.

        With `clock="calls"` it counts one update.

        Args:
            metrics: what a `plateau` waits for, a number. Without a plateau it is not used:
                trainers pass the epoch here, too.
            epoch: accepted because trainers pass it, and not used.
        """
        super().step(metrics, epoch)
        if self._patience is None or metrics is None:
            return
        now = self.clock.updates
        if self._course.waits_at(now) and self._patience.hears(float(metrics), now):
            self._change(Drop(at=now))

    def cooldown(self, over: int | str | Length, shape: str = "1-sqrt", to: float = 0.0) -> None:
        """End the schedule here, in a decay. A run that is too short is lengthened to its end.

        Args:
            over: how long the decay takes.
            shape: its curve.
            to: the factor at its end.

        Raises:
            ScheduleError: it would rise; nothing is changed then.

        Example:
            >>> import torch
            >>> from rampup import RampupLR
            >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
            >>> scheduler = RampupLR(optimizer, "warmup 2up >> hold", updates=1000)
            >>> for _ in range(3):
            ...     optimizer.step()
            >>> scheduler.cooldown(over=4, shape="linear")
            >>> [round(scheduler.planned(k), 3) for k in (2, 3, 4, 5, 6, 7)]
            [0.1, 0.1, 0.075, 0.05, 0.025, 0.0]
        """
        self._change(
            CoolDown(at=self.clock.updates, over=str(Length.of(over)), shape=shape, to=plain(to))
        )

    def rewarm(self, over: int | str | Length, shape: str = "linear", start: float = 0.0) -> None:
        """Let the rate dip now and climb back to the same schedule.

        Args:
            over: how long the climb takes.
            shape: of the climb.
            start: share of the planned factor at which it starts.

        Raises:
            ScheduleError: it does not fit the run; nothing is changed then.
        """
        self._change(
            ReWarm(
                at=self.clock.updates, over=str(Length.of(over)), shape=shape, start=plain(start)
            )
        )

    def stretch(self, updates: int) -> None:
        """Let what is left of the schedule take until a new end of the run.

        Args:
            updates: in the whole run, those done included.

        Raises:
            ScheduleError: it cannot be done; nothing is changed then.
        """
        horizon = Horizon(updates=updates)
        self._change(Stretch(at=self.clock.updates, updates=horizon.updates))

    def _change(self, change: Change) -> None:
        self._notice()
        self._course = self._course.changed(change)
        self._refresh()

    # what `ClockedLR` asks for

    _without_position = "load the scheduler's state too, or build the scheduler with updates_done=…"

    def _prepare(self) -> None:
        groups = self.optimizer.param_groups
        self._chosen = GroupSchedules(self._default, self._by_group, groups)
        for name in self._also:
            if not any(cell(group, name) for group in groups):
                raise ScheduleError(
                    f"{name} is 0 in every group, and a schedule multiplies it; "
                    f"give the optimizer {name}=…"
                )
        self._course = Course(
            rates=tuple(self._chosen.of(index, group) for index, group in enumerate(groups)),
            also=self._also,
            horizon=self._horizon,
            warm_new=self._warm_new,
            joined=(0,) * len(groups),
        )
        plateau = self._course.plateau
        self._patience = None if plateau is None else Patience(plateau)

    def _joined(self, groups: list[int]) -> None:
        chosen = [self._chosen.of(index, self.optimizer.param_groups[index]) for index in groups]
        self._course = self._course.with_groups(chosen, self.clock.updates)

    def _source(self, group: int, name: str) -> Source:
        return self._course.plans[name][group]

    def _state(self) -> dict[str, Any]:
        heard = None if self._patience is None else self._patience.to_dict()
        return {**self._course.to_dict(), "plateau": heard}

    def _understood(self, state: dict[str, Any]) -> Resumed:
        ours = {"bases": self._rates.bases, **self._state()}
        return resumed(state, ours, self._course, self._on_mismatch)

    def _adopt(self, understood: Resumed) -> None:
        self._course = understood.course
        plateau = self._course.plateau
        self._patience = None if plateau is None else Patience(plateau, understood.heard)
        self._rates.names = ("lr", *understood.course.also)
        self._rates.bases = understood.bases
