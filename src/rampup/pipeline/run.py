"""`train`: the stages in order, recorded, and kept in a run folder."""

import platform
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim import Optimizer

from rampup.errors import DivergedError
from rampup.pipeline import stages
from rampup.pipeline.baseline import Curve, compare
from rampup.pipeline.config import Config
from rampup.pipeline.folder import TRACE, WEIGHTS, Keeper, RunFolder, check_free
from rampup.pipeline.insight import insight
from rampup.pipeline.job import Job, prepare
from rampup.pipeline.model import build
from rampup.pipeline.predict import explain
from rampup.pipeline.preprocess import Preprocess
from rampup.pipeline.train import fit, optimizer_for
from rampup.recorder.planned import planned
from rampup.recorder.watch import Listener, Watch
from rampup.schedule.plan import Plan
from rampup.scheduler.foreseen import Foreseen
from rampup.scheduler.rate import RampupLR
from rampup.trace.journal import Journal
from rampup.trace.record import SCHEMA, Baseline, End, Epoch, Event, Header, Stage

Tell = Callable[[Event], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A finished training.

    Attributes:
        config: the resolved configuration.
        events: the whole trace.
        model: trained, in evaluation mode.
        preprocess: what turns rows into its input.
        folder: where it was kept, or None.
    """

    config: Config
    events: list[Event]
    model: nn.Module
    preprocess: Preprocess
    folder: Path | None

    @property
    def epochs(self) -> list[Epoch]:
        """The epochs of the trace; number 0 is the model before its first update."""
        return [event for event in self.events if isinstance(event, Epoch)]


def train(
    config: Config | Mapping[str, Any] | None = None,
    *,
    to: str | Path | None = None,
    overwrite: bool = False,
    listeners: Iterable[Listener] = (),
) -> Run:
    """Run the whole job: data → preprocessing → model → schedule → training → prediction.

    Args:
        config: what to run; None is the built-in example.
        to: the run folder; None keeps nothing on disk.
        overwrite: replace an older run in that folder.
        listeners: called with each event of the trace as it happens.

    Returns:
        The finished run.

    Raises:
        ConfigError: a key or a value cannot be meant.
        DataError: the rows cannot be trained on.
        ScheduleError: the schedule does not fit the run.
        RunFolderError: the folder is taken.
        DivergedError: the loss became infinite or NaN; the folder keeps the last good weights.

    Example:
        >>> run = train({"baseline": {"seeds": 0}})
        >>> run.epochs[-1].held_out_accuracy >= 0.9
        True
    """
    if not isinstance(config, Config):
        config = Config.of(config or {})
    job = prepare(config)
    folder = None
    with _seeded(config.seed):
        model = build(config, job.x.shape[1], len(job.preprocess.classes))
        if to is not None:
            check_free(Path(to), overwrite=overwrite)
            folder = RunFolder.create(Path(to), config, job.preprocess)
        return _run(job, model, folder, listeners)


def _run(
    job: Job, model: nn.Module, folder: RunFolder | None, listeners: Iterable[Listener]
) -> Run:
    started = time.perf_counter()
    optimizer = optimizer_for(model, job.config.training)
    scheduler = scheduler_for(optimizer, job.plan)
    journal = Journal(folder.path / TRACE) if folder is not None else None
    with Watch(
        model, optimizer, scheduler=scheduler, journal=journal, listeners=listeners
    ) as trace:

        def tell(event: Event) -> None:
            trace.emit(event)
            trace.flush()

        def end(status: str, reason: str) -> None:
            seconds = round(time.perf_counter() - started, 3)
            done = scheduler.clock.updates
            trace.end(End(status=status, updates=done, reason=reason, seconds=seconds))
            trace.flush()

        try:
            ids = stages.followed(job.split)
            model_stage, begun = _describe(job, model, ids, tell)
            curve = train_recorded(job, model, optimizer, scheduler, trace, folder)
            after = stages.probabilities(model, job.x, ids, job.preprocess.classes)
            tell(stages.training_done(begun, model_stage.after, after))
            if job.config.baseline.seeds and job.plan.schedule.has_warmup:
                tell(_baseline(job, curve))
                trace.observe()
            row = int(job.split.held_out[0])
            tell(explain(model, job.preprocess, job.x[row], row, int(job.y[row])))
            tell(insight(trace.events))
        except DivergedError as error:
            end("diverged", str(error))
            raise
        except BaseException as error:
            end("failed", f"{type(error).__name__}: {error}")
            raise
        end("finished", "")
    return Run(
        config=job.config,
        events=trace.events,
        model=model.eval(),
        preprocess=job.preprocess,
        folder=None if folder is None else folder.path,
    )


def _describe(job: Job, model: nn.Module, ids: list[int], tell: Tell) -> tuple[Stage, Stage]:
    """Tell what is about to happen, and return the stages of the model and of training."""
    config, base = job.config, job.config.training.lr
    model_stage = stages.model_stage(model, job.preprocess, job.x, ids)
    training_stage = stages.training_begins(job, ids)
    tell(
        Header(
            schema=SCHEMA,
            rampup=_version(),
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            config=config.model_dump(),
            environment={
                "python": platform.python_version(),
                "torch": torch.__version__,
                "numpy": np.__version__,
                "threads": torch.get_num_threads(),
            },
        )
    )
    tell(stages.loading(job.source, ids))
    tell(stages.preprocessing(job.source, job.preprocess, job.split, job.x.numpy(), ids))
    tell(model_stage)
    tell(stages.schedule_stage(job.plan, base))
    tell(training_stage)
    tell(planned(Foreseen.of(job.plan, base), classes=len(job.preprocess.classes)))
    return model_stage, training_stage


def train_recorded(
    job: Job,
    model: nn.Module,
    optimizer: Optimizer,
    scheduler: RampupLR,
    trace: Watch,
    folder: RunFolder | None,
) -> Curve:
    """Train, observe, and keep the weights after each epoch; return the epochs.

    Args:
        job: what to train on.
        model: trained in place.
        optimizer: over its parameters.
        scheduler: its clock counts the updates.
        trace: where everything is recorded.
        folder: where weights are kept, or None.

    Raises:
        DivergedError: the loss became non-finite; the message names the weights that were kept.
    """
    curve: Curve = []
    try:
        with Keeper(folder) as keeper:
            for epoch in fit(
                model,
                job.tensors,
                job.config.training,
                optimizer,
                scheduler,
                seed=job.config.seed,
                trace=trace,
            ):
                curve.append(epoch)
                trace.emit(epoch)
                trace.observe()
                keeper.keep(model)
                trace.flush()
    except DivergedError as error:
        if folder is None:
            raise
        kept = f"the weights after epoch {len(curve) - 1} are kept in {folder.path / WEIGHTS}"
        raise DivergedError(f"{error}; {kept}: lower the rate or lengthen the warmup") from None
    return curve


def _baseline(job: Job, curve: Curve) -> Baseline:
    """Train the same seeds with and without warmup; `curve` is the first seed's, with."""
    seeds = [job.config.seed + offset for offset in range(job.config.baseline.seeds)]
    schedule = job.plan.schedule.without_warmup()
    without = Plan(schedule, job.plan.horizon)
    return compare(
        seeds,
        [curve, *(_curve(job, job.plan, seed) for seed in seeds[1:])],
        [_curve(job, without, seed) for seed in seeds],
        epochs=job.config.training.epochs,
        schedule=str(schedule),
    )


def _curve(job: Job, plan: Plan, seed: int) -> Curve:
    """Return the epochs of one unrecorded training; they end early where it diverged."""
    curve: Curve = []
    with _seeded(seed):
        model = build(job.config, job.x.shape[1], len(job.preprocess.classes))
        optimizer = optimizer_for(model, job.config.training)
        scheduler = scheduler_for(optimizer, plan)
        try:
            for epoch in fit(
                model, job.tensors, job.config.training, optimizer, scheduler, seed=seed
            ):
                curve.append(epoch)
        except DivergedError:
            pass
    return curve


def scheduler_for(optimizer: Optimizer, plan: Plan) -> RampupLR:
    """Return the scheduler that follows `plan`."""
    return RampupLR(optimizer, plan.schedule, **plan.horizon.to_dict())


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed torch for initial weights and dropout, and put the caller's random state back."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


def _version() -> str:
    from rampup import __version__

    return __version__
