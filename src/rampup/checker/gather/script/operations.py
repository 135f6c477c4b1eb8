"""Operations of a script, made into functions that compute them."""

import ast

from rampup.checker.gather.script.arithmetic import SIGNS, combine, like
from rampup.checker.gather.script.attributes import unknown
from rampup.checker.gather.script.comparing import compare
from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.program import Expression, Program
from rampup.checker.gather.script.values import Unknown, Value, Written, number, rates_in, show


def combined(sign: str, left: Value, right: Value, frame: Frame) -> Value:
    """Return `left sign right`; an unknown setting beside a number is guessed."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        walk = frame.walk
        both = isinstance(left, Unknown) and isinstance(right, Unknown)
        if both and not (walk.guesses.counts(left) or walk.guesses.counts(right)):
            return unknown(f"{left.text} {sign} {right.text}")
        if not isinstance(left, str | list | tuple):
            left, right = walk.known_number(left), walk.known_number(right)
        if isinstance(left, Unknown) or isinstance(right, Unknown):
            if sign == "%" and isinstance(left, str):
                return Written.of(str(left), rates_in(right))
            return unknown(f"{show(left)} {sign} {show(right)}")
    return combine(sign, left, right)


def binary(program: Program, node: ast.BinOp) -> Expression:
    """Return what computes `left sign right`."""
    left, right = program.expression(node.left), program.expression(node.right)
    sign = SIGNS[type(node.op)]
    return lambda frame: combined(sign, left(frame), right(frame), frame)


def unary(program: Program, node: ast.UnaryOp) -> Expression:
    """Return what computes `-x`, `+x` or `not x`."""
    operand = program.expression(node.operand)
    if isinstance(node.op, ast.Not):
        return lambda frame: not truth(operand(frame), node.operand, frame)
    if isinstance(node.op, ast.Invert):
        return lambda frame: unknown(frame.walk.program.text(node))
    negative = isinstance(node.op, ast.USub)

    def run(frame: Frame) -> Value:
        value = frame.walk.known_number(operand(frame))
        known = number(value)
        if known is None:
            return unknown(f"-{show(value)}")
        return like(-known, value) if negative else value

    return run


def truth(value: Value, node: ast.AST, frame: Frame) -> bool:
    """Return whether a value holds as a condition."""
    text = frame.walk.program.text(node) if isinstance(value, Unknown) and not value.text else ""
    return frame.walk.truth(value, text)


def boolean(program: Program, node: ast.BoolOp) -> Expression:
    """Return what computes `a and b` or `a or b`."""
    parts = [(program.expression(value), value) for value in node.values]
    stop = isinstance(node.op, ast.Or)

    def run(frame: Frame) -> Value:
        value: Value = None
        for part, written in parts:
            value = part(frame)
            if (written is not node.values[-1]) and truth(value, written, frame) == stop:
                return value
        return value

    return run


def comparison(program: Program, node: ast.Compare) -> Expression:
    """Return what compares."""
    first = program.expression(node.left)
    rest = [
        (type(op), program.expression(right))
        for op, right in zip(node.ops, node.comparators, strict=True)
    ]

    def run(frame: Frame) -> Value:
        left = first(frame)
        for op, part in rest:
            right = part(frame)
            held = compare(op, left, right, frame)
            if not held:
                return False
            left = right
        return True

    return run
