"""`critical_lr`: the rate from which on one step makes the loss rise, by forward passes only."""

import math
from collections.abc import Callable, Iterable
from typing import Any, Final

import torch

from rampup.errors import DivergedError, ScheduleError
from rampup.scheduler.adaptive.quiet import quietly

ROUNDING: Final = 8
"""A loss that is higher by so many units in its last place has not risen."""


def critical_lr(
    loss_fn: Callable[[], Any],
    params: Iterable[torch.Tensor],
    direction: Iterable[torch.Tensor],
    *,
    model: torch.nn.Module | None = None,
    start: float = 1e-4,
    lowest: float = 1e-12,
    highest: float = 1e6,
    tolerance: float = 0.1,
) -> float | None:
    """Return the smallest rate found at which a step along `direction` makes the loss rise.

    The loss L(θ − e·u) is asked at rates e that double, or halve, from `start` until it is
    known where it rises, then at the geometric mean of the bracket until that is narrow. For a
    quadratic loss of curvature λ along u this is 2 / λ. It takes some fifteen forward
    passes from afar, six from a guess within a factor of two.

    Everything is as before when it returns, also by an error: parameters to the bit, torch's
    random numbers, buffers and flags of `model`. No gradient is made or touched.

    Known weakness: it is about one step from here. With cross-entropy, what it says at the first
    update can be ten times what holds ten updates later, and along a minibatch's gradient the
    loss of another batch rises by noise alone: take the batch that the gradient is of, and
    the answer for a meter, not for a decision.

    Args:
        loss_fn: forward pass and loss of one fixed batch; no backward pass.
        params: what the step moves; they hold θ.
        direction: for each of `params` the update u per unit of rate, with θ ← θ − e·u: its
            gradient for plain gradient descent.
        model: whose buffers and train and eval flags are put back after each forward pass.
        start: the rate that is tried first, > 0.
        lowest: no smaller rate is tried, > 0.
        highest: no larger rate is tried.
        tolerance: width of the last bracket, relative, > 0.

    Returns:
        The upper end of the last bracket; None where the loss never rises up to `highest`; 0.0
        where it rises at every rate down to `lowest`.

    Raises:
        ScheduleError: the rates are not in order, or `direction` does not fit `params`.
        DivergedError: the loss is not finite before any step.

    Example:
        >>> import torch
        >>> from rampup import critical_lr
        >>> weight = torch.nn.Parameter(torch.tensor([1.0]))
        >>> def loss():
        ...     return 5.0 * weight.square().sum()  # its curvature is 10
        >>> loss().backward()
        >>> 0.2 <= critical_lr(loss, [weight], [weight.grad], start=0.01) <= 0.22
        True

    Reference: Kalra & Barkeshli 2024, Why Warmup the Learning Rate?, the algorithms for the
    critical learning rate; here with a geometric mean and a bracket of the rate, not of the loss.
    """
    if not 0.0 < lowest <= start <= highest < math.inf or not tolerance > 0.0:
        raise ScheduleError(
            f"start = {start!r} must lie between lowest = {lowest!r} and highest = {highest!r}, "
            f"all finite and above 0, and so must tolerance = {tolerance!r}"
        )
    moved, updates = list(params), list(direction)
    if [p.shape for p in moved] != [u.shape for u in updates]:
        raise ScheduleError(
            f"direction has {len(updates)} tensors for {len(moved)} parameters, or of other "
            "shapes; give one update for each parameter"
        )
    kept = [parameter.detach().clone() for parameter in moved]

    def loss_at(rate: float) -> float:
        # writes through .data: a graph that waits for its backward pass does not see them
        for parameter, value, update in zip(moved, kept, updates, strict=True):
            parameter.data.copy_(value.sub(update, alpha=rate))
        return quietly(loss_fn, moved, model)

    first = quietly(loss_fn, moved, model)
    if not math.isfinite(first):
        raise DivergedError(f"the loss is {first} before any step; no rate can be searched there")
    unit = max(torch.finfo(p.dtype).eps for p in moved if p.is_floating_point())
    still = first + ROUNDING * unit * abs(first)
    try:
        return _searched(lambda e: not loss_at(e) <= still, start, lowest, highest, tolerance)
    finally:
        for parameter, value in zip(moved, kept, strict=True):
            parameter.data.copy_(value)


def _searched(
    rises: Callable[[float], bool], start: float, lowest: float, highest: float, tolerance: float
) -> float | None:
    if rises(start):
        high, low = start, start / 2
        while low >= lowest and rises(low):
            high, low = low, low / 2
        if low < lowest:
            return 0.0
    else:
        low, high = start, min(2 * start, highest)
        while high > low and not rises(high):
            low, high = high, min(2 * high, highest)
        if high == low:
            return None
    while high > low * (1.0 + tolerance):
        middle = math.sqrt(low * high)
        if rises(middle):
            high = middle
        else:
            low = middle
    return high
