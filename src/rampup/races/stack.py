"""Stacked models: one row of numbers per member, and the gradients of all of them in one call."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import nn
from torch.func import functional_call, grad_and_value, vmap

from rampup.errors import ConfigError
from rampup.races.draws import drawing
from rampup.races.task import Loss, Task

Tensors = dict[str, torch.Tensor]
Gradients = Callable[..., tuple[torch.Tensor, torch.Tensor]]

LANES = 64
"""Rows are padded to a multiple of it: vector code then never ends in the middle of a member,
whose numbers would otherwise depend on how many members there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where each trained parameter lies in a row.

    Args:
        names: of the parameters; tied ones once.
        shapes: of each.
    """

    names: tuple[str, ...]
    shapes: tuple[torch.Size, ...]

    @classmethod
    def of(cls, model: nn.Module) -> Self:
        """Return the layout of a model's trained parameters."""
        trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
        return cls(names=tuple(trained), shapes=tuple(p.shape for p in trained.values()))

    @property
    def sizes(self) -> list[int]:
        """How many numbers each parameter has."""
        return [shape.numel() for shape in self.shapes]

    @property
    def padding(self) -> int:
        """How many zeros follow the last parameter."""
        return -sum(self.sizes) % LANES

    def split(self, weights: torch.Tensor) -> Tensors:
        """Return views of `(members, numbers)`, each `(members, *shape)`."""
        parts = torch.split(weights, [*self.sizes, self.padding], dim=1)
        pairs = zip(self.names, parts[: len(self.names)], self.shapes, strict=True)
        return {name: part.view(-1, *shape) for name, part, shape in pairs}

    def join(self, values: Tensors, members: int) -> torch.Tensor:
        """Return `(members, numbers)` from one `(members, *shape)` for each name."""
        parts = [values[name].reshape(members, -1) for name in self.names]
        return torch.cat([*parts, parts[0].new_zeros(members, self.padding)], dim=1)


class Stack:
    """Models of one kind, side by side.

    Args:
        task: what they are trained on.
        seeds: of each member; members of one seed start equal.
    """

    def __init__(self, task: Task, seeds: Sequence[int]) -> None:
        models = {seed: task.model(seed) for seed in dict.fromkeys(seeds)}
        self._task = task
        self.model = models[seeds[0]]
        self.layout = Layout.of(self.model)
        dtypes = {p.dtype for p in self.model.parameters() if p.requires_grad}
        if len(dtypes) > 1:
            raise ConfigError(f"its parameters have several types: {sorted(map(str, dtypes))}")
        position = torch.tensor([list(models).index(seed) for seed in seeds])
        fixed = [
            {n: p.detach() for n, p in model.named_parameters() if not p.requires_grad}
            for model in models.values()
        ]
        trained = [{n: p.detach()[None] for n, p in m.named_parameters()} for m in models.values()]
        self.weights = torch.cat([self.layout.join(values, 1) for values in trained])[position]
        self.fixed = _stacked(fixed, position)
        self.buffers = _stacked([dict(m.named_buffers()) for m in models.values()], position)

    def keep(self, members: torch.Tensor) -> None:
        """Leave only these members, by position."""
        self.weights = self.weights[members]
        self.fixed = {name: value[members] for name, value in self.fixed.items()}
        self.buffers = {name: value[members] for name, value in self.buffers.items()}

    def gradients(
        self, x: torch.Tensor, y: torch.Tensor, keys: torch.Tensor, by: Gradients | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the gradients `(members, numbers)` and losses `(members,)`; buffers move on.

        Args:
            x: the batch of each member, `(members, rows, …)`.
            y: likewise.
            keys: of each member, for dropout.
            by: what computes them, or None for the plain way.
        """
        compute = by or gradients_of(self.model, self.layout, self._task.loss)
        return compute(self.weights, self.fixed, self.buffers, keys, x, y)

    def measure(self, member: int) -> tuple[float, float]:
        """Return held-out loss and metric of one member, by position."""
        values = {
            name: value[member]
            for stacked in (self.layout.split(self.weights), self.fixed, self.buffers)
            for name, value in stacked.items()
        }
        self.model.eval()
        try:
            return self._task.measure(lambda x: functional_call(self.model, values, (x,)))
        finally:
            self.model.train()


def gradients_of(
    model: nn.Module, layout: Layout, loss: Loss, *, for_trace: bool = False
) -> Gradients:
    """Return the function that computes the gradients and losses of stacked models.

    Members are independent, so the gradient of the sum of their losses is exact for each of them.

    Args:
        model: of the stack; its own numbers are not used.
        layout: of its rows.
        loss: from `(output, y)` to one number.
        for_trace: by functional transforms all the way, whose trace is quicker; they import
            torch's compiler, which takes a second and a half.
    """

    def one(
        trained: Tensors, fixed: Tensors, buffers: Tensors, key: torch.Tensor, x: Any, y: Any
    ) -> torch.Tensor:
        with drawing(key, batched=True):
            return loss(functional_call(model, {**trained, **fixed, **buffers}, (x,)), y)

    def backward(trained: Tensors, *rest: Any) -> tuple[Tensors, torch.Tensor]:
        with torch.enable_grad():
            leaves = {name: part.detach().requires_grad_() for name, part in trained.items()}
            losses = vmap(one)(leaves, *rest)
            found = torch.autograd.grad(losses.sum(), [*leaves.values()], materialize_grads=True)
        return dict(zip(leaves, found, strict=True)), losses.detach()

    compute = vmap(grad_and_value(one)) if for_trace else backward

    def gradients(weights: torch.Tensor, *rest: Any) -> tuple[torch.Tensor, torch.Tensor]:
        found, losses = compute(layout.split(weights), *rest)
        return layout.join(found, len(weights)), losses

    return gradients


def _stacked(values: list[Tensors], position: torch.Tensor) -> Tensors:
    return {name: torch.stack([v[name].detach() for v in values])[position] for name in values[0]}
