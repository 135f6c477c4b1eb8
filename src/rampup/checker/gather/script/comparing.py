"""Comparisons of a walked script: what is known is computed, the rest goes its way in a world."""

import ast
import operator
from collections.abc import Callable
from typing import Final

from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.native import Native
from rampup.checker.gather.script.values import (
    Class,
    Function,
    Instance,
    Name,
    Stream,
    Unknown,
    Value,
    number,
    plain,
    show,
)

ORDER: Final[dict[type[ast.cmpop], Callable[[Value, Value], bool]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}

SAYS: Final[dict[type[ast.cmpop], tuple[str, bool]]] = {
    ast.Lt: ("<", True),
    ast.GtE: ("<", False),
    ast.Gt: (">", True),
    ast.LtE: (">", False),
    ast.Eq: ("==", True),
    ast.NotEq: ("==", False),
    ast.Is: ("is", True),
    ast.IsNot: ("is", False),
    ast.In: ("in", True),
    ast.NotIn: ("in", False),
}
"""A comparison and its opposite are one question, with opposite answers."""


def compare(op: type[ast.cmpop], left: Value, right: Value, frame: Frame) -> bool:
    """Return whether `left op right` holds in this world."""
    walk = frame.walk
    if isinstance(left, Unknown) and left.text in walk.known:
        left = walk.known[left.text]
    if op in (ast.Is, ast.IsNot):
        held = _is(left, right, frame)
        return held == (op is ast.Is)
    if op in (ast.In, ast.NotIn):
        held = _in(left, right, frame)
        return held == (op is ast.In)
    if walk.guesses.counts(left) and not isinstance(plain(right), str | None):
        left = walk.known_number(left)
    if walk.guesses.counts(right) and not isinstance(plain(left), str | None):
        right = walk.known_number(right)
    first, second = number(left), number(right)
    if first is not None and second is not None:
        walk.compared = (left, right)
        return bool(ORDER[op](first, second))
    first, second = plain(left), plain(right)
    if isinstance(first, Unknown) or isinstance(second, Unknown) or op not in (ast.Eq, ast.NotEq):
        return _asked(op, left, right, frame)
    if isinstance(first, Name) and isinstance(second, Name):
        return _asked(op, left, right, frame)
    same = first is second or (type(first) is type(second) and _equal(first, second))
    return same == (op is ast.Eq)


def _equal(first: Value, second: Value) -> bool:
    if isinstance(first, str | tuple):
        return bool(first == second)
    return False


def _asked(op: type[ast.cmpop], left: Value, right: Value, frame: Frame) -> bool:
    sign, positive = SAYS[op]
    return frame.walk.guesses.way(f"{show(left)} {sign} {show(right)}") == positive


def _is(left: Value, right: Value, frame: Frame) -> bool:
    if right is None:
        if isinstance(left, Unknown):
            # what is None does not hold either
            return not frame.walk.guesses.way(left.text)
        return left is None
    first, second = plain(left), plain(right)
    if isinstance(first, bool) and isinstance(second, bool):
        return first is second
    if (
        isinstance(first, Native | Instance | Class | Function | Stream | list | dict)
        or first is None
    ):
        return first is second
    return frame.walk.guesses.way(f"{show(left)} is {show(right)}")


def _in(left: Value, right: Value, frame: Frame) -> bool:
    key = plain(frame.walk.known_number(left) if frame.walk.guesses.counts(left) else left)
    if isinstance(right, dict | list | tuple) and not isinstance(key, Unknown):
        for one in right:
            one = plain(one)
            if isinstance(one, Unknown):
                return _asked(ast.In, left, right, frame)
            if one is key or (isinstance(one, str | int | float | bool) and one == key):
                return True
        return False
    if isinstance(right, str) and isinstance(key, str):
        return key in right
    if isinstance(right, Instance) and isinstance(key, str) and right.of is None:
        return key in right.names
    return _asked(ast.In, left, right, frame)
