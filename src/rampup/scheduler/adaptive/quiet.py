"""`quietly`: the value of a loss, as if it had not been evaluated."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch


def quietly(
    loss_fn: Callable[[], Any], params: Iterable[torch.Tensor], model: torch.nn.Module | None
) -> float:
    """Return what `loss_fn()` says, without gradients, and leave no trace of having asked.

    Torch's random numbers go on as if it had not been called, so that asking twice gives the same
    dropout. Buffers of `model`, such as the running averages of batch normalisation, and its
    train and eval flags are as before.

    Args:
        loss_fn: forward pass and loss, of the batch at hand.
        params: tensors on whose devices random numbers are drawn.
        model: whose buffers and flags are kept; None where there are none to keep.

    Example:
        >>> model = torch.nn.BatchNorm1d(2)
        >>> quietly(lambda: model(torch.ones(3, 2)).sum(), model.parameters(), model)
        0.0
        >>> model.running_mean
        tensor([0., 0.])
    """
    devices = sorted({p.device for p in params if p.device.type != "cpu"}, key=str)
    kind = devices[0].type if devices else "cuda"
    with torch.random.fork_rng(devices, device_type=kind), _kept(model), torch.no_grad():
        loss = loss_fn()
        return float(loss.detach() if isinstance(loss, torch.Tensor) else loss)


@contextmanager
def _kept(model: torch.nn.Module | None) -> Iterator[None]:
    modules = [] if model is None else list(model.modules())
    flags = [module.training for module in modules]
    buffers = [
        (module, name, buffer, buffer.clone())
        for module in modules
        for name, buffer in module._buffers.items()
        if buffer is not None
    ]
    try:
        yield
    finally:
        for module, training in zip(modules, flags, strict=True):
            module.training = training
        for module, name, buffer, value in buffers:
            module._buffers[name] = buffer
            buffer.data.copy_(value)
