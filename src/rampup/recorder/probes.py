"""Probes: at chosen updates, a closer look at each layer, and at the rate that would be too high.

The layers are looked at during the update itself, through hooks that are there for that update
alone. Nothing is run for it but the forward passes of the critical rate, which leave no mark.
"""

import math
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final
from warnings import warn

import torch
from torch import nn
from torch.optim import Optimizer

from rampup.errors import DivergedError, TraceError
from rampup.recorder.layers import first_tensor, is_compiled
from rampup.recorder.norms import Move, gradients, norms, unscaled
from rampup.recorder.numbers import same_numbers
from rampup.scheduler.adaptive.critical import critical_lr
from rampup.scheduler.adaptive.direction import direction
from rampup.trace.compact import rounded
from rampup.trace.record import Probe, Unit

FIRST_METERED: Final = 10
"""Before this update the critical rate of a cross-entropy says nothing about the updates to come:
it was found ten times too high. It is a meter, also later, and no decider."""

RECTIFIERS: Final = (nn.ReLU, nn.ReLU6)

_LOWEST, _HIGHEST = 1e-12, 1e6


class Prober:
    """Looks closer at the updates that were asked for.

    Args:
        model: whose layers are looked at.
        optimizer: whose step is looked at.
        every: look at each update whose index is a multiple; 0 for none.
        at: indices of more updates.
        loss: forward pass and loss of one fixed batch, for the critical rate; None leaves it out.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: Optimizer,
        *,
        every: int = 0,
        at: Collection[int] = (),
        loss: Callable[[], Any] | None = None,
    ) -> None:
        for k in (every, *at):
            if type(k) is not int or k < 0:
                raise TraceError(f"a probe at update {k!r} is not possible; use whole numbers ≥ 0")
        self._model = model
        self._optimizer = optimizer
        self._every = every
        self._at = frozenset(at)
        self._loss = loss
        self._compiled = is_compiled(model)
        self._warned = False
        self._move = Move()
        self._seen: dict[nn.Module, tuple[float, float, float | None]] = {}
        self._handles: list[Any] = []
        self.armed = self._looked = False

    def arm(self, k: int) -> None:
        """Listen to the layers, if update `k` is one to look at; else do nothing."""
        if not self._due(k):
            return
        self.armed = True
        self._seen = {}
        if not self._compiled:  # hooks would be compiled in, or never fire
            self._handles = [
                module.register_forward_hook(self._listen) for _, module in self._layers()
            ]

    def _due(self, k: int) -> bool:
        asked = k in self._at or (self._every > 0 and k % self._every == 0)
        return asked and not self.armed

    def before(self, k: int, rate: float, *, closure: bool) -> None:
        """Measure the gradients that update `k` is about to use, and the rate that is too high."""
        self._disarm()
        self._looked = True
        if not self._seen and not self._warned:
            self._warned = True
            warn(self._silence(), stacklevel=2)
        groups = self._optimizer.param_groups
        found = [p for group in groups for p in group["params"] if p.grad is not None]
        scale = unscaled(self._optimizer)
        lengths = [one * scale for one in norms(gradients(self._optimizer))]
        self._grads = dict(zip(found, lengths, strict=True))
        self._rate = rate
        self._critical = None
        if self._loss is not None and k >= FIRST_METERED and rate > 0.0 and found and not closure:
            self._critical = self._metered(self._loss, rate)
        self._move.before(self._optimizer)

    def after(self, k: int) -> Probe | None:
        """Return what was seen of update `k`, now that it is done; None if it was not looked at."""
        if not self._looked:
            return None
        self._looked = False
        moved = self._move.each(self._optimizer)
        critical = self._critical
        return Probe(
            k=k,
            layers=[self._unit(name, module, moved) for name, module in self._layers()],
            critical_rate=None if critical is None else rounded(critical),
            rate=self._rate,
        )

    def close(self) -> None:
        """Leave no hook."""
        self._disarm()

    def _disarm(self) -> None:
        self.armed = False
        for handle in self._handles:
            handle.remove()
        self._handles = []

    def _layers(self) -> Iterator[tuple[str, nn.Module]]:
        """Yield the modules with parameters of their own, or without parts, each once."""
        for name, module in getattr(self._model, "_orig_mod", self._model).named_modules():
            if module._parameters or not module._modules:
                yield name, module

    def _listen(self, module: nn.Module, _inputs: Any, output: Any) -> None:
        """Note what a layer puts out in a forward pass of training; of several, the last."""
        tensor = first_tensor(output)
        if not torch.is_grad_enabled() or tensor is None or not tensor.is_floating_point():
            return
        values = tensor.detach()
        mean = values.mean()
        # two passes: var_mean is many times slower, and one pass loses digits
        std = torch.linalg.vector_norm(values - mean).item() / max(values.numel(), 1) ** 0.5
        dead = _dead(values) if isinstance(module, RECTIFIERS) else None
        self._seen[module] = rounded(mean.item()), rounded(std), dead

    def _silence(self) -> str:
        if self._compiled:
            return (
                "the model is compiled, where hooks do not fire: probes see gradients and weights, "
                "and no outputs of layers; watch the run uncompiled to see those"
            )
        return (
            "no layer was seen in the forward pass of a probed update: hooks do not fire in "
            "compiled code, and not where another model ran; probes see gradients and weights only"
        )

    def _unit(
        self, name: str, module: nn.Module, moved: dict[torch.Tensor, tuple[float, float]]
    ) -> Unit:
        own = [p for p in module._parameters.values() if p is not None]
        grads = [self._grads[p] for p in own if p in self._grads]
        steps = [moved[p] for p in own if p in moved]
        length = math.hypot(*(weight for _, weight in steps))
        mean, std, dead = self._seen.get(module, (math.nan, math.nan, None))
        return {
            "name": name,
            "kind": type(module).__name__,
            "mean": mean,
            "std": std,
            "dead": dead,
            "grad_norm": rounded(math.hypot(*grads)) if grads else None,
            "ratio": rounded(math.hypot(*(step for step, _ in steps)) / length) if length else None,
        }

    def _metered(self, loss: Callable[[], Any], rate: float) -> float | None:
        # the other groups keep their share of the first one's rate
        groups = [float(group["lr"]) for group in self._optimizer.param_groups]
        shares = [one / groups[0] for one in groups]
        with same_numbers():
            params, update = direction(self._optimizer, shares)
            start = min(max(rate, _LOWEST), _HIGHEST)
            try:
                return critical_lr(
                    loss,
                    params,
                    update,
                    model=self._model,
                    start=start,
                    lowest=_LOWEST,
                    highest=_HIGHEST,
                )
            except DivergedError:
                return None


def _dead(values: torch.Tensor) -> float:
    """Return the share of units that are 0 in every row.

    A unit is a column of `(rows, …, units)`, or a channel of images `(rows, units, …)`.
    """
    channel = 1 if values.dim() >= 4 else values.dim() - 1
    other = [axis for axis in range(values.dim()) if axis != channel]
    alive = (values != 0).sum(other) if other else values != 0
    return rounded((alive == 0).float().mean().item())
