"""Lengths of gradients, of weights, and of what an update moved."""

import math
from collections.abc import Sequence
from typing import Final

import torch
from torch.optim import Optimizer

from rampup.trace.compact import rounded

HALVES: Final = (torch.float16, torch.bfloat16)
"""In these a norm would keep three digits."""


def norms(tensors: Sequence[torch.Tensor]) -> list[float]:
    """Return the length of each tensor.

    Example:
        >>> norms([torch.tensor([3.0, 4.0])])
        [5.0]
    """
    if not tensors:
        return []
    wide = [one.float() if one.dtype in HALVES else one for one in tensors]
    if wide[0].is_cpu:
        # nothing to wait for: reading each norm is twice as fast as combining them in torch
        norm = torch.linalg.vector_norm
        return [norm(one).item() for one in wide]
    home = wide[0].device
    found: list[float] = torch.stack([one.to(home) for one in torch._foreach_norm(wide)]).tolist()
    return found


def gradients(optimizer: Optimizer) -> list[torch.Tensor]:
    """Return the gradients that there are, as plain tensors of their numbers."""
    return [
        grad.coalesce().values() if grad.is_sparse else grad
        for group in optimizer.param_groups
        for p in group["params"]
        if (grad := p.grad) is not None
    ]


def gradient_norm(optimizer: Optimizer) -> float | None:
    """Return the length of the whole gradient of the loss; None where there is none."""
    lengths = norms(gradients(optimizer))
    return rounded(math.hypot(*lengths) * unscaled(optimizer)) if lengths else None


def unscaled(optimizer: Optimizer) -> float:
    """Return the factor that turns the gradients as they are into those of the loss.

    A gradient scaler leaves the gradients of a fused optimizer scaled, and hands it the scale.
    """
    scale = getattr(optimizer, "grad_scale", None)
    return 1.0 if scale is None else 1.0 / float(scale)


class Move:
    """What one update moves: weights are copied before it, and compared after it.

    That is exact for every optimizer, weight decay and all, at the cost of a copy of the weights.
    """

    def __init__(self) -> None:
        self._params: list[torch.Tensor] = []
        self._kept: list[torch.Tensor] = []

    def before(self, optimizer: Optimizer) -> None:
        """Copy the weights."""
        params = [p.data for group in optimizer.param_groups for p in group["params"]]
        if [*map(_form, params)] != [*map(_form, self._kept)]:
            self._kept = [torch.empty_like(p) for p in params]
        self._params = params
        torch._foreach_copy_(self._kept, params)
        self._lengths = norms(self._kept)

    def after(self) -> float | None:
        """Return the length of the update over that of the weights; None where that is 0."""
        moved, length = math.hypot(*self._moved()), math.hypot(*self._lengths)
        return moved / length if length else None

    def each(self, optimizer: Optimizer) -> dict[torch.Tensor, tuple[float, float]]:
        """Return for each parameter the length of its update and its own before that."""
        params = [p for group in optimizer.param_groups for p in group["params"]]
        return dict(zip(params, zip(self._moved(), self._lengths, strict=True), strict=True))

    def _moved(self) -> list[float]:
        torch._foreach_sub_(self._kept, self._params)
        return norms(self._kept)


def _form(tensor: torch.Tensor) -> tuple[torch.Size, torch.dtype, torch.device]:
    return tensor.shape, tensor.dtype, tensor.device
