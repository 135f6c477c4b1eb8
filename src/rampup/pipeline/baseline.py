"""The baseline: the same seeds with and without warmup, and an honest verdict."""

import math
import statistics
from collections.abc import Callable, Iterable
from typing import Final

from rampup.trace.record import Baseline, Comparison, Epoch

Curve = list[Epoch]
"""The epochs of one training, from epoch 0 on; it ends early where training diverged."""

# losses are those of the training rows, unless they say otherwise
QUANTITIES: Final[dict[str, Callable[[Curve], float]]] = {
    "loss after epoch 1": lambda curve: curve[1].train_loss,
    "worst loss of an epoch": lambda curve: max(e.train_loss for e in curve[1:]),
    "final loss": lambda curve: curve[-1].train_loss,
    "final held-out loss": lambda curve: curve[-1].held_out_loss,
}

# Student's t, two-sided 95 %, by degrees of freedom from 1 to 30
_T95: Final = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip


def interval(differences: list[float]) -> tuple[float, float]:
    """Return the 95 % interval of the mean of paired differences, by Student's t.

    Args:
        differences: one per seed, at least 2.

    Example:
        >>> [round(edge, 3) for edge in interval([1.0, 2.0, 3.0])]
        [-0.484, 4.484]
    """
    n = len(differences)
    t = _T95[min(n - 1, len(_T95)) - 1]
    half = t * statistics.stdev(differences) / math.sqrt(n)
    mean = statistics.fmean(differences)
    return mean - half, mean + half


def compare(
    seeds: list[int], warm: list[Curve], cold: list[Curve], epochs: int, schedule: str
) -> Baseline:
    """Return what warmup changed over `seeds`, quantity by quantity.

    A difference counts only where the 95 % interval of the paired differences excludes zero.

    Args:
        seeds: one per pair.
        warm: the curves with warmup.
        cold: the curves without, in the same order.
        epochs: length of a whole curve, without epoch 0.
        schedule: text of the schedule without warmup.
    """
    whole = [(a, b) for a, b in zip(warm, cold, strict=True) if len(a) == len(b) == epochs + 1]
    lost_warm = sum(len(curve) <= epochs for curve in warm)
    lost_cold = sum(len(curve) <= epochs for curve in cold)
    compared: list[Comparison] = []
    if len(whole) >= 3:
        compared = [_compare(name, read, whole) for name, read in QUANTITIES.items()]
    return Baseline(
        seeds=seeds,
        schedule=schedule,
        compared=compared,
        verdict=_verdict(compared, len(seeds), lost_warm, lost_cold),
    )


def _compare(
    name: str, read: Callable[[Curve], float], pairs: list[tuple[Curve, Curve]]
) -> Comparison:
    warm, cold = [read(a) for a, _ in pairs], [read(b) for _, b in pairs]
    differences = [a - b for a, b in zip(warm, cold, strict=True)]
    low, high = interval(differences)
    return {
        "name": name,
        "warmup": statistics.fmean(warm),
        "without": statistics.fmean(cold),
        "difference": statistics.fmean(differences),
        "low": low,
        "high": high,
        "verdict": "lower" if high < 0 else "higher" if low > 0 else "no difference",
    }


def _verdict(compared: list[Comparison], seeds: int, lost_warm: int, lost_cold: int) -> str:
    said = []
    if lost_warm or lost_cold:
        said.append(
            f"training diverged on {lost_cold} of {seeds} seeds without warmup "
            f"and on {lost_warm} with it"
        )
    for word, verdict in (("lowered", "lower"), ("raised", "higher")):
        rows = [row for row in compared if row["verdict"] == verdict]
        if rows:
            moved = (f"the {r['name']} ({r['without']:.3g} → {r['warmup']:.3g})" for r in rows)
            said.append(f"warmup {word} {_and(moved)}")
    same = [f"the {row['name']}" for row in compared if row["verdict"] == "no difference"]
    if same:
        said.append(f"it made no difference to {_and(same)} beyond the spread of the seeds")
    if not compared:
        said.append("too few seeds finished on both sides to conclude more")
    return f"Over {seeds} seeds, {'; '.join(said)}."


def _and(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
