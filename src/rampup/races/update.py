"""The update of all members at once: torch's own formulas, with a rate for each member."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import torch
from torch.optim import SGD, Adam, AdamW, Optimizer, RAdam

from rampup.errors import ConfigError, nearest

State = list[torch.Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An optimizer that can be applied to stacked models.

    Args:
        name: `"sgd"`, `"adam"`, `"adamw"` or `"radam"`.
        momentum: of sgd, from 0 to below 1.
        nesterov: sgd looks ahead; needs momentum.
        betas: of the others, each from 0 to below 1.
        eps: of the others, > 0.
        weight_decay: ≥ 0; added to the gradient, but for adamw, which shrinks the weights.

    Raises:
        ConfigError: a number is out of range, or nothing would read it.
    """

    name: str
    momentum: float = 0.0
    nesterov: bool = False
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        if self.name not in OPTIMIZERS:
            raise ConfigError(
                f"optimizer {self.name!r} is unknown; {nearest(self.name, list(OPTIMIZERS))}"
            )
        if not 0 <= self.momentum < 1:
            raise ConfigError(f"momentum = {self.momentum!r} is not from 0 to below 1")
        if self.nesterov and not self.momentum:
            raise ConfigError("nesterov = True needs momentum; set momentum, such as 0.9")
        if not all(0 <= beta < 1 for beta in self.betas):
            raise ConfigError(f"betas = {self.betas!r} are not numbers from 0 to below 1")
        if not self.eps > 0:
            raise ConfigError(f"eps = {self.eps!r} is not a number > 0")
        if not 0 <= self.weight_decay < math.inf:
            raise ConfigError(f"weight_decay = {self.weight_decay!r} is not a number ≥ 0")
        object.__setattr__(self, "betas", tuple(self.betas))

    @classmethod
    def of(cls, name: str, options: Mapping[str, Any] | None = None) -> "Rule":
        """Return the rule, refusing options that it does not read.

        Example:
            >>> Rule.of("sgd", {"momentum": 0.9}).options
            {'momentum': 0.9, 'nesterov': False, 'weight_decay': 0.0}
        """
        rule = cls(name=name)
        for key in options or {}:
            if key not in rule.options:
                raise ConfigError(f"{name} has no option {key!r}; {nearest(key, [*rule.options])}")
        return cls(name=name, **(options or {}))

    @property
    def options(self) -> dict[str, Any]:
        """What torch's class of this name is given."""
        others = ("betas", "eps") if self.name == "sgd" else ("momentum", "nesterov")
        names = [field.name for field in fields(self)][1:]
        return {name: getattr(self, name) for name in names if name not in others}

    def alone(self, parameters: Iterable[torch.nn.Parameter]) -> Optimizer:
        """Return torch's optimizer; its rate is to be set before each step."""
        return OPTIMIZERS[self.name](parameters, lr=1.0, **self.options)

    def state(self, weights: torch.Tensor) -> State:
        """Return what it remembers between updates, before the first one, and room to work."""
        remembered = 2 if self.name != "sgd" else 1 if self.momentum else 0
        return [torch.zeros_like(weights) for _ in range(remembered)]

    def apply(
        self,
        weights: torch.Tensor,
        gradient: torch.Tensor,
        state: State,
        lr: torch.Tensor,
        step: int,
    ) -> None:
        """Make one update in place.

        Args:
            weights: `(members, numbers)`.
            gradient: the same shape; overwritten.
            state: from `state`.
            lr: the rate of each member, `(members, 1)`.
            step: counted from 1.
        """
        if self.name == "adamw":
            weights.mul_(1 - lr * self.weight_decay)
        elif self.weight_decay:
            gradient.add_(weights, alpha=self.weight_decay)
        if self.name == "sgd":
            self._descend(weights, gradient, state, lr)
        else:
            self._adapt(weights, gradient, state, lr, step)

    def _descend(
        self, weights: torch.Tensor, gradient: torch.Tensor, state: State, lr: torch.Tensor
    ) -> None:
        if state:
            (velocity,) = state
            velocity.mul_(self.momentum).add_(gradient)
            gradient = gradient.add_(velocity, alpha=self.momentum) if self.nesterov else velocity
        weights.addcmul_(gradient, -lr)

    def _adapt(
        self,
        weights: torch.Tensor,
        gradient: torch.Tensor,
        state: State,
        lr: torch.Tensor,
        step: int,
    ) -> None:
        mean, square = state
        beta1, beta2 = self.betas
        mean.lerp_(gradient, 1 - beta1)
        square.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        left1, left2 = 1 - beta1**step, math.sqrt(1 - beta2**step)
        trust = rectification(beta2, step) if self.name == "radam" else 1.0
        if trust is None:  # the second moment is not known well enough yet
            weights.addcmul_(mean, lr * (-1 / left1))
            return
        torch.sqrt(square, out=gradient)
        # Adam adds eps to the corrected root, torch's RAdam to the root as it is
        gradient.add_(self.eps if self.name == "radam" else self.eps * left2)
        torch.div(mean, gradient, out=gradient)
        weights.addcmul_(gradient, lr * (-trust * left2 / left1))


def rectification(beta2: float, step: int) -> float | None:
    """Return the factor of RAdam at a step counted from 1, or None before it has one.

    Reference: Liu et al. 2020, On the Variance of the Adaptive Learning Rate, algorithm 2.

    Example:
        >>> rectification(0.999, 5), round(rectification(0.999, 1000), 3)
        (None, 0.645)
    """
    most = 2 / (1 - beta2) - 1
    length = most - 2 * step * beta2**step / (1 - beta2**step)
    if length <= 5:
        return None
    return math.sqrt((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length))


def clip(gradient: torch.Tensor, most: float) -> None:
    """Scale each member's gradient, a row, down to a norm of `most`, as torch clips one model's."""
    norm = torch.linalg.vector_norm(gradient, dim=1, keepdim=True)
    gradient.mul_((most / (norm + 1e-6)).clamp_(max=1.0))


OPTIMIZERS: Final[dict[str, Callable[..., Optimizer]]] = {
    "sgd": SGD,
    "adam": Adam,
    "adamw": AdamW,
    "radam": RAdam,
}
