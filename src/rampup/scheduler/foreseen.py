"""`foresee`: what a scheduler is going to do on its first group, as rates, where that is known."""

import math
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import numpy as np
from torch.optim import lr_scheduler as peer

from rampup.errors import RampupError
from rampup.schedule.measure import landmarks
from rampup.schedule.plan import Plan
from rampup.scheduler.from_torch import from_torch
from rampup.scheduler.rate import RampupLR

LONGEST: Final = 1_000_000
"""A scheduler of torch does not say how long the run is; so far ahead its peak is looked for."""

LOOKED_AT: Final = 10_000
"""As many updates, and all joints, are looked at for the peak, and then those around it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """A schedule on a run, as rates.

    Args:
        plan: the factors.
        base: the rate at factor 1.
        updates: in the whole run; 0 where nobody says.
        warmup: updates that belong to a warmup.
        peak: the highest rate.
        peak_at: the first update that is to use it.
    """

    plan: Plan
    base: float
    updates: int
    warmup: int
    peak: float
    peak_at: int

    @classmethod
    def of(cls, plan: Plan, base: float) -> Self:
        """Return a plan as rates."""
        marks = landmarks(plan, most=LOOKED_AT)
        return cls(
            plan=plan,
            base=base,
            updates=plan.horizon.updates,
            warmup=marks.warmup,
            peak=base * marks.peak,
            peak_at=marks.peak_at,
        )

    def at(self, k: int) -> float:
        """Return the rate of update `k`."""
        return self.base * self.plan(k)

    def epochs(self) -> list[tuple[float, float]]:
        """Return the first and the last rate of each epoch; none where it is not known how long."""
        per_epoch = self.plan.horizon.updates_per_epoch
        if per_epoch is None:
            return []
        first = np.arange(0, self.updates - per_epoch + 1, per_epoch)
        ends = (self.base * self.plan(k) for k in (first, first + per_epoch - 1))
        return list(zip(*(rates.tolist() for rates in ends), strict=True))


def foresee(scheduler: peer.LRScheduler) -> Foreseen | None:
    """Return what is planned; None where nobody knows. Nothing of the user's is called for it.

    Args:
        scheduler: a `RampupLR`, or a scheduler of torch or transformers that `from_torch` reads,
            stepped once per update, unless it calls a function that the user wrote.

    Example:
        >>> import torch
        >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
        >>> rise = torch.optim.lr_scheduler.LinearLR(optimizer, 0.5, total_iters=4)
        >>> found = foresee(rise)
        >>> found.warmup, found.peak, found.peak_at, found.updates
        (4, 0.5, 4, 0)
    """
    if isinstance(scheduler, RampupLR):
        return Foreseen.of(scheduler.plan, scheduler._rates.bases[0]["lr"])
    if type(scheduler).__module__ != peer.__name__ or _calls_a_function(scheduler):
        return None
    try:
        plan = from_torch(scheduler).plan(updates=LONGEST)
    except RampupError:
        return None
    base = _base(scheduler)
    found = None if base is None else Foreseen.of(plan, base)
    return replace(found, updates=0) if found is not None and math.isfinite(found.peak) else None


def _calls_a_function(scheduler: Any) -> bool:
    parts = getattr(scheduler, "_schedulers", ())
    functions = getattr(scheduler, "lr_lambdas", ())
    return any(map(_calls_a_function, parts)) or any(
        getattr(getattr(one, "func", one), "__module__", "") != "transformers.optimization"
        for one in functions
    )


def _base(scheduler: Any) -> float | None:
    """Return the rate of the first group at factor 1, as `from_torch` has it."""
    group = scheduler.optimizer.param_groups[0]
    if isinstance(scheduler, peer.CyclicLR):
        return float(scheduler.max_lrs[0])
    name = "max_lr" if isinstance(scheduler, peer.OneCycleLR) else "initial_lr"
    return float(group[name]) if name in group else None
