"""RU403: the rate that is logged is not the one that was used."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from rampup.checker.edits import replaced
from rampup.checker.facts import Run
from rampup.checker.finding import Fix, Pair
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.rules.pace import FEW, MOST, close
from rampup.checker.script import Act, Script, World
from rampup.checker.told import everywhere, line

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


def _script(script: Script) -> Iterator[Found]:
    yield from everywhere(script, _world)


def _world(script: Script, world: World) -> Iterator[Found]:
    last: dict[int, Act] = {}
    told: set[int] = set()
    for act in world.acts:
        if act.kind == "update" and act.subject is not None:
            last[act.subject] = act
        run = world.runs.get(act.subject) if act.subject is not None else None
        if act.kind != "report" or run is None or act.place.line in told:
            continue
        update, value, group = last.get(act.subject or 0), act.detail["value"], act.detail["group"]
        if act.detail.get("through") == "get_lr":
            told.add(act.place.line)
            yield Found(
                place=act.place,
                message=(
                    "get_lr() computes the rate of a step that is being made; outside of one it "
                    "gives another rate than the one in use"
                ),
                evidence=(line(script, act.place, "asks for it"),),
                fix=Fix(
                    text="Ask for `get_last_lr()`, before the update.",
                    edits=replaced(script, act.place.line, ".get_lr()", ".get_last_lr()"),
                    safe=True,
                ),
                severity="note",
            )
        elif update is not None and act.loops and update.loops[: len(act.loops)] == act.loops:
            used = float(run.used[update.update, group])
            if np.isfinite(used) and abs(value - used) > 1e-6 * abs(used):
                told.add(act.place.line)
                yield Found(
                    place=act.place,
                    message=(
                        f"{value:.4g} is logged behind update {update.update}, which used "
                        f"{used:.4g}: it is the rate of the next one"
                    ),
                    evidence=(
                        line(script, update.place, f"uses {used:.4g}"),
                        line(script, act.place, f"logs {value:.4g}"),
                    ),
                    severity="note",
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
    script=_script,
)
