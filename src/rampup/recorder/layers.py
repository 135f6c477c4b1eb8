"""`layers`: one prediction, layer by layer, without leaving a mark on the model."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from rampup.errors import TraceError
from rampup.trace.record import Layer

MOST_VALUES: Final = 8
"""Sample values kept of each layer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """One pass through a model.

    Args:
        layers: the input, then each call of a leaf module, in the order in which they ran.
        unseen: calls that made a tensor outside of every leaf module, such as `x + y` or
            `functional.relu(x)`; no layer shows them.
        output: what the model returned.
    """

    layers: list[Layer]
    unseen: int
    output: Any


def layers(model: nn.Module, x: torch.Tensor) -> list[Layer]:
    """Return what each leaf module of `model` puts out for `x`, input first.

    The model runs once, in evaluation mode and without gradients; its training flags are put
    back, and random state is not touched. A compiled model runs uncompiled, because hooks that
    come after its compilation would not fire.

    Args:
        model: any module.
        x: rows of input, `(rows, features)`; values are sampled from the first row.

    Returns:
        The input and each call of a leaf module, in the order in which they ran: name, kind,
        shape, the first values, and mean, standard deviation, least and most over all of it. Of
        a module that returns several tensors, the first.

    Example:
        >>> import torch
        >>> model = torch.nn.Sequential(torch.nn.Linear(10, 50), torch.nn.ReLU())
        >>> [(layer["kind"], layer["shape"]) for layer in layers(model, torch.zeros(1, 10))]
        [('Input', [1, 10]), ('Linear', [1, 50]), ('ReLU', [1, 50])]
    """
    return forward(model, x).layers


def forward(model: nn.Module, x: torch.Tensor) -> Forward:
    """Return one pass through `model`, as `layers` does, with what no layer shows counted."""
    compiled = is_compiled(model)
    model = getattr(model, "_orig_mod", model)
    seen = [describe("input", "Input", x)]
    outside = _OutsideOfLayers()
    handles = []
    for name, module in model.named_modules():
        if not any(True for _ in module.children()):

            def leave(module: nn.Module, _inputs: Any, output: Any, name: str = name) -> None:
                tensor = first_tensor(output)
                if tensor is not None:
                    seen.append(describe(name, type(module).__name__, tensor))
                outside.depth -= 1

            handles.append(module.register_forward_pre_hook(outside.enter))
            handles.append(module.register_forward_hook(leave))
    flags = [(module, module.training) for module in model.modules()]
    devices = [] if x.device.type == "cpu" else [x.device]
    try:
        model.eval()
        with (
            _uncompiled() if compiled else nullcontext(),
            torch.no_grad(),
            torch.random.fork_rng(devices, device_type=x.device.type),
            outside,
        ):
            output = model(x)
    finally:
        for handle in handles:
            handle.remove()
        for module, training in flags:
            module.training = training
    return Forward(layers=seen, unseen=outside.calls, output=output)


def is_compiled(model: nn.Module) -> bool:
    """Return whether the model, or a part of it, runs compiled, where hooks may never fire."""
    return any(
        isinstance(getattr(module, "_orig_mod", None), nn.Module)
        or getattr(module, "_compiled_call_impl", None) is not None
        for module in model.modules()
    )


def _uncompiled() -> AbstractContextManager[Any]:
    if not hasattr(torch.compiler, "set_stance"):
        raise TraceError(
            f"the model is compiled, and torch {torch.__version__} cannot run it otherwise; "
            "pass the model as it was before it was compiled, or use torch ≥ 2.6"
        )
    stance: AbstractContextManager[Any] = torch.compiler.set_stance("force_eager")
    return stance


class _OutsideOfLayers(TorchFunctionMode):
    """Counts the torch calls that make a tensor while no leaf module runs."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        self.depth = 0

    def enter(self, _module: nn.Module, _inputs: Any) -> None:
        """Note that a leaf module begins."""
        self.depth += 1

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if self.depth == 0 and first_tensor(result) is not None:
            self.calls += 1
        return result


def first_tensor(output: Any) -> torch.Tensor | None:
    """Return the first tensor in what a module returned, or None."""
    if isinstance(output, torch.Tensor):
        return output
    if isinstance(output, Mapping):
        output = [*output.values()]
    if isinstance(output, tuple | list):
        return next((found for item in output if (found := first_tensor(item)) is not None), None)
    return None


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
