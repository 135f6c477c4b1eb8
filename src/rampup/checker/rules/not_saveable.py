"""RU506: a scheduler cannot be saved, or is another one after loading."""

import re
from collections.abc import Iterator
from typing import Final

from rampup.checker.facts import Wiring
from rampup.checker.finding import Pair
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.script import Script, World
from rampup.checker.told import bonds, everywhere, line

FUNCTIONS: Final = ("lr_lambda", "scale_fn")
"""Settings that are functions."""

LOCAL: Final = re.compile(r"\s*(?P<lambda>\w+)\s*=\s*lambda\b|\s+def (?P<inner>\w+)\(")


def _wiring(wiring: Wiring) -> Iterator[Found]:
    saving = wiring.saving
    lost = tuple(
        Pair(name=part, left="a function", right="nothing", columns=("scheduler", "state dict"))
        for part in saving.lost
    )
    if saving.error:
        yield Found(
            place=wiring.place,
            message=f"the {wiring.kind} cannot be saved: {saving.error}",
            evidence=lost,
        )
    elif saving.differs_at is not None:
        yield Found(
            place=wiring.place,
            message=(
                f"the {wiring.kind} gives other rates after its state is saved and loaded, "
                f"from step {saving.differs_at} on"
            ),
            evidence=lost,
        )


def _script(script: Script) -> Iterator[Found]:
    yield from everywhere(script, _world)


def _world(script: Script, world: World) -> Iterator[Found]:
    for bond in bonds(script, world):
        given = [
            bond.scheduler.settings[name] for name in FUNCTIONS if name in bond.scheduler.settings
        ]
        made = any("lambda" in one.text or one.text in _local(script) for one in given)
        for act in world.acts:
            if act.kind == "save" and made and bond.scheduler.id in act.detail.get("whole", ()):
                yield Found(
                    place=act.place,
                    message=f"{bond.kind} is pickled with a local function, which raises an error",
                    evidence=(
                        line(
                            script,
                            bond.scheduler.place,
                            "holds a function without a name of its own",
                        ),
                        line(script, act.place, "pickles it"),
                    ),
                )
                break


def _local(script: Script) -> set[str]:
    """Return names that are bound to a lambda, or to a function inside another."""
    found = (LOCAL.match(text) for text in script.lines)
    return {match["lambda"] or match["inner"] for match in found if match}


RULE: Final = Rule(
    code="RU506",
    name="not-saveable",
    word="SER",
    severity="error",
    detects="A scheduler's state cannot be saved, or its rates differ after it is loaded.",
    matters=(
        "The first checkpoint fails with a PicklingError, perhaps hours into a run; or the state "
        "is saved and a part of the schedule with it is not: `LambdaLR.state_dict()` holds None "
        "for each plain function, so that whatever a function remembers is lost."
    ),
    bad=Example(
        text="""\
import torch

import rampup


class Halving:
    def __init__(self):
        self.halve = lambda step: 0.5 ** (step // 10)

    def __call__(self, step):
        return self.halve(step)


model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, Halving())
findings = rampup.check(scheduler)
""",
        says="the state dict holds a lambda, which cannot be pickled",
    ),
    good=Example(
        text="""\
import torch

import rampup


class Halving:
    def __init__(self, steps=10):
        self.steps = steps

    def __call__(self, step):
        return 0.5 ** (step // self.steps)


model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, Halving())
findings = rampup.check(scheduler)
""",
        says="the state dict holds plain numbers",
    ),
    fix="Use a named function, or a callable class that holds plain numbers only.",
    silent=(
        "A plain function is left out of the state dict, but the code builds the same one again.",
    ),
    cases=(
        "pytorch/pytorch#3891",
        "pytorch/pytorch#110931",
        "huggingface/transformers#21689",
        "manuelfritsche/real-world-sr#15",
        "iKernels/transformers-lightning#43",
        "snorkel-team/snorkel#1661",
    ),
    wiring=_wiring,
    script=_script,
)
