"""RU101: the first update uses a rate of zero."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from rampup.checker.facts import Curve, Floats, Run
from rampup.checker.finding import Place, Rates
from rampup.checker.look import planned
from rampup.checker.rule import Example, Found, Rule

TINY: Final = 1e-3
"""A first rate below this share of the second moves as good as nothing."""

SHOWN: Final = 5


def _curve(curve: Curve) -> Iterator[Found]:
    if curve.warmup != 0:
        epoch = curve.epoch or curve.every
        yield from _starts_at_nothing(curve.place, planned(curve), "planned", epoch)


def _run(run: Run) -> Iterator[Found]:
    epoch = run.epochs[1] if len(run.epochs) > 1 else 0
    yield from _starts_at_nothing(run.place, run.used, "used", epoch)


def _starts_at_nothing(place: Place, rates: Floats, name: str, epoch: int) -> Iterator[Found]:
    for group in range(rates.shape[1]):
        moves = np.flatnonzero(~(rates[:, group] <= 0))  # an unknown rate may move weights
        if not len(moves):
            continue
        wasted, first = int(moves[0]), 0.0
        if not wasted and len(rates) > 1:
            # a first rate that is not quite zero
            first = float(rates[0, group])
            wasted = int(0 <= first < TINY * rates[1, group])
        if not wasted or (wasted > 1 and wasted != epoch) or np.isnan(rates[:wasted, group]).any():
            continue
        values = tuple(float(rate) for rate in rates[: wasted + SHOWN - 1, group])
        shown = Rates(name=name, values=values, marked=tuple(range(wasted)))
        if wasted == 1:
            text = ", ".join(f"{value:.4g}" for value in values)
            message = f"update 0 moves no weight: the rates begin with {text}"
        else:
            message = (
                f"the whole first epoch, updates 0 to {wasted - 1}, moves no weight: its rate is "
                f"0, and the next one {values[wasted]:.4g}"
            )
        whole = 1 < wasted == epoch
        yield Found(
            place=place,
            message=message,
            evidence=(shown,),
            severity="warning" if whole else None,
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
        (
            "More than one rate is zero, but not just those of the first epoch: then nothing says "
            "that a warmup begins."
        ),
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
