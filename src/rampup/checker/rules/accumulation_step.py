"""RU202: the scheduler is stepped for each micro-batch, not for each update."""

from collections.abc import Iterator
from typing import Final

from rampup.checker.facts import Run
from rampup.checker.finding import Pair, Rates
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.rules.pace import Over, over_early, pace, passes
from rampup.checker.script import Script, World
from rampup.checker.told import bonds, everywhere, line, same, usual

SHOWN: Final = 8

ENOUGH: Final = 0.9
"""A schedule that lasts for this share of the steps counts what is stepped."""


def _run(run: Run) -> Iterator[Found]:
    steps = pace(run)
    if steps is None or steps < 2 or passes(run) != steps:
        return
    over = over_early(run, steps)
    if over is not None:
        yield found(
            run,
            over,
            f"the scheduler is stepped {steps} times for each update, once per micro-batch",
        )


def found(run: Run, over: Over, how: str) -> Found:
    """Return what is said of a schedule that is over early.

    Args:
        run: the run.
        over: where its schedule is over.
        how: what the run does, as the beginning of the sentence.
    """
    so_far = "" if run.finished or run.expected else " so far"
    planned = () if run.planned is None else tuple(map(float, run.planned[:SHOWN, 0]))
    used = tuple(map(float, run.used[:SHOWN, 0]))
    return Found(
        place=run.place,
        message=(
            f"{how}, so its {over.step} steps are over after {over.update:.4g} "
            f"of {over.updates} updates{so_far}"
        ),
        evidence=(
            *((Rates(name="planned", values=planned),) if planned else ()),
            Rates(name="used", values=used),
            Pair(
                name="updates until the schedule is over",
                left=str(over.step),
                right=f"{over.update:.4g}",
            ),
            *run.lines,
        ),
        severity="error" if over.falls else "warning",
    )


def _script(script: Script) -> Iterator[Found]:
    yield from everywhere(script, _world)


def _world(script: Script, world: World) -> Iterator[Found]:
    for bond in bonds(script, world):
        gaps, steps = bond.gaps(), bond.steps()
        each = usual(len(gap.steps) == gap.backwards > 1 for gap in gaps)
        if len(gaps) < 2 or not each:
            continue
        ends = bond.curve.ends if bond.curve is not None else None
        if ends is not None and ends >= ENOUGH * len(steps) and not bond.overruns():
            continue  # its length counts micro-batches too
        update = bond.updates()[0]
        passes = same(bond, lambda gap: gap.backwards)
        yield Found(
            place=steps[0].place,
            message=(
                f"the scheduler is stepped {passes or 'several'} times for each update, once per "
                f"micro-batch: {bond.kind} is walked through {passes or 'so many'} times too fast"
            ),
            evidence=(
                line(script, update.place, f"updates once in {passes or 'several'} micro-batches"),
                line(script, steps[0].place, "steps in every one"),
                *_used(world, bond.optimizer.id),
            ),
        )


def _used(world: World, optimizer: int) -> tuple[Rates, ...]:
    run = world.runs.get(optimizer)
    return (
        () if run is None else (Rates(name="used", values=tuple(map(float, run.used[:SHOWN, 0]))),)
    )


RULE: Final = Rule(
    code="RU202",
    name="accumulation-step",
    word="ACC",
    severity="error",
    detects=(
        "Gradients are accumulated over several micro-batches, and the scheduler is stepped for "
        "each of them."
    ),
    matters=(
        "With 4 micro-batches for an update, a warmup of 4 updates gives 0.8125, 1, 1, 1 instead "
        "of 0.25, 0.4375, 0.625, 0.8125, and a decay is over at a quarter of the run. torch warns "
        "about the order of calls at the first micro-batch, which is another mistake."
    ),
    bad=Example(
        text="""\
import torch

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.25, total_iters=4)
for number in range(64):
    (model(torch.randn(8, 10)).square().mean() / 4).backward()
    if (number + 1) % 4 == 0:
        optimizer.step()
        optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 0.8125, 1, 1, 1",
    ),
    good=Example(
        text="""\
import torch

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.25, total_iters=4)
for number in range(64):
    (model(torch.randn(8, 10)).square().mean() / 4).backward()
    if (number + 1) % 4 == 0:
        optimizer.step()
        optimizer.zero_grad()
        scheduler.step()
""",
        says="rates 0.25, 0.4375, 0.625, 0.8125, 1",
    ),
    fix="Step the scheduler where the optimizer is stepped, behind the same condition.",
    silent=(
        "The schedule was given its length in micro-batches: then it ends with the run.",
        "accelerate steps the scheduler, which waits for the real update by itself.",
        "Nobody knows where the schedule ends.",
    ),
    cases=(
        "huggingface/accelerate#963",
        "ludwig-ai/ludwig#3555",
        "starVLA/starVLA#210",
        "EvolvingLMMs-Lab/OneVision-Encoder#82",
        "h2oai/h2o-llmstudio#663",
        "microsoft/Swin-Transformer#185",
    ),
    run=_run,
    script=_script,
)
