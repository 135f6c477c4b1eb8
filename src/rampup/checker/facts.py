"""All that a rule may know, as plain data.

Each source gives some of these: a schedule gives a `Curve`; live objects a `Curve` and a
`Wiring`; a run a `Run`; a checkpoint a `Resume`; a script a `Script`, and with it the curves of
the schedules it builds and the runs that it would make.

Not here: getting them (`gather/`), judging them (`rules/`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from rampup.checker.finding import Line, Place

Floats = npt.NDArray[np.float64]

Counted = Literal["updates", "epochs", "batches", "micro-batches", "samples", ""]
"""What a number counts, where that is known. Batches are those of one epoch."""


Meant = Literal["schedule", "rate", "settings"]
"""What a resume may change on purpose: a fresh schedule, another rate, other settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """An argument that a schedule was built with.

    Args:
        value: its value; None where the source does not settle it.
        text: how it stands in the source, such as "num_epochs"; empty for a live object.
        counts: what it counts.
        rounded: the fraction of one that the source rounds down to it; then it is 0.
    """

    value: float | None
    text: str = ""
    counts: Counted = ""
    rounded: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An error that a schedule raises at an update.

    Args:
        at: index of the first update that has no rate because of it.
        text: what it says.
    """

    at: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """What a schedule asks for, seen before the run, one step after each update.

    Args:
        place: where it is built.
        kind: its class, such as "LambdaLR", or "Schedule".
        rates: rate of update k in each group, shape (evaluated, groups), over the planned
            updates and a tenth more; NaN from `raised.at` on.
        base: rate that each group was given, shape (groups,).
        peak: highest rate asked for in each group: `base`, or what the class names (`max_lr`).
        floor: last rate asked for in each group, where the class names it (`eta_min`).
        updates: updates planned; None where nobody said.
        ends: updates after which the schedule is over, where its class has an end.
        warmup: updates of warmup asked for, where there is one.
        joins: updates at which one part hands over to the next.
        parts: what its parts are called, in order.
        settings: what it was built with, in its own steps; those of its parts as
            "schedulers[0].total_iters".
        cyclic: it goes up again on purpose.
        factor: the largest factor of a schedule written as one (LambdaLR); None for others.
        raised: an error met on the way.
        every: updates from one step of the schedule to the next; all counts above are updates.
        epoch: updates of an epoch, where that is known.
        observed: `every` was seen in what happened so far, not assumed.
    """

    place: Place
    kind: str
    rates: Floats
    base: tuple[float, ...]
    peak: tuple[float, ...] = ()
    floor: tuple[float, ...] = ()
    updates: int | None = None
    ends: int | None = None
    warmup: int | None = None
    joins: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)
    cyclic: bool = False
    factor: float | None = None
    raised: Raised | None = None
    every: int = 1
    epoch: int | None = None
    observed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Readings:
    """A schedule whose source does not settle how often it is stepped.

    Args:
        curves: what it asks for under each reading; only what holds in all of them is said.
    """

    curves: tuple[Curve, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A parameter group, as the optimizer and its scheduler see it.

    Args:
        rate: rate the group has now.
        base: base rate the scheduler holds for it; None where it holds none.
        expected: rate the scheduler would give it now; None where that is unknown.
    """

    rate: float
    base: float | None
    expected: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """What saving a scheduler and loading it again does.

    Args:
        error: what pickling or saving raises; empty where it works.
        lost: parts that a state dict leaves out, such as "lr_lambdas[0]".
        differs_at: first update whose rate differs after loading into a scheduler built by the
            same code; None where none does.
    """

    error: str = ""
    lost: tuple[str, ...] = ()
    differs_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """How a live scheduler hangs on its optimizer.

    Args:
        place: name of the scheduler.
        kind: its class.
        bound: its optimizer is the one that trains, or shares the groups of it.
        optimizers: classes of the scheduler's optimizer and of the one that trains.
        groups: the parameter groups of the one that trains.
        index: the scheduler's own index now.
        updates: updates the optimizer has made; None where its state does not say.
        writers: classes of all schedulers that write its rates.
        aliased: groups whose `lr` and `initial_lr`, or base rate, are one tensor.
        metric_in_warmup: a metric-driven scheduler may act while another one still warms up.
        saving: what saving it does.
        overdue: it was never stepped, though by now it would ask for another rate.
        dampened: one of the writers multiplies on purpose what the others have written.
        captured: groups have functions of their own that read the same variable, and so agree.
        seeded: its index was given by `last_epoch=`, neither stepped nor loaded.
    """

    place: Place
    kind: str
    bound: bool = True
    optimizers: tuple[str, str] = ("", "")
    groups: tuple[Group, ...] = ()
    index: int | None = None
    updates: int | None = None
    writers: tuple[str, ...] = ()
    aliased: tuple[int, ...] = ()
    metric_in_warmup: bool = False
    saving: Saving = Saving()
    overdue: bool = False
    captured: bool = False
    dampened: bool = False
    seeded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """What a run did, watched live, read from a trace, or simulated from a script.

    Arrays have one row per update; a series that nobody recorded is None.

    Args:
        place: run folder, log, or the line of the script that updates.
        used: rates the updates used, shape (updates, groups); NaN where not recorded.
        planned: rates the schedule gives to these updates, same shape: one step for each update,
            or the steps that were made, where those are once an epoch.
        reported: rates that were logged for these updates, same shape.
        base: rate that each group was given.
        calls: scheduler steps before update k since the one before, shape (updates,).
        index: the scheduler's own index at update k, shape (updates,).
        backwards: backward passes for update k, shape (updates,).
        skipped: number of updates done when an update was skipped, in order.
        lead: scheduler steps that were made on skipped updates.
        epochs: first update of each epoch.
        expected: updates planned.
        ends: updates after which the schedule is over.
        finished: the record goes up to the end of the run.
        ranks: rates of one update on each process, shape (ranks, groups).
        writes: updates before which something else than the scheduler set a rate.
        stepped: the scheduler was stepped at all; None where that was not watched.
        stale: steps were made by another optimizer than the scheduler's.
        cyclic: the schedule goes up again on purpose.
        lines: lines that updated, stepped the scheduler or asked it for a rate.
        stepped_at: where the scheduler is stepped first, where that is not `place`.
        reported_at: where a rate is logged first, where that is not `place`.
    """

    place: Place
    used: Floats
    planned: Floats | None = None
    reported: Floats | None = None
    base: tuple[float, ...] = ()
    calls: npt.NDArray[np.int64] | None = None
    index: npt.NDArray[np.int64] | None = None
    backwards: npt.NDArray[np.int64] | None = None
    skipped: tuple[int, ...] = ()
    lead: int = 0
    epochs: tuple[int, ...] = ()
    expected: int | None = None
    ends: int | None = None
    finished: bool = False
    ranks: Floats | None = None
    writes: tuple[int, ...] = ()
    stepped: bool | None = None
    stale: bool = False
    cyclic: bool = False
    lines: tuple[Line, ...] = ()
    stepped_at: Place | None = None
    reported_at: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """One side of a resume: what was saved, or what runs after loading.

    Args:
        place: checkpoint file or configuration.
        keys: names of all entries, nested ones joined by ".".
        optimizer: it holds an optimizer.
        scheduler: it holds a scheduler.
        updates: updates the optimizer has made.
        index: the scheduler's index.
        last: rate of the last update in each group.
        next: rate of the next one.
        base: base rate of each group.
        kind: class of the scheduler.
        settings: what the schedule was built with, as text by name.
        curve: rates or factors of updates 0, 1, 2 …, shape (evaluated, groups); the fingerprint.
        ahead: rates of the updates that come, shape (evaluated, groups); for the saved side those
            of a run that was never broken.
        seeded: the index was given by `last_epoch=`, neither stepped nor loaded.
    """

    place: Place
    keys: frozenset[str] = frozenset()
    optimizer: bool = False
    scheduler: bool = False
    updates: int | None = None
    index: int | None = None
    last: tuple[float, ...] = ()
    next: tuple[float, ...] = ()
    base: tuple[float, ...] = ()
    kind: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    curve: Floats | None = None
    ahead: Floats | None = None
    seeded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resume:
    """A checkpoint, and what the code makes of it.

    Args:
        saved: what the checkpoint holds.
        now: what runs after loading it; None where only the checkpoint is at hand.
        meant: what the user changes on purpose.
    """

    saved: Snapshot
    now: Snapshot | None = None
    meant: frozenset[Meant] = frozenset()
