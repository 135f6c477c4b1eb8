"""What is assumed of all that a script leaves open: numbers, and the ways that conditions go.

One text has one value in a world. The worlds differ in every number and every condition, so
what holds in all of them does not hang on a guess. Names choose the size of a guess and nothing
else: a fraction stays below one, a warmup below a run.
"""

import re
from typing import Final
from zlib import crc32

from rampup.checker.gather.script.values import Unknown, Value

WORLDS: Final = 4

Choices = tuple[float, float, float, float]

NEVER: Final = re.compile(r"start|resume|begin|offset", re.I)
RATE: Final = re.compile(r"(^|_)(lr|learning_?rate)|lr$", re.I)
LOW_RATE: Final = re.compile(r"min|final|end|warm|init|eta|low", re.I)
FRACTION: Final = re.compile(
    r"ratio|frac|pct|percent|proportion|portion|gamma|beta|momentum|factor|alpha|(^|_)eps|prob|"
    r"dropout|decay$|decay_rate|(^|_)rate$|\btol|thres",
    re.I,
)
WARM: Final = re.compile(r"warm", re.I)
EVERY: Final = re.compile(r"accum|every|freq|interval|period|patience|world|processes|gpus", re.I)
EPOCHS: Final = re.compile(r"epoch", re.I)
BATCH: Final = re.compile(r"batch_?size|\bbs$|per_device", re.I)
LENGTH: Final = re.compile(r"^len\(|__len__|size|shape|(^|_)n(um)?_?(samples|examples|data)", re.I)
COUNT: Final = re.compile(
    r"epoch|step|iter|num|(^|_)n_|max|total|count|updates|len\(|size|t_0|t_mult|cycle|horizon|"
    r"world|shape|milestone",
    re.I,
)
PRIMARY: Final = re.compile(
    r"(is_)?(main|master|global_zero|rank_zero|primary|chief)\w*(\(\))?$", re.I
)
SAVED: Final = re.compile(r"load\(|load_\w+\(|checkpoint|ckpt|(^|\W)state\[|snapshot")
"""What a checkpoint holds: a walk begins with a fresh run."""

RANK: Final = re.compile(r"rank(\(.*\))?$", re.I)
"""The number of a process: a walk is the first one."""

ARGUMENTS: Final = "len(sys.argv)"

FIXED: Final = re.compile(
    r"(parameters|modules|children|buffers|items|keys|values|state_dict|layers|blocks)(\(.*\))?$"
)
"""What is iterated over that is no loader."""

PATH: Final = re.compile(r"[A-Za-z_][\w.\[\]'\"-]*$")
"""A setting: names, attributes and keys, without a call."""

SIZES: Final[tuple[tuple[re.Pattern[str], Choices], ...]] = (
    (NEVER, (0, 0, 0, 0)),
    (BATCH, (4, 2, 8, 3)),
    (EVERY, (2, 3, 4, 2)),
)


class Guesses:
    """The assumptions of one world.

    Args:
        world: which one, from 0.
        long: in one world, what is guessed is larger than this, so that no constant of the text
            is larger than the run in all worlds.
        batches: batches of a loader in that world.
    """

    def __init__(self, world: int, long: int = 0, batches: int = 0) -> None:
        self.world = world
        self.long = long
        self.batches = batches
        self.numbers: dict[str, float] = {}
        self.ways: dict[str, bool] = {}
        self.asked = 0
        """How often a condition was assumed."""

    def number(self, text: str) -> float:
        """Return the number that stands for `text` in this world."""
        if text not in self.numbers:
            self.numbers[text] = self._number(text)
        return self.numbers[text]

    def set(self, text: str, value: float) -> None:
        """Assume a number that fits others, unless there is one already."""
        self.numbers.setdefault(text, value)

    def _number(self, text: str) -> float:
        world = self.world
        late = crc32(text.encode()) % 7
        if text == ARGUMENTS:
            return (1, 3, 1, 2)[world]
        if text.startswith("len("):
            return self._length(text, late)
        if SAVED.search(text) or RANK.search(text):
            return 0
        last = _last(text)
        for pattern, choices in SIZES:
            if pattern.search(last):
                return choices[world]
        if RATE.search(last):
            rate = (1.0, 0.1, 0.5, 0.02)[world]
            return rate * 1e-3 if LOW_RATE.search(last) else rate
        if FRACTION.search(last):
            return (0.1, 0.25, 0.06, 0.2)[world]
        if WARM.search(last):
            whole = world != WORLDS - 1 or COUNT.search(last)
            return (2, 3, 1, 2)[world] if whole else 0.1
        if EPOCHS.search(last):
            return (3, 4, max(6, self.long), 5)[world]
        if world == WORLDS - 1 and not COUNT.search(last):
            return 0.3
        # of two numbers either may be the larger one
        high = max(31, self.long) + 2 * late
        return (8 + 5 * late, max(64 - 7 * late, 9), high, 17 + 3 * late)[world]

    def _length(self, text: str, late: int) -> float:
        """Return how many items something has."""
        if FIXED.search(text[4:-1]):
            return 2
        return (5 + late % 3, 7 + late % 3, max(self.batches, 13), 3)[self.world]

    def way(self, text: str) -> bool:
        """Return whether the condition `text` holds in this world."""
        if PRIMARY.search(text):
            return True
        self.asked += 1
        if text not in self.ways:
            odd = crc32(text.encode()) % 2 == 1
            self.ways[text] = (True, False, odd, not odd)[self.world]
        return self.ways[text]

    def counts(self, value: Value) -> bool:
        """Return whether an unknown value is a number by its name, so that it can be compared."""
        if not isinstance(value, Unknown):
            return False
        if value.text.startswith("len(") or SAVED.search(value.text) or RANK.search(value.text):
            return True
        last = _last(value.text)
        names = (NEVER, RATE, FRACTION, WARM, EVERY, BATCH, COUNT)
        return bool(PATH.match(value.text)) and any(name.search(last) for name in names)


def _last(text: str) -> str:
    """Return the last name or key of a setting."""
    return re.split(r"[.\[]", text.rstrip("])'\""))[-1].strip("'\"") or text


def is_setting(value: Value) -> bool:
    """Return whether an unknown value may be computed with: a setting, a length, a size."""
    if not isinstance(value, Unknown):
        return False
    text = value.text
    return (
        text.startswith("len(")
        or bool(PATH.match(text))
        or bool(LENGTH.search(text))
        or bool(SAVED.search(text))
        or bool(RANK.search(text))
    )
