"""RU204: the schedule's length is not the run's."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from rampup.checker.facts import Curve
from rampup.checker.finding import Severity
from rampup.checker.look import OURS, grave, listed, planned, ramp, shown, steps
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.rules.horizon_of_run import run
from rampup.checker.rules.unit_of_curve import other_unit

CLOSE: Final = 0.95
"""An end that is at least this share of the run's, or the other way round, is near enough."""

FAR: Final = 20
"""A schedule that is so many times as long as the run hardly moves in it."""

TOTALS: Final = ("total_steps", "num_training_steps")
"""Settings that name the length of the whole run."""


def _curve(curve: Curve) -> Iterator[Found]:
    if other_unit(curve):
        return  # which step-unit says
    for look in (_overflows, _below_zero, _rises_again, _over_early, _grows, _cut, _held, _behind):
        for found in look(curve):
            yield found
            return


def _overflows(curve: Curve) -> Iterator[Found]:
    raised, ends, updates = curve.raised, curve.ends, curve.updates
    if raised is None or ends is None or updates is None or not raised.at > ends < updates:
        return
    # the walk of a script ends there, too, and has not seen how long the run would have been
    goes_on = "the run goes on" if curve.place.line else f"the run has {updates}"
    yield Found(
        place=curve.place,
        message=(
            f"the schedule is over after {ends} updates and raises {raised.text} behind that, but "
            f"{goes_on}"
        ),
        evidence=(shown(curve.rates[: raised.at], ends, 0),),
    )


def _below_zero(curve: Curve) -> Iterator[Found]:
    rates = planned(curve)
    below = np.argwhere(rates < 0)
    if len(below):
        at, group = map(int, below[0])
        yield Found(
            place=curve.place,
            message=f"the rate falls below 0: {rates[at, group]:.4g} at update {at}",
            evidence=(shown(rates, at, group),),
        )


def _rises_again(curve: Curve) -> Iterator[Found]:
    """Look behind the end for a rate that goes up again."""
    rates = planned(curve)
    ends = curve.ends
    if curve.updates is None or ends is None or curve.cyclic or not 0 < ends < len(rates):
        return  # without a run, nothing is behind the end
    for group in range(rates.shape[1]):
        own = rates[:, group]
        again = own[ends:]
        if not again.max() > again[0] + 0.01 * own.max():
            continue
        at = ends + int(again.argmax())
        # up and down a whole number of times, and down at the end: that was counted out
        even = len(own) % ends == 0 and len(own) // ends % 2 == 1
        severity: Severity | None = "note" if even else None
        yield Found(
            place=curve.place,
            message=(
                f"the schedule is over after {ends} updates and rises again behind that: "
                f"{again[0]:.4g} at update {ends}, {again.max():.4g} at update {at} of "
                f"{len(own)}"
            ),
            evidence=(shown(rates, ends, group, every=curve.every),),
            severity=severity,
        )


def _over_early(curve: Curve) -> Iterator[Found]:
    if curve.updates is None:
        return
    rates = planned(curve)
    moving = np.flatnonzero(rates.any(axis=1))
    if len(rates) < curve.updates or not len(moving):
        return
    over = int(moving[-1]) + 1
    vanished = rates[over - 1].max() < 1e-30  # halved too often for a float, not set to zero
    # a cosine may come down to zero at the last update
    if over < min(CLOSE * len(rates), len(rates) - 1) and not vanished:
        yield Found(
            place=curve.place,
            message=(
                f"the schedule is over after {over} of {len(rates)} updates: the rate of the "
                f"{len(rates) - over} behind them is 0"
            ),
            evidence=(shown(rates, over, 0, every=curve.every),),
            severity=grave(curve),
        )


def _grows(curve: Curve) -> Iterator[Found]:
    """Look for a straight rise through the base rate that nothing stops."""
    rates = steps(curve)
    if curve.factor is None or len(rates) < 3:
        return
    for group, base in enumerate(curve.base):
        own = rates[:, group]
        if ramp(own) == len(own) - 1 and own[0] < base < own[-1] / 1.01:
            yield Found(
                place=curve.place,
                message=(
                    f"the rate rises through its base, {base:.4g}, and goes on to {own[-1]:.4g}: "
                    f"{listed(own)}"
                ),
                evidence=(shown(curve.rates, int((own > base).argmax()) * curve.every, group),),
            )


def _cut(curve: Curve) -> Iterator[Found]:
    """Look for a run that stops long before its schedule ends."""
    ends, updates = curve.ends, curve.updates
    if ends is None or updates is None or curve.cyclic or updates >= CLOSE * ends:
        return
    total = any(name.rpartition(".")[2] in TOTALS for name in curve.settings)
    severity: Severity = "warning" if total or ends >= FAR * updates else "note"
    rates = planned(curve)
    if ends == updates + (curve.joins[-1] if curve.joins else 0) or not len(rates):
        return  # the hand-over was not taken off, which join-jump says
    yield Found(
        place=curve.place,
        message=(
            f"the run stops at update {updates} of a schedule of {ends}: its last rate is "
            f"{rates[-1, 0]:.4g}, and the highest {rates[:, 0].max():.4g}"
        ),
        evidence=(shown(rates, len(rates) - 1, 0, every=curve.every),),
        severity=severity,
    )


def _held(curve: Curve) -> Iterator[Found]:
    """Look for a lowest rate that is held for more than half of the run."""
    ends, rates = curve.ends, planned(curve)
    if ends is None or curve.kind == OURS or curve.cyclic or not 0 < ends < len(rates) / 2:
        return
    held = rates[ends:, 0]
    if np.allclose(held, held[0]) and held[0] < rates[:, 0].max() / 2:
        yield Found(
            place=curve.place,
            message=(
                f"the schedule is over after {ends} of {len(rates)} updates, and the rest uses "
                f"{held[0]:.4g}"
            ),
            evidence=(shown(rates, ends, 0, every=curve.every),),
            severity="note",
        )


def _behind(curve: Curve) -> Iterator[Found]:
    """Look for what would happen if the run were a tenth longer."""
    below = np.argwhere(curve.rates < 0)
    if curve.updates is not None and len(below):
        at, group = map(int, below[0])
        yield Found(
            place=curve.place,
            message=(
                f"behind the run's {curve.updates} updates the rate would fall below 0: "
                f"{curve.rates[at, group]:.4g} at update {at}"
            ),
            evidence=(shown(curve.rates, at, group),),
            severity="note",
        )


RULE: Final = Rule(
    code="RU204",
    name="horizon-mismatch",
    word="HOR",
    severity="error",
    detects=(
        "The schedule's own length is not the run's: it is over long before, rises again, falls "
        "below zero or raises an error behind its end, grows past its base, or is cut."
    ),
    matters=(
        "`CosineAnnealingLR(T_max=4)` is back at the full rate at update 8, an unclamped line "
        "falls below zero, where the optimizer climbs the loss, and OneCycleLR raised after 280 "
        "epochs of work. torch speaks of the last one only."
    ),
    bad=Example(
        text="""\
import torch

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=4)
for _ in range(9):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 1, 0.85, 0.5, 0.15, 0, 0.15, 0.5, 0.85, 1",
    ),
    good=Example(
        text="""\
import torch

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=9)
for _ in range(9):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 1, 0.97, 0.88, 0.75, 0.59, 0.41, 0.25, 0.12, 0.03",
    ),
    fix="Build the schedule from the updates that the run really makes, and clamp what is behind.",
    silent=(
        "Nobody said how long the run is.",
        "The schedule goes up again on purpose: restarts, cycles, several schedulers together.",
        "Both ends are within 5 % of each other.",
        (
            "It is a note where a cosine comes down at the very end of the run after a whole "
            "number of rises, where its `T_max` is longer than the run, where a lowest rate is "
            "held, and where only updates behind the run would be below zero."
        ),
        "It is a warning where a schedule of rampup is zero for the rest of the run.",
    ),
    cases=(
        "vllm-project/speculators#1104",
        "gaussalgo/adaptor#15",
        "NVIDIA-NeMo/Speech#14186",
        "NVIDIA-NeMo/Speech#7518",
        "NovaSky-AI/SkyRL#873",
        "songmzhang/KDFlow#4",
        "LAION-AI/Open-Assistant#1991",
        "iKernels/transformers-lightning#85",
        "vLAR-group/GrowSP#11",
        "A4Bio/PiFold#6",
        "flairNLP/flair#2954",
        "Lightning-AI/pytorch-lightning#4815",
        "pytorch/pytorch#91765",
        "CodefyUI/CodefyUI#205",
        "deepcam-cn/FaceQuality#10",
        "bigmb/Unet-Segmentation-Pytorch-Nest-of-Unets#14",
        "Tencent-Hunyuan/UniRL#223",
        "ziqi-jin/finetune-anything#57",
        "Adit-Jain-srm/NightmareNet#158",
        "NVIDIA-NeMo/Megatron-Bridge#4796",
    ),
    curve=_curve,
    run=run,
)
