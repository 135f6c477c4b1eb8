"""RU201: the schedule counts in one unit and is stepped in another."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from rampup.checker.facts import Run
from rampup.checker.finding import Pair, Rates
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.rules.pace import FEW, close, first_epoch, pace, steps_made
from rampup.checker.rules.unit_of_curve import unit_of_curve
from rampup.checker.rules.unit_of_trainer import unit_of_trainer
from rampup.checker.script import Act, Script, World
from rampup.checker.told import Bond, bonds, everywhere, line

NEAR: Final = 0.75
"""Two counts are the same one if they are no further apart than this."""

HALF: Final = 0.5

DEAD: Final = 1e-4
"""Below this share of its base a rate moves as good as nothing."""

EARLY: Final = 0.2
"""A schedule that is dead after this share of the run died early."""

POINTS: Final = 60

LENGTHS: Final = (
    "T_max",
    "total_iters",
    "total_steps",
    "num_training_steps",
    "num_warmup_steps",
    "step_size",
)
"""Settings that count steps of the scheduler."""

MIXED: Final = frozenset(
    {("batch", "epochs"), ("epoch", "batches"), ("epoch", "updates"), ("epoch", "micro-batches")}
)
"""How a scheduler is stepped, and what its length counts, where they do not go together."""


def _run(run: Run) -> Iterator[Found]:
    if run.cyclic:
        return
    steps = pace(run)
    if steps == 0:
        yield from _once_an_epoch(run)
    elif steps == 1:
        yield from _once_an_update(run)
    if not steps:
        yield from _anew_each_epoch(run)


def _once_an_epoch(run: Run) -> Iterator[Found]:
    """Find a schedule with the length of the run in updates that is stepped once an epoch."""
    calls = steps_made(run)
    if calls is None:
        return
    at = np.flatnonzero(calls)
    each = first_epoch(run) or _distance(at)
    updates = run.expected or (len(run.used) if run.finished else None)
    if run.ends is None or updates is None or each is None or each < FEW or not len(at):
        return
    if (calls[at] != 1).any() or (run.epochs and not set(at.tolist()) <= set(run.epochs)):
        return
    steps = -(-updates // each)
    whole = NEAR <= run.ends / updates <= 1 / NEAR and run.ends > steps
    if whole or _never_warm(run, steps, each):
        share = 100 * steps / run.ends
        yield Found(
            place=run.place,
            message=(
                f"the scheduler is stepped once for {each} updates and its schedule lasts "
                f"{run.ends} steps: the run of {updates} updates makes {share:.3g} % of them"
            ),
            evidence=_evidence(run, run.ends, steps),
        )


def _distance(at: npt.NDArray[np.intp]) -> int | None:
    gaps = np.diff(at, prepend=0)
    return int(gaps[0]) if len(gaps) and (gaps == gaps[0]).all() else None


def _never_warm(run: Run, steps: int, each: int) -> bool:
    """Return whether a warmup is still below half of its rate when the run ends."""
    if not run.finished or not run.base or run.ends is None:
        return False
    rates = run.used[:, 0]
    rises = bool((np.diff(rates) >= 0).all()) and bool(rates[-1] > rates[0])
    return rises and bool(rates[-1] < HALF * run.base[0]) and run.ends >= max(2 * steps, each)


def _once_an_update(run: Run) -> Iterator[Found]:
    """Find a schedule with the length of the run in epochs that is stepped at each update."""
    each = first_epoch(run)
    updates = run.expected or (len(run.used) if run.finished else None)
    if each is None or each < 2 or updates is None:
        return
    epochs = -(-updates // each)
    if epochs < FEW:
        return
    rates = run.used[:, 0]
    if run.ends is not None:
        if not HALF * epochs <= run.ends <= epochs + 1 or len(rates) <= run.ends:
            return
        if not rates[run.ends] <= HALF * np.nanmax(rates[: run.ends + 1]):
            return
        over = run.ends
        said = f"its schedule lasts {run.ends} steps"
    else:
        dead = np.flatnonzero(rates < DEAD * np.nanmax(rates, initial=0.0))
        falls = bool((np.diff(rates) <= 0).all())
        if not falls or not len(dead) or dead[0] > EARLY * updates:
            return
        over = int(dead[0])
        said = f"its rate is below {DEAD:g} of its base from update {over} on"
    yield Found(
        place=run.place,
        message=(
            f"the scheduler is stepped at each update and {said}, but the run has {updates} "
            f"updates in {epochs} epochs"
        ),
        evidence=_evidence(run, over, updates),
    )


def _anew_each_epoch(run: Run) -> Iterator[Found]:
    """Find a warmup that begins again at each epoch, because it counts the batches of one."""
    rates = run.used[:, 0]
    drops = np.flatnonzero(rates[1:] < HALF * rates[:-1] * (1 + 1e-9)) + 1
    each = first_epoch(run) or (int(drops[0]) if len(drops) else 0)
    if each < 2 or len(rates) < 2 * each or 1 not in run.writes:
        return
    whole = rates[: len(rates) // each * each].reshape(-1, each)
    rises = bool((np.diff(whole[0]) >= 0).all()) and bool(whole[0, -1] > whole[0, 0])
    if not rises or not close(whole, whole[:1]).all() or (not run.epochs and len(whole) < FEW):
        return
    yield Found(
        place=run.place,
        message=(
            f"the warmup begins again after each {each} updates: "
            f"{whole[0, 0]:.4g} to {whole[0, -1]:.4g}, {len(whole)} times"
        ),
        evidence=(
            Rates(
                name="used",
                values=tuple(map(float, rates[:POINTS])),
                marked=tuple(range(each, min(len(rates), POINTS), each)),
            ),
        ),
    )


def _evidence(run: Run, lasts: int, steps: int) -> tuple[Rates | Pair, ...]:
    every = max(1, len(run.used) // POINTS)
    return (
        Rates(name="used", values=tuple(map(float, run.used[::every, 0])), every=every),
        Pair(name="steps", left=str(lasts), right=str(steps), columns=("schedule", "run")),
    )


def _script(script: Script) -> Iterator[Found]:
    yield from everywhere(script, _world)
    yield from everywhere(script, unit_of_trainer)


def _world(script: Script, world: World) -> Iterator[Found]:
    for bond in bonds(script, world):
        steps = bond.steps()
        per = _stepped_per(world, steps)
        built = [bond.scheduler, *(script.objects[part] for part in bond.scheduler.parts)]
        if not per or bond.kind.startswith("Cyclic") or bond.kind.endswith("Restarts"):
            continue
        for one, name in ((one, name) for one in built for name in LENGTHS):
            length = one.settings.get(name)
            if length is None or (per, length.counts) not in MIXED:
                continue
            yield Found(
                place=steps[0].place,
                message=(
                    f"{bond.kind} is stepped once per {per}, and its {name}, {length.text}, counts "
                    f"{length.counts}"
                ),
                evidence=(
                    line(script, one.place, f"counts {length.counts}"),
                    line(script, steps[0].place, f"steps once per {per}"),
                    *_used(world, bond),
                ),
            )
            break


def _stepped_per(world: World, steps: list[Act]) -> str:
    """Return what the loop counts that a scheduler is stepped in; empty where that is open."""
    inner = {act.loops[-1][0] if act.loops else 0 for act in steps if "epoch" not in act.detail}
    loop = world.loops.get(inner.pop()) if len(inner) == 1 else None
    return {"epochs": "epoch", "batches": "batch", "micro-batches": "batch"}.get(
        loop.counts if loop is not None else "", ""
    )


def _used(world: World, bond: Bond) -> tuple[Rates, ...]:
    run = world.runs.get(bond.optimizer.id)
    if run is None:
        return ()
    return (Rates(name="used", values=tuple(map(float, run.used[:POINTS, 0]))),)


RULE: Final = Rule(
    code="RU201",
    name="step-unit",
    word="UNIT",
    severity="error",
    detects="A schedule whose length counts epochs is stepped per update, or the other way round.",
    matters=(
        "`CosineAnnealingLR(T_max=epochs)` stepped per batch swings from 1 to 0 and back every "
        "2 × epochs batches. `LinearLR(total_iters=20)` meant in updates and stepped once an epoch "
        "of 5 gives 0.01, 0.06, 0.109 in three epochs: the peak is never reached. torch says "
        "nothing."
    ),
    bad=Example(
        text="""\
import torch

epochs = 6
model = torch.nn.Linear(10, 2)
data = torch.utils.data.TensorDataset(torch.randn(96, 10), torch.randn(96, 2))
loader = torch.utils.data.DataLoader(data, batch_size=8)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
for epoch in range(epochs):
    for x, y in loader:
        (model(x) - y).square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()
        scheduler.step()
""",
        says="rates 1, 0.933, 0.75, 0.5, 0.25, 0.067, 0, 0.067 … 1 every 12 updates",
    ),
    good=Example(
        text="""\
import torch

epochs = 6
model = torch.nn.Linear(10, 2)
data = torch.utils.data.TensorDataset(torch.randn(96, 10), torch.randn(96, 2))
loader = torch.utils.data.DataLoader(data, batch_size=8)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
for epoch in range(epochs):
    for x, y in loader:
        (model(x) - y).square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()
    scheduler.step()
""",
        says="1 in the first epoch, then 0.933, 0.75, 0.5, 0.25, 0.067",
    ),
    fix="Step the scheduler in the loop that its length counts, or convert the length.",
    silent=(
        "Classics that are stepped once an epoch and count epochs, and ReduceLROnPlateau.",
        "The schedule goes up again on purpose.",
        "The schedule is cut off by a shorter run, or a warmup is over after a few updates.",
    ),
    cases=(
        "salesforce/LAVIS#72",
        "Vision-CAIR/MiniGPT-4#263",
        "ScrollPrize/villa#1495",
        "espnet/espnet#3319",
        "pytorch/pytorch#65417",
        "ace-step/ACE-Step#198",
        "Lornatang/SRGAN-PyTorch#1",
        "sthalles/SimCLR#8",
        "Lightning-AI/pytorch-lightning#18570",
    ),
    curve=unit_of_curve,
    run=_run,
    script=_script,
)
