"""RU503: after a resume the schedule goes on at another index than it was saved at."""

from collections.abc import Iterator
from typing import Final

from rampup.checker.facts import Resume, Snapshot
from rampup.checker.finding import Pair
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.rules.resumed import coming, goes_on, moved, rates


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
)
