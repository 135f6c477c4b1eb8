"""Training loops with a place left open, and what is found in them."""

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
