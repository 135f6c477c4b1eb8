"""The trace for machines, inside the page: JSON that no text in it can break out of."""

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import numpy as np
from markupsafe import Markup

from rampup.report.page.figures import groups_drawn
from rampup.report.page.parts import planned_shown
from rampup.report.page.thin import thin
from rampup.report.page.training import epochs_shown, observed
from rampup.trace.columns import SERIES, Numbers
from rampup.trace.record import Epoch, Event, Observation, Planned, Probe, Skipped, to_json
from rampup.trace.story import Story

WHOLE: Final = 1500
"""Updates up to which all of them are embedded."""

COLUMNS: Final = 150
"""Of longer runs, the parts of which each series keeps its lowest and highest update."""

MOST: Final = 50
"""Closer looks, and skipped steps, that are embedded."""

_ESCAPES: Final = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def embed(story: Story) -> Markup:
    """Return the trace as the text of a `<script type="application/json">`.

    `events` holds all events but updates, in the form of `trace.jsonl`; `updates` holds those as
    columns, `rates` of the groups that are drawn among them. `updates_of`, `groups_of`,
    `epochs_of` and `observations_of` say how many there were.
    """
    kept = _kept(story)
    columns: dict[str, Any] = {"k": [int(k) for k in story.k[kept]]}
    columns |= {name: _column(story.series(name)[kept]) for name in SERIES}
    if story.columns.groups:
        columns["rates"] = {
            str(group): _column(story.columns.of_group(group).numbers[kept])
            for group in groups_drawn(story)
        }
    shown, _ = observed(story)
    epochs, _ = epochs_shown(story, shown)
    plain = {
        "schema": "rampup trace, updates as columns",
        "file": {"bytes": story.size, "sha256": story.sha256, "torn_characters": story.torn},
        "updates_of": story.updates,
        "groups_of": max(story.columns.groups, 1),
        "epochs_of": len(story.all(Epoch)),
        "observations_of": len(story.all(Observation)),
        "updates": columns,
        "events": [json.loads(to_json(event)) for event in _events(story, epochs, shown)],
    }
    return as_script(json.dumps(plain, allow_nan=False, separators=(",", ":")))


def as_script(text: str) -> Markup:
    """Return JSON so that no text in it ends the element that holds it."""
    return Markup(text.translate(_ESCAPES))


def whole(story: Story) -> bool:
    """Return whether all updates of a run are embedded."""
    return story.updates <= WHOLE


def _kept(story: Story) -> np.ndarray[Any, np.dtype[np.intp]]:
    if whole(story):
        return np.arange(story.updates)
    kept = [thin(story.k, story.series(name), COLUMNS) for name in SERIES]
    return np.unique(np.concatenate(kept))


def _events(story: Story, epochs: list[Epoch], shown: list[Observation]) -> Iterator[Event]:
    """Yield the events but updates, in order; of what there may be many, those that are shown."""
    looks, skipped = story.all(Probe)[:MOST], story.all(Skipped)[:MOST]
    kept = {id(event) for event in (*epochs, *shown, *looks, *skipped)}
    for event in story.events:
        if isinstance(event, Planned):
            rows = [event.epochs[place] for place in planned_shown(event)]
            yield replace(event, epochs=rows)
        elif not isinstance(event, Epoch | Observation | Probe | Skipped) or id(event) in kept:
            yield event


def _column(values: Numbers) -> list[float | str | None]:
    return [_plain(value) for value in values.tolist()]


def _plain(value: float) -> float | str | None:
    """Return a number as JSON has it; NaN stands for what was not measured or not a number."""
    if math.isnan(value):
        return None
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value
