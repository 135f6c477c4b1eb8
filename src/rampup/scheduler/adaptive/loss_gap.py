"""`LossGapLR`: the rate rises as the loss falls; then it follows a plan."""

import math
from typing import Any

import torch
from torch.optim import Optimizer

from rampup.errors import ScheduleError, StateError
from rampup.schedule.schedule import Schedule
from rampup.scheduler.adaptive.handover import Handover
from rampup.units import Horizon, Length


def gap_factor(share: float, ratio: float, divisor: float) -> float:
    """Return the factor at which the loss gap is `share` of what it was at first.

    It is 1 / divisor at share 1, and 1, with slope 0, at `ratio`:

        1 / (1 + (divisor − 1) (1 / share) ((share − ratio) / (1 − ratio))²)

    Args:
        share: of the first gap, > 0.
        ratio: where the peak is, in (0, 1).
        divisor: 1 / factor at share 1, > 1.

    Example:
        >>> gap_factor(1.0, 0.3, 100), gap_factor(0.3, 0.3, 100)
        (0.01, 1.0)
    """
    far = (share - ratio) / (1.0 - ratio)
    return 1.0 / (1.0 + (divisor - 1.0) / share * far * far)  # far² may overflow to inf, far**2 not


class LossGapLR(Handover):
    """A warmup that ends when the loss has fallen far enough, and rises as it falls.

    With Δ = average loss − floor and Δ₀ its first value, the next update uses `gap_factor(Δ/Δ₀)`
    of the peak, or the factor of the last update where that is higher: it never falls. When Δ is
    down to `ratio` × Δ₀, `then` begins, and the rates are a plan again, on the updates that
    remain. The first update uses 1 / divisor.

    Should the loss not fall that far, the peak is reached in `longest` updates all the same: over
    the second half of them, a straight line from 0 to the peak is the least that is used. So the
    rate has no jump there and is never above the peak.

    The loss is told by `report(loss)`, at best before `optimizer.step()`; told after it, it
    counts one update later. Several reports between two updates, as of micro-batches or of
    updates that a `GradScaler` skipped, count as their mean. Between two updates without a
    report the factor stays. A loss that is not finite is left out, so that a skipped update
    costs nothing; where none was finite before the second update, that is refused.

    Known weakness: it needs to be told the loss that training will end near, and the peak comes
    sooner or later as that guess and `ratio` say. Where the loss falls fast, the rate rises
    fast. In our trials a linear warmup over the same tenth of the run did as well or better. On
    the digits (`python -m benchmarks.adaptive`), at rates of SGD that none survives without a
    warmup, 16 of 16 runs came above an accuracy of 0.8 with the linear one and 10 with this one;
    with Adam 9 of 12 against 6.

    Args:
        optimizer: its groups' `lr` are the rates at the peak.
        then: what follows, a schedule or its text, such as `decay("cosine")`, without a warmup.
            Percentages are of the whole run.
        updates: updates in the whole run, ≥ 1.
        updates_per_epoch: needed where a length is in epochs.
        floor: the loss that training may reach at best, below the first loss, in its units; 0
            for a squared error, the entropy of the text for a language model.
        ratio: share of the first gap at which the peak is reached, in (0, 1).
        divisor: peak / rate of the first update, > 1.
        smoothing: weight of the past in the average of the losses, in [0, 1); 0 takes the last.
        longest: after how many updates the peak is reached in any case.

    Raises:
        TypeError: `optimizer` is no torch optimizer.
        ScheduleError: a number is out of range, or `then` does not fit the run.
        StateError: the optimizer was loaded from a checkpoint that disagrees with the code.
        UnitError: a length cannot be meant.

    Example:
        >>> import torch
        >>> from rampup import LossGapLR, decay
        >>> weight = torch.nn.Parameter(torch.ones(1))
        >>> optimizer = torch.optim.SGD([weight], lr=1.0)
        >>> scheduler = LossGapLR(
        ...     optimizer, decay(), updates=10, floor=0.0, smoothing=0.0, longest=6
        ... )
        >>> used = []
        >>> for loss in (8.0, 4.0, 3.0, 2.0, 1.0):
        ...     weight.grad = torch.zeros(1)
        ...     scheduler.report(loss)
        ...     optimizer.step()
        ...     used += scheduler.last_used
        >>> [round(rate, 3) for rate in used], scheduler.reached
        ([0.01, 0.01, 0.058, 0.333, 1.0], 4)

    Reference: Riabinin, Veprikov, Bolatov, Takáč & Beznosikov 2026, Where Does Warm-Up Come From?
    Adaptive Scheduling for Norm-Constrained Optimizers; the closed form is ours, and so are the
    average, the latch and the line. The paper is about Muon, Lion and normalised SGD.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        then: Schedule | str,
        *,
        updates: int,
        updates_per_epoch: int | None = None,
        floor: float,
        ratio: float = 0.3,
        divisor: float = 100.0,
        smoothing: float = 0.9,
        longest: int | str | Length = "10%",
    ) -> None:
        if not math.isfinite(floor):
            raise ScheduleError(f"floor = {floor!r} is no loss; use a finite number")
        if not 0.0 < ratio < 1.0:
            raise ScheduleError(f"ratio = {ratio!r} must lie between 0 and 1")
        if not 1.0 < divisor < math.inf:
            raise ScheduleError(f"divisor = {divisor!r} must be above 1")
        if not 0.0 <= smoothing < 1.0:
            raise ScheduleError(f"smoothing = {smoothing!r} must lie between 0 and 1, 1 excluded")
        self._floor, self._ratio, self._divisor = float(floor), float(ratio), float(divisor)
        self._smoothing = float(smoothing)
        self._first: float | None = None
        self._average = 0.0
        self._total, self._reports = 0.0, 0
        super().__init__(
            optimizer,
            then,
            horizon=Horizon(updates=updates, updates_per_epoch=updates_per_epoch),
            longest=longest,
            start=1.0 / self._divisor,
        )

    def report(self, loss: float | torch.Tensor) -> None:
        """Tell the loss of the batch at hand; once per update, or once per micro-batch.

        A tensor is read, which waits for its device; after the warmup nothing is read.

        Args:
            loss: the training loss, not scaled for mixed precision; left out if not finite.

        Raises:
            TypeError: it is a tensor of several numbers.
        """
        if self._reached is not None:
            return
        if isinstance(loss, torch.Tensor):
            if loss.numel() != 1:
                shape = tuple(loss.shape)
                raise TypeError(
                    f"report takes one loss, not a tensor of shape {shape}; take its mean"
                )
            loss = loss.detach()
        value = float(loss)
        if math.isfinite(value):
            self._total += value
            self._reports += 1

    def _line(self, k: int) -> float:
        """Return the least factor of update `k`: 0, then straight up to the peak."""
        half = self._most // 2
        return max(0.0, (k + 1 - half) / (self._most - half))

    # what `ClockedLR` and `Handover` ask for

    def _before_update(self, *_: Any) -> None:
        if self._first is None and self._reached is None:
            k = self.clock.updates
            if k and not self._reports:
                raise StateError(
                    f"no finite loss was reported before update {k}, and the rate follows from "
                    "it; call scheduler.report(loss) before each optimizer.step()"
                )
            if self._reports and self._total / self._reports <= self._floor:
                raise StateError(
                    f"the first loss, {self._total / self._reports:g}, is not above "
                    f"floor={self._floor:g}, which is the loss to end near; pass a lower floor"
                )
        super()._before_update()

    def _updated(self) -> None:
        if self._reached is not None:
            return
        k = self.clock.updates
        if self._reports:
            mean = self._total / self._reports
            self._total, self._reports = 0.0, 0
            if self._first is None:
                self._first = self._average = mean
            else:
                self._average += (1.0 - self._smoothing) * (mean - self._average)
        if self._first is not None:
            share = (self._average - self._floor) / (self._first - self._floor)
            if share <= self._ratio:
                self._hand_over(k)
                return
            self._factor = max(self._factor, gap_factor(share, self._ratio, self._divisor))
        if k >= self._most:
            self._hand_over(k)

    def _expected(self, k: int) -> float:
        return max(self._factor, self._line(k)) if k < self._most else self._latest(k)

    def _settings(self) -> dict[str, Any]:
        names = ("floor", "ratio", "divisor", "smoothing")
        return {name: getattr(self, f"_{name}") for name in names}

    def _signals(self) -> dict[str, Any]:
        names = ("first", "average", "total", "reports")
        return {name: getattr(self, f"_{name}") for name in names}
