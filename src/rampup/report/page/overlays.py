"""The charts of several runs over each other, with the update from which on they differ."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from rampup.report.page.figures import APART, across_all, by_epoch, ends, thinned, without_spikes
from rampup.report.page.svg import Chart, Curve, Drawn, Mark, draw
from rampup.trace.columns import SERIES
from rampup.trace.diff import TraceDiff
from rampup.trace.record import Epoch
from rampup.trace.story import Story

_TITLES: Final = {"used": "Learning rate used", "loss": "Loss of each update's batch"}


def overlays(
    stories: Sequence[Story], letters: Sequence[str], diffs: Sequence[TraceDiff]
) -> list[Drawn]:
    """Return rates, losses and held-out losses of several runs, each in one chart.

    Args:
        stories: the runs.
        letters: what they are called.
        diffs: what differs between the first run and each other one.
    """
    drawn: list[Drawn] = []
    if not any(story.updates or story.all(Epoch) for story in stories):
        return drawn
    across = across_all(stories)
    for name, title in _TITLES.items():
        curves = [
            Curve(
                label=f"{letter} {story.name}",
                x=story.k,
                y=story.series(name),
                tone=tone,
                form="steps" if name == "used" else "line",
            )
            for story, letter, tone in zip(stories, letters, APART, strict=False)
            if np.isfinite(story.series(name)).any()
        ]
        if not curves:
            continue
        marks = _marks(name, letters, diffs)
        marked = f"first difference from {letters[0]}: {'; '.join(one.label for one in marks)}"
        notes = thinned(max(story.updates for story in stories))
        chart = _chart(
            f"all-{name}", title, curves, notes=notes, across=across, marks=marks, marked=marked
        )
        drawn.append(draw(chart))
        cropped = without_spikes(curves) if name == "loss" else None
        if cropped is not None:
            top, note = cropped
            closer = replace(
                chart,
                id=f"{chart.id}-closer",
                title=f"{title}, without the tallest spikes",
                notes=[note, *notes],
                top=top,
            )
            drawn.append(draw(closer))
    held_out = [
        curve
        for story, letter, tone in zip(stories, letters, APART, strict=False)
        for curve in by_epoch(
            story.all(Epoch), lambda one: one.held_out_loss, f"{letter} {story.name}", tone
        )
    ]
    if held_out:
        drawn.append(
            draw(_chart("all-held-out", "Held-out loss after each epoch", held_out, across=across))
        )
    return drawn


def _chart(id_of: str, title: str, curves: Sequence[Curve], **more: Any) -> Chart:
    says = "; ".join(f"{curve.label}: {ends(curve.y)}" for curve in curves) + "."
    return Chart(id=id_of, title=title, says=says, curves=curves, **more)


def _marks(name: str, letters: Sequence[str], diffs: Sequence[TraceDiff]) -> list[Mark]:
    """Return the first update at which each run differs from the first one, those at one as one."""
    found: dict[int, list[str]] = {}
    for diff, letter in zip(diffs, letters[1:], strict=True):
        for one in diff.differences:
            if one.name == SERIES[name] and one.at is not None:
                found.setdefault(one.at, []).append(letter)
    return [Mark(at=at, label=f"{', '.join(who)} from {at:,}") for at, who in sorted(found.items())]
