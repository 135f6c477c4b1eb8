"""A small run made by hand, whose text every machine draws alike."""

import math
from dataclasses import replace

from tests.trace.rules import made

from rampup.trace.record import SCHEMA, Baseline, Event, Header, Insight, Observation, Row

MARKUP = "[red]x[/red]"
"""Text that rich would obey if it were let."""

LOADING = made.stage(
    number=1, name="data loading", shape_in="read from rows.csv", shape_out="120 × 4 and a label",
    did="120 rows of 4 features were read from rows.csv; the label '[bold]' has 2 classes: "
    f"{MARKUP} × 80, no × 40",
    after=[
        {"id": i, "cells": {"[bold]size": 1.5 * i, "colour": MARKUP, "a rather long name": None,
                            "on": True}}
        for i in (0, 7, 119)
    ],
    notes=["8 cells are missing", f"column '[bold]size': {MARKUP}"],
)  # fmt: skip

PREPROCESSING = made.stage(
    shape_in="120 × 30", shape_out="96 × 30 to train, 24 × 30 held out",
    did="24 rows were held out, keeping the share of each class",
    before=[{"id": i, "cells": {f"x{j + 1}": float(i + j) for j in range(30)}} for i in (0, 7)],
    after=[{"id": i, "cells": {f"x{j + 1}": (i - j) / 7 for j in range(30)}} for i in (0, 7)],
)  # fmt: skip


def rate(k: int) -> float:
    """Return the rate of an update."""
    return 0.01 * min((k + 1) / 25, 1.0)


RATES: list[Row] = [{"id": k, "cells": {"rate": rate(k)}} for k in (0, 12, 24, 49)]
WARMUP = made.stage(
    number=4, name="warmup schedule", shape_in="update index 0 … 49", unit="update", after=RATES,
    shape_out="one rate per update", did="rate = 0.01 × factor(update)",
    notes=["the schedule has no warmup"],
)  # fmt: skip

PLANNED = made.plan(
    text="warmup 5ep linear >> hold", updates=50, updates_per_epoch=5, warmup=25, peak_at=24,
    epochs=[
        {"epoch": n, "first": rate(5 * n - 5), "last": rate(5 * n - 1)} for n in range(1, 11)
    ],
)  # fmt: skip

LOSSES = [0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.2, 0.1, 0.1, 0.05, 0.025]
EPOCHS = [
    made.epoch(
        n, loss, updates=5 * n, train_accuracy=0.5 + n / 20, held_out_loss=0.9 * loss + 0.07,
        held_out_accuracy=0.45 + n / 20, held_out_rows=24,
        rate_first=None if n == 0 else rate(5 * n - 5), grad_norm=None if n == 0 else 1 / n,
        rate_last=None if n == 0 else rate(5 * n - 1),
    )
    for n, loss in enumerate(LOSSES)
]  # fmt: skip
OBSERVATIONS = [
    Observation(rule="rate", first=0, last=4, sentence="rate up to 0.002, 20% of the peak"),
    Observation(rule="loss-change", first=0, last=4, sentence=f"training loss −14% {MARKUP}"),
]

BASELINE = Baseline(
    seeds=[3, 4, 5, 6, 7],
    schedule="hold 5ep >> hold",
    compared=[
        {
            "name": name,
            "warmup": with_it,
            "without": without,
            "difference": with_it - without,
            "low": low,
            "high": high,
            "verdict": verdict,
        }
        for name, with_it, without, low, high, verdict in [
            ("loss after epoch 1", 0.527, 0.171, 0.34, 0.37, "higher"),
            ("worst loss of an epoch", 0.527, 12.5, -20.0, -4.0, "lower"),
            ("final held-out loss", 0.0486, 0.0488, -0.0029, 0.0025, "no difference"),
        ]
    ],
    verdict="Over 5 seeds, warmup lowered the worst loss of an epoch (12.5 → 0.527).",
)


PREDICTION = made.prediction(
    [
        made.passed("input", "Input", [0.5, -1.25, 3.0, 0.0, 1e-9, 123456.0, 7.0, 8.0],
                    shape=[1, 30]),
        made.passed("0", "Linear", [float(n) / 3 for n in range(8)], shape=[1, 50]),
        made.passed("1", "ReLU", [0.0] * 8, shape=[1, 50]),
        made.passed("2", "Linear", [2.5, -2.5]),
        made.passed("softmax", "Softmax", [0.993, 0.007]),
    ],
    {MARKUP: 0.993, "no": 0.007},
    label="no",
)  # fmt: skip

INSIGHT = Insight(
    sentences=[
        "Warmup took 25 of 50 updates (50%), from the rate 0.0004 to 0.01.",
        BASELINE.verdict,
        f"Held-out accuracy is 95.0%; {MARKUP} stays.",
    ]
)
END = replace(made.end(updates=50), seconds=1.25)

HEADER = Header(
    schema=SCHEMA,
    rampup="0.0.0",
    started="2030-01-01T00:00:00+00:00",
    config={"baseline": {"seeds": 5}},
    environment={},
)


def updates(epoch: int) -> list[Event]:
    """Return the five updates of an epoch."""
    return [
        made.update(k, rate(k), planned=rate(k), loss=math.exp(-k / 10), grad_norm=1.0)
        for k in range(5 * epoch - 5, 5 * epoch)
    ]


def whole_run() -> list[Event]:
    """Return all events in the order of a run."""
    events: list[Event] = [HEADER, LOADING, PREPROCESSING, WARMUP, PLANNED]
    for epoch in EPOCHS:
        events += [*(updates(epoch.epoch) if epoch.epoch else []), epoch, *OBSERVATIONS]
    return [*events, BASELINE, PREDICTION, INSIGHT, END]
