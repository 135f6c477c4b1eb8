"""Comprehensions and generators of a script, made into functions that draw their items."""

import ast
from collections.abc import Callable
from typing import Final

from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.operations import truth
from rampup.checker.gather.script.program import Expression, Program
from rampup.checker.gather.script.streams import everything, stream
from rampup.checker.gather.script.targets import target_of
from rampup.checker.gather.script.values import Guessed, Raised, Value, is_sure, plain

MOST_YIELDED: Final = 512
"""A generator that yields more is taken to have no end."""


def comprehension(
    program: Program, node: ast.ListComp | ast.GeneratorExp | ast.SetComp
) -> Expression:
    """Return what makes a list of a comprehension."""
    element = program.expression(node.elt)
    walked = _generators(program, node.generators)

    def run(frame: Frame) -> Value:
        made: list[Value] = []
        inside = Frame(frame.walk, frame, frame.function)
        sure = walked(inside, lambda inner: made.append(element(inner)))
        return made if sure else Guessed(made)

    return run


def dict_comprehension(program: Program, node: ast.DictComp) -> Expression:
    """Return what makes a dict of a comprehension."""
    key, value = program.expression(node.key), program.expression(node.value)
    walked = _generators(program, node.generators)

    def run(frame: Frame) -> Value:
        made: dict[Value, Value] = {}

        def add(inner: Frame) -> None:
            name = plain(key(inner))
            if name is None or isinstance(name, bool | int | float | str):
                made[name] = value(inner)

        walked(Frame(frame.walk, frame, frame.function), add)
        return made

    return run


def _generators(
    program: Program, generators: list[ast.comprehension]
) -> Callable[[Frame, Callable[[Frame], None]], bool]:
    """Return a function that does something for each item; it returns if their number is sure."""
    if not generators:

        def once(frame: Frame, do: Callable[[Frame], None]) -> bool:
            do(frame)
            return True

        return once
    first, *others = generators
    source, target = program.expression(first.iter), target_of(program, first.target)
    tests = [(program.expression(one), one) for one in first.ifs]
    inner = _generators(program, others)

    def run(frame: Frame, do: Callable[[Frame], None]) -> bool:
        items = stream(source(frame), frame)
        length = 5000 if items.length is None else items.length
        sure = is_sure(items.number)
        for index in range(length):
            frame.walk.spend()
            target(frame, items.item(index))
            if all(truth(test(frame), one, frame) for test, one in tests):
                sure = inner(frame, do) and sure
        return sure

    return run


def yielding(program: Program, node: ast.Yield) -> Expression:
    """Return what yields a value."""
    value = program.expression(node.value) if node.value else None

    def run(frame: Frame) -> Value:
        inner: Frame | None = frame
        while inner is not None and inner.yielded is None:
            inner = inner.outer
        if inner is not None and inner.yielded is not None:
            inner.yielded.append(value(frame) if value else None)
            if len(inner.yielded) >= MOST_YIELDED:
                raise Raised(GeneratorExit())
        return None

    return run


def yielding_from(program: Program, node: ast.YieldFrom) -> Expression:
    """Return what yields all values of another."""
    value = program.expression(node.value)

    def run(frame: Frame) -> Value:
        if frame.yielded is not None:
            frame.yielded += everything(stream(value(frame), frame), frame, MOST_YIELDED)
            if len(frame.yielded) >= MOST_YIELDED:
                raise Raised(GeneratorExit())
        return None

    return run
