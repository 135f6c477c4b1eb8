"""How rules look at rates: which belong to the run, where a ramp ends, what is evidence."""

from typing import Final

import numpy as np

from rampup.checker.facts import Curve, Floats, Group
from rampup.checker.finding import Rates, Severity

OURS: Final = "Schedule"
"""The kind of our own schedules: whatever they ask for was written down."""

AROUND: Final = 3
"""Updates that are shown on each side of a place."""


def planned(curve: Curve) -> Floats:
    """Return the rates of the updates of the run, up to an error, shape (updates, groups)."""
    end = len(curve.rates) if curve.updates is None else curve.updates
    return curve.rates[: end if curve.raised is None else min(end, curve.raised.at)]


def steps(curve: Curve) -> Floats:
    """Return the rates of the run, one row for each step of the schedule."""
    return planned(curve)[:: curve.every]


def ramp(rates: Floats) -> int:
    """Return the last index of the straight rise that rates begin with; 0 where they do not rise.

    Args:
        rates: of one group, shape (updates,).
    """
    rises = np.diff(rates)
    if not len(rises) or not rises[0] > 0:
        return 0
    bent = np.flatnonzero(~np.isclose(rises, rises[0], rtol=1e-6, atol=1e-9 * rises[0]))
    return int(bent[0]) if len(bent) else len(rises)


def grave(curve: Curve) -> Severity:
    """Return how grave something is that our own schedules ask for only when they were told to."""
    return "warning" if curve.kind == OURS else "error"


def runs_in_warmup(curve: Curve) -> bool:
    """Return whether a decay of timm runs during the warmup, as its documentation says."""
    prefix = curve.settings.get("warmup_prefix")
    return not prefix.value if prefix is not None else "warmup_t" in curve.settings


def is_off(group: Group) -> bool:
    """Return whether a group has another rate than its scheduler would give it now."""
    return group.expected is not None and not np.isclose(group.rate, group.expected, rtol=1e-3)


def shown(rates: Floats, at: int, group: int, name: str = "planned", every: int = 1) -> Rates:
    """Return the rates around an update as evidence.

    Args:
        rates: shape (updates, groups).
        at: the update.
        group: whose rates.
        name: what they are called.
        every: updates from one value to the next.
    """
    first = max(0, at - AROUND * every)
    values = rates[first : at + AROUND * every + 1 : every, group]
    return Rates(
        name=name,
        first=first,
        values=tuple(map(float, values)),
        every=every,
        marked=(at,),
    )


def listed(rates: Floats, most: int = 6) -> str:
    """Return rates of one group as words."""
    return ", ".join(f"{float(rate):.4g}" for rate in rates[:most])
