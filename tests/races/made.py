"""Finished races made from numbers, to be summarised by hand."""

from typing import Any

import numpy as np

from rampup.races.members import Grid
from rampup.races.result import Race

RATES = [0.01, 0.1, 1.0, 10.0]


def made(final: Any, *, metric: Any = None, **changes: Any) -> Race:
    """Return a race of 20 updates in which every member falls from 2 to its final loss at 10.

    Args:
        final: `(seeds, schedules, rates)`; inf diverges at update 5.
        metric: likewise, or none.
        changes: of the race.
    """
    final = np.asarray(final, dtype=float)
    seeds, schedules, rates = final.shape
    losses = np.empty((20, *final.shape))
    losses[:10], losses[10:] = 2.0, final
    losses[5:, ~np.isfinite(final)] = np.nan
    texts = ["warmup 5 >> hold", "hold", "decay"][:schedules]
    nothing = np.full(final.shape, np.nan)
    values: dict[str, Any] = {
        "grid": Grid.of(texts, RATES[:rates], seeds),
        "losses": losses,
        "held_out": nothing,
        "metric": nothing if metric is None else np.asarray(metric, dtype=float),
        "dropped": np.zeros(final.shape, dtype=bool),
        "engine": "batched",
        "reason": "as asked; traced",
        "seconds": 1.25,
    }
    return Race(**{**values, **changes})
