"""accelerate's wrapper is looked through, and its steps are counted as it makes them."""

import pytest
import torch
from tests.checker.gather.live_objects import optimizer, update
from torch.optim.lr_scheduler import LinearLR

from rampup.checker.gather.live import facts

accelerate = pytest.importorskip("accelerate")


def test_a_prepared_scheduler_is_the_one_within() -> None:
    accelerator = accelerate.Accelerator(cpu=True)
    own = accelerator.prepare(optimizer())
    scheduler = accelerator.prepare(LinearLR(own.optimizer, 0.25, total_iters=3))

    curve, wiring = facts(scheduler, own, updates=6)

    assert curve.kind == "LinearLR"
    assert curve.rates[:, 0].tolist() == pytest.approx([0.25, 0.5, 0.75, 1, 1, 1, 1])
    assert wiring.bound


def test_each_process_makes_a_step_of_the_one_within(monkeypatch: pytest.MonkeyPatch) -> None:
    accelerator = accelerate.Accelerator(cpu=True)
    scheduler = accelerator.prepare(LinearLR(optimizer(), 0.25, total_iters=3))
    monkeypatch.setitem(accelerate.state.AcceleratorState._shared_state, "num_processes", 3)

    (curve, _) = facts(scheduler, updates=6)

    assert curve.warmup == 1
    assert curve.rates[:2, 0].tolist() == pytest.approx([0.25, 1.0])


def test_a_wrapped_optimizer_counts_its_updates() -> None:
    accelerator = accelerate.Accelerator(cpu=True)
    own = optimizer(kind=torch.optim.Adam)
    wrapped = accelerator.prepare(own)
    scheduler = accelerator.prepare(LinearLR(own, 0.25, total_iters=3))
    update(own, 2)

    assert facts(scheduler, wrapped, updates=6)[-1].updates == 2
