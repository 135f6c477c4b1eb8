"""Fewer points that draw the same curve: in each column of a chart its lowest and its highest."""

from typing import Final

import numpy as np
import numpy.typing as npt

COLUMNS: Final = 720
"""Columns of a chart; about one per pixel on a wide screen."""

Indices = npt.NDArray[np.intp]


def thin(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], columns: int = COLUMNS) -> Indices:
    """Return which points to draw, in the order of `x`.

    Up to twice as many finite points as columns are all kept. Of more, each column keeps its
    lowest and its highest point, and the whole curve its first and its last, so that no extreme
    is lost and no point is made up.

    Args:
        x: positions.
        y: values, as many; what is not finite is left out.
        columns: how many equal parts the axis has.

    Example:
        >>> x = np.arange(1000.0)
        >>> y = np.where(x == 123, 9.0, np.sin(x))
        >>> kept = thin(x, y, columns=10)
        >>> len(kept), 123 in kept
        (22, True)
    """
    finite = np.flatnonzero(np.isfinite(y))
    if len(finite) <= 2 * columns:
        return finite[np.argsort(x[finite], kind="stable")]
    at = x[finite]
    if np.any(np.diff(at) < 0):  # a run that was resumed counts some updates twice
        finite = finite[np.argsort(at, kind="stable")]
        at = x[finite]
    value = y[finite]
    column = ((at - at[0]) * (columns / max(at[-1] - at[0], 1.0))).astype(np.intp)
    starts = np.flatnonzero(np.diff(column.clip(max=columns - 1), prepend=-1))
    sizes = np.diff(starts, append=len(at))
    kept = [np.array([0, len(at) - 1])]
    for extreme in (np.minimum, np.maximum):
        equal = np.flatnonzero(value == np.repeat(extreme.reduceat(value, starts), sizes))
        kept.append(equal[np.searchsorted(equal, starts)])  # the first in each column
    chosen: Indices = finite[np.unique(np.concatenate(kept))]
    return chosen
