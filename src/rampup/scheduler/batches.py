"""`RampBatchSampler`: batches whose size follows a plan of the updates."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch.utils.data import Sampler, SequentialSampler

from rampup.errors import StateError, UnitError
from rampup.units import PerUpdate, per_update, plain


class RampBatchSampler(Sampler[list[int]]):
    """Lists of indices, of the size that the plan gives to their update; for `DataLoader`.

    Each batch (with `accumulate`, so many of them) is one update. The count of updates goes on
    from epoch to epoch, and every iteration is an epoch: look at data through another loader.

    Args:
        sampler: gives the indices of an epoch and has a length; or a number of samples, which
            are then taken in order.
        batch_sizes: samples of an update: `((0, 256), (1000, 512))` is 256, and 512 from update
            1000 on; on several processes, those of one. The same plan is `samples_per_update` of
            a run.
        drop_last: whether samples that do not fill an update at the end of an epoch are left
            out, as in torch.
        accumulate: batches of an update, ≥ 1, each of an equal share of its samples.

    Raises:
        TypeError: the sampler has no length.
        UnitError: the batch sizes are no plan, or cannot be shared out.

    Example:
        >>> from rampup import RampBatchSampler
        >>> batches = RampBatchSampler(10, batch_sizes=((0, 2), (3, 4)))
        >>> list(batches)
        [[0, 1], [2, 3], [4, 5], [6, 7, 8, 9]]
        >>> list(batches)
        [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]

    Reference: Smith et al. 2018, Don't Decay the Learning Rate, Increase the Batch Size.
    """

    def __init__(
        self,
        sampler: Sampler[int] | int,
        batch_sizes: PerUpdate,
        *,
        drop_last: bool = False,
        accumulate: int = 1,
    ) -> None:
        if isinstance(sampler, int | np.integer):
            samples = per_update("sampler", sampler)
            assert isinstance(samples, int)  # a number is no plan
            sampler = SequentialSampler(range(samples))
        if not hasattr(sampler, "__len__"):
            raise TypeError(
                f"{type(sampler).__name__} has no length, which tells where an epoch ends; "
                "give it a __len__"
            )
        sizes = per_update("batch_sizes", batch_sizes)
        self.sampler: Any = sampler
        self.batch_sizes = ((0, sizes),) if isinstance(sizes, int) else sizes
        self.drop_last = drop_last
        self.accumulate: int = plain(accumulate)
        self._refuse_shares()
        self._starts = [start for start, _ in self.batch_sizes]
        self.restart(0)

    def _refuse_shares(self) -> None:
        if per_update("accumulate", self.accumulate) == 1:
            return
        if not self.drop_last:
            raise UnitError(
                f"accumulate = {self.accumulate} needs drop_last=True, because the last samples "
                "of an epoch may not fill the batches of an update"
            )
        for _, size in self.batch_sizes:
            if size % self.accumulate:
                raise UnitError(
                    f"batch_sizes: {size} samples are not {self.accumulate} equal batches; "
                    f"use a multiple of accumulate = {self.accumulate}"
                )

    def restart(self, updates: int) -> None:
        """Start a new epoch at the next iteration; needed where one was left before its end.

        Args:
            updates: how many were made so far.
        """
        self.updates = self._epoch = self._first = updates
        self._order = self._generator_state()
        self._resumed = False

    def __iter__(self) -> Iterator[list[int]]:
        if self._resumed:
            # other users of the generator may have drawn from it since the state was loaded
            self._restore()
        elif self.updates == self._end():
            self.restart(self.updates)
        elif self.updates > self._first:
            raise StateError(
                f"the epoch from update {self._epoch} on was left after update "
                f"{self.updates - 1} of {self._end() - 1} was handed out; call restart(updates) "
                "with the number that was made"
            )
        else:
            self._order = self._generator_state()
        indices = iter(self.sampler)
        for _ in islice(indices, self._consumed()):
            pass
        self._resumed = False
        for update in range(self.updates, self._end()):
            size = self._size(update) // self.accumulate
            self.updates = update + 1
            for _ in range(self.accumulate):
                yield list(islice(indices, size))
        for _ in indices:
            # a sampler may draw once more behind its last index, and a resumed run draws as well
            pass

    def __len__(self) -> int:
        """Return the batches of the epoch that is read, or else of the next one."""
        if self.updates == self._end():
            return self._updates_from(self.updates) * self.accumulate
        return (self._end() - self._first) * self.accumulate

    def state_dict(self, updates: int) -> dict[str, Any]:
        """Return where the run stands, so that another one goes on with the batch behind it.

        Args:
            updates: how many were made, such as `scheduler.last_epoch` of a RampupLR. A
                DataLoader with workers reads ahead, so the sampler cannot know.

        Raises:
            StateError: they end outside of the epoch that is read, or the order cannot be
                had again.
        """
        if not self._epoch <= updates <= self._end():
            raise StateError(
                f"updates = {updates!r} lies outside of the epoch that is read, "
                f"{self._epoch} to {self._end()}; pass how many were made"
            )
        if getattr(self.sampler, "generator", self) is None:
            raise StateError(
                f"{type(self.sampler).__name__} draws from torch's global generator, and its order "
                "cannot be had again; build it with generator=torch.Generator()"
            )
        return {**self._identity(), "updates": updates, "epoch": self._epoch, "order": self._order}

    def load_state_dict(self, state_dict: Any) -> None:
        """Continue with the batch behind the last update that was made.

        The sampler must be the one of the saved run; one whose order follows an epoch number
        must be at that epoch.

        Args:
            state_dict: what `state_dict` returned.

        Raises:
            StateError: it was saved with other data or batch sizes.
        """
        ours = self._identity()
        if not isinstance(state_dict, dict) or not ours.keys() < state_dict.keys():
            raise StateError(
                f"{state_dict!r:.40} is no state of a RampBatchSampler; "
                "pass what state_dict() returned"
            )
        for key, value in ours.items():
            if state_dict[key] != value:
                raise StateError(
                    f"the checkpoint was saved with {key} = {state_dict[key]!r}, but the code has "
                    f"{value!r}; build the sampler as it was saved"
                )
        self.updates = self._first = state_dict["updates"]
        self._epoch, self._order = state_dict["epoch"], state_dict["order"]
        self._resumed = self.updates < self._end()
        if not self._resumed:
            # the next epoch's order is drawn behind this one's
            self._restore()
            for _ in self.sampler:
                pass
            self.restart(self.updates)

    def _identity(self) -> dict[str, Any]:
        return {
            "samples": len(self.sampler),
            "batch_sizes": [list(step) for step in self.batch_sizes],
            "drop_last": self.drop_last,
            "accumulate": self.accumulate,
        }

    def _size(self, update: int) -> int:
        return self.batch_sizes[bisect_right(self._starts, update) - 1][1]

    def _end(self) -> int:
        return self._epoch + self._updates_from(self._epoch)

    def _updates_from(self, start: int) -> int:
        """Return how many updates an epoch has that starts at `start`."""
        left, update = len(self.sampler), start
        while left >= (size := self._size(update)):
            change = next((at for at in self._starts if at > update), None)
            count = left // size if change is None else min(left // size, change - update)
            left -= count * size
            update += count
        return update - start + (left > 0 and not self.drop_last)

    def _consumed(self) -> int:
        """Return how many samples of the epoch the updates before the next one took."""
        return sum(map(self._size, range(self._epoch, self.updates)))

    def _generator_state(self) -> torch.Tensor | None:
        generator = getattr(self.sampler, "generator", None)
        return None if generator is None else generator.get_state()

    def _restore(self) -> None:
        if self._order is not None:
            self.sampler.generator.set_state(self._order)
