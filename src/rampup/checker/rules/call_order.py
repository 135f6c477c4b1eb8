"""RU401: the scheduler, or whoever writes the rate, is called at the wrong place of the update."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from rampup.checker.edits import swapped
from rampup.checker.facts import Floats, Run
from rampup.checker.finding import Fix, Rates
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.rules.pace import FEW, close, pace, passes
from rampup.checker.script import Script, World
from rampup.checker.told import Bond, bonds, everywhere, line

SHOWN: Final = 5
TINY: Final = 1e-3
"""A first rate below this share of the second is worth nothing: it may be skipped on purpose."""

OWN: Final = "RampupLR"
"""Its clock is the optimizer, so that it may be stepped anywhere."""

PLATEAU: Final = "ReduceLROnPlateau"
"""It waits for a metric of what was done, in whatever order."""


def _run(run: Run) -> Iterator[Found]:
    if len(run.used) < FEW:
        return
    if _steps_first(run):
        yield _found(
            replace(run, place=run.stepped_at or run.place),
            "the scheduler is stepped before the update, so that its first rate is never used",
        )
    elif _writes_late(run):
        yield _found(
            run,
            f"update 0 used {run.used[0, 0]:.4g}, because the rate is written after the update: "
            f"the first one that was written, {run.used[1, 0]:.4g}, came one update late",
        )
    else:
        yield from _again(run)


def _steps_first(run: Run) -> bool:
    """Return whether the updates use the rates of the steps after them."""
    planned, calls, steps = run.planned, run.calls, pace(run)
    if planned is None or calls is None or steps not in (0, 1) or calls[0] != 1:
        return False
    plan, used = planned[:, 0], run.used[:, 0]
    later = np.flatnonzero(calls[1:]) + 1
    if not len(later):
        return False
    first, second = plan[0], plan[later[0]]
    if not first >= TINY * second or 0 in run.skipped or _doubled(run):
        return False
    if steps == 0 and close(used[0], second) and not close(first, second):
        return True
    ahead = int(later[0]) if steps == 0 else 1  # a step of the schedule
    return bool(close(used[:-ahead], plan[ahead:]).all() and not close(used, plan).all())


def _doubled(run: Run) -> bool:
    """Return whether the first update may be the second attempt."""
    each = passes(run)
    return run.backwards is not None and each is not None and int(run.backwards[0]) > each


def _writes_late(run: Run) -> bool:
    """Return whether a warmup is written by hand, from the second update on."""
    first = np.asarray(run.used[: FEW + 1, 0])
    written = set(range(1, len(first))) <= set(run.writes)
    rises = bool((np.diff(first[1:]) > 0).all())
    return written and 0 not in run.writes and rises and bool(first[0] >= first[-1])


def _again(run: Run) -> Iterator[Found]:
    """Find a `scheduler.step(epoch)` that gives the first epoch's rate to the second one, too."""
    if run.calls is None or run.index is None or pace(run) != 0:
        return
    at = np.flatnonzero(run.calls)
    if len(at) < 2 or at[0] == 0 or (run.calls[at] != 1).any():
        return
    moves = run.index[at] - run.index[at - 1]
    if moves[0] == 0 and (moves[1:] == 1).all():
        k = int(at[0])
        yield Found(
            place=replace(run.stepped_at or run.place, update=k),
            message=(
                f"the scheduler is stepped to index {run.index[k]} before update {k}, which the "
                f"updates before it had used already: the schedule runs one epoch late"
            ),
            evidence=(_rates("used", run.used), *run.lines),
        )


def _found(run: Run, message: str) -> Found:
    planned = () if run.planned is None else (_rates("planned", run.planned),)
    return Found(
        place=replace(run.place, update=0),
        message=message,
        evidence=(*planned, _rates("used", run.used), *run.lines),
    )


def _rates(name: str, rates: Floats) -> Rates:
    return Rates(name=name, values=tuple(map(float, rates[:SHOWN, 0])), marked=(0,))


def _script(script: Script) -> Iterator[Found]:
    yield from everywhere(script, _world)


def _world(script: Script, world: World) -> Iterator[Found]:
    for bond in bonds(script, world):
        if bond.kind in (OWN, PLATEAU):
            continue
        yield from _first(bond)
        yield from _shown_late(bond)


def _first(bond: Bond) -> Iterator[Found]:
    """Look for a step before the first update, and before each of those that follow."""
    steps, updates = bond.steps(), bond.updates()
    if len(updates) < 2 or not steps or bond.curve is None or len(bond.curve.rates) < 2:
        return
    step, update = steps[0], updates[0]
    behind = bond.order(("step", bond.scheduler.id), ("update", bond.optimizer.id))[0] is update
    together = bool(step.loops) and update.loops[: len(step.loops)] == step.loops
    first, second = bond.curve.rates[0, 0], bond.curve.rates[1, 0]
    moved = np.ptp(bond.curve.rates, axis=0).max() > 0
    if not behind and together and moved and "epoch" not in step.detail:
        what = (
            f"its first rate, {first:.4g}, is never used: the updates begin with {second:.4g}"
            if first != second
            else "each of its rates comes one step too early"
        )
        yield Found(
            place=step.place,
            message=f"the scheduler is stepped before the update, so that {what}",
            evidence=(
                line(bond.script, step.place, "steps first"),
                line(bond.script, update.place, "updates behind it"),
            ),
            # not safe: every rate that follows moves by one update, and so does a resumed run
            fix=Fix(text=RULE.fix, edits=swapped(bond.script, step.place.line, update.place.line)),
        )


def _shown_late(bond: Bond) -> Iterator[Found]:
    """Look for a table of rates, made without a single update, that leaves out the first."""
    acts = bond.order(("step", bond.scheduler.id), ("report", bond.optimizer.id))
    handed = bond.acts("hand-over", bond.scheduler) or bond.acts("hand-over", bond.optimizer)
    if bond.updates() or handed or len(acts) < 4 or bond.curve is None:
        return
    if all(act.kind == ("report" if at % 2 else "step") for at, act in enumerate(acts)):
        shown = ", ".join(f"{act.detail['value']:.4g}" for act in acts[1:8:2])
        yield Found(
            place=acts[0].place,
            message=(
                "the scheduler is stepped before its rate is shown, and no optimizer is: the "
                f"table begins with {shown} and leaves out the first rate, "
                f"{bond.curve.rates[0, 0]:.4g}"
            ),
            evidence=(
                line(bond.script, acts[0].place, "steps first"),
                line(bond.script, acts[1].place, "shows the rate behind it"),
            ),
            severity="note",
        )


RULE: Final = Rule(
    code="RU401",
    name="call-order",
    word="ORD",
    severity="warning",
    detects=(
        "The scheduler is stepped before the update, or the rate is written after the update that "
        "it was meant for."
    ),
    matters=(
        "Stepped first, `MultiStepLR([2])` gives 1, 0.1, 0.1: one update at 1 instead of two. "
        "Written afterwards, a warmup of 4 gives 1, 0.25, 0.5, 0.75, 1: the one update that it was "
        "to soften runs at the peak. torch warns of the first, if it happens at the very first "
        "step; after a resume it says nothing."
    ),
    bad=Example(
        text="""\
import torch

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
for number in range(20):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    for group in optimizer.param_groups:
        group["lr"] = min(1.0, (number + 1) / 4)
""",
        says="rates 1, 0.25, 0.5, 0.75, 1",
    ),
    good=Example(
        text="""\
import torch

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
for number in range(20):
    for group in optimizer.param_groups:
        group["lr"] = min(1.0, (number + 1) / 4)
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
""",
        says="rates 0.25, 0.5, 0.75, 1, 1",
    ),
    fix="Write the rate, update, and step the scheduler, in this order.",
    silent=(
        "The first rate is zero: a step before the loop skips it on purpose.",
        "Several steps are made before the first update, to go on where a run stopped.",
        "Mixed precision skipped the first update: that is amp-skip.",
        "It is a note where nothing is updated, and a schedule is shown one step early.",
    ),
    cases=(
        "facebookresearch/deit#145",
        "Lightning-AI/pytorch-lightning#17972",
        "deepspeedai/DeepSpeed#5731",
        "SysCV/vis4d#84",
        "Lightning-AI/pytorch-lightning#101",
        "ThilinaRajapakse/pytorch-transformers-classification#21",
        "MiaoyunZhao/GANTransferLimitedData#3",
    ),
    run=_run,
    script=_script,
)
