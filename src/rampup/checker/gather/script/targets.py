"""Targets of assignments: names, attributes, items, and tuples of them."""

import ast
from collections.abc import Callable

from rampup.checker.gather.script.attributes import set_attribute, set_item, unknown
from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.native import Native
from rampup.checker.gather.script.program import Expression, Program
from rampup.checker.gather.script.streams import everything, stream
from rampup.checker.gather.script.values import Instance, Unknown, Value, show

Target = Callable[[Frame, Value], None]


def target_of(
    program: Program, node: ast.AST, expression: Callable[[Program, ast.AST], Expression]
) -> Target:
    """Return a function that assigns a value to a target."""
    if isinstance(node, ast.Name):
        return _name(node.id)
    if isinstance(node, ast.Attribute):
        base = expression(program, node.value)
        text, name = program.text(node), node.attr

        def to_attribute(frame: Frame, value: Value) -> None:
            call_it(value, text)
            set_attribute(base(frame), name, value, frame, node)

        return to_attribute
    if isinstance(node, ast.Subscript):
        base, index = expression(program, node.value), expression(program, node.slice)
        return lambda frame, value: set_item(base(frame), index(frame), value, frame, node)
    if isinstance(node, ast.Starred):
        return target_of(program, node.value, expression)
    if isinstance(node, ast.Tuple | ast.List):
        stars = [isinstance(one, ast.Starred) for one in node.elts]
        return _several([target_of(program, one, expression) for one in node.elts], stars)
    return lambda _, __: None


def call_it(value: Value, name: str) -> None:
    """Give an object the name that it is first bound to."""
    if isinstance(value, Native) and not value.name:
        value.name = name
    elif isinstance(value, Instance) and isinstance(value.native, Native) and not value.native.name:
        value.native.name = name


def _name(name: str) -> Target:
    def to_name(frame: Frame, value: Value) -> None:
        if isinstance(value, Native | Instance):
            call_it(value, name)
        frame.set(name, value)

    return to_name


def _several(targets: list[Target], stars: list[bool]) -> Target:
    def to_all(frame: Frame, value: Value) -> None:
        if isinstance(value, Unknown):
            for index, target in enumerate(targets):
                target(frame, unknown(f"{value.text}[{index}]"))
            return
        values = (
            value
            if isinstance(value, list | tuple)
            else everything(stream(value, frame), frame, 50)
        )
        if any(stars):
            place = stars.index(True)
            behind = len(targets) - place - 1
            middle = [*values[place : len(values) - behind]]
            values = [*values[:place], middle, *values[len(values) - behind :]]
        for index, target in enumerate(targets):
            target(
                frame, values[index] if index < len(values) else unknown(f"{show(value)}[{index}]")
            )

    return to_all
