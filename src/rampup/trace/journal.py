"""The journal: an append-only file of JSON lines that a crash leaves readable."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from rampup.errors import TraceError
from rampup.trace.record import Event, from_json, to_json


class Journal:
    """Appends events to a file; one write and one flush per group.

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
        self._file = path.open("a", encoding="utf-8", newline="\n")

    def append(self, events: Iterable[Event]) -> None:
        """Write a group of events, so that all of them are in the file or the last one is torn."""
        self._file.write("".join(to_json(event) + "\n" for event in events))
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

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
        raise TraceError(f"no trace can be read from {path}: {error.strerror}") from None
    lines = text.split("\n")
    torn = lines.pop()
    events: list[Event] = []
    for number, line in enumerate(lines, 1):
        try:
            events.append(from_json(line))
        except TraceError as error:
            raise TraceError(f"{path}, line {number}: {error}") from None
    return Reading(events=events, torn=torn)


def _cut_torn_line(path: Path) -> None:
    if not path.exists():
        return
    with path.open("rb+") as file:
        whole = file.read().rfind(b"\n") + 1
        file.truncate(whole)
