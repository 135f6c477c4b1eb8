"""What an expression of a walked script gives: plain constants and containers, or one of these.

A number, a string, a list or a dict of the script is the same thing here. A number that stands
for something, such as an option or a length, is a `Number`, which remembers what. What the text
does not settle is `Unknown`, and whatever is made of it is unknown too.

Not here: objects of torch (`objects.py`, `data.py`), arithmetic (`arithmetic.py`).
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

Value = Any
"""A value of the script: None, bool, int, float, str, list, tuple, dict, or an object of ours."""

Dimension = tuple[tuple[str, int], ...] | None
"""A product of named quantities with their powers, such as (("epochs", 1), ("len(loader)", 1)).

() is a plain constant; None is a number that is no such product.
"""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What the text does not settle.

    Args:
        text: the expression it stands for; two values with one text are the same value.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number that stands for something.

    Args:
        value: it.
        dimension: the quantities it is a product of.
        sure: the text settles it; otherwise it is a guess.
        rounded: the fraction of one that it was before it was rounded to 0.
    """

    value: float
    dimension: Dimension = ()
    sure: bool = True
    rounded: float | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class Rate(Number):
    """A learning rate that the script has read.

    Args:
        optimizer: id of the optimizer it belongs to.
        group: index of its group.
        through: how it was read: "param_groups", "get_last_lr" or "get_lr".
        updates: updates that the optimizer had made by then.
    """

    optimizer: int = -1
    group: int = 0
    through: str = "param_groups"
    updates: int = 0


class Written(str):
    """A text with learning rates in it."""

    __slots__ = ("rates",)
    rates: tuple[Rate, ...]

    @staticmethod
    def of(text: str, rates: tuple[Rate, ...]) -> str:
        """Return `text`, which shows `rates`."""
        if not rates:
            return text
        written = Written(text)
        written.rates = rates
        return written


@dataclass(frozen=True, slots=True)
class Name:
    """A module, function or class that the file does not hold, such as "torch.optim.AdamW"."""

    dotted: str


@dataclass(slots=True, eq=False)
class Function:
    """A function of the file.

    Args:
        node: its definition.
        outer: the frame it was defined in.
        defaults: values of the parameters that have one.
        owner: the class it is a method of.
        kind: "", "property", "staticmethod" or "classmethod".
        options: values that a decorator of a command line gives to parameters.
    """

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    outer: Any
    defaults: dict[str, Value]
    owner: "Class | None" = None
    kind: str = ""
    options: dict[str, Value] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name; "lambda" where it has none."""
        return "lambda" if isinstance(self.node, ast.Lambda) else self.node.name


@dataclass(slots=True, eq=False)
class Class:
    """A class of the file.

    Args:
        node: its definition.
        bases: classes it derives from.
        names: what its body defines.
    """

    node: ast.ClassDef
    bases: tuple[Value, ...]
    names: dict[str, Value]

    def find(self, name: str, after: "Class | None" = None) -> Value:
        """Return the attribute of the class or of those it derives from, or MISSING.

        Args:
            name: the attribute.
            after: look only behind this class, as `super()` does.
        """
        passed = after is None
        for one in self.line():
            if passed and name in one.names:
                return one.names[name]
            passed = passed or one is after
        return MISSING

    def line(self) -> Iterator["Class"]:
        """Yield the class and all classes of the file that it derives from, each once."""
        seen: list[Class] = []
        waiting: list[Class] = [self]
        while waiting:
            one = waiting.pop(0)
            if one not in seen:
                seen.append(one)
                yield one
                waiting[:0] = [base for base in one.bases if isinstance(base, Class)]

    def foreign(self) -> list[str]:
        """Return the dotted names of classes it derives from that the file does not hold."""
        names: list[str] = []
        for one in self.line():
            for base in one.bases:
                if isinstance(base, Name):
                    names.append(base.dotted)
                elif isinstance(base, Unknown):
                    names.append(base.text)
        return names


@dataclass(slots=True, eq=False)
class Instance:
    """An object of a class of the file, or a bag of attributes.

    Args:
        of: its class; None for a bag.
        text: what it is called where its attributes are unknown.
        names: its attributes.
        native: the object of torch that it is as well, such as a scheduler it derives from.
        closed: an attribute that it lacks is an error, and not just out of sight.
    """

    of: Class | None
    text: str
    names: dict[str, Value]
    native: Value = None


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A method and its object.

    Args:
        to: the object.
        name: name of the method.
        function: the method, for an object of the file.
    """

    to: Value
    name: str
    function: Function | None = None


@dataclass(frozen=True, slots=True)
class Super:
    """What `super()` gives in a method.

    Args:
        to: the object.
        after: the class behind which to look.
    """

    to: Instance
    after: Class


@dataclass(slots=True, eq=False)
class Stream:
    """Something to iterate over.

    Args:
        text: what it is called.
        length: how many items it has; None without end.
        item: gives the item at an index.
        number: its length as a value that remembers what it stands for.
        data: it gives the batches of a loader.
        drawn: items that `next` has taken.
    """

    text: str
    length: int | None
    item: Callable[[int], Value]
    number: Value = None
    data: bool = False
    drawn: int = 0


class Guessed(list[Any]):
    """A list whose length is a guess."""


class Missing:
    """The absence of a value."""

    __slots__ = ()


MISSING: Final = Missing()


class Raised(Exception):  # noqa: N818 - an error of the script, not of ours
    """The script raises here."""

    def __init__(self, error: BaseException, kind: str = "") -> None:
        """Keep what it raises, and the name of its class."""
        super().__init__(str(error))
        self.error = error
        self.kind = kind or type(error).__name__


class Spent(Exception):  # noqa: N818 - the end of a walk, not a mistake
    """The walk has made all the steps it is allowed."""


def plain(value: Value) -> Value:
    """Return a number as Python's own, anything else as it is."""
    return value.value if isinstance(value, Number) else value


def number(value: Value) -> float | None:
    """Return a value as a number; None where it is none."""
    value = plain(value)
    return value if isinstance(value, int | float) else None


def is_sure(value: Value) -> bool:
    """Return whether the text settles a number."""
    return not isinstance(value, Number) or value.sure


def dimension(value: Value) -> Dimension:
    """Return the quantities a number is a product of."""
    return value.dimension if isinstance(value, Number) else ()


def rates_in(value: Value, depth: int = 3) -> tuple[Rate, ...]:
    """Return the learning rates that a value shows."""
    if isinstance(value, Rate):
        return (value,)
    if isinstance(value, Written):
        return value.rates
    if depth and isinstance(value, list | tuple):
        return tuple(rate for one in value[:20] for rate in rates_in(one, depth - 1))
    if depth and isinstance(value, dict):
        return tuple(rate for one in [*value.values()][:40] for rate in rates_in(one, depth - 1))
    return ()


def show(value: Value) -> str:
    """Return a value as a short text, for the name of what is made of it."""
    if isinstance(value, Unknown):
        return value.text
    if isinstance(value, Name):
        return value.dotted
    if isinstance(value, Instance):
        return value.text
    if isinstance(value, Number):
        return repr(value.value)
    if isinstance(value, str):
        return repr(value[:40])
    if value is None or isinstance(value, bool | int | float):
        return repr(value)[:40]
    text = getattr(value, "text", "") or getattr(value, "name", "")
    return str(text) or type(value).__name__.lower()
