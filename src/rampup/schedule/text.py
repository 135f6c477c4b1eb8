"""Schedule text ⇄ `Schedule`: `str(schedule)` writes it, `parse` reads it.

Grammar, with the words behind a phase in any order and each at most once::

    schedule := product (">>" product)*
    product  := unit ("*" unit)*
    unit     := phase | "(" schedule ")" change*
    phase    := ("warmup" | "hold" | "decay") [length] [shape]
                    ["from" factor] ["to" factor] ["anchor" name] ["per epoch"]
              | "rise" [length] [shape] ["from" factor] ["to" factor] ["anchor" name] ["per epoch"]
              | "steps" [length] ("at" length,length,… | "every" length ["times" number])
                    ["gamma" factor]
              | "restarts" length [shape] ["to" factor] ["times" number] ["peak" factor]
                    ["over" length] ["per epoch"]
              | "cycle" "up" length "down" length ["from" factor] ["mode" name]
                    ["gamma" factor] ["over" length]
              | ("inverse-sqrt" | "saturating") length ["over" length]
              | ("exponential" | "rectified") number ["every" length] ["over" length]
              | "inverse-time" number ["every" length] ["power" number] ["stairs"] ["over" length]
              | "plateau" factor ["patience" count] ["mode" name] ["threshold" number] ["abs"]
                    ["cooldown" count] ["to" factor] ["over" length] ["dropped" length,length,…]
              | "points" (update ":" factor)+ [shape]
              | "function" package.module:name ["over" length]
    change   := "scaled" number | "clamped" number number | "lifted" number
              | ("stretched" | "within" | "on" | "delayed" | "since") length
              | "repeated" [number] | "per epoch" | "cut" length ["to" factor]
              | ("cooldown" | "faded") "at" length "over" length [shape] ["to" factor]
              | "rewarmed" "at" length "over" length [shape] ["from" factor]
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from rampup.errors import ParseError, RampupError, nearest
from rampup.schedule import build
from rampup.schedule.combine import Product
from rampup.schedule.laws import Law
from rampup.schedule.phase import Phase
from rampup.schedule.plateau import dropped, plateau
from rampup.schedule.points import Function
from rampup.schedule.ramp import ANCHORS, Ramp
from rampup.schedule.schedule import MOST_DEPTH, Schedule
from rampup.schedule.shapes import SHAPES, split_name
from rampup.schedule.words import (
    CHANGES,
    COUNTS,
    FLAGS,
    LENGTHS,
    NEEDS,
    PHASES,
    POINTS,
    TAKES,
    WORDS,
)
from rampup.units import Length

MOST_CHARACTERS: Final = 100_000
"""Longest text that is read; thousands of phases or points fit."""

_TOKEN: Final = re.compile(r">>|[*()]|[^\s()*>]+(?:\([^\s()]*\))?|>")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a sign, and the column where it starts."""

    text: str
    column: int


def parse(text: str) -> Schedule:
    """Return the schedule that `text` says.

    Args:
        text: such as `"warmup 5ep linear >> decay cosine to 0.01"`.

    Raises:
        ParseError: the text does not parse; the message points at the column.

    Example:
        >>> schedule = parse("warmup 5ep >> decay cosine to 0.01")
        >>> str(schedule)
        'warmup 5ep linear >> decay cosine to 0.01'
        >>> parse(str(schedule)) == schedule
        True
        >>> parse("warmup 5ep >> fall cosine")
        Traceback (most recent call last):
        ...
        rampup.errors.ParseError: 'fall' is no phase; there are 'warmup', 'hold', 'decay', ...
          warmup 5ep >> fall cosine
                        ^ column 15
    """
    if len(text) > MOST_CHARACTERS:
        raise ParseError(
            f"schedule text of {len(text)} characters is too long; {MOST_CHARACTERS} are read"
        )
    return _Parser(re.sub(r"\s", " ", text)).whole()


class _Parser:
    """Reads tokens from left to right, one method per rule of the grammar."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.tokens = [Token(m.group(), m.start()) for m in _TOKEN.finditer(line)]
        self.next = 0
        self.depth = 0

    def whole(self) -> Schedule:
        schedule = self.schedule()
        if self.peek() is not None:
            token = self.take()
            said = "a phase cannot go on here; write >> or * before the next one"
            if token.text == ")":
                said = "no parenthesis is open here; leave this one out"
            elif token.text in CHANGES:
                said = f"{token.text!r} changes what stands in parentheses; write them before it"
            self.fail(token, said)
        return schedule

    def schedule(self) -> Schedule:
        phases = [*self.product().phases]
        while self.peek() == ">>":
            self.take()
            phases += self.product().phases
        return Schedule(tuple(phases))

    def product(self) -> Schedule:
        factors = [self.unit()]
        while self.peek() == "*":
            self.take()
            factors.append(self.unit())
        return Schedule((Product.of(*factors),)) if len(factors) > 1 else factors[0]

    def unit(self) -> Schedule:
        if self.peek() != "(":
            return self.phase()
        opened = self.take()
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self.fail(opened, f"parentheses nest deeper than {MOST_DEPTH}")
        schedule = self.schedule()
        if self.peek() != ")":
            self.fail(opened, "this parenthesis is not closed; write ) behind its last phase")
        self.take()
        self.depth -= 1
        while self.peek() in CHANGES:
            schedule = self.change(schedule)
        return schedule

    def change(self, schedule: Schedule) -> Schedule:
        token = self.take()
        word = token.text
        if word == "per":
            self.epoch()
            return schedule.per_epoch()
        if word in TAKES:
            said = self.clauses(token)
            self.needed(token, said)
            for name in ("at", "over"):
                if name in TAKES[word] and name not in said:
                    self.fail(token, f"{word} needs '{name}' and a length, such as '{name} 10%'")
            if word == "cut":
                return self.made(token, lambda: schedule.cut(said["length"], said.get("to")))
            if len(said["at"]) > 1:
                self.fail(token, f"{word} happens at one point, not at {len(said['at'])}")
            said["at"] = said["at"][0]
            if "from" in said:
                said["start"] = said.pop("from")
            return self.made(token, lambda: getattr(schedule, word)(**said))
        numbers = {"clamped": 2}.get(word, 1)
        if word == "repeated" and self.peek() in (None, ">>", "*", ")", *CHANGES):
            numbers = 0
        timed = word in ("stretched", "within", "on", "delayed", "since")
        kind: Callable[[Token], Any] = self.length if timed else self.number
        values = [kind(self.value(self.tokens[self.next - 1])) for _ in range(numbers)]
        if word == "repeated":
            values = [int(value) if value.is_integer() else value for value in values]
        return self.made(token, lambda: getattr(schedule, word)(*values))

    def phase(self) -> Schedule:
        if self.peek() in (None, ">>", "*", ")"):
            column = self.tokens[self.next].column if self.peek() else len(self.line)
            self.fail(Token("", column), "a phase is missing here; write warmup, hold or decay")
        token = self.take()
        verb = token.text
        if verb not in PHASES:
            self.fail(token, f"{verb!r} is no phase; {nearest(verb, PHASES)}")
        said = self.clauses(token)
        self.needed(token, said)
        if verb == "steps" and not said.keys() & {"at", "every"}:
            self.fail(token, "steps need their points, such as 'steps at 30ep,60ep'")
        if verb == "cycle" and "up" not in said:
            self.fail(token, "a cycle needs a rise, such as 'cycle up 2000up down 2000up'")
        return self.made(token, lambda: _build(verb, said))

    def needed(self, token: Token, said: dict[str, Any]) -> None:
        name, sentence = NEEDS.get(token.text, ("", ""))
        if name and name not in said:
            self.fail(token, sentence)

    def clauses(self, phase: Token) -> dict[str, Any]:
        """Return what the words behind a phase say, by name."""
        said: dict[str, Any] = {}
        verb = phase.text
        while self.peek() not in (None, ">>", "*", ")", "("):
            if self.peek() in CHANGES and self.peek() not in TAKES[verb]:
                break
            token = self.take()
            name, value = self.clause(token, verb)
            if name not in TAKES[verb]:
                takes = ", ".join(TAKES[verb])
                self.fail(token, f"{_a(verb)} takes no {token.text!r}; it takes {takes}")
            if name == "point":
                said.setdefault(name, []).append(value)
            elif name in said:
                self.fail(token, f"{token.text!r} says the {name} of this {verb} a second time")
            else:
                said[name] = value
        return said

    def clause(self, token: Token, verb: str) -> tuple[str, Any]:
        """Return what one word (and the word behind it, where it needs one) says."""
        word, takes = token.text, TAKES[verb]
        if word in WORDS:
            return self.worded(token)
        if word.partition("(")[0] in SHAPES:
            try:
                split_name(word)
            except RampupError as error:
                self.fail(token, str(error))
            return "shape", word
        if "path" in takes:
            return "path", word
        if "point" in takes and ":" in word:
            at, _, factor = word.partition(":")
            behind = token.column + len(at) + 1
            return "point", (
                self.number(Token(at, token.column)),
                self.number(Token(factor, behind)),
            )
        if "number" in takes:
            return "number", self.number(token)
        if word[0].isdigit():
            return "length", self.length(token)
        known: list[str] = [name for name in WORDS if name in takes]
        known += SHAPES if "shape" in takes else []
        hint = nearest(word, known)
        return self.fail(token, f"{word!r} is neither a length nor a word of a phase; {hint}")

    def worded(self, token: Token) -> tuple[str, Any]:
        word = token.text
        if word in FLAGS:
            return word, True
        if word == "per":
            self.epoch()
            return word, True
        value = self.value(token)
        if word == "anchor":
            if value.text not in ANCHORS:
                said = f"anchor {value.text!r} is unknown; {nearest(value.text, list(ANCHORS))}"
                self.fail(value, said)
            return word, value.text
        if word == "mode":
            return word, value.text
        if word in COUNTS:
            return word, self.count(value)
        if word in POINTS:
            points, column = [], value.column
            for part in value.text.split(","):
                points.append(self.length(Token(part, column)))
                column += len(part) + 1
            return word, points
        if word in LENGTHS:
            return word, self.length(value)
        return word, self.number(value)

    def value(self, word: Token) -> Token:
        if self.peek() in (None, ">>", "*", "(", ")"):
            end = word.column + len(word.text)
            self.fail(Token("", end), f"something must follow {word.text!r}")
        return self.take()

    def epoch(self) -> None:
        word = self.tokens[self.next - 1]
        value = self.value(word)
        if value.text != "epoch":
            self.fail(value, f"'per {value.text}' is unknown; write 'per epoch'")

    def length(self, token: Token) -> Length:
        try:
            return Length.of(token.text)
        except RampupError as error:
            self.fail(token, str(error))

    def number(self, token: Token) -> float:
        try:
            return float(token.text)
        except ValueError:
            self.fail(token, f"{token.text!r} is no number; write one such as 0.1")

    def count(self, token: Token) -> int:
        if not token.text.isdecimal():
            self.fail(token, f"{token.text!r} is no count; write a whole number such as 10")
        return int(token.text)

    def made(self, token: Token, make: Callable[[], Schedule]) -> Schedule:
        try:
            return make()
        except RampupError as error:
            self.fail(token, str(error))

    def peek(self) -> str | None:
        return self.tokens[self.next].text if self.next < len(self.tokens) else None

    def take(self) -> Token:
        self.next += 1
        return self.tokens[self.next - 1]

    def fail(self, token: Token, message: str) -> NoReturn:
        pointer = f"{' ' * token.column}^ column {token.column + 1}"
        raise ParseError(f"{message}\n  {self.line}\n  {pointer}") from None


def _a(verb: str) -> str:
    return f"a {verb}" if verb in ("warmup", "hold", "decay", "rise", "cycle", "plateau") else verb


def _build(verb: str, said: dict[str, Any]) -> Schedule:
    """Return the phase that `verb` and what was said behind it make."""
    over = said.get("over")

    def only(*names: str) -> dict[str, Any]:
        return {name: said[name] for name in names if name in said}

    if verb in ("warmup", "hold", "decay", "rise"):
        phase: Phase = _ramp(verb, said)
    elif verb == "steps":
        return build.steps(over=said.get("length"), **only("at", "gamma", "every", "times"))
    elif verb == "restarts":
        made = build.restarts(said["length"], over=over, **only("times", "peak", "shape", "to"))
        return made.per_epoch() if "per" in said else made
    elif verb == "cycle":
        low = said.get("from", 0.1)
        return build.cycle(said["up"], said.get("down"), low, over=over, **only("mode", "gamma"))
    elif verb == "plateau":
        mode = "abs" if "abs" in said else "rel"
        counts = only("patience", "mode", "threshold", "cooldown", "to")
        made = plateau(said["number"], over=over, threshold_mode=mode, **counts)
        return dropped(made, said.get("dropped", []))
    elif verb == "points":
        return build.from_points(said["point"], said.get("shape", "linear"))
    elif verb == "function":
        phase = Function(path=said["path"], over=over)
    else:
        parameter = said["length"] if "length" in said else said["number"]
        phase = Law(rule=verb, parameter=parameter, over=over, **only("every", "power", "stairs"))
    return Schedule((phase,))


def _ramp(verb: str, said: dict[str, Any]) -> Ramp:
    options: dict[str, Any] = {k: said[k] for k in ("shape", "anchor") if k in said}
    if verb == "warmup":
        options |= {"start": said.get("from", 0.0), "end": 1.0}
        options.setdefault("anchor", "end")
    elif verb == "decay":
        options["end"] = said.get("to", 0.0)
    elif verb == "rise":
        options |= {"start": said.get("from"), "end": said.get("to", 1.0)}
    else:
        options["start"] = said.get("from")
    return Ramp(verb=verb, over=said.get("length"), staircase=said.get("per", False), **options)
