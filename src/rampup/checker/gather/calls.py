"""Hear of calls on somebody's objects without leaving a mark on them.

The method is replaced on the class while anyone listens, so that nothing appears in the object's
own dictionary: a scheduler's state dict is that dictionary.
"""

import linecache
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

import torch

from rampup.checker.finding import Line

Before = Callable[[], None]
After = Callable[[tuple[Any, ...], Any], None]

_HEARD: Final[dict[tuple[type, str], list[tuple[Any, Before, After]]]] = {}
_MISSING: Final = object()

_INSIDE: Final = str(Path(torch.__file__).parent), str(Path(__file__).parents[2])
_HERE: Final = str(Path(__file__).parent)
_BETWEEN: Final = ("contextlib.py", "functools.py")


def on_call(target: Any, name: str, before: Before, after: After) -> Callable[[], None]:
    """Call `before` and `after` around each call of a method of one object; return what undoes it.

    Args:
        target: the object; others of its class are left alone.
        name: of the method.
        before: called first.
        after: called with the arguments and the result, unless the method raises.
    """
    cls = type(target)
    key = cls, name
    entry = target, before, after
    if key not in _HEARD:
        _HEARD[key] = []
        _replace(cls, name, _HEARD[key])
    _HEARD[key].append(entry)

    def undo() -> None:
        heard = _HEARD.get(key, [])
        heard[:] = [one for one in heard if one is not entry]
        if key in _HEARD and not heard:
            _restore(cls, name)
            del _HEARD[key]

    return undo


def _replace(cls: type, name: str, heard: list[tuple[Any, Before, After]]) -> None:
    original = getattr(cls, name)

    @wraps(original)
    def called(self: Any, *args: Any, **kwargs: Any) -> Any:
        listening = [(before, after) for target, before, after in heard if target is self]
        for before, _ in listening:
            before()
        result = original(self, *args, **kwargs)
        for _, after in listening:
            after((*args, *kwargs.values()), result)
        return result

    called._replaced = vars(cls).get(name, _MISSING)  # type: ignore[attr-defined]
    setattr(cls, name, called)


def _restore(cls: type, name: str) -> None:
    replaced = vars(cls)[name]._replaced
    if replaced is _MISSING:
        delattr(cls, name)
    else:
        setattr(cls, name, replaced)


@dataclass(frozen=True, slots=True)
class Spot:
    """A line that made a call, and the function it stands in."""

    code: CodeType
    line: int

    def shown(self, says: str) -> Line:
        """Return the line as evidence; `says` is what it did."""
        path = self.code.co_filename
        return Line(
            path=path, line=self.line, text=linecache.getline(path, self.line).rstrip(), says=says
        )


def caller() -> Spot | None:
    """Return the line, outside of torch and of ourselves, that led here."""
    return _outside(sys._getframe(1))


def asker() -> Spot | None:
    """Return the line that made the call that is heard of; None for one inside torch or us."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_HERE):
        frame = frame.f_back
    if frame is None or frame.f_code.co_filename.startswith(_INSIDE):
        return None
    return Spot(frame.f_code, frame.f_lineno)


def _outside(frame: FrameType | None) -> Spot | None:
    while frame is not None:
        path = frame.f_code.co_filename
        if not path.startswith(_INSIDE) and not path.endswith(_BETWEEN):
            return Spot(frame.f_code, frame.f_lineno)
        frame = frame.f_back
    return None
