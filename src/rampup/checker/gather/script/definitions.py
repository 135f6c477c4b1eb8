"""Definitions of a script: functions, classes and imports."""

import ast
import re
from typing import Final

from rampup.checker.gather.script.expressions import defaults_of, expression
from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.program import ON, Program, Statement
from rampup.checker.gather.script.values import Class, Function, Name, Value

METHODS: Final = ("property", "staticmethod", "classmethod", "cached_property")


def function_definition(
    program: Program, node: ast.FunctionDef | ast.AsyncFunctionDef
) -> Statement:
    """Return a function that defines a function; decorators of others change nothing."""
    defaults = defaults_of(program, node.args)
    kind, name = "", node.name
    options: list[tuple[str, ast.expr]] = []
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Name | ast.Attribute):
            word = decorator.id if isinstance(decorator, ast.Name) else decorator.attr
            if word in METHODS:
                kind = "property" if word == "cached_property" else word
            elif word == "setter":
                name = f"{node.name}.setter"
        elif isinstance(decorator, ast.Call):
            options += _option(decorator)
    made = [(option, expression(program, value)) for option, value in options]

    def run(frame: Frame) -> int:
        outer = frame.outer if frame.is_class else frame
        function = Function(node, outer, defaults(frame), kind=kind)
        function.options = {option: value(frame) for option, value in made}
        frame.set(name, function)
        return ON

    return run


def _option(node: ast.Call) -> list[tuple[str, ast.expr]]:
    """Return the parameter that `@click.option("--name", default=value)` sets, and its value."""
    word = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if word not in ("option", "argument"):
        return []
    names = [one.value for one in node.args if isinstance(one, ast.Constant)]
    values = [one.value for one in node.keywords if one.arg == "default"]
    longest = max((str(name) for name in names), key=len, default="")
    return [(re.sub(r"\W", "_", longest.lstrip("-")), value) for value in values]


def class_definition(program: Program, node: ast.ClassDef) -> Statement:
    """Return a function that defines a class."""
    bases = [expression(program, base) for base in node.bases]

    def run(frame: Frame) -> int:
        inner = Frame(frame.walk, frame, frame.function)
        inner.is_class = True
        program.body(node)(inner)
        made = Class(node, tuple(base(frame) for base in bases), inner.names)
        for value in inner.names.values():
            if isinstance(value, Function) and value.owner is None:
                value.owner = made
        frame.set(node.name, made)
        return ON

    return run


def imports(_: Program, node: ast.Import | ast.ImportFrom) -> Statement:
    """Return a function that binds what is imported."""
    names: list[tuple[str, Value]] = []
    whole = ""
    for alias in node.names:
        if isinstance(node, ast.Import):
            first = alias.name.partition(".")[0]
            names.append((alias.asname or first, Name(alias.name if alias.asname else first)))
        elif alias.name == "*":
            whole = node.module or ""
        else:
            base = "." * node.level + (node.module or "")
            dotted = f"{base}.{alias.name}" if node.module else f"{base}{alias.name}"
            names.append((alias.asname or alias.name, Name(dotted)))

    def run(frame: Frame) -> int:
        for name, value in names:
            frame.set(name, value)
        if whole:
            frame.walk.star(whole)
        return ON

    return run
