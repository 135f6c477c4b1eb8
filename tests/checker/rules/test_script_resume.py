"""Scripts that save and go on themselves: each cell of the matrix of resumes, by the text alone."""

import pytest

from rampup.checker.engine import findings
from rampup.checker.gather.script import walk

SCHEDULERS = {
    "LinearLR": "LinearLR(optimizer, 0.1, total_iters=10{at})",
    "LambdaLR": "LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / 10){at})",
    "CosineAnnealingLR": "CosineAnnealingLR(optimizer, 20{at})",
    "OneCycleLR": "OneCycleLR(optimizer, 1.0, total_steps=20{at})",
    "SequentialLR": (
        "SequentialLR(optimizer, [LinearLR(optimizer, 0.1, total_iters=5), "
        "CosineAnnealingLR(optimizer, 15)], [5]{at})"
    ),
    "ChainedScheduler": (
        "ChainedScheduler([LinearLR(optimizer, 0.1, total_iters=12), "
        "ExponentialLR(optimizer, 0.98)])"
    ),
    "CosineAnnealingWarmRestarts": "CosineAnnealingWarmRestarts(optimizer, 6{at})",
    "PolynomialLR": "PolynomialLR(optimizer, 20{at})",
    "StepLR": "StepLR(optimizer, 4, gamma=0.5{at})",
    "ExponentialLR": "ExponentialLR(optimizer, 0.95{at})",
}

RIGHT = {"CosineAnnealingLR", "PolynomialLR", "StepLR", "ExponentialLR"}
"""Classes that write no other rate over a loaded one when they are built."""

OPTIMIZER = 'optimizer.load_state_dict(saved["optimizer"])'
SCHEDULER = 'scheduler.load_state_dict(saved["scheduler"])'
IN_MEMORY = (
    'saved = {"optimizer": optimizer.state_dict(), "scheduler": copy.deepcopy('
    "scheduler.state_dict())}"
)
IN_A_FILE = (
    'torch.save({"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}, '
    '"run.pt")\nsaved = torch.load("run.pt", weights_only=True)'
)


def program(build: str, order: list[str], keep: str = IN_MEMORY, again: str = "") -> str:
    """Return a script: 8 updates, a break, and 12 more after `order`."""
    first = build.format(at="")
    lines = [line.format(build=f"scheduler = {again or first}") for line in order]
    updates = [
        "    model(torch.randn(8, 4)).square().mean().backward()",
        "    optimizer.step()",
        "    optimizer.zero_grad()",
        "    scheduler.step()",
    ]
    return "\n".join(
        [
            "import copy",
            "import torch",
            "from torch.optim.lr_scheduler import *",
            "model = torch.nn.Linear(4, 1)",
            "optimizer = torch.optim.SGD(model.parameters(), lr=1.0)",
            f"scheduler = {first}",
            "for _ in range(8):",
            *updates,
            keep,
            "optimizer = torch.optim.SGD(model.parameters(), lr=1.0)",
            *lines,
            "for _ in range(12):",
            *updates,
        ]
    )


def told(text: str) -> list[str]:
    """Return the words of all errors and warnings."""
    found = findings([walk("run.py", text)])
    return [one.word for one in found if one.severity != "note"]


BUILD = "{build}"
ORDERS = {
    "both, the scheduler first": ([BUILD, SCHEDULER, OPTIMIZER], "", set(SCHEDULERS)),
    "both, the optimizer first": ([BUILD, OPTIMIZER, SCHEDULER], "", set(SCHEDULERS)),
    "built on a loaded optimizer": ([OPTIMIZER, BUILD, SCHEDULER], "RESORD", RIGHT),
    "built on it, no state": ([OPTIMIZER, BUILD], "RES0", {"StepLR", "ExponentialLR"}),
    "only the optimizer's": ([BUILD, OPTIMIZER], "RES0", {"StepLR", "ExponentialLR"}),
    "only the scheduler's": ([BUILD, SCHEDULER], "RESORD", set()),
}


@pytest.mark.parametrize("keep", [IN_MEMORY, IN_A_FILE], ids=["memory", "file"])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", SCHEDULERS)
def test_the_wrong_cells_are_found_and_the_right_ones_silent(
    name: str, order: str, keep: str
) -> None:
    lines, word, silent = ORDERS[order]
    expected = [] if name in silent else [word]
    assert told(program(SCHEDULERS[name], lines, keep)) == expected


@pytest.mark.parametrize("name", [name for name in SCHEDULERS if name != "ChainedScheduler"])
def test_last_epoch_is_found_where_it_goes_on_wrong(name: str) -> None:
    again = SCHEDULERS[name].format(at=", last_epoch=7")
    text = program(SCHEDULERS[name], [OPTIMIZER, BUILD], again=again)
    assert told(text) == (["LASTEP"] if name in ("SequentialLR", "StepLR") else [])


def message(name: str, order: str) -> str:
    (found,) = findings([walk("run.py", program(SCHEDULERS[name], ORDERS[order][0]))])
    return str(found)


def test_the_sentences_name_the_rates() -> None:
    assert message("LinearLR", "only the optimizer's") == (
        "run.py:14:13: error RU501 resume-no-state: the scheduler stands at 0, but the checkpoint "
        "was made after 8 steps: the schedule begins again; the highest to come is 8.2 instead of 1"
    )
    assert message("OneCycleLR", "built on a loaded optimizer") == (
        "run.py:15:13: error RU502 resume-order: the scheduler stands at 8 as it was saved, but "
        "the next rate is 0.04 instead of 0.8909: the optimizer's rate was overwritten after it "
        "was loaded, or never loaded"
    )


def test_another_schedule_on_a_loaded_optimizer_is_meant() -> None:
    text = program(SCHEDULERS["LinearLR"], [OPTIMIZER, BUILD], again="PolynomialLR(optimizer, 12)")
    assert told(text) == []


def test_going_back_within_one_run_is_no_resume() -> None:
    text = program("LinearLR(optimizer, 0.1, total_iters=10)", [BUILD])
    head, build, rest = text.rpartition("optimizer = torch.optim.SGD(model.parameters(), lr=1.0)\n")
    back = rest.replace("scheduler = LinearLR(optimizer, 0.1, total_iters=10)", OPTIMIZER)
    assert build
    assert OPTIMIZER in back
    assert told(head + back) == []


SAVING = """\
import os
import torch

model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
start = 0
if os.path.exists("run.pt"):
    saved = torch.load("run.pt")
    start = saved["epoch"]{start}
    optimizer.load_state_dict(saved["optimizer"])
    scheduler.load_state_dict(saved["scheduler"])
for epoch in range(start, 6):
    for _ in range(4):
        optimizer.zero_grad()
        model(torch.randn(8, 2)).square().mean().backward()
        optimizer.step()
{before}    state = {{
        "epoch": epoch{saved},
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
    }}
    torch.save(state, "run.pt")
{behind}"""
A_STEP = "    scheduler.step()\n"


@pytest.mark.parametrize(("start", "saved"), [(" + 1", ""), ("", " + 1")])
def test_a_checkpoint_before_the_step_is_found(start: str, saved: str) -> None:
    text = SAVING.format(start=start, saved=saved, before="", behind=A_STEP)
    (found,) = findings([walk("run.py", text)])
    assert str(found) == (
        "run.py:23:5: warning RU503 resume-continuity: the checkpoint is written before the step "
        "of StepLR: a run that goes on from it is one step behind"
    )


@pytest.mark.parametrize(
    ("start", "saved", "before", "behind"),
    [
        (" + 1", "", A_STEP, ""),
        ("", " + 1", A_STEP, ""),
        ("", "", "", A_STEP),  # the epoch is made once more, from where it began
    ],
)
def test_a_checkpoint_that_fits_is_silent(start: str, saved: str, before: str, behind: str) -> None:
    assert told(SAVING.format(start=start, saved=saved, before=before, behind=behind)) == []


def test_a_text_that_speaks_of_initial_lr_gives_none() -> None:
    head = """\
import torch

model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
{seed}scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9, last_epoch=3)
for _ in range(6):
    model(torch.randn(8, 2)).square().mean().backward()
    optimizer.step()
    scheduler.step()
"""
    seed = 'optimizer.param_groups[0]["initial_lr"] = 0.1\n'
    assert told(head.format(seed="# a group has no initial_lr\n")) == ["LASTEP"]
    assert told(head.format(seed=seed)) == []
