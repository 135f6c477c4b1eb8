"""Writers of other formats: listeners of a watch, and of a finished trace.

| TensorBoard | CSV | what |
|---|---|---|
| `rate/used`, `rate/planned`, `rate/reported` | `used`, `planned`, `reported` | of update k |
| `lr/group0`, `lr/group1` … | the same | used by each group, once they were not all alike |
| `update/loss`, `update/grad_norm`, `update/ratio` | `loss`, `grad_norm`, `ratio` | of update k |
| `epoch/train_loss` … | `train_loss` … | of an epoch, when so many updates were done |
| `epoch/metrics/<name>` | `<name>` | anything else that the epoch measured |
"""

import csv
import io
import itertools
import math
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self
from warnings import warn

from rampup.errors import TraceError
from rampup.trace.record import Epoch, Event, Update
from rampup.trace.tfrecord import first_record, record

RATES: Final = ("used", "planned", "reported")
MEASURES: Final = ("loss", "grad_norm", "ratio")
EPOCH: Final = (
    "train_loss",
    "train_accuracy",
    "held_out_loss",
    "held_out_accuracy",
    "rate_first",
    "rate_last",
    "grad_norm",
)
HEAD: Final = ("k", *RATES, *MEASURES)
UPDATES_CSV: Final = "updates.csv"
EPOCHS_CSV: Final = "epochs.csv"

_number_of: Final = itertools.count()


class _Writer(ABC):
    """A listener that writes; a context manager that closes what it wrote.

    A disk that is full is said in one warning. What comes after it is not written, and nothing
    is raised: no run ends because of its record.
    """

    path: Path
    _file: IO[Any]
    _broken = False
    _groups = 0

    @abstractmethod
    def write(self, event: Event) -> None:
        """Write an event, if it is an update or an epoch.

        Raises:
            OSError: it cannot be written.
        """

    def __call__(self, event: Event) -> None:
        """Write an event, if it is an update or an epoch; where it cannot be, warn once."""
        if not self._broken:
            try:
                self.write(event)
            except OSError as error:
                self._give_up(error)

    def close(self) -> None:
        """Write what waits, and close the file."""
        try:
            self._file.close()
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        with suppress(OSError):  # once more what waits cannot be written
            self._file.close()
        if not self._broken:
            self._broken = True
            reason = error.strerror or str(error)
            warn(f"{self.path} is not written any more: {reason}; the run goes on", stacklevel=3)

    def _rates_of_groups(self, update: Update) -> list[float]:
        """Return the rate that each group used; none as long as one number said it for all."""
        if update.rates is not None:
            return update.rates
        return [update.used] * self._groups

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class TensorBoardWriter(_Writer):
    """Writes updates and epochs to an event file that TensorBoard shows; it needs no tensorboard.

    The step of an update is its index k, the step of an epoch the number of updates done. What
    was not measured is not written. TensorBoard's numbers have 32 bits. The rate of each group
    is written from the first update on at which the groups use different ones.

    Args:
        folder: the log folder; a new event file is made in it.

    Attributes:
        path: the event file.

    Raises:
        TraceError: the folder cannot be written.

    Example:
        >>> import tempfile, torch, rampup
        >>> model = torch.nn.Linear(2, 1)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> with rampup.TensorBoardWriter(tempfile.mkdtemp()) as writer:
        ...     with rampup.watch(model, optimizer, listeners=[writer]):
        ...         optimizer.step()
        >>> [event.used for event in rampup.read_trace(writer.path)[1:]]
        [0.1]
    """

    def __init__(self, folder: str | Path) -> None:
        seconds = time.time()
        # tensorboard orders the files of a folder by their names
        name = f"events.out.tfevents.{seconds:017.6f}.rampup.{os.getpid()}.{next(_number_of)}"
        self.path = Path(folder) / name
        self._file = _opened(self.path, "wb", first_record(seconds))

    def write(self, event: Event) -> None:
        """Write an event, if it is an update or an epoch."""
        if isinstance(event, Update):
            rates = self._rates_of_groups(event)
            self._groups = max(self._groups, len(rates))
            values = {f"rate/{name}": getattr(event, name) for name in RATES}
            values |= {f"update/{name}": getattr(event, name) for name in MEASURES}
            values |= {group(at): rate for at, rate in enumerate(rates)}
            if math.isnan(event.used):  # not known; a loss that is NaN is a measurement
                del values["rate/used"]
            said = {tag: value for tag, value in values.items() if value is not None}
            self._file.write(record(event.k, time.time(), said))
        elif isinstance(event, Epoch):
            values = {f"epoch/{name}": getattr(event, name) for name in EPOCH}
            values |= {f"epoch/metrics/{name}": value for name, value in event.metrics.items()}
            values["epoch/epoch"] = event.epoch
            said = {tag: v for tag, v in values.items() if v is not None and not math.isnan(v)}
            self._file.write(record(event.updates, time.time(), said))
            self._file.flush()


class CsvWriter(_Writer):
    """Writes updates to `updates.csv` and epochs to `epochs.csv`, each number with all its digits.

    What was not measured is an empty cell. Columns for the rates of the groups are added at the
    first update at which the groups use different ones; above it they are empty.

    Args:
        folder: where the two files are made.

    Attributes:
        path: the table of updates.

    Raises:
        TraceError: the folder cannot be written, or holds such a file already.

    Example:
        >>> import tempfile, torch, rampup
        >>> from pathlib import Path
        >>> model = torch.nn.Linear(2, 1)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> folder = Path(tempfile.mkdtemp())
        >>> with rampup.CsvWriter(folder) as writer:
        ...     with rampup.watch(model, optimizer, listeners=[writer]):
        ...         optimizer.step()
        >>> print((folder / "updates.csv").read_text().strip())
        k,used,planned,reported,loss,grad_norm,ratio
        0,0.1,,,,,
    """

    def __init__(self, folder: str | Path) -> None:
        self.path, self._epochs_path = Path(folder) / UPDATES_CSV, Path(folder) / EPOCHS_CSV
        for path in (self.path, self._epochs_path):
            if path.exists():
                raise TraceError(f"{path} exists already; write to another folder, or remove it")
        self._file = _opened(self.path, "wb", _row(HEAD))
        self._epochs: list[Epoch] = []

    def write(self, event: Event) -> None:
        """Write an event, if it is an update or an epoch."""
        if isinstance(event, Update):
            used = None if math.isnan(event.used) else event.used
            others = [getattr(event, name) for name in (*RATES[1:], *MEASURES)]
            rates = self._rates_of_groups(event)
            if len(rates) > self._groups:
                self._widen(len(rates))
            rates += [math.nan] * (self._groups - len(rates))
            cells = [*map(_cell, (used, *others)), *map(_cell_of_epoch, rates)]
            self._file.write(_row([event.k, *cells]))
        elif isinstance(event, Epoch):
            self._epochs.append(event)
            self._file.flush()
            self._write_epochs()

    def _widen(self, groups: int) -> None:
        """Write the rows again, with a column for each group; in the old ones it is empty."""
        self._file.flush()
        head, *rows = self.path.read_bytes().splitlines()
        more = b"," * (groups - self._groups)
        names = "".join(f",{group(at)}" for at in range(self._groups, groups)).encode()
        lines = [head + names, *(row + more for row in rows)]
        _replace(self.path, b"".join(line + b"\n" for line in lines))
        self._file.close()
        self._file = self.path.open("ab")
        self._groups = groups

    def _write_epochs(self) -> None:
        """Write all epochs again: a metric that is new to this one is a new column."""
        names = list(dict.fromkeys(name for epoch in self._epochs for name in epoch.metrics))
        taken = {"epoch", "updates", "held_out_rows", *EPOCH}
        titles = [f"metrics.{name}" if name in taken else name for name in names]
        rows = [_row(["epoch", "updates", *EPOCH, "held_out_rows", *titles])]
        for epoch in self._epochs:
            cells = [getattr(epoch, name) for name in EPOCH]
            cells += [epoch.held_out_rows or None, *map(epoch.metrics.get, names)]
            rows.append(_row([epoch.epoch, epoch.updates, *map(_cell_of_epoch, cells)]))
        _replace(self._epochs_path, b"".join(rows))


WRITERS: Final[dict[str, type[TensorBoardWriter] | type[CsvWriter]]] = {
    "csv": CsvWriter,
    "tensorboard": TensorBoardWriter,
}


def export(events: Iterable[Event], kind: str, folder: Path) -> int:
    """Write a finished trace in another format, and return how many updates it holds.

    Raises:
        TraceError: the folder cannot be written.
    """
    updates = 0
    writer = WRITERS[kind](folder)
    try:
        for event in events:
            writer.write(event)
            updates += isinstance(event, Update)
        writer._file.close()
    except OSError as error:
        with suppress(OSError):
            writer._file.close()
        raise _unwritable(folder, error) from None
    return updates


def group(at: int) -> str:
    """Return the name of the rate that a group used.

    Example:
        >>> group(1)
        'lr/group1'
    """
    return f"lr/group{at}"


def _row(cells: Iterable[Any]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue().encode(errors="backslashreplace")


def _cell(value: float | None) -> str:
    return "" if value is None else repr(value)


def _cell_of_epoch(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else repr(value)


def _replace(path: Path, content: bytes) -> None:
    """Write a file beside its place first, so that a full disk leaves the old one."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink()
        raise


def _opened(path: Path, mode: str, begin: bytes) -> IO[Any]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open(mode)
        try:
            file.write(begin)
            file.flush()
        except OSError:
            with suppress(OSError):
                file.close()
            raise
    except OSError as error:
        raise _unwritable(path, error) from None
    return file


def _unwritable(path: Path, error: OSError) -> TraceError:
    return TraceError(f"{path} cannot be written: {error.strerror}")
