"""Plans against what others really use: literal rows, and torch's own schedulers stepped."""

import numpy as np
import pytest
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, LRScheduler, SequentialLR

from rampup import Schedule, decay, hold, warmup

FROM_ZERO = warmup(4, anchor="start")
# the factor of updates 0, 1, 2 … for a warmup of 4 updates in a run of 10; three decimals
ROWS = {
    "transformers linear; Megatron linear": (
        FROM_ZERO >> decay(),
        [0, 0.25, 0.5, 0.75, 1, 0.833, 0.667, 0.5, 0.333, 0.167, 0, 0],
    ),
    "transformers cosine; keras; optax warmup_cosine_decay": (
        FROM_ZERO >> decay("cosine"),
        [0, 0.25, 0.5, 0.75, 1, 0.933, 0.75, 0.5, 0.25, 0.067, 0],
    ),
    "transformers polynomial(lr_end=0.1, power=1)": (
        FROM_ZERO >> decay(to=0.1),
        [0, 0.25, 0.5, 0.75, 1, 0.85, 0.7, 0.55, 0.4, 0.25, 0.1, 0.1],
    ),
    "transformers cosine_with_min_lr(0.1)": (
        FROM_ZERO >> decay("cosine", to=0.1),
        [0, 0.25, 0.5, 0.75, 1, 0.940, 0.775, 0.55, 0.325, 0.160, 0.1],
    ),
    "transformers cosine_warmup_with_min_lr(0.1)": (
        warmup(4) >> decay("cosine", to=0.1, anchor="end"),
        [0.25, 0.5, 0.75, 1, 0.940, 0.775, 0.55, 0.325, 0.160, 0.1],
    ),
    "transformers cosine_warmup_with_min_lr(0.1), warmup_lr_rate=0.1": (
        warmup(4, start=0.1, anchor="ends") >> decay("cosine", to=0.1, anchor="end"),
        [0.1, 0.4, 0.7, 1, 0.940, 0.775, 0.55, 0.325, 0.160, 0.1],
    ),
    "transformers warmup_stable_decay(decay=4, cosine)": (
        FROM_ZERO >> hold() >> decay("cosine", over=4),
        [0, 0.25, 0.5, 0.75, 1, 1, 1, 0.854, 0.5, 0.146, 0, 0],
    ),
    "transformers warmup_stable_decay(min_lr_ratio=0.1, both 1-sqrt)": (
        warmup(4, "1-sqrt", start=0.1, anchor="start") >> hold() >> decay("1-sqrt", over=4, to=0.1),
        [0.1, 0.221, 0.364, 0.55, 1, 1, 1, 0.55, 0.364, 0.221, 0.1, 0.1],
    ),
    "timm wsd(1-sqrt)": (
        FROM_ZERO >> hold(2) >> decay("1-sqrt"),
        [0, 0.25, 0.5, 0.75, 1, 1, 1, 0.5, 0.293, 0.134, 0, 0],
    ),
    "Megatron WSD(linear, 3)": (
        FROM_ZERO >> hold() >> decay(over=3),
        [0, 0.25, 0.5, 0.75, 1, 1, 1, 1, 0.667, 0.333, 0, 0],
    ),
    "torchtitan linear": (
        warmup(4) >> decay(),
        [0.25, 0.5, 0.75, 1, 1, 0.833, 0.667, 0.5, 0.333, 0.167, 0],
    ),
    "torchtitan decay_ratio=0.3": (
        warmup(4) >> hold() >> decay(over=3),
        [0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 0.667, 0.333, 0],
    ),
    "mmengine LinearLR(0.25) + PolyLR": (
        warmup(4) >> decay(anchor="ends"),
        [0.25, 0.5, 0.75, 1, 1, 0.8, 0.6, 0.4, 0.2, 0, 0, 0],
    ),
    "ignite warmup(0 to 1, duration 4) + torch cosine": (
        warmup(4, anchor="ends") >> decay("cosine", anchor="end"),
        [0, 0.333, 0.667, 1, 0.933, 0.75, 0.5, 0.25, 0.067, 0],
    ),
    "pytorch_warmup Linear(4); fairseq fixed": (warmup(4), [0.25, 0.5, 0.75, 1, 1, 1]),
}


@pytest.mark.parametrize(("schedule", "row"), ROWS.values(), ids=ROWS)
def test_a_plan_uses_the_rates_of_its_peer(schedule: Schedule, row: list[float]) -> None:
    plan = schedule.plan(updates=10)

    assert row == pytest.approx([plan(k) for k in range(len(row))], abs=5.1e-4)


def stepped(updates: int, make: type[LRScheduler], **options: object) -> list[float]:
    """Return the rates that the optimizer really uses under a torch scheduler, for base 1."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = make(optimizer, **options)
    used = []
    for _ in range(updates):
        used.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return used


@pytest.mark.parametrize("start", [0.25, 0.1])
def test_linear_lr_of_torch(start: float) -> None:
    used = stepped(30, LinearLR, start_factor=start, total_iters=20)
    plan = (warmup(20, start=start, anchor="start") >> hold()).plan(updates=30)

    assert used == pytest.approx(plan(np.arange(30)).tolist(), rel=1e-12)


@pytest.mark.parametrize("to", [0.0, 0.1])
def test_cosine_annealing_lr_of_torch(to: float) -> None:
    used = stepped(30, CosineAnnealingLR, T_max=30, eta_min=to)
    plan = decay("cosine", to=to).plan(updates=30)

    assert used == pytest.approx(plan(np.arange(30)).tolist(), abs=1e-12)


def test_both_in_sequence() -> None:
    def make(optimizer: torch.optim.Optimizer) -> SequentialLR:
        rise = LinearLR(optimizer, start_factor=1 / 5, total_iters=4)
        fall = CosineAnnealingLR(optimizer, T_max=25)
        return SequentialLR(optimizer, [rise, fall], milestones=[5])

    plan = (warmup(5) >> decay("cosine")).plan(updates=30)

    assert stepped(30, make) == pytest.approx(plan(np.arange(30)).tolist(), abs=1e-12)
