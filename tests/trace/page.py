"""The trace of the page that this project grew from, as events: its numbers, claims in our words.

The page gives no batch size and steps its rate once per epoch, so that one epoch is one update
here. It has no column of rates; those of its fourth stage are the plan's. Its accuracy is on
the rows it trains on, and there is no other loss, so that what is held out stays unmeasured.
"""

import math

from rampup.trace.record import Epoch, Event, Observation, Planned, Stage

LOSSES = [1.2, 0.9, 0.7, 0.5, 0.4, 0.35, 0.3, 0.28, 0.25, 0.22]
ACCURACIES = [0.45, 0.55, 0.65, 0.75, 0.80, 0.83, 0.85, 0.86, 0.88, 0.90]
CLAIMS = {
    1: "the loss starts high; the rate is low due to warmup",
    3: "the model learns faster at a higher rate",
    10: "training converged with warmup",
}
"""What the page says beside the epochs, shortened."""

PROMISE = "training with warmup improved convergence"
"""What its fifth stage says of the whole run."""


def stage(number: int, name: str, did: str, **changes: object) -> Stage:
    empty: dict[str, object] = {"shape_in": "1000 × 10", "shape_out": "1000 × 10", "unit": "row",
                                "before": [], "after": [], "notes": [], "facts": {}}  # fmt: skip
    return Stage(number=number, name=name, did=did, **{**empty, **changes})  # type: ignore[arg-type]


LOADED = [
    {"id": 0, "cells": {"x1": 0.5, "x2": 1.2, "x10": 0.3}},
    {"id": 1, "cells": {"x1": 0.1, "x2": 0.4, "x10": 0.7}},
]
NORMALISED = [
    {"id": 0, "cells": {"x1": -0.1, "x2": 0.3, "x10": -0.2}},
    {"id": 1, "cells": {"x1": 0.0, "x2": -0.5, "x10": 0.4}},
]

STAGES: list[Event] = [
    stage(1, "loading", "1000 rows of 10 features", after=LOADED, facts={"rows": 1000}),
    stage(2, "preprocessing", "normalise to mean 0 and unit variance", before=LOADED,
          after=NORMALISED),
    stage(3, "model", "Linear(10→50), ReLU, Linear(50→2)"),
    stage(4, "warmup", "from 0 to 0.01 over 5 epochs", unit="update",
          after=[{"id": 0, "cells": {"rate": 0.0}}]),
]  # fmt: skip

RATES = [0.002, 0.004, 0.006, 0.008, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01]
PLANNED = Planned(
    text="warmup 5ep linear >> hold", base=0.01, updates=10, updates_per_epoch=1, warmup=5,
    peak=0.01, peak_at=4, classes=2,
    epochs=[{"epoch": n, "first": rate, "last": rate} for n, rate in enumerate(RATES, 1)],
)  # fmt: skip


def table() -> list[Event]:
    """Return the page's table: each epoch, and after it what the page claims."""
    events: list[Event] = []
    for n, (loss, accuracy) in enumerate(zip(LOSSES, ACCURACIES, strict=True), 1):
        events.append(
            Epoch(
                epoch=n, updates=n, rate_first=None, rate_last=None, train_loss=loss,
                train_accuracy=accuracy, held_out_loss=math.nan, held_out_accuracy=math.nan,
                held_out_rows=0, grad_norm=None,
            )
        )  # fmt: skip
        if n in CLAIMS:
            events.append(Observation(rule="claim", first=n - 1, last=n - 1, sentence=CLAIMS[n]))
    return events


def events() -> list[Event]:
    """Return the whole page."""
    promise = Observation(rule="claim", first=0, last=9, sentence=PROMISE)
    return [*STAGES, PLANNED, *table(), promise]
