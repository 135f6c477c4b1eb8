"""RU301: a scheduler that is built and never stepped."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from rampup.checker.edits import called
from rampup.checker.facts import Curve, Run, Wiring
from rampup.checker.finding import Fix
from rampup.checker.look import listed, shown
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.script import Script, World
from rampup.checker.told import Bond, bonds, everywhere, line

FIRST: Final = 5
"""Rates behind this one are not listed."""

OWN: Final = "RampupLR"
"""It needs no step: its clock is the optimizer."""


def _wiring(wiring: Wiring) -> Iterator[Found]:
    if wiring.overdue:
        rates = ", ".join(f"{group.rate:.4g}" for group in wiring.groups)
        yield Found(
            place=wiring.place,
            message=(
                f"{wiring.kind} was never stepped in {wiring.updates} updates: the rate is still "
                f"its first one, {rates}"
            ),
        )


def _run(run: Run) -> Iterator[Found]:
    if run.stepped is not False or run.planned is None or len(run.used) < 2:
        return
    with np.errstate(invalid="ignore"):
        moved = np.ptp(run.used, axis=0) > 0
        apart = ~np.isclose(run.used, run.planned, rtol=1e-3, equal_nan=True)
    apart &= np.isfinite(run.planned)
    for group in np.flatnonzero(apart.any(axis=0) & ~moved):
        at = int(apart[:, group].argmax())
        yield Found(
            place=run.place,
            message=(
                f"the scheduler was never stepped in {len(run.used)} updates: the rate stays at "
                f"{run.used[at, group]:.4g}, where {listed(run.planned[:, group])} … was planned"
            ),
            evidence=(
                shown(run.planned, at, int(group)),
                shown(run.used, at, int(group), "used"),
            ),
        )
        return


def _script(script: Script) -> Iterator[Found]:
    yield from everywhere(script, _world)
    yield from everywhere(script, _unseen)


def _unseen(script: Script, world: World) -> Iterator[Found]:
    """Find a scheduler that Lightning is given under a key it does not look at."""
    for act in world.acts:
        if act.kind == "hand-over" and "ignored" in act.detail and act.subject is not None:
            scheduler = script.objects[act.subject]
            kind = scheduler.kind.rpartition(".")[2]
            yield Found(
                place=scheduler.place,
                message=(
                    f'{kind} is never stepped: Lightning looks for "lr_scheduler", and '
                    f'configure_optimizers gives it as "{act.detail["ignored"]}"'
                ),
                evidence=(
                    line(script, scheduler.place, "builds the scheduler"),
                    line(script, act.place, "gives it to Lightning"),
                ),
            )


def _world(script: Script, world: World) -> Iterator[Found]:
    if not world.complete:
        return
    trained = any(act.kind == "update" for act in world.acts)
    stepped = max((at for at, act in enumerate(world.acts) if act.kind == "step"), default=0)
    computed = any(act.kind == "backward" for act in world.acts[:stepped])
    for bond in bonds(script, world):
        handed = bond.acts("hand-over", bond.scheduler) + bond.acts("hand-over", bond.optimizer)
        updates, steps = bond.updates(), bond.steps()
        if handed or bond.kind == OWN or bond.curve is None:
            continue
        # somebody takes its rates and writes them
        asked = bond.acts("ask", bond.scheduler) and _others(bond)
        moves = not np.ptp(bond.curve.rates, axis=0).max() <= 0  # or is over, and no number
        if updates and not steps and moves and not asked:
            yield Found(
                place=bond.scheduler.place,
                message=(
                    f"{bond.kind} is built and never stepped: every update uses its first rate, "
                    f"{bond.curve.rates[0, 0]:.4g}, where {_planned(bond.curve)} was planned"
                ),
                evidence=(
                    line(script, bond.scheduler.place, "builds the scheduler"),
                    line(script, updates[0].place, "updates; no line steps the scheduler"),
                ),
                fix=_call(script, bond.scheduler.name),
            )
        elif steps and not trained and computed:
            yield Found(
                place=steps[0].place,
                message=(
                    f"{bond.kind} is stepped and its optimizer is not: gradients are computed, and "
                    "no update uses a rate"
                ),
                evidence=(
                    line(script, bond.optimizer.place, "builds the optimizer"),
                    line(
                        script, steps[0].place, "steps the scheduler; no line steps the optimizer"
                    ),
                ),
                fix=Fix(text="Call `optimizer.step()` before `scheduler.step()`."),
            )


def _call(script: Script, name: str) -> Fix | None:
    """Return how to mend a step that is named and not called, where there is one."""
    edits = called(script, f"{name}.step")
    # the statement does nothing as it stands, and its author has chosen its place
    return Fix(text=f"Call it, `{name}.step()`.", edits=edits, safe=True) if edits else None


def _planned(curve: Curve) -> str:
    """Return the first rates that a schedule gives, or the first one that is another."""
    rates = curve.rates[:, 0]
    at = int((rates != rates[0]).argmax())
    return f"{rates[at]:.4g} from step {at} on" if at > FIRST else f"{listed(rates)} …"


def _others(bond: Bond) -> bool:
    """Return whether the script or another scheduler writes the rate of the optimizer."""
    own, of = bond.scheduler.id, bond.optimizer.id
    others = {one.id for one in bond.script.objects.values() if one.of == of and one.id != own}
    return any(
        (act.kind == "write" and act.subject == of)
        or (act.kind == "step" and act.subject in others)
        for act in bond.world.acts
    )


RULE: Final = Rule(
    code="RU301",
    name="never-applied",
    word="DEAD",
    severity="error",
    detects="A scheduler is built, but nothing steps it while its curve asks for other rates.",
    matters=(
        "The constructor has written the first rate of the warmup, and there it stays: at a "
        "hundredth of the rate for the whole run. CP-VTON's published schedule was never used."
    ),
    bad=Example(
        text="""\
import torch

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.01, total_iters=3)
for _ in range(4):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
""",
        says="rates 0.01, 0.01, 0.01, 0.01",
    ),
    good=Example(
        text="""\
import torch

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.01, total_iters=3)
for _ in range(4):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 0.01, 0.34, 0.67, 1",
    ),
    fix="Call `scheduler.step()` behind `optimizer.step()`.",
    silent=(
        "The curve is constant up to here.",
        "The first epoch is not over, or nobody said how long the run or an epoch is.",
        "The optimizer's state does not count its updates, as SGD's does not.",
    ),
    cases=(
        "minar09/cp-vton-plus#69",
        "tumurzakov/AnimateDiff#11",
        "verl-project/verl#418",
        "verl-project/verl#1400",
        "iKernels/transformers-lightning#44",
        "ClementPinard/SfmLearner-Pytorch#5",
        "bmaltais/kohya_ss#2292",
        "derrian-distro/LoRA_Easy_Training_Scripts#90",
    ),
    wiring=_wiring,
    run=_run,
    script=_script,
)
