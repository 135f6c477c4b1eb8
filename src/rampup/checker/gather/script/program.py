"""A parsed script, and what becomes of its statements: functions, made once for all worlds."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from rampup.checker.finding import Place
from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.values import Value

Expression = Callable[[Frame], Value]

Statement = Callable[[Frame], int]
"""Does a statement, and returns how it ended."""

ON: Final = 0
BREAK: Final = 1
CONTINUE: Final = 2
RETURN: Final = 3

TEXT: Final = 120
"""Texts of expressions are cut at this length."""


@dataclass(slots=True, eq=False)
class Program:
    """A script ready to be walked.

    Args:
        path: as it was given.
        lines: its text, one line each, without ends.
        tree: its text, parsed.
        make: makes a function of a list of statements.
        express: makes a function of an expression.
        kept: the statements that matter; None for all.
        bodies: what the bodies of its functions became.
        lambdas: what the bodies of its lambdas became.
        generators: which of its functions yield.
        texts: texts of its expressions.
    """

    path: str
    lines: tuple[str, ...]
    tree: ast.Module
    make: Callable[["Program", list[ast.stmt]], Statement]
    express: Callable[["Program", ast.AST], Expression]
    kept: set[ast.AST] | None = None
    bodies: dict[ast.AST, Statement] = field(default_factory=dict)
    lambdas: dict[ast.AST, Expression] = field(default_factory=dict)
    generators: dict[ast.AST, bool] = field(default_factory=dict)
    texts: dict[ast.AST, str] = field(default_factory=dict)

    def expression(self, node: ast.AST) -> Expression:
        """Return what an expression becomes."""
        return self.express(self, node)

    def keeps(self, node: ast.AST) -> bool:
        """Return whether a statement matters."""
        return self.kept is None or node in self.kept

    def body(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Statement:
        """Return what the body of a function or a class became."""
        if node not in self.bodies:
            self.bodies[node] = self.make(self, node.body)
        return self.bodies[node]

    def place(self, node: ast.AST) -> Place:
        """Return where a node stands."""
        line, column = getattr(node, "lineno", 0), getattr(node, "col_offset", -1)
        if line and not (text := self.lines[line - 1]).isascii():
            # a tree counts the bytes of UTF-8
            column = len(text.encode(errors="surrogatepass")[:column].decode(errors="replace"))
        return Place(path=self.path, line=line, column=column + 1)

    def text(self, node: ast.AST) -> str:
        """Return the text of an expression."""
        if node not in self.texts:
            text = ast.unparse(node)
            self.texts[node] = text if len(text) <= TEXT else text[: TEXT - 3] + "..."
        return self.texts[node]
