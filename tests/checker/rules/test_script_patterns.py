"""Mistakes of scripts that show only in what the loop does; each beside code that looks like it."""

import pytest

from rampup.checker.engine import findings
from rampup.checker.gather.script import walk

HEAD = """\
import math, torch
from torch.optim import lr_scheduler as lrs
model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
def update():
    model(torch.randn(8, 4)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
"""


def loud(text: str, *, notes: bool = False, head: str = HEAD) -> list[str]:
    """Return the errors and warnings about a script, as lines without their place."""
    found = findings([walk("train.py", head + text)])
    return [
        f"{one.severity} {one.code}: {one.message}"
        for one in found
        if notes or one.severity != "note"
    ]


STOPS = """
warmup = lrs.LinearLR(optimizer, 0.1, total_iters=10)
for step in range(30):
    update()
    if step < {steps}:
        warmup.step()
"""
EPOCH_FIRST = """
scheduler = lrs.StepLR(optimizer, step_size=2)
for epoch in range(6):
    {first}
    for step in range(4):
        update()
    {behind}
"""
PER_EPOCH = """
scheduler = {scheduler}
loader = [torch.randn(8, 4) for _ in range({batches})]
for epoch in range({epochs}):
    for batch in loader:
        update()
    scheduler.step()
"""
BY_HAND = """
data = [torch.randn(8, 4) for _ in range({batches})]
step = 0
for epoch in range({epochs}):
    for i, batch in enumerate(data):
        for group in optimizer.param_groups:
            group["lr"] = {rate}
        update()
        step += 1
"""
ALONE = """
scheduler = lrs.LambdaLR(optimizer, lambda k: min((k + 1) / 5, 1))
for epoch in range(5):
    {body}
"""
ACCUMULATED = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--accumulate", type=int, required=True)
accumulate = parser.parse_args().accumulate
loader = torch.utils.data.DataLoader(open_data(), batch_size=4)
total = 3 * len(loader) // accumulate
scheduler = lrs.LinearLR(optimizer, 1.0, 0.01, total_iters=total)
for epoch in range(3):
    for step, batch in enumerate(loader):
        model(batch).square().mean().backward()
        {each}
        if (step + 1) % accumulate == 0:
            optimizer.step()
            optimizer.zero_grad()
            {update}
"""
PROCESSES = """
import torch.distributed as dist
scheduler = lrs.OneCycleLR(optimizer, 1.0, total_steps={total})
for step in range(100):
    update()
    for _ in range(dist.get_world_size()):
        scheduler.step()
"""
CUT = """
loader = [torch.randn(8, 4) for _ in range(10)]
total = {epochs} * len(loader)
scheduler = lrs.LambdaLR(optimizer, lambda k: max(0.0, (total - k) / total))
step = 0
for epoch in range({epochs}):
    for batch in loader:
        update()
        scheduler.step()
        step += 1
        if step >= 20:
            break
    if step >= 20:
        break
"""
ROUNDED = """
from transformers import get_cosine_schedule_with_warmup
steps = 20
warmup = {warmup}
scheduler = get_cosine_schedule_with_warmup(optimizer, warmup, steps)
for _ in range(steps):
    update()
    scheduler.step()
"""
TIMM = """
from timm.scheduler import CosineLRScheduler
scheduler = CosineLRScheduler(optimizer, t_initial={t}, warmup_t=4, warmup_lr_init=0.1{more})
for epoch in range({epochs}):
    update()
    scheduler.step(epoch + 1)
"""
RECURSION = """
cosine = lrs.CosineAnnealingLR(optimizer, T_max=10)
for step in range(10):
    if step < 4:
        rate = (step + 1) / 4
    else:
        {behind}
    optimizer.param_groups[0]["lr"] = rate
    update()
"""
IN_PLACE = """
for step in range(8):
    for group in optimizer.param_groups:
        group["lr"] {write}
    update()
"""
AGAIN = """
def build(parameters):
    return torch.optim.SGD(parameters, lr=1.0)
class Tuner:
    def __init__(self):
        self.optimizer = build(model.parameters())
        self.scheduler = lrs.ExponentialLR(self.optimizer, 0.9)
    def unfreeze(self):
        self.optimizer = build(model.parameters())
        {more}
    def run(self):
        for _ in range(6):
            model(torch.randn(8, 4)).square().mean().backward()
            self.optimizer.step()
            self.optimizer.zero_grad()
            self.scheduler.step()
tuner = Tuner()
tuner.run()
tuner.unfreeze()
tuner.run()
"""
GROUPS = """
body, head = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
optimizer = torch.optim.SGD(
    [{{"params": body.parameters(), "lr": {low}}}, {{"params": head.parameters(), "lr": 0.1}}]
)
scheduler = lrs.OneCycleLR(optimizer, max_lr={peak}, total_steps=30)
for _ in range(30):
    update()
    scheduler.step()
"""
REBUILT = """
scheduler = lrs.CosineAnnealingLR(optimizer, T_max=10)
def grouped(old):
    return {kind}([{{"params": model.parameters()}}], lr=old.defaults["lr"])
optimizer = grouped(optimizer)
{more}
for _ in range(10):
    update()
    scheduler.step()
"""
SCALED = """
scheduler = lrs.LinearLR(optimizer, 0.1, total_iters=5)
scaler = torch.amp.GradScaler("cuda", init_scale=1024.0)
for _ in range(10):
    loss = model(torch.randn(8, 4)).square().mean()
    scaler.scale(loss).backward()
    {before}
    scaler.step(optimizer)
    scaler.update()
    {behind}scheduler.step()
"""

ORDER = "the scheduler is stepped before the update, so that its first rate is never used"
BAD = {
    "a warmup that stops early": (
        STOPS.format(steps=8),
        (
            "warning RU102: LinearLR is stepped 8 times, and its warmup lasts 10 steps: the 22 updates "
            "behind them use 0.82 of 1"
        ),
    ),
    "a step at the start of each epoch": (
        EPOCH_FIRST.format(first="scheduler.step()", behind=""),
        f"warning RU401: {ORDER}",
    ),
    "one cycle over all updates, once an epoch": (
        PER_EPOCH.format(
            scheduler="lrs.OneCycleLR(optimizer, 1.0, total_steps=60)", batches=20, epochs=3
        ),
        (
            "error RU201: OneCycleLR is stepped once per epoch, but its 60 steps are more than the 3 "
            "epochs of the run, and no more than its 60 updates"
        ),
    ),
    "a warmup in updates, once an epoch": (
        PER_EPOCH.format(
            scheduler="lrs.LinearLR(optimizer, 0.01, total_iters=20)", batches=5, epochs=3
        ),
        (
            "error RU201: LinearLR is stepped once per epoch, but its 20 steps are more than the 3 "
            "epochs of the run: its highest rate is 0.109 of 1"
        ),
    ),
    "an index of the epoch": (
        BY_HAND.format(batches=3, epochs=2, rate="min(1, (i + 1) / 5)"),
        "error RU201: the warmup begins again after each 3 updates: 0.2 to 0.6, 2 times",
    ),
    "micro-batches, a number of them": (
        ACCUMULATED.format(each="scheduler.step()", update=""),
        (
            "error RU202: the scheduler is stepped several times for each update, once per "
            "micro-batch: LinearLR is walked through so many times too fast"
        ),
    ),
    "a step for each process": (
        PROCESSES.format(total=100),
        (
            "error RU203: the scheduler is stepped several times for each update: the 100 steps of "
            "OneCycleLR are over before the last update"
        ),
    ),
    "a ratio rounded down": (
        ROUNDED.format(warmup="int(0.03 * steps)"),
        (
            "warning RU103: num_warmup_steps is 0, rounded down from 0.6: there is no warmup, and "
            "update 0 uses 1"
        ),
    ),
    "a decay that has run by hand": (
        BY_HAND.format(
            batches=6,
            epochs=4,
            rate="(step + 1) / 8 if step < 8 else 0.5 * (1 + math.cos(math.pi * step / 24))",
        ),
        (
            "warning RU104: the rate jumps from 1 to 0.75 at update 8, where the warmup hands over: "
            "0.75, 0.875, 1, 0.75, 0.6913, 0.6294"
        ),
    ),
    "twice the rate by hand": (
        BY_HAND.format(
            batches=6, epochs=4, rate="(step + 1) / 8 if step < 8 else 2 * (24 - step) / 16"
        ),
        (
            "warning RU104: the rate jumps from 1 to 2 at update 8, where the warmup hands over: "
            "0.75, 0.875, 1, 2, 1.875, 1.75"
        ),
    ),
    "get_lr by hand": (
        RECURSION.format(behind="rate = cosine.get_lr()[0]"),
        "warning RU104: the rate meets its peak, 1, at update 3 and goes on to 1.16",
    ),
    "get_lr and an index by hand": (
        RECURSION.format(behind="cosine.last_epoch = step - 4; (rate,) = cosine.get_lr()"),
        "warning RU104: the rate meets its peak, 1, at update 3 and goes on to 1.025",
    ),
    "factors that multiply one another": (
        IN_PLACE.format(write="*= min(1, (step + 1) / 4)"),
        (
            "warning RU304: the factors of a warmup, 0.25, 0.5, 0.75, 1, multiply the rate of the "
            "update before instead of the base rate, 1: it sinks to 0.09375, and what comes behind "
            "begins there"
        ),
    ),
    "another optimizer behind the first": (
        AGAIN.format(more=""),
        (
            "error RU302: ExponentialLR writes to the self.optimizer of line 11, and the next one "
            "that this line builds trains: its updates use 1, 1, 1, 1, 1, 1"
        ),
    ),
    "an optimizer of the same class": (
        REBUILT.format(kind="type(old)", more=""),
        (
            "error RU302: CosineAnnealingLR writes to the optimizer of line 4, and the one of line 12 "
            "trains: its updates use 1, 1, 1, 1, 1, 1"
        ),
    ),
    "one peak for all groups": (
        GROUPS.format(low=0.001, peak=0.1),
        (
            "warning RU303: all 2 groups get the same rates, 0.004 first, though their base rates are "
            "0.001, 0.1"
        ),
    ),
}
NOTED = {
    "a run that is cut": (
        CUT.format(epochs=10),
        (
            "note RU204: the run stops at update 20 of a schedule of 100: its last rate is 0.81, and "
            "the highest 1"
        ),
    ),
    "timm without its prefix": (
        TIMM.format(t=12, more="", epochs=12),
        (
            "note RU104: CosineLRScheduler runs during its warmup as well, and takes over at step 4 "
            "with 0.75 of 1"
        ),
    ),
    "a schedule that is only shown": (
        ALONE.format(body="scheduler.step(); print(epoch, optimizer.param_groups[0]['lr'])"),
        (
            "note RU401: LambdaLR is stepped before its rate is read, and nothing is updated: its "
            "first rate, 0.2, is never seen, and every other one is shown one step early"
        ),
    ),
    "a scaler with an initial scale": (
        SCALED.format(before="", behind=""),
        (
            "note RU402: the scheduler is stepped as well where the scaler skips an update, so it runs "
            "ahead by one step for each overflow"
        ),
    ),
}
GOOD = {
    "a warmup stepped to its end": STOPS.format(steps=10),
    "a warmup stepped as long as the run": STOPS.format(steps=40),
    "a step at the end of each epoch": EPOCH_FIRST.format(first="", behind="scheduler.step()"),
    "a step to the epoch at its start": EPOCH_FIRST.format(
        first="scheduler.step(epoch)", behind=""
    ),
    "one cycle over the epochs": PER_EPOCH.format(
        scheduler="lrs.OneCycleLR(optimizer, 1.0, total_steps=8)", batches=5, epochs=8
    ),
    "a decay that is cut": PER_EPOCH.format(
        scheduler="lrs.CosineAnnealingLR(optimizer, T_max=20)", batches=3, epochs=10
    ),
    "an index of the run": BY_HAND.format(batches=3, epochs=4, rate="min(1, (step + 1) / 5)"),
    "a cycle of each epoch": BY_HAND.format(
        batches=6, epochs=4, rate="0.5 * (1 + math.cos(math.pi * i / 6))"
    ),
    "updates of several micro-batches": ACCUMULATED.format(each="", update="scheduler.step()"),
    "a cycle as long as all steps of two": PROCESSES.format(total="100 * dist.get_world_size()"),
    "a warmup that is rounded up": ROUNDED.format(warmup="math.ceil(0.03 * steps)"),
    "a warmup that is at least one": ROUNDED.format(warmup="max(1, int(0.03 * steps))"),
    "no warmup, asked for": ROUNDED.format(warmup="int(0.0 * steps)"),
    "a decay by hand from the peak": BY_HAND.format(
        batches=6,
        epochs=4,
        rate="(step + 1) / 8 if step < 8 else 0.5 * (1 + math.cos(math.pi * (step - 8) / 16))",
    ),
    "a staircase by hand": BY_HAND.format(
        batches=6, epochs=4, rate="(step + 1) / 8 if step < 8 else 0.1 ** (step // 12)"
    ),
    "a warmup and a square root by hand": BY_HAND.format(
        batches=6, epochs=4, rate="min((step + 1) / 8, math.sqrt(8 / (step + 1)))"
    ),
    "a warmup through the base, and down": BY_HAND.format(
        batches=6, epochs=4, rate="(step + 1) / 4 if step < 8 else 2 * (24 - step) / 16"
    ),
    "a decay in place": IN_PLACE.format(write="*= 0.9"),
    "a square root in place": IN_PLACE.format(write="*= math.sqrt((step + 1) / (step + 2))"),
    "factors of the base": IN_PLACE.format(write="= 1.0 * min(1, (step + 1) / 4)"),
    "another scheduler, too": AGAIN.format(
        more="self.scheduler = lrs.ExponentialLR(self.optimizer, 0.9)"
    ),
    "a scheduler of the new optimizer": REBUILT.format(
        kind="type(old)", more="scheduler = lrs.CosineAnnealingLR(optimizer, T_max=10)"
    ),
    "one peak for groups alike": GROUPS.format(low=0.1, peak=0.1),
    "a peak for each group": GROUPS.format(low=0.001, peak="[0.001, 0.1]"),
    "timm with its prefix": TIMM.format(t=12, more=", warmup_prefix=True", epochs=16),
    "a run that is not cut": CUT.format(epochs=2),
    "a schedule that is shown from its start": ALONE.format(
        body="print(epoch, optimizer.param_groups[0]['lr']); scheduler.step()"
    ),
    "a scale that is compared": SCALED.format(
        before="scale = scaler.get_scale()", behind="if scaler.get_scale() >= scale: "
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_the_mistake_is_said_and_nothing_else(name: str) -> None:
    text, says = BAD[name]
    assert loud(text) == [says]


@pytest.mark.parametrize("name", NOTED)
def test_the_note_is_made(name: str) -> None:
    text, says = NOTED[name]
    assert says in loud(text, notes=True)
    assert loud(text) == []


@pytest.mark.parametrize("name", GOOD)
def test_what_looks_like_it_is_silent(name: str) -> None:
    assert loud(GOOD[name]) == []
