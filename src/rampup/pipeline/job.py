"""`prepare`: everything that is decided before the first update, with nothing written yet."""

from dataclasses import dataclass

import torch

from rampup.pipeline.config import Config
from rampup.pipeline.data import Source, load
from rampup.pipeline.preprocess import Preprocess, Split, class_codes, split
from rampup.pipeline.train import Tensors
from rampup.schedule.plan import Plan
from rampup.schedule.text import parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A run that is about to start.

    Args:
        config: the resolved configuration.
        source: the rows as loaded.
        split: which of them train.
        preprocess: fitted on the training rows.
        x: all rows for the model, `(rows, inputs)` float32.
        y: all labels, `(rows,)` int64.
        tensors: the same, in two parts.
        plan: the schedule on this run.
    """

    config: Config
    source: Source
    split: Split
    preprocess: Preprocess
    x: torch.Tensor
    y: torch.Tensor
    tensors: Tensors
    plan: Plan


def prepare(config: Config) -> Job:
    """Load, split and convert the rows, and resolve the schedule.

    Raises:
        ConfigError: a source cannot be found.
        DataError: the rows cannot be trained on.
        ScheduleError: the schedule does not fit the run.
    """
    schedule = parse(config.schedule)
    source = load(config)
    parts = split(source.labels, config.table.held_out, config.seed)
    preprocess = Preprocess.fit(source.features, source.labels, parts.train)
    x = torch.from_numpy(preprocess.transform(source.features))
    y = torch.from_numpy(class_codes(source.labels).copy())
    tensors = Tensors(
        x=x[parts.train],
        y=y[parts.train],
        x_held_out=x[parts.held_out],
        y_held_out=y[parts.held_out],
    )
    batch_size, epochs = config.training.batch_size, config.training.epochs
    per_epoch = tensors.updates_per_epoch(batch_size)
    plan = schedule.plan(
        updates=per_epoch * epochs,
        updates_per_epoch=per_epoch,
        samples_per_update=batch_size,
    )
    return Job(
        config=config,
        source=source,
        split=parts,
        preprocess=preprocess,
        x=x,
        y=y,
        tensors=tensors,
        plan=plan,
    )
