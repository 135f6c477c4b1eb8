"""Charts for a terminal, drawn to scale."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotext


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One curve.

    Args:
        x: positions, ascending.
        y: finite values, as many.
        marker: `"braille"` for a line; any other single character marks the points alone.
    """

    x: Sequence[float]
    y: Sequence[float]
    marker: str = "braille"


def chart(
    curves: Sequence[Series], *, title: str, width: int, height: int, x_ticks: Sequence[float]
) -> str:
    """Return curves over a common axis from zero up, as plain text.

    Args:
        curves: at least one point in all.
        title: the line above.
        width: columns of the whole chart.
        height: lines of the whole chart.
        x_ticks: where the x axis is labelled.

    Example:
        >>> line = Series(x=[0, 1, 2], y=[0, 1, 2])
        >>> print(chart([line], title="a line", width=24, height=8, x_ticks=[0, 2]))
                  a line
         ┌─────────────────────┐
        2┤                 ⣀⡠⠤⠄│
         │           ⣀⡠⠤⠒⠊⠉    │
        1┤    ⣀⡠⠤⠔⠒⠉⠉          │
        0┤⠐⠒⠊⠉                 │
         └┬───────────────────┬┘
          0                   2
    """
    top = max(value for curve in curves for value in curve.y)
    plotext.terminal.limit(False, False)  # the width is the caller's, not this terminal's
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, height)
    figure.title(title)
    top = top if top > 0 else 1.0
    figure.ruler("y", 0).lim(0, top)
    marks = _round_marks(top, height // 4)
    figure.ruler("y", 0).ticks(marks, [f"{mark:g}" for mark in marks])
    figure.ruler("x", 0).ticks(list(x_ticks), [f"{tick:g}" for tick in x_ticks])
    for curve in curves:
        signal = figure.signal(list(curve.x), list(curve.y), marker=curve.marker)
        figure.draw(signal.lines(curve.marker == "braille"))
    text: str = figure.build().string(colorless=True)
    return "\n".join(line.rstrip() for line in text.splitlines())


def _round_marks(top: float, most: int) -> list[float]:
    """Return 0 and the round numbers up to `top`, about `most` of them."""
    rough = top / max(most, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * unit for unit in (1, 2, 5, 10) if power * unit >= rough)
    return [round(i * step, 12) for i in range(int(top / step + 1e-9) + 1)]
