"""RU504: the checkpoint and the code disagree on what the schedule is."""

from collections.abc import Iterator
from math import isclose
from typing import Final

from rampup.checker.facts import Resume
from rampup.checker.finding import Pair
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.script import Script, World
from rampup.checker.told import bonds, everywhere

COLUMNS: Final = ("checkpoint", "code")
NAMED: Final = 3
"""Differences that the sentence names; the evidence holds all."""


def _resume(resume: Resume) -> Iterator[Found]:
    saved, now = resume.saved, resume.now
    if now is None or resume.meant & {"settings", "schedule"}:
        return
    pairs = [
        Pair(name=name, left=saved.settings[name], right=now.settings[name], columns=COLUMNS)
        for name in sorted(saved.settings.keys() & now.settings.keys())
        if saved.settings[name] != now.settings[name]
    ]
    if (
        saved.kind
        and now.kind
        and saved.kind != now.kind
        and saved.settings.keys() != now.settings.keys()
    ):
        pairs = [Pair(name="class", left=saved.kind, right=now.kind, columns=COLUMNS)]
    if "rate" not in resume.meant and len(saved.base) == len(now.base):
        pairs += [
            Pair(
                name=f"base rate of group {group}",
                left=f"{old:g}",
                right=f"{new:g}",
                columns=COLUMNS,
            )
            for group, (old, new) in enumerate(zip(saved.base, now.base, strict=True))
            if not isclose(old, new, rel_tol=1e-6)
        ]
    others = [pair for pair in pairs if pair.name != "fingerprint"]
    if not pairs:
        return
    said = [f"{pair.name} {pair.left} and {pair.right}" for pair in (others or pairs)[:NAMED]]
    more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
    wins = (
        "a RampupLR refuses that unless on_mismatch says who wins"
        if saved.kind == "RampupLR"
        else "what is loaded last holds, as a rule the checkpoint's"
    )
    yield Found(
        place=now.place,
        message=f"the checkpoint and the code disagree on {'; '.join(said)}{more}: {wins}",
        evidence=tuple(pairs),
    )


def _script(script: Script) -> Iterator[Found]:
    yield from everywhere(script, _world)


def _world(script: Script, world: World) -> Iterator[Found]:
    for bond in bonds(script, world):
        for act in bond.acts("load", bond.scheduler):
            source = script.objects.get(act.detail.get("source", -1))
            if source is None or source.kind != bond.scheduler.kind:
                continue
            pairs = tuple(
                Pair(name=name, left=old.text, right=new.text, columns=("saved", "built"))
                for name, new in bond.scheduler.settings.items()
                if (old := source.settings.get(name)) is not None
                and None not in (old.value, new.value)
                and old.value != new.value
            )
            if pairs:
                drift = ", ".join(f"{one.name} {one.right}" for one in pairs)
                yield Found(
                    place=act.place,
                    message=(
                        f"{bond.kind} is built with {drift}, and loading gives it back "
                        f"{', '.join(f'{one.name} {one.left}' for one in pairs)} of the checkpoint"
                    ),
                    evidence=pairs,
                )


RULE: Final = Rule(
    code="RU504",
    name="resume-config-drift",
    word="RESCFG",
    severity="warning",
    detects=(
        "Class, length, warmup or base rate of the schedule differ between a checkpoint and the "
        "code that loads it."
    ),
    matters=(
        "`load_state_dict` of torch takes over the old settings: a `OneCycleLR(total_steps=20)` "
        "that loads a state of 10 steps is one of 10 steps again, and raises at the 11th. A new "
        "`--lr` is lost in the same way. Nothing is said when it is loaded."
    ),
    bad=Example(
        text="""\
import torch

import rampup


def build(steps):
    model = torch.nn.Linear(10, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
    return optimizer, torch.optim.lr_scheduler.OneCycleLR(optimizer, 1.0, total_steps=steps)


optimizer, scheduler = build(10)
old = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}
optimizer, scheduler = build(20)
findings = rampup.check_resume(old, {"scheduler": scheduler.state_dict()})
""",
        says="total_steps 10 and 20",
    ),
    good=Example(
        text="""\
import torch

import rampup


def build(steps):
    model = torch.nn.Linear(10, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
    return optimizer, torch.optim.lr_scheduler.OneCycleLR(optimizer, 1.0, total_steps=steps)


optimizer, scheduler = build(20)
old = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}
optimizer, scheduler = build(20)
findings = rampup.check_resume(old, {"scheduler": scheduler.state_dict()})
""",
        says="nothing differs",
    ),
    fix=(
        "Build the scheduler as it was saved, or say what is to hold: "
        "`rampup.RampupLR(…, on_mismatch='stretch')`."
    ),
    silent=("Other settings are meant, and said so.", "Only one of the sides names a setting."),
    cases=(
        "deepinsight/insightface#2143",
        "nodefluxio/vortex#70",
        "JDAI-CV/fast-reid#167",
        "pytorch/examples#816",
        "pytorch/pytorch#156846",
        "huggingface/transformers#23099",
        "huggingface/transformers#25956",
        "bghira/SimpleTuner#3045",
    ),
    resume=_resume,
    script=_script,
)
