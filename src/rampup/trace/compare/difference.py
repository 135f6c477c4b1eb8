"""One difference between two traces, and when two values are the same."""

import json
import math
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar

LONGEST: Final = 60
"""Characters of a value that a sentence quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs, and how it reads in both.

    Attributes:
        part: "config", "data flow", "schedule", "updates", "epochs", "final", "events" or
            "surroundings".
        name: what differs in that part.
        a: its value in the first trace; None where it has none.
        b: its value in the second trace.
        at: first update that shows it, where it is of an update.
        sentence: the same in words, with the numbers.
    """

    part: str
    name: str
    a: Any
    b: Any
    at: int | None = None
    sentence: str


class _Nothing:
    """Stands where one side has no such value, which is not the same as None."""

    def __repr__(self) -> str:
        return "nothing"


NOTHING: Final = _Nothing()


def same(x: Any, y: Any) -> bool:
    """Return whether two values are the same to the last bit; NaN is itself, 0.0 is not −0.0.

    Example:
        >>> same(0.1 + 0.2, 0.3), same(math.nan, math.nan), same(0.0, -0.0), same(1, 1.0)
        (False, True, False, True)
    """
    if x is y:
        return True
    if isinstance(x, bool) or isinstance(y, bool):
        return x is y
    if isinstance(x, int | float) and isinstance(y, int | float):
        if x == y:
            return x != 0 or math.copysign(1, x) == math.copysign(1, y)
        return x != x and y != y  # isnan takes no int beyond floats
    if isinstance(x, list | tuple) and isinstance(y, list | tuple):
        return len(x) == len(y) and all(same(u, v) for u, v in zip(x, y, strict=True))
    return type(x) is type(y) and bool(x == y)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Return every plain value in nested dictionaries and lists of them, with its dotted path.

    Example:
        >>> list(leaves({"training": {"lr": 0.1}, "hidden": [50, 20]}))
        [('training.lr', 0.1), ('hidden', [50, 20])]
    """
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and any(isinstance(inner, dict | list) for inner in value):
        for n, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{n}]")
    elif path or not isinstance(value, dict):
        yield path, value


def unlike(a: Any, b: Any) -> list[tuple[str, Any, Any]]:
    """Return path and values of the leaves that differ; `NOTHING` where one side has none.

    Lists of one length differ item by item.

    Example:
        >>> unlike({"hidden": [50, 20]}, {"hidden": [50, 30], "seed": 1})
        [('hidden[1]', 20, 30), ('seed', nothing, 1)]
        >>> unlike({}, {"seed": 1})
        [('seed', nothing, 1)]
    """
    left, right = dict(leaves(a)), dict(leaves(b))
    found: list[tuple[str, Any, Any]] = []
    for path in [*left, *(path for path in right if path not in left)]:
        x, y = left.get(path, NOTHING), right.get(path, NOTHING)
        if isinstance(x, list) and isinstance(y, list) and len(x) == len(y):
            items = enumerate(zip(x, y, strict=True))
            found += [(f"{path}[{n}]", u, v) for n, (u, v) in items if not same(u, v)]
        elif not same(x, y):
            found.append((path, x, y))
    return found


def plain(value: Any) -> Any:
    """Return a value for data: what is not there is None."""
    return None if value is NOTHING else value


def shown(x: Any, y: Any) -> tuple[str, str]:
    """Return both values as a sentence quotes them, with enough digits to tell them apart.

    Example:
        >>> shown(0.1, 0.25), shown(0.3, 0.1 + 0.2), shown("a", None)
        (('0.1', '0.25'), ('0.3', '0.30000000000000004'), ("'a'", 'none'))
    """
    left, right = _text(x, exact=False), _text(y, exact=False)
    return (left, right) if left != right else (_text(x, exact=True), _text(y, exact=True))


def _text(value: Any, *, exact: bool) -> str:
    if value is None:
        return "none"
    if isinstance(value, float):
        if math.isfinite(value):
            return repr(value) if exact else f"{value:.6g}"
        return "not a number" if math.isnan(value) else "∞" if value > 0 else "−∞"
    if isinstance(value, str):
        text = repr(value)
    elif isinstance(value, dict | list | bool):
        text = json.dumps(value, ensure_ascii=False, default=repr)
    else:
        text = repr(value)
    return text if exact or len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


T = TypeVar("T")


def counted(items: Iterable[T], key: Callable[[T], Hashable]) -> dict[tuple[Hashable, int], T]:
    """Return `items` by key and by how many of that key came before."""
    before: dict[Hashable, int] = {}
    found: dict[tuple[Hashable, int], T] = {}
    for item in items:
        name = key(item)
        nth = before.get(name, 0)
        before[name] = nth + 1
        found[name, nth] = item
    return found
