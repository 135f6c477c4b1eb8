"""Expressions of a script, made into functions that give their values."""

import ast
from collections.abc import Callable
from typing import Any, Final

from rampup.checker.gather.script.attributes import attribute, item, unknown
from rampup.checker.gather.script.comprehensions import (
    comprehension,
    dict_comprehension,
    yielding,
    yielding_from,
)
from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.native import Call
from rampup.checker.gather.script.operations import (
    binary,
    boolean,
    comparison,
    truth,
    unary,
)
from rampup.checker.gather.script.program import Expression, Program
from rampup.checker.gather.script.streams import everything, stream
from rampup.checker.gather.script.values import (
    Bound,
    Function,
    Number,
    Unknown,
    Value,
    Written,
    plain,
    rates_in,
)


def expression(program: Program, node: ast.AST) -> Expression:
    """Return a function that gives the value of an expression."""
    make = MAKERS.get(type(node))
    if make is None:
        return lambda frame: unknown(frame.walk.program.text(node))
    return make(program, node)


def _constant(_: Program, node: ast.Constant) -> Expression:
    value: Value = node.value
    if isinstance(value, bytes | complex) or value is ...:
        value = Unknown(repr(value)[:40])
    return lambda _: value


def _name(_: Program, node: ast.Name) -> Expression:
    name = node.id
    return lambda frame: frame.get(name)


def _attribute(program: Program, node: ast.Attribute) -> Expression:
    base, name = expression(program, node.value), node.attr
    return lambda frame: attribute(base(frame), name, frame)


def _subscript(program: Program, node: ast.Subscript) -> Expression:
    base, index = expression(program, node.value), expression(program, node.slice)
    return lambda frame: item(base(frame), index(frame), frame)


def _slice(program: Program, node: ast.Slice) -> Expression:
    parts = [
        expression(program, one) if one else None for one in (node.lower, node.upper, node.step)
    ]

    def run(frame: Frame) -> Value:
        return slice(*(part(frame) if part else None for part in parts))

    return run


def _tuple(program: Program, node: ast.Tuple) -> Expression:
    parts = _display(program, node.elts)
    return lambda frame: tuple(parts(frame))


def _list(program: Program, node: ast.List | ast.Set) -> Expression:
    return _display(program, node.elts)


def _display(program: Program, nodes: list[ast.expr]) -> Callable[[Frame], list[Value]]:
    starred = [isinstance(node, ast.Starred) for node in nodes]
    parts = [
        expression(program, node.value if isinstance(node, ast.Starred) else node) for node in nodes
    ]
    if not any(starred):
        return lambda frame: [part(frame) for part in parts]

    def run(frame: Frame) -> list[Value]:
        values: list[Value] = []
        for part, star in zip(parts, starred, strict=True):
            value = part(frame)
            if star:
                values += everything(stream(value, frame), frame, 1000)
            else:
                values.append(value)
        return values

    return run


def _dict(program: Program, node: ast.Dict) -> Expression:
    entries = [
        (expression(program, key) if key else None, expression(program, value), value)
        for key, value in zip(node.keys, node.values, strict=True)
    ]

    def run(frame: Frame) -> Value:
        made: dict[Value, Value] = {}
        for key, value, written in entries:
            given = value(frame)
            if key is None:
                if isinstance(given, dict):
                    made.update(given)
                continue
            name = plain(key(frame))
            if name is None or isinstance(name, bool | int | float | str):
                made[name] = named_number(given, written, str(name))
        return made

    return run


def named_number(value: Value, node: ast.AST | None, name: str) -> Value:
    """Return a constant that is given a name as a number that stands for something."""
    if isinstance(node, ast.Constant) and type(value) in (int, float) and value not in (0, 1):
        return Number(value, ((f"{name} in line {node.lineno}", 1),))
    return value


def _conditional(program: Program, node: ast.IfExp) -> Expression:
    test = expression(program, node.test)
    body, orelse = expression(program, node.body), expression(program, node.orelse)

    def run(frame: Frame) -> Value:
        return body(frame) if truth(test(frame), node.test, frame) else orelse(frame)

    return run


def _backward(program: Program, node: ast.Call) -> Expression:
    """Return a backward pass; what it goes back from is not computed."""
    assert isinstance(node.func, ast.Attribute)
    path = isinstance(node.func.value, ast.Name | ast.Attribute)
    function = expression(program, node.func) if path else None
    call = _call_of(program, node)

    def run(frame: Frame) -> Value:
        called = function(frame) if function is not None else None
        if isinstance(called, Bound) and called.function is not None:
            return call(frame)
        frame.walk.spend()
        frame.walk.backward(node, frame)
        return None

    return run


def _call(program: Program, node: ast.Call) -> Expression:
    if isinstance(node.func, ast.Attribute) and node.func.attr == "backward":
        return _backward(program, node)
    return _call_of(program, node)


def _call_of(program: Program, node: ast.Call) -> Expression:
    function = expression(program, node.func)
    values = _display(program, node.args)
    plain_places = not any(isinstance(one, ast.Starred) for one in node.args)
    named = [(one.arg, expression(program, one.value), one.value) for one in node.keywords]
    nodes: dict[int | str, ast.AST] = dict(enumerate(node.args)) if plain_places else {}
    nodes.update({one.arg: one.value for one in node.keywords if one.arg})

    def run(frame: Frame) -> Value:
        walk = frame.walk
        walk.spend()
        called = function(frame)
        call = Call(frame, node, values(frame), {}, nodes)
        for name, part, _ in named:
            value = part(frame)
            if name is not None:
                call.named[name] = value
            elif isinstance(value, dict):
                call.named.update({key: one for key, one in value.items() if isinstance(key, str)})
            else:
                call.more = True
        return walk.run(called, call)

    return run


def _lambda(program: Program, node: ast.Lambda) -> Expression:
    defaults = defaults_of(program, node.args)
    return lambda frame: Function(node, frame, defaults(frame))


def defaults_of(program: Program, args: ast.arguments) -> Callable[[Frame], dict[str, Value]]:
    """Return a function that gives the values of parameters which have one."""
    placed = [*args.posonlyargs, *args.args]
    pairs: list[tuple[str, ast.expr]] = [
        (one.arg, value)
        for one, value in zip(
            placed[len(placed) - len(args.defaults) :], args.defaults, strict=True
        )
    ]
    pairs += [
        (one.arg, value)
        for one, value in zip(args.kwonlyargs, args.kw_defaults, strict=True)
        if value is not None
    ]
    made = [(name, expression(program, value), value) for name, value in pairs]
    return lambda frame: {
        name: named_number(part(frame), value, name) for name, part, value in made
    }


def _string(program: Program, node: ast.JoinedStr) -> Expression:
    parts = [
        expression(program, one.value if isinstance(one, ast.FormattedValue) else one)
        for one in node.values
    ]
    fixed = [isinstance(one, ast.Constant) for one in node.values]

    def run(frame: Frame) -> Value:
        values = [part(frame) for part in parts]
        pieces = [
            str(plain(v)) if f or isinstance(plain(v), str | int | float) else "?"
            for v, f in zip(values, fixed, strict=True)
        ]
        return Written.of("".join(pieces)[:400], rates_in(values))

    return run


def _walrus(program: Program, node: ast.NamedExpr) -> Expression:
    value, name = expression(program, node.value), node.target.id

    def run(frame: Frame) -> Value:
        given = value(frame)
        frame.set(name, given)
        return given

    return run


def _inner(program: Program, node: Any) -> Expression:
    return expression(program, node.value)


MAKERS: Final[dict[type[ast.AST], Callable[[Program, Any], Expression]]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.Tuple: _tuple,
    ast.List: _list,
    ast.Set: _list,
    ast.Dict: _dict,
    ast.BinOp: binary,
    ast.UnaryOp: unary,
    ast.BoolOp: boolean,
    ast.Compare: comparison,
    ast.IfExp: _conditional,
    ast.Call: _call,
    ast.Lambda: _lambda,
    ast.JoinedStr: _string,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.DictComp: dict_comprehension,
    ast.NamedExpr: _walrus,
    ast.Yield: yielding,
    ast.YieldFrom: yielding_from,
    ast.Await: _inner,
    ast.Starred: _inner,
}
