"""RU306: the processes of one run use different rates."""

import re
from collections.abc import Iterator
from typing import Final

import numpy as np

from rampup.checker.facts import Run
from rampup.checker.finding import Pair
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.rules.pace import close
from rampup.checker.script import Script, World
from rampup.checker.told import bonds, everywhere, line

PLATEAU: Final = "ReduceLROnPlateau"
PARALLEL: Final = re.compile(
    r"\b(init_process_group|DistributedDataParallel|FullyShardedDataParallel)\b"
)
REDUCED: Final = re.compile(
    r"\w*(reduce|gather|broadcast|sync|average)\w*\s*\(|sync_dist|torchmetrics|accelerate",
    re.IGNORECASE,
)
"""A script with any of these may give every process the same metric."""


def _run(run: Run) -> Iterator[Found]:
    ranks = run.ranks
    if ranks is None or len(ranks) < 2:
        return
    for group in range(ranks.shape[1]):
        rates = ranks[:, group]
        if np.isnan(rates).any() or close(rates, rates[0]).all():
            continue
        low, high = int(rates.argmin()), int(rates.argmax())
        yield Found(
            place=run.place,
            message=(
                f"the processes use different rates: rank {low} {rates[low]:.4g}, "
                f"rank {high} {rates[high]:.4g}"
            ),
            evidence=(
                Pair(
                    name=f"rate of group {group}",
                    left=f"{rates[low]:.6g}",
                    right=f"{rates[high]:.6g}",
                    columns=(f"rank {low}", f"rank {high}"),
                ),
            ),
        )
        return


def _script(script: Script) -> Iterator[Found]:
    text = "\n".join(script.lines).replace(PLATEAU, "")
    if PARALLEL.search(text) and not REDUCED.search(text):
        yield from everywhere(script, _world)


def _world(script: Script, world: World) -> Iterator[Found]:
    for bond in bonds(script, world):
        steps = [act for act in bond.steps() if act.detail]
        if bond.kind == PLATEAU and steps:
            yield Found(
                place=steps[0].place,
                message=(
                    "every process steps its ReduceLROnPlateau with a metric of its own, which no "
                    "line reduces over the processes: their rates part at the first drop"
                ),
                evidence=(
                    line(script, bond.scheduler.place, "one on each process"),
                    line(script, steps[0].place, "passes the metric of this process"),
                ),
                severity="warning",
            )


RULE: Final = Rule(
    code="RU306",
    name="rank-rate",
    word="RANK",
    severity="error",
    detects="The processes of one distributed run use different rates for the same update.",
    matters=(
        "Each process applies the same averaged gradient with its own rate, so that the copies of "
        "the model drift apart and none of them is the model that is saved. Nothing is said."
    ),
    bad=Example(
        text="""\
import torch

import rampup


def train(loss_of_rank):
    model = torch.nn.Linear(10, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=2)
    with rampup.watch(model, optimizer, scheduler=scheduler) as trace:
        for update in range(8):
            model(torch.randn(8, 10)).square().mean().backward()
            optimizer.step()
            optimizer.zero_grad()
            scheduler.step(loss_of_rank(update))
    return trace


# what two processes record, each of which steps on its own loss
ranks = [train(lambda update: 1.0), train(lambda update: 1.0 / (1 + update))]
findings = rampup.check(ranks)
""",
        says="rank 0 uses 0.1, rank 1 uses 1",
    ),
    good=Example(
        text="""\
import torch

import rampup


def train(mean_loss):
    model = torch.nn.Linear(10, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=2)
    with rampup.watch(model, optimizer, scheduler=scheduler) as trace:
        for update in range(8):
            model(torch.randn(8, 10)).square().mean().backward()
            optimizer.step()
            optimizer.zero_grad()
            scheduler.step(mean_loss(update))
    return trace


# both processes step on the mean of their losses, as torch.distributed.all_reduce gives it
mean = lambda update: (1.0 + 1.0 / (1 + update)) / 2
findings = rampup.check([train(mean), train(mean)])
""",
        says="both ranks use 1",
    ),
    fix="Reduce the metric or the progress over the processes before the scheduler sees it.",
    silent=("One process is seen, or the processes hold different numbers of groups.",),
    cases=(
        "lucidrains/DALLE-pytorch#268",
        "rmchurch/disruptcnn#3",
        "karpathy/nanochat#857",
    ),
    run=_run,
    script=_script,
)
