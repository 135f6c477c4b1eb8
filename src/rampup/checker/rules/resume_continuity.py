"""RU503: after a resume the schedule goes on at another index than it was saved at."""

from collections.abc import Iterator, Mapping
from typing import Final

from rampup.checker.facts import Resume, Snapshot
from rampup.checker.finding import Pair
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.rules.resumed import coming, goes_on, moved, rates
from rampup.checker.script import Act, Script, World
from rampup.checker.told import bonds, everywhere, line


def _resume(resume: Resume) -> Iterator[Found]:
    if "schedule" in resume.meant:
        return
    saved, now = resume.saved, resume.now
    if now is None:
        yield from _saved_early(saved)
        return
    if not now.index or not saved.index:
        return
    apart = now.index - saved.index - moved(now, saved)
    near = now.seeded and apart in (0, 1)
    if not apart or near or goes_on(resume):
        return
    next_rates = coming(resume)
    yield Found(
        place=now.place,
        message=(
            f"the scheduler goes on at {now.index} instead of {now.index - apart}"
            + (f": {next_rates}" if next_rates else "")
        ),
        evidence=rates(resume),
    )


def _saved_early(saved: Snapshot) -> Iterator[Found]:
    """Find a checkpoint that was written between the update and the scheduler's step."""
    if saved.index is None or saved.updates is None or saved.index < 1:
        return
    if saved.updates - saved.index == 1:
        yield Found(
            place=saved.place,
            message=(
                f"the checkpoint was written before the scheduler's step: the optimizer has made "
                f"{saved.updates} updates, the scheduler {saved.index} steps, so that the next "
                "update uses the last rate again"
            ),
            evidence=(
                Pair(
                    name="steps made",
                    left=str(saved.updates),
                    right=str(saved.index),
                    columns=("optimizer", "scheduler"),
                ),
            ),
        )


def _script(script: Script) -> Iterator[Found]:
    if not any("last_epoch" in text for text in script.lines):
        yield from everywhere(script, _world)


def _world(script: Script, world: World) -> Iterator[Found]:
    """Find checkpoints between an update and the step behind it, where a resume goes on after it.

    The position that is saved says so: one more than the iterations that were begun before.
    """
    saves = [act for act in world.acts if act.kind == "save"]
    for bond in bonds(script, world):
        own, steps = bond.scheduler.id, bond.steps()
        loads = bond.acts("load", bond.scheduler)
        held = [act for act in saves if own in act.detail.get("steps", ())]
        if (
            not loads
            or not held
            or "Plateau" in bond.kind
            or bond.acts("hand-over", bond.scheduler)
        ):
            continue
        if any(act.update for act in loads) or any("source" in act.detail for act in loads):
            continue
        if any(step.update == 0 or "epoch" in step.detail for step in steps):
            continue
        known = [act for act in held if act.detail["steps"][own] < len(steps)]
        if known and all(_early(act, own, steps) and _goes_on(act, world) for act in known):
            step = steps[known[0].detail["steps"][own]]
            yield Found(
                place=known[0].place,
                message=(
                    f"the checkpoint is written before the step of {bond.kind}: a run that goes on "
                    "from it is one step behind"
                ),
                evidence=(
                    line(script, known[0].place, "saves"),
                    line(script, step.place, "makes the step that is not in it"),
                    line(script, loads[0].place, "goes on without it"),
                ),
            )


def _early(save: Act, scheduler: int, steps: list[Act]) -> bool:
    """Return whether the scheduler's step for the last update came after its state was taken."""
    done: int = save.detail["steps"][scheduler]
    updates: int = save.detail["updates"][scheduler]
    behind = done == 0 or steps[done - 1].update < updates
    return updates > 0 and behind and steps[done].update == updates


def _goes_on(save: Act, world: World) -> bool:
    """Return whether a number is saved that leads to the next iteration of a loop around."""
    counts: Mapping[str, float] = save.detail["counts"]
    return any(
        count + world.loops[at].first == iteration + 1
        for count in counts.values()
        for at, iteration in save.loops
    )


RULE: Final = Rule(
    code="RU503",
    name="resume-continuity",
    word="RESOFF",
    severity="warning",
    detects=(
        "After a resume the schedule goes on at another index: one step off, counted twice, or "
        "counted in epochs; or a checkpoint was written before the scheduler's step."
    ),
    matters=(
        "One step off repeats or skips one rate. An epoch's number where updates are counted runs "
        "the warmup again at nearly zero: after 8 updates, an index of 2 gives 0.28 instead of "
        "0.82. Nothing is said."
    ),
    bad=Example(
        text="""\
import torch

import rampup

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=10)
for number in range(8):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    if number == 7:
        states = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}
    scheduler.step()
findings = rampup.check_resume(states)
""",
        says="8 updates, 7 steps: 0.73 is used twice",
    ),
    good=Example(
        text="""\
import torch

import rampup

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=10)
for number in range(8):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
    if number == 7:
        states = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}
findings = rampup.check_resume(states)
""",
        says="8 updates, 8 steps",
    ),
    fix="Save after `scheduler.step()`, and hand on the scheduler's own state.",
    silent=(
        "The optimizer has moved by as many updates as the scheduler.",
        "The rates to come are those of the unbroken run.",
        "A fresh schedule is meant, and said so.",
    ),
    cases=(
        "Lightning-AI/pytorch-lightning#4655",
        "Lightning-AI/pytorch-lightning#1772",
        "Lightning-AI/pytorch-lightning#7637",
        "THUDM/slime#1547",
        "vllm-project/speculators#900",
        "huggingface/transformers#34053",
    ),
    resume=_resume,
    script=_script,
)
