"""Members that are trained together: the loop of the batched engine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch

from rampup.races.align import Aligning
from rampup.races.draws import update_keys
from rampup.races.members import Member, rate_table
from rampup.races.replay import traced
from rampup.races.stack import Gradients, Stack, gradients_of
from rampup.races.task import Order, Task
from rampup.races.update import Rule, clip

Tick = Callable[[int, int], None]
"""Told, after each update, how many are done and how many members made it."""

UPDATES_BETWEEN_LOOKS: Final = 50
"""How often the losses are searched for members that diverged."""

LONGEST_TAIL: Final = 31
"""How many numbers at the end of a tensor are computed one by one at most, not in vectors, which
rounds some functions otherwise. Repetitions of the last member take these places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of some members.

    Args:
        losses: of each update on its batch, `(updates, members)`; NaN from the first that is not
            finite on.
        held_out: loss over the held-out rows after the last update, `(members,)`, or NaN.
        metric: likewise.
    """

    losses: npt.NDArray[np.float64]
    held_out: npt.NDArray[np.float64]
    metric: npt.NDArray[np.float64]


class Batch:
    """Some members of a race, stacked.

    A member whose loss is not finite is out: nothing of it is reported from there on, and it is
    taken from the stack when half of the stack is out.

    Args:
        task: what they are trained on; its optimizer is a rule.
        members: who they are.
        trace: replay the step instead of running it through Python.
    """

    def __init__(self, task: Task, members: Sequence[Member], *, trace: bool) -> None:
        assert isinstance(task.optimizer, Rule)
        self.task, self.members = task, members
        self._rule, self._trace = task.optimizer, trace
        rows, size = len(task.x), task.batch_size
        self._spare = -(-LONGEST_TAIL // (rows % size or size))
        seeds = list(dict.fromkeys(m.seed for m in members))
        self._order = Order(rows, size, seeds)
        self._seeds = torch.tensor([seeds.index(m.seed) for m in members])
        self._keys = torch.tensor([m.key for m in members])
        rates = torch.from_numpy(rate_table(members, task.horizon))
        self._losses = torch.full_like(rates, torch.nan)
        self.done = 0
        self.alive = torch.arange(len(members))
        everyone = self._and_spare(self.alive)
        self.stack = Stack(task, [members[i].seed for i in everyone.tolist()])
        self.state = self._rule.state(self.stack.weights)
        self._rates = rates.to(self.stack.weights.dtype)
        self._eager = self._gradients_of(for_trace=False)
        self._replays: dict[torch.Size, Gradients] = {}
        self._odd: dict[torch.Size, bool] = {}
        self._seat()

    def advance(self, until: int, tick: Tick) -> None:
        """Make updates until `until` of them are done, or no member is left."""
        while self.done < until and len(self.alive):
            x, y = self._batch(self.done)
            keys = update_keys(self._row_keys, self.done)
            with torch.no_grad():
                gradient, losses = self._gradients(x, y, keys)
                self._losses[self.done, self.alive] = losses[: len(self.alive)].double()
                self._update(gradient)
            self.done += 1
            tick(self.done, len(self.alive))
            if self.done % UPDATES_BETWEEN_LOOKS == 0:
                self._drop_diverged()

    def keep(self, positions: torch.Tensor) -> None:
        """Leave only these of the members alive, by position among them."""
        self.alive = self.alive[positions]
        rows = self._and_spare(positions)
        self.stack.keep(rows)
        self.state = [part[rows] for part in self.state]
        self._seat()

    def only(self, members: set[int]) -> None:
        """Leave only these members, by their place among those that it was made with."""
        places = [place for place, i in enumerate(self.alive.tolist()) if i in members]
        self.keep(torch.tensor(places, dtype=torch.int64))

    @property
    def table(self) -> npt.NDArray[np.float64]:
        """The losses as they were computed, `(updates, members)`; NaN where none was."""
        return self._losses.numpy()

    @property
    def losses(self) -> npt.NDArray[np.float64]:
        """The losses; NaN from the first on that is not finite."""
        return out_from_first(self.table.copy())

    def outcome(self) -> Outcome:
        """Return what became of the members, measured on the held-out rows."""
        losses = self.losses
        held_out, metric = np.full((2, len(self.members)), np.nan)
        for position, member in enumerate(self.alive.tolist()):
            if np.isfinite(losses[-1, member]):
                held_out[member], metric[member] = self.stack.measure(position)
        return Outcome(losses=losses, held_out=held_out, metric=metric)

    def snapshot(self) -> dict[str, torch.Tensor]:
        """Return everything that the next update depends on, by name."""
        buffers = {f"buffer.{name}": value for name, value in self.stack.buffers.items()}
        state = {f"state.{i}": part for i, part in enumerate(self.state)}
        return {
            "weights": self.stack.weights,
            "alive": self.alive,
            "losses": self._losses[: self.done],
            **state,
            **buffers,
        }

    def restore(self, saved: dict[str, torch.Tensor]) -> None:
        """Go on from a snapshot of the same members."""
        self.keep(saved["alive"])
        self.done = len(saved["losses"])
        self._losses[: self.done] = saved["losses"]
        self.stack.weights = saved["weights"]
        self.state = [saved[f"state.{i}"] for i in range(len(self.state))]
        self.stack.buffers = {name: saved[f"buffer.{name}"] for name in self.stack.buffers}

    def _and_spare(self, positions: torch.Tensor) -> torch.Tensor:
        """Return positions with the last one repeated: as many as the stack has rows for them."""
        return torch.cat([positions, positions[-1:].repeat(self._spare)])

    def _seat(self) -> None:
        """Look up what belongs to the rows of the stack."""
        rows = self._and_spare(self.alive)
        self._row_keys, self._row_seeds = self._keys[rows], self._seeds[rows]
        self._row_rates = self._rates[:, rows, None]

    def _batch(self, update: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the batch of each row; where all share a seed, nothing is copied."""
        rows = self._order.at(update)
        if len(rows) == 1:
            x, y = self.task.x[rows[0]], self.task.y[rows[0]]
            count = len(self._row_seeds)
            return x.expand(count, *x.shape), y.expand(count, *y.shape)
        rows = rows[self._row_seeds]
        return self.task.x[rows], self.task.y[rows]

    def _gradients_of(self, *, for_trace: bool) -> Gradients:
        stack = self.stack
        return gradients_of(stack.model, stack.layout, self.task.loss, for_trace=for_trace)

    def _gradients(
        self, x: torch.Tensor, y: torch.Tensor, keys: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        stack = self.stack
        if self._trace:
            if x.shape not in self._replays:
                buffers = {name: value.clone() for name, value in stack.buffers.items()}
                example: tuple[Any, ...] = (stack.weights, stack.fixed, buffers, keys, x, y)
                self._replays[x.shape] = traced(self._gradients_of(for_trace=True), *example)
            return stack.gradients(x, y, keys, self._replays[x.shape])
        if not self._odd.get(x.shape, True):
            return stack.gradients(x, y, keys, self._eager)
        with Aligning() as seen:
            found = stack.gradients(x, y, keys, self._eager)
        self._odd[x.shape] = seen.odd
        return found

    def _update(self, gradient: torch.Tensor) -> None:
        if self.task.clip_norm is not None:
            clip(gradient, self.task.clip_norm)
        rates = self._row_rates[self.done]
        self._rule.apply(self.stack.weights, gradient, self.state, rates, self.done + 1)

    def _drop_diverged(self) -> None:
        fine = self._losses[: self.done, self.alive].isfinite().all(0)
        if fine.sum() * 2 <= len(fine):
            self.keep(fine.nonzero()[:, 0])


def out_from_first(losses: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Set each column to NaN from its first loss on that is not finite, in place."""
    losses[np.logical_or.accumulate(~np.isfinite(losses), axis=0)] = np.nan
    return losses
