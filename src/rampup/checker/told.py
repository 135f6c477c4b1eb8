"""What the acts of a script say about its schedulers; what several rules read off a script.

Not here: what is wrong about it (`rules/`).
"""

from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from rampup.checker.facts import Curve
from rampup.checker.finding import Line, Place
from rampup.checker.rule import Found
from rampup.checker.script import Act, ActKind, Object, Script, World


@dataclass(frozen=True, slots=True)
class Gap:
    """What lies between two updates of an optimizer.

    Args:
        steps: scheduler steps.
        backwards: number of backward passes.
    """

    steps: tuple[Act, ...]
    backwards: int


@dataclass(frozen=True, slots=True)
class Bond:
    """A scheduler of a script and the optimizer it writes to, in one world.

    Args:
        script: the script.
        world: the world.
        scheduler: the scheduler; no part of another.
        optimizer: its optimizer.
        curve: what the scheduler asks for, where that is known.
    """

    script: Script
    world: World
    scheduler: Object
    optimizer: Object
    curve: Curve | None

    @property
    def kind(self) -> str:
        """The class of the scheduler, without its module."""
        return self.scheduler.kind.rpartition(".")[2]

    def steps(self) -> list[Act]:
        """Return the scheduler's steps."""
        return self.acts("step", self.scheduler)

    def updates(self) -> list[Act]:
        """Return the optimizer's updates."""
        return self.acts("update", self.optimizer)

    def acts(self, kind: ActKind, subject: Object) -> list[Act]:
        """Return what is done to one object."""
        return self.order((kind, subject.id))

    def order(self, *done: tuple[ActKind, int]) -> list[Act]:
        """Return things done, each by its kind and its object, in the order of doing."""
        at = sorted(one for key in done for one in self.world.at.get(key, ()))
        return [self.world.acts[one] for one in at]

    def overruns(self) -> bool:
        """Return whether the scheduler is stepped behind its end, and raises there."""
        curve = self.curve
        if curve is None or curve.raised is None or curve.ends is None:
            return False
        return len(self.steps()) > curve.ends

    def gaps(self) -> list[Gap]:
        """Return what lies between one update and the next, for every two of them."""
        at, acts = self.world.at, self.world.acts
        steps = at.get(("step", self.scheduler.id), ())
        backwards = at.get(("backward", None), ())
        gaps: list[Gap] = []
        for first, last in pairwise(at.get(("update", self.optimizer.id), ())):
            between = steps[bisect(steps, first) : bisect(steps, last)]
            passes = bisect(backwards, last) - bisect(backwards, first)
            gaps.append(Gap(tuple(acts[one] for one in between), passes))
        return gaps


def bonds(script: Script, world: World) -> Iterator[Bond]:
    """Yield each scheduler that some code of the script steps, or should."""
    parts = {part for one in script.objects.values() for part in one.parts}
    built = {act.subject for act in world.acts if act.kind == "scheduler"}
    for one in script.objects.values():
        owner = None if one.of is None else script.objects.get(one.of)
        if owner is not None and one.id in built - parts and not one.steps_itself:
            yield Bond(script, world, one, owner, world.curves.get(one.id))


def everywhere(script: Script, look: Callable[[Script, World], Iterable[Found]]) -> Iterator[Found]:
    """Yield what `look` finds in every world that comes past the lines which prove it.

    A world that leaves out one of these lines, because a condition went the other way, says
    nothing about it.
    """
    told = [{one.place: one for one in reversed(list(look(script, one)))} for one in script.worlds]
    been = [{act.place.line for act in world.acts} for world in script.worlds]
    for place, found in {
        place: one for there in reversed(told) for place, one in there.items()
    }.items():
        lines = {piece.line for piece in found.evidence if isinstance(piece, Line)}
        if all(place in there or not lines <= seen for there, seen in zip(told, been, strict=True)):
            yield found


def usual(counts: Iterable[int], share: float = 0.9) -> int | None:
    """Return the number that nearly all are; None where they differ.

    Example:
        >>> usual([4, 4, 4, 4]), usual([1, 4, 1, 4])
        (4, None)
    """
    ((most, times),) = Counter(counted := list(counts)).most_common(1) or [(0, 0)]
    return most if times and times >= share * len(counted) else None


def same(bond: Bond, counted: Callable[[Gap], int]) -> int | None:
    """Return what nearly all gaps of a scheduler count in every world; None where they differ."""
    found = set()
    for world in bond.script.worlds:
        gaps = replace(bond, world=world).gaps()
        if gaps:
            found.add(usual(counted(gap) for gap in gaps))
    return found.pop() if len(found) == 1 else None


def line(script: Script, place: Place, says: str) -> Line:
    """Return a line of a script as evidence."""
    text = script.lines[place.line - 1] if 0 < place.line <= len(script.lines) else ""
    return Line(path=place.path, line=place.line, text=text, says=says)
