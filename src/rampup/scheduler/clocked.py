"""`ClockedLR`: what all our schedulers share. Position, rates and state hang on the optimizer."""

import json
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Final
from warnings import warn

import torch
from torch.compiler import is_compiling
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from rampup.errors import StateError, known_name
from rampup.scheduler.clock import CLOCKS, CallClock, Clock
from rampup.scheduler.followed import follow, leave, must_be_free
from rampup.scheduler.hyper import cell, replace
from rampup.scheduler.rates import Rates, Source
from rampup.scheduler.riding import KEY, riding
from rampup.units import plain

FOREIGN: Final = ("warn", "error", "ignore")


class ClockedLR(LRScheduler, ABC):
    """A torch scheduler whose position is the number of updates that really happened.

    The rate of the next update is written when the scheduler is built, after each update, and
    when a state is loaded: its own, or that of its optimizer, in which its own rides along.

    Args:
        optimizer: its groups' `lr` are the base rates (`initial_lr`, where one is set already).
        names: hyper-parameters that are scheduled; `"lr"` is the first.
        clock: `"updates"` or `"calls"`.
        on_foreign_write: `"warn"`, `"error"` or `"ignore"`.
        updates_done: position to start from; None reads it off an optimizer that was loaded.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        *,
        names: tuple[str, ...] = ("lr",),
        clock: str = "updates",
        on_foreign_write: str = "warn",
        updates_done: int | None = None,
    ) -> None:
        # torch's own __init__ patches optimizer.step to guess at the order of calls and makes a
        # hidden step; the clock needs neither
        known_name(f"clock {clock!r}", clock, CLOCKS)
        known_name(f"on_foreign_write {on_foreign_write!r}", on_foreign_write, FOREIGN)
        self.optimizer = _inner(optimizer)
        self._clock_name = clock
        self._on_foreign_write = on_foreign_write
        self._step_count = 1
        self._warned_foreign = False
        self._used: list[float] | None = None  # as it was saved
        self._foreign: dict[int, float] = {}
        self._overwritten: dict[int, float] = {}
        must_be_free(self.optimizer)
        self._rates = Rates(self.optimizer, names, self._source)
        found = riding(self.optimizer.param_groups[0])
        self._rates.admit()
        self._prepare()
        self._attach()
        if updates_done is not None:
            self.clock.updates = _position(updates_done)
        elif found is not None:
            self._continue(found, self._understood(found))
        self._refresh()

    # what a kind of scheduler decides

    _without_position: ClassVar[str] = "load the scheduler's state too"
    """What to do where an optimizer's state that is loaded holds no position."""

    @abstractmethod
    def _source(self, group: int, name: str) -> Source:
        """Return what a hyper-parameter of a group follows; the same object for the same curve."""

    @abstractmethod
    def _state(self) -> dict[str, Any]:
        """Return what is saved besides the position, as plain JSON-able data."""

    @abstractmethod
    def _understood(self, state: dict[str, Any]) -> Any:
        """Return what `_adopt` needs of a state, or refuse it; nothing is changed.

        Raises:
            StateError: it does not belong here, with what differs.
        """

    @abstractmethod
    def _adopt(self, understood: Any) -> None:
        """Take over what a state says, save the position."""

    def _prepare(self) -> None:
        """Make ready what `_source` returns, once the groups are known."""

    def _joined(self, groups: list[int]) -> None:
        """Take note of groups that joined after the scheduler was built."""

    # what users and trainers call

    @property
    def base_lrs(self) -> list[float]:  # type: ignore[override]
        """The base rate of each group: the rate at factor 1."""
        self._notice()
        return [bases["lr"] for bases in self._rates.bases]

    @property
    def last_epoch(self) -> int:
        """The updates done, under the name that torch gives a scheduler's position."""
        return self.clock.updates

    @last_epoch.setter
    def last_epoch(self, value: int) -> None:
        """Ignore it: trainers that count for themselves shift nothing."""

    @property
    def last_used(self) -> list[float] | None:
        """The rate that each group used in the last update; None before the first."""
        numbers = self._rates.used()
        if numbers is None:
            return self._used
        for group, rate in self._overwritten.items():
            numbers[group] = rate
        return numbers

    def lr_at(self, k: int) -> list[float]:
        """Return the rate that update `k` uses, as far as is known now, for each group."""
        self._notice()
        return self._rates.at(k)

    def get_lr(self) -> list[float | torch.Tensor]:
        """Return the rate that the next update will use, for each group."""
        return list(self.lr_at(self.clock.updates))

    def get_last_lr(self) -> list[float | torch.Tensor]:
        """Return the rate that the next update will use, for each group, as torch has it."""
        return self.get_lr()

    def step(  # type: ignore[override]
        self,
        metrics: Any = None,  # noqa: ARG002
        epoch: int | None = None,  # noqa: ARG002
    ) -> None:
        """Do nothing that shifts the schedule: the position is the clock's business.

        With `clock="calls"` it counts one update.

        Args:
            metrics: accepted because trainers pass one, or the epoch, here.
            epoch: accepted likewise.
        """
        if self._clock_name == "updates":
            return
        if is_compiling():
            torch.compiler.disable(self._stepped)()  # type: ignore[no-untyped-call]
        else:
            self._stepped()

    def __repr__(self) -> str:
        rates = ", ".join(f"{rate:g}" for rate in self._rates.at(self.clock.updates)[:3])
        more = ", …" if len(self._rates.bases) > 3 else ""
        return f"{type(self).__name__}({self.clock.updates} updates done, next rate {rates}{more})"

    def detach(self) -> None:
        """Leave the optimizer alone: no hook stays, and its rates stay as they are."""
        self.clock.detach()
        for handle in self._handles:
            handle.remove()
        self.optimizer.param_groups[0].pop(KEY, None)
        leave(self.optimizer)

    def state_dict(self) -> dict[str, Any]:
        """Return the position and what it is a position on, as plain JSON-able data."""
        self._notice()
        return {
            "updates": self.clock.updates,
            "used": self.last_used,
            "bases": [dict(bases) for bases in self._rates.bases],
            **self._state(),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue at the saved position and write the rate of the next update.

        Args:
            state_dict: what `state_dict` returned.

        Raises:
            StateError: it does not belong to this scheduler.
        """
        self._notice()
        self._continue(state_dict, self._understood(state_dict))
        self._refresh()

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        for name in ("clock", "_handles", "_rates"):
            del state[name]
        return {
            **state,
            "_used": self.last_used,
            "position": self.clock.updates,
            "bases": self._rates.bases,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        position, bases = state.pop("position"), state.pop("bases")
        self.__dict__.update(state)
        self._rates = Rates(self.optimizer, tuple(bases[0]), self._source)
        self._rates.bases = bases
        self._attach()
        self.clock.updates = position
        self._notice()  # all groups are new to these rates; some may have joined before the copy

    # how it hangs on the optimizer

    def _attach(self) -> None:
        hooks = [
            self.optimizer.register_state_dict_post_hook(self._ride),
            self.optimizer.register_load_state_dict_pre_hook(self._before_load),
            self.optimizer.register_load_state_dict_post_hook(self._after_load),
        ]
        self.clock: Clock | CallClock
        if self._clock_name == "calls":
            self.clock = CallClock(self._after_update)
        else:
            hooks.append(self.optimizer.register_step_pre_hook(self._before_step))
            self.clock = Clock(self.optimizer, self._after_update)
        self._handles = hooks
        self.optimizer.param_groups[0][KEY] = ""
        follow(self.optimizer, self)

    def _stepped(self) -> None:
        assert isinstance(self.clock, CallClock)
        self._before_update()
        self.clock.tick()

    def _before_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        if is_compiling():
            torch.compiler.disable(self._before_update)(optimizer, args, kwargs)  # type: ignore[no-untyped-call]
        else:
            self._before_update(optimizer, args, kwargs)

    def _before_update(self, *_: Any) -> None:
        if self._rates.untouched():
            if self._foreign:
                self._foreign = {}
            return
        self._notice()
        self._foreign = self._rates.touched()
        if isinstance(self.clock, Clock) and self._rehearses():
            self.clock.rehearsal = True
        elif self._foreign and self._on_foreign_write != "ignore":
            self._say_foreign()

    def _rehearses(self) -> bool:
        """Whether this step only makes the optimizer's state, and changes no weight.

        `torch.distributed.checkpoint` makes such a step before it saves or loads the state of
        an optimizer that has none: with gradients of zero, at rates that it sets to zero.
        """
        return not self.optimizer.state and self._rates.silenced() and _has_no_slope(self.optimizer)

    def _after_update(self, updates: int) -> None:
        self._overwritten = self._foreign
        self._rates.note()
        self._rates.write(updates)

    def _notice(self) -> None:
        """Bind groups that joined, or that replaced the ones known."""
        if self._rates.changed:
            new = self._rates.admit()
            if new:
                self._joined(new)
            self._refresh()

    def _refresh(self) -> None:
        self._rates.bind()
        self._rates.write(self.clock.updates)

    def _say_foreign(self) -> None:
        k = self.clock.updates
        group, found = next(iter(self._foreign.items()))
        said = (
            f"the rate of group {group} was written by someone else before update {k}: "
            f"planned {self.lr_at(k)[group]:g}, found {found:g}; "
            "leave one writer, or pass on_foreign_write='ignore'"
        )
        if self._on_foreign_write == "error":
            raise StateError(said)
        if not self._warned_foreign:
            self._warned_foreign = True
            warn(said, stacklevel=2)

    def _ride(self, _optimizer: Optimizer, state_dict: dict[str, Any]) -> None:
        state_dict["param_groups"][0][KEY] = json.dumps(self.state_dict())

    def _before_load(self, optimizer: Optimizer, state_dict: dict[str, Any]) -> None:
        self._notice()
        found = riding(state_dict["param_groups"][0])
        self._found = None if found is None else (found, self._understood(found))
        if found is None and state_dict["state"]:
            warn(
                "the optimizer's state holds no position, so the schedule stays at update "
                f"{self.clock.updates}; {self._without_position}",
                stacklevel=2,
            )
        self._kept = [
            {name: cell(group, name) for name in bases}
            for group, bases in zip(optimizer.param_groups, self._rates.bases, strict=True)
        ]

    def _after_load(self, optimizer: Optimizer) -> None:
        # torch hands out new tensors; whoever captured the old ones must see the rates too
        for group, kept in zip(optimizer.param_groups, self._kept, strict=True):
            for name, value in kept.items():
                replace(group, name, value)
        optimizer.param_groups[0][KEY] = ""
        found = self._found
        del self._kept, self._found
        if found is not None:
            self._continue(*found)
        self._refresh()

    def _continue(self, state: dict[str, Any], understood: Any) -> None:
        self.clock.updates = state["updates"]
        self._used = state.get("used")
        self._rates.forget()
        self._adopt(understood)


def _inner(optimizer: Any) -> Optimizer:
    """Return the optimizer itself, where a trainer wrapped it."""
    while isinstance(getattr(optimizer, "optimizer", None), Optimizer):
        optimizer = optimizer.optimizer
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
    return optimizer


def _has_no_slope(optimizer: Optimizer) -> bool:
    """Return whether there are gradients, and all of them are zero on this process."""
    gradients = [p.grad for group in optimizer.param_groups for p in group["params"]]
    local = [getattr(g, "_local_tensor", g) for g in gradients if g is not None]
    return bool(local) and not any(g.is_sparse or bool(g.any()) for g in local)


def _position(value: Any) -> int:
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise StateError(f"updates_done = {value!r} is no count; use a whole number ≥ 0")
    return value
