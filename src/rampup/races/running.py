"""The run of a race: chunk after chunk, kept in a folder, with halving where it is asked for."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rampup.races.batch import Batch, Outcome
from rampup.races.engine import Choice
from rampup.races.folder import RaceFolder
from rampup.races.members import Grid, Member
from rampup.races.sequential import Alone, together
from rampup.races.task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a race is.

    Args:
        done: member-updates that are behind it.
        total: member-updates of the whole race, if no member falls out.
        alive: members that have not fallen out.
        members: all of them.
        per_second: member-updates per second, in this process.
        leaders: `(name, rate, seed, loss)` of the running members with the lowest losses.
    """

    done: int
    total: int
    alive: int
    members: int
    per_second: float
    leaders: list[tuple[str, float, int, float]]


Listener = Callable[[Progress], None]

SECONDS_BETWEEN_REPORTS = 0.2


class Running:
    """A race that runs.

    Args:
        task: what is trained.
        members: all of them.
        choice: how they are run.
        folder: where it is kept, or None.
        listener: told how far it is.
    """

    def __init__(
        self,
        task: Task,
        members: Sequence[Member],
        choice: Choice,
        folder: RaceFolder | None,
        listener: Listener | None,
    ) -> None:
        self._task, self._members, self._choice = task, members, choice
        self._folder, self._listener = folder, listener
        self.chunks = [
            range(first, min(first + choice.together, len(members)))
            for first in range(0, len(members), choice.together)
        ]
        self._begun = time.monotonic()
        self._reported = self._made = self._before = 0.0
        self._out = 0

    def whole(self) -> Outcome:
        """Run every chunk to its end and return what became of all members."""
        return together([self._run(chunk, self._open(chunk)) for chunk in range(len(self.chunks))])

    def halved(self, grid: Grid, rung: int) -> tuple[Outcome, npt.NDArray[np.bool_]]:
        """Run all members to the rung, and the best third of each schedule to the end.

        Returns:
            What became of them, and which were dropped at the rung, `(members,)`.
        """
        opened = [self._open(chunk) for chunk in range(len(self.chunks))]
        for chunk, runner in enumerate(opened):
            if not isinstance(runner, Outcome):
                self._advance(chunk, runner, rung)
        losses = np.concatenate([runner.losses[:rung] for runner in opened], axis=1)
        kept = survivors(grid, losses)
        outcomes = []
        for chunk, runner in enumerate(opened):
            if not isinstance(runner, Outcome):
                runner.only({i for i, member in enumerate(self.chunks[chunk]) if kept[member]})
            outcomes.append(self._run(chunk, runner))
        return together(outcomes), ~kept & np.isfinite(losses[-1])

    def _open(self, chunk: int) -> Any:
        """Return the outcome of a chunk that is finished, or what will run it."""
        finished = self._folder.finished(chunk) if self._folder is not None else None
        members = [self._members[i] for i in self.chunks[chunk]]
        if finished is not None:
            self._before += len(members) * self._task.horizon.updates
            self._out += int(np.isnan(finished.losses[-1]).sum())
            return finished
        if self._choice.engine == "sequential":
            return Alone(self._task, members[0])
        batch = Batch(self._task, members, trace=self._choice.trace)
        saved = self._folder.checkpoint(chunk) if self._folder is not None else None
        if saved is not None:
            batch.restore(saved)
            self._before += len(members) * batch.done
        return batch

    def _run(self, chunk: int, runner: Any) -> Outcome:
        if isinstance(runner, Outcome):
            return runner
        self._advance(chunk, runner, self._task.horizon.updates)
        outcome: Outcome = runner.outcome()
        self._out += int(np.isnan(outcome.losses[-1]).sum())
        if self._folder is not None:
            self._folder.finish(chunk, outcome)
        return outcome

    def _advance(self, chunk: int, runner: Any, until: int) -> None:
        def tick(done: int, alive: int) -> None:
            self._made += alive
            now = time.monotonic() - self._begun
            if self._listener is not None and now - self._reported >= SECONDS_BETWEEN_REPORTS:
                self._reported = now
                self._listener(self._progress(chunk, runner, done, now))
            if isinstance(runner, Batch) and self._folder is not None and self._folder.due():
                self._folder.keep(chunk, runner.snapshot())

        runner.advance(until, tick)

    def _progress(self, chunk: int, runner: Any, done: int, seconds: float) -> Progress:
        ids = self.chunks[chunk]
        last = runner.table[max(done - 10, 0) : done].mean(axis=0)
        best = [i for i in np.argsort(last) if math.isfinite(last[i])][:3]
        leaders = [
            (m.name, m.lr, m.seed, float(last[i])) for i in best for m in [self._members[ids[i]]]
        ]
        updates, members = self._task.horizon.updates, len(self._members)
        behind = chunk * self._choice.together * updates if self._choice.together else 0
        out = self._out + int((~np.isfinite(last)).sum())
        return Progress(
            done=min(behind + done * len(ids), members * updates),
            total=members * updates,
            alive=members - out,
            members=members,
            per_second=self._made / max(seconds, 1e-9),
            leaders=leaders,
        )


def survivors(grid: Grid, losses: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return which members go on after a rung, `(members,)`: whole rates, never single seeds.

    Of each schedule the better third of the rates goes on, by the mean loss over the last tenth
    of the updates so far, averaged over the seeds; at least one does, also where all diverged.

    Args:
        grid: what is raced.
        losses: so far, `(updates, members)`.
    """
    tail = losses[-max(len(losses) // 10, 1) :].mean(axis=0).reshape(grid.shape)
    by_rate = np.where(np.isfinite(tail), tail, np.inf).mean(axis=0)
    kept = np.zeros_like(by_rate, dtype=bool)
    most = -(-by_rate.shape[1] // 3)
    np.put_along_axis(kept, np.argsort(by_rate, axis=1, kind="stable")[:, :most], True, axis=1)
    return np.broadcast_to(kept, grid.shape).reshape(-1)


def first_rung(grid: Grid, task: Task) -> int:
    """Return the update of the cut: after the longest warmup, and after a third of the run."""
    numbers = task.horizon.to_dict()
    warm = max(s.plan(**numbers).landmarks.warmup for s in grid.schedules.values())
    return max(warm, -(-task.horizon.updates // 3))
