"""The charts of a run: rates, loss, accuracy, gradient.

Tones are never all that tells curves apart: each has its own dashes, width or marks as well.
"""

import math
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from rampup.report.page.cells import cell, count, minus
from rampup.report.page.svg import Chart, Curve, Drawn, draw
from rampup.report.page.table import spread
from rampup.report.page.thin import COLUMNS
from rampup.trace.columns import SERIES, Numbers
from rampup.trace.record import Epoch, Planned
from rampup.trace.story import Story

APART: Final = (1, 2, 9, 4, 5, 10, 11, 12)
"""Tones of several runs in one chart."""

TALL: Final = 4.0
"""A loss of this many times what 99 % of all stay below presses the others flat."""


def schedule_figures(story: Story, run: str) -> list[Drawn]:
    """Return the planned, used and reported rates over each other, where any is known."""
    planned = story.series("planned")
    plan = story.last(Planned)
    if not story.updates:
        return [] if plan is None else [_plan_alone(plan, run)]
    names = [n for n in ("planned", "used", "reported") if np.isfinite(story.series(n)).any()]
    shapes = {"planned": 6, "used": 1, "reported": 7}
    curves = [
        Curve(label=SERIES[name], x=story.k, y=story.series(name), tone=shapes[name], form="steps")
        for name in names
    ]
    used = story.series("used")
    known = np.isfinite(planned).any()
    says = (
        f"The rate used goes from {cell(float(used[0]))} at update {story.k[0]:,.0f} to "
        f"{cell(float(used[-1]))} at update {story.k[-1]:,.0f}, and was at most "
        f"{cell(story.columns.of('used').highest)}."
    )
    title = "Learning rate by update, planned and used" if known else "Learning rate by update"
    title += ", of group 0" if story.columns.groups else ""
    return [
        draw(
            Chart(
                id=f"{run}-rates",
                title=title,
                says=says,
                curves=curves,
                notes=thinned(story.updates),
                across=across_all([story]),
            )
        ),
        *_group_figure(story, run),
    ]


def groups_drawn(story: Story) -> list[int]:
    """Return the parameter groups whose rates are drawn, where they used rates of their own."""
    return spread(story.columns.groups, len(APART), ())


def _group_figure(story: Story, run: str) -> list[Drawn]:
    curves = [
        Curve(
            label=f"group {group}",
            x=story.k,
            y=story.columns.of_group(group).numbers,
            tone=tone,
            form="steps",
        )
        for group, tone in zip(groups_drawn(story), APART, strict=False)
        if math.isfinite(story.columns.of_group(group).highest)
    ]
    if not curves:
        return []
    title = "Learning rate used by each parameter group"
    left, more = story.columns.groups - len(curves), ""
    if left:
        more = f"{count(left, 'group')} between them not drawn; the table below has their rates."
    return [_chart(story, f"{run}-groups", title, curves, "used", more=more)]


def _plan_alone(plan: Planned, run: str) -> Drawn:
    per_epoch, rows = plan.updates_per_epoch, plan.epochs
    x = [
        at for row in rows for at in ((row["epoch"] - 1) * per_epoch, row["epoch"] * per_epoch - 1)
    ]
    y = [rate for row in rows for rate in (row["first"], row["last"])]
    curve = Curve(label="rate planned", x=np.array(x, float), y=np.array(y), tone=1)
    return draw(
        Chart(
            id=f"{run}-rates",
            title="Learning rate by update, as planned",
            says="No update was made; shown is the plan, by the first and last rate of each epoch.",
            curves=[curve],
        )
    )


def training_figures(story: Story, run: str) -> list[Drawn]:
    """Return the charts of what was measured in training; what was not is left out."""
    drawn = []
    epochs = story.all(Epoch)
    curves = [*_measured(story, "loss", 8, "of each update's batch")]
    curves += by_epoch(epochs, lambda e: e.train_loss, "training rows, after each epoch", 1, "line")
    curves += by_epoch(epochs, lambda e: e.held_out_loss, "held-out rows, after each epoch", 2)
    if curves:
        drawn.append(_chart(story, f"{run}-loss", "Loss by update", curves, "loss"))
        drawn += _closer(story, run, curves)
    curves = by_epoch(epochs, lambda e: e.train_accuracy, "training rows", 1, "line")
    curves += by_epoch(epochs, lambda e: e.held_out_accuracy, "held-out rows", 2)
    if curves:
        title = "Accuracy after each epoch, by update"
        drawn.append(_chart(story, f"{run}-accuracy", title, curves, None, top=1.0))
    for name, title in (
        ("grad_norm", "Norm of the gradient by update"),
        ("ratio", "Length of the update over length of the weights"),
    ):
        curves = _measured(story, name, 3, "")
        if curves:
            drawn.append(_chart(story, f"{run}-{name.replace('_', '-')}", title, curves, name))
    return drawn


def _closer(story: Story, run: str, curves: Sequence[Curve]) -> list[Drawn]:
    cropped = without_spikes(curves)
    if cropped is None:
        return []
    top, note = cropped
    title = "Loss by update, without its tallest spikes"
    return [_chart(story, f"{run}-loss-closer", title, curves, "loss", top=top, more=note)]


def without_spikes(curves: Sequence[Curve]) -> tuple[float, str] | None:
    """Return where to crop curves whose tallest spikes press all else flat, and a note on it."""
    y = np.concatenate([curve.y for curve in curves])
    y = y[np.isfinite(y)]
    usual = float(np.quantile(y, 0.99))
    above = y[y > 1.1 * usual]
    if usual <= 0 or len(above) == 0 or y.max() <= TALL * usual:
        return None
    top = 1.1 * usual
    note = (
        f"{count(len(above), 'value')} above {cell(top, 3)} "
        f"{'is' if len(above) == 1 else 'are'} cut off here, the highest "
        f"{cell(float(y.max()), 3)}; the chart before shows all."
    )
    return top, note


def _measured(story: Story, name: str, tone: int, label: str) -> list[Curve]:
    y = story.series(name)
    if not np.isfinite(y).any():
        return []
    return [Curve(label=f"{SERIES[name]} {label}".strip(), x=story.k, y=y, tone=tone)]


def by_epoch(
    epochs: Sequence[Epoch],
    read: Callable[[Epoch], float],
    label: str,
    tone: int,
    form: str = "dots",
) -> list[Curve]:
    """Return a curve of what is read off each epoch, at its last update; none where all is NaN."""
    y = np.array([read(epoch) for epoch in epochs], dtype=np.float64)
    if not np.isfinite(y).any():
        return []
    x = np.array([epoch.updates for epoch in epochs], dtype=np.float64)
    return [Curve(label=label, x=x, y=y, tone=tone, form=form)]


def _chart(
    story: Story, name_of: str, title: str, curves: Sequence[Curve], name: str | None,
    top: float | None = None, more: str = "",
) -> Drawn:  # fmt: skip
    says = "; ".join(f"{curve.label}: {ends(curve.y)}" for curve in curves) + "."
    notes = thinned(story.updates) if name is not None else []
    if name in story.lost:
        times, first = story.lost[name]
        notes.append(
            f"{count(times, 'value')} {'is' if times == 1 else 'are'} infinite or not a number, "
            f"first at update {first:,}, and cannot be drawn."
        )
    if more:
        notes.insert(0, more)
    across = across_all([story])
    return draw(
        Chart(
            id=name_of, title=title, says=says, curves=curves, notes=notes, across=across, top=top
        )
    )


def across_all(stories: Sequence[Story]) -> tuple[float, float]:
    """Return the first and the last position of every chart of some runs, so that they line up."""
    places = [
        place
        for story in stories
        for place in (
            *story.k[:1], *story.k[-1:], *(float(one.updates) for one in story.all(Epoch))
        )
    ]  # fmt: skip
    return min(places), max(places)


def ends(y: Numbers) -> str:
    """Return where a curve starts and ends, and between which values it stays."""
    y = y[np.isfinite(y)]
    first, last, low, high = (cell(float(v), 3) for v in (y[0], y[-1], y.min(), y.max()))
    return f"from {first} to {last}, lowest {low}, highest {high}"


def thinned(updates: int) -> list[str]:
    """Return what a chart of so many updates leaves out, in words."""
    if updates <= 2 * COLUMNS:
        return []
    note = (
        f"Of {updates:,} updates each of {COLUMNS} columns draws its lowest and its highest, "
        "so that every extreme is seen and no point is made up."
    )
    return [note]


def disagreements(story: Story) -> list[str]:
    """Return in words whether planned, used and reported rates are the same, bit for bit."""
    said = []
    used = story.series("used")
    for name in ("planned", "reported"):
        other = story.series(name)
        known = ~np.isnan(other)
        if not known.any():
            continue
        differs = np.flatnonzero(known & (other != used))
        if len(differs) == 0:
            said.append(f"Used and {name} rates are equal at all {int(known.sum()):,} updates.")
            continue
        at = differs[0]
        with np.errstate(invalid="ignore"):  # infinite, both
            gap = np.abs(used[differs] - other[differs])
        worst = differs[int(np.argmax(np.where(np.isnan(gap), math.inf, gap)))]
        said.append(
            f"Used and {name} rates differ at {count(len(differs), 'update')}, first at update "
            f"{story.k[at]:,.0f}: used {_exact(used[at])}, {name} {_exact(other[at])}; most at "
            f"update {story.k[worst]:,.0f}: used {_exact(used[worst])}, {name} "
            f"{_exact(other[worst])}."
        )
    return said


def _exact(value: float) -> str:
    return minus(f"{float(value):.6g}")
