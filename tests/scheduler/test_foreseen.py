"""What a scheduler is going to do, as rates, without stepping it."""

import numpy as np
import pytest
import torch
from torch.optim import SGD, lr_scheduler as peer

from rampup import RampupLR
from rampup.scheduler.foreseen import LONGEST, Foreseen, foresee


def optimizer() -> SGD:
    return SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)


def test_a_peak_between_the_updates_that_were_looked_at_is_found() -> None:
    """A rise times a fall has its peak at no joint, and only each hundredth update is looked at."""
    o = optimizer()
    found = foresee(
        peer.ChainedScheduler(
            [peer.LinearLR(o, 0.01, total_iters=60_000), peer.ExponentialLR(o, 0.99995)]
        )
    )

    assert found is not None
    rates = found.base * found.plan(np.arange(LONGEST))
    assert found.peak == rates.max()
    assert found.peak_at == rates.argmax()
    assert found.peak_at % 100
    assert found.at(found.peak_at) == found.peak


def test_a_scheduler_of_ours_says_how_long_the_run_is() -> None:
    scheduler = RampupLR(optimizer(), "warmup 2ep >> hold", updates=10, updates_per_epoch=3)
    found = foresee(scheduler)

    assert found == Foreseen(
        plan=scheduler.plan, base=0.5, updates=10, warmup=6, peak=0.5, peak_at=5
    )
    # the last epoch is not whole
    assert found.epochs() == [
        pytest.approx((0.5 / 6, 0.25)), pytest.approx((2 / 6, 0.5)), (0.5, 0.5),
    ]  # fmt: skip


def test_a_rate_without_a_bound_has_no_peak() -> None:
    assert foresee(peer.ExponentialLR(optimizer(), 1.01)) is None
