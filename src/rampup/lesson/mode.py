"""A mode of the lesson as it is read from its content file: sections made of parts.

Not here: reading the files (`content.py`), and drawing them (the faces).
"""

from dataclasses import dataclass
from typing import Literal

Shown = Literal["question", "exercise", "project", "cards", "test", "figure", "table", "trace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Markdown, as it stands in the file, its numbers filled in."""

    markdown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shows:
    """A place where a face shows something that is computed or interactive.

    Attributes:
        kind: what.
        name: which: the id of a question's generator, of an exercise, of a figure …
    """

    kind: Shown
    name: str


Part = Text | Shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A piece of a mode with a heading.

    Attributes:
        id: unique in the mode; the address of the section.
        title: its heading.
        parts: in reading order.
    """

    id: str
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """One of the ten ways to learn.

    Attributes:
        id: `learn`, `why`, `deep`, `visualize`, `try`, `challenge`, `project`, `review`, `metrics`
            or `test`.
        title: as a face shows it.
        about: one sentence on what one does here.
        minutes: how long it takes, roughly.
        sections: in reading order.
    """

    id: str
    title: str
    about: str
    minutes: int
    sections: tuple[Section, ...]
