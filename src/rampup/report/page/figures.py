"""The charts of a run: rates, loss, accuracy, gradient; and those of several runs over each other.

Tones are never all that tells curves apart: each has its own dashes, width or marks as well.
"""

import math
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from rampup.report.page.cells import cell, count
from rampup.report.page.source import Story
from rampup.report.page.svg import Chart, Curve, Drawn, Numbers, draw
from rampup.report.page.thin import COLUMNS
from rampup.trace.record import Epoch

NAMES: Final = {
    "planned": "rate planned",
    "used": "rate used",
    "reported": "rate reported",
    "loss": "loss",
    "grad_norm": "norm of the gradient",
    "ratio": "update-to-weight ratio",
}

APART: Final = (1, 2, 9, 4, 5, 10, 11, 12)
"""Tones of several runs in one chart."""

TALL: Final = 4.0
"""A loss of this many times what 99 % of all stay below presses the others flat."""


def schedule_figures(story: Story, run: str) -> list[Drawn]:
    """Return the planned, used and reported rates over each other, where any is known."""
    planned = story.series("planned")
    if not story.updates and story.planned is not None:
        return [_plan_alone(story, run)]
    if not story.updates:
        return []
    names = [n for n in ("planned", "used", "reported") if np.isfinite(story.series(n)).any()]
    shapes = {"planned": 6, "used": 1, "reported": 7}
    curves = [
        Curve(label=NAMES[name], x=story.k, y=story.series(name), tone=shapes[name], form="steps")
        for name in names
    ]
    used = story.series("used")
    known = np.isfinite(planned).any()
    says = (
        f"The rate used goes from {cell(float(used[0]))} at update {story.k[0]:,.0f} to "
        f"{cell(float(used[-1]))} at update {story.k[-1]:,.0f}, and was at most "
        f"{cell(story.highest('used'))}."
    )
    title = "Learning rate by update, planned and used" if known else "Learning rate by update"
    return [
        draw(
            Chart(
                id=f"{run}-rates",
                title=title,
                says=says,
                curves=curves,
                notes=_thinned(story.updates),
                across=_across(story),
            )
        )
    ]


def _plan_alone(story: Story, run: str) -> Drawn:
    assert story.planned is not None
    per_epoch, rows = story.planned.updates_per_epoch, story.planned.epochs
    x = [
        at for row in rows for at in ((row["epoch"] - 1) * per_epoch, row["epoch"] * per_epoch - 1)
    ]
    y = [rate for row in rows for rate in (row["first"], row["last"])]
    plan = Curve(label="rate planned", x=np.array(x, float), y=np.array(y), tone=1)
    return draw(
        Chart(
            id=f"{run}-rates",
            title="Learning rate by update, as planned",
            says="No update was made; shown is the plan, by the first and last rate of each epoch.",
            curves=[plan],
        )
    )


def training_figures(story: Story, run: str) -> list[Drawn]:
    """Return the charts of what was measured in training; what was not is left out."""
    drawn = []
    epochs = story.epochs
    curves = [*_measured(story, "loss", 8, "of each update's batch")]
    curves += _by_epoch(
        epochs, lambda e: e.train_loss, "training rows, after each epoch", 1, "line"
    )
    curves += _by_epoch(epochs, lambda e: e.held_out_loss, "held-out rows, after each epoch", 2)
    if curves:
        drawn.append(_chart(story, f"{run}-loss", "Loss by update", curves, "loss"))
        drawn += _closer(story, run, curves)
    curves = _by_epoch(epochs, lambda e: e.train_accuracy, "training rows", 1, "line")
    curves += _by_epoch(epochs, lambda e: e.held_out_accuracy, "held-out rows", 2)
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
    """Return the loss once more without its tallest spikes, where they press all else flat."""
    y = np.concatenate([curve.y for curve in curves])
    y = y[np.isfinite(y)]
    usual = float(np.quantile(y, 0.99))
    above = y[y > 1.1 * usual]
    if usual <= 0 or len(above) == 0 or y.max() <= TALL * usual:
        return []
    top = 1.1 * usual
    note = (
        f"{count(len(above), 'value')} above {cell(top, 3)} "
        f"{'is' if len(above) == 1 else 'are'} cut off here, the highest "
        f"{cell(float(y.max()), 3)}; the chart before shows all."
    )
    title = "Loss by update, without its tallest spikes"
    return [_chart(story, f"{run}-loss-closer", title, curves, "loss", top=top, more=note)]


def overlays(stories: Sequence[Story], letters: Sequence[str]) -> list[Drawn]:
    """Return the rate and the loss of several runs, each in one chart."""
    drawn = []
    for name, title in (("used", "Learning rate used"), ("loss", "Loss of each update's batch")):
        curves = [
            Curve(
                label=f"{letter} {story.name}",
                x=story.k,
                y=story.series(name),
                tone=APART[place],
                form="steps" if name == "used" else "line",
            )
            for place, (story, letter) in enumerate(zip(stories, letters, strict=True))
            if np.isfinite(story.series(name)).any()
        ]
        if curves:
            says = "; ".join(f"{c.label}: {_ends(c.y)}" for c in curves) + "."
            notes = _thinned(max(story.updates for story in stories))
            chart = Chart(id=f"all-{name}", title=title, says=says, curves=curves, notes=notes)
            drawn.append(draw(chart))
    return drawn


def _measured(story: Story, name: str, tone: int, label: str) -> list[Curve]:
    y = story.series(name)
    if not np.isfinite(y).any():
        return []
    return [Curve(label=f"{NAMES[name]} {label}".strip(), x=story.k, y=y, tone=tone)]


def _by_epoch(
    epochs: Sequence[Epoch],
    read: Callable[[Epoch], float],
    label: str,
    tone: int,
    form: str = "dots",
) -> list[Curve]:
    y = np.array([read(epoch) for epoch in epochs], dtype=np.float64)
    if not np.isfinite(y).any():
        return []
    x = np.array([epoch.updates for epoch in epochs], dtype=np.float64)
    return [Curve(label=label, x=x, y=y, tone=tone, form=form)]


def _chart(
    story: Story, name_of: str, title: str, curves: Sequence[Curve], name: str | None,
    top: float | None = None, more: str = "",
) -> Drawn:  # fmt: skip
    says = "; ".join(f"{curve.label}: {_ends(curve.y)}" for curve in curves) + "."
    notes = _thinned(story.updates) if name is not None else []
    if name in story.lost:
        times, first = story.lost[name]
        notes.append(
            f"{count(times, 'value')} {'is' if times == 1 else 'are'} infinite or not a number, "
            f"first at update {first:,}, and cannot be drawn."
        )
    if more:
        notes.insert(0, more)
    across = _across(story)
    return draw(
        Chart(
            id=name_of, title=title, says=says, curves=curves, notes=notes, across=across, top=top
        )
    )


def _across(story: Story) -> tuple[float, float]:
    """Return the first and the last position of every chart of a run, so that they line up."""
    places = [*story.k[:1], *story.k[-1:], *(float(e.updates) for e in story.epochs)]
    return min(places), max(places)


def _ends(y: Numbers) -> str:
    """Return where a curve starts and ends, and between which values it stays."""
    y = y[np.isfinite(y)]
    first, last, low, high = (cell(float(v), 3) for v in (y[0], y[-1], y.min(), y.max()))
    return f"from {first} to {last}, lowest {low}, highest {high}"


def _thinned(updates: int) -> list[str]:
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
    return f"{float(value):.6g}".replace("-", "−").replace("e−", "e-")
