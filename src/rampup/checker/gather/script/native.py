"""What all objects of other libraries share, and a call as such an object sees it."""

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.values import (
    Bound,
    Dimension,
    Number,
    Unknown,
    Value,
    dimension,
    is_sure,
    number,
    show,
)

if TYPE_CHECKING:
    from rampup.checker.gather.script.walking import Walk


@dataclass(slots=True, eq=False)
class Call:
    """A call, its arguments evaluated.

    Args:
        frame: the frame it is made in.
        node: where it stands.
        values: arguments by position.
        named: arguments by name.
        nodes: the expressions of the arguments, by position and name.
        more: there are further arguments, which the text does not settle.
    """

    frame: Frame
    node: ast.AST
    values: list[Value] = field(default_factory=list)
    named: dict[str, Value] = field(default_factory=dict)
    nodes: dict[int | str, ast.AST] = field(default_factory=dict)
    more: bool = False

    @property
    def walk(self) -> "Walk":
        """The walk it is part of."""
        return self.frame.walk

    @property
    def text(self) -> str:
        """Its text."""
        return self.walk.program.text(self.node)

    def argument(self, index: int, name: str, default: Value = None) -> Value:
        """Return an argument by its position or its name."""
        if name in self.named:
            return self.named[name]
        return self.values[index] if 0 <= index < len(self.values) else default

    def all(self) -> list[Value]:
        """Return all arguments."""
        return [*self.values, *self.named.values()]

    def bind(self, names: tuple[str, ...]) -> dict[str, Value]:
        """Return the arguments by the names of the parameters."""
        return {**dict(zip(names, self.values, strict=False)), **self.named}

    def node_of(self, names: tuple[str, ...], name: str) -> ast.AST | None:
        """Return the expression of an argument."""
        if name in self.nodes:
            return self.nodes[name]
        return self.nodes.get(names.index(name)) if name in names else None

    def settings(self, names: tuple[str, ...]) -> "dict[str, Given]":
        """Return the arguments as what they were given as."""
        given = {}
        for name, value in self.bind(names).items():
            node = self.node_of(names, name)
            text = self.walk.program.text(node) if node is not None else show(value)
            counted = number(value)
            if counted is None or not is_sure(value):
                counted = None
            rounded = value.rounded if isinstance(value, Number) and value.sure else None
            given[name] = Given(counted, text, dimension(self.walk.known_number(value)), rounded)
        return given


@dataclass(frozen=True, slots=True)
class Given:
    """An argument as it was given.

    Args:
        value: its value; None where the text does not settle it.
        text: how it stands in the text.
        dimension: what it is a product of.
        rounded: the fraction of one that it was before it was rounded to 0.
    """

    value: float | None
    text: str
    dimension: Dimension
    rounded: float | None = None


class Unsettled(Exception):  # noqa: N818 - the text is silent, nobody is wrong
    """The text does not settle what a function of the script gives."""


class Native:
    """An object of another library."""

    name = ""

    def get(self, name: str, frame: Frame) -> Value:  # noqa: ARG002 - others need the frame
        """Return an attribute; a method unless the class knows better."""
        return Bound(self, name)

    def set(self, name: str, value: Value, frame: Frame, node: ast.AST) -> None:
        """Assign an attribute."""

    def call(self, name: str, call: Call) -> Value:
        """Call a method."""
        return Unknown(f"{show(self)}.{name}()" if not call.all() else call.text)

    def length(self, frame: Frame) -> Value:
        """Return how many items it has."""
        return frame.walk.known_number(Unknown(f"len({show(self)})"))
