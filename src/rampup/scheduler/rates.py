"""`Rates`: base × factor, written into the optimizer's groups; and what others wrote there."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
import torch
from torch.optim import Optimizer

from rampup.schedule.plan import Plan
from rampup.scheduler.hyper import Group, cell, put, replace

BLOCK: Final = 512
"""Factors that are computed at once."""

Source = Callable[[int], float]
"""Update index → factor: a plan, or what a signal from the run decides."""


class Block:
    """The factors of a plan, one update after the other, computed `BLOCK` at a time.

    Args:
        plan: whose factors; `block(k) == plan(k)`, to the bit.
    """

    __slots__ = ("_factors", "_first", "_plan")

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._first = 0
        self._factors: list[float] = []

    def __call__(self, k: int) -> float:
        """Return the factor of update `k`."""
        i = k - self._first
        if not 0 <= i < len(self._factors):
            self._first, i = k, 0
            self._factors = self._plan(np.arange(k, k + BLOCK)).tolist()
        return self._factors[i]


class Lane(NamedTuple):
    """What follows one source.

    Args:
        source: update index → factor.
        rates: groups whose rate is a plain number, with their base.
        tensors: index, tensor and base of the groups whose rate is a tensor.
        others: other hyper-parameters by name, with their base.
    """

    source: Source
    rates: list[tuple[Group, float]]
    tensors: list[tuple[int, torch.Tensor, float]]
    others: list[tuple[Group, str, float]]


class Rates:
    """Writes base × factor into the groups of an optimizer, for each hyper-parameter named.

    Args:
        optimizer: whose groups.
        names: hyper-parameters that are written; `"lr"` is the first.
        choose: `(index of the group, name)` → what it follows.

    Attributes:
        names: see above.
        bases: for each group, the value of each name at factor 1.
    """

    def __init__(
        self, optimizer: Optimizer, names: tuple[str, ...], choose: Callable[[int, str], Source]
    ) -> None:
        self.bases: list[dict[str, float]] = []
        self._optimizer = optimizer
        self.names = names
        self._choose = choose
        self._groups: list[Group] = []
        self._lanes: list[Lane] = []
        self._rates: list[Any] = []
        self._versions: list[tuple[torch.Tensor, int]] = []

    @property
    def changed(self) -> bool:
        """Whether the optimizer has groups that are not bound yet."""
        groups = self._optimizer.param_groups
        return groups is not self._groups or len(groups) != len(self.bases)

    def admit(self) -> list[int]:
        """Note the bases of the groups that are new, and return their indices."""
        groups = self._optimizer.param_groups
        # Groups without a rate of their own share one tensor. It holds a rate, no base, once it
        # was written through another group.
        known = {
            id(group["lr"]): bases["lr"] for group, bases in zip(groups, self.bases, strict=False)
        }
        new = list(range(len(self.bases), len(groups)))
        for index in new:
            group = groups[index]
            lr = group["lr"]
            shared = known.get(id(lr)) if isinstance(lr, torch.Tensor) else None
            base = float(group.get("initial_lr", lr if shared is None else shared))
            others = {name: float(cell(group, name)) for name in self.names[1:]}
            self.bases.append({"lr": base, **others})
        return new

    def bind(self) -> None:
        """Find out again which group follows what; call it when groups or sources change."""
        self._groups = groups = self._optimizer.param_groups
        self._rates = [group["lr"] for group in groups]
        lanes: dict[int, Lane] = {}
        owners: dict[int, tuple[int, float]] = {}
        for index, (group, bases) in enumerate(zip(groups, self.bases, strict=True)):
            group["initial_lr"] = bases["lr"]
            for name in self.names:
                source, base = self._choose(index, name), bases[name]
                block = Block(source) if isinstance(source, Plan) else source
                lane = lanes.setdefault(id(source), Lane(block, [], [], []))
                now = cell(group, name)
                tensor = isinstance(now, torch.Tensor)
                # one tensor cannot hold two values
                if tensor and owners.setdefault(id(now), (id(source), base)) != (id(source), base):
                    now = now.clone()
                    replace(group, name, now)
                if name != "lr":
                    lane.others.append((group, name, base))
                elif tensor:
                    lane.tensors.append((index, now, base))
                else:
                    lane.rates.append((group, base))
        self._lanes = list(lanes.values())

    def write(self, k: int) -> None:
        """Write what update `k` is to use."""
        versions = []
        for source, rates, tensors, others in self._lanes:
            factor = source(k)
            for group, base in rates:
                group["lr"] = base * factor
            for group, name, base in others:
                put(group, name, base * factor)
            for _, tensor, base in tensors:
                tensor.fill_(base * factor)
            for index, tensor, base in tensors:  # behind all: groups may share one tensor
                self._rates[index] = base * factor
                versions.append((tensor, tensor._version))
        self._versions = versions
        if not versions:
            self._rates = [group["lr"] for group in self._groups]
        elif any(lane.rates for lane in self._lanes):
            for index, group in enumerate(self._groups):
                if not isinstance(group["lr"], torch.Tensor):
                    self._rates[index] = group["lr"]

    def read(self) -> tuple[list[float], list[int]]:
        """Return the rate that each group holds, and the groups where it is not what was written.

        A tensor that nobody touched is not read, since that would wait for the device.
        """
        found = [group["lr"] for group in self._groups]
        if not self._versions:
            if found == self._rates:
                return found, []
            found = [float(rate) for rate in found]
            return found, [i for i, rate in enumerate(found) if rate != self._rates[i]]
        touched = []
        written = {id(tensor): version for tensor, version in self._versions}
        for index, rate in enumerate(found):
            if isinstance(rate, torch.Tensor) and written.get(id(rate)) == rate._version:
                found[index] = self._rates[index]
                continue
            found[index] = float(rate)
            if isinstance(rate, torch.Tensor) or rate != self._rates[index]:
                touched.append(index)
        return found, touched

    def silenced(self) -> bool:
        """Whether someone else wrote 0 as the rate of each group, even in place of our own 0."""
        ours = {id(tensor) for tensor, _ in self._versions}
        return not any(
            group["lr"] is written or id(group["lr"]) in ours or float(group["lr"])
            for group, written in zip(self._groups, self._rates, strict=True)
        )

    def at(self, k: int, name: str = "lr") -> list[float]:
        """Return base × factor of update `k` for each group."""
        return [
            bases[name] * self._choose(index, name)(k) for index, bases in enumerate(self.bases)
        ]
