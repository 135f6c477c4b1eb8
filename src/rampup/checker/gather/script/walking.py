"""The state of one walk: what was assumed, what was done, and where the walk stands."""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from rampup.checker.facts import Resume
from rampup.checker.finding import Place
from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.guesses import Guesses, is_setting
from rampup.checker.gather.script.program import Program
from rampup.checker.gather.script.values import (
    Dimension,
    Instance,
    Name,
    Number,
    Rate,
    Spent,
    Stream,
    Unknown,
    Value,
    plain,
    show,
)
from rampup.checker.script import Act, ActKind

STEPS: Final = 40_000
"""Statements, calls and iterations of one world."""

FEW: Final = 15_000
"""The same behind a world that had too many."""

ASIDE: Final = 8_000
"""The same for a function that nothing in the file calls."""

ACTS: Final = 30_000
"""Acts of one world."""

DEEP: Final = 40
"""Calls of functions of the script inside one another."""

STARRED: Final = {
    "torch.optim": ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "NAdam", "RAdam", "lr_scheduler"),
    "torch.optim.lr_scheduler": (
        "LambdaLR",
        "MultiplicativeLR",
        "StepLR",
        "MultiStepLR",
        "ConstantLR",
        "LinearLR",
        "ExponentialLR",
        "PolynomialLR",
        "CosineAnnealingLR",
        "CosineAnnealingWarmRestarts",
        "CyclicLR",
        "OneCycleLR",
        "ReduceLROnPlateau",
        "SequentialLR",
        "ChainedScheduler",
    ),
    "torch.utils.data": ("DataLoader", "TensorDataset", "Dataset", "random_split", "Subset"),
    "math": ("cos", "sin", "pi", "exp", "log", "sqrt", "ceil", "floor"),
}
"""What `from module import *` brings, of what is known here."""

Ids = dict[tuple[int, int, int], int]
"""Ids of objects, for all worlds, by line, column and how many the place had built before."""


@dataclass(slots=True, eq=False)
class Around:
    """A loop that was entered.

    Args:
        place: its first line.
        text: what it runs over.
        dimension: what its bound is a product of.
        numbered: it counts up to a number or runs over data, not over a few named things.
        data: it runs over the batches of a loader.
        times: iterations of its longest run.
        ends: False while only a break can end it.
        updates: updates made in it.
    """

    place: Place
    text: str
    dimension: Dimension = None
    numbered: bool = False
    data: bool = False
    times: int = 0
    ends: bool = True
    updates: int = 0


@dataclass(slots=True, eq=False)
class Turn:
    """An iteration of a loop that the walk is in."""

    loop: Around
    iteration: int = 0
    last: bool = False


class Walk:
    """One walk through a script, in one world.

    Args:
        program: the script.
        guesses: what is assumed.
        ids: ids of objects, shared by all worlds.
        run: calls a value with the arguments of a call.
        steps: statements, calls and iterations it may take.
    """

    def __init__(
        self,
        program: Program,
        guesses: Guesses,
        ids: Ids,
        run: Callable[[Value, Any], Value],
        steps: int = STEPS,
    ) -> None:
        self.program = program
        self.run = run
        self.guesses = guesses
        self.ids = ids
        self.left = steps
        self.depth = 0
        self.entry = 0
        self.unfinished: set[int] = set()
        """Entries that were not walked to their end."""
        self.acts: list[Act] = []
        self.loops: dict[int, Around] = {}
        self.turns: list[Turn] = []
        self.guards: list[str] = []
        self.objects: list[Any] = []
        self._held: set[int] = set()
        self.at: dict[tuple[ActKind, int | None], list[int]] = {}
        self.known: dict[str, Any] = {}
        """Objects that the file does not build, by the text of the unknown value."""
        self.bounds: dict[str, str] = {}
        """What a quantity turned out to count, by its name."""
        self.starred: dict[str, Name] = {}
        self.called: set[ast.AST] = set()
        self.built: set[ast.AST] = set()
        self.module = Frame(self, None)
        self.accelerators: list[Any] = []
        self.files: dict[str, Value] = {}
        """What was saved, by the text of the path."""
        self.resumes: list[Resume] = []
        self.starts: dict[str, int] = {}
        """Where a range begins if a checkpoint says 0, by its text."""
        self.given: list[Value] = []
        """Functions and objects of the file that were given to other code."""
        self.configured: set[ast.AST] = set()
        """Functions whose optimizers a trainer has taken."""
        self.assigned: dict[str, Value] = {}
        """Attributes that were set on unknown objects, by their text."""
        self.compared: tuple[Value, Value] | None = None
        """The two numbers that were compared last."""

    # how far

    def spend(self, steps: int = 1) -> None:
        """Count steps of the walk.

        Raises:
            Spent: there were too many.
        """
        self.left -= steps
        if self.left < 0:
            raise Spent

    # what is assumed

    def truth(self, value: Value, text: str = "") -> bool:
        """Return whether a value holds as a condition."""
        value = plain(value)
        if isinstance(value, Unknown):
            known = self.known.get(value.text)
            return True if known is not None else self.guesses.way(text or value.text)
        if value is None or isinstance(value, bool | int | float | str | list | tuple | dict):
            return bool(value)
        if isinstance(value, Stream):
            return value.length != 0
        return True

    def known_number(self, value: Value) -> Value:
        """Return an unknown setting as the number that stands for it; other values as they are."""
        if isinstance(value, Unknown) and is_setting(value):
            name = value.text
            return Number(self.guesses.number(name), ((name, 1),), sure=False)
        return value

    def count(self, value: Value, otherwise: str = "") -> int:
        """Return a value as a number of things; what is no number is guessed.

        Args:
            value: it.
            otherwise: the text to guess by, where the value has none.
        """
        value = plain(self.known_number(value))
        if isinstance(value, bool | int):
            return int(value)
        if isinstance(value, float):
            return int(value) if abs(value) < 2**53 else 0
        return int(self.guesses.number(otherwise or f"len({show(value)})"))

    def take_compared(self) -> tuple[Value, Value] | None:
        """Return the two numbers that were compared last, and forget them."""
        taken, self.compared = self.compared, None
        return taken

    def reached(self) -> None:
        """Note that a loop was left because of the last comparison: its bound counts updates?"""
        for value in self.compared or ():
            if isinstance(value, Number) and value.dimension and len(value.dimension) == 1:
                made = {len(one.used) for one in self.objects if hasattr(one, "used")}
                if value.value in made - {0}:
                    self.bounds.setdefault(value.dimension[0][0], "updates")

    # what was done

    def id_at(self, node: ast.AST) -> int:
        """Return the id of an object that is built here."""
        place = self.program.place(node)
        before = sum(1 for one in self.objects if one.place == place)
        return self.ids.setdefault((place.line, place.column, before), len(self.ids))

    def around(self) -> tuple[tuple[int, int], ...]:
        """Return the lines of the loops that the walk is in, each with its iteration."""
        return tuple((turn.loop.place.line, turn.iteration) for turn in self.turns)

    def act(
        self, kind: ActKind, node: ast.AST, frame: Frame, subject: Any = None, **detail: Any
    ) -> None:
        """Note that the script does something.

        Raises:
            Spent: it has done too much.
        """
        if len(self.acts) >= ACTS:
            raise Spent
        optimizer = getattr(subject, "optimizer", None) or subject
        key = None if subject is None else subject.id
        self.at.setdefault((kind, key), []).append(len(self.acts))
        self.acts.append(
            Act(
                kind=kind,
                place=self.program.place(node),
                subject=key,
                loops=self.around(),
                guards=tuple(self.guards),
                function=frame.function,
                update=len(getattr(optimizer, "used", ())),
                detail=detail,
            )
        )

    def made(self, kind: ActKind, node: ast.AST, thing: Any) -> None:
        """Note that the script builds an optimizer or a scheduler."""
        self.objects.append(thing)
        self._held.add(id(thing))
        self.act(kind, node, Frame(self, self.module), thing)

    def backward(self, node: ast.AST, frame: Frame) -> None:
        """Note a backward pass."""
        self.act("backward", node, frame)
        for one in self.objects:
            one.backward()

    def report(self, node: ast.AST, frame: Frame, rates: tuple[Rate, ...], through: str) -> None:
        """Note that rates are printed or logged."""
        for rate in dict.fromkeys(rates):
            optimizer = next((one for one in self.objects if one.id == rate.optimizer), None)
            if optimizer is not None and self.is_mine(optimizer):
                optimizer.report(rate, self.around())
                self.act(
                    "report",
                    node,
                    frame,
                    optimizer,
                    value=rate.value,
                    group=rate.group,
                    through=rate.through,
                    to=through,
                    read=rate.updates,
                )

    def is_mine(self, thing: Any) -> bool:
        """Return whether an object was built in this entry of the walk."""
        return bool(thing.entry == self.entry)

    def hand_over(self, node: ast.AST, frame: Frame, things: list[Any], through: str) -> None:
        """Note that objects are given to code that the file does not hold."""
        for thing in things:
            if self.is_mine(thing):
                thing.handed = True
                thing.lose()
                self.act("hand-over", node, frame, thing, through=through)

    def objects_in(self, value: Value, depth: int = 3) -> list[Any]:
        """Return the optimizers and schedulers that a value is or holds, each once."""
        found: list[Any] = []
        self._find(value, depth, found)
        return found

    def _find(self, value: Value, depth: int, found: list[Any]) -> None:
        if isinstance(value, Unknown):
            value = self.known.get(value.text)
        if id(value) in self._held:
            if value not in found:
                found.append(value)
        elif depth and isinstance(value, list | tuple):
            for one in value[:50]:
                self._find(one, depth - 1, found)
        elif depth and isinstance(value, dict):
            for one in [*value.values()][:50]:
                self._find(one, depth - 1, found)
        elif depth and isinstance(value, Instance):
            if value.native is not None:
                self._find(value.native, depth, found)
            for one in [*value.names.values()][:50]:
                self._find(one, depth - 1, found)

    def star(self, module: str) -> None:
        """Bind what `from module import *` may bring."""
        for name in STARRED.get(module, ()):
            self.starred[name] = Name(f"{module}.{name}")
