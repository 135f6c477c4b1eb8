"""A small writer of SVG: elements whose text is escaped, and charts drawn to scale.

A chart has no fixed width: what it plots is stretched to the room there is, and its words are
placed in percent of it, so that they stay readable on a narrow screen.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
from markupsafe import Markup, escape

from rampup.report.page.thin import COLUMNS, thin

WIDE: Final = 7200
HIGH: Final = 2200
"""Units of a plot: ten per column, and as fine from top to bottom."""

ROOM: Final = 0.25
"""Share of a plot's width that the label of a mark takes on a narrow screen."""

Numbers = npt.NDArray[np.float64]


def element(name: str, *inside: str, **attributes: object) -> Markup:
    """Return one element; text inside it and in its attributes is escaped.

    Args:
        name: of the element.
        inside: text, or markup.
        attributes: `class_` is written `class`, `stroke_width` is `stroke-width`.

    Example:
        >>> print(element("text", "a < b", x="5%", class_="tick"))
        <text x="5%" class="tick">a &lt; b</text>
    """
    said = Markup("").join(
        Markup(' {}="{}"').format(Markup(key.rstrip("_").replace("_", "-")), value)
        for key, value in attributes.items()
    )
    if not inside:
        return Markup("<{0}{1}/>").format(Markup(name), said)
    content = Markup("").join(escape(one) for one in inside)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), said, content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One curve of a chart.

    Args:
        label: its name in the legend.
        x: positions.
        y: values, as many; what is not finite is left out.
        tone: which colour and which dashes, as `style.css` lists them.
        form: `"line"` joins the points, `"steps"` holds each value up to the next, `"dots"` also
            marks each point.
    """

    label: str
    x: Numbers
    y: Numbers
    tone: int
    form: str = "line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One position that a chart points out.

    Args:
        at: the position.
        label: a word or two above it.
    """

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Curves over a common axis.

    Args:
        id: of the figure in the page.
        title: what it shows.
        says: the same in words, for who cannot see it.
        curves: what is drawn, the first below the others.
        x_label: what the horizontal axis counts.
        notes: sentences below it.
        across: first and last position of the horizontal axis; None takes them from the curves.
        marks: positions to point out, ascending.
        marked: what is at them, in words.
        top: the highest value of the vertical axis; None takes it from the curves. What stands
            above it is cut off.
    """

    id: str
    title: str
    says: str
    curves: Sequence[Curve]
    x_label: str = "update"
    notes: Sequence[str] = field(default_factory=list)
    across: tuple[float, float] | None = None
    marks: Sequence[Mark] = ()
    marked: str = ""
    top: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A chart as markup, with what its figure says around it.

    Args:
        chart: what was drawn.
        svg: the drawing.
        first: the position of its left edge.
        last: the position of its right edge.
    """

    chart: Chart
    svg: Markup
    first: float
    last: float


def draw(chart: Chart) -> Drawn:
    """Return `chart` to scale: from the first to the last position, and from zero up."""
    x = np.concatenate([curve.x for curve in chart.curves])
    y = np.concatenate([curve.y for curve in chart.curves])
    y = y[np.isfinite(y)]
    left, right = chart.across or ((float(x.min()), float(x.max())) if len(x) else (0.0, 1.0))
    right = right if right > left else left + 1
    low = min(float(y.min()), 0.0) if len(y) else 0.0
    high = chart.top if chart.top is not None else float(y.max()) if len(y) else 1.0
    high = high if high > low else low + 1.0
    marks = round_marks(low, high, 4)
    low, high = min(low, marks[0]), max(high, marks[-1])

    def across(at: float) -> str:
        return f"{100 * (at - left) / (right - left):.4g}%"

    def up(value: float) -> str:
        return f"{100 * (high - value) / (high - low):.4g}%"

    parts = []
    for height in marks:
        place = up(height)
        parts.append(element("line", x1=0, x2="100%", y1=place, y2=place, class_="grid"))
        parts.append(element("text", f"{height:g}", x=-8, y=place, dy="0.32em", class_="tick y"))
    parts += [
        element("text", f"{at:,.0f}", x=across(at), y="100%", dy="1.5em", class_="tick")
        for at in round_marks(left, right, 5)
        if left <= at <= right and at == int(at)
    ]
    box = (left, right, low, high)
    lines = [element("path", d=path(c, *box), class_=f"curve t{c.tone}") for c in chart.curves]
    parts.append(
        element(
            "svg",
            *lines,
            viewBox=f"0 0 {WIDE} {HIGH}",
            preserveAspectRatio="none",
            width="100%",
            height="100%",
            class_="plot",
        )
    )
    for curve in chart.curves:
        if curve.form == "dots":
            for k in (k for k in thin(curve.x, curve.y, COLUMNS // 12) if curve.y[k] <= high):
                cx, cy = across(curve.x[k]), up(curve.y[k])
                parts.append(element("circle", cx=cx, cy=cy, r=3, class_=f"dot t{curve.tone}"))
    parts += _marks(chart.marks, left, right)
    parts.append(element("line", x1=0, x2=0, y1=0, y2="100%", class_="cursor"))
    words = [element("title", chart.title, id=f"{chart.id}-t")]
    words.append(element("desc", chart.says, id=f"{chart.id}-d"))
    svg = element(
        "svg",
        *words,
        *parts,
        role="img",
        aria_labelledby=f"{chart.id}-t",
        aria_describedby=f"{chart.id}-d",
        class_="chart cropped" if len(y) and y.max() > high else "chart",
    )
    return Drawn(chart=chart, svg=svg, first=left, last=right)


def _marks(marks: Sequence[Mark], left: float, right: float) -> list[Markup]:
    """Return a line for each mark, and its label where that of the one before leaves room."""
    drawn, taken = [], -math.inf
    for mark in marks:
        share = (mark.at - left) / (right - left)
        place, side = f"{100 * share:.4g}%", "start" if share < 0.5 else "end"
        drawn.append(element("line", x1=place, x2=place, y1=0, y2="100%", class_="mark"))
        if share - taken >= ROOM:
            taken = share
            said = element("text", mark.label, x=place, y=0, dy="-0.6em", class_=f"tick at {side}")
            drawn.append(said)
    return drawn


def path(curve: Curve, left: float, right: float, low: float, high: float) -> str:
    """Return the drawing of a curve, in whole units and relative moves.

    Points between two that stand as high as they do are left out.
    """
    kept = thin(curve.x, curve.y)
    if len(kept) == 0:
        return "M0 0"
    x = np.rint((curve.x[kept] - left) / (right - left) * WIDE).astype(int)
    y = np.rint((high - curve.y[kept]) / (high - low) * HIGH).astype(int)
    if len(x) > 2:
        flat = (y[1:-1] == y[:-2]) & (y[1:-1] == y[2:])
        use = np.concatenate([[True], ~flat, [True]])
        x, y = x[use], y[use]
    moves = [f"M{x[0]} {y[0]}"]
    for dx, dy in zip(np.diff(x).tolist(), np.diff(y).tolist(), strict=True):
        if curve.form == "steps":
            moves.append((f"h{dx}" if dx else "") + (f"v{dy}" if dy else ""))
        elif dx and dy:
            moves.append(f"l{dx}{' ' if dy >= 0 else ''}{dy}")
        else:
            moves.append(f"h{dx}" if dx else f"v{dy}" if dy else "")
    return "".join(moves)


def round_marks(low: float, high: float, most: int) -> list[float]:
    """Return the round numbers from `low` to `high`, about `most` steps of them.

    Example:
        >>> round_marks(0, 0.67, 4)
        [0.0, 0.2, 0.4, 0.6]
    """
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * unit for unit in (1, 2, 5, 10) if power * unit >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{n * step:.12g}") + 0.0 for n in range(first, last + 1)]


def bars(values: Sequence[float]) -> Markup:
    """Return values as bars up and down from zero, as a small picture for a table's cell."""
    most = max((abs(v) for v in values if math.isfinite(v)), default=0.0) or 1.0
    low, high = (
        any(v < 0 for v in values),
        any(v > 0 for v in values) or not any(v < 0 for v in values),
    )
    zero = 16 if low and high else 30 if high else 2
    room = 14 if low and high else 28
    drawn = []
    for place, value in enumerate(values):
        tall = round(room * abs(value) / most, 1) if math.isfinite(value) else 0
        top = zero - tall if value > 0 else zero
        sign = "more" if value > 0 else "less"
        drawn.append(element("rect", x=1 + 8 * place, y=top, width=6, height=tall, class_=sign))
    wide = 8 * len(values)
    drawn.append(element("line", x1=0, x2=wide, y1=zero, y2=zero, class_="axis"))
    return element(
        "svg", *drawn, class_="bars", viewBox=f"0 0 {wide} 32", width=wide, height=32,
        aria_hidden="true",
    )  # fmt: skip


def interval(low: float, mean: float, high: float) -> Markup:
    """Return an interval and its mean beside zero, as a small picture for a table's cell."""
    if not all(map(math.isfinite, (low, mean, high))):
        return Markup("")
    most = max(abs(low), abs(high)) or 1.0

    def across(value: float) -> str:
        return f"{60 + 54 * value / most:.1f}"

    return element(
        "svg",
        element("line", x1=60, x2=60, y1=1, y2=19, class_="zero"),
        element("line", x1=across(low), x2=across(high), y1=10, y2=10, class_="span"),
        element("circle", cx=across(mean), cy=10, r=3.5, class_="mean"),
        class_="interval", viewBox="0 0 120 20", width=120, height=20, aria_hidden="true",
    )  # fmt: skip
