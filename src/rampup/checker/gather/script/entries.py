"""Where a walk begins: the text from its top, then what nothing in the file calls.

A module that is imported by others does its work in functions and classes that the file itself
never calls. Each of them is an entry of its own; it sees what the top of the file built, but it
does nothing to it, because nobody knows when it is called.
"""

import ast
from collections.abc import Callable
from functools import partial

from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.lightning import configured, is_lightning
from rampup.checker.gather.script.native import Call
from rampup.checker.gather.script.values import (
    Bound,
    Class,
    Function,
    Instance,
    Raised,
    Spent,
    Value,
)
from rampup.checker.gather.script.walking import ASIDE, Walk


def everything(walk: Walk, used: set[str]) -> None:
    """Walk the whole script."""
    module = walk.module
    module.names["__name__"] = "__main__"
    program = walk.program
    _entry(walk, lambda: program.make(program, program.tree.body)(module), walk.left)
    for value in [*module.names.values()]:
        _begin(walk, value, used)
    for value in walk.given[:50]:
        _begin(walk, value, set())


def _entry(walk: Walk, do: Callable[[], Value], most: int = ASIDE) -> Value:
    """Do something as an entry of its own, in at most so many steps."""
    kept, walk.left = max(walk.left - most, 0), min(walk.left, most)
    walk.turns.clear()
    walk.guards.clear()
    walk.depth = 0
    try:
        given = do()
    except (Spent, RecursionError):
        walk.unfinished.add(walk.entry)
        return None
    except Raised as raised:
        if raised.kind != "SystemExit":
            walk.unfinished.add(walk.entry)
        return None
    finally:
        walk.left = max(walk.left, 0) + kept
    return given


def _begin(walk: Walk, value: Value, used: set[str]) -> None:
    """Enter a function or a class that nothing in the file calls."""
    if isinstance(value, Function) and not isinstance(value.node, ast.Lambda):
        if value.node not in walk.called and value.name not in used:
            walk.entry += 1
            given = _entry(walk, lambda: _call(walk, value))
            _hand_over(walk, value.node, given)
    elif isinstance(value, Class):
        _class(walk, value, used)
    elif isinstance(value, Instance):
        _methods(walk, value, used)


def _call(walk: Walk, value: Value) -> Value:
    frame = Frame(walk, walk.module)
    function = value.function if isinstance(value, Bound) else value
    assert isinstance(function, Function | Class)
    return walk.run(value, Call(frame, function.node))


def _class(walk: Walk, cls: Class, used: set[str]) -> None:
    if cls.node in walk.built or cls.node.name in used:
        return
    walk.entry += 1
    made = _entry(walk, lambda: _call(walk, cls))
    if isinstance(made, Instance):
        _methods(walk, made, used)
        _hand_over(walk, cls.node, made)


def _methods(walk: Walk, made: Instance, used: set[str]) -> None:
    """Call the methods of an object that nothing in the file calls, in the order of the text."""
    if made.of is None:
        return
    if is_lightning(made):
        method = made.of.find("configure_optimizers")
        if isinstance(method, Function):
            call = Call(Frame(walk, walk.module), method.node)
            _entry(walk, lambda: configured(made, call))
        return
    for one in reversed([*made.of.line()]):
        for name, method in one.names.items():
            if not isinstance(method, Function) or isinstance(method.node, ast.Lambda):
                continue
            if name.startswith("__") or method.node in walk.called or name in used:
                continue
            bound = Bound(made, name, method)
            _hand_over(walk, method.node, _entry(walk, partial(_call, walk, bound)))


def _hand_over(walk: Walk, node: ast.AST, given: Value) -> None:
    """Hand over what an entry returns: other files use it."""
    walk.hand_over(node, Frame(walk, walk.module), walk.objects_in(given), "return")
