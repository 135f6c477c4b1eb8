"""RU502: the rate was overwritten while a checkpoint was loaded, or not loaded with it."""

from collections.abc import Iterator
from typing import Final

from rampup.checker.facts import Resume
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.rules.resumed import coming, goes_on, moved, rates
from rampup.checker.script import Script, World
from rampup.checker.told import bonds, everywhere, line

BEGINS_ANEW: Final = (
    "LambdaLR",
    "LinearLR",
    "ConstantLR",
    "OneCycleLR",
    "CyclicLR",
    "CosineAnnealingWarmRestarts",
    "SequentialLR",
    "ChainedScheduler",
)
"""Classes that write a rate of their own while they are built."""


def _resume(resume: Resume) -> Iterator[Found]:
    saved, now = resume.saved, resume.now
    if now is None or "rate" in resume.meant or now.seeded:
        return
    if now.index is None or saved.index is None or now.index == 0:
        return
    if now.index - saved.index != moved(now, saved) or goes_on(resume) is not False:
        return
    if now.settings != saved.settings or now.index != saved.index:
        return
    yield Found(
        place=now.place,
        message=(
            f"the scheduler stands at {now.index} as it was saved, but {coming(resume)}: "
            "the optimizer's rate was overwritten after it was loaded, or never loaded"
        ),
        evidence=rates(resume),
    )


def _script(script: Script) -> Iterator[Found]:
    if not any("last_epoch" in text for text in script.lines):
        yield from everywhere(script, _world)


def _world(script: Script, world: World) -> Iterator[Found]:
    for bond in bonds(script, world):
        if bond.kind not in BEGINS_ANEW:
            continue
        own, optimizer = bond.scheduler.id, bond.optimizer.id
        acts = [(act.kind, act.subject) for act in world.acts]
        if ("scheduler", own) not in acts:
            continue  # another world builds it
        built = acts.index(("scheduler", own))
        before = [
            act
            for act in bond.acts("load", bond.optimizer)
            if act in world.acts[:built] and "source" not in act.detail
        ]
        behind = acts[built:]
        if before and ("load", own) in behind and ("load", optimizer) not in behind:
            yield Found(
                place=bond.scheduler.place,
                message=(
                    f"{bond.kind} is built after the optimizer's state was loaded, and writes its "
                    "first rate over the one that was saved"
                ),
                evidence=(
                    line(script, before[0].place, "loads the optimizer"),
                    line(script, bond.scheduler.place, "writes the rate of update 0 into it"),
                ),
            )


RULE: Final = Rule(
    code="RU502",
    name="resume-order",
    word="RESORD",
    severity="error",
    detects=(
        "After a resume the scheduler's index is right and the rate is not: the scheduler was "
        "built after the optimizer's state was loaded, or that state was not loaded."
    ),
    matters=(
        "A scheduler writes its first rate when it is built. `LinearLR` and others multiply from "
        "the rate they find, so that the run goes on at a tenth of its rate and stays there. Of "
        "ten schedulers of torch 2.13, six are wrong after this order; torch says nothing."
    ),
    bad=Example(
        text="""\
import torch

import rampup

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=10)
for _ in range(8):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
checkpoint = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}

optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
optimizer.load_state_dict(checkpoint["optimizer"])
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=10)
scheduler.load_state_dict(checkpoint["scheduler"])
findings = rampup.check_resume(checkpoint, scheduler)
""",
        says="0.082, 0.091, 0.1 for the rest of the run, instead of 0.82, 0.91, 1",
    ),
    good=Example(
        text="""\
import torch

import rampup

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=10)
for _ in range(8):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
checkpoint = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}

optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=10)
optimizer.load_state_dict(checkpoint["optimizer"])
scheduler.load_state_dict(checkpoint["scheduler"])
findings = rampup.check_resume(checkpoint, scheduler)
""",
        says="0.82, 0.91, 1, as without the break",
    ),
    fix="Build optimizer and scheduler first, then load both states.",
    silent=(
        "The rates to come are those of the unbroken run, whatever the order was.",
        "Another rate is meant, and said so.",
    ),
    cases=(
        "torch-points3d/torch-points3d#630",
        "pytorch/pytorch#119168",
        "pytorch/pytorch#65342",
        "open-mmlab/mmengine#1542",
        "facebookresearch/ParlAI#1812",
    ),
    resume=_resume,
    script=_script,
)
