"""RU305: a rate in a tensor that is its own base rate."""

from collections.abc import Iterator
from typing import Final

from rampup.checker.facts import Wiring
from rampup.checker.rule import Example, Found, Rule


def _wiring(wiring: Wiring) -> Iterator[Found]:
    if wiring.aliased:
        which = ", ".join(map(str, wiring.aliased))
        one = len(wiring.aliased) == 1
        yield Found(
            place=wiring.place,
            message=(
                f"the rate of group{'' if one else 's'} {which} and its base rate are one tensor, "
                "so that whatever writes the rate changes the base too"
            ),
        )


RULE: Final = Rule(
    code="RU305",
    name="tensor-rate",
    word="TLR",
    severity="error",
    detects="A group's `lr` and its `initial_lr`, or the scheduler's base rate, are one tensor.",
    matters=(
        "A tensor is filled in place, so that the base rate shrinks with the rate. In the example "
        "the warmup starts at 0.25 instead of 0.5, and its peak is 0.5 instead of 1."
    ),
    bad=Example(
        text="""\
import torch
from torch.optim.lr_scheduler import ExponentialLR, LinearLR, SequentialLR

model = torch.nn.Linear(10, 2)
lr = torch.tensor(1.0)
optimizer = torch.optim.Adam([{"params": model.parameters(), "lr": lr, "initial_lr": lr}])
warmup = LinearLR(optimizer, start_factor=0.5, total_iters=4)
decay = ExponentialLR(optimizer, gamma=0.9)
scheduler = SequentialLR(optimizer, [warmup, decay], milestones=[4])
for _ in range(10):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 0.25, 0.3125 …: the base rate was halved twice",
    ),
    good=Example(
        text="""\
import torch
from torch.optim.lr_scheduler import ExponentialLR, LinearLR, SequentialLR

model = torch.nn.Linear(10, 2)
lr = torch.tensor(1.0)
optimizer = torch.optim.Adam([{"params": model.parameters(), "lr": lr}])
warmup = LinearLR(optimizer, start_factor=0.5, total_iters=4)
decay = ExponentialLR(optimizer, gamma=0.9)
scheduler = SequentialLR(optimizer, [warmup, decay], milestones=[4])
for _ in range(10):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 0.5, 0.625, 0.75, 0.875, 1, 0.9 …",
    ),
    fix="Set `initial_lr` to a copy, `lr.clone()`, or to a number; or leave it to the scheduler.",
    silent=("The rates are numbers.", "Groups share one rate, but each has a base of its own."),
    cases=(
        "pytorch/pytorch#126854",
        "pytorch/pytorch#162359",
        "pytorch/pytorch#163103",
        "pytorch/pytorch#195984",
        "deepspeedai/DeepSpeed#8202",
    ),
    wiring=_wiring,
)
