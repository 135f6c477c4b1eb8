"""The key insight: what this run shows, computed from its trace."""

import math
from collections.abc import Sequence

from rampup.trace.record import Baseline, Epoch, Event, Insight, Planned, Stage, Update


def insight(events: Sequence[Event]) -> Insight:
    """Return the sentences to take away from a trained run.

    Args:
        events: its trace up to now, with at least a schedule, one update and one epoch.
    """
    plan = next(e for e in events if isinstance(e, Planned))
    loading = next(e for e in events if isinstance(e, Stage))
    used = [e.used for e in events if isinstance(e, Update)]
    epochs = [e for e in events if isinstance(e, Epoch)]
    baseline = next((e for e in events if isinstance(e, Baseline)), None)
    sentences = [_rates(plan, used)]
    if baseline is not None:
        sentences.append(baseline.verdict)
    elif plan.warmup:
        sentences.append("No baseline was run, so what warmup changed cannot be concluded.")
    counts = loading.facts["classes"].values()
    last = epochs[-1]
    guess = max(counts) / sum(counts)
    sentences.append(
        f"Held-out accuracy is {last.held_out_accuracy:.1%} and held-out loss "
        f"{last.held_out_loss:.3g}; always guessing the most common class gives {guess:.1%}, "
        f"knowing nothing a loss of {math.log(plan.classes):.3g}."
    )
    return Insight(sentences=sentences)


def _rates(plan: Planned, used: list[float]) -> str:
    if not plan.warmup:
        return f"Nothing was warmed up: all {len(used)} updates began at the rate {used[0]:g}."
    lost = sum(1.0 - rate / plan.peak for rate in used[: plan.warmup])
    return (
        f"Warmup took {plan.warmup} of {len(used)} updates ({plan.warmup / len(used):.0%}), from "
        f"the rate {used[0]:g} to {max(used[: plan.warmup]):g}; as much as {lost:.1f} updates at "
        "the peak rate were given up for it."
    )
