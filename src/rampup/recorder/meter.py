"""`Meter`: what one optimizer step uses, read just before it, and what it did, read after it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import torch
from torch.optim import Optimizer

from rampup.recorder.norms import Move, gradient_norm, unscaled
from rampup.recorder.probes import Prober
from rampup.scheduler.first import FirstRate
from rampup.trace.compact import rounded
from rampup.trace.record import Probe, Update


class Meter:
    """Measures the steps of an optimizer, one after the other.

    Args:
        first: what the scheduler plans and reports, if there is one.
        grad_norm: measure the length of the gradient.
        every: measure the update-to-weight ratio at multiples of it; 0 for never.
        prober: looks closer at some updates, if any.

    Attributes:
        done: updates that were made.
        steps: steps that were begun, skipped ones included.
    """

    def __init__(
        self, first: FirstRate | None, *, grad_norm: bool, every: int, prober: Prober | None
    ) -> None:
        self.done = self.steps = 0
        self._first = first
        self._grad_norm = grad_norm
        self._every = every
        self._prober = prober
        self._move = Move()
        self._before: tuple[Any, ...] | None = None
        self._norm: float | None = None
        self._moves = False

    @property
    def next(self) -> int:
        """The index of the update that comes: the scheduler's, where it counts updates."""
        return self.done if self._first is None else self._first.position(self.done)

    def before(self, optimizer: Optimizer, args: Any, kwargs: Any) -> float | None:
        """Note what the step that comes is about to use.

        Returns:
            None; the scale of the gradients, where a scaler lets a fused optimizer skip the step.
        """
        self.steps += 1
        self._before = None
        found_inf = getattr(optimizer, "found_inf", None)
        if found_inf is not None and bool(found_inf):
            return 1.0 / unscaled(optimizer)
        k, planned, reported = self.done, None, None
        first = self._first
        if first is not None:
            if first.rehearses:  # no update
                return None
            k = first.position(k)
            planned, reported = first.at(k)
        groups = optimizer.param_groups
        used = float(groups[0]["lr"])
        rates = None
        if len(groups) > 1:
            rates = [float(group["lr"]) for group in groups]
            if rates.count(used) == len(rates):
                rates = None
        self._norm, self._moves = None, False
        self._before = (k, used, planned, reported, rates)
        if _closure(args, kwargs) is None:
            self._look(optimizer, closure=False)
        return None

    def arguments(self, optimizer: Optimizer, args: Any, kwargs: Any) -> Any:
        """Return the arguments of the step that begins, where it must look in between; or None.

        A closure makes the gradient within the step. Of several calls of it the first one counts:
        it is the one at the weights that are updated.
        """
        closure = _closure(args, kwargs)
        if closure is None or self._before is None:
            return None
        waiting = True

        @wraps(closure)
        def evaluated() -> Any:
            nonlocal waiting
            result = closure()
            if waiting:
                waiting = False
                self._look(optimizer, closure=True)
            return result

        if len(args) > 1:
            return (args[0], evaluated, *args[2:]), kwargs
        return args, {**kwargs, "closure": evaluated}

    @torch.no_grad()
    def _look(self, optimizer: Optimizer, *, closure: bool) -> None:
        """Measure the gradient, and what else is to be compared with what comes after the step."""
        if self._before is None:
            return
        k, used, *_ = self._before
        if self._grad_norm:
            self._norm = gradient_norm(optimizer)
        prober = self._prober
        if prober is not None and prober.armed:
            prober.before(k, used, closure=closure)
        self._moves = self._every > 0 and k % self._every == 0
        if self._moves:
            self._move.before(optimizer)

    def after(self, loss: float | None) -> Update | None:
        """Return the update that was made, or None where the step was none."""
        if self._before is None:
            return None
        k, used, planned, reported, rates = self._before
        norm, ratio = self._norm, self._move.after() if self._moves else None
        self._before = None
        self.done = k + 1
        return Update(
            k=k,
            planned=planned,
            used=used,
            reported=reported,
            loss=None if loss is None else rounded(loss),
            grad_norm=norm,
            ratio=None if ratio is None else rounded(ratio),
            rates=rates,
        )

    def probe(self) -> Probe | None:
        """Return what was seen of the update just made, if it was looked at; look out for more."""
        if self._prober is None:
            return None
        probe = self._prober.after(self.done - 1)
        self._prober.arm(self.done)
        return probe


def _closure(args: Any, kwargs: Any) -> Callable[[], Any] | None:
    """Return the closure that a step was called with, if any; the first argument is the optimizer.

    Others may hand over something else in its place.
    """
    given = args[1] if len(args) > 1 else kwargs.get("closure")
    return given if callable(given) else None
