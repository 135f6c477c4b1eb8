"""What a training script says, as plain data: the objects it builds and the steps it makes.

A script is walked without running it. Numbers that the text does not settle, such as the length
of a loader, are guessed; the walk is made once for each of several guesses (a `World`), and a
rule may say only what holds in all of them.

Not here: the walk (`gather/script/`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from rampup.checker.facts import Counted, Curve, Resume, Run, Setting
from rampup.checker.finding import Place

ActKind = Literal[
    "optimizer",  # an optimizer is built
    "scheduler",  # a scheduler is built
    "group",  # a parameter group is added
    "backward",
    "update",  # optimizer.step(), or scaler.step(optimizer)
    "step",  # scheduler.step()
    "ask",  # scheduler.get_lr()
    "write",  # a rate is assigned
    "report",  # a rate is printed or logged
    "save",
    "load",
    "hand-over",  # the object is given to code that the file does not hold
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """A loop around an act.

    Args:
        place: its first line.
        text: what it runs over, such as "range(num_epochs)".
        counts: what its iterations are.
        times: iterations it makes in this world; None for a loop that only a break ends.
        first: where it begins in a resume from a checkpoint that says 0.
    """

    place: Place
    text: str
    counts: Counted
    times: int | None
    first: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """An optimizer or a scheduler that the script builds.

    Args:
        id: its number in the script, in the order of building.
        kind: its class, such as "torch.optim.AdamW" or "transformers.get_cosine_schedule".
        name: the name it is first bound to, such as "self.scheduler".
        place: where it is built.
        of: id of the optimizer that a scheduler writes to; of its parent, for a part.
        parts: ids of the schedulers it is made of.
        settings: what it is built with.
        steps_itself: a trainer or wrapper steps it, so that no call of the script has to.
        entry: number of the piece of the script that builds it: functions which no line of the
            script calls are walked each by itself.
    """

    id: int
    kind: str
    name: str
    place: Place
    of: int | None = None
    parts: tuple[int, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)
    steps_itself: bool = False
    entry: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that the script does to an optimizer or a scheduler, in the order of doing.

    Args:
        kind: what.
        place: where it stands.
        subject: id of the object; None where the act has none.
        loops: lines of the loops around it, outermost first, each with the iteration it is in.
        guards: texts of the conditions it stands under, outermost first.
        function: name of the function it stands in; empty at the top of the file.
        update: updates that the subject's optimizer has made before it.
        detail: what else is known, by name: "metric", "keys", "value", "through" …
    """

    kind: ActKind
    place: Place
    subject: int | None
    loops: tuple[tuple[int, int], ...] = ()
    guards: tuple[str, ...] = ()
    function: str = ""
    update: int = 0
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class World:
    """The script under one guess of all that its text does not settle.

    Args:
        guesses: what was guessed, by the text it stands for, such as {"len(loader)": 5}.
        acts: what it does.
        loops: the loops it enters, by line.
        curves: what each scheduler asks for, by id, where its numbers are known.
        runs: rates that each optimizer's updates really use, by id, where they are known.
        complete: the walk reached the end of the script.
        resumes: states that the script saves and goes on from itself.
    """

    guesses: Mapping[str, float]
    acts: tuple[Act, ...]
    loops: Mapping[int, Loop]
    curves: Mapping[int, Curve]
    runs: Mapping[int, Run]
    complete: bool
    resumes: tuple[Resume, ...] = ()
    at: Mapping[tuple[ActKind, int | None], tuple[int, ...]] = field(init=False)
    """Where in `acts` one kind of thing is done to one object."""

    def __post_init__(self) -> None:
        at: dict[tuple[ActKind, int | None], list[int]] = {}
        for position, act in enumerate(self.acts):
            at.setdefault((act.kind, act.subject), []).append(position)
        object.__setattr__(self, "at", {key: tuple(found) for key, found in at.items()})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Script:
    """A script, or one cell after another of a notebook.

    Args:
        path: as it was given.
        lines: its text, one line each, without ends.
        objects: optimizers and schedulers by id.
        worlds: the walks; at least one.
    """

    path: str
    lines: tuple[str, ...]
    objects: Mapping[int, Object]
    worlds: tuple[World, ...]
