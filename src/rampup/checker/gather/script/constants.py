"""The largest number of a script that may count steps, so that a guess can be larger."""

import ast
import re
from collections.abc import Iterator
from typing import Final

NAME: Final = re.compile(
    r"warm|step|iter|epoch|total|horizon|decay|mile|max|num|t_0|t_mult|initial|cycle|period|"
    r"update|budget|length",
    re.I,
)
SCHEDULE: Final = re.compile(r"LR$|Scheduler$|schedule|Warmup", re.I)

LARGEST: Final = 100_000
"""Beyond this no run is walked to its end anyway."""


def largest(tree: ast.Module) -> int:
    """Return the largest whole number of the text that may count steps; 0 where there is none."""
    return int(max((one for one in _numbers(tree) if 1 < one <= LARGEST), default=0))


def _numbers(tree: ast.Module) -> Iterator[float]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(NAME.search(_name(target)) for target in targets):
                yield from _within(node.value)
        elif isinstance(node, ast.keyword):
            if NAME.search(node.arg or ""):
                yield from _within(node.value)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and NAME.search(str(key.value)):
                    yield from _within(value)
        elif isinstance(node, ast.Call):
            words = [
                _name(node.func),
                *(str(one.value) for one in node.args if isinstance(one, ast.Constant)),
            ]
            if SCHEDULE.search(words[0]) or (
                words[0] in ("add_argument", "option") and any(map(NAME.search, words[1:]))
            ):
                yield from _within(node)
        elif isinstance(node, ast.Lambda):
            yield from _within(node.body)
        elif isinstance(node, ast.FunctionDef):
            args = [*node.args.posonlyargs, *node.args.args]
            for arg, value in zip(reversed(args), reversed(node.args.defaults), strict=False):
                if NAME.search(arg.arg):
                    yield from _within(value)
            if len(node.body) < 12 and any(isinstance(one, ast.Return) for one in ast.walk(node)):
                for one in node.body:
                    yield from _within(one)


def _name(node: ast.AST) -> str:
    return getattr(node, "id", getattr(node, "attr", ""))


def _within(node: ast.AST | None) -> Iterator[float]:
    for one in ast.walk(node) if node is not None else ():
        if isinstance(one, ast.Constant) and type(one.value) in (int, float):
            yield float(one.value)  # type: ignore[arg-type]  # by its type, it is a number
