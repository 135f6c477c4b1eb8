"""Rules about claims: what others said of a run, and what its numbers allow to say.

A cause needs a baseline: the same seeds without warmup, at least three of them, and a 95 %
interval that excludes zero. Otherwise the words are "cannot conclude".
"""

import math
import re
from collections.abc import Iterator
from typing import Final

from rampup.trace.record import Epoch, Observation
from rampup.trace.rules.losses import STANDSTILL, standstill
from rampup.trace.rules.rule import Found, Number, Rule, Seen

SEEDS: Final = 3
"""Fewer seeds than this allow no conclusion."""

_FASTER: Final = re.compile(r"\b(faster|quicker|accelerat\w*|speeds? up)\b", re.IGNORECASE)
_CONVERGED: Final = re.compile(r"\bconverged\b", re.IGNORECASE)
_CAUSE: Final = re.compile(
    r"\b(because|caus\w+|due to|thanks to|leads? to|improv\w+|prevent\w*|better|help(s|ed)?)\b",
    re.IGNORECASE,
)
_WARMUP: Final = re.compile(r"\bwarm-?\s?up\b", re.IGNORECASE)


def _faster(seen: Seen, _limit: float) -> Iterator[Found]:
    """A claim about speed is about the epoch before it, and the one before that."""
    claim, epochs = seen.claims[-1], seen.epochs
    if not _FASTER.search(claim.sentence) or len(epochs) < 3:
        return
    a, b, c = (e.train_loss for e in epochs[-3:])
    if not math.isfinite(a + b + c) or b - c > a - b:
        return
    numbers: dict[str, Number] = {
        "claim": claim.sentence, "before": a, "between": b, "now": c, "earlier": a - b,
        "drop": b - c, "epoch": epochs[-1].epoch, "last": epochs[-2].epoch,
    }  # fmt: skip
    old, new = _rate(seen, epochs[-2]), _rate(seen, epochs[-1])
    case = ""
    if old is not None and new is not None and new > old:
        case, numbers = "rising", {**numbers, "old": old, "new": new}
    yield Found(case=case, numbers=numbers, first=claim.first, last=claim.last)


def _rate(seen: Seen, epoch: Epoch) -> float | None:
    """Return the last rate that an epoch used, or else the one planned for it."""
    if epoch.rate_last is not None or seen.plan is None:
        return epoch.rate_last
    planned = (row["last"] for row in seen.plan.epochs if row["epoch"] == epoch.epoch)
    return next(planned, None)


def _converged(seen: Seen, limit: float) -> Iterator[Found]:
    claim, epochs = seen.claims[-1], seen.epochs
    if not _CONVERGED.search(claim.sentence):
        return
    numbers: dict[str, Number] = {"claim": claim.sentence, "count": len(epochs)}
    change = standstill(epochs)
    if change is None:
        yield Found(case="unknown", numbers=numbers, first=claim.first, last=claim.last)
    elif change >= limit:
        a, b = epochs[-2].train_loss, epochs[-1].train_loss
        numbers |= {"change": change, "before": a, "now": b, "last": abs(b - a) / a}
        case = "falling" if b < a else ""
        yield Found(case=case, numbers=numbers, first=claim.first, last=claim.last)


def _caused(seen: Seen, _limit: float) -> Iterator[Found]:
    base = seen.baseline
    for claim in seen.claims:
        if not _causal(claim):
            continue
        case, numbers = "", {"claim": claim.sentence}
        if base is not None:
            case, numbers = "compared", {**numbers, "verdict": base.verdict}
        yield Found(case=case, numbers=numbers, first=claim.first, last=claim.last)


def _causal(claim: Observation) -> bool:
    return bool(_WARMUP.search(claim.sentence) and _CAUSE.search(claim.sentence))


def _without(seen: Seen, _limit: float) -> Iterator[Found]:
    if seen.baseline is None and seen.plan is not None and seen.plan.warmup > 0 and seen.done:
        yield Found(numbers={}, first=0, last=max(seen.done - 1, 0))


def _effect(seen: Seen, limit: float) -> Iterator[Found]:
    base = seen.baseline
    if base is None:
        return
    seeds, last = len(base.seeds), max(seen.done - 1, 0)
    if seeds < limit or not base.compared:
        yield Found(case="few", numbers={"seeds": seeds}, first=0, last=last)
        return
    for row in base.compared:
        low, high = row["low"], row["high"]
        if not low <= row["difference"] <= high:
            continue  # an interval that does not hold its own mean is no evidence
        yield Found(
            case="lower" if high < 0 else "higher" if low > 0 else "same",
            numbers={
                "name": row["name"], "seeds": seeds, "warmup": row["warmup"],
                "without": row["without"], "low": low, "high": high,
            },
            first=0,
            last=last,
        )  # fmt: skip


_INTERVAL: Final = "(95 % interval of the difference {low:+.2g} … {high:+.2g})"

CLAIMS: Final = (
    Rule(
        id="claim-faster",
        at="claim",
        reads="a claim of faster learning, the training losses of the last 3 epochs, their rates",
        find=_faster,
        says={
            "": "claimed is “{claim}”, but training loss fell by {drop:.3g} in epoch {epoch} "
            "({between:.3g} → {now:.3g}) and by {earlier:.3g} in epoch {last} "
            "({before:.3g} → {between:.3g})",
            "rising": "claimed is “{claim}”, but training loss fell by {drop:.3g} in epoch "
            "{epoch} ({between:.3g} → {now:.3g}) and by {earlier:.3g} in epoch {last} "
            "({before:.3g} → {between:.3g}), while the rate rose from {old:.3g} to {new:.3g}",
        },
        formulas={"drop": "between - now", "earlier": "before - between"},
    ),
    Rule(
        id="claim-converged",
        at="claim",
        reads="a claim of convergence, mean relative change of the training loss over 3 epochs",
        find=_converged,
        limit=0.01,
        says={
            "": "claimed is “{claim}”, but there is no plateau: training loss changed by "
            "{change:.1%} per epoch over the last 3",
            "falling": "claimed is “{claim}”, but there is no plateau: training loss still fell by "
            "{last:.0%} in the last epoch ({before:.3g} → {now:.3g}), and changed by {change:.1%} "
            "per epoch over the last 3",
            "unknown": "claimed is “{claim}”: cannot conclude, a plateau needs 5 epochs with a "
            "training loss above 0, and there are {count} epochs",
        },
        formulas={
            "count": "len(epochs)",
            "last": "abs(now - before) / before",
            "change": STANDSTILL,
        },
    ),
    Rule(
        id="claim-cause",
        at="end",
        reads="a claim that warmup caused something, the baseline",
        find=_caused,
        says={
            "": "claimed is “{claim}”: cannot conclude, there is no baseline with the same seeds "
            "and no warmup",
            "compared": "claimed is “{claim}”; the baseline says: {verdict}",
        },
    ),
    Rule(
        id="warmup-untested",
        at="end",
        reads="whether there is a baseline",
        find=_without,
        says={
            "": "what warmup changed: cannot conclude, there is no baseline with the same seeds "
            "and no warmup"
        },
    ),
    Rule(
        id="warmup-effect",
        at="baseline",
        reads="the baseline's seeds, and its intervals that exclude 0 or do not",
        find=_effect,
        limit=SEEDS,
        says={
            "lower": "over {seeds} seeds, warmup lowered the {name}: {without:.3g} → {warmup:.3g} "
            + _INTERVAL,
            "higher": "over {seeds} seeds, warmup raised the {name}: {without:.3g} → {warmup:.3g} "
            + _INTERVAL,
            "same": "over {seeds} seeds, no difference to the {name} beyond their spread: "
            "{without:.3g} → {warmup:.3g} " + _INTERVAL,
            "few": "what warmup changed: cannot conclude from the {seeds} seeds of the baseline",
        },
        formulas={"seeds": "len(baseline.seeds)"},
    ),
)
