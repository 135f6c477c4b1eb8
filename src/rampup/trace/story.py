"""A trace as pages and comparisons need it: its events by kind, its updates as columns."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any, Final, TypeVar

from rampup.errors import TraceError
from rampup.trace.columns import SERIES, Columns, Numbers
from rampup.trace.compact import Reader
from rampup.trace.record import End, Event, Update
from rampup.trace.source import JOURNAL, Traced, events_of

TOGETHER: Final = 512
"""Updates that are read at once, which is many times quicker than one by one."""

_UPDATES: Final = (b"[", b'{"kind":"update",')
"""How a line begins that holds an update, now and in schema 1."""
_READ: Final = attrgetter("k", *SERIES, "rates")
_ROW: Final = itemgetter("k", *SERIES)

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
            self.measure([_READ(event)])
            return
        self.events.append(event)
        self._kinds[type(event)].append(event)
        self.ended = isinstance(event, End)

    def measure(self, updates: Sequence[Sequence[Any]]) -> None:
        """Add updates, as `Columns.add` takes them."""
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
        story = Story(name)
        for event in events_of(source):
            _told(story, event, "the trace")
        return story
    run = Path(source)
    path = run / JOURNAL if run.is_dir() else run
    story, reader = Story(str(source), path), Reader()
    for lines in _lines(story, path):
        _take(story, reader, lines, path)
    return story


def _lines(story: Story, path: Path) -> Iterator[list[tuple[int, bytes]]]:
    """Yield the numbered lines of a journal: updates many at a time, other events one by one.

    On the way the size, the hash and the torn last line are noted.
    """
    seen = hashlib.sha256()
    block: list[tuple[int, bytes]] = []
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                seen.update(line)
                story.size += len(line)
                if not line.endswith(b"\n"):
                    story.torn = len(line.decode("utf-8", errors="replace"))
                    break
                update = line.startswith(_UPDATES)
                if block and (block[-1][1][:1] != line[:1] or not update or len(block) == TOGETHER):
                    yield block
                    block = []
                if update:
                    block.append((number, line))
                else:
                    yield [(number, line)]
    except OSError as error:
        raise TraceError(f"no trace can be read from {path}: {error.strerror}") from None
    if block:
        yield block
    story.sha256 = seen.hexdigest()


def _take(story: Story, reader: Reader, lines: Sequence[tuple[int, bytes]], path: Path) -> None:
    """Add the events that the lines hold."""
    if lines[0][1].startswith(b"["):
        with suppress(TraceError, TypeError, OverflowError):  # one by one, then, to say which
            texts = [line.decode("utf-8", errors="replace") for _, line in lines]
            story.measure([*map(_READ, reader.updates(texts))])
            return
    elif len(lines) > 1:
        with suppress(ValueError, TypeError, KeyError, OverflowError):
            rows = json.loads(b"[" + b",".join(line for _, line in lines) + b"]")
            # a number that is spelled out, such as "NaN", is for the slower way too
            if len(rows) == len(lines) and not any(b'"NaN"' in x or b'ty"' in x for _, x in lines):
                story.measure([(*_ROW(row), row.get("rates")) for row in rows])
                return
    for number, line in lines:
        where = f"{path}, line {number}"
        try:
            event = reader.event(line[:-1].decode("utf-8", errors="replace"))
        except TraceError as error:
            raise TraceError(f"{where}: {error}") from None
        if event is not None:
            _told(story, event, where)


def _told(story: Story, event: Event, where: str) -> None:
    try:
        story.take(event)
    except (TypeError, OverflowError) as error:
        raise TraceError(f"{where}: {error}") from None
