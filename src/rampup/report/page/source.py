"""A run as the page needs it: its events folded as they are read, its updates as columns.

A long run holds a million updates; they are kept as plain numbers, 8 bytes each, and not as
events.
"""

import hashlib
import json
import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rampup.errors import TraceError
from rampup.trace.compact import Reader
from rampup.trace.record import (
    Baseline,
    End,
    Epoch,
    Event,
    Header,
    Insight,
    Observation,
    Planned,
    Prediction,
    Probe,
    Skipped,
    Stage,
    Update,
)

TRACE: Final = "trace.jsonl"
"""Name of the journal in a run folder."""

SERIES: Final = ("planned", "used", "reported", "loss", "grad_norm", "ratio")
"""What is measured at each update."""

TOGETHER: Final = 512
"""Updates that are read at once, which is many times quicker than one by one."""

_UPDATES: Final = (b"[", b'{"kind":"update",')
"""How a line begins that holds an update, now and in schema 1."""
_READ: Final = attrgetter(*SERIES)
_ROW: Final = itemgetter("k", *SERIES)

Numbers = npt.NDArray[np.float64]


def _columns() -> dict[str, "array[float]"]:
    return {name: array("d") for name in ("k", *SERIES)}


@dataclass(slots=True, kw_only=True)
class Story:
    """All that a trace tells.

    Attributes:
        name: how the page calls the run.
        path: its journal.
        size: bytes of it.
        sha256: of it.
        torn: characters of a last line that a crash cut off.
        columns: a column of numbers for `k` and each of `SERIES`; NaN where nothing was measured.
        lost: how often each of `SERIES` was measured and not finite, and the first update.
    """

    name: str
    path: Path
    size: int = 0
    sha256: str = ""
    torn: int = 0
    header: Header | None = None
    planned: Planned | None = None
    baseline: Baseline | None = None
    insight: Insight | None = None
    end: End | None = None
    stages: list[Stage] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    probes: list[Probe] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    predictions: list[Prediction] = field(default_factory=list)
    columns: dict[str, "array[float]"] = field(default_factory=_columns)
    lost: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def updates(self) -> int:
        """Updates in the trace."""
        return len(self.columns["k"])

    @property
    def k(self) -> Numbers:
        """The index of each update."""
        return np.frombuffer(self.columns["k"], dtype=np.float64)

    def series(self, name: str) -> Numbers:
        """Return one of `SERIES`, a number per update."""
        return np.frombuffer(self.columns[name], dtype=np.float64)

    def highest(self, name: str) -> float:
        """Return the highest finite value of one of `SERIES`; NaN where there is none."""
        values = self.series(name)
        most = float(np.max(values, initial=-math.inf, where=np.isfinite(values)))
        return most if math.isfinite(most) else math.nan

    def take(self, event: Event) -> None:
        """Add one event."""
        match event:
            case Update():
                self.measure([(event.k, *_READ(event))])
            case Epoch():
                self.epochs.append(event)
            case Observation():
                self.observations.append(event)
            case Stage():
                self.stages.append(event)
            case Probe():
                self.probes.append(event)
            case Skipped():
                self.skipped.append(event)
            case Prediction():
                self.predictions.append(event)
            case Header():
                self.header = event
            case Planned():
                self.planned = event
            case Baseline():
                self.baseline = event
            case Insight():
                self.insight = event
            case End():
                self.end = event

    def measure(self, updates: Iterable[Sequence[Any]]) -> None:
        """Add updates, each as its index and then a value for each of `SERIES`.

        Raises:
            TypeError: a value is no number; nothing was added then.
        """
        rows = list(zip(*updates, strict=True))
        fresh = [array("d", [math.nan if v is None else v for v in values]) for values in rows]
        start = self.updates
        for name, values in zip(("k", *SERIES), fresh, strict=True):
            self.columns[name].extend(values)
        for name, given in zip(SERIES, rows[1:], strict=True):
            self._note_lost(name, given, start)

    def _note_lost(self, name: str, values: Sequence[float | None], start: int) -> None:
        for place, value in enumerate(values):
            if value is not None and not -math.inf < value < math.inf:
                times, first = self.lost.get(name, (0, int(self.columns["k"][start + place])))
                self.lost[name] = (times + 1, first)


def read_story(run: Path) -> Story:
    """Return what the trace of a run tells.

    Args:
        run: a run folder, or a journal itself.

    Raises:
        TraceError: there is no trace, or it is damaged.
    """
    path = run / TRACE if run.is_dir() else run
    if not path.is_file():
        raise TraceError(
            f"{run} holds no trace; give a folder that rampup train or rampup.watch wrote"
        )
    story = Story(name=run.resolve().name if run.is_dir() else run.name, path=path)
    reader = Reader()
    for lines in _lines(story):
        _take(story, reader, lines)
    if not (story.updates or story.header or story.epochs or story.stages):
        raise TraceError(f"{path} holds no event that could be shown; the run wrote nothing")
    return story


def _lines(story: Story) -> Iterator[list[tuple[int, bytes]]]:
    """Yield the numbered lines of a journal: updates many at a time, other events one by one.

    On the way the size, the hash and the torn last line are noted.
    """
    seen = hashlib.sha256()
    block: list[tuple[int, bytes]] = []
    try:
        with story.path.open("rb") as file:
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
        raise TraceError(f"no trace can be read from {story.path}: {error.strerror}") from None
    if block:
        yield block
    story.sha256 = seen.hexdigest()


def _take(story: Story, reader: Reader, lines: Sequence[tuple[int, bytes]]) -> None:
    """Add the events that the lines hold."""
    if lines[0][1].startswith(b"["):
        with suppress(TraceError, TypeError):  # one by one, then, to say which
            texts = [line.decode("utf-8", errors="replace") for _, line in lines]
            story.measure([(one.k, *_READ(one)) for one in reader.updates(texts)])
            return
    elif len(lines) > 1:
        with suppress(ValueError, TypeError, KeyError):  # one by one, then, to say which
            rows = json.loads(b"[" + b",".join(line for _, line in lines) + b"]")
            # a number that is spelled out, such as "NaN", is for the slower way too
            if len(rows) == len(lines) and not any(b'"NaN"' in x or b'ty"' in x for _, x in lines):
                story.measure([_ROW(row) for row in rows])
                return
    for number, line in lines:
        try:
            event = reader.event(line[:-1].decode("utf-8", errors="replace"))
            if event is not None:
                story.take(event)
        except (TraceError, TypeError) as error:
            raise TraceError(f"{story.path}, line {number}: {error}") from None
