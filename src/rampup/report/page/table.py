"""Tables, and which of many rows they show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rampup.report.page.cells import count


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of cells as text.

    Args:
        caption: what it shows.
        head: names of the columns, the first that of the rows.
        rows: the cells.
        note: what was left out, or "".
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str | Markup]]
    note: str = ""


def spread(size: int, most: int, must: Iterable[int]) -> list[int]:
    """Return `most` places evenly from 0 to `size` − 1, both among them, and those that must be."""
    if size <= most:
        return list(range(size))
    even = {round(i * (size - 1) / (most - 1)) for i in range(most)}
    return sorted(even | set(must))


def some(shown: int, of: int, noun: str) -> str:
    """Return in words how many of all are shown, or "" where all are."""
    return f"Shown are {shown:,} of {count(of, noun)}." if shown < of else ""
