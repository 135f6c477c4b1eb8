"""Which of our schedulers an optimizer follows: one at most, since each would undo the other."""

from weakref import WeakKeyDictionary, ref

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from rampup.errors import StateError

_followed: WeakKeyDictionary[Optimizer, "ref[LRScheduler]"] = WeakKeyDictionary()


def must_be_free(optimizer: Optimizer) -> None:
    """Refuse an optimizer that follows a scheduler of ours already.

    Raises:
        StateError: with that scheduler.
    """
    found = _followed.get(optimizer)
    other = None if found is None else found()
    if other is not None:
        raise StateError(
            f"the optimizer follows a {type(other).__name__} already, which has done "
            f"{other.last_epoch} updates; detach() that one first"
        )


def follow(optimizer: Optimizer, scheduler: LRScheduler) -> None:
    """Note that the optimizer follows the scheduler."""
    _followed[optimizer] = ref(scheduler)


def leave(optimizer: Optimizer) -> None:
    """Note that the optimizer follows nothing any more."""
    _followed.pop(optimizer, None)
