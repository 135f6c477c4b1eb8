"""Live schedulers as facts: what is played is what they would give."""

from typing import Any

import numpy as np
import pytest
import torch
from tests.checker.gather.live_objects import by_lambda, optimizer, update
from tests.checker.gather.test_untouched import BUILDERS
from torch.optim import lr_scheduler as peer

import rampup
from rampup.checker.facts import Curve, Readings, Wiring
from rampup.checker.gather.live import facts
from rampup.errors import CheckError

PLAYED = {name: build for name, build in BUILDERS.items() if name != "random"} | {
    "step": lambda own: peer.StepLR(own, 3),
    "milestones": lambda own: peer.MultiStepLR(own, [2, 5]),
    "constant": lambda own: peer.ConstantLR(own, 0.5, 3),
    "polynomial": lambda own: peer.PolynomialLR(own, 10, 2.0),
    "exponential": lambda own: peer.ExponentialLR(own, 0.9),
    "multiplicative": lambda own: peer.MultiplicativeLR(own, lambda _: 0.9),
    "lambda": lambda own: peer.LambdaLR(own, lambda step: 1 / (step + 1)),
    "restarts behind a warmup": lambda own: peer.SequentialLR(
        own, [peer.LinearLR(own, 0.1, total_iters=2), peer.CosineAnnealingWarmRestarts(own, 3)], [2]
    ),
}


@pytest.mark.filterwarnings("ignore:Detected call")
@pytest.mark.parametrize("steps", [0, 1, 7])
@pytest.mark.parametrize("name", PLAYED)
def test_the_curve_is_what_a_run_uses_wherever_the_scheduler_stands(name: str, steps: int) -> None:
    own = optimizer(0.5, groups=2, momentum=0.9)
    own.param_groups[1]["lr"] = 0.2
    scheduler = PLAYED[name](own)
    used = []
    curve: Curve | None = None
    for k in range(10):
        if k == steps:
            curve, wiring = facts(scheduler, updates=10)  # type: ignore[assignment]
            assert wiring.index in (k, None)
        used.append([group["lr"] for group in own.param_groups])
        update(own, 1, scheduler)

    assert curve is not None
    assert np.allclose(curve.rates[:10], used, rtol=1e-12)


class Halving(peer.LRScheduler):
    """A class of one's own with a state that its index does not tell."""

    def __init__(self, own: Any) -> None:
        self.hidden = 0
        super().__init__(own)

    def get_lr(self) -> list[float]:
        self.hidden += 1
        return [base / self.hidden for base in self.base_lrs]


class Falling(peer.LRScheduler):
    def get_lr(self) -> list[float]:
        return [base / (self.last_epoch + 1) for base in self.base_lrs]


def test_a_class_of_ones_own_is_played_from_where_it_was_built() -> None:
    for kind in (Halving, Falling):
        (curve, _) = facts(kind(optimizer()), updates=4)
        assert np.allclose(curve.rates[:, 0], [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5])


def test_a_class_of_ones_own_goes_back_where_that_leads_to_its_rate() -> None:
    own = optimizer()
    scheduler = Falling(own)
    update(own, 3, scheduler)
    (curve, _) = facts(scheduler, updates=4)
    assert np.allclose(curve.rates[:, 0], [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5])


def test_a_class_of_ones_own_that_cannot_go_back_could_not_be_checked() -> None:
    own = optimizer()
    scheduler = Halving(own)
    update(own, 3, scheduler)
    with pytest.raises(CheckError) as refusal:
        facts(scheduler, updates=4)
    assert str(refusal.value) == (
        "could not check Halving: it stands at step 3 with the rate 0.25, but played from its "
        "start it comes to 0.125; check it before the first update"
    )


def test_what_a_class_asks_for_is_read_off_it() -> None:
    own = optimizer(0.1)
    (curve, _) = facts(peer.OneCycleLR(own, 0.5, total_steps=20, cycle_momentum=False), updates=20)
    assert (curve.ends, curve.warmup, curve.peak) == (20, 5, (0.5,))

    own = optimizer()
    parts = [peer.LinearLR(own, 0.1, total_iters=4), peer.CosineAnnealingLR(own, 6, 0.01)]
    (curve, _) = facts(peer.SequentialLR(own, parts, [4]), updates=10)
    assert (curve.ends, curve.warmup, curve.joins, curve.floor) == (10, 4, (4,), (0.01,))
    assert curve.parts == ("LinearLR", "CosineAnnealingLR")
    assert curve.settings["schedulers[1].T_max"].value == 6
    assert curve.settings["schedulers[0].start_factor"].value == 0.1

    (curve, _) = facts(by_lambda(lambda step: 2 - step / 10, lr=0.5), updates=10)
    assert (curve.factor, curve.base, curve.peak) == (2.0, (0.5,), (0.5,))


def test_an_error_on_the_way_is_part_of_the_curve() -> None:
    scheduler = peer.OneCycleLR(optimizer(), 1.0, total_steps=5, cycle_momentum=False)
    (curve, _) = facts(scheduler, updates=8)

    assert curve.raised is not None
    assert curve.raised.at == 6
    assert curve.raised.text == (
        "ValueError: Tried to step 6 times. The specified number of total steps is 5"
    )
    assert np.isfinite(curve.rates[:6]).all()
    assert np.isnan(curve.rates[6:]).all()


def test_an_error_that_no_schedule_raises_could_not_be_checked() -> None:
    scheduler = by_lambda(lambda step: 1.0 if step < 2 else None.rate)  # type: ignore[attr-defined]
    with pytest.raises(CheckError) as refusal:
        facts(scheduler, updates=5)
    assert str(refusal.value) == (
        "could not check LambdaLR: step 2 of a copy raises AttributeError: 'NoneType' object has "
        "no attribute 'rate'"
    )


def test_how_often_it_steps_is_open_until_it_was_seen() -> None:
    own = optimizer(kind=torch.optim.Adam)
    scheduler = peer.CosineAnnealingLR(own, 12)
    (open_, _) = facts(scheduler, updates=36, updates_per_epoch=3)
    assert isinstance(open_, Readings)
    assert [curve.every for curve in open_.curves] == [1, 3]
    assert [curve.ends for curve in open_.curves] == [12, 36]
    assert not any(curve.observed for curve in open_.curves)

    update(own, 5, scheduler)
    (seen, _) = facts(scheduler, updates=36, updates_per_epoch=3)
    assert isinstance(seen, Curve)
    assert (seen.every, seen.observed) == (1, True)

    own = optimizer(kind=torch.optim.Adam)
    scheduler = peer.CosineAnnealingLR(own, 12)
    for _ in range(2):
        update(own, 3)
        scheduler.step()
    (seen, _) = facts(scheduler, updates=36, updates_per_epoch=3)
    assert isinstance(seen, Curve)
    assert (seen.every, seen.observed, seen.ends) == (3, True, 36)
    assert (seen.rates[:3] == 1).all()


def test_without_a_run_it_is_played_as_far_as_it_says_it_goes() -> None:
    (curve, _) = facts(peer.CosineAnnealingLR(optimizer(), 50))
    assert (len(curve.rates), curve.updates) == (55, None)
    (curve, _) = facts(peer.StepLR(optimizer(), 50))
    assert len(curve.rates) == 1100


def test_what_waits_for_a_metric_has_no_curve() -> None:
    (wiring,) = facts(peer.ReduceLROnPlateau(optimizer()), updates=10)
    assert isinstance(wiring, Wiring)
    (wiring,) = facts(rampup.LossGapLR(optimizer(), "hold", updates=10, floor=0.0), updates=10)
    assert wiring.kind == "LossGapLR"


def test_the_warmups_of_pytorch_warmup_dampen_their_scheduler() -> None:
    pytorch_warmup = pytest.importorskip("pytorch_warmup")
    own = optimizer()
    scheduler = peer.CosineAnnealingLR(own, 20)
    around = pytorch_warmup.LinearWarmup(own, 4)
    used = []
    for k in range(10):
        used.append(own.param_groups[0]["lr"])
        update(own)
        with around.dampening():
            scheduler.step()
        if k in (0, 5):
            (curve, _) = facts([scheduler, around], updates=12)
    assert np.allclose(curve.rates[:10, 0], used)

    alone = pytorch_warmup.LinearWarmup(optimizer(), 4)
    assert np.allclose(facts(alone, updates=4)[0].rates[:, 0], [0.25, 0.5, 0.75, 1, 1])


def test_schedulers_of_two_optimizers_could_not_be_checked_together() -> None:
    pair = [peer.StepLR(optimizer(), 2), peer.StepLR(optimizer(), 2)]
    with pytest.raises(CheckError) as refusal:
        facts(pair, updates=4)
    assert str(refusal.value) == (
        "could not check: the schedulers write to different optimizers; check one after the other"
    )


def test_what_is_no_scheduler_is_refused() -> None:
    with pytest.raises(TypeError) as refusal:
        facts(optimizer())
    assert str(refusal.value) == (
        "SGD is no scheduler; pass one that has an optimizer, such as StepLR"
    )


def test_what_saving_loses() -> None:
    (_, wiring) = facts(by_lambda(lambda _: 1.0), updates=4)
    assert wiring.saving.lost == ("lr_lambdas[0]",)
    assert (wiring.saving.error, wiring.saving.differs_at) == ("", None)

    class Local:
        def __call__(self, step: int) -> float:
            return 1 / (step + 1)

    scheduler = peer.LambdaLR(optimizer(), Local())
    scheduler.note = lambda: None  # type: ignore[attr-defined]
    assert "lambda" in facts(scheduler, updates=4)[-1].saving.error
