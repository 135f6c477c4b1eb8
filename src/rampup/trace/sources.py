"""`read_trace`: the events of any run, whoever recorded it."""

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rampup.errors import TraceError
from rampup.trace.journal import read
from rampup.trace.record import Event
from rampup.trace.series import Series, joined
from rampup.trace.tfrecord import Scalars, scalars
from rampup.trace.writers import EPOCH, EPOCHS_CSV, UPDATES_CSV

JOURNAL: Final = "trace.jsonl"
STATE: Final = "trainer_state.json"
EVENTS: Final = "*tfevents*"
STEPS: Final = ("k", "update", "step", "global_step", "iteration")
"""Columns of a CSV file that number its updates."""
KNOWN: Final = f"{JOURNAL}, {STATE}, an event file of TensorBoard or a .csv file"


def read_trace(
    source: str | Path,
    *,
    lr: str = "reported",
    first: int | None = None,
    columns: Mapping[str, str] | None = None,
) -> list[Event]:
    """Return the events of a run, recorded by us or by another tool.

    Nothing is invented: what a source does not say is None, or NaN where a number is needed, and
    the first event, a `Header`, says where it comes from. A last record that a crash tore is left
    out. Neither torch nor tensorboard is needed.

    A source that logs one rate for an update does not say whether that update used it. In
    `trainer_state.json` of transformers 5 it did, with a scheduler of torch; with a `RampupLR`,
    which is ahead, and in older versions it is the rate of the next update.

    Args:
        source: a run folder or its `trace.jsonl`; an event file of TensorBoard or the log folder
            that holds it; `trainer_state.json`, the checkpoint that holds it or the folder of
            checkpoints, of which the last is read; a .csv file, or what a `CsvWriter` wrote.
        lr: what a logged learning rate is: `"reported"`, the rate `"used"` by that update, or the
            rate that the `"next"` update used.
        first: the step that the source gives its first update; None is 1 for
            `trainer_state.json`, and 0 otherwise.
        columns: field → name in the source, where the name does not say it:
            `{"loss": "objective"}`. Fields are used, planned, reported, loss, grad_norm, ratio,
            lr and epoch; in a CSV file also k, the number of the update.

    Raises:
        TraceError: it cannot be read, or holds nothing that a trace holds.

    Example:
        >>> import os, tempfile
        >>> from pathlib import Path
        >>> path = Path(tempfile.mkdtemp()) / "log.csv"
        >>> _ = path.write_text(os.linesep.join(["step,lr,loss", "0,0.1,2.5", "1,0.2,1.5"]))
        >>> [(event.k, event.used, event.loss) for event in read_trace(path, lr="used")[1:]]
        [(0, 0.1, 2.5), (1, 0.2, 1.5)]
    """
    path = _found(Path(source))
    if path.name.endswith(".jsonl"):
        return read(path).events
    series = _series(path, dict(columns or {}))
    series.lr = lr
    series.first = series.first if first is None else first
    return series.events()


def _found(path: Path) -> Path:
    """Return what is to be read: a file, or a log folder of TensorBoard or of ours.

    Raises:
        TraceError: there is nothing, or too much.
    """
    if not path.exists():
        raise TraceError(f"no trace can be read from {path}: No such file or directory")
    if path.is_file():
        return path
    for name in (JOURNAL, STATE):
        if (path / name).is_file():
            return path / name
    if any(path.glob(EVENTS)) or (path / UPDATES_CSV).is_file():
        return path
    checkpoints = [one for one in path.glob(f"checkpoint-*/{STATE}") if _step(one) >= 0]
    if checkpoints:
        return max(checkpoints, key=_step)
    below = sorted({one.parent for one in path.rglob(EVENTS)})
    if len(below) == 1:
        return below[0]
    if below:
        some = ", ".join(str(one.relative_to(path)) for one in below[:5])
        raise TraceError(f"{path} holds {len(below)} runs; name one of them: {some}")
    raise TraceError(f"{path} holds no trace; name a folder that holds {KNOWN}")


def _step(state: Path) -> int:
    number = state.parent.name.removeprefix("checkpoint-")
    return int(number) if number.isdecimal() else -1


def _series(path: Path, columns: dict[str, str]) -> Series:
    if path.is_dir() and (path / UPDATES_CSV).is_file():
        return _own_tables(path, columns)
    if path.is_dir() or "tfevents" in path.name:
        files = sorted(path.glob(EVENTS)) if path.is_dir() else [path]
        return _tensorboard(path, files, columns)
    if path.suffix.lower() == ".json":
        return _trainer_state(path, columns)
    if path.suffix.lower() == ".csv":
        return _table(path, columns)
    raise TraceError(f"{path} is no trace that can be read; name {KNOWN}")


def _tensorboard(path: Path, files: list[Path], columns: dict[str, str]) -> Series:
    found: list[Scalars] = []
    notes = []
    for file in files:
        said, torn = scalars(file)
        found += said
        if torn:
            notes.append(f"{file.name} ends within a record, which is left out")
    times = [one.seconds for one in found if one.seconds > 0]
    started = datetime.fromtimestamp(min(times), UTC).isoformat(timespec="seconds") if times else ""
    return Series(
        source=str(path),
        form="TensorBoard events",
        steps=joined((one.step, one.values) for one in found),
        columns=columns,
        started=started,
        notes=notes,
    )


def _trainer_state(path: Path, columns: dict[str, str]) -> Series:
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        rows = [(row["step"], _numbers(row)) for row in state["log_history"]]
    except OSError as error:
        raise TraceError(f"no trace can be read from {path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise TraceError(
            f"{path} is no trainer_state.json of Hugging Face: it has no log_history of rows "
            "with a step; name the file that the Trainer saved in its checkpoint"
        ) from None
    for _, said in rows:
        if "train_runtime" in said:  # the last row, of the run as a whole
            said.pop("train_loss", None)
    logged = [step for step, said in rows if "loss" in said]
    notes = []
    if any(b - a > 1 for a, b in zip([0, *logged], logged, strict=False)):
        notes.append("a loss is the mean over the updates since the row before")
    steps = joined(rows)
    config = {name: state[name] for name in ("max_steps", "num_train_epochs") if name in state}
    return Series(
        source=str(path),
        form="Hugging Face trainer_state.json",
        steps=steps,
        first=1,
        columns=columns,
        config=config,
        ends=frozenset(
            step for step, said in steps.items() if step > 0 and said.get("epoch", 0.5) % 1 == 0
        ),
        notes=notes,
    )


def _table(path: Path, columns: dict[str, str]) -> Series:
    named = columns.pop("k", None)
    rows = list(_rows(path))
    titles = list(rows[0]) if rows else []
    key = named or next((title for title in titles if title.strip().lower() in STEPS), None)
    if key is None or key not in titles:
        missing = f"no column {key!r}" if key else "no column that numbers the updates"
        raise TraceError(
            f"{path} has {missing}; name it with columns={{'k': …}}, or call it one of "
            f"{', '.join(STEPS)}"
        )
    steps = []
    for line, row in enumerate(rows, 2):
        number = _number(row[key])
        if number is None or number != round(number):
            raise TraceError(
                f"{path}, line {line}: {key} is {row[key]!r}, not a whole number; correct it"
            )
        steps.append((round(number), _numbers({k: v for k, v in row.items() if k != key})))
    return Series(source=str(path), form="CSV", steps=joined(steps), columns=columns)


def _own_tables(path: Path, columns: dict[str, str]) -> Series:
    series = _table(path / UPDATES_CSV, columns)
    epochs = []
    if (path / EPOCHS_CSV).is_file():
        for row in _rows(path / EPOCHS_CSV):
            said = _numbers(row)
            updates = round(said.pop("updates", 0.0))
            epochs.append((updates, {_own(name): value for name, value in said.items()}))
    steps = joined([*((step, dict(said)) for step, said in series.steps.items()), *epochs])
    series.steps, series.source = steps, str(path)
    return series


def _own(title: str) -> str:
    """Return the name of an epoch's column as it is in TensorBoard."""
    if title in ("epoch", "held_out_rows", *EPOCH):
        return f"epoch/{title}"
    return f"epoch/metrics/{title.removeprefix('metrics.')}"


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                yield {name: value or "" for name, value in row.items() if name is not None}
    except OSError as error:
        raise TraceError(f"no trace can be read from {path}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise TraceError(f"{path} is no CSV file in UTF-8: {error}; save it as one") from None


def _numbers(row: Mapping[str, Any]) -> dict[str, float]:
    found = {name: _number(value) for name, value in row.items() if name != "step"}
    return {name: number for name, number in found.items() if number is not None}


def _number(value: Any) -> float | None:
    """Return a number, also one that is written as text; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or value == "":
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None
