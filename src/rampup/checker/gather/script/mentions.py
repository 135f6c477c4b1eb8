"""The statements of a file by the names in them, for judging which of them matter.

Names stand for themselves in the whole file: an attribute is its last name, whatever it belongs to.
"""

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from rampup.checker.gather.script.syntax import names, nodes

SIMPLE: Final = (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign)
FLOW: Final = (ast.Return, ast.Break, ast.Continue, ast.Raise)
FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
LOOPS: Final = (ast.For, ast.AsyncFor)
WITHS: Final = (ast.With, ast.AsyncWith)
BLOCKS: Final = (*LOOPS, *WITHS, ast.If, ast.While, ast.Try, ast.TryStar, ast.Match)

ANY: Final = "getattr"
"""A name whose readers may call anything."""

Above = tuple[ast.AST, ...]


@dataclass(slots=True, eq=False)
class Seen:
    """A statement, by the names in it.

    Args:
        node: it, or a part that is judged by itself, such as the head of a loop.
        above: the statements around it, within its function.
        function: the function it stands in.
        reads: names it reads.
        given: those of them that it does not merely call.
        writes: names it sets, or whose object it changes.
        calls: its calls.
    """

    node: ast.AST
    above: tuple[ast.AST, ...]
    function: ast.AST | None
    reads: set[str] = field(default_factory=set)
    given: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    calls: list[ast.Call] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Mentions:
    """What a file mentions.

    Args:
        statements: its statements, and the heads of its loops.
        heads: names in the heads of its blocks and functions.
        returns: the ways out of a function, and out of loops in it.
        functions: functions by the names that call them.
        named: the same the other way round.
        parameters: names of the parameters of a function.
        fixed: statements that cannot be left out.
        fields: statements of the bodies of classes.
    """

    statements: list[Seen] = field(default_factory=list)
    heads: dict[ast.AST, set[str]] = field(default_factory=dict)
    returns: dict[ast.AST, list[Seen]] = field(default_factory=lambda: defaultdict(list))
    functions: dict[str, list[ast.AST]] = field(default_factory=lambda: defaultdict(list))
    named: dict[ast.AST, set[str]] = field(default_factory=dict)
    parameters: dict[ast.AST, list[str]] = field(default_factory=dict)
    fixed: set[ast.AST] = field(default_factory=set)
    fields: list[Seen] = field(default_factory=list)


def mentions(tree: ast.Module) -> Mentions:
    """Return what a file mentions."""
    found = Mentions()
    waiting: list[tuple[ast.stmt, Above, ast.AST | None, ast.ClassDef | None]]
    waiting = [(node, (), None, None) for node in tree.body]
    while waiting:
        node, above, function, owner = waiting.pop()
        if isinstance(node, FUNCTIONS):
            _function(found, node, owner)
            waiting += [(one, (), node, None) for one in node.body]
        elif isinstance(node, ast.ClassDef):
            found.fixed.update(node.body)
            waiting += [(one, above, function, node) for one in node.body]
        elif isinstance(node, SIMPLE) or isinstance(node, FLOW):  # noqa: SIM101 - narrows
            seen = _statement(node, above, function)
            found.statements.append(seen)
            if isinstance(node, FLOW) and function is not None:
                found.returns[function].append(seen)
            if owner is not None:
                found.fields.append(seen)
        elif isinstance(node, BLOCKS):
            inside = (*above, node)
            waiting += [
                (one, inside, function, None) for one in _block(found, node, inside, function)
            ]
        else:
            found.fixed.add(node)
    return found


def _function(
    found: Mentions, node: ast.FunctionDef | ast.AsyncFunctionDef, owner: ast.ClassDef | None
) -> None:
    own = {node.name}
    if owner is not None and node.name.startswith("__"):
        own.add(owner.name)  # whoever has an object may call it
    found.named[node] = own
    for name in own:
        found.functions[name].append(node)
    args = node.args
    found.parameters[node] = [one.arg for one in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
    outside = (*args.defaults, *args.kw_defaults, *node.decorator_list)
    found.heads[node] = {name for one in outside for name in names(one)}


def _statement(node: ast.stmt, above: Above, function: ast.AST | None) -> Seen:
    seen = Seen(node, above, function)
    callees: set[str] = set()
    for one in nodes(node):
        if isinstance(one, ast.Name):
            (seen.reads if isinstance(one.ctx, ast.Load) else seen.writes).add(one.id)
        elif isinstance(one, ast.Attribute):
            (seen.reads if isinstance(one.ctx, ast.Load) else seen.writes).add(one.attr)
        elif isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Store):
            seen.writes |= _last(one.value)
        elif isinstance(one, ast.Call):
            seen.calls.append(one)
            if isinstance(one.func, ast.Name):
                callees.add(one.func.id if one.func.id != "self" else "__call__")
            elif isinstance(one.func, ast.Call):
                seen.reads.add(ANY)
            elif isinstance(one.func, ast.Attribute) and isinstance(node, ast.Expr):
                seen.writes |= _last(one.func.value)  # the call may change its object
        elif isinstance(one, ast.Constant) and one.value in ("lr", "initial_lr"):
            seen.reads.add("lr")
        elif isinstance(one, ast.Yield | ast.YieldFrom):
            seen.reads.add("next")
        elif isinstance(one, ast.keyword) and one.arg == "lr":
            seen.reads.add("lr")
    if isinstance(node, ast.AugAssign):
        seen.reads |= names(node.target)
    seen.given = seen.reads - callees
    seen.reads |= callees
    return seen


def _block(
    found: Mentions, node: ast.stmt, inside: Above, function: ast.AST | None
) -> list[ast.stmt]:
    """Note the head of a block, and return the statements in it."""
    inner: list[ast.stmt] = []
    head: set[str] = set()
    for name, value in ast.iter_fields(node):
        if name in ("body", "orelse", "finalbody"):
            inner += value
        elif name in ("handlers", "cases"):
            for one in value:
                inner += one.body
                head |= names(getattr(one, "guard", None)) | names(getattr(one, "pattern", None))
        else:
            for one in value if isinstance(value, list) else [value]:
                head |= names(one)
    found.heads[node] = head
    targets: list[ast.expr | None] = []
    if isinstance(node, LOOPS):
        targets = [node.target]
    elif isinstance(node, WITHS):
        targets = [one.optional_vars for one in node.items]
    if targets:  # the head sets names, and may be all that matters
        seen = Seen(node, inside[:-1], function, set(head), set(head))
        seen.writes = {name for target in targets for name in names(target)}
        found.statements.append(seen)
    return inner


def _last(node: ast.AST) -> set[str]:
    """Return the name that says best what is changed: `meter` of `self.meter`."""
    while isinstance(node, ast.Subscript | ast.Call):
        node = node.value if isinstance(node, ast.Subscript) else node.func
    name = getattr(node, "attr", getattr(node, "id", ""))
    return {name} - {"self", ""}
