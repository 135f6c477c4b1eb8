"""The trace for machines, inside the page: JSON that no text in it can break out of."""

import json
import math
from dataclasses import replace
from typing import Any, Final

import numpy as np
from markupsafe import Markup

from rampup.report.page.parts import epochs_shown, observed, planned_shown
from rampup.report.page.source import SERIES, Story
from rampup.report.page.thin import thin
from rampup.trace.record import Epoch, Event, Observation, to_json

WHOLE: Final = 1500
"""Updates up to which all of them are embedded."""

COLUMNS: Final = 150
"""Of longer runs, the parts of which each series keeps its lowest and highest update."""

_ESCAPES: Final = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def embed(story: Story) -> Markup:
    """Return the trace as the text of a `<script type="application/json">`.

    `events` holds all events but updates, in the form of `trace.jsonl`; `updates` holds those as
    columns. `updates_of`, `epochs_of` and `observations_of` say how many there were.
    """
    kept = _kept(story)
    columns: dict[str, list[Any]] = {"k": [int(k) for k in story.k[kept]]}
    columns |= {name: [_plain(v) for v in story.series(name)[kept].tolist()] for name in SERIES}
    shown, _ = observed(story)
    epochs, _ = epochs_shown(story, shown)
    plain = {
        "schema": "rampup trace, updates as columns",
        "file": {"bytes": story.size, "sha256": story.sha256, "torn_characters": story.torn},
        "updates_of": story.updates,
        "epochs_of": len(story.epochs),
        "observations_of": len(story.observations),
        "updates": columns,
        "events": [json.loads(to_json(event)) for event in _events(story, epochs, shown)],
    }
    text = json.dumps(plain, allow_nan=False, separators=(",", ":"))
    return Markup(text.translate(_ESCAPES))


def whole(story: Story) -> bool:
    """Return whether all updates of a run are embedded."""
    return story.updates <= WHOLE


def _kept(story: Story) -> np.ndarray[Any, np.dtype[np.intp]]:
    if whole(story):
        return np.arange(story.updates)
    kept = [thin(story.k, story.series(name), COLUMNS) for name in SERIES]
    return np.unique(np.concatenate(kept))


def _events(story: Story, epochs: list[Epoch], shown: list[Observation]) -> list[Event]:
    planned = story.planned
    if planned is not None:
        planned = replace(planned, epochs=[planned.epochs[i] for i in planned_shown(planned)])
    single = (story.header, planned, story.baseline, story.insight, story.end)
    many = (story.stages, epochs, shown, story.probes[:50], story.skipped[:50], story.predictions)
    return [
        *(event for event in single if event is not None),
        *(event for events in many for event in events),
    ]


def _plain(value: float) -> float | str | None:
    """Return a number as JSON has it; NaN stands for what was not measured or not a number."""
    if math.isnan(value):
        return None
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value
