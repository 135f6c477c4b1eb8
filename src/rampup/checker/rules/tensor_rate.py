"""RU305: a rate in a tensor that is its own base rate."""

import re
from collections.abc import Iterator
from typing import Final

from rampup.checker.facts import Wiring
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.script import Script, World
from rampup.checker.told import Bond, bonds, everywhere, line


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


def _script(script: Script) -> Iterator[Found]:
    yield from everywhere(script, _world)


def _world(script: Script, world: World) -> Iterator[Found]:
    for bond in bonds(script, world):
        if _is_tensor(bond):
            yield Found(
                place=bond.optimizer.place,
                message=(
                    f"the rate is a tensor, which {bond.kind} and the optimizer may share: then a "
                    "step changes the base rate as well"
                ),
                evidence=(
                    line(script, bond.optimizer.place, "gives the optimizer a tensor"),
                    line(script, bond.scheduler.place, "builds a scheduler on it"),
                ),
                severity="note",
            )


def _is_tensor(bond: Bond) -> bool:
    settings = bond.optimizer.settings
    rate = settings["lr"].text if "lr" in settings else ""
    groups = settings["params"].text if "params" in settings else ""
    for given in (rate, *re.findall(r"['\"]lr['\"]:\s*([^,}]+)", groups)):
        made = re.compile(rf"^\s*{re.escape(given)}\s*=\s*torch\.(tensor|as_tensor|full)\(")
        if "torch.tensor(" in given or (
            given.isidentifier() and any(made.match(text) for text in bond.script.lines)
        ):
            return True
    return False


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
optimizer = torch.optim.Adam([{"params": model.parameters(), "lr": 1.0}])
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
    script=_script,
)
