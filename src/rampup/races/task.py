"""What every member of a race has in common: model, data, loss, optimizer and length."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from rampup.errors import ConfigError, DataError
from rampup.races.update import Rule
from rampup.units import Horizon

Pair = tuple[torch.Tensor, torch.Tensor]
MakeModel = Callable[[], nn.Module]
Loss = Callable[[Any, torch.Tensor], torch.Tensor]
Metric = Callable[[Any, torch.Tensor], "torch.Tensor | float"]
MakeOptimizer = Callable[[Iterable[nn.Parameter]], Optimizer]

ROWS_AT_A_TIME = 4096
"""How many held-out rows are measured in one call, to bound the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One training, but for schedule, rate and seed.

    Args:
        make_model: called once per seed, under that seed.
        loss: from `(output, y)` to the mean over the rows of a batch.
        x: training rows, `(rows, …)`.
        y: what belongs to them, `(rows, …)`.
        held_out: rows that training never sees, in the same form, or None.
        metric: from `(output, y)` to a number that is a mean over rows, or None.
        batch_size: rows per update; the last batch of an epoch may be smaller.
        horizon: the length of the run.
        optimizer: a rule that can be batched, or a function that makes torch's optimizer.
        clip_norm: the largest gradient norm, or None.
    """

    make_model: MakeModel
    loss: Loss
    x: torch.Tensor
    y: torch.Tensor
    held_out: Pair | None
    metric: Metric | None
    batch_size: int
    horizon: Horizon
    optimizer: Rule | MakeOptimizer
    clip_norm: float | None

    def model(self, seed: int) -> nn.Module:
        """Return the model of a seed, in training mode; the caller's random state is kept.

        Raises:
            ConfigError: it is no module, or has nothing to train.
        """
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            model = self.make_model()
        if not isinstance(model, nn.Module):
            raise ConfigError(
                f"make_model returned {type(model).__name__}; it must return a torch.nn.Module"
            )
        if not any(p.requires_grad for p in model.parameters()):
            raise ConfigError("make_model returned a model without a parameter to train")
        return model.to(self.x.device).train()

    def measure(self, call: Callable[[torch.Tensor], Any]) -> tuple[float, float]:
        """Return loss and metric over the held-out rows; NaN where there is nothing to measure.

        Args:
            call: the model, in evaluation mode.
        """
        if self.held_out is None:
            return float("nan"), float("nan")
        x, y = self.held_out
        loss = metric = 0.0
        with torch.no_grad():
            for first in range(0, len(x), ROWS_AT_A_TIME):
                rows = slice(first, first + ROWS_AT_A_TIME)
                output, share = call(x[rows]), len(x[rows]) / len(x)
                loss += share * float(self.loss(output, y[rows]))
                metric += share * float(self.metric(output, y[rows]) if self.metric else "nan")
        return loss, metric


def checked_pair(name: str, pair: Any) -> Pair:
    """Return `pair` as tensors of as many rows, or refuse it.

    Raises:
        DataError: it is no pair of rows and labels.
    """
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise DataError(f"{name} must be a pair (x, y), not {type(pair).__name__}")
    x, y = (torch.as_tensor(part) for part in pair)
    if x.dim() == 0 or y.dim() == 0 or len(x) != len(y) or len(x) == 0:
        raise DataError(
            f"{name} holds x of shape {tuple(x.shape)} and y of shape {tuple(y.shape)}; "
            "both need the same number of rows, at least one"
        )
    return x, y


class Order:
    """Which rows each seed sees in which update: the order of `rampup train`.

    Args:
        rows: how many there are.
        batch_size: rows per update.
        seeds: one order each.
    """

    def __init__(self, rows: int, batch_size: int, seeds: Iterable[int]) -> None:
        self._rows, self._size = rows, batch_size
        self._generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self._per_epoch = -(-rows // batch_size)
        self._drawn = 0
        self._epoch = torch.empty(0)

    def at(self, update: int) -> torch.Tensor:
        """Return the rows of an update, `(seeds, rows in the batch)`; updates only go forward."""
        epoch, place = divmod(update, self._per_epoch)
        while self._drawn <= epoch:
            orders = [torch.randperm(self._rows, generator=g) for g in self._generators]
            self._epoch = torch.stack(orders)
            self._drawn += 1
        return self._epoch[:, place * self._size : (place + 1) * self._size]
