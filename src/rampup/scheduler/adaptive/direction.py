"""`direction`: what an optimizer would move the weights by, per unit of rate."""

from collections.abc import Sequence

import torch
from torch.optim import Optimizer

from rampup.scheduler.adaptive.standin import standin, step


def direction(
    optimizer: Optimizer, rates: Sequence[float]
) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Return the parameters that have a gradient, and the update of each.

    At `factor × rates` the optimizer's next step is `θ ← θ − factor × update`. It is measured: a
    copy of the optimizer steps clones of the parameters at `rates`, so that momentum, second
    moments, bias correction and weight decay are in it as they are. That is exact up to rounding
    wherever the step is proportional to the rate, as in torch.optim's optimizers, LBFGS with
    a line search and the relative steps of Adafactor excepted.

    It costs one optimizer step, and, while it lasts, the memory of the parameters, their
    gradients and the optimizer's state once more.

    Args:
        optimizer: with gradients in place; it is left as it is.
        rates: of each group, at factor 1.

    Example:
        >>> weight = torch.nn.Parameter(torch.ones(1))
        >>> weight.grad = torch.tensor([4.0])
        >>> direction(torch.optim.SGD([weight], lr=0.01), [0.5])[1]
        [tensor([2.])]
    """
    instead: dict[torch.Tensor, torch.Tensor] = {}
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            instead[parameter] = parameter  # without a gradient it is not stepped
            if parameter.grad is not None:
                instead[parameter] = clone = torch.nn.Parameter(parameter.detach().clone())
                clone.grad = parameter.grad.detach().clone()  # fused steps write into it
    copy = standin(optimizer, instead)
    for group, rate in zip(copy.param_groups, rates, strict=True):
        now = group["lr"]
        group["lr"] = torch.full_like(now, rate) if isinstance(now, torch.Tensor) else rate
    step(copy)
    moved = [parameter for parameter in instead if parameter.grad is not None]
    return moved, [parameter.detach() - instead[parameter].detach() for parameter in moved]
