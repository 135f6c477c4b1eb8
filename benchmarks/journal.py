"""What the journal of updates costs: events per second written and read, and bytes of each."""

import math
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.side_by_side import medians
from rampup import parse
from rampup.trace.compact import rounded
from rampup.trace.journal import Journal, read
from rampup.trace.record import Event, Update

ROUNDS = 7
UPDATES = 100_000
GROUP = 100


def updates(*, ratio: bool) -> list[Event]:
    """Return the updates of a run, with numbers of as many digits as real ones have."""
    plan = parse("warmup 10% >> hold 30% >> decay cosine").plan(updates=UPDATES)
    draw = random.Random(0)
    events: list[Event] = []
    for k in range(UPDATES):
        rate = 0.003 * plan(k)
        events.append(
            Update(
                k=k,
                planned=rate,
                used=rate,
                reported=rate,
                loss=rounded(math.exp(-k / UPDATES) * draw.uniform(0.9, 1.1)),
                grad_norm=rounded(draw.lognormvariate(0.0, 1.0)),
                ratio=rounded(draw.uniform(1e-4, 1e-2)) if ratio else None,
            )
        )
    return events


def write(path: Path, events: list[Event]) -> None:
    """Write a journal anew, in groups."""
    path.unlink(missing_ok=True)
    with Journal(path) as journal:
        for first in range(0, len(events), GROUP):
            journal.append(events[first : first + GROUP])


def main() -> None:
    """Print what is reached beside what is wanted."""
    with tempfile.TemporaryDirectory() as name:
        runs = {
            "loss and gradient norm": updates(ratio=False),
            "and update-to-weight ratio": updates(ratio=True),
        }
        paths = {what: Path(name) / f"{len(what)}.jsonl" for what in runs}
        jobs: dict[str, Callable[[], object]] = {}
        for what, events in runs.items():
            jobs[f"write {what}"] = partial(write, paths[what], events)
            jobs[f"read {what}"] = partial(read, paths[what])
        started = time.perf_counter()
        measured = medians(jobs, ROUNDS)
        for job, seconds in measured.items():
            least = " (at least 200,000)" if job.startswith("write") else ""
            print(f"{job:34} {UPDATES / seconds:10,.0f} updates per second{least}")
        for what, path in paths.items():
            size = path.stat().st_size / UPDATES
            print(f"rates, {what:27} {size:10.1f} bytes per update (at most 60)")
            assert read(path).events == runs[what]
        spent = time.perf_counter() - started
        print(f"medians of {ROUNDS} rounds, in turn, in groups of {GROUP}; {spent:.0f} s")


if __name__ == "__main__":
    main()
