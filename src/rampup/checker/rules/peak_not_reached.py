"""RU102: a warmup stops one step short of its peak, and nothing reaches it afterwards."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from rampup.checker.facts import Curve, Floats, Run
from rampup.checker.finding import Severity
from rampup.checker.look import listed, ramp, runs_in_warmup, shown, steps
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.script import Script, World
from rampup.checker.told import bonds, everywhere, line

GAP: Final = 1e-3
"""A highest rate within this share of the peak has reached it."""


def _curve(curve: Curve) -> Iterator[Found]:
    severity: Severity | None = "note" if runs_in_warmup(curve) else None
    for at, message, group in _short(steps(curve), curve.peak):
        evidence = shown(curve.rates, at * curve.every, group, every=curve.every)
        yield Found(place=curve.place, message=message, evidence=(evidence,), severity=severity)
        return


def _run(run: Run) -> Iterator[Found]:
    for at, message, group in _short(run.used, run.base):
        yield Found(
            place=run.place, message=message, evidence=(shown(run.used, at, group, "used"),)
        )
        return


def _script(script: Script) -> Iterator[Found]:
    yield from everywhere(script, _world)


def _world(script: Script, world: World) -> Iterator[Found]:
    """Look for a warmup that is no longer stepped before it is over."""
    for bond in bonds(script, world):
        run, curve, steps = world.runs.get(bond.optimizer.id), bond.curve, bond.steps()
        if run is None or curve is None or not curve.warmup or not run.finished or run.writes:
            continue
        used, behind = run.used[:, 0], len(run.used) - (steps[-1].update if steps else 0)
        asked = curve.warmup // curve.every
        if not 1 < len(steps) < asked or behind < 3 or not (np.diff(used) >= 0).all():
            continue
        highest, peak = float(used[-1]), curve.peak[0]
        if used[0] < highest == used[-behind] < peak * (1 - GAP):
            yield Found(
                place=steps[0].place,
                message=(
                    f"{bond.kind} is stepped {len(steps)} times, and its warmup lasts {asked} "
                    f"steps: the {behind} updates behind them use {highest:.4g} of {peak:.4g}"
                ),
                evidence=(
                    line(script, bond.scheduler.place, f"a warmup of {asked} steps"),
                    line(script, steps[0].place, f"steps {len(steps)} times"),
                ),
            )


def _short(rates: Floats, peaks: tuple[float, ...]) -> Iterator[tuple[int, str, int]]:
    """Yield where a straight rise ends whose next step would have been the peak."""
    for group, peak in enumerate(peaks[: rates.shape[1]]):
        own = rates[:, group]
        end = ramp(own)
        if end < 2 or end + 1 >= len(own) or not np.isfinite(own).all():
            continue
        highest = float(own.max())
        wanted = own[end] + own[1] - own[0]
        if highest < peak * (1 - GAP) and np.isclose(wanted, peak, rtol=1e-6):
            message = (
                f"the highest rate is {highest:.4g} of {peak:.4g}: the warmup stops one step short "
                f"of its peak, {listed(own[max(0, end - 2) : end + 3])}"
            )
            yield end, message, group


RULE: Final = Rule(
    code="RU102",
    name="peak-not-reached",
    word="OB1",
    severity="warning",
    detects=(
        "A straight warmup whose next step would be the peak hands over before it, or one is no "
        "longer stepped before it is over, and no later rate comes within a thousandth of the peak."
    ),
    matters=(
        "The run never uses the rate that was asked for. With four updates of warmup in ten it is "
        "7 % low at best; where the rate is held afterwards, as in libai, it stayed at 4.001 "
        "instead of 5 for the whole plateau."
    ),
    bad=Example(
        text="""\
import math

import torch

WARMUP, TOTAL = 4, 10


def factor(step):
    if step < WARMUP:
        return step / WARMUP
    return 0.5 * (1 + math.cos(math.pi * (step - WARMUP + 1) / (TOTAL - WARMUP)))


model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
for _ in range(TOTAL):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 0, 0.25, 0.5, 0.75, 0.933, 0.75 …: never 1",
    ),
    good=Example(
        text="""\
import math

import torch

WARMUP, TOTAL = 4, 10


def factor(step):
    if step < WARMUP:
        return (step + 1) / WARMUP
    return 0.5 * (1 + math.cos(math.pi * (step - WARMUP) / (TOTAL - WARMUP)))


model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
for _ in range(TOTAL):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 0.25, 0.5, 0.75, 1, 1, 0.933 …",
    ),
    fix="Let the decay start at its own zero, `(step - warmup) / (total - warmup)`.",
    silent=(
        "The rates do not begin with a straight rise of at least three values.",
        "The rise would not have met the peak with its next step.",
        "The schedule is a product of others, or one of rampup's own.",
        (
            "It is a note for timm without `warmup_prefix`, whose decay runs during the warmup by "
            "default."
        ),
    ),
    cases=(
        "Oneflow-Inc/libai#37",
        "facebookresearch/ParlAI#4196",
        "pytorch/torchtitan#1261",
        "EleutherAI/gpt-neox#1039",
        "catalyst-team/catalyst#851",
        "pytorch/pytorch#23480",
        "pytorch/pytorch#47561",
        "ildoonet/pytorch-gradual-warmup-lr#24",
    ),
    curve=_curve,
    run=_run,
    script=_script,
)
