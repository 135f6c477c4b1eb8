"""Expressions of a script, made into functions that give their values."""

import ast
from collections.abc import Callable
from typing import Any, Final

from rampup.checker.gather.script.arithmetic import SIGNS, combine, like
from rampup.checker.gather.script.attributes import attribute, item, unknown
from rampup.checker.gather.script.comparing import compare
from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.native import Call
from rampup.checker.gather.script.program import Expression, Program
from rampup.checker.gather.script.streams import everything, stream
from rampup.checker.gather.script.targets import target_of
from rampup.checker.gather.script.values import (
    Bound,
    Function,
    Guessed,
    Number,
    Raised,
    Unknown,
    Value,
    Written,
    is_sure,
    number,
    plain,
    rates_in,
    show,
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


def _binary(program: Program, node: ast.BinOp) -> Expression:
    left, right = expression(program, node.left), expression(program, node.right)
    sign = SIGNS[type(node.op)]
    return lambda frame: combined(sign, left(frame), right(frame), frame)


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


def _unary(program: Program, node: ast.UnaryOp) -> Expression:
    operand = expression(program, node.operand)
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


def _bool(program: Program, node: ast.BoolOp) -> Expression:
    parts = [(expression(program, value), value) for value in node.values]
    stop = isinstance(node.op, ast.Or)

    def run(frame: Frame) -> Value:
        value: Value = None
        for part, written in parts:
            value = part(frame)
            if (written is not node.values[-1]) and truth(value, written, frame) == stop:
                return value
        return value

    return run


def _compare(program: Program, node: ast.Compare) -> Expression:
    first = expression(program, node.left)
    rest = [
        (type(op), expression(program, right))
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


def _comprehension(
    program: Program, node: ast.ListComp | ast.GeneratorExp | ast.SetComp
) -> Expression:
    element = expression(program, node.elt)
    walked = _generators(program, node.generators)

    def run(frame: Frame) -> Value:
        made: list[Value] = []
        inside = Frame(frame.walk, frame, frame.function)
        sure = walked(inside, lambda inner: made.append(element(inner)))
        return made if sure else Guessed(made)

    return run


def _dict_comprehension(program: Program, node: ast.DictComp) -> Expression:
    key, value = expression(program, node.key), expression(program, node.value)
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
    source, target = expression(program, first.iter), target_of(program, first.target, expression)
    tests = [(expression(program, one), one) for one in first.ifs]
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


def _walrus(program: Program, node: ast.NamedExpr) -> Expression:
    value, name = expression(program, node.value), node.target.id

    def run(frame: Frame) -> Value:
        given = value(frame)
        frame.set(name, given)
        return given

    return run


def _yield(program: Program, node: ast.Yield) -> Expression:
    value = expression(program, node.value) if node.value else None

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


def _yield_from(program: Program, node: ast.YieldFrom) -> Expression:
    value = expression(program, node.value)

    def run(frame: Frame) -> Value:
        if frame.yielded is not None:
            frame.yielded += everything(stream(value(frame), frame), frame, MOST_YIELDED)
            if len(frame.yielded) >= MOST_YIELDED:
                raise Raised(GeneratorExit())
        return None

    return run


MOST_YIELDED: Final = 512
"""A generator that yields more is taken to have no end."""


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
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _bool,
    ast.Compare: _compare,
    ast.IfExp: _conditional,
    ast.Call: _call,
    ast.Lambda: _lambda,
    ast.JoinedStr: _string,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dict_comprehension,
    ast.NamedExpr: _walrus,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
    ast.Await: _inner,
    ast.Starred: _inner,
}
