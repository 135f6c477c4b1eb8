"""RU105: a rate where a factor belongs, or a base rate that counts for nothing."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from rampup.checker.facts import Curve
from rampup.checker.look import listed, shown, steps
from rampup.checker.rule import Example, Found, Rule

SMALL: Final = 0.02
"""A largest factor below this looks like a rate."""

RATE: Final = 0.05
"""A base rate below this looks like a rate; one above it, such as 1.0, was chosen for factors."""


def _curve(curve: Curve) -> Iterator[Found]:
    yield from _multiplied_twice(curve)
    yield from _ignored(curve)


def _multiplied_twice(curve: Curve) -> Iterator[Found]:
    base, factor = max(curve.base), curve.factor
    rates = steps(curve)
    if factor is None or not 0 < factor < RATE or not 0 < base <= RATE:
        return
    highest = np.unravel_index(int(np.nanargmax(rates)), rates.shape)
    if len(rates) < 2 or highest[0] == len(rates) - 1 > rates[:-1].argmax():
        return  # it still rises: a warmup that the run is too short for
    same = bool(np.isclose(factor, base, rtol=0.01))
    if not same and factor >= SMALL:
        return
    group = int(highest[1])
    like = "the base rate itself" if same else "a rate"
    yield Found(
        place=curve.place,
        message=(
            f"the largest factor is {factor:.4g}, which looks like {like}, and is multiplied with "
            f"the base rate {base:.4g}: the rates are {listed(rates[:, group])}"
        ),
        evidence=(shown(curve.rates, int(highest[0]) * curve.every, group, every=curve.every),),
        severity="error" if same else "warning",
    )


def _ignored(curve: Curve) -> Iterator[Found]:
    own = curve.settings.get("lr")
    if curve.kind != "OneCycleLR" or own is None or own.value is None or not curve.peak:
        return
    if own.value > 2 * max(curve.peak):
        yield Found(
            place=curve.place,
            message=(
                f"OneCycleLR does not look at the optimizer's rate, {own.value:.4g}: its peak is "
                f"max_lr, {max(curve.peak):.4g}"
            ),
            evidence=(shown(curve.rates, curve.warmup or 0, 0),),
            severity="note",
        )


RULE: Final = Rule(
    code="RU105",
    name="factor-or-rate",
    word="BASE",
    severity="warning",
    detects=(
        "The function of a LambdaLR returns a rate where a factor belongs, so that the base rate "
        "is multiplied twice; or a base rate counts for nothing."
    ),
    matters=(
        "The function's value is multiplied with the optimizer's rate. A rate of 1e-3 in both "
        "places gives 1e-6, a thousandth of what was meant, and torch says nothing."
    ),
    bad=Example(
        text="""\
import torch

LR = 1e-3
model = torch.nn.Linear(10, 2)
optimizer = torch.optim.Adam(model.parameters(), lr=LR)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: LR * min(1, (step + 1) / 3))
for _ in range(10):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 3.3e-7, 6.7e-7, 1e-6",
    ),
    good=Example(
        text="""\
import torch

LR = 1e-3
model = torch.nn.Linear(10, 2)
optimizer = torch.optim.Adam(model.parameters(), lr=LR)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1, (step + 1) / 3))
for _ in range(10):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 3.3e-4, 6.7e-4, 1e-3",
    ),
    fix="Return the factor, rate / base rate; or give the optimizer `lr=1.0` and return rates.",
    silent=(
        "The base rate is above 0.05, as where it is 1.0 so that the function may return rates.",
        "The largest factor is 0.02 or more, and is not the base rate.",
        "The rates still rise at the end of the run: that is a warmup longer than the run.",
        (
            "It is a note where OneCycleLR's `max_lr` is less than half the optimizer's rate, as "
            "in torch's own documentation."
        ),
    ),
    cases=(
        "lhoyer/MIC#60",
        "pytorch/pytorch#78917",
        "gao-hongnan/omniverse#82",
        "open-edge-platform/physical-ai-studio#407",
        "facebookresearch/fairseq#2916",
        "deepspeedai/DeepSpeed#7303",
        "s920128/NAR-BERT-ASR#3",
        "pytorch/pytorch#127649",
    ),
    curve=_curve,
)
