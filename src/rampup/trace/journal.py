"""The journal: an append-only file of JSON lines that a crash leaves readable."""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self
from warnings import warn

from rampup.errors import TraceError
from rampup.trace.compact import Reader, Writer
from rampup.trace.record import End, Event

SECONDS_BETWEEN_LOOKS: Final = 0.2
"""How often `follow` looks whether something was written."""


class Journal:
    """Appends events to a file; one write per group, and nothing waits in memory after it.

    A disk that is full, or a file that was removed, is said in one warning. What comes after it
    is not written, and nothing is raised: no run ends because of its record.

    Args:
        path: the file; it is created, or continued where it exists. A last line that a crash
            tore is cut off first, so that the next one does not stick to it.

    Example:
        >>> import tempfile
        >>> from rampup.trace.record import Insight
        >>> path = Path(tempfile.mkdtemp()) / "trace.jsonl"
        >>> with Journal(path) as journal:
        ...     journal.append([Insight(sentences=["Warm up."])])
        >>> read(path).events
        [Insight(sentences=['Warm up.'])]
    """

    def __init__(self, path: Path) -> None:
        _cut_torn_line(path)
        self._path = path
        self._writer = Writer()
        # without a buffer, a process that forks does not write twice, and closing writes nothing
        self._file: BinaryIO | None = path.open("ab", buffering=0)

    def append(self, events: Iterable[Event]) -> None:
        """Write a group of events, so that all of them are in the file or the last one is torn."""
        if self._file is None:
            return
        # half of a surrogate pair, as in some file names, has no UTF-8: as JSON escapes it
        left = self._writer.lines(events).encode(errors="backslashreplace")
        try:
            while left:  # a disk that is nearly full takes a part
                left = left[self._file.write(left) :]
            removed = os.fstat(self._file.fileno()).st_nlink == 0
        except OSError as error:
            self._give_up(error.strerror or str(error))
        else:
            if removed:
                self._give_up("it was removed")

    def _give_up(self, reason: str) -> None:
        self.close()
        warn(f"{self._path} is not written any more: {reason}; the run goes on", stacklevel=3)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a journal holds.

    Args:
        events: all whole events, in order.
        torn: the text of a last line that a crash cut off, or "".
    """

    events: list[Event]
    torn: str


def read(path: Path) -> Reading:
    """Return the events in the journal at `path`; a torn last line is dropped and reported.

    Raises:
        TraceError: there is no such file, a line inside it is damaged, or its schema is newer
            than this version of rampup reads.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise _unreadable(path, error) from None
    lines = text.split("\n")
    torn = lines.pop()
    return Reading(events=[*_Numbered(path).events(lines)], torn=torn)


def follow(path: Path, *, seconds: float = SECONDS_BETWEEN_LOOKS) -> Iterator[Event]:
    """Yield the events of a journal, and those that another process writes to it, up to its `End`.

    A last line that is not whole yet is waited for. A run that was killed writes no end: then
    this waits until it is interrupted, or until the run is continued.

    Args:
        path: the journal.
        seconds: between two looks at the file.

    Raises:
        TraceError: there is no such file, it is removed or replaced while it is followed, or a
            line is damaged.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from None
    numbered, whole = _Numbered(path), 0
    with file:
        while True:
            file.seek(whole)  # behind a line that a continued run cut off
            end = (found := file.read()).rfind(b"\n") + 1
            whole += end
            for event in numbered.events(found[:end].decode(errors="replace").split("\n")[:-1]):
                yield event
                if isinstance(event, End):
                    return
            if end == 0:
                if os.fstat(file.fileno()).st_nlink == 0:
                    raise TraceError(f"{path} was removed while it was followed")
                time.sleep(seconds)


class _Numbered:
    """Reads lines, and names a damaged one by its number."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reader = Reader()
        self._line = 0

    def events(self, lines: Iterable[str]) -> Iterator[Event]:
        for many, group in groupby(lines, lambda line: line.startswith("[")):
            block = [*group]
            if many:
                with suppress(TraceError):  # one by one, then, to find which
                    yield from self._reader.updates(block)
                    self._line += len(block)
                    continue
            for line in block:
                self._line += 1
                try:
                    event = self._reader.event(line)
                except TraceError as error:
                    raise TraceError(f"{self._path}, line {self._line}: {error}") from None
                if event is not None:
                    yield event


def _unreadable(path: Path, error: OSError) -> TraceError:
    return TraceError(f"no trace can be read from {path}: {error.strerror}")


def _cut_torn_line(path: Path) -> None:
    if not path.is_file():  # a device has no end to look for
        return
    with path.open("rb+") as file:
        whole = file.read().rfind(b"\n") + 1
        file.truncate(whole)
