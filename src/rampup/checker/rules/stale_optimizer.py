"""RU302: a scheduler that writes to another optimizer than the one that trains."""

from collections.abc import Iterator
from typing import Final

from rampup.checker.facts import Run, Wiring
from rampup.checker.look import listed
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.script import Object, Script, World
from rampup.checker.told import Bond, bonds, everywhere, line


def _wiring(wiring: Wiring) -> Iterator[Found]:
    if not wiring.bound:
        own, trains = wiring.optimizers
        yield Found(
            place=wiring.place,
            message=(
                f"{wiring.kind} writes to an optimizer of its own, a {own}, which shares no "
                f"parameter group with the {trains} that trains"
            ),
        )


def _run(run: Run) -> Iterator[Found]:
    if run.stale:
        yield Found(
            place=run.place,
            message=(
                "the updates were made by another optimizer than the one the scheduler writes to: "
                f"they used {listed(run.used[:, 0])}"
            ),
        )


def _script(script: Script) -> Iterator[Found]:
    yield from everywhere(script, _world)


def _world(script: Script, world: World) -> Iterator[Found]:
    trains = {act.subject for act in world.acts if act.kind == "update"}
    for bond in bonds(script, world):
        own = bond.optimizer
        if bond.acts("hand-over", own) or not bond.steps():
            continue
        for other in script.objects.values():
            heir = other.name == own.name and other.entry == own.entry and other.id > own.id
            successor = heir and other.id in trains
            if successor and (own.id not in trains or _goes_on(bond, other)):
                run = world.runs.get(other.id)
                used = "" if run is None else f": its updates use {listed(run.used[:, 0])}"
                one = f"the one of line {other.place.line}"
                if own.place.line == other.place.line:
                    one = "the next one that this line builds"
                yield Found(
                    place=bond.scheduler.place,
                    message=(
                        f"{bond.kind} writes to the {own.name} of line {own.place.line}, and "
                        f"{one} trains{used}"
                    ),
                    evidence=(
                        line(script, own.place, "the optimizer that the scheduler writes to"),
                        line(script, bond.scheduler.place, "builds the scheduler"),
                        line(script, other.place, "the optimizer that trains"),
                    ),
                )
                break


def _goes_on(bond: Bond, other: Object) -> bool:
    """Return whether the scheduler is still stepped when another optimizer trains in its place."""
    if any(one.of == other.id for one in bond.script.objects.values()):
        return False
    at = bond.world.at
    own, steps = at["update", bond.optimizer.id], at["step", bond.scheduler.id]
    return own[-1] < at["update", other.id][0] < steps[-1]


RULE: Final = Rule(
    code="RU302",
    name="stale-optimizer",
    word="STALE",
    severity="error",
    detects="The scheduler holds an optimizer that is not the one whose `step()` trains.",
    matters=(
        "Whatever the schedule says, the rate never moves: it was 1, 1, 1, 1, 1 instead of a "
        "warmup, and 0 for a whole run with SAM under FSDP. torch warns by accident only, because "
        "the scheduler's own optimizer is never stepped."
    ),
    bad=Example(
        text="""\
import torch

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=5)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0, momentum=0.9)
for _ in range(10):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 1, 1, 1, 1, 1",
    ),
    good=Example(
        text="""\
import torch

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0, momentum=0.9)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=5)
for _ in range(10):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 0.1, 0.28, 0.46, 0.64, 0.82, 1",
    ),
    fix="Build the scheduler after the optimizer is rebuilt or wrapped, on what is stepped.",
    silent=(
        "A wrapper shares its parameter groups with the optimizer inside it.",
        "The wrapped optimizer is found under `.optimizer`, as accelerate's is.",
    ),
    cases=(
        "mosaicml/composer#3259",
        "microsoft/dp-transformers#43",
        "EleutherAI/gpt-neox#1029",
        "ildoonet/pytorch-gradual-warmup-lr#27",
        "RLinf/RLinf#1359",
        "huggingface/transformers#43692",
        "modelscope/ms-swift#9304",
    ),
    wiring=_wiring,
    run=_run,
    script=_script,
)
