"""The two traces of a comparison, and how sentences set their values side by side."""

from dataclasses import dataclass
from typing import Any

from rampup.trace.compare.difference import Difference, plain, shown
from rampup.trace.story import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two traces.

    Args:
        a: one trace.
        b: the other.
        names: what sentences call them.
    """

    a: Story
    b: Story
    names: tuple[str, str] = ("a", "b")

    def both(self, x: Any, y: Any) -> str:
        """Return both values in words, with enough digits to tell them apart.

        Example:
            >>> Pair(a=Story("x"), b=Story("y")).both(0.1, None)
            '0.1 in a, none in b'
        """
        left, right = shown(x, y)
        return f"{left} in {self.names[0]}, {right} in {self.names[1]}"

    def of_value(self, part: str, name: str, x: Any, y: Any) -> Difference:
        """Return the difference between two values of one name."""
        return Difference(
            part=part, name=name, a=plain(x), b=plain(y), sentence=f"{name}: {self.both(x, y)}"
        )
