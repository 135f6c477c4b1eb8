"""`Rates`: base × factor, written into the optimizer's groups; and what others wrote there."""

from collections.abc import Callable
from operator import itemgetter
from typing import Any, Final

import numpy as np
import torch
from torch.optim import Optimizer

from rampup.errors import StateError
from rampup.schedule.plan import Plan
from rampup.scheduler.hyper import Group, cell, put, replace

BLOCK: Final = 512
"""Factors that are computed at once."""

_lr: Final = itemgetter("lr")  # quicker than a comprehension, twice per update

Source = Callable[[int], float]
"""Update index → factor: a plan, or what a signal from the run decides."""


Tensors = dict[int, tuple[torch.Tensor, int, float]]
"""By group, the tensor that holds its rate, the tensor's version, and what it was filled with."""


class Lane:
    """What follows one source, with its next factors.

    Args:
        source: update index → factor. Factors of a plan are computed `BLOCK` at a time, to the
            bit as one by one.

    Attributes:
        rates: groups whose rate is a plain number, with their base.
        tensors: index, tensor and base of the groups whose rate is a tensor.
        others: other hyper-parameters by name, with their base.
    """

    __slots__ = ("factor", "factors", "first", "others", "rates", "source", "tensors")

    def __init__(self, source: Source) -> None:
        self.source = source
        self.first = 0
        self.factor = 0.0
        self.factors: list[float] = []
        self.rates: list[tuple[Group, float]] = []
        self.tensors: list[tuple[int, torch.Tensor, float]] = []
        self.others: list[tuple[Group, str, float]] = []

    def at(self, k: int) -> float:
        """Return the factor of update `k`; of a plan, those behind it are kept."""
        i = k - self.first
        if 0 <= i < len(self.factors):
            return self.factors[i]
        if not isinstance(self.source, Plan):
            return self.source(k)
        self.first = k
        self.factors = self.source(np.arange(k, k + BLOCK)).tolist()
        return self.factors[0]


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
        self._written: list[Any] = []
        self._tensors: Tensors = {}
        self._used: tuple[list[Any], Tensors] | None = None

    @property
    def changed(self) -> bool:
        """Whether the optimizer has groups that are not bound yet."""
        groups = self._optimizer.param_groups
        return groups is not self._groups or len(groups) != len(self.bases)

    def admit(self) -> list[int]:
        """Note the bases of the groups that are new, and return their indices.

        Raises:
            StateError: groups are gone.
        """
        groups = self._optimizer.param_groups
        if len(groups) < len(self.bases):
            raise StateError(
                f"the optimizer has {len(groups)} parameter groups, but had {len(self.bases)}; "
                "detach() the scheduler before groups are taken away, and build it anew"
            )
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
        self._tensors = {}
        lanes: dict[int, Lane] = {}
        owners: dict[int, tuple[int, float]] = {}
        for index, (group, bases) in enumerate(zip(groups, self.bases, strict=True)):
            group["initial_lr"] = bases["lr"]
            for name in self.names:
                source, base = self._choose(index, name), bases[name]
                lane = lanes.setdefault(id(source), Lane(source))
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
        self._filled = any(lane.tensors for lane in self._lanes)

    def note(self) -> None:
        """Note what was written last as used."""
        self._used = self._written, self._tensors

    def write(self, k: int) -> None:
        """Write what update `k` is to use."""
        for lane in self._lanes:
            factor = lane.at(k)
            for group, base in lane.rates:
                group["lr"] = base * factor
            for group, name, base in lane.others:
                put(group, name, base * factor)
            for index, tensor, base in lane.tensors:
                tensor.fill_(base * factor)
                self._groups[index]["lr"] = tensor  # a writer may have put a number there
            lane.factor = factor
        self._written = list(map(_lr, self._groups))
        if self._filled:  # the versions behind all fillings: groups may share a tensor
            self._tensors = {
                index: (tensor, tensor._version, base * lane.factor)
                for lane in self._lanes
                for index, tensor, base in lane.tensors
            }

    def untouched(self) -> bool:
        """Whether the optimizer has the groups that are bound, each with the rate written."""
        groups = self._optimizer.param_groups
        if groups is not self._groups or len(groups) != len(self._written):
            return False
        if self._tensors:  # to look into a tensor would wait for its device
            pairs = zip(groups, self._written, strict=True)
            kept = all(group["lr"] is rate or self._is_number(rate, group) for group, rate in pairs)
            return kept and all(t._version == v for t, v, _ in self._tensors.values())
        same = list(map(_lr, groups)) == self._written
        return same and not (self._written[0] == 0 and self.silenced())

    @staticmethod
    def _is_number(rate: Any, group: Group) -> bool:
        return isinstance(rate, float) and isinstance(group["lr"], float) and rate == group["lr"]

    def touched(self) -> dict[int, float]:
        """Return what the groups hold whose rate is not the one written, by index."""
        found = {}
        for index, group in enumerate(self._groups):
            rate = group["lr"]
            tensor, version, number = self._tensors.get(index, (None, 0, self._written[index]))
            if rate is tensor and tensor._version == version:
                continue
            written = number if tensor is None else rounded(tensor, number)
            if float(rate) != written:
                found[index] = float(rate)
        return found

    def used(self) -> list[float] | None:
        """Return the rates that were written at the last `note`; None before the first.

        Those in tensors are rounded as the tensors round them, without waiting for the device.
        """
        if self._used is None:
            return None
        written, tensors = self._used
        numbers = {index: rounded(tensor, rate) for index, (tensor, _, rate) in tensors.items()}
        return [numbers.get(index, rate) for index, rate in enumerate(written)]

    def forget(self) -> None:
        """Forget what was used: another run goes on from here."""
        self._used = None

    def silenced(self) -> bool:
        """Whether someone else wrote 0 as the rate of each group, even in place of our own 0."""
        pairs = zip(self._groups, self._written, strict=True)
        return not any(group["lr"] is rate or float(group["lr"]) for group, rate in pairs)

    def at(self, k: int, name: str = "lr") -> list[float]:
        """Return base × factor of update `k` for each group."""
        return [
            bases[name] * self._choose(index, name)(k) for index, bases in enumerate(self.bases)
        ]


def rounded(tensor: torch.Tensor, rate: float) -> float:
    """Return `rate` as `tensor` holds it, without waiting for its device."""
    return float(torch.tensor(rate, dtype=tensor.dtype))
