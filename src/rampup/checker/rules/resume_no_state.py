"""RU501: the schedule begins again, because its state was not saved or not loaded."""

from collections.abc import Iterator
from typing import Final

from rampup.checker.facts import Resume
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.rules.resumed import coming, goes_on, rates, restored
from rampup.checker.script import Script, World
from rampup.checker.told import Bond, bonds, everywhere, line

COUNTERS: Final = frozenset(
    {"epoch", "step", "iteration", "global_step", "iter", "it", "epochs_done", "steps"}
)
"""Names of a position from which code can build its schedule anew."""

UNMOVED: Final = frozenset({"ExponentialLR", "MultiplicativeLR"})
"""Classes that go on from the rate they find: beginning again changes nothing."""

OWN: Final = "RampupLR"
"""Its position is saved with the optimizer."""


def _resume(resume: Resume) -> Iterator[Found]:
    if "schedule" in resume.meant:
        return
    if resume.now is None:
        yield from _alone(resume)
        return
    saved, now = resume.saved, resume.now
    done = saved.index or saved.updates
    if now.index != 0 or not done or not restored(resume) or not now.scheduler:
        return
    if goes_on(resume) or (saved.ahead is None and now.kind in UNMOVED):
        return
    what = f"the scheduler stands at 0, but the checkpoint was made after {done} steps"
    if saved.index is None:
        what = f"the scheduler stands at 0, but the optimizer has made {done} updates"
    next_rates = coming(resume)
    yield Found(
        place=now.place,
        message=f"{what}: the schedule begins again; {next_rates}" if next_rates else what,
        evidence=rates(resume),
    )


def _alone(resume: Resume) -> Iterator[Found]:
    """Find an optimizer that was under a scheduler, in a checkpoint without one."""
    saved = resume.saved
    if not saved.optimizer or saved.scheduler or not saved.base or not saved.next:
        return
    moved = any(rate != base for rate, base in zip(saved.next, saved.base, strict=False))
    after = f"after {saved.updates} updates " if saved.updates else ""
    counted = any(
        name.rpartition(".")[2].lower() in COUNTERS for name in saved.keys if "." not in name
    )
    yield Found(
        place=saved.place,
        message=(
            f"the checkpoint holds an optimizer {after}whose rate a scheduler set to "
            f"{saved.next[0]:.4g} (base {saved.base[0]:.4g}), and no scheduler"
        ),
        evidence=rates(resume),
        severity="warning" if moved and not counted else "note",
    )


def _script(script: Script) -> Iterator[Found]:
    if not any("last_epoch" in text for text in script.lines):
        yield from everywhere(script, _world)


def _world(script: Script, world: World) -> Iterator[Found]:
    saves = [act for act in world.acts if act.kind == "save"]
    kept = {one for act in saves for one in act.detail["holds"].values()}
    loaded = {act.subject for act in world.acts if act.kind == "load"}
    goes_on = {act.detail.get("source") for act in world.acts if act.kind == "load"}
    all_bonds = [*bonds(script, world)]
    for bond in all_bonds:
        optimizer = bond.optimizer.id
        # of several, such as a warmup in the first epoch alone, one may hold the schedule
        schedulers = {one.scheduler.id for one in all_bonds if one.optimizer.id == optimizer}
        if bond.kind in (OWN, *UNMOVED) or schedulers & loaded or optimizer in goes_on:
            continue
        if bond.acts("hand-over", bond.scheduler) or not bond.steps():
            continue
        save = next((act for act in saves if optimizer in act.detail["holds"].values()), None)
        loads = [act for act in bond.acts("load", bond.optimizer) if "source" not in act.detail]
        if loads and not _fast_forward(bond):
            yield Found(
                place=loads[0].place,
                message=(
                    f"the optimizer's state is loaded and that of {bond.kind} is not: the schedule "
                    "begins again"
                ),
                evidence=(
                    line(script, bond.scheduler.place, "builds the scheduler"),
                    line(script, loads[0].place, "loads the optimizer alone"),
                ),
            )
        elif save is not None and not schedulers & kept:
            yield Found(
                place=save.place,
                message=(
                    f"the checkpoint holds the optimizer and not {bond.kind}: whoever resumes from "
                    "it begins the schedule again"
                ),
                evidence=(
                    line(script, bond.scheduler.place, "builds the scheduler"),
                    line(script, save.place, "saves the optimizer without it"),
                ),
            )


def _fast_forward(bond: Bond) -> bool:
    """Return whether the script steps the scheduler before the first update, to where it was."""
    return any(act.update == 0 for act in bond.steps())


RULE: Final = Rule(
    code="RU501",
    name="resume-no-state",
    word="RES0",
    severity="error",
    detects=(
        "After a resume the schedule begins again, although the optimizer goes on; or a checkpoint "
        "holds an optimizer that was scheduled, and no scheduler."
    ),
    matters=(
        "The warmup runs once more on a trained model. With `LinearLR` it is worse: built before "
        "the optimizer's state is loaded, it multiplies from the warm rate on and reaches 8.2 "
        "times the peak. torch says nothing."
    ),
    bad=Example(
        text="""\
import torch

import rampup


def build():
    model = torch.nn.Linear(10, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
    return model, optimizer, torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=10)


model, optimizer, scheduler = build()
for _ in range(8):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
checkpoint = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}

model, optimizer, scheduler = build()
optimizer.load_state_dict(checkpoint["optimizer"])
findings = rampup.check_resume(checkpoint, scheduler)
""",
        says="the rates climb to 8.2",
    ),
    good=Example(
        text="""\
import torch

import rampup


def build():
    model = torch.nn.Linear(10, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
    return model, optimizer, torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=10)


model, optimizer, scheduler = build()
for _ in range(8):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
checkpoint = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}

model, optimizer, scheduler = build()
optimizer.load_state_dict(checkpoint["optimizer"])
scheduler.load_state_dict(checkpoint["scheduler"])
findings = rampup.check_resume(checkpoint, scheduler)
""",
        says="0.82, 0.91, 1, as without the break",
    ),
    fix="Save `scheduler.state_dict()` beside the optimizer's, and load both after building both.",
    silent=(
        "A fresh schedule is meant, and said so; or the optimizer starts afresh too.",
        "Beginning again changes no rate, as with ExponentialLR.",
        "A checkpoint alone that counts its epochs or steps, or whose rate never moved, is noted.",
    ),
    cases=(
        "YehLi/xmodaler#15",
        "lightly-ai/lightly-train#301",
        "alibaba/TorchEasyRec#664",
        "PolymathicAI/the_well#63",
        "pytorch/torchtitan#275",
        "victoresque/pytorch-template#68",
        "metatensor/metatrain#375",
    ),
    resume=_resume,
    script=_script,
)
