"""RU307: a scheduler that waits for a metric acts during the warmup."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from rampup.checker.facts import Run, Wiring
from rampup.checker.look import shown
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.script import Script, World
from rampup.checker.told import bonds, everywhere, line

DROP: Final = 0.7
"""A plateau divides the rate by more than this; smaller changes are something else's."""

PLATEAU: Final = "ReduceLROnPlateau"


def _wiring(wiring: Wiring) -> Iterator[Found]:
    if wiring.metric_in_warmup:
        yield Found(
            place=wiring.place,
            message=(
                f"{' and '.join(wiring.writers)} are stepped together, and the patience is over "
                "before the warmup is: a drop would fall into it"
            ),
        )


def _run(run: Run) -> Iterator[Found]:
    """Look for a rate that drops below its own last while the plan still rises, and stays low."""
    if run.planned is None or len(run.used) != len(run.planned):
        return
    with np.errstate(invalid="ignore", divide="ignore"):
        share = run.used / run.planned
    for group in range(share.shape[1]):
        rises = np.diff(run.planned[:, group]) > 0
        own = share[:, group]
        for at in np.flatnonzero(rises) + 1:
            low = DROP * min(1.0, own[at - 1])
            fell = own[at] < low and run.used[at, group] < run.used[at - 1, group]
            stays = (own[at : at + 3] < low).all()
            if fell and stays and at not in run.writes:
                yield Found(
                    place=run.place,
                    message=(
                        f"the rate drops from {run.used[at - 1, group]:.4g} to "
                        f"{run.used[at, group]:.4g} at update {at}, while the warmup goes on "
                        f"to {run.planned[at, group]:.4g}"
                    ),
                    evidence=(
                        shown(run.used, int(at), group, "used"),
                        shown(run.planned, int(at), group),
                    ),
                )
                return


def _script(script: Script) -> Iterator[Found]:
    yield from everywhere(script, _world)


def _world(script: Script, world: World) -> Iterator[Found]:
    told = list(bonds(script, world))
    for bond in told:
        parts = [script.objects[part] for part in bond.scheduler.parts]
        inside = next((one for one in parts if one.kind.endswith(PLATEAU)), None)
        if inside is not None:
            yield Found(
                place=bond.scheduler.place,
                message=f"{bond.kind} cannot pass a metric on to the {PLATEAU} inside it",
                evidence=(
                    line(script, inside.place, "waits for a metric"),
                    line(script, bond.scheduler.place, "steps it without one"),
                ),
                severity="error",
            )
        steps = bond.steps()
        if bond.kind != PLATEAU or not steps:
            continue
        bare = next((act for act in steps if not act.detail), None)
        if bare is not None:
            yield Found(
                place=bare.place,
                message=f"{PLATEAU} is stepped without the metric that it waits for",
                evidence=(line(script, bare.place, "passes no metric"),),
                severity="error",
            )
        for warmup in told:
            length = warmup.curve.warmup if warmup.curve is not None else None
            if warmup.optimizer is not bond.optimizer or warmup is bond or not length:
                continue
            begun = [act for act in warmup.steps()[:length] if act.update == steps[0].update]
            early = sum(
                act.update <= warmup.steps()[min(length, len(warmup.steps())) - 1].update
                for act in steps
            )
            if begun and early >= 2:
                yield Found(
                    place=steps[0].place,
                    message=(
                        f"{PLATEAU} is stepped {early} times while {warmup.kind} still warms up: a "
                        "drop there is a share of a rate that has not reached its peak"
                    ),
                    evidence=(
                        line(script, warmup.steps()[0].place, f"warms up for {length} steps"),
                        line(script, steps[0].place, "counts epochs without progress already"),
                    ),
                )


RULE: Final = Rule(
    code="RU307",
    name="plateau-wiring",
    word="PLAT",
    severity="warning",
    detects="A ReduceLROnPlateau counts, and may drop the rate, while another still warms it up.",
    matters=(
        "A warmup's losses are no sign of a plateau. With a patience of one the rates were 0.1, "
        "0.325, 0.55, 0.0775, 0.1, 0.01: the warmup never arrived."
    ),
    bad=Example(
        text="""\
import torch
from torch.optim.lr_scheduler import LinearLR, ReduceLROnPlateau

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
warmup = LinearLR(optimizer, start_factor=0.1, total_iters=4)
plateau = ReduceLROnPlateau(optimizer, patience=1)
for epoch in range(10):
    loss = model(torch.randn(8, 10)).square().mean()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    warmup.step()
    plateau.step(loss.item())
""",
        says="patience 1 is over at epoch 2, the warmup at epoch 4",
    ),
    good=Example(
        text="""\
import torch
from torch.optim.lr_scheduler import LinearLR, ReduceLROnPlateau

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
warmup = LinearLR(optimizer, start_factor=0.1, total_iters=4)
plateau = ReduceLROnPlateau(optimizer, patience=5)
for epoch in range(10):
    loss = model(torch.randn(8, 10)).square().mean()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    if epoch < 4:
        warmup.step()
    else:
        plateau.step(loss.item())
""",
        says="the plateau begins to count when the warmup is over",
    ),
    fix="Step the plateau with a metric, and only once the warmup is over.",
    silent=(
        "The patience is at least as long as the warmup.",
        "Nobody said how many updates an epoch has: the two may be stepped in different units.",
        "`rampup.warm` holds the plateau back until the warmup is over.",
    ),
    cases=(
        "pytorch/pytorch#68978",
        "victoresque/pytorch-template#89",
        "junyanz/pytorch-CycleGAN-and-pix2pix#495",
        "unit8co/darts#711",
        "ContinualAI/avalanche#858",
        "ildoonet/pytorch-gradual-warmup-lr#19",
        "open-edge-platform/geti#1533",
    ),
    wiring=_wiring,
    run=_run,
    script=_script,
)
