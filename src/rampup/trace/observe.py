"""Observations: rules that turn the numbers of a trace into sentences that quote them.

A rule states what is; it names no cause without a baseline. "Converged" is never said: a
plateau is, once there is one. The rules are data, in `rampup.trace.rules`.
"""

import math
from collections.abc import Iterator
from typing import Final

from rampup.trace.record import (
    Baseline,
    End,
    Epoch,
    Event,
    Observation,
    Planned,
    Probe,
    Skipped,
    Stage,
    Update,
)
from rampup.trace.rules import RULES as RULES
from rampup.trace.rules.rule import Moment, Seen
from rampup.trace.source import Traced, events_of

CLAIM: Final = "claim"
"""The rule of an observation that somebody else made: it is judged, and not repeated."""


def observe(trace: Traced) -> list[Observation]:
    """Return what the rules see in a trace, in its order; those of the whole run come last.

    Observations that the trace already holds are left out. One of the rule `"claim"` is
    somebody's sentence about the run, and is judged.

    Args:
        trace: events, a run, a run folder, or the file of a trace.

    Raises:
        TraceError: there is no trace at that place, or it is damaged.

    Example:
        >>> from rampup.trace.record import Update
        >>> late = Update(k=0, planned=0.1, used=0.0, reported=None, loss=None, grad_norm=None)
        >>> for observation in observe([late]):
        ...     print(observation.sentence)
        update 0 used the rate 0 and moved no weight
        update 0 used the rate 0, planned was 0.1
    """
    observer = Observer()
    found = [observation for event in events_of(trace) for observation in observer.see(event)]
    return found + observer.finish()


class Observer:
    """Follows a trace event by event and says what its rules see in it.

    Most rules speak after an epoch; those of the whole run when it ends, or on `finish`.
    """

    def __init__(self) -> None:
        self._seen = Seen()
        self._finished = False

    def see(self, event: Event) -> list[Observation]:
        """Return the observations that `event` completes."""
        seen = self._seen
        last = max(seen.done - 1, 0)
        match event:
            case Update():
                # the most frequent event by far, and no rule is asked yet
                seen.updates.append(event)
                seen.done = max(seen.done, event.k + 1)
            case Epoch():
                return self._epoch(event)
            case Planned():
                seen.plan = event
                return [*self._ask("plan", 0, 0)]
            case Stage():
                seen.stages.append(event)
                return [*self._ask("stage", last, last)]
            case Skipped():
                seen.skipped.append(event)
            case Probe():
                seen.probe = event
                return [*self._ask("probe", last, last)]
            case Observation() if event.rule == CLAIM:
                seen.claims.append(event)
                return [*self._ask("claim", event.first, event.last)]
            case Baseline():
                seen.baseline = event
                return [*self._ask("baseline", 0, last)]
            case End():
                seen.end = event
                return self.finish()
            case _:
                pass
        return []

    def finish(self) -> list[Observation]:
        """Return what is left to say: of updates after the last epoch, and of the whole run."""
        if self._finished:
            return []
        self._finished = True
        seen, last = self._seen, max(self._seen.done - 1, 0)
        begun = seen.epochs[-1].updates if seen.epochs else 0
        tail = [*self._ask("updates", begun, last)] if seen.updates or seen.skipped else []
        return [*tail, *self._ask("end", 0, last)]

    def _epoch(self, event: Epoch) -> list[Observation]:
        seen = self._seen
        first = seen.epochs[-1].updates if seen.epochs else 0
        seen.epochs.append(event)
        seen.done = max(seen.done, event.updates)
        last = max(event.updates - 1, 0)
        said = [*self._ask("epoch", first, last), *self._ask("updates", first, last)]
        seen.recent.extend(
            u.loss for u in seen.updates if u.loss is not None and math.isfinite(u.loss)
        )
        seen.updates.clear()
        seen.skipped.clear()
        return said

    def _ask(self, moment: Moment, first: int, last: int) -> Iterator[Observation]:
        for rule in RULES.values():
            if rule.at != moment:
                continue
            for found, sentence in rule.ask(self._seen):
                yield Observation(
                    rule=rule.id,
                    first=first if found.first is None else found.first,
                    last=last if found.last is None else found.last,
                    sentence=sentence,
                )
