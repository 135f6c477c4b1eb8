"""Where a trace comes from: its events, something that has them, or a run on disk."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Protocol, get_args

from rampup.errors import TraceError
from rampup.trace.journal import read
from rampup.trace.record import Event

JOURNAL: Final = "trace.jsonl"
"""Name of the trace in a run folder."""

_KINDS: Final = get_args(Event)


class HasEvents(Protocol):
    """A run or a watch."""

    @property
    def events(self) -> Sequence[Event]:
        """The trace."""


Traced = Iterable[Event] | HasEvents | str | Path
"""Events, a run or a watch, a run folder, or the file of a trace."""


def events_of(source: Traced) -> list[Event]:
    """Return the whole events of a trace; a last line that a crash tore is left out.

    Args:
        source: events, anything with `.events`, a run folder, or the file of its trace.

    Raises:
        TraceError: there is no trace at that place, it is damaged, or this is no trace.

    Example:
        >>> from rampup.trace.record import Insight
        >>> events_of([Insight(sentences=["Warm up."])])
        [Insight(sentences=['Warm up.'])]
    """
    if isinstance(source, str | Path):
        path = Path(source)
        return read(path / JOURNAL if path.is_dir() else path).events
    held = getattr(source, "events", source)
    if not isinstance(held, Iterable):
        raise TraceError(f"{source!r} is no trace; give events, a run, or the path of a run folder")
    events = list(held)
    for event in events:
        if not isinstance(event, _KINDS):
            raise TraceError(
                f"{event!r} is no event of a trace; give events, a run, or the path of a run folder"
            )
    return events
