"""Calls of a walked script: functions and classes of the file are entered, others are looked up."""

import ast
from typing import Final

from rampup.checker.gather.script import containers, foreign
from rampup.checker.gather.script.attributes import unknown
from rampup.checker.gather.script.custom import begin_native, native_of
from rampup.checker.gather.script.expressions import MOST_YIELDED, expression, named_number
from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.native import Call, Native
from rampup.checker.gather.script.values import (
    Bound,
    Class,
    Function,
    Instance,
    Name,
    Raised,
    Stream,
    Super,
    Unknown,
    Value,
)
from rampup.checker.gather.script.walking import DEEP

YIELDS: Final = (ast.Yield, ast.YieldFrom)


def run(called: Value, call: Call) -> Value:
    """Return what a call gives."""
    walk = call.walk
    if isinstance(called, Function):
        return _function(called, call)
    if isinstance(called, Bound):
        to = called.to
        if called.function is not None:
            inner = Call(
                call.frame, call.node, [to, *call.values], call.named, call.nodes, call.more
            )
            return _function(called.function, inner)
        if isinstance(to, Super):
            return _super(to, called.name, call)
        if isinstance(to, Native):
            return to.call(called.name, call)
        return containers.method(to, called.name, call)
    if isinstance(called, Name):
        return foreign.call(called.dotted, call)
    if isinstance(called, Class):
        return _instance(called, call)
    if isinstance(called, Unknown):
        known = walk.known.get(called.text.rpartition(".")[0])
        if known is not None:
            return known.call(called.text.rpartition(".")[2], call)
        return foreign.call_unknown(called.text, call)
    if isinstance(called, Instance) and called.of is not None:
        method = called.of.find("__call__")
        if isinstance(method, Function):
            return run(Bound(called, "__call__", method), call)
        return foreign.call_unknown(called.text, call)
    if isinstance(called, Native):
        return called.call("__call__", call)
    return unknown(call.text)


def _function(function: Function, call: Call) -> Value:
    """Enter a function of the file."""
    walk, node = call.walk, function.node
    walk.called.add(node)
    if walk.depth >= DEEP:
        return unknown(call.text)
    walk.spend()
    frame = Frame(walk, function.outer, function.name, function)
    if isinstance(node, ast.Lambda):
        frame.function = call.frame.function
    _parameters(function, call, frame)
    walk.depth += 1
    try:
        if isinstance(node, ast.Lambda):
            if node not in walk.program.lambdas:
                walk.program.lambdas[node] = expression(walk.program, node.body)
            return walk.program.lambdas[node](frame)
        if _is_generator(node, walk.program.generators):
            return _generated(function, frame)
        frame.walk.program.body(node)(frame)
        return frame.returned
    finally:
        walk.depth -= 1


def _is_generator(node: ast.AST, known: dict[ast.AST, bool]) -> bool:
    if node not in known:
        waiting = [*ast.iter_child_nodes(node)]
        known[node] = False
        while waiting:
            one = waiting.pop()
            if isinstance(one, YIELDS):
                known[node] = True
                break
            if not isinstance(
                one, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
            ):
                waiting += ast.iter_child_nodes(one)
    return known[node]


def _generated(function: Function, frame: Frame) -> Value:
    """Return what a generator yields, drawn at once; one without end repeats what it began with."""
    assert not isinstance(function.node, ast.Lambda)
    frame.yielded = []
    walk = frame.walk
    turns, guards = len(walk.turns), len(walk.guards)
    endless = False
    try:
        walk.program.body(function.node)(frame)
    except Raised as raised:
        if raised.kind != "GeneratorExit":
            raise
        del walk.turns[turns:], walk.guards[guards:]
        endless = True
    items = frame.yielded
    length = None if endless and len(items) >= MOST_YIELDED else len(items)
    return Stream(function.name, length, lambda index: items[index % len(items)], data=True)


def _parameters(function: Function, call: Call, frame: Frame) -> None:
    """Bind the parameters of a function; one that is not given is unknown."""
    args = function.node.args
    names = frame.names
    placed = [*args.posonlyargs, *args.args]
    values, named = call.values, dict(call.named)
    for index, one in enumerate(placed):
        if index < len(values):
            node = call.nodes.get(index) if len(values) == len(call.nodes) else None
            names[one.arg] = named_number(values[index], node, one.arg)
        elif one.arg in named:
            names[one.arg] = named_number(named.pop(one.arg), call.nodes.get(one.arg), one.arg)
        else:
            names[one.arg] = _default(function, one.arg)
    if args.vararg is not None:
        names[args.vararg.arg] = tuple(values[len(placed) :])
    for one in args.kwonlyargs:
        if one.arg in named:
            names[one.arg] = named_number(named.pop(one.arg), call.nodes.get(one.arg), one.arg)
        else:
            names[one.arg] = _default(function, one.arg)
    if args.kwarg is not None:
        names[args.kwarg.arg] = named


def _default(function: Function, name: str) -> Value:
    if name in function.options:
        return function.options[name]
    return function.defaults.get(name, Unknown(name))


def _instance(cls: Class, call: Call) -> Value:
    """Make an object of a class of the file."""
    walk = call.walk
    walk.built.add(cls.node)
    made = Instance(cls, cls.node.name.lower(), {})
    method = cls.find("__init__")
    if isinstance(method, Function):
        run(Bound(made, "__init__", method), call)
        return made
    native = begin_native(made, call)
    if native:
        return made
    fields = [
        one.target.id
        for base in reversed([*cls.line()])
        for one in base.node.body
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
    ]
    names = tuple(dict.fromkeys(fields))
    for name, value in call.bind(names).items():
        made.names[name] = named_number(value, call.node_of(names, name), name)
    post = cls.find("__post_init__")
    if isinstance(post, Function):
        run(Bound(made, "__post_init__", post), Call(call.frame, call.node))
    return made


def _super(to: Super, name: str, call: Call) -> Value:
    """Call a method that a class of the file inherits from one that the file does not hold."""
    if name == "__init__":
        begin_native(to.to, call)
        return None
    native = native_of(to.to)
    if native is not None:
        return native.call(name, call)
    return foreign.call_unknown(f"super().{name}", call)
