"""`Snapshot`: parameters, buffers and optimizer state at one moment, to go back to."""

from dataclasses import dataclass
from typing import Any, Self

import torch
from torch.optim import Optimizer


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A copy of all that an update changes.

    Args:
        parameters: of the optimizer, in the order of its groups.
        states: the optimizer's state of each of them; empty before its first update.
        buffers: of the model, by name.

    Example:
        >>> weight = torch.nn.Parameter(torch.ones(1))
        >>> optimizer, model = torch.optim.SGD([weight], lr=1.0), torch.nn.Module()
        >>> before = Snapshot.of(optimizer, model)
        >>> weight.grad = torch.ones(1)
        >>> optimizer.step()
        >>> before.restore(optimizer, model)
        >>> weight.item()
        1.0
    """

    parameters: list[torch.Tensor]
    states: list[dict[str, Any]]
    buffers: dict[str, torch.Tensor]

    @classmethod
    def of(cls, optimizer: Optimizer, model: torch.nn.Module) -> Self:
        """Return a copy of what is now."""
        parameters = _parameters(optimizer)
        return cls(
            parameters=[parameter.detach().clone() for parameter in parameters],
            states=[
                {key: _copied(value) for key, value in optimizer.state.get(p, {}).items()}
                for p in parameters
            ],
            buffers={name: buffer.clone() for name, buffer in model.named_buffers()},
        )

    def restore(self, optimizer: Optimizer, model: torch.nn.Module) -> None:
        """Write it back; tensors keep their identity."""
        parameters = _parameters(optimizer)
        with torch.no_grad():
            for parameter, value, state in zip(
                parameters, self.parameters, self.states, strict=True
            ):
                parameter.copy_(value)
                if not state:
                    optimizer.state.pop(parameter, None)
                    continue
                now = optimizer.state[parameter]
                for key in now.keys() - state.keys():
                    del now[key]
                for key, old in state.items():
                    if isinstance(old, torch.Tensor) and isinstance(now.get(key), torch.Tensor):
                        now[key].copy_(old)
                    else:
                        now[key] = _copied(old)
            for name, buffer in model.named_buffers():
                buffer.copy_(self.buffers[name])


def _parameters(optimizer: Optimizer) -> list[torch.Tensor]:
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]


def _copied(value: Any) -> Any:
    return value.detach().clone() if isinstance(value, torch.Tensor) else value
