"""Which statements of a script matter to its learning rates; a walk passes over the others.

Most of a training loop computes losses and moves tensors about. A statement matters if it does
something to an optimizer or a scheduler, or calls what does, or sets what such a statement or
the loops and conditions around it read. Names decide, in the whole file at once: two things of
one name are taken for one, so that too much is kept and never too little.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

KEYS: Final = re.compile(
    r"(step|step_update|optimizer_step|backward|manual_backward|zero_grad|param_groups|lr|lrs|"
    r"learning_rate|initial_lr|get_last_lr|get_lr|add_param_group|load_state_dict|_last_lr|"
    r"last_epoch|base_lrs|prepare|accumulate|setup|configure_optimizers|next|"
    r"load_state|save_state|exit|abort)$"
)
"""Names that speak of optimizers and schedulers, whatever they belong to."""

MAKES: Final = re.compile(
    r"optim|Adam|SGD|RMSprop|Adagrad|Lion|Adafactor|LBFGS|LR$|[Ss]chedul|Warmup|GradScaler|"
    r"Accelerator|Fabric|Trainer|NativeScaler|LAMB|Lamb|LARS|Muon|Prodigy|Sophia|Ranger",
)
"""Names of what builds optimizers, schedulers and their like."""

SIMPLE: Final = (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign)
FLOW: Final = (ast.Return, ast.Break, ast.Continue, ast.Raise)
FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


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
        calls: it calls something.
    """

    node: ast.AST
    above: tuple[ast.AST, ...]
    function: ast.AST | None
    reads: set[str] = field(default_factory=set)
    given: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    calls: bool = False


class Relevance:
    """What matters in a file.

    Args:
        tree: the file, parsed.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.kept: set[ast.AST] = set()
        self.statements: list[Seen] = []
        self.heads: dict[ast.AST, set[str]] = {}
        self.returns: dict[ast.AST, list[Seen]] = defaultdict(list)
        self.functions: dict[str, list[ast.AST]] = defaultdict(list)
        self.parameters: dict[ast.AST, list[str]] = {}
        self.named: dict[ast.AST, set[str]] = {}
        self.readers: dict[str, list[Seen]] = defaultdict(list)
        self.writers: dict[str, list[Seen]] = defaultdict(list)
        self.wanted: set[str] = set()
        self.holders: set[str] = set()
        self.acting: set[str] = set()
        self.waiting: list[Seen] = []
        self.done: set[Seen] = set()
        self.valued: set[Seen] = set()
        self.live: set[ast.AST] = set()
        self._collect(tree.body, (), None, None)
        for one in self.statements:
            for name in one.reads:
                self.readers[name].append(one)
            for name in one.writes:
                self.writers[name].append(one)
        self._begin()
        while self.waiting:
            self._keep(self.waiting.pop())

    # what there is

    def _collect(
        self,
        nodes: Iterable[ast.stmt],
        above: tuple[ast.AST, ...],
        function: ast.AST | None,
        owner: ast.ClassDef | None,
    ) -> None:
        for node in nodes:
            if isinstance(node, FUNCTIONS):
                names = {node.name}
                if owner is not None and node.name.startswith("__"):
                    names.add(owner.name)
                self.named[node] = names
                for name in names:
                    self.functions[name].append(node)
                args = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                self.parameters[node] = [one.arg for one in args]
                defaults = [*node.args.defaults, *node.args.kw_defaults, *node.decorator_list]
                self.heads[node] = {name for one in defaults for name in _names(one)}
                self._collect(node.body, (), node, None)
            elif isinstance(node, ast.ClassDef):
                self._collect(node.body, above, function, node)
                for one in node.body:
                    self.kept.add(one)
            elif isinstance(node, (*SIMPLE, *FLOW)):
                self._simple(node, above, function)
                if owner is not None:
                    self.waiting.append(self.statements[-1])
            else:
                self._compound(node, above, function)

    def _simple(self, node: ast.stmt, above: tuple[ast.AST, ...], function: ast.AST | None) -> None:
        seen = Seen(node, above, function)
        callees: set[str] = set()
        for one in ast.walk(node):
            if isinstance(one, ast.Name):
                (seen.reads if isinstance(one.ctx, ast.Load) else seen.writes).add(one.id)
            elif isinstance(one, ast.Attribute):
                (seen.reads if isinstance(one.ctx, ast.Load) else seen.writes).add(one.attr)
            elif isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Store):
                seen.writes |= _last(one.value)
            elif isinstance(one, ast.Call):
                seen.calls = True
                if isinstance(one.func, ast.Name):
                    callees.add(one.func.id)
                elif isinstance(one.func, ast.Attribute) and isinstance(node, ast.Expr):
                    seen.writes |= _last(one.func.value)
            elif isinstance(one, ast.Constant) and one.value in ("lr", "initial_lr"):
                seen.reads.add("lr")
            elif isinstance(one, ast.Yield | ast.YieldFrom):
                seen.reads.add("next")
            elif isinstance(one, ast.keyword) and one.arg == "lr":
                seen.reads.add("lr")
        if isinstance(node, ast.AugAssign):
            seen.reads |= _names(node.target)
        seen.given = seen.reads - callees
        if isinstance(node, FLOW) and function is not None:
            self.returns[function].append(seen)
        self.statements.append(seen)

    def _compound(
        self, node: ast.stmt, above: tuple[ast.AST, ...], function: ast.AST | None
    ) -> None:
        inside = (*above, node)
        head: set[str] = set()
        for name, value in ast.iter_fields(node):
            if name in ("body", "orelse", "finalbody"):
                self._collect(value, inside, function, None)
            elif name in ("handlers", "cases"):
                for one in value:
                    self._collect(one.body, inside, function, None)
                    head |= _names(getattr(one, "guard", None))
            else:
                for one in value if isinstance(value, list) else [value]:
                    head |= _names(one)
        self.heads[node] = head
        if isinstance(node, ast.For | ast.AsyncFor | ast.With | ast.AsyncWith):
            # a head may set names, and may be all that matters
            seen = Seen(node, above, function, set(head), set(head), calls=True)
            targets = (
                [node.target]
                if isinstance(node, ast.For | ast.AsyncFor)
                else [one.optional_vars for one in node.items]
            )
            for target in targets:
                seen.writes |= _names(target)
            self.statements.append(seen)
        elif not isinstance(node, ast.If | ast.While | ast.Try | ast.TryStar | ast.Match):
            self.kept.add(node)

    # what matters

    def _begin(self) -> None:
        for one in self.statements:
            if any(KEYS.match(name) or MAKES.search(name) for name in one.reads | one.writes):
                if not isinstance(one.node, ast.For | ast.AsyncFor):
                    self.waiting.append(one)
            elif isinstance(one.node, FLOW) and one.function is None:
                self.waiting.append(one)

    def _keep(self, one: Seen) -> None:
        """Keep a statement, and what it needs."""
        if one in self.done:
            return
        self.done.add(one)
        self.kept.add(one.node)
        reads = one.reads
        if _is_backward(one.node) and "backward" not in self.functions:
            reads = set()  # whatever the loss is, its backward pass is one
        for name in reads:
            # a call that is made for what it does says nothing of what it returns
            if one in self.valued or not one.calls or name not in self.acting:
                self._want(name)
        for node in one.above:
            self.kept.add(node)
            for name in self.heads[node]:
                self._want(name)
        if one.function is not None:
            self._act(one.function)
        held = one.given & self.holders or any(MAKES.search(name) for name in reads)
        if held or any(name in self.acting and name[:1].isupper() for name in reads):
            for name in one.writes:
                self._hold(name)
        for call in ast.walk(one.node) if isinstance(one.node, SIMPLE) else ():
            if isinstance(call, ast.Call):
                self._pass(call)

    def _want(self, name: str) -> None:
        """Keep whatever sets a name."""
        if name in self.wanted:
            return
        self.wanted.add(name)
        for one in self.writers[name]:
            self.valued.add(one)
            self.done.discard(one)
            self.waiting.append(one)
        for function in self.functions[name]:
            self.valued.update(self.returns[function])
            self.done.difference_update(self.returns[function])
            self.waiting += self.returns[function]
            self._act(function)

    def _act(self, function: ast.AST) -> None:
        """Keep whatever calls a function, and the ways out of it."""
        if function in self.live:
            return
        self.live.add(function)
        for name in self.heads[function]:
            self._want(name)
        for seen in self.returns[function]:
            for node in seen.above:
                self.kept.add(node)
                for name in self.heads[node]:
                    self._want(name)
        for name in self.named[function]:
            self.acting.add(name)
            self.waiting += [one for one in self.readers[name] if not isinstance(one.node, FLOW)]

    def _hold(self, name: str) -> None:
        """Keep whatever calls something with a name that may hold an optimizer."""
        if name in self.holders or name == "self":
            return
        self.holders.add(name)
        for one in self.readers[name]:
            if name in one.given and (one.calls or one.node in self.kept or one.writes):
                self.done.discard(one)
                self.waiting.append(one)

    def _pass(self, call: ast.Call) -> None:
        """Let the parameters of a function hold what it is given."""
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        for function in self.functions[name]:
            parameters = self.parameters[function]
            shift = 1 if parameters[:1] in (["self"], ["cls"]) else 0
            for index, value in enumerate(call.args):
                if _names(value) & self.holders and index + shift < len(parameters):
                    self._hold(parameters[index + shift])
            for keyword in call.keywords:
                if keyword.arg in parameters and _names(keyword.value) & self.holders:
                    self._hold(keyword.arg)


def _names(node: object) -> set[str]:
    """Return all names and attributes in an expression; none where there is none."""
    return set(_each(node)) if isinstance(node, ast.AST) else set()


def _each(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.Attribute):
            yield one.attr


def _last(node: ast.AST) -> set[str]:
    """Return the name that says best what is changed: `meter` of `self.meter`."""
    while isinstance(node, ast.Subscript | ast.Call):
        node = node.value if isinstance(node, ast.Subscript) else node.func
    name = getattr(node, "attr", getattr(node, "id", ""))
    return {name} - {"self", ""}


def _is_backward(node: ast.AST) -> bool:
    """Return whether a statement is a backward pass and nothing else."""
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "backward"
