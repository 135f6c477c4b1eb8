"""Which statements of a script matter to its learning rates; a walk passes over the others.

Most of a training loop computes losses and moves tensors about. A statement matters if it does
something to an optimizer or a scheduler, or calls what does, or sets what such a statement or
the loops and conditions around it read. Names decide, in the whole file at once: two things of
one name are taken for one, so that too much is kept and never too little.
"""

import ast
import re
from collections import defaultdict
from typing import Final

from rampup.checker.gather.script.mentions import ANY, FLOW, LOOPS, Seen, mentions
from rampup.checker.gather.script.syntax import names

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


class Relevance:
    """What matters in a file.

    Args:
        tree: the file, parsed.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.file = mentions(tree)
        self.kept: set[ast.AST] = set(self.file.fixed)
        self.readers: dict[str, list[Seen]] = defaultdict(list)
        self.writers: dict[str, list[Seen]] = defaultdict(list)
        self.wanted: set[str] = set()
        self.holders: set[str] = set()
        self.acting: set[str] = set()
        self.done: set[Seen] = set()
        self.valued: set[Seen] = set()
        self.live: set[ast.AST] = set()
        self.waiting: list[Seen] = [*self.file.fields]
        for one in self.file.statements:
            for name in one.reads:
                self.readers[name].append(one)
            for name in one.writes:
                self.writers[name].append(one)
            if self._begins(one):
                self.waiting.append(one)
        while self.waiting:
            self._keep(self.waiting.pop())

    def _begins(self, one: Seen) -> bool:
        """Return whether a statement matters for its own sake."""
        if isinstance(one.node, FLOW) and one.function is None:
            return True
        if isinstance(one.node, LOOPS):
            return False
        return ANY in one.reads or any(
            KEYS.match(name) or MAKES.search(name) for name in one.reads | one.writes
        )

    def _keep(self, one: Seen) -> None:
        """Keep a statement, and what it needs."""
        if one in self.done:
            return
        self.done.add(one)
        self.kept.add(one.node)
        reads = one.reads
        if _is_backward(one.node) and "backward" not in self.file.functions:
            reads = set()  # whatever the loss is, its backward pass is one
        for name in reads:
            # a call that is made for what it does says nothing of what it returns
            if one in self.valued or not one.calls or name not in self.acting:
                self._want(name)
        for node in one.above:
            self.kept.add(node)
            for name in self.file.heads[node]:
                self._want(name)
        if one.function is not None:
            self._act(one.function)
        held = (
            ANY in reads
            or bool(one.given & self.holders)
            or any(MAKES.search(name) for name in reads)
            or any(name in self.file.functions for name in reads & self.holders)
        )
        if held or any(name in self.acting and name[:1].isupper() for name in reads):
            for name in one.writes:
                self._hold(name)
            if isinstance(one.node, ast.Return) and one.function is not None:
                for name in self.file.named[one.function]:
                    self._hold(name)
        for call in one.calls:
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
        for function in self.file.functions[name]:
            self.valued.update(self.file.returns[function])
            self.done.difference_update(self.file.returns[function])
            self.waiting += self.file.returns[function]
            self._act(function)

    def _act(self, function: ast.AST) -> None:
        """Keep whatever calls a function, and the ways out of it."""
        if function in self.live:
            return
        self.live.add(function)
        for name in self.file.heads[function]:
            self._want(name)
        for seen in self.file.returns[function]:
            for node in seen.above:
                self.kept.add(node)
                for name in self.file.heads[node]:
                    self._want(name)
        for name in self.file.named[function]:
            self.acting.add(name)
            self.waiting += [one for one in self.readers[name] if not isinstance(one.node, FLOW)]
            if any(name in one.given for one in self.readers[name]):
                self._hold(name)  # not only called: it may be called by another name

    def _hold(self, name: str) -> None:
        """Keep whatever calls something with a name that may hold an optimizer."""
        if name in self.holders or name == "self":
            return
        self.holders.add(name)
        for one in self.readers[name]:
            returned = name in one.given and isinstance(one.node, ast.Return)
            if one.calls or returned or (name in one.given and one.writes):
                self.done.discard(one)
                self.waiting.append(one)

    def _pass(self, call: ast.Call) -> None:
        """Let the parameters of a function hold what it is given."""
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        for function in self.file.functions[name]:
            parameters = self.file.parameters[function]
            shift = 1 if parameters[:1] in (["self"], ["cls"]) else 0
            for index, value in enumerate(call.args):
                if names(value) & self.holders and index + shift < len(parameters):
                    self._hold(parameters[index + shift])
            for keyword in call.keywords:
                if keyword.arg in parameters and names(keyword.value) & self.holders:
                    self._hold(keyword.arg)


def _is_backward(node: ast.AST) -> bool:
    """Return whether a statement is a backward pass and nothing else."""
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "backward"
