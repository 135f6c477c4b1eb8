"""What numbers of a walked script count: epochs, batches, updates.

A loop tells it. The innermost loop around an update runs over batches, or over updates where no
loop is around it; the numbered loop around a loop over batches runs over epochs. A number counts
what the loop counts that it bounds, and a product of epochs and batches counts updates.
"""

from collections.abc import Iterable
from itertools import pairwise

from rampup.checker.facts import Counted
from rampup.checker.gather.script.optimizers import Optimizer
from rampup.checker.gather.script.values import Dimension
from rampup.checker.gather.script.walking import Around, Walk


class Counting:
    """What the loops and quantities of one world count.

    Args:
        walk: the walk, done.
    """

    def __init__(self, walk: Walk) -> None:
        self.optimizers = [one for one in walk.objects if isinstance(one, Optimizer)]
        self.accumulates = any(
            sum(made > 1 for made in one.passes) * 2 > len(one.passes) for one in self.optimizers
        )
        self.loops: dict[int, Counted] = {}
        self.epoch_lines: set[int] = set()
        chains = {
            tuple(line for line, _ in moment) for one in self.optimizers for moment in one.moments
        }
        chains = chains or {
            tuple(line for line, _ in act.loops)
            for act in walk.acts
            if act.kind in ("backward", "step")
        }
        for chain in sorted(chains, key=len, reverse=True):
            self._chain([walk.loops[line] for line in chain])
        self.meaning: dict[str, str] = dict(walk.bounds)
        for line, counts in self.loops.items():
            bound = walk.loops[line].dimension
            if counts and bound and len(bound) == 1 and bound[0][1] == 1:
                self.meaning.setdefault(bound[0][0], counts)

    def _chain(self, loops: list[Around]) -> None:
        """Say what the loops around an update count, the outermost first."""
        numbered = [loop for loop in loops if loop.numbered or not loop.ends]
        if not numbered:
            return
        data = [loop for loop in numbered if loop.data]
        inner = data[-1] if data else numbered[-1]
        outer = numbered[: numbered.index(inner)]
        if outer or inner.data:
            self._name(inner, "micro-batches" if self.accumulates and not inner.data else "batches")
        else:
            self._name(inner, "micro-batches" if self.accumulates else "updates")
        if outer:
            self._name(outer[-1], "epochs")
            self.epoch_lines.add(outer[-1].place.line)

    def _name(self, loop: Around, counts: Counted) -> None:
        self.loops.setdefault(loop.place.line, counts)

    def of(self, dimension: Dimension) -> Counted:
        """Return what a number counts that is a product of quantities."""
        if not dimension:
            return ""
        meanings = [(self.meaning.get(name, ""), power) for name, power in dimension]
        if len(dimension) == 1:
            meaning, power = meanings[0]
            return _counted(meaning) if power == 1 else ""
        if sorted(meanings) == [("samples", 1), ("size", -1)]:
            return "batches"
        counts = sorted(meaning for meaning, power in meanings if power == 1)
        others = [meaning for meaning, power in meanings if power != 1]
        if "batches" in counts and len(counts) == 2 and set(counts) <= {"batches", "epochs", ""}:
            if not others:
                return "micro-batches" if self.accumulates else "updates"
            return "updates" if self.accumulates and others == [""] else ""
        return ""


def _counted(meaning: str) -> Counted:
    known: tuple[Counted, ...] = ("updates", "epochs", "batches", "micro-batches", "samples")
    return next((one for one in known if one == meaning), "")


def firsts(moments: Iterable[tuple[tuple[int, int], ...]], lines: set[int]) -> tuple[int, ...]:
    """Return the first update of each epoch.

    Args:
        moments: for each update, the loops around it.
        lines: lines of the loops over epochs.
    """
    epochs = [tuple(turn for turn in moment if turn[0] in lines) for moment in moments]
    if not any(epochs):
        return ()
    return (0, *(k for k, (before, now) in enumerate(pairwise(epochs), 1) if before != now))
