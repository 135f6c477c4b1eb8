"""Small training programs that run under torch; the walk must give the rates that they use.

The names P1 to P27 are those of the patterns of mistakes that people make.
"""

HEAD = """\
import math
import torch
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, TensorDataset

model = torch.nn.Linear(10, 2)
data = TensorDataset(torch.randn(23, 10), torch.randn(23, 2))
loader = DataLoader(data, batch_size=4)
"""

SGD = HEAD + "optimizer = torch.optim.SGD(model.parameters(), lr=1.0)\n"


def stepped(build: str, steps: int = 12, after: str = "scheduler.step()") -> str:
    """Return a program that steps a scheduler once after each update."""
    return f"""{SGD}
{build}
for _ in range({steps}):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    {after}
"""


SCHED = "torch.optim.lr_scheduler"

PROGRAMS = {
    "P1 zero first": stepped("scheduler = LambdaLR(optimizer, lambda s: min(1, s / 4))"),
    "P1 mended": stepped("scheduler = LambdaLR(optimizer, lambda s: min(1, (s + 1) / 4))"),
    "P2 peak never reached": stepped(
        """
W, T = 4, 10
def factor(s):
    if s < W:
        return s / W
    return math.cos((s - W + 1) / (T - W))
scheduler = LambdaLR(optimizer, lr_lambda=factor)""",
        6,
    ),
    "P3 scheduler first": SGD
    + f"""
scheduler = {SCHED}.MultiStepLR(optimizer, [2])
for _ in range(5):
    scheduler.step()
    optimizer.step()
""",
    "P4 written after the update": SGD
    + """
for g in range(6):
    optimizer.step()
    for group in optimizer.param_groups:
        group["lr"] = min(1.0, (g + 1) / 4)
""",
    "P5 epochs as updates": SGD
    + f"""
epochs = 3
scheduler = {SCHED}.CosineAnnealingLR(optimizer, T_max=epochs)
for epoch in range(epochs):
    for x, y in loader:
        loss = (model(x) - y).square().mean()
        loss.backward()
        optimizer.step()
        scheduler.step()
""",
    "P5 updates as epochs": SGD
    + f"""
scheduler = {SCHED}.LinearLR(optimizer, start_factor=0.01, total_iters=20)
for epoch in range(3):
    for x, y in loader:
        optimizer.step()
    scheduler.step()
""",
    "P6 index of the inner loop": SGD
    + """
for epoch in range(3):
    for i, (x, y) in enumerate(loader):
        for pg in optimizer.param_groups:
            pg["lr"] = min(1.0, (i + 1) / 5)
        optimizer.step()
""",
    "P7 accumulation": SGD
    + """
accumulate = 4
scheduler = LambdaLR(optimizer, lambda s: min(1, (s + 1) / 4))
for epoch in range(4):
    for m, batch in enumerate(loader):
        model(batch[0]).sum().backward()
        if (m + 1) % accumulate == 0 or m + 1 == len(loader):
            optimizer.step()
            optimizer.zero_grad()
        scheduler.step()
""",
    "P8 multiplied": stepped(
        f"scheduler = {SCHED}.LinearLR(optimizer, 1.0, 0.0, total_iters=8)",
        4,
        "for _ in range(4): scheduler.step()",
    ),
    "P9 horizon": SGD
    + f"""
epochs, max_steps, step = 4, 10, 0
scheduler = {SCHED}.LinearLR(optimizer, 1.0, 0.0, total_iters=epochs * len(loader))
for epoch in range(epochs):
    for x, y in loader:
        optimizer.step()
        scheduler.step()
        step += 1
        if step >= max_steps:
            break
    if step >= max_steps:
        break
""",
    "P10 one cycle": stepped(
        f"scheduler = {SCHED}.OneCycleLR(optimizer, max_lr=0.5, total_steps=5)", 5
    ),
    "P11 past the end": stepped(f"scheduler = {SCHED}.CosineAnnealingLR(optimizer, 4)", 9),
    "P12 no clamp": stepped("scheduler = LambdaLR(optimizer, lambda s: (s + 1) / 4)", 8),
    "P12 below zero": stepped("scheduler = LambdaLR(optimizer, lambda s: 1 - s / 5)", 8),
    "P13 climbing": stepped(f"scheduler = {SCHED}.CosineAnnealingLR(optimizer, 5, eta_min=10.0)"),
    "P13 no iterations": stepped(f"scheduler = {SCHED}.LinearLR(optimizer, total_iters=0)"),
    "P13 defaults": stepped(f"scheduler = {SCHED}.LinearLR(optimizer)"),
    "P14 jump": stepped(
        f"""
rise = {SCHED}.LinearLR(optimizer, start_factor=0.1, end_factor=1.0, total_iters=10)
fall = {SCHED}.CosineAnnealingLR(optimizer, T_max=5)
scheduler = {SCHED}.SequentialLR(optimizer, schedulers=[rise, fall], milestones=[5])""",
        9,
    ),
    "P15 overshoot": SGD
    + f"""
scheduler = {SCHED}.CosineAnnealingLR(optimizer, T_max=10)
for i in range(8):
    if i < 4:
        optimizer.param_groups[0]["lr"] = (i + 1) / 4
    optimizer.step()
    if i >= 3:
        scheduler.step()
""",
    "P16 two writers": stepped(
        f"""
first = {SCHED}.LinearLR(optimizer, total_iters=5)
second = {SCHED}.CosineAnnealingLR(optimizer, 10)""",
        10,
        "first.step(); second.step()",
    ),
    "P16 chained": stepped(
        f"""
scheduler = {SCHED}.ChainedScheduler([
    {SCHED}.ExponentialLR(optimizer, 0.9), LambdaLR(optimizer, lambda s: min(1, (s + 1) / 4))])"""
    ),
    "P16 compounding": SGD
    + """
for i in range(4):
    optimizer.param_groups[0]["lr"] *= min(1, (i + 1) / 4)
    optimizer.step()
""",
    "P17 never stepped": stepped(
        f"scheduler = {SCHED}.LinearLR(optimizer, 0.01, total_iters=5)", 4, "pass"
    ),
    "P18 rebuilt": SGD
    + """
scheduler = LambdaLR(optimizer, lambda s: min(1, (s + 1) / 4))
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
for _ in range(5):
    optimizer.step()
    scheduler.step()
""",
    "P19 a group is added": stepped(
        f"""
scheduler = {SCHED}.LinearLR(optimizer, total_iters=8)
scheduler.step()
optimizer.add_param_group({{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": 0.5}})""",
        5,
    ),
    "P19 late binding": HEAD
    + """
parts = [{"params": [model.weight], "lr": 1.0}, {"params": [model.bias], "lr": 0.5}]
optimizer = torch.optim.SGD(parts, lr=0.1)
scheduler = LambdaLR(optimizer, [lambda s: f / (s + 1) for f in (1.0, 0.5)])
for _ in range(4):
    optimizer.step()
    scheduler.step()
""",
    "P25 scaler": SGD
    + """
scaler = torch.amp.GradScaler("cpu", enabled=False)
scheduler = LambdaLR(optimizer, lambda s: min(1, (s + 1) / 4))
for x, y in loader:
    scaler.scale(model(x).sum()).backward()
    scaler.step(optimizer)
    scaler.update()
    scheduler.step()
""",
    "P26 rate as factor": HEAD
    + """
base = 1e-3
optimizer = torch.optim.Adam(model.parameters(), lr=base)
scheduler = LambdaLR(optimizer, lambda s: base * min(1, (s + 1) / 3))
for _ in range(5):
    optimizer.step()
    scheduler.step()
""",
    "P27 logs": stepped(
        "scheduler = LambdaLR(optimizer, lambda s: min(1, (s + 1) / 4))",
        5,
        "scheduler.step(); seen = [scheduler.get_last_lr()[0]]",
    ),
    "classes of a trainer": SGD
    + f"""
class Trainer:
    best = 0
    def __init__(self, optimizer, total, warmup=3, **extra):
        self.optimizer, self.total, self.warmup = optimizer, total, warmup
        self.scheduler = self._scheduler(**extra)
        self.global_step = 0
    def _scheduler(self, floor=0.0):
        def factor(step):
            if step < self.warmup:
                return float(step + 1) / float(max(1, self.warmup))
            done = (step - self.warmup) / max(1, self.total - self.warmup)
            return max(floor, 0.5 * (1.0 + math.cos(math.pi * done)))
        return {SCHED}.LambdaLR(self.optimizer, factor)
    @property
    def rate(self):
        return self.optimizer.param_groups[0]["lr"]
    def update(self, batch):
        self.optimizer.step()
        self.scheduler.step()
        self.global_step += 1
    def fit(self, loader, epochs):
        for epoch in range(epochs):
            for batch in loader:
                self.update(batch)
                if self.global_step == self.total:
                    return
trainer = Trainer(optimizer, total=15, floor=0.1)
trainer.fit(loader, epochs=4)
""",
    "functions and options": HEAD
    + """
import argparse
def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.5)
    parser.add_argument("--epochs", "-e", type=int, default=3)
    parser.add_argument("--warmup-ratio", type=float, default=0.25)
    return parser.parse_args([])
def build(args, steps):
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    warm = int(args.warmup_ratio * steps)
    return optimizer, LambdaLR(optimizer, lambda s: (s + 1) / warm if s < warm else 1.0)
def main():
    args = options()
    optimizer, scheduler = build(args, args.epochs * len(loader))
    for epoch in range(1, args.epochs + 1):
        train(optimizer, scheduler)
def train(optimizer, scheduler):
    for index, (x, y) in enumerate(loader, start=1):
        optimizer.step()
        scheduler.step()
if __name__ == "__main__":
    main()
""",
    "own scheduler": stepped(
        f"""
class Warm({SCHED}.LRScheduler):
    def __init__(self, optimizer, steps, last_epoch=-1):
        self.steps = steps
        super().__init__(optimizer, last_epoch)
    def get_lr(self):
        factor = min(1.0, (self.last_epoch + 1) / self.steps)
        return [base * factor for base in self.base_lrs]
scheduler = Warm(optimizer, steps=5)"""
    ),
    "derived from LambdaLR": stepped(
        """
class Warm(LambdaLR):
    def __init__(self, optimizer, steps, last_epoch=-1):
        self.steps = steps
        super(Warm, self).__init__(optimizer, self.factor, last_epoch=last_epoch)
    def factor(self, step):
        return min(1.0, (step + 1) / self.steps)
scheduler = Warm(optimizer, 5)"""
    ),
    "wrapped by hand": SGD
    + """
class Noam:
    def __init__(self, optimizer, size=16, warmup=4):
        self.optimizer, self.size, self.warmup, self._step = optimizer, size, warmup, 0
    def step(self):
        self._step += 1
        for p in self.optimizer.param_groups:
            p['lr'] = self.rate()
        self.optimizer.step()
    def rate(self, step=None):
        step = self._step if step is None else step
        return self.size ** -0.5 * min(step ** -0.5, step * self.warmup ** -1.5)
noam = Noam(optimizer)
for _ in range(9):
    noam.step()
""",
    "while with next": SGD
    + """
scheduler = LambdaLR(optimizer, lambda s: 1 / (s + 1))
step, batches = 0, iter(loader)
while True:
    try:
        batch = next(batches)
    except StopIteration:
        batches = iter(loader)
        batch = next(batches)
    optimizer.step()
    scheduler.step()
    step += 1
    if step == 9:
        break
""",
    "partial and dicts": stepped(
        """
from functools import partial
config = {"warmup": 4, "floor": 0.1, "inner": {"power": 2}}
def curve(step, *, warmup, floor, power=1):
    return max(floor, (min(step + 1, warmup) / warmup) ** power)
scheduler = LambdaLR(optimizer, partial(curve, warmup=config["warmup"], floor=config.get("floor"),
                                        **config["inner"]))"""
    ),
    "cycle and zip": SGD
    + """
import itertools
scheduler = LambdaLR(optimizer, lambda s: 1 / (s + 1))
for step, batch in zip(range(10), itertools.cycle(loader)):
    optimizer.step()
    scheduler.step()
for batch in itertools.islice(loader, 2):
    optimizer.step()
    scheduler.step()
""",
    "a generator of batches": SGD
    + """
def endless():
    while True:
        yield from loader
def some(n):
    for i in range(n):
        yield torch.randn(2, 10)
scheduler = LambdaLR(optimizer, lambda s: 1 / (s + 1))
for step, batch in enumerate(endless()):
    if step >= 8:
        break
    optimizer.step()
    scheduler.step()
for batch in some(3):
    optimizer.step()
    scheduler.step()
""",
    "dataclass of settings": HEAD
    + """
from dataclasses import dataclass, field
@dataclass
class Config:
    lr: float = 0.2
    epochs: int = 2
    milestones: list = field(default_factory=lambda: [2, 5])
config = Config(epochs=3)
optimizer = torch.optim.SGD(model.parameters(), config.lr)
scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, config.milestones, gamma=0.5)
for epoch in range(config.epochs):
    for batch in loader:
        optimizer.step()
        scheduler.step()
""",
    "a closure": SGD
    + """
scheduler = LambdaLR(optimizer, lambda s: 1 / (s + 1))
def closure():
    optimizer.zero_grad()
    loss = model(torch.randn(4, 10)).square().mean()
    loss.backward()
    return loss
for _ in range(4):
    optimizer.step(closure)
    scheduler.step()
""",
    "hooks of the optimizer": SGD
    + """
scheduler = LambdaLR(optimizer, lambda s: 1 / (s + 1))
class Half:
    def behind(self, optimizer, args, kwargs):
        optimizer.param_groups[0]["lr"] *= 0.5
optimizer.register_step_post_hook(lambda *_: scheduler.step())
handle = optimizer.register_step_post_hook(Half().behind)
for _ in range(5):
    model(torch.randn(4, 10)).sum().backward()
    optimizer.step()
""",
    "functions by other names": SGD
    + """
scheduler = LambdaLR(optimizer, lambda s: 1 / (s + 1))
def make():
    def update(x):
        optimizer.step()
        return x
    return update
class Steps:
    def after(self):
        scheduler.step()
    def __call__(self, name):
        getattr(self, name)()
    def all(self):
        self("after")
actions = {"update": make(), "after": Steps().all}
run = actions["update"]
for x in range(4):
    y = run(x)
    for name, action in actions.items():
        if name == "after":
            action()
""",
    "two optimizers": SGD
    + """
other = torch.optim.Adam([torch.nn.Parameter(torch.zeros(2))])
first = LambdaLR(optimizer, lambda s: 1 / (s + 1))
second = LambdaLR(other, lambda s: 0.5 ** s)
for i in range(6):
    optimizer.step()
    if i % 2:
        other.step()
        second.step()
    first.step()
""",
    "globals": SGD
    + """
step = 0
def factor(_):
    return min(1.0, (step + 1) / 5)
scheduler = LambdaLR(optimizer, factor)
def train():
    global step
    for batch in loader:
        optimizer.step()
        step += 1
        scheduler.step()
train()
""",
    "match": stepped(
        f"""
kind = "cosine"
match kind:
    case "linear":
        scheduler = {SCHED}.LinearLR(optimizer)
    case "cosine" | "cos":
        scheduler = {SCHED}.CosineAnnealingLR(optimizer, T_max=12)
    case _:
        raise ValueError(kind)"""
    ),
    "an error that is met": SGD
    + f"""
scheduler = {SCHED}.OneCycleLR(optimizer, max_lr=1.0, epochs=1, steps_per_epoch=3)
try:
    for _ in range(9):
        optimizer.step()
        scheduler.step()
except ValueError as error:
    print(error)
optimizer.step()
""",
}
