"""A frame: the names that a piece of the script sees."""

from typing import TYPE_CHECKING

from rampup.checker.gather.script.values import MISSING, Function, Name, Unknown, Value

if TYPE_CHECKING:
    from rampup.checker.gather.script.walking import Walk

BUILTIN = frozenset(
    [
        "abs",
        "all",
        "any",
        "bool",
        "callable",
        "dict",
        "divmod",
        "enumerate",
        "filter",
        "float",
        "format",
        "frozenset",
        "getattr",
        "hasattr",
        "int",
        "isinstance",
        "issubclass",
        "iter",
        "len",
        "list",
        "map",
        "max",
        "min",
        "next",
        "object",
        "open",
        "pow",
        "print",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "setattr",
        "sorted",
        "str",
        "sum",
        "super",
        "tuple",
        "type",
        "vars",
        "zip",
        "exit",
        "quit",
        "ValueError",
        "RuntimeError",
        "KeyError",
        "StopIteration",
        "NotImplementedError",
        "TypeError",
        "Exception",
        "IndexError",
        "AttributeError",
        "AssertionError",
        "KeyboardInterrupt",
        "ImportError",
        "OSError",
        "id",
        "FileNotFoundError",
        "ZeroDivisionError",
        "staticmethod",
        "classmethod",
        "property",
        "SystemExit",
        "StopAsyncIteration",
        "BaseException",
        "ArithmeticError",
    ]
)


class Frame:
    """The names of a module, a class body or a call.

    Args:
        walk: the walk it is part of.
        outer: the frame around it, whose names it sees; None for the module.
        function: name of the function, "" at the top of the file.
        code: the function that is called; None elsewhere.
    """

    __slots__ = (
        "code",
        "declared",
        "function",
        "is_class",
        "names",
        "outer",
        "returned",
        "walk",
        "yielded",
    )

    def __init__(
        self, walk: "Walk", outer: "Frame | None", function: str = "", code: Function | None = None
    ) -> None:
        self.walk = walk
        self.outer = outer
        self.function = function
        self.code = code
        self.is_class = False
        self.names: dict[str, Value] = {}
        self.declared: dict[str, Frame] = {}
        self.returned: Value = None
        self.yielded: list[Value] | None = None

    def get(self, name: str) -> Value:
        """Return what a name stands for."""
        frame: Frame | None = self
        while frame is not None:
            value = frame.names.get(name, MISSING)
            if value is not MISSING:
                return value
            frame = frame.outer
        if name in BUILTIN:
            return Name(name)
        return self.walk.starred.get(name) or Unknown(name)

    def set(self, name: str, value: Value) -> None:
        """Bind a name."""
        if self.declared:
            self.declared.get(name, self).names[name] = value
        else:
            self.names[name] = value

    def module(self) -> "Frame":
        """Return the frame of the module."""
        frame = self
        while frame.outer is not None:
            frame = frame.outer
        return frame

    def declare(self, name: str, *, nonlocal_: bool) -> None:
        """Make a name that of the module, or of the nearest function that binds it."""
        frame = self.outer if nonlocal_ else None
        while frame is not None and name not in frame.names:
            frame = frame.outer
        self.declared[name] = frame or self.module()
