"""One member after the other, with torch's own optimizer: the reference, and the way out."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from rampup.races.batch import Outcome, Tick
from rampup.races.draws import drawing, update_keys
from rampup.races.members import Member, rate_table
from rampup.races.task import Order, Task
from rampup.races.update import Rule


class Alone:
    """One member, trained by itself.

    Args:
        task: what it is trained on.
        member: who it is.
    """

    def __init__(self, task: Task, member: Member) -> None:
        self._task = task
        self._model = task.model(member.seed)
        trained = [p for p in self._model.parameters() if p.requires_grad]
        optimizer = task.optimizer
        self._optimizer = (
            optimizer.alone(trained) if isinstance(optimizer, Rule) else optimizer(trained)
        )
        self._trained = trained
        self._rates = rate_table([member], task.horizon)[:, 0].tolist()
        self._order = Order(len(task.x), task.batch_size, [member.seed])
        self._key = torch.tensor(member.key)
        self.table = np.full((task.horizon.updates, 1), np.nan)
        self._kept = True
        self._done = 0

    def advance(self, until: int, tick: Tick) -> None:
        """Make updates until `until` of them are done, or its loss is not finite."""
        while self._done < until and self.alive:
            for group in self._optimizer.param_groups:
                group["lr"] = self._rates[self._done]
            # the closure makes LBFGS possible, and the others take it too
            loss = self._optimizer.step(self._backward)  # type: ignore[arg-type]
            self.table[self._done, 0] = float(loss)
            self._done += 1
            tick(self._done, 1)

    @property
    def alive(self) -> bool:
        """Whether it goes on: its last loss was finite, and it was not taken out."""
        return self._kept and (self._done == 0 or bool(np.isfinite(self.table[self._done - 1, 0])))

    def only(self, members: set[int]) -> None:
        """Take it out, unless its place, 0, is among these."""
        self._kept = 0 in members

    @property
    def losses(self) -> npt.NDArray[np.float64]:
        """Of each update, `(updates, 1)`; NaN from the first on that is not finite."""
        return np.where(np.isfinite(self.table), self.table, np.nan)

    def outcome(self) -> Outcome:
        """Return what became of it, measured on the held-out rows."""
        measured = (np.nan, np.nan)
        if np.isfinite(self.table[-1, 0]):
            self._model.eval()
            measured = self._task.measure(self._model)
        held_out, metric = (np.array([value]) for value in measured)
        return Outcome(losses=self.losses, held_out=held_out, metric=metric)

    def _backward(self) -> torch.Tensor:
        rows = self._order.at(self._done)[0]
        self._optimizer.zero_grad()
        with torch.enable_grad(), drawing(update_keys(self._key, self._done), batched=False):
            loss = self._task.loss(self._model(self._task.x[rows]), self._task.y[rows])
        loss.backward()  # type: ignore[no-untyped-call]
        if self._task.clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(self._trained, self._task.clip_norm)
        return loss.detach()


def together(alone: Sequence[Outcome]) -> Outcome:
    """Return the outcomes of several members as one."""
    return Outcome(
        losses=np.concatenate([one.losses for one in alone], axis=1),
        held_out=np.concatenate([one.held_out for one in alone]),
        metric=np.concatenate([one.metric for one in alone]),
    )
