"""Arithmetic of a walked script: bounded, on plain numbers, remembering what they count."""

import ast
import operator
from collections.abc import Callable
from typing import Final

from rampup.checker.gather.script.values import (
    Dimension,
    Number,
    Raised,
    Rate,
    Unknown,
    Value,
    Written,
    dimension,
    is_sure,
    plain,
    rates_in,
    show,
)

BITS: Final = 4096
"""Integers with more bits are not computed."""

LONG: Final = 10_000
"""Texts and lists are not multiplied beyond this length."""

SIGNS: Final[dict[type[ast.operator], str]] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.LShift: "<<", ast.RShift: ">>", ast.BitOr: "|", ast.BitAnd: "&",
    ast.BitXor: "^", ast.MatMult: "@",
}  # fmt: skip

PLAIN: Final[dict[str, Callable[[Value, Value], Value]]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "//": operator.floordiv, "%": operator.mod, "**": operator.pow, "<<": operator.lshift,
    ">>": operator.rshift, "|": operator.or_, "&": operator.and_, "^": operator.xor,
}  # fmt: skip


def combine(sign: str, left: Value, right: Value) -> Value:
    """Return `left sign right` for two known values, or an unknown one.

    Raises:
        Raised: the script divides by zero, or something of the kind.
    """
    first, second = plain(left), plain(right)
    if isinstance(first, int | float) and isinstance(second, int | float):
        value = _numbers(sign, first, second)
        if value is None:
            return Unknown(f"{show(left)} {sign} {show(right)}")
        if first is left and second is right:
            return value
        return Number(value, _dimension(sign, left, right), is_sure(left) and is_sure(right))
    if isinstance(first, str):
        if sign == "+" and isinstance(second, str) and len(first) + len(second) < LONG:
            return Written.of(str(first) + str(second), rates_in(first) + rates_in(second))
        if sign == "%":
            return Written.of(str(first), rates_in(right))
    if sign == "+" and type(first) is type(second) and isinstance(first, list | tuple):
        return first + second if len(first) + len(second) < LONG else Unknown("a long list")
    if sign == "*":
        for some, times in ((first, second), (second, first)):
            if isinstance(some, list | tuple | str) and isinstance(times, int):
                if len(some) * times >= LONG:
                    return Unknown("a long list")
                return some * times
    if sign == "|" and isinstance(first, dict) and isinstance(second, dict):
        return {**first, **second}
    return Unknown(f"{show(left)} {sign} {show(right)}")


def _numbers(sign: str, left: float, right: float) -> float | None:
    """Return `left sign right`; None where that would be too large, or is no real number."""
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length()
        if sign in ("*", "+", "-") and bits + right.bit_length() > BITS:
            return None
        if (sign == "<<" or (sign == "**" and bits)) and not -BITS < bits * max(right, 1) < BITS:
            return None
        if sign == "<<" and right > BITS:
            return None
    if sign not in PLAIN:
        return None
    try:
        value = PLAIN[sign](left, right)
    except ArithmeticError as error:
        raise Raised(error) from None
    except (TypeError, ValueError):
        return None
    return None if isinstance(value, complex) else value


def _dimension(sign: str, left: Value, right: Value) -> Dimension:
    first, second = dimension(left), dimension(right)
    if first is None or second is None:
        return None
    if sign == "*":
        return _product(first, second, 1)
    if sign in ("/", "//"):
        return _product(first, second, -1)
    if sign in ("+", "-"):
        return same(left, right)
    return first if sign == "%" and first == second else None


def _product(
    left: tuple[tuple[str, int], ...], right: tuple[tuple[str, int], ...], power: int
) -> Dimension:
    powers = dict(left)
    for name, times in right:
        powers[name] = powers.get(name, 0) + power * times
    return tuple(sorted((name, times) for name, times in powers.items() if times))


def same(*values: Value) -> Dimension:
    """Return the dimension that the values share; a plain constant shares any."""
    shared = {dimension(value) for value in values} - {()}
    return shared.pop() if len(shared) == 1 else None if shared else ()


def like(value: float, *sources: Value) -> Value:
    """Return a number made of `sources`, which counts what they count."""
    if len(sources) == 1 and isinstance(sources[0], Rate):
        rate = sources[0]
        return Rate(
            value, rate.dimension, rate.sure, rate.optimizer, rate.group, rate.through, rate.updates
        )
    if not any(isinstance(source, Number) for source in sources):
        return value
    return Number(value, same(*sources), all(map(is_sure, sources)))
