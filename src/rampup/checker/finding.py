"""A finding: what is wrong, where, the numbers that show it, and how to mend it."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

Severity = Literal["error", "warning", "note"]
"""error: the run is not what was written; warning: it hardly can be meant; note: good to know."""

SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where a finding points; what does not apply is empty.

    Args:
        path: file or folder, as it was given; empty for a live object.
        line: line of `path`, from 1; 0 is the whole file.
        column: column of the line, from 1; 0 is the whole line.
        update: index of the update it shows at.
        key: name of an object, key of a checkpoint, or cell of a notebook, whose lines then count.
    """

    path: str = ""
    line: int = 0
    column: int = 0
    update: int | None = None
    key: str = ""

    def __str__(self) -> str:
        """Return it as a compiler prints it."""
        spot = ":".join(str(part) for part in (self.path, self.line, self.column) if part)
        rest = [self.key] if self.key else []
        if self.update is not None:
            rest.append(f"update {self.update}")
        return ", ".join([*([spot] if spot else []), *rest])


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Rates around the place, as evidence.

    Args:
        name: whose rates, such as "used" or "planned".
        first: update of the first value.
        values: one rate per update; `every` updates lie between two of them.
        every: updates from one value to the next.
        marked: updates that the finding speaks of.
    """

    name: str
    first: int = 0
    values: tuple[float, ...]
    every: int = 1
    marked: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of source that proves the finding.

    Args:
        path: its file.
        line: its number, from 1.
        text: the line as it stands there, without its end.
        says: what it shows, such as "steps the scheduler once a batch".
        key: cell of a notebook.
    """

    path: str
    line: int
    text: str
    says: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two values of one thing, side by side.

    Args:
        name: the thing.
        left: its value on the side of `columns[0]`.
        right: its value on the side of `columns[1]`.
        columns: what the sides are called.
    """

    name: str
    left: str
    right: str
    columns: tuple[str, str] = ("planned", "used")


Evidence = Rates | Line | Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Replace a piece of a file.

    Args:
        line: its first line, from 1.
        column: its first column, from 1.
        end_line: the line it ends on.
        end_column: the column behind its end.
        text: what stands there afterwards.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """How to mend it.

    Args:
        text: one imperative sentence.
        edits: the same as edits of the file, where it is mechanical.
        safe: the edits cannot change anything but what was found; `--fix` applies these.
    """

    text: str
    edits: tuple[Edit, ...] = ()
    safe: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong.

    Args:
        code: code of the rule, such as "RU101"; stable.
        name: name of the rule, such as "zero-first-rate"; stable.
        word: class of the mistake, such as "ZERO".
        severity: "error", "warning" or "note".
        place: where it is.
        message: one sentence with the numbers.
        evidence: what shows it.
        fix: how to mend it.

    Example:
        >>> import rampup
        >>> (finding,) = rampup.check("warmup 9up >> hold", updates=5)
        >>> finding.code, finding.name, finding.severity
        ('RU103', 'degenerate-schedule', 'error')
    """

    code: str
    name: str
    word: str
    severity: Severity
    place: Place
    message: str
    evidence: tuple[Evidence, ...] = ()
    fix: Fix

    def __str__(self) -> str:
        """Return it as one line."""
        place = f"{self.place}: " if str(self.place) else ""
        return f"{place}{self.severity} {self.code} {self.name}: {self.message}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values; `rampup check --format json` prints a list of these.

        A rate that is no finite number is the text "NaN", "Infinity" or "-Infinity".
        """
        return {
            "code": self.code,
            "name": self.name,
            "class": self.word,
            "severity": self.severity,
            "path": self.place.path or None,
            "line": self.place.line or None,
            "column": self.place.column or None,
            "update": self.place.update,
            "key": self.place.key or None,
            "message": self.message,
            "evidence": [
                {"kind": type(piece).__name__.lower(), **_plain(asdict(piece))}
                for piece in self.evidence
            ],
            "fix": {
                "text": self.fix.text,
                "safe": self.fix.safe,
                "edits": [asdict(edit) for edit in self.fix.edits],
            },
        }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
