"""RU303: parameter groups that the scheduler does not know, or treats alike."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from rampup.checker.facts import Curve, Group, Wiring
from rampup.checker.finding import Pair
from rampup.checker.look import OURS, is_off, planned, shown
from rampup.checker.rule import Example, Found, Rule

OWN: Final = ("OneCycleLR", "CyclicLR", OURS)
"""Kinds whose rates do not come from the groups' own."""


def _curve(curve: Curve) -> Iterator[Found]:
    """Look for groups of different base rates that get the same rate all along."""
    rates = planned(curve)
    if curve.kind in OWN or len(rates) < 2 or min(curve.base) == max(curve.base):
        return
    if rates.any() and np.isfinite(rates).all() and (rates == rates[:, :1]).all():
        bases = ", ".join(f"{base:.4g}" for base in curve.base)
        yield Found(
            place=curve.place,
            message=(
                f"all {rates.shape[1]} groups get the same rates, {rates[0, 0]:.4g} first, though "
                f"their base rates are {bases}"
            ),
            evidence=(shown(curve.rates, 0, 0),),
            severity="warning",
        )


def _wiring(wiring: Wiring) -> Iterator[Found]:
    groups = wiring.groups
    unknown = [at for at, group in enumerate(groups) if group.base is None]
    off = [at for at, group in enumerate(groups) if is_off(group)]
    if unknown:
        yield Found(
            place=wiring.place,
            message=(
                f"group {unknown[0]} of {len(groups)} joined after {wiring.kind} was built, which "
                f"holds no base rate for it; its rate is {groups[unknown[0]].rate:.4g}"
            ),
            evidence=_table(groups),
        )
    elif off and len(off) < len(groups):
        group = groups[off[0]]
        yield Found(
            place=wiring.place,
            message=(
                f"the rate of group {off[0]} is {group.rate:.4g}, where {wiring.kind} would give "
                f"it {group.expected:.4g} as it does the others"
            ),
            evidence=_table(groups),
            severity="warning",
        )
    elif wiring.captured:
        yield Found(
            place=wiring.place,
            message=(
                f"the {len(groups)} groups have a function each, and all of them read the same "
                "variable: made in a loop, every one gets its last value"
            ),
            severity="note",
        )


def _table(groups: tuple[Group, ...]) -> tuple[Pair, ...]:
    return tuple(
        Pair(
            name=f"group {at}",
            left="none" if group.base is None else f"{group.base:.4g}",
            right=f"{group.rate:.4g}",
            columns=("base", "rate"),
        )
        for at, group in enumerate(groups)
    )


RULE: Final = Rule(
    code="RU303",
    name="param-groups",
    word="GRP",
    severity="error",
    detects=(
        "A parameter group joined after the scheduler was built, one group is off the curve of "
        "the others, or groups with base rates of their own get one rate."
    ),
    matters=(
        "A group that is unfrozen later is not scheduled, or joins in the middle: LinearLR took "
        "one to 3.08 times its rate. LambdaLR raises an error from a `zip` since torch 2.10 and "
        "said nothing before."
    ),
    bad=Example(
        text="""\
import torch

body, head = torch.nn.Linear(10, 10), torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(head.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=10)
for epoch in range(10):
    if epoch == 5:
        optimizer.add_param_group({"params": body.parameters(), "lr": 0.1})
    head(body(torch.randn(8, 10))).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="the group that joins at epoch 5 starts in the middle of the cosine, at 0.1",
    ),
    good=Example(
        text="""\
import torch

body, head = torch.nn.Linear(10, 10), torch.nn.Linear(10, 2)
groups = [{"params": head.parameters()}, {"params": body.parameters(), "lr": 0.1}]
optimizer = torch.optim.SGD(groups, lr=1.0)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=10)
body.requires_grad_(False)
for epoch in range(10):
    if epoch == 5:
        body.requires_grad_(True)
    head(body(torch.randn(8, 10))).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="both groups follow one cosine",
    ),
    fix="Give the optimizer all groups before the scheduler is built, and per-group lists.",
    silent=(
        "The functions of the groups differ on purpose.",
        "The scheduler takes its rates from `max_lr`.",
        "The scheduler is one of rampup's, which take new groups in.",
        "Every group is off the curve: then somebody else writes the rate, which two-writers says.",
        "It is a note where functions share a variable, because they may be meant to be the same.",
    ),
    cases=(
        "huggingface/transformers#20029",
        "pytorch/pytorch#79888",
        "Lightning-Universe/lightning-flash#1321",
        "Lightning-AI/pytorch-lightning#12141",
        "pytorch/pytorch#104361",
        "deepspeedai/DeepSpeed#8171",
        "katsura-jp/pytorch-cosine-annealing-with-warmup#14",
    ),
    curve=_curve,
    wiring=_wiring,
)
