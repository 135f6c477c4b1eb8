"""`layers`: one prediction, layer by layer, without leaving a mark on the model."""

from typing import Any, Final

import torch
from torch import nn

from rampup.trace.record import Layer

MOST_VALUES: Final = 8
"""Sample values kept of each layer."""


def layers(model: nn.Module, x: torch.Tensor) -> list[Layer]:
    """Return what each leaf module of `model` puts out for `x`, input first.

    The model runs once, in evaluation mode and without gradients; its training flags are put
    back, and random state and buffers are not touched.

    Args:
        model: any module.
        x: rows of input, `(rows, features)`; values are sampled from the first row.

    Returns:
        The input and each call of a leaf module, in the order in which they ran: name, kind,
        shape, the first values, and mean, standard deviation, least and most over all of it.

    Example:
        >>> import torch
        >>> model = torch.nn.Sequential(torch.nn.Linear(10, 50), torch.nn.ReLU())
        >>> [(layer["kind"], layer["shape"]) for layer in layers(model, torch.zeros(1, 10))]
        [('Input', [1, 10]), ('Linear', [1, 50]), ('ReLU', [1, 50])]
    """
    seen = [describe("input", "Input", x)]
    handles = []
    for name, module in model.named_modules():
        if not any(True for _ in module.children()):

            def record(module: nn.Module, _inputs: Any, output: Any, name: str = name) -> None:
                if isinstance(output, torch.Tensor):
                    seen.append(describe(name, type(module).__name__, output))

            handles.append(module.register_forward_hook(record))
    flags = [(module, module.training) for module in model.modules()]
    device = x.device
    devices = [] if device.type == "cpu" else [device]
    try:
        model.eval()
        with torch.no_grad(), torch.random.fork_rng(devices, device_type=device.type):
            model(x)
    finally:
        for handle in handles:
            handle.remove()
        for module, training in flags:
            module.training = training
    return seen


def describe(name: str, kind: str, tensor: torch.Tensor) -> Layer:
    """Return the shape, the first values and the statistics of one layer's output."""
    flat = tensor.detach().to(torch.float64).flatten()
    count = flat.numel()
    mean = flat.mean().item() if count else 0.0
    std = torch.linalg.vector_norm(flat - mean).item() / count**0.5 if count else 0.0
    return {
        "name": name,
        "kind": kind,
        "shape": list(tensor.shape),
        "values": flat[:MOST_VALUES].tolist(),
        "mean": mean,
        "std": std,
        "least": flat.min().item() if count else 0.0,
        "most": flat.max().item() if count else 0.0,
    }
