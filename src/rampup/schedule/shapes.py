"""Every shape: the curve inside a phase as a function of progress.

A shape is written for a *rising* phase: `rise(p)` goes from 0 at p = 0 to 1 at p = 1 and never
turns back. A falling phase reads the same curve mirrored in time, `rise(1 − p)`, so `"1-sqrt"`
falls as 1 − √p, the cooldown of Hägele et al. Adding a shape is one entry in `SHAPES`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from rampup.errors import ScheduleError, nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One curve of progress.

    Args:
        name: the word used in code and in schedule text.
        rise: `p → rise(p)` for a float or a float64 array in [0, 1], of the same shape.
        formula: `rise` as one reads it.
        reference: where the shape comes from.

    Example:
        >>> shape("cosine").rise(0.5).item()
        0.49999999999999994
    """

    name: str
    rise: Callable[[Any], Any]
    formula: str
    reference: str


SHAPES: Final[dict[str, Shape]] = {
    entry.name: entry
    for entry in (
        Shape(
            name="linear",
            rise=lambda p: p,
            formula="p",
            reference="Goyal et al. 2017, Accurate, Large Minibatch SGD, §2.2 (warmup)",
        ),
        Shape(
            name="cosine",
            rise=lambda p: 0.5 * (1.0 - np.cos(np.pi * p)),
            formula="(1 − cos πp) / 2",
            reference="Loshchilov & Hutter 2017, SGDR, eq. 5 (half a period, falling)",
        ),
        Shape(
            name="quadratic",
            rise=lambda p: p * p,
            formula="p²",
            reference="the polynomial ramp of power 2",
        ),
        Shape(
            name="sqrt",
            rise=np.sqrt,
            formula="√p",
            reference="the polynomial ramp of power ½",
        ),
        Shape(
            name="1-sqrt",
            rise=lambda p: 1.0 - np.sqrt(1.0 - p),
            formula="1 − √(1 − p); falling: 1 − √p",
            reference="Hägele et al. 2024, Scaling Laws and Compute-Optimal Training, §3",
        ),
    )
}


def shape(name: str) -> Shape:
    """Return the shape called `name`.

    Raises:
        ScheduleError: there is none; the message lists the nearest names.
    """
    if name not in SHAPES:
        raise ScheduleError(f"shape {name!r} is unknown; {nearest(name, list(SHAPES))}")
    return SHAPES[name]
