"""RU403: the rate that is logged is not the one that was used."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from rampup.checker.facts import Run
from rampup.checker.finding import Pair
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.rules.pace import FEW, MOST, close

SHOWN: Final = 3


def _run(run: Run) -> Iterator[Found]:
    if run.reported is None or run.writes or run.stale:
        return
    used, said = run.used[:, 0], run.reported[:, 0]
    known = np.flatnonzero(np.isfinite(used) & np.isfinite(said))
    wrong = known[~close(said[known], used[known])]
    if len(wrong) < FEW:
        return
    after = wrong[wrong + 1 < len(used)]
    late = close(said[after], used[after + 1])
    shifted = len(after) > 0 and late.mean() >= MOST
    k = int(wrong[0])
    told = f"{said[k]:.4g} was logged for update {k}, which used {used[k]:.4g}"
    message = (
        f"{told}: each rate is logged one update too early"
        if shifted
        else f"{told}; {len(wrong)} of {len(known)} logged rates were not used"
    )
    yield Found(
        place=replace(run.reported_at or run.place, update=k),
        message=message,
        evidence=(
            *(
                Pair(
                    name=f"update {at}",
                    left=f"{used[at]:.6g}",
                    right=f"{said[at]:.6g}",
                    columns=("used", "logged"),
                )
                for at in wrong[:SHOWN]
            ),
            *run.lines,
        ),
        severity="note" if shifted else None,
    )


RULE: Final = Rule(
    code="RU403",
    name="reported-rate",
    word="LOG",
    severity="warning",
    detects="The rate that is printed or logged for an update is not the one that it used.",
    matters=(
        "With `get_last_lr()` after the scheduler's step, a warmup of 4 that uses 0.25, 0.5, 0.75, "
        "1 is logged as 0.5, 0.75, 1, 1. `get_lr()` outside of a step computes one more decay: it "
        "says 0.01 where 0.1 is used. The training is right, the conclusions are not."
    ),
    bad=Example(
        text="""\
import torch

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.25, total_iters=3)
for number in range(20):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
    print("update", number, "used", scheduler.get_last_lr()[0])
""",
        says="used 0.25, 0.5, 0.75, 1; logged 0.5, 0.75, 1, 1",
    ),
    good=Example(
        text="""\
import torch

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.25, total_iters=3)
for number in range(20):
    model(torch.randn(8, 10)).square().mean().backward()
    print("update", number, "uses", scheduler.get_last_lr()[0])
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="used and logged 0.25, 0.5, 0.75, 1",
    ),
    fix="Read the rate from `optimizer.param_groups` before the update, or record it with a trace.",
    silent=(
        "The rate is read before the scheduler's step, or in another function than the update.",
        "Somebody else wrote the rates, or another optimizer is stepped: other rules say that.",
        "Less than three updates differ.",
    ),
    cases=(
        "saforem2/ezpz#128",
        "pytorch/pytorch#22107",
        "pytorch/pytorch#20486",
        "pytorch/pytorch#31871",
        "ildoonet/pytorch-gradual-warmup-lr#9",
        "lehduong/torch-warmup-lr#3",
        "speechbrain/speechbrain#330",
    ),
    run=_run,
)
