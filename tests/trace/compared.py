"""Two small runs made by hand, which differ in each part that a diff tells of."""

from dataclasses import replace

from tests.trace.rules import made

from rampup.trace.record import Event, Header, Prediction, Update

HEADER = Header(
    schema=1, rampup="0.1.0", started="2030-01-01T00:00:00+00:00",
    config={"seed": 0, "schedule": "warmup 2up >> hold", "network": {"hidden": [50, 20]},
            "[bold]": "[red]x[/red]", "training": {"lr": 0.1}},
    environment={"python": "3.11.7", "torch": "2.13.0"},
)  # fmt: skip


def prediction(value: float) -> Prediction:
    layer = made.passed("0", "Linear", [value, 1.0], mean=value, std=0.0, least=value, most=value)
    return made.prediction([layer], {"yes": value, "no": 1 - value})


def batch(k: int, rate: float, loss: float) -> Update:
    return made.update(k, rate, planned=rate, reported=rate, loss=loss)


def rows(value: float) -> list:
    return [{"id": 7, "cells": {"size": value, "colour": "red"}}]


def run_a() -> list[Event]:
    """Return a run of two epochs."""
    return [
        HEADER,
        made.stage(number=1, name="data loading", facts={"rows": 100}, after=rows(1.5)),
        made.stage(number=2, shape_out="80 × 2", facts={"train": 80}, after=rows(0.25)),
        made.plan(text="warmup 2up >> hold", base=0.1, peak=0.1, peak_at=1, updates=4, warmup=2,
                  updates_per_epoch=2, epochs=[{"epoch": 1, "first": 0.05, "last": 0.1},
                                               {"epoch": 2, "first": 0.1, "last": 0.1}]),
        batch(0, 0.05, 0.75), batch(1, 0.1, 0.6),
        made.epoch(1, 0.6, updates=2, train_accuracy=0.7, metrics={"f1": 0.5}),
        made.skipped(2),
        batch(2, 0.1, 0.5), batch(3, 0.1, 0.4),
        made.epoch(2, 0.4, updates=4, train_accuracy=0.8, metrics={"f1": 0.6}),
        made.probe(4, made.layer("1", dead=0.5)),
        prediction(0.75),
        made.end(updates=4),
    ]  # fmt: skip


def run_b() -> list[Event]:
    """Return a run of another machine, rate and seed, that diverged in its second epoch."""
    config = {**HEADER.config, "seed": 1, "training": {"lr": 0.2}, "note": "again"}
    return [
        replace(HEADER, started="2030-01-02T00:00:00+00:00", config=config,
                environment={"python": "3.12.0", "torch": "2.13.0", "threads": 2}),
        made.stage(number=1, name="data loading", facts={"rows": 100}, after=rows(1.5)),
        made.stage(number=2, shape_out="79 × 2", facts={"train": 79}, after=rows(0.5)),
        made.plan(text="warmup 2up >> hold", base=0.2, peak=0.2, peak_at=1, updates=4, warmup=2,
                  updates_per_epoch=2, epochs=[{"epoch": 1, "first": 0.1, "last": 0.2},
                                               {"epoch": 2, "first": 0.2, "last": 0.2}]),
        batch(0, 0.1, 0.7500001), batch(1, 0.2, 0.9),
        made.epoch(1, 0.9, updates=2, train_accuracy=0.6),
        batch(2, 0.2, float("nan")),
        prediction(0.5),
        replace(made.end("diverged", 2), reason="the loss of update 2 is nan", seconds=0.5),
    ]  # fmt: skip
