"""RU505: a schedule is continued by `last_epoch=`, and goes on wrong."""

import re
from collections.abc import Iterator
from math import isclose
from typing import Final

from rampup.checker.facts import Resume, Wiring
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.rules.resumed import coming, goes_on, moved, rates
from rampup.checker.script import Script, World
from rampup.checker.told import bonds, everywhere, line

SEEDS: Final = re.compile(r"""["']initial_lr["']|\binitial_lr\s*=""")
"""A line that gives a group what `last_epoch` needs, and does not only speak of it."""


def _resume(resume: Resume) -> Iterator[Found]:
    saved, now = resume.saved, resume.now
    if now is None or not now.seeded or not now.index or not saved.index:
        return
    apart = now.index - saved.index - moved(now, saved)
    if apart not in (0, 1) or goes_on(resume) is not False:
        return
    off = "" if not apart else f", one more than the {saved.index} of the checkpoint"
    yield Found(
        place=now.place,
        message=(
            f"the {now.kind} was built with last_epoch={now.index - 1} and stands at "
            f"{now.index}{off}: {coming(resume)}"
        ),
        evidence=rates(resume),
    )


def _wiring(wiring: Wiring) -> Iterator[Found]:
    if not wiring.seeded or not wiring.index:
        return
    for number, group in enumerate(wiring.groups):
        if group.expected is not None and not isclose(group.rate, group.expected, rel_tol=1e-5):
            yield Found(
                place=wiring.place,
                message=(
                    f"the {wiring.kind} was built with last_epoch={wiring.index - 1}, and the rate "
                    f"of group {number} is {group.rate:.4g} instead of {group.expected:.4g}"
                ),
            )
            return


def _script(script: Script) -> Iterator[Found]:
    yield from everywhere(script, _world)


def _world(script: Script, world: World) -> Iterator[Found]:
    seeded = any(SEEDS.search(text) for text in script.lines)
    for bond in bonds(script, world):
        given = bond.scheduler.settings.get("last_epoch")
        if given is None or given.value == -1 or given.text.startswith("-1"):
            continue
        at = f"last_epoch={given.text}"
        loaded = bond.acts("load", bond.optimizer)
        if given.value is not None and not loaded and not seeded:
            message = (
                f"{bond.kind} is built with {at} and no group has an initial_lr: torch raises a "
                "KeyError"
            )
        elif bond.kind == "SequentialLR":
            message = (
                f"{bond.kind} does not go on from {at}: it begins at the first rate of its first "
                "part"
            )
        else:
            continue
        yield Found(
            place=bond.scheduler.place,
            message=message,
            evidence=(line(script, bond.scheduler.place, "gives the position by hand"),),
        )


RULE: Final = Rule(
    code="RU505",
    name="last-epoch-argument",
    word="LASTEP",
    severity="error",
    detects=(
        "A scheduler is built with `last_epoch=`, and the rate it goes on with is not the one that "
        "the unbroken run would use."
    ),
    matters=(
        "`SequentialLR(last_epoch=7)` goes on at a tenth of its rate and stays there; "
        "`StepLR(last_epoch=K-1)` decays once more where K is a multiple of its step size: half "
        "the rate for the rest of the run. Without `initial_lr` in the groups torch raises a "
        "KeyError with a good text; about these it says nothing."
    ),
    bad=Example(
        text="""\
import torch

import rampup

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 4, gamma=0.5)
for _ in range(8):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
checkpoint = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}

optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
optimizer.load_state_dict(checkpoint["optimizer"])
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 4, gamma=0.5, last_epoch=7)
findings = rampup.check_resume(checkpoint, scheduler)
""",
        says="0.125 instead of 0.25",
    ),
    good=Example(
        text="""\
import torch

import rampup

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 4, gamma=0.5)
for _ in range(8):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
checkpoint = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}

optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 4, gamma=0.5)
optimizer.load_state_dict(checkpoint["optimizer"])
scheduler.load_state_dict(checkpoint["scheduler"])
findings = rampup.check_resume(checkpoint, scheduler)
""",
        says="0.25, as without the break",
    ),
    fix="Leave `last_epoch` at -1 and load the scheduler's state dict.",
    silent=("The rate that it goes on with is right, as it is for most classes.",),
    cases=(
        "akamaster/pytorch_resnet_cifar10#14",
        "stefanopini/simple-HRNet#33",
        "real-stanford/universal_manipulation_interface#70",
        "mozilla/TTS#57",
        "svc-develop-team/so-vits-svc#19",
        "pytorch/pytorch#162591",
        "pytorch/pytorch#49630",
    ),
    wiring=_wiring,
    resume=_resume,
    script=_script,
)
