"""What a race says: per schedule the stable rates, the best rate, and how it got there."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from rampup.races.compare import Pair, compare
from rampup.races.members import Grid

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = npt.NDArray[np.float64]

TRAINED: Final = 0.8
"""A member trained if it made this share of the progress that the best of its seed made."""

REACHED: Final = 0.9
"""The target loss, unless given, is where this share of the best progress is made."""

SMOOTHED: Final = 10
"""Updates whose mean loss is compared with the target."""

EARLY: Final = 0.2
"""The share of the run in which a spike is early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a race says about one schedule; None where no rate was fit for it.

    Attributes:
        schedule: its name.
        stable_lr: the largest rate up to which, from its best rate on, every seed trained: it
            made at least 80 % of the progress of the best member of its seed.
        lowest_lr: the smallest such rate, down from the best.
        best_lr: the rate with the lowest mean final loss over the seeds, all of them finite.
        loss: that mean.
        spread: the lowest and the highest final loss at that rate over the seeds.
        metric: the mean metric there, or None.
        sensitivity: the mean over all rates of how much the final loss, at most the first one, is
            above that of the best rate (Wortsman et al. 2023, arXiv 2309.14322, section 2.2).
        updates_to_target: the median over seeds of the updates until the mean loss of 10 updates
            is at the target, at the best rate; None where fewer than half got there.
        spike: the highest loss in the first fifth of the run over that of update 0, at the best
            rate, of the worst seed.
        diverged: members whose loss became infinite or NaN.
    """

    schedule: str
    stable_lr: float | None
    lowest_lr: float | None
    best_lr: float | None
    loss: float | None
    spread: tuple[float, float] | None
    metric: float | None
    sensitivity: float | None
    updates_to_target: float | None
    spike: float | None
    diverged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """A finished race.

    Attributes:
        grid: what was raced.
        losses: of each update on its batch, `(updates, seeds, schedules, rates)`; NaN from the
            first that is not finite on, and after a cut.
        held_out: loss over the held-out rows at the end, `(seeds, schedules, rates)`, or NaN.
        metric: likewise.
        dropped: which members successive halving took out.
        engine: what ran it: `"batched"` or `"sequential"`.
        reason: why.
        seconds: how long it took.
        target: the loss to be reached, or None for nine tenths of the best progress.
    """

    grid: Grid
    losses: Floats
    held_out: Floats
    metric: Floats
    dropped: npt.NDArray[np.bool_]
    engine: str
    reason: str
    seconds: float
    target: float | None = None

    @property
    def judged_by(self) -> str:
        """Which loss decides: the held-out rows', or the training batches' of the last tenth."""
        return "training" if np.isnan(self.held_out).all() else "held-out"

    @property
    def final(self) -> Floats:
        """The loss that decides, `(seeds, schedules, rates)`; inf if diverged, NaN if dropped."""
        tail = self.losses[-max(len(self.losses) // 10, 1) :].mean(axis=0)
        final = tail if self.judged_by == "training" else self.held_out
        final = np.where(np.isfinite(final), final, np.inf)
        return np.where(self.dropped, np.nan, final)

    @property
    def diverged_at(self) -> npt.NDArray[np.int64]:
        """The first update whose loss was not finite, `(seeds, schedules, rates)`; −1 for none."""
        bad = ~np.isfinite(self.losses)
        return np.where(bad.any(axis=0) & ~self.dropped, bad.argmax(axis=0), -1)

    @property
    def schedules(self) -> list[Summary]:
        """What it says about each schedule, in the order given."""
        return [self._summary(i) for i in range(len(self.grid.schedules))]

    @property
    def pairs(self) -> list[Pair]:
        """Every two schedules side by side, with an interval over the seeds and a verdict."""
        warm = {name: s.has_warmup for name, s in self.grid.schedules.items()}
        stable = {one.schedule: one.stable_lr for one in self.schedules}
        return compare(list(warm), self.final, list(warm.values()), list(stable.values()))

    @property
    def winner(self) -> Summary | None:
        """The schedule with the lowest loss at its best rate; None where every one diverged."""
        able = [one for one in self.schedules if one.loss is not None]
        return min(able, key=lambda one: one.loss or 0.0, default=None)

    def to_dict(self) -> dict[str, Any]:
        """Return the verdicts and the numbers behind them as plain JSON data, without curves."""
        return {
            "engine": self.engine,
            "reason": self.reason,
            "seconds": round(self.seconds, 3),
            "updates": len(self.losses),
            "judged_by": self.judged_by,
            "target": self._target,
            "schedules": {n: str(s) for n, s in self.grid.schedules.items()},
            "lrs": list(self.grid.lrs),
            "seeds": list(self.grid.seeds),
            "summary": [asdict(one) for one in self.schedules],
            "pairs": [asdict(pair) for pair in self.pairs],
            "final": _plain(self.final),
            "metric": _plain(self.metric),
            "diverged_at": self.diverged_at.tolist(),
            "dropped": self.dropped.tolist(),
        }

    def to_json(self) -> str:
        """Return `to_dict` as JSON; a loss that is not finite is null."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def plot(self) -> "Figure":
        """Return a figure: final loss against rate, training curves, heat map."""
        from rampup.races.figures import figure

        return figure(self)

    def save(self, path: str | Path) -> None:
        """Write the figure to a .png, .svg or .pdf file."""
        self.plot().savefig(path, dpi=150)

    @property
    def first_loss(self) -> float:
        """The mean training loss of update 0, where every member begins."""
        return float(np.nanmean(self.losses[0]))

    @property
    def _target(self) -> float:
        if self.target is not None:
            return self.target
        tail = self.losses[-max(len(self.losses) // 10, 1) :].mean(axis=0)
        best = np.nanmin(tail) if np.isfinite(tail).any() else self.first_loss
        return float(self.first_loss - REACHED * (self.first_loss - best))

    def _trained(self) -> npt.NDArray[np.bool_]:
        """Return at which rates every seed trained, `(schedules, rates)`."""
        final = np.where(np.isnan(self.final), np.inf, self.final)
        first = np.nanmean(self.losses[0], axis=(1, 2))[:, None, None]
        best = final.min(axis=(1, 2), keepdims=True)
        trained: npt.NDArray[np.bool_] = (final <= first - TRAINED * (first - best)).all(axis=0)
        return trained

    def _summary(self, i: int) -> Summary:
        mean = self.final.mean(axis=0)[i]  # inf where one diverged, NaN where dropped
        diverged = int((self.diverged_at[:, i] >= 0).sum())
        values: dict[str, Any] = dict.fromkeys(Summary.__slots__)
        values |= {"schedule": list(self.grid.schedules)[i], "diverged": diverged}
        if not np.isfinite(mean).any():
            return Summary(**values)
        lrs, at = self.grid.lrs, int(np.nanargmin(mean))
        trained = self._trained()[i]
        low = high = at if trained[at] else None
        if low is not None and high is not None:
            while high + 1 < len(lrs) and trained[high + 1]:
                high += 1
            while low and trained[low - 1]:
                low -= 1
        curves = self.losses[:, :, i, at]
        early = curves[: max(math.ceil(EARLY * len(curves)), 1)]
        finals, metric = self.final[:, i, at], self.metric[:, i, at].mean()
        capped = np.minimum(mean, max(self.first_loss, mean[at]))
        return Summary(
            **values
            | {
                "stable_lr": None if high is None else lrs[high],
                "lowest_lr": None if low is None else lrs[low],
                "best_lr": lrs[at],
                "loss": float(mean[at]),
                "spread": (float(finals.min()), float(finals.max())),
                "metric": None if np.isnan(metric) else float(metric),
                "sensitivity": float(np.nanmean(capped - mean[at])),
                "updates_to_target": _reached(curves, self._target),
                "spike": float((early / early[0]).max()),
            }
        )


def _reached(curves: Floats, target: float) -> float | None:
    """Return the median over columns of the updates until a running mean is at most `target`."""
    window = min(SMOOTHED, len(curves))
    sums = np.cumsum(np.vstack([np.zeros(curves.shape[1]), curves]), axis=0)
    there = (sums[window:] - sums[:-window]) / window <= target
    at = np.where(there.any(axis=0), there.argmax(axis=0) + window, np.inf)
    median = float(np.median(at))
    return median if math.isfinite(median) else None


def _plain(values: Floats) -> Any:
    """Return nested lists, with None for what is not finite."""
    plain = values.astype(object)
    plain[~np.isfinite(values)] = None
    return plain.tolist()
