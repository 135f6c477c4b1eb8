"""torch's schedulers of schedulers: SequentialLR, ChainedScheduler.

Reference: torch 2.13, torch/optim/lr_scheduler.py.
"""

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from rampup.checker.gather.script.peers.peer import Asked, Optimizer, Peer
from rampup.checker.gather.script.peers.plateau import ReduceLROnPlateau
from rampup.checker.gather.script.peers.stepping import LRScheduler


class _Composed(LRScheduler):
    CODE = LRScheduler.CODE | {"parts"}

    def __init__(self, optimizer: Optimizer, parts: Sequence[Peer]) -> None:
        Peer.__init__(self, optimizer)  # no base rates and no hidden step of its own
        self.parts = parts
        for index, part in enumerate(parts):
            self.refuse(index, part)
        self.given = parts[0].given

    def refuse(self, index: int, part: Peer) -> None:
        """Raise where torch refuses a part."""
        if isinstance(part, ReduceLROnPlateau):
            raise ValueError(
                f"{self.kind} does not support `ReduceLROnPlateau` scheduler as it requires "
                "additional kwargs to be specified when calling `step`, but got one at index "
                f"{index} in the given schedulers sequence."
            )
        if part.optimizer.groups is not self.optimizer.groups:
            raise ValueError(
                f"{self.kind} expects all schedulers to belong to the same optimizer, but got "
                f"scheduler {part.kind} at index {index} has another one."
            )

    def following(self) -> list[float]:
        """Refuse, as torch does where one of these is a part that another one starts."""
        raise NotImplementedError

    def advance(self, epoch: int | None = None) -> None:
        """Move one on; no epoch can be asked for."""
        if epoch is not None:
            raise TypeError(f"{self.kind}.step() takes 1 positional argument but 2 were given")
        self.forward()

    @abstractmethod
    def forward(self) -> None:
        """Move one on."""

    @property
    def factor(self) -> float | None:
        """The largest factor of its parts."""
        factors = [part.factor for part in self.parts if part.factor is not None]
        return max(factors, default=None)

    def state(self) -> dict[str, Any]:
        """Return its own state and that of each part."""
        return super().state() | {"_schedulers": [part.state() for part in self.parts]}

    def take(self, state: Mapping[str, Any]) -> None:
        """Take over its own state and that of each part."""
        states = state["_schedulers"]
        super().take({name: value for name, value in state.items() if name != "_schedulers"})
        for index, saved in enumerate(states):
            self.parts[index].take(saved)


class SequentialLR(_Composed):
    """One part after another; each begins at its milestone as if that were its index 0."""

    def __init__(
        self,
        optimizer: Optimizer,
        parts: Sequence[Peer],
        milestones: Sequence[float],
        last_epoch: int = -1,
    ) -> None:
        if not parts:
            raise ValueError("SequentialLR expects at least one scheduler, but got no scheduler.")
        super().__init__(optimizer, parts)
        if len(milestones) != len(parts) - 1:
            raise ValueError(
                "Sequential Schedulers expects number of schedulers provided to be one more than "
                "the number of milestone points, but got number of schedulers "
                f"{len(parts)} and the number of milestones to be equal to {len(milestones)}"
            )
        self._milestones = list(milestones)
        self.last_epoch = last_epoch + 1
        for group in optimizer.groups:
            group["lr"] = group["initial_lr"]
        for part in parts:
            _undo(part)
        first = self.parts[bisect_right(self._milestones, 0)]
        _begin(first)
        self.last_lr = first.last_lr

    def forward(self) -> None:
        """Move one on; at a milestone the next part begins at its index 0."""
        self.last_epoch += 1
        index = bisect_right(self._milestones, self.last_epoch)
        part = self.parts[index]
        if index > 0 and self._milestones[index - 1] == self.last_epoch:
            _stepping(part).move(0)
        else:
            part.advance()
        self.last_lr = part.last_lr

    def _asked(self) -> Asked:
        asked = [part.asked for part in self.parts]
        whole = all(float(stone).is_integer() for stone in self._milestones)
        joins = tuple(int(stone) for stone in self._milestones) if whole else ()
        ends = asked[-1].ends
        return Asked(
            peak=_highest(asked),
            floor=asked[-1].floor,
            ends=None if ends is None else ends + (joins[-1] if joins else 0),
            warmup=asked[0].warmup,
            joins=joins,
            parts=tuple(part.kind for part in self.parts),
            cyclic=any(part.cyclic for part in asked),
        )


class ChainedScheduler(_Composed):
    """All parts at every step, each on the rates that the one before left."""

    CODE = _Composed.CODE | {"last_epoch"}  # which torch's class has not

    def __init__(self, parts: Sequence[Peer], optimizer: Optimizer) -> None:
        if not parts:
            raise ValueError(
                "ChainedScheduler expects at least one scheduler to be chained, but got no "
                "scheduler."
            )
        super().__init__(optimizer, parts)
        self.last_epoch = parts[-1].last_epoch

    def take(self, state: Mapping[str, Any]) -> None:
        """Take over the state of each part."""
        super().take(state)
        self.last_epoch = self.parts[-1].last_epoch

    def forward(self) -> None:
        """Step every part."""
        for part in self.parts:
            part.advance()
        self.last_lr = self.optimizer.rates
        self.last_epoch = self.parts[-1].last_epoch

    def _asked(self) -> Asked:
        asked = [part.asked for part in self.parts]
        ends = [part.ends for part in asked if part.ends is not None]
        warmups = [part.warmup for part in asked if part.warmup is not None]
        return Asked(
            peak=_highest(asked),
            ends=max(ends, default=None),
            warmup=max(warmups, default=None),
            parts=tuple(part.kind for part in self.parts),
            cyclic=any(part.cyclic for part in asked),
        )


def _highest(asked: Sequence[Asked]) -> tuple[float, ...]:
    return tuple(max(rates) for rates in zip(*(part.peak for part in asked), strict=False))


def _undo(part: Peer) -> None:
    """Take the hidden step of a part's constructor back, though not the rate that it wrote."""
    if isinstance(part, _Composed):
        for inner in part.parts:
            _undo(inner)
    else:
        part.last_epoch -= 1


def _stepping(part: Peer) -> LRScheduler:
    if not isinstance(part, LRScheduler):
        raise AttributeError(f"'{part.kind}' object has no attribute '_update_lr'")
    return part


def _begin(part: Peer) -> None:
    _stepping(part).begin()
