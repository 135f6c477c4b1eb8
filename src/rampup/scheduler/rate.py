"""`RampupLR`: base rate × plan(updates done), written after each real update."""

from typing import Any

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from rampup.errors import ScheduleError
from rampup.schedule.schedule import Schedule
from rampup.schedule.text import parse
from rampup.scheduler.clock import Clock
from rampup.scheduler.state import refuse_mismatch
from rampup.units import PerUpdate


class RampupLR(LRScheduler):
    """A torch scheduler whose position is the number of updates that really happened.

    Update k uses `base × plan(k)`. The rate of the next update is written when the scheduler is
    built, after each update, and when a state is loaded. `step()` is allowed everywhere and
    needed nowhere: it shifts nothing.

    Args:
        optimizer: its groups' `lr` are the base rates (`initial_lr`, where one is set already).
        schedule: a schedule or its text.
        updates: updates in the whole run, ≥ 1.
        updates_per_epoch: needed where a phase is measured in epochs.
        samples_per_update: needed where a phase is measured in samples.
        tokens_per_update: needed where a phase is measured in tokens.

    Raises:
        TypeError: `optimizer` is no torch optimizer.
        ScheduleError: the schedule does not fit the run.
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
        ...     used.append(optimizer.param_groups[0]["lr"])
        ...     optimizer.step()
        >>> used
        [0.025, 0.05, 0.07500000000000001, 0.1, 0.1]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedule: Schedule | str,
        *,
        updates: int,
        updates_per_epoch: int | None = None,
        samples_per_update: PerUpdate | None = None,
        tokens_per_update: PerUpdate | None = None,
    ) -> None:
        # torch's own __init__ patches optimizer.step to guess at the order of calls and makes a
        # hidden step; the clock needs neither
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        if isinstance(schedule, str):
            schedule = parse(schedule)
        if not isinstance(schedule, Schedule):
            raise ScheduleError(
                f"{schedule!r} is no schedule; pass warmup(…) >> …, or its text 'warmup 5ep >> …'"
            )
        self.schedule = schedule
        self.plan = schedule.plan(
            updates=updates,
            updates_per_epoch=updates_per_epoch,
            samples_per_update=samples_per_update,
            tokens_per_update=tokens_per_update,
        )
        self.optimizer = optimizer
        self.clock = Clock(optimizer, self._write)
        optimizer.register_step_pre_hook(self._admit)
        self._step_count = 1
        self._write(0)

    @property
    def base_lrs(self) -> list[float]:  # type: ignore[override]
        """The base rate of each group: the rate at factor 1."""
        return [_base(group) for group in self.optimizer.param_groups]

    def planned(self, k: int) -> float:
        """Return the rate planned for update `k` in the first group."""
        return self.plan(k) * _base(self.optimizer.param_groups[0])

    def get_lr(self) -> list[float | torch.Tensor]:
        """Return the rate that the next update will use, for each group."""
        factor = self.plan(self.clock.updates)
        return [factor * base for base in self.base_lrs]

    def get_last_lr(self) -> list[float | torch.Tensor]:
        """Return the rate that the next update will use, for each group, as torch has it."""
        return self.get_lr()

    def step(self, epoch: int | None = None) -> None:  # noqa: ARG002
        """Write the rate of the next update again; the position is the clock's business.

        Args:
            epoch: accepted because trainers pass it, and not used.
        """
        self._step_count += 1
        self._write(self.clock.updates)

    def _write(self, updates: int) -> None:
        self.last_epoch = updates
        groups = self.optimizer.param_groups
        _note_bases(groups)
        _set(groups, self.plan(updates))

    def _admit(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        """Give a group that joined since the last write the rate of the update that starts."""
        joined = [group for group in optimizer.param_groups if "initial_lr" not in group]
        if joined:
            _note_bases(optimizer.param_groups)
            _set(joined, self.plan(self.clock.updates))

    def state_dict(self) -> dict[str, Any]:
        """Return the position and what it is a position on, as plain JSON-able data."""
        return {
            "updates": self.clock.updates,
            "schedule": str(self.schedule),
            "horizon": self.plan.horizon.to_dict(),
            "base_lrs": self.base_lrs,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue at the saved position and write the rate of the next update.

        Args:
            state_dict: what `state_dict` returned.

        Raises:
            StateError: it describes another schedule, horizon or base rate.
        """
        refuse_mismatch(state_dict, self.state_dict())
        self.clock.updates = state_dict["updates"]
        self._write(self.clock.updates)


def _base(group: dict[str, Any]) -> float:
    """Return a group's base rate; a group that joined later brings its own."""
    return float(group.get("initial_lr", group["lr"]))


def _note_bases(groups: list[dict[str, Any]]) -> None:
    """Keep the base rate of each new group, before any rate is written.

    Groups that were given no rate of their own share one tensor; it holds a rate, not a base,
    once it was written through another group.
    """
    known = {id(g["lr"]): g["initial_lr"] for g in groups if "initial_lr" in g and _is_tensor(g)}
    for group in groups:
        if "initial_lr" not in group:
            group["initial_lr"] = float(known.get(id(group["lr"]), group["lr"]))


def _set(groups: list[dict[str, Any]], factor: float) -> None:
    for group in groups:
        rate = factor * _base(group)
        if _is_tensor(group):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate


def _is_tensor(group: dict[str, Any]) -> bool:
    return isinstance(group["lr"], torch.Tensor)
