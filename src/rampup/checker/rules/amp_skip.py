"""RU402: the scheduler was stepped for updates that mixed precision skipped."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from rampup.checker.facts import Run
from rampup.checker.finding import Pair
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.rules.pace import pace, passes
from rampup.checker.script import Script, World
from rampup.checker.told import bonds, everywhere, line, usual

NOTED: Final = 1e-3
"""A lead of less than this share of the run is only noted."""


def _run(run: Run) -> Iterator[Found]:
    skipped, lead = len(run.skipped), run.lead
    if not skipped:
        skipped = lead = _unseen(run)
    if lead < 1:
        return
    updates = run.expected or len(run.used)
    many = "updates" if skipped != 1 else "update"
    steps = "steps" if lead != 1 else "step"
    yield Found(
        place=run.place,
        message=(
            f"the scheduler was stepped for {skipped} {many} that did not happen: "
            f"it is {lead} {steps} ahead after {len(run.used)} updates"
        ),
        evidence=(
            Pair(
                name="steps",
                left=str(len(run.used)),
                right=str(len(run.used) + lead),
                columns=("updates", "scheduler"),
            ),
            *run.lines,
        ),
        severity="note" if lead < NOTED * updates else None,
    )


def _unseen(run: Run) -> int:
    """Return how many updates lie between two others without having happened.

    Where no scaler is watched, a skipped update shows as one with twice the backward passes and
    twice the scheduler steps.
    """
    steps, each = pace(run), passes(run)
    if steps is None or steps < 1 or not each or run.calls is None or run.backwards is None:
        return 0
    more = run.backwards[1:] // each - 1
    doubled = (run.backwards[1:] % each == 0) & (run.calls[1:] == steps * (more + 1)) & (more > 0)
    return int(np.sum(more[doubled]))


def _script(script: Script) -> Iterator[Found]:
    if not any("_scale" in text.replace("init_scale", "") for text in script.lines):
        yield from everywhere(script, _world)


def _world(script: Script, world: World) -> Iterator[Found]:
    for bond in bonds(script, world):
        scaled = [act for act in bond.updates() if "through" in act.detail]
        steps = bond.steps()
        each = usual(len(gap.steps) for gap in bond.gaps())
        if scaled and steps and each == 1 and bond.kind != "RampupLR":
            yield Found(
                place=steps[0].place,
                message=(
                    "the scheduler is stepped as well where the scaler skips an update, so it runs "
                    "ahead by one step for each overflow"
                ),
                evidence=(
                    line(script, scaled[0].place, "updates, or skips"),
                    line(script, steps[0].place, "steps in both cases"),
                ),
                severity="note",
            )


RULE: Final = Rule(
    code="RU402",
    name="amp-skip",
    word="AMP",
    severity="warning",
    detects="The scheduler is stepped for updates that a gradient scaler skipped.",
    matters=(
        "With 2 of 5 updates skipped, the scheduler stands at 5 after 3 updates. A few steps are "
        "nothing in a long run; in a short warmup, where skips are many, they are. torch warns if "
        "the very first update is skipped, and never for a fused optimizer."
    ),
    bad=Example(
        text="""\
import torch

import rampup.checker

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=5)
scaler = torch.amp.GradScaler("cpu")
with rampup.watch(model, optimizer, scheduler=scheduler, scaler=scaler) as trace:
    live = rampup.checker.live(trace)
    for number in range(5):
        loss = model(torch.ones(8, 10)).square().mean()
        scaler.scale(loss * (float("inf") if number in (1, 3) else 1.0)).backward()
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad()
        scheduler.step()
findings = live.findings
""",
        says="3 updates, 5 steps of the scheduler",
    ),
    good=Example(
        text="""\
import torch

import rampup.checker

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=5)
scaler = torch.amp.GradScaler("cpu")
with rampup.watch(model, optimizer, scheduler=scheduler, scaler=scaler) as trace:
    live = rampup.checker.live(trace)
    for number in range(5):
        loss = model(torch.ones(8, 10)).square().mean()
        scaler.scale(loss * (float("inf") if number in (1, 3) else 1.0)).backward()
        scale = scaler.get_scale()
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad()
        if scaler.get_scale() >= scale:
            scheduler.step()
findings = live.findings
""",
        says="3 updates, 3 steps of the scheduler",
    ),
    fix="Step the scheduler only where `scaler.get_scale()` did not drop, or use rampup.RampupLR.",
    silent=(
        "The scheduler counts the updates that happen, as ours does.",
        "It only notes a lead of less than 0.1 % of the run.",
    ),
    cases=(
        "princeton-vl/RAFT#104",
        "kekmodel/MPL-pytorch#38",
        "Lightning-AI/pytorch-lightning#21339",
        "huggingface/transformers#11144",
        "pytorch/pytorch#55585",
        "NVIDIA-NeMo/Speech#3293",
        "huggingface/accelerate#4243",
    ),
    run=_run,
    script=_script,
)
