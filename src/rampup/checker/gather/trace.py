"""`facts`: a recorded run as facts, whoever recorded it; or what each of its processes recorded."""

import math
from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np

from rampup.checker.facts import Floats, Run
from rampup.checker.finding import Place
from rampup.errors import CheckError, RampupError
from rampup.trace.record import End, Epoch, Event, Header, Planned, Skipped, Update
from rampup.trace.source import events_of
from rampup.trace.sources import read_trace

MOST: Final = 20_000_000
"""Updates that a trace may number; more are a column that numbers something else."""


def facts(source: Any) -> list[Run]:
    """Return the facts of a run.

    Args:
        source: a run folder, a journal, an event file of TensorBoard, `trainer_state.json` or a
            CSV file; events, or what has them; or a list of these, one for each process of a run.

    Raises:
        CheckError: it cannot be read.
    """
    if isinstance(source, list | tuple) and source and not isinstance(source[0], Event):
        runs = [_run(one) for one in source]
        return [replace(runs[0], ranks=_ranks(runs)), *runs[1:]]
    return [_run(source)]


def _run(source: Any) -> Run:
    try:
        if isinstance(source, str | PathLike):
            place, events = Place(path=str(source)), read_trace(Path(source))
        else:
            place, events = Place(key="trace"), events_of(source)
    except RampupError as error:
        raise CheckError(str(error)) from None
    return run_of(events, place)


def run_of(events: Sequence[Event], place: Place) -> Run:
    """Return what events say of a run.

    Args:
        events: the trace.
        place: where it comes from.

    Raises:
        CheckError: its updates are numbered beyond 20 million.
    """
    updates = [event for event in events if type(event) is Update]
    planned = next((event for event in events if type(event) is Planned), None)
    header = next((event for event in events if type(event) is Header), None)
    end = next((event for event in reversed(events) if type(event) is End), None)
    count = max((update.k + 1 for update in updates), default=0)
    if count > MOST:
        raise CheckError(
            f"{place} numbers an update {count - 1}, which is too many; name the column of updates"
        )
    groups = max((len(update.rates or ()) for update in updates), default=0) or 1
    used = np.full((count, groups), np.nan)
    said = {name: np.full((count, groups), np.nan) for name in ("planned", "reported")}
    for update in updates:
        used[update.k] = update.rates if update.rates is not None else update.used
        for name, table in said.items():
            value = getattr(update, name)
            table[update.k, 0] = math.nan if value is None else value
    options = {} if header is None else _options(header)
    return Run(
        place=place,
        used=used,
        planned=_known(said["planned"]),
        reported=_known(said["reported"]),
        base=_base(planned, options),
        skipped=tuple(event.k for event in events if type(event) is Skipped),
        epochs=_epochs(events, count),
        expected=planned.updates if planned is not None else _asked(header),
        ends=planned.updates if planned is not None else None,
        finished=end is not None and end.status == "finished",
    )


def _known(table: Floats) -> Floats | None:
    return None if np.isnan(table).all() else table


def _options(header: Header) -> dict[str, Any]:
    options = header.config.get("options")
    return options if isinstance(options, dict) else {}


def _base(planned: Planned | None, options: dict[str, Any]) -> tuple[float, ...]:
    if planned is not None:
        return (planned.base,)
    initial = options.get("initial_lr")
    return (float(initial),) if isinstance(initial, int | float) else ()


def _asked(header: Header | None) -> int | None:
    """Return the updates that another tool's header says were asked for."""
    steps = None if header is None else header.config.get("max_steps")
    return steps if isinstance(steps, int) and steps > 0 else None


def _epochs(events: Sequence[Event], count: int) -> tuple[int, ...]:
    ends = sorted({event.updates for event in events if type(event) is Epoch})
    return (0, *(at for at in ends if 0 < at < count)) if ends else ()


def _ranks(runs: Sequence[Run]) -> Floats | None:
    """Return the rates of all processes at the first update at which they differ, or the last."""
    rows = min(len(run.used) for run in runs)
    if len({run.used.shape[1] for run in runs}) > 1:
        return None
    rates = np.stack([run.used[:rows] for run in runs])
    known = np.flatnonzero(np.isfinite(rates).all(axis=(0, 2)))
    apart = [k for k in known if not np.allclose(rates[:, k], rates[:1, k], rtol=1e-6, atol=0.0)]
    at = apart[:1] or known[-1:].tolist()
    return rates[:, at[0]] if at else None
