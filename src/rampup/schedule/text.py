"""Schedule text ⇄ `Schedule`: `str(schedule)` writes it, `parse` reads it.

Grammar, with the words after the verb in any order and each at most once::

    schedule := phase (">>" phase)*
    phase    := ("warmup" | "hold" | "decay") [length] [shape]
                ["from" factor] ["to" factor] ["anchor" name] ["per epoch"]
"""

import re
from dataclasses import replace
from typing import Any, Final, NoReturn

from rampup.errors import ParseError, RampupError, nearest
from rampup.schedule.build import decay, hold, warmup
from rampup.schedule.phase import ANCHORS, Schedule
from rampup.schedule.shapes import SHAPES
from rampup.units import Length

MOST_CHARACTERS: Final = 10_000
"""Longest text that is read; a schedule of a thousand phases fits."""

_VERBS: Final = ("warmup", "hold", "decay")
_TAKES: Final = {
    "warmup": ("length", "shape", "from", "anchor", "per"),
    "hold": ("length", "from"),
    "decay": ("length", "shape", "to", "anchor", "per"),
}
_WORD: Final = re.compile(r"\S+")


def parse(text: str) -> Schedule:
    """Return the schedule that `text` says.

    Args:
        text: such as `"warmup 5ep linear >> decay cosine to 0.01"`.

    Raises:
        ParseError: the text does not parse; the message points at the column.
        ScheduleError: it parses to something that cannot be meant.

    Example:
        >>> schedule = parse("warmup 5ep >> decay cosine to 0.01")
        >>> str(schedule)
        'warmup 5ep linear >> decay cosine to 0.01'
        >>> parse(str(schedule)) == schedule
        True
        >>> parse("warmup 5ep >> fall cosine")
        Traceback (most recent call last):
        ...
        rampup.errors.ParseError: 'fall' is no phase; there are 'warmup', 'hold', 'decay'
          warmup 5ep >> fall cosine
                        ^ column 15
    """
    if len(text) > MOST_CHARACTERS:
        raise ParseError(
            f"schedule text of {len(text)} characters is too long; {MOST_CHARACTERS} are read"
        )
    line = " ".join(text.expandtabs(1).splitlines())  # one column per character
    schedules: list[Schedule] = []
    column = 0
    for piece in line.split(">>"):
        schedules.append(_phase(line, piece, column))
        column += len(piece) + 2
    phases = tuple(phase for schedule in schedules for phase in schedule.phases)
    return Schedule(phases)


def _phase(line: str, piece: str, column: int) -> Schedule:
    words = [(match.group(), column + match.start()) for match in _WORD.finditer(piece)]
    if not words:
        _fail(line, column, "a phase is missing here; write warmup, hold or decay")
    verb, at = words.pop(0)
    if verb not in _VERBS:
        _fail(line, at, f"{verb!r} is no phase; {nearest(verb, list(_VERBS))}")
    said: dict[str, Any] = {}
    while words:
        word, here = words.pop(0)
        name, value = _clause(line, word, here, words)
        if name not in _TAKES[verb]:
            _fail(line, here, f"a {verb} takes no {word!r}; it takes {', '.join(_TAKES[verb])}")
        if name in said:
            _fail(line, here, f"{word!r} says the {name} of this {verb} a second time")
        said[name] = value
    if verb == "warmup" and "length" not in said:
        _fail(line, at, "a warmup needs a length, such as 'warmup 5ep' or 'warmup 500up'")
    try:
        return _build(verb, said)
    except RampupError as error:
        _fail(line, at, str(error))


def _clause(line: str, word: str, here: int, rest: list[tuple[str, int]]) -> tuple[str, Any]:
    """Return what one word (and the word after it, where it needs one) says."""
    if word in SHAPES:
        return "shape", word
    if word[0].isdigit():
        try:
            return "length", Length.of(word)
        except RampupError as error:
            _fail(line, here, str(error))
    if word not in ("from", "to", "anchor", "per"):
        known = [*SHAPES, "from", "to", "anchor", "per"]
        _fail(line, here, f"{word!r} is neither a length nor a word of a phase; "
              f"{nearest(word, known)}")  # fmt: skip
    if not rest:
        _fail(line, here + len(word), f"something must follow {word!r}")
    value, there = rest.pop(0)
    if word == "per":
        if value != "epoch":
            _fail(line, there, f"'per {value}' is unknown; write 'per epoch'")
        return word, True
    if word == "anchor":
        if value not in ANCHORS:
            _fail(line, there, f"anchor {value!r} is unknown; {nearest(value, list(ANCHORS))}")
        return word, value
    try:
        return word, float(value)
    except ValueError:
        _fail(line, there, f"{value!r} is no factor; write a number between 0 and 1")


def _build(verb: str, said: dict[str, Any]) -> Schedule:
    length, per_epoch = said.get("length"), said.get("per", False)
    options = {key: said[key] for key in ("shape", "anchor") if key in said}
    if verb == "hold":
        return Schedule(tuple(replace(p, start=said.get("from")) for p in hold(length).phases))
    if verb == "warmup":
        schedule = warmup(said["length"], start=said.get("from", 0.0), **options)
    else:
        schedule = decay(over=length, to=said.get("to", 0.0), **options)
    return Schedule(tuple(replace(phase, per_epoch=per_epoch) for phase in schedule.phases))


def _fail(line: str, column: int, message: str) -> NoReturn:
    raise ParseError(f"{message}\n  {line}\n  {' ' * column}^ column {column + 1}") from None
