"""Two traces side by side: what differs, where first, and by how much.

It compares traces of other machines and of runs that differ in length; what one of them did not
measure is said.
"""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from rampup.errors import TraceError
from rampup.trace.compare import outcome, settings
from rampup.trace.compare.difference import Difference
from rampup.trace.compare.pair import Pair
from rampup.trace.compare.updates import updates
from rampup.trace.record import Stage
from rampup.trace.source import Traced
from rampup.trace.story import story_of

TOLERANCE: Final = 1e-6
"""Losses this close, as a share of the larger one, are told to be close."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceDiff:
    """What differs between two traces.

    Attributes:
        a: name of the first trace.
        b: name of the second trace.
        tolerance: losses this close, as a share of the larger one, are told to be close.
        differences: in the order of the job; none where the runs are the same to the last bit.
        surroundings: versions, machine and time, which make no difference of the runs.
        notes: what could not be compared.
    """

    a: str
    b: str
    tolerance: float
    differences: list[Difference]
    surroundings: list[Difference]
    notes: list[str]

    @property
    def equal(self) -> bool:
        """Whether there is no difference beside the surroundings."""
        return not self.differences

    @property
    def sentences(self) -> list[str]:
        """The differences in words; "no difference" where there is none."""
        return [d.sentence for d in self.differences] or ["no difference"]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; a number that is not finite is its name, as in a trace."""
        plain = _spelled(asdict(self))
        assert isinstance(plain, dict)
        return {"equal": self.equal, **plain}


def diff(a: Traced, b: Traced, *, tolerance: float = TOLERANCE) -> TraceDiff:
    """Return what differs between two traces.

    Compared are configuration, data flow, schedule, every update, epochs, the last metrics and
    which events there are. Numbers are the same only to the last bit.

    Args:
        a: events, a run, a run folder, or the file of a trace.
        b: another one.
        tolerance: two losses this close, as a share of the larger one, still differ, but are
            told to be close; in [0, 1).

    Raises:
        TraceError: there is no trace at one of the places, it is damaged, or the tolerance is
            none.

    Example:
        >>> from rampup.trace.record import Update
        >>> def run(*rates):
        ...     return [
        ...         Update(k=k, planned=None, used=r, reported=None, loss=None, grad_norm=None)
        ...         for k, r in enumerate(rates)
        ...     ]
        >>> diff(run(0.1, 0.2), run(0.1, 0.3)).sentences
        ['rate used first differs at update 1: 0.2 in a, 0.3 in b; on 1 of 2 updates']
        >>> diff(run(0.1), run(0.1)).sentences
        ['no difference']
    """
    return compared(Pair(a=story_of(a, "a"), b=story_of(b, "b")), tolerance)


def compared(pair: Pair, tolerance: float = TOLERANCE) -> TraceDiff:
    """Return what differs between two traces that were read.

    Raises:
        TraceError: the tolerance is none.
    """
    if not 0 <= tolerance < 1:
        raise TraceError(f"tolerance {tolerance!r} is not allowed; write a number in [0, 1)")
    return TraceDiff(
        a=pair.a.name,
        b=pair.b.name,
        tolerance=tolerance,
        differences=[
            *settings.config(pair),
            *settings.data_flow(pair),
            *settings.schedule(pair),
            *updates(pair, tolerance),
            *outcome.epochs(pair),
            *outcome.final(pair),
            *outcome.one_only(pair),
        ],
        surroundings=[*settings.surroundings(pair)],
        notes=[*_notes(pair)],
    )


def _notes(pair: Pair) -> Iterable[str]:
    if pair.a.all(Stage) and pair.b.all(Stage):
        yield settings.hash_note(pair)
    for side, story in zip(pair.names, (pair.a, pair.b), strict=True):
        if not story.events and not story.updates:
            yield f"{side} holds no event"
        elif not story.ended:
            yield f"{side} has no end: it was cut off, or it still runs"


def _spelled(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: _spelled(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(inner) for inner in value]
    return value
