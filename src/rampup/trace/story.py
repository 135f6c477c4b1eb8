"""A trace as pages and comparisons need it: its events by kind, its updates as columns."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Any, Final, TypeVar

from rampup.errors import TraceError
from rampup.trace.columns import SERIES, Columns, Numbers
from rampup.trace.compact import Reader
from rampup.trace.record import End, Event, Update
from rampup.trace.source import JOURNAL, Traced, events_of

CHUNK: Final = 1 << 16
"""Bytes that are read at once; updates together are read many times quicker than one by one."""

_UPDATE: Final = '{"kind":"update",'
_FIELDS: Final = ("k", *SERIES, "rates")

E = TypeVar("E", bound=Event)


class Story:
    """All that a trace tells.

    Attributes:
        name: what the run is called.
        path: its journal, where it is read from one.
        size: bytes of the journal.
        sha256: of the journal.
        torn: characters of a last line that a crash cut off.
        events: all but updates, in order.
        columns: the updates.
        ended: whether the last of all events is an end.
    """

    def __init__(self, name: str, path: Path | None = None) -> None:
        self.name = name
        self.path = path
        self.size = 0
        self.sha256 = ""
        self.torn = 0
        self.events: list[Event] = []
        self.columns = Columns()
        self.ended = False
        self._kinds: dict[type[Any], list[Any]] = defaultdict(list)

    def all(self, kind: type[E]) -> list[E]:
        """Return the events of a kind, in order."""
        return self._kinds[kind]

    def last(self, kind: type[E]) -> E | None:
        """Return the last event of a kind, or None where there is none."""
        return self._kinds[kind][-1] if self._kinds[kind] else None

    @property
    def updates(self) -> int:
        """Updates in the trace."""
        return len(self.columns)

    @property
    def k(self) -> Numbers:
        """The index of each update."""
        return self.columns.k

    def series(self, name: str) -> Numbers:
        """Return one of `SERIES`, a number per update."""
        return self.columns.of(name).numbers

    @property
    def lost(self) -> dict[str, tuple[int, int]]:
        """How often each of `SERIES` was measured and not finite, and the first update."""
        places = {name: self.columns.of(name).lost for name in SERIES}
        return {name: (len(at), int(self.k[at[0]])) for name, at in places.items() if at}

    def take(self, event: Event) -> None:
        """Add one event.

        Raises:
            TypeError: what an update measured is no number.
            OverflowError: it is a whole number too large for 8 bytes.
        """
        if isinstance(event, Update):
            self.measure([event])
            return
        self.events.append(event)
        self._kinds[type(event)].append(event)
        self.ended = isinstance(event, End)

    def measure(self, updates: Sequence[Update] | Mapping[str, Sequence[Any]]) -> None:
        """Add updates, or columns of them as `Columns.add` takes them."""
        if not isinstance(updates, Mapping):
            updates = {name: [getattr(one, name) for one in updates] for name in _FIELDS}
        self.columns.add(updates)
        self.ended = False


def story_of(source: Traced, name: str = "") -> Story:
    """Return what a trace tells; a last line that a crash tore is left out, and counted.

    Args:
        source: events, anything with `.events`, a run folder, or the file of its trace.
        name: what to call it where it is no path.

    Raises:
        TraceError: there is no trace at that place, it is damaged, or this is no trace.

    Example:
        >>> from rampup.trace.record import Insight
        >>> story_of([Insight(sentences=["Warm up."])]).last(Insight).sentences
        ['Warm up.']
    """
    if not isinstance(source, str | Path):
        return _folded(Story(name), events_of(source))
    run = Path(source)
    path = run / JOURNAL if run.is_dir() else run
    story, reader = Story(str(source), path), Reader()
    for number, lines in _lines(story, path):
        _take(story, reader, lines, str(path), number)
    return story


def _folded(story: Story, events: list[Event]) -> Story:
    for many, group in groupby(events, lambda event: isinstance(event, Update)):
        block: list[Any] = [*group]
        if many:
            with suppress(TypeError, OverflowError):  # one by one, then, to say which
                story.measure(block)
                continue
        for event in block:
            try:
                story.take(event)
            except (TypeError, OverflowError) as error:
                raise TraceError(f"{event!r} holds no number: {error}") from None
    return story


def _lines(story: Story, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a journal and the number of the first: of one form, many at a time.

    On the way the size, the hash and the torn last line are noted.
    """
    seen, number = hashlib.sha256(), 1
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK) + file.readline():
                seen.update(chunk)
                story.size += len(chunk)
                *lines, torn = chunk.decode("utf-8", errors="replace").split("\n")
                story.torn = len(torn)
                for _, group in groupby(lines, _form):
                    block = [*group]
                    yield number, block
                    number += len(block)
    except OSError as error:
        raise TraceError(f"no trace can be read from {path}: {error.strerror}") from None
    story.sha256 = seen.hexdigest()


def _form(line: str) -> str:
    """Return how a line begins that holds an update, now and in schema 1; else nothing."""
    return "[" if line.startswith("[") else _UPDATE if line.startswith(_UPDATE) else ""


def _take(story: Story, reader: Reader, lines: list[str], where: str, number: int) -> None:
    """Add the events that the lines hold, all of one form."""
    form = _form(lines[0])
    with suppress(TraceError, ValueError, TypeError, KeyError, OverflowError):
        if form == "[":
            story.measure(reader.columns(lines))
            return
        if form == _UPDATE and len(lines) > 1:
            story.measure(_joined(lines))
            return
    # one by one, to say which line holds no event
    for place, line in enumerate(lines, number):
        try:
            event = reader.event(line)
            if event is not None:
                story.take(event)
        except (TraceError, TypeError, OverflowError) as error:
            raise TraceError(f"{where}, line {place}: {error}") from None


def _joined(lines: Sequence[str]) -> dict[str, list[Any]]:
    """Return updates of schema 1 as columns.

    Raises:
        ValueError: a number is spelled out, such as "NaN", or there are not as many objects.
    """
    text = ",".join(lines)
    rows = json.loads(f"[{text}]")
    if len(rows) != len(lines) or '"NaN"' in text or 'ty"' in text:
        raise ValueError
    needed = {name: [row[name] for row in rows] for name in ("k", *SERIES)}
    return {**needed, "rates": [row.get("rates") for row in rows]}
