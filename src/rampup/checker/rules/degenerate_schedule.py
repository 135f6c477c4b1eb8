"""RU103: a schedule whose numbers cannot be meant."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from rampup.checker.facts import Curve
from rampup.checker.finding import Rates
from rampup.checker.look import OURS, grave, listed, planned, ramp, shown, steps
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.rules.unit_of_curve import other_unit

LONG: Final = 100
"""Updates of a run in which torch's default of five warmup steps is hardly meant."""

WARMUPS: Final = ("num_warmup_steps", "warmup_t", "warmup_steps", "total_iters")
"""Settings that say how long a warmup is."""


def _curve(curve: Curve) -> Iterator[Found]:
    for look in (
        _refused,
        _raises,
        _no_number,
        _nothing,
        _climbs,
        _stuck,
        _rounded,
        _too_long,
        _default,
    ):
        for found in look(curve):
            yield found
            return


def _refused(curve: Curve) -> Iterator[Found]:
    raised = curve.raised
    # plateau-wiring says where a part that wants a metric is refused
    if raised and not raised.at and "ReduceLROnPlateau" not in raised.text:
        first = raised.text.replace("\\n", "\n").partition("\n")[0]  # a KeyError shows its repr
        yield Found(place=curve.place, message=first)


def _raises(curve: Curve) -> Iterator[Found]:
    raised = curve.raised
    if raised is None or (curve.updates is not None and raised.at >= curve.updates):
        return
    if curve.ends is None or raised.at <= curve.ends:
        yield Found(
            place=curve.place,
            message=f"update {raised.at} has no rate, because the schedule raises {raised.text}",
            evidence=(shown(curve.rates[: raised.at], raised.at - 1, 0),),
        )


def _no_number(curve: Curve) -> Iterator[Found]:
    rates = planned(curve)
    odd = np.argwhere(~np.isfinite(rates))
    if len(odd):
        at, group = map(int, odd[0])
        yield Found(
            place=curve.place,
            message=f"the rate of update {at} is {rates[at, group]}",
            evidence=(shown(rates, at, group),),
        )


def _nothing(curve: Curve) -> Iterator[Found]:
    rates = planned(curve)
    if len(rates) and all(curve.base) and not rates.any():
        yield Found(
            place=curve.place,
            message=f"the rate of all {len(rates)} updates is 0",
            evidence=(Rates(name="planned", values=(0.0,) * min(5, len(rates))),),
            severity=grave(curve),
        )


def _climbs(curve: Curve) -> Iterator[Found]:
    for group, (floor, base) in enumerate(zip(curve.floor, curve.base, strict=False)):
        if floor > base * (1 + 1e-9) > 0:
            rates = curve.rates[:: curve.every]
            yield Found(
                place=curve.place,
                message=(
                    f"the lowest rate asked for, {floor:.4g}, is above the base rate, {base:.4g}: "
                    f"the rate climbs, {listed(rates[:, group])}"
                ),
                evidence=(shown(curve.rates, 0, group, every=curve.every),),
            )


def _stuck(curve: Curve) -> Iterator[Found]:
    """Look for a part of no steps that is used all the same, and so never leaves its start."""
    for name, setting in curve.settings.items():
        part, _, argument = name.rpartition(".")
        unused = part not in ("", "schedulers[0]") or curve.joins[:1] == (0,)
        if argument != "total_iters" or setting.value is None or setting.value > 0 or unused:
            continue
        rates = planned(curve)
        if len(rates) > 1 and (rates[:2, 0] < curve.base[0]).all():
            yield Found(
                place=curve.place,
                message=(
                    f"{name} is {setting.value:g}, so that the rate never leaves its start: "
                    f"{listed(rates[:, 0], 3)} of {curve.base[0]:.4g}"
                ),
                evidence=(shown(rates, 0, 0),),
            )


def _rounded(curve: Curve) -> Iterator[Found]:
    """Look for a warmup that the script rounds down to nothing."""
    for name, setting in curve.settings.items():
        if name in WARMUPS and setting.rounded and setting.value == 0:
            yield Found(
                place=curve.place,
                message=(
                    f"{name} is 0, rounded down from {setting.rounded:.4g}: there is no warmup, "
                    f"and update 0 uses {curve.rates[0, 0]:.4g}"
                ),
                evidence=(shown(curve.rates, 0, 0),),
                severity="warning",
            )


def _too_long(curve: Curve) -> Iterator[Found]:
    """Look for a warmup that the run is too short for."""
    if curve.updates is None or curve.kind == OURS or other_unit(curve):
        return
    if curve.kind == "OneCycleLR" and (curve.ends or 0) > curve.updates:
        return  # horizon-mismatch says that all of it is too long
    rates = steps(curve)
    asked = curve.peak or curve.base
    for group, (peak, base) in enumerate(zip(asked, curve.base, strict=False)):
        own = rates[:, group]
        if not len(own) or own.max() >= peak * (1 - 1e-3):
            continue
        if curve.warmup is not None:
            length = curve.warmup
        elif curve.factor is not None and len(own) > 2 and ramp(own) == len(own) - 1:
            # a straight line from zero: (k + 0) or (k + 1) of so many updates
            slope = float(own[1] - own[0])
            if not np.isclose(own[0], 0, atol=slope * 1e-6) and not np.isclose(own[0], slope):
                continue
            length = round(base / slope) * curve.every
        else:
            continue
        if length >= curve.updates:
            yield Found(
                place=curve.place,
                message=(
                    f"the warmup lasts {length} updates, but the run only {curve.updates}: the "
                    f"highest rate is {own.max():.4g} of {peak:.4g}"
                ),
                evidence=(shown(curve.rates, curve.updates - 1, group),),
                severity=None if curve.warmup is not None else "warning",
            )


def _default(curve: Curve) -> Iterator[Found]:
    said = {name: setting.value for name, setting in curve.settings.items()}
    defaults = {"start_factor": 1 / 3, "end_factor": 1.0, "total_iters": 5.0}
    if curve.kind == "LinearLR" and said == defaults and (curve.updates or 0) >= LONG:
        yield Found(
            place=curve.place,
            message=(
                f"LinearLR has torch's defaults, five steps from a third of the rate, in a run of "
                f"{curve.updates} updates"
            ),
            evidence=(shown(curve.rates, 5 * curve.every, 0, every=curve.every),),
            severity="note",
        )


RULE: Final = Rule(
    code="RU103",
    name="degenerate-schedule",
    word="DEG",
    severity="error",
    detects=(
        "Numbers that cannot be meant: a warmup as long as the run, a lowest rate above the base "
        "rate, no steps at all, rates that are all zero or no numbers, an error on the way."
    ),
    matters=(
        "torch raises for a division by zero and accepts the rest in silence. A warmup of 100 "
        "updates in a run of 6 uses at most 5 % of the rate; `eta_min=1e-2` at a rate of 1e-3 "
        "climbs to ten times the rate; `LinearLR(total_iters=0)` stays at a third for ever."
    ),
    bad=Example(
        text="""\
import torch

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=4, eta_min=1e-2)
for _ in range(4):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 0.001, 0.0023, 0.0055, 0.0087: a decay that climbs",
    ),
    good=Example(
        text="""\
import torch

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=4, eta_min=1e-4)
for _ in range(4):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 0.001, 0.00087, 0.00055, 0.00023",
    ),
    fix="Compute the numbers from the run, round up with `math.ceil`, and refuse what cannot be.",
    silent=(
        "A warmup of zero updates, unless a script is seen to round a fraction down to it.",
        "Nobody said how long the run is, for all that depends on it.",
        (
            "It is a warning where the length of the warmup is read off the curve, and where a "
            "schedule of rampup is zero throughout."
        ),
        "It is a note where LinearLR has torch's defaults in a run of 100 updates or more.",
    ),
    cases=(
        "pytorch/torchtitan#1010",
        "PrimeIntellect-ai/prime-rl#968",
        "deepspeedai/DeepSpeed#771",
        "deepspeedai/DeepSpeed#310",
        "mlcommons/hpc#27",
        "facebookresearch/d2go#19",
        "Morizeyao/GPT2-Chinese#60",
        "allenai/open-instruct#579",
        "senwu/emmental#85",
        "bghira/SimpleTuner#960",
        "tysam-code/hlb-gpt#8",
        "facebookresearch/ConvNeXt#91",
        "wenet-e2e/wenet#1398",
        "pytorch/torchtitan#99",
        "d8ahazard/sd_dreambooth_extension#557",
        "PrimeIntellect-ai/prime-rl#3091",
        "pytorch/pytorch#193682",
        "pytorch/pytorch#185872",
    ),
    curve=_curve,
)
