"""Statements of a script, made into functions that do them."""

import ast
from collections.abc import Callable
from typing import Any, Final

from rampup.checker.gather.script.arithmetic import SIGNS
from rampup.checker.gather.script.comparing import compare
from rampup.checker.gather.script.definitions import class_definition, function_definition, imports
from rampup.checker.gather.script.expressions import expression, named_number
from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.loops import for_loop, while_loop
from rampup.checker.gather.script.native import Call
from rampup.checker.gather.script.operations import combined, truth
from rampup.checker.gather.script.program import BREAK, CONTINUE, ON, RETURN, Program, Statement
from rampup.checker.gather.script.schedulers import Dampening
from rampup.checker.gather.script.streams import everything, stream
from rampup.checker.gather.script.targets import target_of
from rampup.checker.gather.script.values import Bound, Function, Instance, Raised, Unknown, Value

ALWAYS: Final = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef,
    ast.Return, ast.Break, ast.Continue, ast.Raise,
)  # fmt: skip
"""These are done whether they matter or not; a value that does not matter is not computed."""


def block(program: Program, nodes: list[ast.stmt]) -> Statement:
    """Return a function that does statements one after another."""
    steps = [
        MAKERS[type(node)](program, node)
        for node in nodes
        if type(node) in MAKERS and (isinstance(node, ALWAYS) or program.keeps(node))
    ]
    if len(steps) == 1:
        return _one(steps[0])

    def run(frame: Frame) -> int:
        spend = frame.walk.spend
        for step in steps:
            spend()
            ended = step(frame)
            if ended:
                return ended
        return ON

    return run


def _one(step: Statement) -> Statement:
    def run(frame: Frame) -> int:
        frame.walk.spend()
        return step(frame)

    return run


def _expression(program: Program, node: ast.Expr) -> Statement:
    value = expression(program, node.value)

    def run(frame: Frame) -> int:
        value(frame)
        return ON

    return run


def _assign(program: Program, node: ast.Assign | ast.AnnAssign) -> Statement:
    if node.value is None:
        return lambda _: ON
    value = expression(program, node.value)
    nodes = node.targets if isinstance(node, ast.Assign) else [node.target]
    targets = [target_of(program, one) for one in nodes]
    named = _named(program, nodes[0], node.value)

    def run(frame: Frame) -> int:
        given = named(value(frame))
        for target in targets:
            target(frame, given)
        return ON

    return run


def _named(program: Program, target: ast.expr, value: ast.expr) -> Callable[[Value], Value]:
    """Return a function that lets constants stand for the names they are given."""
    if isinstance(value, ast.Constant):
        name = program.text(target)
        return lambda given: named_number(given, value, name)
    if (
        isinstance(value, ast.Tuple)
        and isinstance(target, ast.Tuple)
        and len(value.elts) == len(target.elts)
        and not any(isinstance(one, ast.Starred) for one in value.elts)
    ):
        parts = [_named(program, *pair) for pair in zip(target.elts, value.elts, strict=True)]
        return lambda given: tuple(part(one) for part, one in zip(parts, given, strict=True))
    return lambda given: given


def _augmented(program: Program, node: ast.AugAssign) -> Statement:
    load = expression(program, node.target)
    target = target_of(program, node.target)
    value, sign = expression(program, node.value), SIGNS[type(node.op)]

    def run(frame: Frame) -> int:
        before, given = load(frame), value(frame)
        if isinstance(before, list) and sign == "+":
            before += everything(stream(given, frame), frame, 1000)
        else:
            target(frame, combined(sign, before, given, frame))
        return ON

    return run


def _if(program: Program, node: ast.If) -> Statement:
    test = expression(program, node.test)
    body = block(program, node.body)
    orelse = block(program, node.orelse) if node.orelse else None
    leaves, refuses = _leaves(node.body), bool(node.orelse) and _leaves(node.orelse)
    main = program.text(node.test).startswith("__name__ ")
    says = program.text(node.test)

    def run(frame: Frame) -> int:
        walk = frame.walk
        before = walk.guesses.asked
        walk.take_compared()
        held = truth(test(frame), node.test, frame)
        compared = walk.take_compared()
        if walk.guesses.asked != before and (leaves or refuses):
            held = not leaves  # what is not known to end something does not end it
        branch = body if held else orelse
        if branch is None:
            return ON
        if main:
            return branch(frame)
        walk.guards.append(says if held else f"not ({says})")
        try:
            ended = branch(frame)
        finally:
            walk.guards.pop()
        if ended in (BREAK, RETURN) and compared:
            walk.compared = compared
            walk.reached()
        return ended

    return run


def _leaves(nodes: list[ast.stmt]) -> bool:
    """Return whether statements do nothing that matters but to end a loop, a call or the run."""
    last = nodes[-1]
    if isinstance(last, ast.Raise | ast.Break | ast.Continue):
        return True
    if isinstance(last, ast.Return):
        return last.value is None or isinstance(last.value, ast.Constant)
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
        called = last.value.func
        name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
        return name in ("exit", "_exit", "quit", "abort")
    return False


def _with(program: Program, node: ast.With | ast.AsyncWith) -> Statement:
    managers = [
        (
            expression(program, one.context_expr),
            target_of(program, one.optional_vars) if one.optional_vars else None,
        )
        for one in node.items
    ]
    body = block(program, node.body)

    def run(frame: Frame) -> int:
        entered: list[Value] = []
        for manager, target in managers:
            value = manager(frame)
            entered.append(value)
            given = _method(value, "__enter__", frame, node)
            if target is not None:
                target(frame, value if given is None else given)
        ended = body(frame)
        for value in reversed(entered):
            _method(value, "__exit__", frame, node)
        return ended

    return run


def _method(value: Value, name: str, frame: Frame, node: ast.AST) -> Value:
    if isinstance(value, Dampening):
        return value.call(name, Call(frame, node))
    if isinstance(value, Instance) and value.of is not None:
        method = value.of.find(name)
        if isinstance(method, Function):
            return frame.walk.run(Bound(value, name, method), Call(frame, method.node))
    return None


def _try(program: Program, node: ast.Try) -> Statement:
    body, orelse = block(program, node.body), block(program, node.orelse)
    last = block(program, node.finalbody)
    handlers = [(_names(one.type), one.name, block(program, one.body)) for one in node.handlers]

    def run(frame: Frame) -> int:
        walk = frame.walk
        turns, guards, depth = len(walk.turns), len(walk.guards), walk.depth
        try:
            ended = body(frame) or orelse(frame)
        except Raised as raised:
            del walk.turns[turns:], walk.guards[guards:]
            walk.depth = depth
            for names, name, handler in handlers:
                if not names or names & {raised.kind, "Exception", "BaseException"}:
                    if name:
                        frame.set(name, Unknown(name))
                    ended = handler(frame)
                    break
            else:
                last(frame)
                raise
        return last(frame) or ended

    return run


def _names(node: ast.expr | None) -> set[str]:
    """Return the names of the classes of errors that a handler takes."""
    if node is None:
        return set()
    nodes = node.elts if isinstance(node, ast.Tuple) else [node]
    return {one.id if isinstance(one, ast.Name) else getattr(one, "attr", "") for one in nodes}


def _raise(_: Program, node: ast.Raise) -> Statement:
    called = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    kind = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "Exception")

    def run(_: Frame) -> int:
        raise Raised(RuntimeError(kind), kind)

    return run


def _return(program: Program, node: ast.Return) -> Statement:
    value = expression(program, node.value) if node.value and program.keeps(node) else None

    def run(frame: Frame) -> int:
        frame.returned = value(frame) if value is not None else None
        return RETURN

    return run


def _match(program: Program, node: ast.Match) -> Statement:
    subject = expression(program, node.subject)
    cases = [
        (
            _patterns(program, one.pattern),
            expression(program, one.guard) if one.guard is not None else None,
            _leaves(one.body),
            block(program, one.body),
        )
        for one in node.cases
    ]

    def run(frame: Frame) -> int:
        value = subject(frame)
        for patterns, guard, leaves, body in cases:
            fits = patterns is None or any(
                compare(ast.Eq, value, pattern(frame), frame) for pattern in patterns
            )
            if fits and leaves and isinstance(value, Unknown):
                continue
            if fits and (guard is None or frame.walk.truth(guard(frame))):
                return body(frame)
        return ON

    return run


def _patterns(program: Program, node: ast.pattern) -> list[Any] | None:
    """Return the values that a pattern names; None where it takes anything."""
    if isinstance(node, ast.MatchValue):
        return [expression(program, node.value)]
    if isinstance(node, ast.MatchOr):
        inner = [_patterns(program, one) for one in node.patterns]
        return None if None in inner else [one for some in inner for one in some or ()]
    if isinstance(node, ast.MatchAs) and node.pattern is None:
        return None
    return [lambda _: Unknown(type(node).__name__)]


def _delete(_: Program, node: ast.Delete) -> Statement:
    names = [one.id for one in node.targets if isinstance(one, ast.Name)]

    def run(frame: Frame) -> int:
        for name in names:
            frame.names.pop(name, None)
        return ON

    return run


def _declare(_: Program, node: ast.Global | ast.Nonlocal) -> Statement:
    def run(frame: Frame) -> int:
        for name in node.names:
            frame.declare(name, nonlocal_=isinstance(node, ast.Nonlocal))
        return ON

    return run


def _ends(ended: int) -> Callable[[Program, Any], Statement]:
    def make(_: Program, __: Any) -> Statement:
        return lambda _: ended

    return make


MAKERS: Final[dict[type[ast.AST], Callable[[Program, Any], Statement]]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _assign,
    ast.AugAssign: _augmented,
    ast.If: _if,
    ast.For: lambda program, node: for_loop(program, node, block),
    ast.AsyncFor: lambda program, node: for_loop(program, node, block),
    ast.While: lambda program, node: while_loop(program, node, block),
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Raise: _raise,
    ast.Return: _return,
    ast.Match: _match,
    ast.Delete: _delete,
    ast.Global: _declare,
    ast.Nonlocal: _declare,
    ast.FunctionDef: function_definition,
    ast.AsyncFunctionDef: function_definition,
    ast.ClassDef: class_definition,
    ast.Import: imports,
    ast.ImportFrom: imports,
    ast.Break: _ends(BREAK),
    ast.Continue: _ends(CONTINUE),
}
