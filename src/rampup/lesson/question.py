"""A question: prompt, program, options; one of them right, each wrong one a known misconception.

Not here: the generators (`questions/`), and who answered what (`progress.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Level = Literal["easy", "medium", "hard"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer that a learner may choose.

    Attributes:
        text: what is read, Markdown.
        misconception: the id of the misconception that leads here; None for the right option.
        feedback: one or two sentences on why it is right, or on what would make one choose it.
    """

    text: str
    misconception: str | None
    feedback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One instance of a generator: the same seed gives the same question.

    Attributes:
        generator: the id of the generator, as in `practice-3`.
        seed: which instance this is.
        objective: the id of the objective that it serves.
        level: easy, medium or hard.
        prompt: Markdown.
        program: the Python program that the question is about, or None.
        options: 3 to 5, in the order in which they are shown.
        key: the index of the right one.
        hints: at least three, each telling more than the one before.
        solution: the worked solution, one step a line of Markdown.
        check: the quick check: one line that a learner can verify in the head.
        mistakes: what people commonly do wrong here.
    """

    generator: str
    seed: int
    objective: str
    level: Level
    prompt: str
    program: str | None
    options: tuple[Option, ...]
    key: int
    hints: tuple[str, ...]
    solution: tuple[str, ...]
    check: str
    mistakes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator:
    """What makes a question from a seed.

    Attributes:
        id: as it is named in content files, such as `practice-3`.
        objective: the id of the objective that it serves.
        level: easy, medium or hard.
        make: seed → question; runs the question's program with the installed torch for the key.
    """

    id: str
    objective: str
    level: Level
    make: Callable[[int], Question]
