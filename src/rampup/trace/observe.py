"""Observations: rules that turn the numbers of a trace into sentences that quote them.

A rule states what is; it names no cause. "Converged" is never said: a plateau is, once there
is one. Adding a rule is one function and one entry in `RULES`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from rampup.trace.record import Epoch, Event, Observation, Planned, Update

SPIKE: Final = 1.3
"""A loss of this many times the best so far is a spike."""
PLATEAU: Final = 0.01
"""A mean relative change per epoch below this, over three epochs, is a plateau."""
SIGMAS: Final = 3.0
"""An accuracy this many standard deviations below chance is worth a word."""


@dataclass(slots=True)
class Seen:
    """What the rules may know: the plan, the epochs so far, the updates of the last epoch."""

    plan: Planned | None = None
    epochs: list[Epoch] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)

    @property
    def now(self) -> Epoch:
        """The epoch that was just measured."""
        return self.epochs[-1]


Rule = Callable[[Seen], str | None]


def initial_loss(seen: Seen) -> str | None:
    """Before the first update: the loss against ln(classes), of a model that knows nothing."""
    if seen.now.epoch != 0 or seen.plan is None:
        return None
    loss, nothing = seen.now.held_out_loss, math.log(seen.plan.classes)
    return (
        f"held-out loss {loss:.3f} before training; knowing nothing gives "
        f"ln {seen.plan.classes} = {nothing:.3f}"
    )


def rate(seen: Seen) -> str | None:
    """The rate used by the epoch's first and last update, and its share of the peak."""
    first, last = seen.now.rate_first, seen.now.rate_last
    if first is None or last is None or seen.plan is None:
        return None
    peak = seen.plan.peak
    if first == last == peak:
        return f"rate at the peak, {peak:g}"
    word = "" if first == last else "up to " if last > first else "down to "
    return f"rate {word}{last:.4g}, {last / peak:.0%} of the peak"


def loss_change(seen: Seen) -> str | None:
    """The relative change of the training loss since the epoch before."""
    if len(seen.epochs) < 2:
        return None
    before, now = seen.epochs[-2].train_loss, seen.now.train_loss
    if before <= 0:
        return None
    change = f"{(now - before) / before:+.0%}".replace("-", "−")
    return f"training loss {change} ({before:.3g} → {now:.3g})"


def spike(seen: Seen) -> str | None:
    """A training loss far above the best so far."""
    best = min((e.train_loss for e in seen.epochs[:-1]), default=math.inf)
    now = seen.now.train_loss
    if not now > SPIKE * best:
        return None
    if best == 0.0:
        return f"loss spike: {now:.3g}, and the best so far is 0"
    return f"loss spike: {now / best:.1f} × the best so far, {best:.3g}"


def plateau(seen: Seen) -> str | None:
    """Three epochs in which the training loss hardly changed."""
    if len(seen.epochs) < 5:
        return None
    losses = [e.train_loss for e in seen.epochs[-4:]]
    if min(losses) <= 0:
        return None
    change = sum(abs(b - a) / a for a, b in pairwise(losses)) / 3
    if change >= PLATEAU:
        return None
    return f"plateau: the training loss changed by {change:.1%} per epoch over the last 3"


def gap(seen: Seen) -> str | None:
    """A held-out loss that moves away from the training loss for three epochs."""
    if len(seen.epochs) < 5:
        return None
    gaps = [e.held_out_loss - e.train_loss for e in seen.epochs[-4:]]
    if gaps[-1] <= 0 or any(b <= a for a, b in pairwise(gaps)):
        return None
    return (
        f"held-out loss is {gaps[-1]:.3g} above training loss, a gap that grew for 3 epochs "
        f"(from {gaps[0]:.3g})"
    )


def below_chance(seen: Seen) -> str | None:
    """A held-out accuracy that guessing would hardly ever give."""
    if seen.plan is None or seen.now.epoch == 0:
        return None
    chance, rows = 1 / seen.plan.classes, seen.now.held_out_rows
    sigma = math.sqrt(chance * (1 - chance) / rows)
    below = (chance - seen.now.held_out_accuracy) / sigma
    if below <= SIGMAS:
        return None
    return (
        f"held-out accuracy {seen.now.held_out_accuracy:.1%} on {rows} rows is {below:.1f} "
        f"standard deviations below guessing ({chance:.1%})"
    )


def zero_rate(seen: Seen) -> str | None:
    """Updates at rate zero, which move no weight."""
    zeros = [u.k for u in seen.updates if u.used == 0.0]
    if not zeros:
        return None
    if len(zeros) == 1:
        return f"update {zeros[0]} used the rate 0 and moved no weight"
    return f"{len(zeros)} updates used the rate 0 and moved no weight, first update {zeros[0]}"


def mismatch(seen: Seen) -> str | None:
    """A rate used that is not the rate planned."""
    for u in seen.updates:
        if u.planned is not None and u.used != u.planned:
            return f"update {u.k} used the rate {u.used:g}, planned was {u.planned:g}"
    return None


def above_peak(seen: Seen) -> str | None:
    """A rate used above the highest one planned."""
    if seen.plan is None:
        return None
    high = [u for u in seen.updates if u.used > seen.plan.peak]
    if not high:
        return None
    if len(high) == 1:
        return (
            f"update {high[0].k} used the rate {high[0].used:g}, "
            f"above the planned peak {seen.plan.peak:g}"
        )
    return (
        f"{len(high)} updates used a rate above the planned peak {seen.plan.peak:g}, "
        f"first update {high[0].k} with {high[0].used:g}"
    )


RULES: Final[dict[str, Rule]] = {
    "initial-loss": initial_loss,
    "rate": rate,
    "loss-change": loss_change,
    "loss-spike": spike,
    "plateau": plateau,
    "growing-gap": gap,
    "below-chance": below_chance,
    "zero-rate": zero_rate,
    "rate-mismatch": mismatch,
    "rate-above-peak": above_peak,
}


class Observer:
    """Follows a trace and says, after each epoch, what its rules see in it."""

    def __init__(self) -> None:
        self._seen = Seen()

    def see(self, event: Event) -> list[Observation]:
        """Return the observations that `event` completes; only an `Epoch` completes any."""
        if isinstance(event, Planned):
            self._seen.plan = event
        elif isinstance(event, Update):
            self._seen.updates.append(event)
        elif isinstance(event, Epoch):
            self._seen.epochs.append(event)
            said = [(name, rule(self._seen)) for name, rule in RULES.items()]
            first = self._seen.epochs[-2].updates if len(self._seen.epochs) > 1 else 0
            self._seen.updates.clear()
            return [
                Observation(
                    rule=name, first=first, last=max(event.updates - 1, 0), sentence=sentence
                )
                for name, sentence in said
                if sentence is not None
            ]
        return []
