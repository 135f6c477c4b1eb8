"""The five stages of the data flow, as events: shapes, plain words, and the rows followed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import torch
from torch import nn

from rampup.pipeline.data import Source
from rampup.pipeline.job import Job
from rampup.pipeline.preprocess import Preprocess, Split
from rampup.recorder.tables import table
from rampup.schedule.measure import landmarks
from rampup.schedule.plan import Plan
from rampup.trace.record import Row, Stage


def followed(split: Split) -> list[int]:
    """Return the ids of the rows that every stage shows: two training rows, one held out."""
    return [*split.train[:2].tolist(), *split.held_out[:1].tolist()]


def loading(source: Source, ids: list[int]) -> Stage:
    """Return stage 1: what was loaded."""
    rows, width = source.features.shape
    counts = source.labels.value_counts(sort=False).sort(source.labels.name)
    balance = {str(label): count for label, count in counts.iter_rows()}
    missing = sum(column.null_count() for column in source.features)
    frame = source.features.with_columns(source.labels.alias(source.target))
    return Stage(
        number=1,
        name="data loading",
        shape_in=source.origin,
        shape_out=f"{rows} × {width} and a label",
        did=(
            f"{rows} rows of {width} features were {source.origin}; the label {source.target!r} "
            f"has {len(balance)} classes: {_balance(balance)}"
        ),
        unit="row",
        before=[],
        after=[_row(frame, i) for i in ids],
        notes=[f"{missing} {'cell is' if missing == 1 else 'cells are'} missing"]
        if missing
        else [],
        facts={
            "rows": rows,
            "features": width,
            "classes": balance,
            "missing": missing,
            "sha256": table(frame).sha256(),
        },
    )


def preprocessing(
    source: Source, preprocess: Preprocess, split: Split, x: npt.NDArray[np.float32], ids: list[int]
) -> Stage:
    """Return stage 2: how cells became numbers."""
    rows, width = source.features.shape
    train, held_out = len(split.train), len(split.held_out)
    outputs = preprocess.outputs
    notes = [note for column in preprocess.columns if (note := column.note(train))]
    return Stage(
        number=2,
        name="preprocessing",
        shape_in=f"{rows} × {width}",
        shape_out=f"{train} × {len(outputs)} to train, {held_out} × {len(outputs)} held out",
        did=(
            f"{held_out} rows were held out, keeping the share of each class; each number became "
            f"(x − mean) / std, with mean and std of the {train} training rows only"
        ),
        unit="row",
        before=[_row(source.features, i) for i in ids],
        after=[_values(i, outputs, x[i]) for i in ids],
        notes=notes,
        facts={"train": train, "held_out": held_out, "features": len(outputs)},
    )


def model_stage(model: nn.Module, preprocess: Preprocess, x: torch.Tensor, ids: list[int]) -> Stage:
    """Return stage 3: what the untrained model says of the followed rows."""
    width, classes = x.shape[1], preprocess.classes
    parts = [_module_text(module) for module in model.modules() if not list(module.children())]
    parameters = sum(p.numel() for p in model.parameters() if p.requires_grad)
    return Stage(
        number=3,
        name="model",
        shape_in=f"batch × {width}",
        shape_out=f"batch × {len(classes)} logits",
        did=(
            f"{' → '.join(parts)}: {parameters} parameters, initial weights drawn at random; "
            "shown is what it says before training"
        ),
        unit="row",
        before=[_values(i, preprocess.outputs, x[i].numpy()) for i in ids],
        after=probabilities(model, x, ids, classes),
        notes=[],
        facts={"parameters": parameters, "layers": parts},
    )


def schedule_stage(plan: Plan, base: float) -> Stage:
    """Return stage 4: update index in, rate out."""
    marks = landmarks(plan)
    updates = plan.horizon.updates
    shown = sorted({0, updates // 4, updates // 2, updates - 1, marks.peak_at})
    return Stage(
        number=4,
        name="warmup schedule",
        shape_in=f"update index 0 … {updates - 1}",
        shape_out="one rate per update",
        did=(
            f"rate = {base:g} × factor(update); the first update uses {base * marks.first:g}, "
            f"update {marks.peak_at} is the first at the highest, {base * marks.peak:g}"
        ),
        unit="update",
        before=[],
        after=[{"id": k, "cells": {"rate": base * plan(k)}} for k in shown],
        notes=[] if marks.warmup else ["the schedule has no warmup"],
        facts={"updates": updates, "warmup": marks.warmup, "peak_at": marks.peak_at},
    )


def training_begins(job: Job, ids: list[int]) -> Stage:
    """Return stage 5 before the first update: where the followed rows take part."""
    config, plan = job.config, job.plan
    training, train = config.training, len(job.split.train)
    order = torch.randperm(train, generator=torch.Generator().manual_seed(config.seed)).tolist()
    update = {int(job.split.train[j]): at // training.batch_size for at, j in enumerate(order)}
    return Stage(
        number=5,
        name="training",
        shape_in=f"{train} × {job.x.shape[1]} in batches of {training.batch_size}",
        shape_out="the same model, trained",
        did=(
            f"{training.epochs} epochs × {plan.horizon.updates_per_epoch} updates = "
            f"{plan.horizon.updates} updates of {training.optimizer} on the cross-entropy; "
            "rows are shuffled before each epoch"
        ),
        unit="row",
        before=[],
        after=[{"id": i, "cells": {"first update": update.get(i, "held out")}} for i in ids],
        notes=[],
        facts={"epochs": training.epochs, "updates_per_epoch": plan.horizon.updates_per_epoch},
    )


def training_done(begun: Stage, before: list[Row], after: list[Row]) -> Stage:
    """Return stage 5 after the last update: what the model says of the followed rows now."""
    return replace(
        begun, did="what the model says of the rows followed", before=before, after=after
    )


def probabilities(
    model: nn.Module, x: torch.Tensor, ids: list[int], classes: Sequence[Any]
) -> list[Row]:
    """Return the class probabilities that `model` gives to the rows `ids`."""
    flags = model.training
    model.eval()
    with torch.no_grad():
        out = torch.softmax(model(x[ids]), dim=1)
    model.train(flags)
    return [
        {"id": i, "cells": {f"p({c})": float(p) for c, p in zip(classes, row, strict=True)}}
        for i, row in zip(ids, out.tolist(), strict=True)
    ]


def _balance(counts: dict[str, int]) -> str:
    """Return how many rows each class has, most first, cut after ten."""
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    text = ", ".join(f"{label} × {count}" for label, count in ordered[:10])
    return text if len(ordered) <= 10 else f"{text} and {len(ordered) - 10} more"


def _row(frame: pl.DataFrame, i: int) -> Row:
    cells = frame.row(i, named=True)
    return {"id": i, "cells": {name: _plain(cell) for name, cell in cells.items()}}


def _values(i: int, names: list[str], values: npt.NDArray[Any]) -> Row:
    return {"id": i, "cells": {n: float(v) for n, v in zip(names, values, strict=True)}}


def _plain(cell: Any) -> Any:
    return cell if cell is None or isinstance(cell, str | int | float | bool) else str(cell)


def _module_text(module: nn.Module) -> str:
    if isinstance(module, nn.Linear):
        return f"Linear({module.in_features} → {module.out_features})"
    return type(module).__name__
