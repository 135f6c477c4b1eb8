"""RU104: the rate jumps where one part of a schedule hands over to the next."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from rampup.checker.facts import Curve, Run
from rampup.checker.finding import Severity
from rampup.checker.look import OURS, listed, ramp, runs_in_warmup, shown, steps
from rampup.checker.rule import Example, Found, Rule

Series = npt.NDArray[np.float64]

TIMES: Final = 3.0
"""A jump is this many times the largest step on either side of it."""

NEAR: Final = 5
"""Steps behind the hand-over that are taken for the next part's own."""


def _run(run: Run) -> Iterator[Found]:
    """Look at rates that the script writes itself, or that a class of its own does."""
    if not run.writes and run.planned is not None:
        return  # which its curve says
    curve = Curve(
        place=run.place,
        kind="",
        rates=run.used,
        base=run.base,
        peak=run.base,
        updates=len(run.used),
        cyclic=run.cyclic,
    )
    for look in (_drops, _leaps, _overshoots):
        for found in look(curve):
            yield found
            return


def _curve(curve: Curve) -> Iterator[Found]:
    if curve.kind == OURS:
        return
    for look in (_jumps, _too_late, _drops, _leaps, _overshoots, _begun):
        for found in look(curve):
            yield found
            return


def _jumps(curve: Curve) -> Iterator[Found]:
    rates = steps(curve)
    for join in curve.joins:
        at = join // curve.every
        for group in range(rates.shape[1]):
            own = rates[:, group]
            if not 1 < at < len(own) or not np.isfinite(own).all():
                continue
            before, behind = np.diff(own[:at]), np.diff(own[at : at + NEAR])
            jump = float(own[at] - own[at - 1])
            if before.min() < 0 or not before.max() > 0:
                continue  # only a warmup is meant to meet what comes next
            largest = float(before.max()) * (jump > 0)
            if not _cut_short(curve, join):
                largest = max(largest, float(np.abs(behind).max(initial=0.0)))
            if len(behind) and abs(jump) > max(TIMES * largest, 0.01 * own.max()):
                yield _found(curve, at, group, f"from {own[at - 1]:.4g} to {own[at]:.4g}")


def _cut_short(curve: Curve, join: int) -> bool:
    """Return whether a warmup is longer than the time until it hands over."""
    return join == curve.joins[0] and curve.warmup is not None and curve.warmup > join


def _too_late(curve: Curve) -> Iterator[Found]:
    """Look for a last part that is as long as the whole run, though others come before it."""
    last = curve.joins[-1] if curve.joins else 0
    if not curve.updates or not 0 < last < curve.updates or not curve.parts or curve.cyclic:
        return
    if curve.ends == curve.updates + last:
        yield Found(
            place=curve.place,
            message=(
                f"{curve.parts[-1]} begins at update {last} and lasts {curve.updates}, the whole "
                f"run: it ends {last} updates behind the run, whose last rate is "
                f"{curve.rates[curve.updates - 1, 0]:.4g}"
            ),
            evidence=(shown(curve.rates, curve.updates - 1, 0),),
        )


def _drops(curve: Curve) -> Iterator[Found]:
    """Look behind a straight rise to the peak for a decay that began long before."""
    for group, peak in enumerate(curve.peak[: curve.rates.shape[1]]):
        own = steps(curve)[:, group]
        at = ramp(own) + 1
        if at < 3 or at + 3 > len(own) or not np.isclose(own[at - 1], peak, rtol=1e-3):
            continue
        drop, first, second = (float(own[at + i - 1] - own[at + i]) for i in range(3))
        # a cosine falls faster and faster; what falls slower and slower begins with its largest
        if drop > 1.5 * first and second > 1.01 * first > 0 and drop > 0.01 * peak:
            yield _found(curve, at, group, f"from {own[at - 1]:.4g} to {own[at]:.4g}")


def _leaps(curve: Curve) -> Iterator[Found]:
    """Look for a straight rise that ends with a step many times as large, up to where it stays."""
    for group in range(curve.rates.shape[1] if not curve.cyclic else 0):
        own = steps(curve)[:, group]
        at = ramp(own) + 1
        if at < 3 or at + 2 > len(own) or not np.isfinite(own).all():
            continue
        behind = float(np.abs(np.diff(own[at : at + NEAR])).max(initial=0.0))
        jump, rise = float(own[at] - own[at - 1]), float(own[1] - own[0])
        if jump > TIMES * max(rise, behind):
            yield _found(curve, at, group, f"from {own[at - 1]:.4g} to {own[at]:.4g}")


def _begun(curve: Curve) -> Iterator[Found]:
    """Look for a decay of timm that runs during the warmup, and so is never seen at its peak."""
    rates = steps(curve)
    if not runs_in_warmup(curve) or not curve.warmup or curve.warmup // curve.every >= len(rates):
        return
    at = curve.warmup // curve.every
    for group, peak in enumerate(curve.peak[: rates.shape[1]]):
        highest = float(rates[:, group].max())
        if highest < 0.99 * peak:
            yield Found(
                place=curve.place,
                message=(
                    f"{curve.kind} runs during its warmup as well, and takes over at step {at} "
                    f"with {rates[at, group]:.4g} of {peak:.4g}"
                ),
                evidence=(shown(curve.rates, curve.warmup, group, every=curve.every),),
                severity="note",
            )


def _overshoots(curve: Curve) -> Iterator[Found]:
    for group, peak in enumerate(curve.peak[: curve.rates.shape[1]]):
        own = steps(curve)[:, group]
        met = np.flatnonzero(own >= peak * (1 - 1e-9))
        if curve.cyclic or not len(met) or not 1 <= met[0] < len(own) - 1:
            continue
        at = int(met[0])
        rise, further = float(own[at] - own[at - 1]), float(own[at + 1] - own[at])
        meets = own[at] <= peak * (1 + 1e-6)
        if meets and 0 < further < rise / 2 and own[at:].max() > peak * (1 + 1e-4):
            yield Found(
                place=curve.place,
                message=(
                    f"the rate meets its peak, {peak:.4g}, at update {at * curve.every} and goes "
                    f"on to {own[at:].max():.4g}"
                ),
                evidence=(shown(curve.rates, at * curve.every, group, every=curve.every),),
            )


def _found(curve: Curve, at: int, group: int, jump: str) -> Found:
    own = steps(curve)[:, group]
    severity: Severity | None = "note" if runs_in_warmup(curve) else None
    return Found(
        place=curve.place,
        message=(
            f"the rate jumps {jump} at update {at * curve.every}, where the warmup hands over: "
            f"{listed(own[max(0, at - 3) : at + 3])}"
        ),
        evidence=(shown(curve.rates, at * curve.every, group, every=curve.every),),
        severity=severity,
    )


RULE: Final = Rule(
    code="RU104",
    name="join-jump",
    word="JOIN",
    severity="warning",
    detects=(
        "The rate jumps where a warmup hands over: the warmup is cut short, the decay ran during "
        "the warmup, or its own recursion overshoots the peak."
    ),
    matters=(
        "A LinearLR of ten steps cut at five goes from 0.46 to 1 in one step, six times its own "
        "step, which a warmup is there to avoid. A decay as long as the whole run that begins "
        "behind the warmup never ends: its last rate was 0.37 of the peak instead of 0."
    ),
    bad=Example(
        text="""\
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
warmup = LinearLR(optimizer, start_factor=0.1, total_iters=10)
decay = CosineAnnealingLR(optimizer, T_max=15)
scheduler = SequentialLR(optimizer, [warmup, decay], milestones=[5])
for _ in range(20):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 0.1, 0.19, 0.28, 0.37, 0.46, 1, 0.989 …",
    ),
    good=Example(
        text="""\
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
warmup = LinearLR(optimizer, start_factor=0.1, total_iters=5)
decay = CosineAnnealingLR(optimizer, T_max=15)
scheduler = SequentialLR(optimizer, [warmup, decay], milestones=[5])
for _ in range(20):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 0.1, 0.28, 0.46, 0.64, 0.82, 1, 0.989 …",
    ),
    fix="Make the milestone the warmup's `total_iters`, and the decay `total - warmup` long.",
    silent=(
        "What comes before the hand-over does not rise: a constant rate, a decay, a restart.",
        "The jump is at most three times the largest step on either side, or 1 % of the peak.",
        "The drop is away from a hand-over, as StepLR's are.",
        "Rates that the script writes itself rise less evenly than a straight line.",
        "The schedule is one of rampup's own.",
        (
            "It is a note for timm without `warmup_prefix`, whose decay runs during the warmup by "
            "default."
        ),
    ),
    cases=(
        "facebookresearch/fairchem#1967",
        "microsoft/Swin-Transformer#277",
        "deepseek-ai/DeepSpec#32",
        "ildoonet/pytorch-gradual-warmup-lr#11",
        "pytorch/pytorch#72874",
        "threestudio-project/threestudio#226",
        "mosaicml/composer#99",
        "facebookresearch/ParlAI#4384",
    ),
    curve=_curve,
    run=_run,
)
