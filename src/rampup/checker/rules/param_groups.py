"""RU303: parameter groups that the scheduler does not know, or treats alike."""

import ast
from collections.abc import Iterator
from typing import Final

import numpy as np

from rampup.checker.facts import Curve, Group, Wiring
from rampup.checker.finding import Fix, Pair
from rampup.checker.look import OURS, is_off, planned, shown
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.script import Script, World
from rampup.checker.told import Bond, bonds, everywhere, line

PER_GROUP: Final = (
    "LambdaLR",
    "LinearLR",
    "PolynomialLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "OneCycleLR",
)
"""Classes that hold something for each group; the others multiply whatever rate is there."""


def _curve(curve: Curve) -> Iterator[Found]:
    """Look for groups of different base rates that get the same rate all along."""
    rates = planned(curve)
    if curve.kind == OURS or len(rates) < 2 or min(curve.base) == max(curve.base):
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


def _script(script: Script) -> Iterator[Found]:
    yield from everywhere(script, _world)


def _world(script: Script, world: World) -> Iterator[Found]:
    for bond in bonds(script, world):
        yield from _added(bond)
        setting = bond.scheduler.settings.get("lr_lambda")
        if setting is not None and (name := _late(setting.text)):
            yield Found(
                place=bond.scheduler.place,
                message=(
                    f"every lambda of the list reads {name} when it is called, so each group gets "
                    f"the factor of the last {name}"
                ),
                evidence=(line(script, bond.scheduler.place, "lambdas in a comprehension"),),
                fix=Fix(text=f"Bind it when the lambda is made: `lambda step, {name}={name}: …`."),
            )


def _added(bond: Bond) -> Iterator[Found]:
    """Look for groups that are added behind the scheduler and then stepped by it."""
    kinds = {
        bond.kind,
        *(bond.script.objects[part].kind.rpartition(".")[2] for part in bond.scheduler.parts),
    }
    acts = bond.world.acts
    own = (bond.scheduler.id, bond.optimizer.id)
    built = next(
        (i for i, act in enumerate(acts) if act.kind == "scheduler" and act.subject == own[0]), None
    )
    if built is None or not kinds & set(PER_GROUP):
        return
    for at, act in enumerate(acts[built:], built):
        if act.kind == "group" and act.subject == own[1]:
            if any(later.kind == "step" and later.subject == own[0] for later in acts[at:]):
                yield Found(
                    place=act.place,
                    message=(
                        f"a parameter group is added after {bond.kind} was built, and is stepped "
                        f"by it without a base rate of its own, from update {act.update} on"
                    ),
                    evidence=(
                        line(bond.script, bond.scheduler.place, "builds the scheduler"),
                        line(bond.script, act.place, "adds a group"),
                    ),
                )
            return


def _late(text: str) -> str:
    """Return the variable of a comprehension that lambdas in it read when they are called."""
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError):
        return ""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ListComp | ast.GeneratorExp) or not isinstance(
            node.elt, ast.Lambda
        ):
            continue
        taken = {arg.arg for arg in (*node.elt.args.args, *node.elt.args.kwonlyargs)}
        read = [one.id for one in ast.walk(node.elt.body) if isinstance(one, ast.Name)]
        for part in node.generators:
            for target in ast.walk(part.target):
                if isinstance(target, ast.Name) and target.id in read and target.id not in taken:
                    return target.id
    return ""


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
        "A list gives each group its own `max_lr`.",
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
    script=_script,
)
