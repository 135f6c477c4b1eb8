"""What RU204 reads off a run: the schedule is not as long as the run is.

Not here: the rule with its page (`horizon_mismatch.py`).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from rampup.checker.facts import Run
from rampup.checker.finding import Pair, Rates
from rampup.checker.rule import Found
from rampup.checker.rules.pace import FEW, MOST, pace

AGAIN: Final = 0.05
"""A rate that comes back by less than this share of its base has not come back."""

POINTS: Final = 60


def run(run: Run) -> Iterator[Found]:
    """Yield what a run shows of a schedule that is too short or too long for it."""
    if run.backwards is not None and not run.backwards.any():
        return  # the rates are only looked at
    rates = run.used[:, 0]
    below = np.flatnonzero(rates < 0)
    if len(below):
        k = int(below[0])
        yield _found(run, k, f"the rate is negative from update {k} on: {rates[k]:.4g}", "error")
        return
    if pace(run) != 1 or run.ends is None or run.cyclic or len(rates) < FEW or run.writes:
        return
    past = rates[run.ends :]
    if len(past) > 1 and run.base and np.nanmax(past) > past[0] + AGAIN * run.base[0]:
        yield _found(
            run,
            run.ends,
            f"the schedule is over after {run.ends} updates at {past[0]:.4g}, and the rate comes "
            f"back to {np.nanmax(past):.4g} in the {len(past)} updates after it",
            "error",
        )
    elif run.expected is not None and run.expected < MOST * run.ends and _falls(run):
        yield _found(
            run,
            len(rates) - 1,
            f"the schedule lasts {run.ends} updates and the run is planned for {run.expected}",
            "warning",
        )
    elif run.finished and len(rates) < MOST * run.ends and _falls(run):
        yield _found(
            run,
            len(rates) - 1,
            f"the run ended after {len(rates)} of the {run.ends} updates of its schedule, "
            f"at {rates[-1]:.4g}",
            "note",
        )


def _falls(run: Run) -> bool:
    """Return whether the schedule comes down in the run, so that it is no mere warmup."""
    rates = run.used[:, 0]
    return bool(rates[-1] < np.nanmax(rates))


def _found(run: Run, k: int, message: str, severity: str) -> Found:
    every = max(1, len(run.used) // POINTS)
    lasts = "unknown" if run.ends is None else str(run.ends)
    return Found(
        place=replace(run.place, update=k),
        message=message,
        evidence=(
            Rates(name="used", values=tuple(map(float, run.used[::every, 0])), every=every),
            Pair(
                name="updates",
                left=lasts,
                right=str(run.expected or len(run.used)),
                columns=("schedule", "run"),
            ),
        ),
        severity=severity,  # type: ignore[arg-type]
    )
