"""Rules about accuracy: what guessing would give, and what it hardly ever gives."""

import math
from collections.abc import Iterator
from typing import Final

from rampup.trace.rules.rule import Found, Rule, Seen, measured

SIGMAS: Final = 3.0
"""An accuracy this many standard deviations below chance is worth a word."""


def _held_out(seen: Seen, limit: float) -> Iterator[Found]:
    yield from _below(seen, limit, seen.now.held_out_accuracy, seen.now.held_out_rows)


def _train(seen: Seen, limit: float) -> Iterator[Found]:
    """Take the number of training rows from the stages: `train`, or else `rows`."""
    counts = [
        count
        for name in ("train", "rows")
        for stage in seen.stages
        if isinstance(count := stage.facts.get(name), int) and not isinstance(count, bool)
    ]
    if counts:
        yield from _below(seen, limit, seen.now.train_accuracy, counts[0])


def _below(seen: Seen, limit: float, accuracy: float, rows: int) -> Iterator[Found]:
    plan = seen.plan
    if plan is None or plan.classes < 2 or rows < 1 or seen.now.epoch == 0:
        return
    chance = 1 / plan.classes
    sigma = math.sqrt(chance * (1 - chance) / rows)
    below = (chance - accuracy) / sigma
    if measured(accuracy) and below > limit:
        yield Found(numbers={"accuracy": accuracy, "rows": rows, "below": below, "chance": chance})


_SAYS: Final = (
    " accuracy {accuracy:.1%} on {rows} rows is {below:.1f} standard deviations below guessing "
    "({chance:.1%})"
)
_FORMULAS: Final = {
    "chance": "1 / plan.classes",
    "below": "(chance - accuracy) / sqrt(chance * (1 - chance) / rows)",
}

CHANCE: Final = (
    Rule(
        id="below-chance",
        at="epoch",
        reads="held-out accuracy in standard deviations below 1/classes",
        find=_held_out,
        limit=SIGMAS,
        says={"": "held-out" + _SAYS},
        formulas=_FORMULAS,
    ),
    Rule(
        id="train-below-chance",
        at="epoch",
        reads="training accuracy in standard deviations below 1/classes, rows of the stages",
        find=_train,
        limit=SIGMAS,
        says={"": "training" + _SAYS},
        formulas=_FORMULAS,
    ),
)
