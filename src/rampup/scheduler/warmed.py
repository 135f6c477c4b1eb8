"""`WarmedLR`: any torch scheduler with a warmup in front of it, or multiplied onto it."""

import warnings
from typing import Any, Final

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from rampup.errors import StateError
from rampup.schedule.plan import Plan
from rampup.scheduler.clock import Clock
from rampup.scheduler.followed import follow, leave
from rampup.scheduler.state import must_hold

IDLE: Final = 100
"""So many steps without one update of the optimizer are no accumulation and no skipped updates."""


class WarmedLR(LRScheduler):
    """What `rampup.warm` returns: a torch scheduler whose warmup is timed by real updates.

    The scheduler's own rates are kept apart from those in the groups, so that one which computes
    a rate from the last one never sees a warmed one.

    Args:
        scheduler: the torch scheduler.
        plan: of a warmup that ends at the peak.
        length: updates that the warmup lasts, ≥ 0.
        how: `"front"` or `"multiply"`, see `rampup.warm`.

    Attributes:
        scheduler: the torch scheduler; names that are not found here are looked up there.
        last_epoch: updates that were made.
    """

    def __init__(self, scheduler: LRScheduler, plan: Plan, length: int, how: str) -> None:
        # torch's own __init__ would patch optimizer.step and make a hidden step
        self.scheduler = scheduler
        self.optimizer = scheduler.optimizer
        self.plan = plan
        self.length = length
        self.how = how
        self._step_count = 1
        self._own: list[float] = []
        self._listen()
        self._tick(0)

    def _listen(self) -> None:
        self.clock = Clock(self.optimizer, self._tick)
        self._handle = self.optimizer.register_step_pre_hook(self._admit)
        follow(self.optimizer, self)

    @property
    def base_lrs(self) -> list[float]:  # type: ignore[override]
        """The base rate of each group, as torch keeps it in `initial_lr`."""
        return [float(g.get("initial_lr", g["lr"])) for g in self.optimizer.param_groups]

    def get_lr(self) -> list[float | torch.Tensor]:
        """Return the rate that the next update will use, for each group."""
        rates = [group["lr"] for group in self.optimizer.param_groups]
        return [rate.clone() if isinstance(rate, torch.Tensor) else rate for rate in rates]

    def get_last_lr(self) -> list[float | torch.Tensor]:
        """Return the rate that the next update will use, for each group, as torch has it."""
        return self.get_lr()

    def step(self, *args: Any, **kwargs: Any) -> None:
        """Step the scheduler, once it is its turn.

        Before that, nothing happens: before the first update, and in front of the scheduler until
        the update behind the warmup has used its first rate.

        Args:
            *args: handed on: the metric of a ReduceLROnPlateau, torch's deprecated position.
            **kwargs: likewise.
        """
        if isinstance(self.scheduler, ReduceLROnPlateau) and not (args or "metrics" in kwargs):
            raise TypeError("ReduceLROnPlateau needs the metric that it watches; call step(metric)")
        self._step_count += 1
        updates = self.clock.updates
        if updates <= (self.length if self.how == "front" else 0):
            if not updates and self._step_count == IDLE + 1:
                warnings.warn(
                    f"step() was called {IDLE} times and {type(self.optimizer).__name__} made no "
                    "update; build the scheduler on the optimizer that is stepped",
                    stacklevel=2,
                )
            return
        groups = self.optimizer.param_groups
        if updates < self.length:
            _write(groups, self._own)
        _expect_no_first_step(self.scheduler)
        self.scheduler.step(*args, **kwargs)
        self._own = _read(groups)
        if updates < self.length:
            self._warm(groups)

    def _tick(self, updates: int) -> None:
        """Note how many updates were made, and write the rate of the next one."""
        self.last_epoch = updates
        self._note_joined()
        # behind the warmup the rates are the scheduler's, and those of whoever else writes them
        if updates <= self.length:
            self._warm(self.optimizer.param_groups)

    def _warm(self, groups: list[dict[str, Any]]) -> None:
        factor = self.plan(self.clock.updates)
        _write(groups, [factor * rate for rate in self._own])

    def _admit(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        """Warm a group that joined since the last update."""
        known = len(self._own)
        if self.clock.updates < self.length and len(optimizer.param_groups) > known:
            self._note_joined()
            self._warm(optimizer.param_groups)

    def _note_joined(self) -> None:
        groups = self.optimizer.param_groups
        # torch hands one tensor to all groups without a rate of their own; it may be warmed already
        shared = {id(g["lr"]): own for g, own in zip(groups, self._own, strict=False)}
        for group in groups[len(self._own) :]:
            rate = group["lr"]
            tensor = isinstance(rate, torch.Tensor)
            own = shared.get(id(rate), float(rate)) if tensor else float(rate)
            group.setdefault("initial_lr", own)
            self._own.append(own)

    def detach(self) -> None:
        """Leave the optimizer alone: no hook stays, and its rates stay as they are."""
        self.clock.detach()
        self._handle.remove()
        leave(self.optimizer)

    def state_dict(self) -> dict[str, Any]:
        """Return the position, the scheduler's own rates, and the scheduler's own state."""
        warming = self.clock.updates < self.length
        groups = self.optimizer.param_groups
        state = {
            "updates": self.clock.updates,
            "how": self.how,
            "warmup": str(self.plan.schedule),
            "length": self.length,
            "rates": list(self._own) if warming else _read(groups),
            "scheduler": self.scheduler.state_dict(),
        }
        if _cycles_momentum(self.scheduler):
            state["momenta"] = [_momentum(group) for group in groups]
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue at the saved position and write the rate of the next update.

        Args:
            state_dict: what `state_dict` returned.

        Raises:
            StateError: it is of another warmup, or of another number of groups.
        """
        groups = self.optimizer.param_groups
        ours = self.state_dict()
        _refuse_mismatch(state_dict, ours)
        # torch takes entries out of the dict that it loads
        self.scheduler.load_state_dict(dict(state_dict["scheduler"]))
        self.clock.updates = self.last_epoch = state_dict["updates"]
        self._own = list(state_dict["rates"])
        self._warm(groups)
        for group, momentum in zip(groups, state_dict.get("momenta", ()), strict=False):
            if "betas" in group:
                group["betas"] = (momentum, *group["betas"][1:])
            else:
                group["momentum"] = momentum

    def __getattr__(self, name: str) -> Any:
        # trainers look for total_steps, in_cooldown …; private names are nobody's business
        if name.startswith("_") or "scheduler" not in vars(self):
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return getattr(self.scheduler, name)

    def __getstate__(self) -> dict[str, Any]:
        state = {**vars(self), "clock": self.clock.updates}
        del state["_handle"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        # an optimizer is copied without its hooks
        self._listen()
        self.clock.updates = state["clock"]


class WarmedPlateau(WarmedLR, ReduceLROnPlateau):
    """A `WarmedLR` around ReduceLROnPlateau: trainers tell by the type whom to hand a metric."""


def _read(groups: list[dict[str, Any]]) -> list[float]:
    return [float(group["lr"]) for group in groups]


def _write(groups: list[dict[str, Any]], rates: list[float]) -> None:
    for group, rate in zip(groups, rates, strict=False):
        if isinstance(group["lr"], torch.Tensor):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate


def _expect_no_first_step(scheduler: Any) -> None:
    """Keep torch from guessing, at a first step, that no update came before it: one did."""
    if getattr(scheduler, "_step_count", None) == 1:
        scheduler._step_count = 2
    for inner in getattr(scheduler, "_schedulers", ()):
        _expect_no_first_step(inner)


def _cycles_momentum(scheduler: Any) -> bool:
    inner = getattr(scheduler, "_schedulers", ())
    return getattr(scheduler, "cycle_momentum", False) or any(map(_cycles_momentum, inner))


def _momentum(group: dict[str, Any]) -> float:
    return float(group["betas"][0] if "betas" in group else group["momentum"])


def _refuse_mismatch(saved: Any, ours: dict[str, Any]) -> None:
    must_hold(saved, ours, "rampup.warm around such a scheduler")
    for key in ("how", "warmup", "length"):
        if saved[key] != ours[key]:
            raise StateError(
                f"the checkpoint was saved with {key} = {saved[key]!r}, but the code has "
                f"{ours[key]!r}; build the scheduler as it was saved"
            )
    if len(saved["rates"]) != len(ours["rates"]):
        raise StateError(
            f"the checkpoint has {len(saved['rates'])} parameter groups, but the optimizer "
            f"{len(ours['rates'])}; build the optimizer as it was saved"
        )
