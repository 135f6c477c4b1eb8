"""`CatapultLR`: the rate climbs as fast as forward passes say that the loss allows."""

import math
from collections.abc import Callable
from dataclasses import fields
from typing import Any, Final

import torch
from torch.optim import Optimizer

from rampup.errors import DivergedError, ScheduleError, StateError
from rampup.schedule.schedule import Schedule
from rampup.scheduler.adaptive.critical import critical_lr
from rampup.scheduler.adaptive.direction import direction
from rampup.scheduler.adaptive.handover import Handover
from rampup.scheduler.adaptive.quiet import quietly
from rampup.scheduler.adaptive.snapshot import Snapshot
from rampup.scheduler.riding import KEY
from rampup.units import Horizon, Length

GROWTH: Final = 2.0
"""A climb multiplies the rate by at most this."""

GUARD: Final = 4.0
"""A loss above this multiple of the first one is rolled back, and the rate divided by it."""


class CatapultLR(Handover):
    """Experimental: a warmup that climbs to the rate at which the loss would just rise.

    Before each update of the warmup it asks for the loss of the batch at hand. Where that is
    below the reference, the loss at the last climb, the training has settled and the rate climbs:
    to the critical rate along the update that the optimizer is about to make, if that is higher,
    and at most to twice what it was. A step at the critical rate lets the loss rise a little and
    fall again into a flatter region, where the critical rate is higher: the catapult. When the
    loss is below the reference at the peak, `then` begins.

    Guard: where the loss is not finite, or above four times the first one, parameters, buffers
    and the optimizer's state go back to before the last climb, a quarter of the rate is used from
    there on, and the update at hand is given up: its gradients are dropped, and it counts.

    After `longest` updates the warmup ends where it is: `then` is scaled to the factor reached,
    as no rate above it has been tried.

    What the rate of an update is, is known when its gradients are: it is written just before it,
    so build the scheduler before what reads rates in hooks. It costs one forward pass per update
    of the warmup and two to five more per climb, and each climb one optimizer step on copies.
    The last climb's snapshot takes the memory of parameters, buffers and optimizer state; it is
    in `state_dict()` while the warmup lasts, since a resumed run may have to go back to it.

    Known weakness: the authors call it unfinished. It sees one batch, so noise decides when it
    climbs, and once `then` has begun nothing guards the run. In our trials
    (`python -m benchmarks.adaptive`) it was at the peak in some 8 to 20 updates, where a linear
    warmup over a tenth of the run takes 50 or 30; with SGD 14 of 16 runs came above an accuracy
    of 0.8, against 16 with the linear one, and with Adam 6 of 12, against 9. With many processes
    the closure must return the same loss on each, averaged over all, or they use different
    rates. An optimizer step with a closure, or inside a compiled graph, is not for it.

    Args:
        optimizer: its groups' `lr` are the rates at the peak.
        then: what follows, a schedule or its text, such as `decay("cosine")`, without a warmup.
            Percentages are of the whole run.
        updates: updates in the whole run, ≥ 1.
        updates_per_epoch: needed where a length is in epochs.
        model: whose buffers and train and eval flags the extra forward passes must not change.
        loss: returns the loss of the batch that the gradients are of: a forward pass, without
            a backward pass. A copy or a pickle of the scheduler keeps this very function.
        start: factor of the first update at the least; a climb to twice it is possible there.
        longest: updates after which the warmup ends in any case.

    Raises:
        TypeError: `optimizer` is no torch optimizer.
        ScheduleError: a number is out of range, or `then` does not fit the run.
        StateError: the optimizer was loaded from a checkpoint that disagrees with the code.
        UnitError: a length cannot be meant.

    Example:
        >>> import torch
        >>> from rampup import CatapultLR, hold
        >>> model = torch.nn.Linear(1, 1, bias=False)
        >>> batch = torch.ones(4, 1)
        >>> def loss():
        ...     return model(batch).square().mean()  # its curvature is 2
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> scheduler = CatapultLR(
        ...     optimizer, hold(), updates=20, model=model, loss=loss, start=0.1, longest=10
        ... )
        >>> used = []
        >>> for _ in range(6):
        ...     optimizer.zero_grad()
        ...     loss().backward()
        ...     optimizer.step()
        ...     used += scheduler.last_used
        >>> [round(rate, 2) for rate in used], scheduler.reached
        ([0.02, 0.04, 0.08, 0.1, 0.1, 0.1], 4)

    Reference: Kalra & Barkeshli 2024, Why Warmup the Learning Rate?, persistent catapult warmup;
    the guard, the cap and the end are ours.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        then: Schedule | str,
        *,
        updates: int,
        updates_per_epoch: int | None = None,
        model: torch.nn.Module,
        loss: Callable[[], Any],
        start: float = 0.01,
        longest: int | str | Length = "10%",
    ) -> None:
        if not 0.0 < start <= 1.0:
            raise ScheduleError(f"start = {start!r} must lie between 0 and 1, as a factor")
        self._model, self._loss = model, loss
        self._start = float(start)
        self._first: float | None = None
        self._reference: float | None = None
        self._snapshot: Snapshot | None = None
        super().__init__(
            optimizer,
            then,
            horizon=Horizon(updates=updates, updates_per_epoch=updates_per_epoch),
            longest=longest,
            start=self._start,
        )

    def _before_update(self, *hook: Any) -> None:
        super()._before_update(*hook)
        if self._reached is not None or bool(getattr(self.optimizer, "found_inf", None) or False):
            return
        _, args, kwargs = hook
        if any(one is not None for one in (*args[1:], *kwargs.values())):  # args[0] is optimizer
            raise StateError(
                "CatapultLR looks at the gradients before the step, and a closure makes them "
                "within it; call optimizer.step() without one"
            )
        k, loss = self.clock.updates, self._asked_loss()
        if self._first is None:
            if not math.isfinite(loss):
                raise DivergedError(f"the loss is {loss} before the first update")
            self._first = loss
        if self._must_go_back(loss):
            self._go_back()
        elif self._reference is None or loss < self._reference:
            if self._factor == 1.0 and self._reference is not None:
                self._end(k, 1.0)
            elif k < self._most:
                self._climb(loss)
        if k >= self._most and self._plan is None:
            self._end(k, self._factor)
        self._rates.write(k)
        self._foreign = {}

    def _asked_loss(self) -> float:
        parameters = (p for group in self.optimizer.param_groups for p in group["params"])
        return quietly(self._loss, parameters, self._model)

    def _must_go_back(self, loss: float) -> bool:
        assert self._first is not None
        bound = self._first + (GUARD - 1.0) * abs(self._first)
        return not loss <= bound

    def _go_back(self) -> None:
        assert self._snapshot is not None  # the first update makes one
        self._snapshot.restore(self.optimizer, self._model)
        self._factor /= GUARD
        for group in self.optimizer.param_groups:
            for parameter in group["params"]:
                parameter.grad = None

    def _climb(self, loss: float) -> None:
        now, most = self._factor, min(GROWTH * self._factor, 1.0)
        if most > now:
            rates = [bases["lr"] for bases in self._rates.bases]
            moved, updates = direction(self.optimizer, rates)
            found = critical_lr(
                self._loss, moved, updates, model=self._model, start=now, lowest=now, highest=most
            )
            self._factor = most if found is None else max(now, found)
        self._reference = loss
        self._snapshot = Snapshot.of(self.optimizer, self._model)

    def _end(self, at: int, peak: float) -> None:
        self._snapshot = None
        self._hand_over(at, peak)

    # what `ClockedLR` and `Handover` ask for

    def _joined(self, groups: list[int]) -> None:  # noqa: ARG002
        if self._snapshot is not None:  # what joins must be able to go back too
            self._snapshot = Snapshot.of(self.optimizer, self._model)

    def _expected(self, k: int) -> float:
        return self._factor if k < self._most else self._factor * self._latest(k)

    def _settings(self) -> dict[str, Any]:
        return {"start": self._start}

    def _signals(self) -> dict[str, Any]:
        kept = self._snapshot
        names = [field.name for field in fields(Snapshot)]
        return {
            "first": self._first,
            "reference": self._reference,
            "snapshot": None if kept is None else {name: getattr(kept, name) for name in names},
        }

    def _ride(self, _optimizer: Optimizer, state_dict: dict[str, Any]) -> None:
        # the snapshot is made of tensors, which no text holds
        state_dict["param_groups"][0][KEY] = self.state_dict()

    def _adopt(self, understood: Any) -> None:
        super()._adopt(understood)
        kept = understood["signals"]["snapshot"]
        self._snapshot = None if kept is None else Snapshot(**kept)
