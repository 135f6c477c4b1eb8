"""RU101: the first update uses a rate of zero."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from rampup.checker.facts import Curve, Floats, Run
from rampup.checker.finding import Place, Rates
from rampup.checker.rule import Example, Found, Rule

TINY: Final = 1e-3
"""A first rate below this share of the second moves as good as nothing."""

SHOWN: Final = 5


def _curve(curve: Curve) -> Iterator[Found]:
    if curve.warmup != 0:
        yield from _starts_at_nothing(curve.place, curve.rates, "planned")


def _run(run: Run) -> Iterator[Found]:
    yield from _starts_at_nothing(run.place, run.used, "used")


def _starts_at_nothing(place: Place, rates: Floats, name: str) -> Iterator[Found]:
    if len(rates) < 2:
        return
    first, second = rates[0], rates[1]
    with np.errstate(invalid="ignore"):
        wasted = (first >= 0) & (first < TINY * second)
    for group in np.flatnonzero(wasted):
        values = tuple(float(rate) for rate in rates[:SHOWN, group])
        listed = ", ".join(f"{value:.4g}" for value in values)
        yield Found(
            place=place,
            message=f"update 0 moves no weight: the rates begin with {listed}",
            evidence=(Rates(name=name, values=values, marked=(0,)),),
        )
        return


RULE: Final = Rule(
    code="RU101",
    name="zero-first-rate",
    word="ZERO",
    severity="note",
    detects="The first update uses a rate of zero, or of less than a thousandth of the second.",
    matters=(
        "The first batch is computed for nothing, and Adam's moments and step count move all the "
        "same. Stepped once per update it costs one update; stepped once per epoch, a whole epoch."
    ),
    bad=Example(
        text="""\
import torch

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1, step / 4))
for _ in range(20):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 0, 0.25, 0.5, 0.75, 1",
    ),
    good=Example(
        text="""\
import torch

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1, (step + 1) / 4))
for _ in range(20):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 0.25, 0.5, 0.75, 1, 1",
    ),
    fix="Count from one, `(step + 1) / warmup`, or start from a rate above zero.",
    silent=(
        "The second rate is zero too: then nothing says that a warmup begins.",
        "A warmup of zero updates was asked for.",
    ),
    cases=(
        "huggingface/transformers#34754",
        "meta-pytorch/torchtune#2010",
        "karpathy/nanoGPT#443",
        "EleutherAI/gpt-neox#1373",
        "verl-project/verl#3674",
        "deepspeedai/DeepSpeed#5287",
    ),
    curve=_curve,
    run=_run,
)
