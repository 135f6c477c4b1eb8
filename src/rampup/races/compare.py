"""Two schedules side by side: a bootstrap interval over the seeds, and an honest verdict."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt

from rampup.pipeline.baseline import interval

RESAMPLES: Final = 10_000
FEWEST_SEEDS: Final = 3

HELPS: Final = "helps"
HURTS: Final = "hurts"
SAME: Final = "no difference at this budget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One schedule beside another.

    Attributes:
        schedule: its name.
        beside: the name of the other, which is the one without warmup where only one has one.
        difference: its loss minus the other's, each at its own best rate, averaged over the
            seeds; None where one of them has no rate at which every seed stayed finite.
        low: the lower end of the 95 % interval of the difference, or None.
        high: the upper end, or None.
        stable: its largest stable rate over the other's, or None.
        verdict: "helps", "hurts", "no difference at this budget", "only widens the stable range
            by ×N", "only narrows the stable range by ×N", or why there is none.
    """

    schedule: str
    beside: str
    difference: float | None
    low: float | None
    high: float | None
    stable: float | None
    verdict: str


def compare(
    names: Sequence[str],
    final: npt.NDArray[np.float64],
    warm: Sequence[bool],
    stable: Sequence[float | None],
) -> list[Pair]:
    """Return every two schedules side by side.

    Seeds are resampled with replacement, the same ones for all schedules; in each resample each
    schedule takes the rate that is best there, so that the choice of the rate is part of what the
    interval covers. A percentile interval of few seeds is too narrow: three seeds agree by chance
    one time in four (Hesterberg 2015, arXiv 1411.5279). So where Student's interval of the paired
    differences reaches farther, its end counts.

    Args:
        names: of the schedules.
        final: final loss, `(seeds, schedules, rates)`; inf where diverged, NaN where dropped.
        warm: which of them begin with a warmup.
        stable: the largest stable rate of each, or None.
    """
    finite = np.where(np.isnan(final), np.inf, final)
    seeds = len(finite)
    # how often each seed is drawn in each resample; 0 × inf would be NaN
    weights = np.random.default_rng(0).multinomial(seeds, [1 / seeds] * seeds, RESAMPLES) / seeds
    ceiling = finite[np.isfinite(finite)].max(initial=0.0) + 1e100
    drawn = np.tensordot(weights, np.minimum(finite, ceiling), 1).min(axis=2)
    mean = finite.mean(axis=0)
    best = mean.min(axis=1)
    chosen = finite[:, range(len(names)), mean.argmin(axis=1)]
    pairs = []
    for a, b in combinations(range(len(names)), 2):
        one, other = (a, b) if warm[a] or not warm[b] else (b, a)
        first, second = stable[one], stable[other]
        ratio = first / second if first and second else None
        known = math.isfinite(best[one] + best[other])
        edges: tuple[float, float] | None = None
        if known and seeds >= FEWEST_SEEDS:
            found = np.quantile(drawn[:, one] - drawn[:, other], [0.025, 0.975])
            low, high = interval((chosen[:, one] - chosen[:, other]).tolist())
            edges = float(min(found[0], low)), float(max(found[1], high))
        pairs.append(
            Pair(
                schedule=names[one],
                beside=names[other],
                difference=float(best[one] - best[other]) if known else None,
                low=edges[0] if edges else None,
                high=edges[1] if edges else None,
                stable=ratio,
                verdict=_verdict(best[one], best[other], edges, ratio),
            )
        )
    return pairs


def _verdict(
    one: float, other: float, edges: tuple[float, float] | None, ratio: float | None
) -> str:
    if not math.isfinite(one) and not math.isfinite(other):
        return "both diverged at every rate"
    if not math.isfinite(one):
        return HURTS
    if not math.isfinite(other):
        return HELPS
    if edges is None:
        return f"too few seeds to tell, {FEWEST_SEEDS} are the least"
    if edges[1] < 0:
        return HELPS
    if edges[0] > 0:
        return HURTS
    if ratio is not None and ratio > 1:
        return f"only widens the stable range by ×{ratio:.3g}"
    if ratio is not None and ratio < 1:
        return f"only narrows the stable range by ×{1 / ratio:.3g}"
    return SAME
