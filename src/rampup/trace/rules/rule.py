"""What a rule is: data that says what it reads, from which number on it speaks, in which words."""

import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from rampup.trace.record import (
    Baseline,
    End,
    Epoch,
    Observation,
    Planned,
    Probe,
    Skipped,
    Stage,
    Update,
)

WINDOW: Final = 50
"""As many losses before an update say whether its own is a spike."""

Moment = Literal["stage", "plan", "epoch", "updates", "probe", "claim", "baseline", "end"]
"""When a rule is asked. `"updates"` is after each epoch, and at the end if updates are left."""

Number = float | int | str


@dataclass(slots=True, eq=False)
class Seen:
    """What the rules may know: the trace so far."""

    plan: Planned | None = None
    stages: list[Stage] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    """Those since the last epoch."""
    skipped: list[Skipped] = field(default_factory=list)
    """Those since the last epoch."""
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))
    """The last finite losses before `updates`."""
    probe: Probe | None = None
    claims: list[Observation] = field(default_factory=list)
    """Sentences of others that the trace carries, as observations of the rule "claim"."""
    baseline: Baseline | None = None
    end: End | None = None
    done: int = 0
    """Updates made so far."""

    @property
    def now(self) -> Epoch:
        """The epoch that was just measured."""
        return self.epochs[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a rule found.

    Args:
        case: which of the rule's sentences says it.
        numbers: what the sentence quotes, and what its formulas need.
        first: first update it speaks of; None is the span of the moment.
        last: last update it speaks of.
    """

    case: str = ""
    numbers: Mapping[str, Number]
    first: int | None = None
    last: int | None = None


Find = Callable[[Seen, float], Iterable[Found]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Args:
        id: its name in a trace.
        at: when it is asked.
        reads: the fields of the events that it looks at.
        find: from what was seen and `limit` to what there is to say.
        says: its sentences by case, each with the numbers in braces.
        limit: the threshold; what it measures is said in `reads`.
        formulas: how numbers follow that no event holds, in terms of other numbers of the
            sentence, or of `plan`, `now`, `epochs`, `updates` and `skipped` as seen.
    """

    id: str
    at: Moment
    reads: str
    find: Find
    says: Mapping[str, str]
    limit: float = 0.0
    formulas: Mapping[str, str] = field(default_factory=dict)

    def ask(self, seen: Seen) -> list[tuple[Found, str]]:
        """Return what it finds, with the sentences; numbers that are not finite silence it."""
        return [
            (found, self.says[found.case].format_map(found.numbers))
            for found in self.find(seen, self.limit)
            if all(measured(value) for value in found.numbers.values())
        ]


def measured(value: Number | None) -> bool:
    """Return whether there is a value, and where it is a number, a finite one."""
    return value is not None and (not isinstance(value, float) or math.isfinite(value))
