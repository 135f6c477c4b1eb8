"""`LRScheduler`: what all of torch's schedulers share, the hidden step of the constructor included.

Reference: torch 2.13, torch/optim/lr_scheduler.py, LRScheduler.
"""

from abc import abstractmethod

from rampup.checker.gather.script.peers.peer import Optimizer, Peer

WITHOUT_BASE = (
    "param 'initial_lr' is not specified in param_groups[{index}] when resuming scheduler with "
    "last_epoch >= 0.\nThis typically happens when:\n1. You're trying to resume training from a "
    "checkpoint but haven't properly loaded the optimizer state\n2. You're using last_epoch >= 0 "
    "for a fresh training run (not recommended)"
)


class LRScheduler(Peer):
    """A scheduler whose rate follows from an index, and for most from the rate before."""

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        super().__init__(optimizer)
        for index, group in enumerate(optimizer.groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise KeyError(WITHOUT_BASE.format(index=index))
        self.base_lrs = [group["initial_lr"] for group in optimizer.groups]
        self.last_epoch = last_epoch
        self.starting = False
        self.begin()

    @abstractmethod
    def following(self) -> list[float]:
        """Return the rates at `last_epoch`, which may build on the rates of now."""

    def closed(self) -> list[float] | None:
        """Return the rates at `last_epoch` from the base rates; None where torch cannot."""
        return None

    def begin(self) -> None:
        """Make the constructor's hidden step."""
        self.step_count = 0
        self.starting = True
        try:
            self.advance()
        finally:
            self.starting = False

    def advance(self, epoch: int | None = None) -> None:
        """Move one on, or to `epoch`."""
        self.step_count += 1
        self.move(epoch)

    def move(self, epoch: int | None = None) -> None:
        """Do what `advance` does without counting it."""
        if epoch is None:
            self.last_epoch += 1
            values = None
        else:
            self.last_epoch = epoch
            values = self.closed()
        self.optimizer.write(self.following() if values is None else values)
        self.last_lr = self.optimizer.rates
