"""torch's OneCycleLR.

Reference: torch 2.13, torch/optim/lr_scheduler.py; Smith & Topin 2018, Super-Convergence.
"""

from collections.abc import Sequence
from math import cos, pi
from typing import NamedTuple

from rampup.checker.gather.script.peers.momentum import moves, set_bounds, set_momentum
from rampup.checker.gather.script.peers.peer import Asked, Group, Optimizer, count
from rampup.checker.gather.script.peers.stepping import LRScheduler


class Stretch(NamedTuple):
    """One stretch of the cycle: its last step, and the entries of a group that it goes between."""

    end: float
    rate: tuple[str, str]
    momentum: tuple[str, str]


class OneCycleLR(LRScheduler):
    """From max_lr/div_factor up to `max_lr` and down; the step behind the last one raises."""

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | Sequence[float],
        total_steps: float | None = None,
        epochs: float | None = None,
        steps_per_epoch: float | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | Sequence[float] = 0.85,
        max_momentum: float | Sequence[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        given = optimizer.rates
        self.total_steps = _total(total_steps, epochs, steps_per_epoch)
        self.stretches = _stretches(self.total_steps, pct_start, three_phase)
        if pct_start < 0 or pct_start > 1 or not isinstance(pct_start, float):
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        self._anneal_func_type = anneal_strategy
        highest = optimizer.spread("max_lr", max_lr)
        if last_epoch == -1:
            for group, high in zip(optimizer.groups, highest, strict=True):
                group["initial_lr"] = high / div_factor
                group["max_lr"] = high
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        self.entry = moves(optimizer) if cycle_momentum else ""
        if cycle_momentum:
            high_momenta = optimizer.spread("max_momentum", max_momentum)
            low_momenta = optimizer.spread("base_momentum", base_momentum)
            if last_epoch == -1:
                set_bounds(optimizer, self.entry, high_momenta, low_momenta)
        super().__init__(optimizer, last_epoch)
        self.given = tuple(given)

    def following(self) -> list[float]:
        """Return the rates at this step; move the momentum."""
        if self.last_epoch > self.total_steps:
            raise ValueError(
                f"Tried to step {self.last_epoch} times. The specified number of total steps is "
                f"{self.total_steps}"
            )
        return [self.rate(group) for group in self.optimizer.groups]

    def rate(self, group: Group) -> float:
        """Return the rate of a group at this step; move its momentum."""
        start = 0.0
        for stretch in self.stretches:
            if self.last_epoch <= stretch.end:
                break
            if stretch is not self.stretches[-1]:
                start = stretch.end
        progress = (self.last_epoch - start) / (stretch.end - start)
        rate = self.anneal(group, stretch.rate, progress)
        if self.cycle_momentum:
            set_momentum(group, self.entry, self.anneal(group, stretch.momentum, progress))
        return rate

    def anneal(self, group: Group, between: tuple[str, str], progress: float) -> float:
        """Return the value at `progress` between two entries of a group."""
        start, end = (float(group[entry]) for entry in between)
        if self._anneal_func_type == "linear":
            return (end - start) * progress + start
        return end + (start - end) / 2.0 * (cos(pi * progress) + 1)

    def _asked(self) -> Asked:
        groups = self.optimizer.groups
        ends = [count(stretch.end) for stretch in self.stretches]
        return Asked(
            peak=tuple(group["max_lr"] for group in groups if "max_lr" in group),
            floor=tuple(group["min_lr"] for group in groups if "min_lr" in group),
            ends=self.total_steps,
            warmup=ends[0],
            joins=tuple(end for end in ends[:-1] if end is not None),
            parts=("rise", "fall", "end")[: len(ends)],
        )


def _total(total_steps: float | None, epochs: float | None, steps_per_epoch: float | None) -> int:
    if total_steps is not None:
        return _whole("total_steps", total_steps)
    if epochs is None or steps_per_epoch is None:
        raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")
    return _whole("epochs", epochs) * _whole("steps_per_epoch", steps_per_epoch)


def _whole(name: str, value: float) -> int:
    if value <= 0 or not isinstance(value, int):
        raise ValueError(f"Expected positive integer {name}, but got {value}")
    return value


def _stretches(total: int, rise: float, three: bool) -> tuple[Stretch, ...]:
    up = ("max_momentum", "base_momentum")
    down = ("base_momentum", "max_momentum")
    first = Stretch(float(rise * total) - 1, ("initial_lr", "max_lr"), up)
    if not three:
        return first, Stretch(total - 1, ("max_lr", "min_lr"), down)
    return (
        first,
        Stretch(float(2 * rise * total) - 2, ("max_lr", "initial_lr"), down),
        Stretch(total - 1, ("initial_lr", "min_lr"), ("max_momentum", "max_momentum")),
    )
