"""`gradient_init`: Adam whose second moment starts from the first gradient, not from zero."""

from typing import Any, Final

import torch
from torch.optim import Optimizer

from rampup.errors import StateError
from rampup.scheduler.adaptive.standin import standin, step

SECOND: Final = ("exp_avg_sq", "max_exp_avg_sq")
"""What Adam and its kin call their second moment, and amsgrad the largest one."""

FIRST: Final = {"step": 0.0, "exp_avg": 0.0, "mu_product": 1.0}
"""What the rest of their state is before the first step."""


def gradient_init(optimizer: Optimizer) -> None:
    """Start the second moment of Adam from the first gradient (GI-Adam).

    Call it once, after the first backward pass and before the first step; with a `GradScaler`
    after `scaler.unscale_(optimizer)`. For each parameter with a gradient g, the optimizer's
    own state is filled with

        step = 0,  exp_avg = 0,  exp_avg_sq = g², or mean(g²) where g² = 0

    as the paper has it, but for g² = 0, where nothing would be damped; the mean is over the
    parameter. Adam then goes on as ever. Since its bias correction takes the second moment for
    one that started from zero, a gradient that stays as it is moves the weights by √(1 − β₂^t)
    of what Adam does at step t = 1, 2 …: a warmup without a schedule. `from_function` with that
    formula is its twin. A resume needs nothing more, as the state is the optimizer's.

    Known weakness: its length is β₂'s, about 613 updates' worth of rate at β₂ = 0.999, whatever
    the run, and the first update is damped to √(1 − β₂), 32-fold there. A first gradient that
    is larger than those to come damps on for 1 / (1 − β₂) updates, and one that happens to
    be small is hardly damped, which costs most at very high rates. On the digits, over 300
    updates (`python -m benchmarks.adaptive`), the accuracies were, each the median of four seeds,

    | rate | 0.01 | 0.04 | 0.08 | 0.16 | 0.32 | 0.64 |
    |---|---|---|---|---|---|---|
    | Adam | 0.96 | 0.66 | 0.14 | 0.08 | 0.08 | 0.09 |
    | `gradient_init` | 0.81 | 0.93 | 0.94 | 0.95 | 0.57 | 0.10 |
    | `untuned(…, "rectified")` | 0.84 | 0.95 | 0.97 | 0.97 | 0.98 | 0.08 |

    so raise the rate with it, but not that far: at 0.32 the seeds went from 0.08 to 0.90. Averaged
    micro-batches make g², and so the damping, smaller. It is not needed on top of another warmup.

    Args:
        optimizer: Adam, AdamW, NAdam, RAdam or one whose state has the same names; foreach,
            fused, capturable and amsgrad included. Parameters without a gradient are left for
            Adam to start as usual.

    Raises:
        StateError: the optimizer has been stepped; keeps no second moment, or more than is
            known here; or the gradients are missing or not finite. Nothing is changed then.

    Example:
        >>> import torch
        >>> from rampup import gradient_init
        >>> weight = torch.nn.Parameter(torch.zeros(3))
        >>> optimizer = torch.optim.Adam([weight], lr=0.1, betas=(0.9, 0.99))
        >>> weight.grad = torch.tensor([3.0, 1.0, 0.0])
        >>> gradient_init(optimizer)
        >>> optimizer.state[weight]["exp_avg_sq"]
        tensor([9.0000, 1.0000, 3.3333])
        >>> optimizer.step()  # Adam itself would move the first two by 0.1
        >>> weight.data
        tensor([-0.0100, -0.0100,  0.0000])

    Reference: Kalra & Barkeshli 2024, Why Warmup the Learning Rate?, where it is called GI-Adam.
    """
    name = type(optimizer).__name__
    if any(optimizer.state.values()):
        raise StateError(
            f"this {name} has been stepped or loaded already; call gradient_init(optimizer) "
            "after the first backward and before the first step"
        )
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    parameters = [p for p in parameters if p.grad is not None]
    if not parameters:
        raise StateError(
            f"no parameter of this {name} has a gradient; call gradient_init(optimizer) after "
            "the first backward and before the first step"
        )
    blanks = _blanks(optimizer, parameters)
    states = [
        _started(parameter, blank) for parameter, blank in zip(parameters, blanks, strict=True)
    ]
    optimizer.state.update(zip(parameters, states, strict=True))


def _blanks(optimizer: Optimizer, parameters: list[torch.Tensor]) -> list[dict[str, Any]]:
    """Return the state that the optimizer itself makes for each parameter, of a scalar each."""
    probes = [torch.nn.Parameter(p.new_zeros(())) for p in parameters]
    instead = dict(zip(parameters, probes, strict=True))
    copy = standin(optimizer, instead)
    ours = set(map(id, probes))
    for group in copy.param_groups:
        group["params"] = [p for p in group["params"] if id(p) in ours]
    for probe in probes:
        probe.grad = torch.ones_like(probe)
    step(copy)
    states = [dict(copy.state.get(probe, {})) for probe in probes]
    found = list(dict.fromkeys(key for state in states for key in state))
    name = type(optimizer).__name__
    if SECOND[0] not in found:
        raise StateError(
            f"{name} keeps no exp_avg_sq to start from a gradient; use Adam, AdamW or NAdam"
        )
    unknown = [key for key in found if key not in (*SECOND, *FIRST)]
    if unknown:
        raise StateError(
            f"{name} keeps {', '.join(unknown)} too, of which gradient_init knows no start; "
            "use Adam, AdamW or NAdam"
        )
    return states


def _started(parameter: torch.Tensor, blank: dict[str, Any]) -> dict[str, Any]:
    """Return the state of a parameter before its first step."""
    return {
        key: _second(parameter)
        if key in SECOND
        else torch.zeros_like(parameter, memory_format=torch.preserve_format)
        if key == "exp_avg"
        # the rest are counts, whose type and device are the optimizer's business
        else torch.full_like(value, FIRST[key])
        if isinstance(value, torch.Tensor)
        else type(value)(FIRST[key])
        for key, value in blank.items()
    }


def _second(parameter: torch.Tensor) -> torch.Tensor:
    gradient = parameter.grad
    assert gradient is not None
    if gradient.is_sparse:
        raise StateError("gradient_init knows no sparse gradients; neither does Adam")
    if not bool(torch.isfinite(gradient).all()):
        raise StateError(
            "the first gradient is not finite, and the second moment would keep it; "
            "call gradient_init after a backward pass that is"
        )
    second = torch.zeros_like(parameter, memory_format=torch.preserve_format)
    # the two halves of a complex number have a second moment each
    square, into = (
        torch.view_as_real(one) if one.is_complex() else one for one in (gradient, second)
    )
    square = square.detach() ** 2
    into.copy_(torch.where(square == 0, square.mean(), square))
    return second
