"""RU203: the scheduler moves several steps for each update."""

from collections.abc import Iterator
from typing import Final

from rampup.checker.facts import Run
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.rules.accumulation_step import ENOUGH, found
from rampup.checker.rules.pace import over_early, pace, passes
from rampup.checker.script import Script, World
from rampup.checker.told import bonds, everywhere, line, same, usual


def _run(run: Run) -> Iterator[Found]:
    steps = pace(run)
    if steps is None or steps < 2 or passes(run) == steps:
        return
    over = over_early(run, steps)
    if over is not None and over.falls:
        yield found(run, over, f"the scheduler moves {steps} steps for each update")


def _script(script: Script) -> Iterator[Found]:
    yield from everywhere(script, _world)


def _world(script: Script, world: World) -> Iterator[Found]:
    for bond in bonds(script, world):
        gaps, steps = bond.gaps(), bond.steps()
        times = usual(len(gap.steps) for gap in gaps)
        if len(gaps) < 2 or times is None or times < 2 or bond.curve is None:
            continue
        if usual(gap.backwards for gap in gaps) == times or bond.curve.cyclic:
            continue
        ends = bond.curve.ends or bond.curve.warmup
        raised = bond.overruns()
        if ends is None or (ends >= ENOUGH * len(steps) and not raised):
            continue
        known = same(bond, lambda gap: len(gap.steps))
        over = f"after {ends / known:.4g}" if known else "before the last"
        of = f" of {len(bond.updates())}" if known and not raised else ""
        lines = dict.fromkeys(step.place for step in gaps[0].steps)
        yield Found(
            place=steps[0].place,
            message=(
                f"the scheduler is stepped {known or 'several'} times for each update: the {ends} "
                f"steps of {bond.kind} are over {over}{of} {'updates' if known else 'update'}"
            ),
            evidence=(
                line(script, bond.updates()[0].place, "updates once"),
                *(line(script, place, "steps the scheduler") for place in lines),
            ),
        )


RULE: Final = Rule(
    code="RU203",
    name="step-multiplicity",
    word="MULT",
    severity="error",
    detects=(
        "The scheduler moves several steps for each update: once per process, or once per "
        "optimizer."
    ),
    matters=(
        "With 4 steps for an update a linear decay over 8 updates gives 1, 0.5, 0, 0, 0, 0, 0, 0: "
        "three quarters of the run are trained at a rate of zero. torch says nothing."
    ),
    bad=Example(
        text="""\
import torch

processes = 4
model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=20)
for _ in range(20):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    for _ in range(processes):
        scheduler.step()
""",
        says="rates 1, 0.8, 0.6, 0.4, 0.2, 0, 0",
    ),
    good=Example(
        text="""\
import torch

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=20)
for _ in range(20):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 1, 0.95, 0.9, 0.85, 0.8",
    ),
    fix=(
        "Step the scheduler once for each update; where accelerate steps it once per process, "
        "count its length in batches of one process, or do not prepare it."
    ),
    silent=(
        "The schedule is so much longer that it ends with the run, as accelerate means it.",
        "Only a warmup is shorter for it: its length may have been meant so.",
        "Nobody knows where the schedule ends.",
    ),
    cases=(
        "huggingface/accelerate#2926",
        "huggingface/accelerate#2142",
        "huggingface/transformers#24088",
        "huggingface/diffusers#3954",
        "huggingface/diffusers#8312",
        "Lightricks/LTX-Video-Trainer#67",
        "Lightning-AI/pytorch-lightning#17958",
    ),
    run=_run,
    script=_script,
)
