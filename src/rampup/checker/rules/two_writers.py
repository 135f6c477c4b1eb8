"""RU304: two hands write the rate, and each undoes the other."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np

from rampup.checker.facts import Curve, Run, Wiring
from rampup.checker.finding import Pair
from rampup.checker.look import is_off, listed, planned, ramp, shown
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.script import Script, World
from rampup.checker.told import Bond, bonds, everywhere, line

ABSOLUTE: Final = (
    "LambdaLR",
    "OneCycleLR",
    "CyclicLR",
    "CosineAnnealingWarmRestarts",
    "SequentialLR",
)
"""Classes of torch that write a rate of their own, whatever another has written."""

TURNS: Final = 3
"""Two schedulers are stepped together if their steps take turns this often."""

WARMUPS: Final = ("LinearLR", "ConstantLR")

LOW: Final = 0.9
"""A warmup under another schedule whose peak is below this share of the base rate has lost it."""


def _curve(curve: Curve) -> Iterator[Found]:
    """Look at a warmup and a decay that are stepped together: the peak that is left of both."""
    own = [part for part in curve.parts if part in WARMUPS]
    if curve.kind in ("ChainedScheduler", "SequentialLR") or not own or len(curve.parts) < 2:
        return
    rates = planned(curve)
    for group, base in enumerate(curve.base):
        if not len(rates):
            continue
        at = int(rates[:, group].argmax())
        # a highest rate at either end says nothing of a peak
        if 0 < at < len(rates) - 1 and 0 < rates[at, group] < LOW * base:
            yield Found(
                place=curve.place,
                message=(
                    f"{' and '.join(curve.parts)} are stepped together, and the highest rate that "
                    f"is left is {rates[at, group]:.4g} of {base:.4g}, at update {at}"
                ),
                evidence=(shown(rates, at, group),),
            )
            return


def _wiring(wiring: Wiring) -> Iterator[Found]:
    absolute = [name for name in wiring.writers if name in ABSOLUTE]
    if len(wiring.writers) > 1 and absolute and not wiring.dampened:
        other = next((name for name in wiring.writers if name != absolute[0]), absolute[0])
        yield Found(
            place=wiring.place,
            message=(
                f"{absolute[0]} and {other} write the rate of one optimizer, and {absolute[0]} "
                "writes over what the other has done"
            ),
        )
    elif not wiring.seeded and wiring.groups and all(is_off(group) for group in wiring.groups):
        group = wiring.groups[0]
        yield Found(
            place=wiring.place,
            message=(
                f"the rate is {group.rate:.4g}, where {wiring.kind} would give "
                f"{group.expected:.4g} at its step {wiring.index}: somebody else has written it"
            ),
            evidence=(
                Pair(name="group 0", left=f"{group.expected:.4g}", right=f"{group.rate:.4g}"),
            ),
        )


def _run(run: Run) -> Iterator[Found]:
    yield from _multiplied(run)
    if run.planned is None:
        return
    writes = [at for at in run.writes if 0 < at < len(run.used)]
    apart = [at for at in writes if not np.allclose(run.used[at], run.planned[at], rtol=1e-3)]
    if apart:
        at = apart[0]
        group = int(np.abs(run.used[at] - run.planned[at]).argmax())
        yield Found(
            place=run.place,
            message=(
                f"somebody else than the scheduler wrote the rate before update {at}, "
                f"{run.used[at, group]:.4g} where {run.planned[at, group]:.4g} was planned, and "
                f"before {len(apart) - 1} more updates"
            ),
            evidence=(
                shown(run.planned, at, group),
                shown(run.used, at, group, "used"),
            ),
        )


def _multiplied(run: Run) -> Iterator[Found]:
    """Look for a warmup's factors that multiply the rate of the update before, not the base."""
    for group, base in enumerate(run.base):
        before = np.concatenate([[base], run.used[:-1, group]])
        if not before.all() or not np.isfinite(run.used[:, group]).all():
            continue
        factors = run.used[:, group] / before
        end = ramp(factors)
        written = set(range(1, end + 1)) <= set(run.writes)
        if end >= 2 and written and factors[0] > 0 and np.isclose(factors[end], 1, rtol=1e-9):
            yield Found(
                place=run.place,
                message=(
                    f"the factors of a warmup, {listed(factors[: end + 1])}, multiply the rate of "
                    f"the update before instead of the base rate, {base:.4g}: it sinks to "
                    f"{run.used[end, group]:.4g}, and what comes behind begins there"
                ),
                evidence=(shown(run.used, end, group, "used"),),
            )
            return


def _script(script: Script) -> Iterator[Found]:
    yield from everywhere(script, _world)


def _world(script: Script, world: World) -> Iterator[Found]:
    found = list(bonds(script, world))
    for at, one in enumerate(found):
        for other in found[at + 1 :]:
            if one.optimizer is other.optimizer and _together(one, other):
                yield from _undone(one, other)
    for bond in found:
        yield from _overwritten(bond)


def _together(one: Bond, other: Bond) -> bool:
    """Return whether both are stepped in the same stretch of the run, again and again."""
    ids = {one.scheduler.id: 0, other.scheduler.id: 1}
    order = [ids[act.subject or 0] for act in one.order(*(("step", key) for key in ids))]
    return sum(a != b for a, b in pairwise(order)) >= 2 * TURNS


def _undone(one: Bond, other: Bond) -> Iterator[Found]:
    run = one.world.runs.get(one.optimizer.id)
    if run is None or one.curve is None or other.curve is None or run.cyclic:
        return
    evidence = tuple(
        line(bond.script, bond.steps()[0].place, f"steps {bond.kind}") for bond in (one, other)
    )
    for group, base in enumerate(run.base):
        used = run.used[:, group]
        asked = max(float(np.nanmax(bond.curve.rates)) for bond in (one, other) if bond.curve)
        at = int(np.nanargmax(used))
        warms = any(bond.kind in WARMUPS for bond in (one, other))
        if warms and 0 < at < len(used) - 1 and used[at] < LOW * min(base, asked):
            yield Found(
                place=other.scheduler.place,
                message=(
                    f"{one.kind} and {other.kind} are both stepped, and the highest rate that is "
                    f"left is {used[at]:.4g} of {base:.4g}, at update {at}"
                ),
                evidence=(*evidence, shown(run.used, at, group, "used")),
            )
            return
        for writer, lost in ((one, other), (other, one)):
            own = writer.curve.rates[: len(used), group] if writer.curve else used[:0]
            moves = lost.curve is not None and np.ptp(lost.curve.rates[: len(used), group]) > 0
            if (
                writer.kind in ABSOLUTE
                and moves
                and len(own) == len(used)
                and np.allclose(own, used)
            ):
                yield Found(
                    place=lost.scheduler.place,
                    message=(
                        f"{writer.kind} writes over what {lost.kind} has done: the updates use "
                        f"{listed(used)} …, as without it"
                    ),
                    evidence=(*evidence, shown(run.used, 0, group, "used")),
                )
                return


def _overwritten(bond: Bond) -> Iterator[Found]:
    """Look for rates that the script writes over the scheduler's, up to the last update."""
    run = bond.world.runs.get(bond.optimizer.id)
    written = bond.acts("write", bond.optimizer)
    if run is None or not bond.steps() or bond.curve is None or not written:
        return
    stepped = {act.update for act in bond.steps()}
    last_hand = _last_hand(bond)
    lost = sorted(stepped & last_hand)
    moves = (
        len(bond.curve.rates) > 1 and np.ptp(bond.curve.rates[: len(run.used)], axis=0).max() > 0
    )
    if moves and len(lost) >= 2 and set(range(1, len(run.used))) <= last_hand:
        yield Found(
            place=written[0].place,
            message=(
                f"the script writes the rate before every update, so the {len(bond.steps())} steps "
                f"of {bond.kind} change none: the updates use {listed(run.used[:, 0])} …"
            ),
            evidence=(
                line(bond.script, bond.steps()[0].place, f"steps {bond.kind}"),
                line(bond.script, written[0].place, "writes over it"),
                shown(run.used, 0, 0, "used"),
            ),
        )


def _last_hand(bond: Bond) -> set[int]:
    """Return the updates before which the script, not the scheduler, set the rate last."""
    done = bond.order(("step", bond.scheduler.id), ("write", bond.optimizer.id))
    hands = {act.update: act.kind for act in done}
    return {update for update, kind in hands.items() if kind == "write"}


RULE: Final = Rule(
    code="RU304",
    name="two-writers",
    word="COMP",
    severity="warning",
    detects=(
        "Two schedulers, or a scheduler and a line of one's own, write the rate of one optimizer, "
        "and what one has done is lost or multiplied; or a warmup's factors multiply one another."
    ),
    matters=(
        "LinearLR and CosineAnnealingLR stepped together reach 0.537 of the rate at step 5 and no "
        "more; a LambdaLR stepped last wipes out what ExponentialLR did. torch says nothing."
    ),
    bad=Example(
        text="""\
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
warmup = LinearLR(optimizer, start_factor=0.1, total_iters=5)
scheduler = CosineAnnealingLR(optimizer, T_max=10)
for _ in range(10):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    warmup.step()
    scheduler.step()
""",
        says="rates 0.1, 0.27, 0.42 …, at most 0.54",
    ),
    good=Example(
        text="""\
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
warmup = LinearLR(optimizer, start_factor=0.1, total_iters=5)
decay = CosineAnnealingLR(optimizer, T_max=5)
scheduler = SequentialLR(optimizer, [warmup, decay], milestones=[5])
for _ in range(10):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 0.1, 0.28, 0.46, 0.64, 0.82, 1, 0.9 …",
    ),
    fix="Leave one writer: put both into a SequentialLR, or multiply them in one function.",
    silent=(
        "A ChainedScheduler: a product on purpose.",
        "Two schedulers that both multiply, as in torch's documentation.",
        "A warmup of pytorch_warmup around its scheduler.",
        "A ReduceLROnPlateau or a warmup of pytorch_warmup acts on the same optimizer.",
    ),
    cases=(
        "Lightning-AI/pytorch-lightning#4902",
        "Tony-Y/pytorch_warmup#1",
        "Tony-Y/pytorch_warmup#14",
        "pytorch/pytorch#33416",
        "pytorch/pytorch#20527",
    ),
    curve=_curve,
    wiring=_wiring,
    run=_run,
    script=_script,
)
