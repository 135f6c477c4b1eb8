"""What a peer asks for: the curve before the run, and the landmarks that its arguments name."""

import math
from typing import Any

import numpy as np
import pytest
from tests.checker.gather.script.peers.sides import TORCH, Recipe, Sides

from rampup.checker.facts import Raised, Setting
from rampup.checker.finding import Place
from rampup.checker.gather.script import peers

PLACE = Place(path="train.py", line=3)


def built(
    kind: str, groups: list[dict[str, Any]], *parts: peers.Peer, **arguments: Any
) -> peers.Peer:
    peer = peers.build(kind if "." in kind else TORCH + kind, groups, arguments, parts)
    assert peer is not None
    return peer


def test_a_curve_leaves_the_peer_and_its_groups_alone() -> None:
    kept = object()  # what a walk may keep in a group need not be copied, nor can it always
    groups: list[dict[str, Any]] = [{"lr": 1.0, "params": kept}, {"lr": 0.5, "params": kept}]
    peer = built("ExponentialLR", groups, gamma=0.5)
    settings = {"gamma": Setting(value=0.5)}
    curve = peers.curve(peer, 3, place=PLACE, settings=settings, planned=9)
    assert curve is not None
    assert curve.rates.tolist() == [[1.0, 0.5], [0.5, 0.25], [0.25, 0.125]]
    assert (curve.base, curve.peak, curve.updates) == ((1.0, 0.5), (1.0, 0.5), 9)
    assert (curve.place, curve.kind, curve.settings) == (PLACE, "ExponentialLR", settings)
    assert [group["lr"] for group in groups] == [1.0, 0.5]
    assert peer.last_epoch == 0


def test_a_fork_shares_the_functions_of_its_parts() -> None:
    class Interpreter:
        def __call__(self, k: int) -> float:
            return 0.5

        def __deepcopy__(self, memo: object) -> None:
            raise AssertionError("a walk is not copied")

    groups: list[dict[str, Any]] = [{"lr": 1.0}]
    part = built("LambdaLR", groups, lr_lambda=Interpreter())
    fork = peers.fork(built("SequentialLR", groups, part, milestones=[]))
    fork.step()
    assert fork.last_lr == [0.5]
    assert fork.factor == 0.5


def test_an_error_on_the_way_ends_the_rates() -> None:
    peer = built("OneCycleLR", [{"lr": 1e-3}], max_lr=1.0, total_steps=5)
    curve = peers.curve(peer, 8, place=PLACE)
    assert curve is not None
    text = "ValueError: Tried to step 6 times. The specified number of total steps is 5"
    assert curve.raised == Raised(at=6, text=text)
    assert np.isfinite(curve.rates[:6]).all()
    assert np.isnan(curve.rates[6:]).all()
    assert curve.base == (1e-3,)
    assert (curve.peak, curve.ends, curve.warmup) == ((1.0,), 5, 1)


def test_a_metric_makes_no_curve() -> None:
    assert peers.curve(built("ReduceLROnPlateau", [{"lr": 1.0}]), 3, place=PLACE) is None


@pytest.mark.parametrize("by_epoch", [True, False])
def test_timm_is_stepped_in_its_own_unit(by_epoch: bool) -> None:
    peer = built(
        "timm.scheduler.CosineLRScheduler",
        [{"lr": 1.0}],
        t_initial=4,
        warmup_t=4,
        warmup_prefix=True,
        t_in_epochs=by_epoch,
    )
    curve = peers.curve(peer, 9, place=PLACE)
    assert curve is not None
    expected = [0, 0.25, 0.5, 0.75, 1, 0.854, 0.5, 0.146, 0]
    assert curve.rates[:, 0] == pytest.approx(expected, abs=5e-4)
    assert (curve.ends, curve.warmup, curve.joins, curve.floor) == (8, 4, (4,), (0.0,))


def test_a_sequence_tells_of_its_parts() -> None:
    groups: list[dict[str, Any]] = [{"lr": 2.0}]
    rise = built("LinearLR", groups, start_factor=0.1, total_iters=4)
    fall = built("CosineAnnealingLR", groups, T_max=6, eta_min=0.5)
    curve = peers.curve(built("SequentialLR", groups, rise, fall, milestones=[4]), 11, place=PLACE)
    assert curve is not None
    assert (curve.base, curve.peak, curve.floor) == ((2.0,), (2.0,), (0.5,))
    assert (curve.ends, curve.warmup, curve.joins) == (10, 4, (4,))
    assert curve.parts == ("LinearLR", "CosineAnnealingLR")
    assert (curve.cyclic, curve.factor) == (False, None)
    assert curve.rates[[0, 4, 10], 0] == pytest.approx([0.2, 2.0, 0.5])


def test_a_chain_tells_of_its_parts() -> None:
    groups: list[dict[str, Any]] = [{"lr": 2.0}]
    rise = built("LambdaLR", groups, lr_lambda=lambda _: 3.0)
    fall = built("CosineAnnealingWarmRestarts", groups, T_0=6)
    chain = built("ChainedScheduler", groups, rise, fall)
    assert (chain.ends, chain.warmup, chain.cyclic, chain.factor) == (None, None, True, 3.0)
    assert chain.asked.parts == ("LambdaLR", "CosineAnnealingWarmRestarts")


@pytest.mark.parametrize(
    ("recipe", "ends", "warmup", "floor"),
    [
        (Recipe("StepLR", {"step_size": 3}), None, None, ()),
        (Recipe("MultiStepLR", {"milestones": [3]}), None, None, ()),
        (Recipe("ConstantLR", {"total_iters": 3}), None, 3, ()),
        (Recipe("LinearLR", {"total_iters": 3}), None, 3, ()),
        (Recipe("LinearLR", {"start_factor": 1, "end_factor": 0.5}), 5, None, (1.0,)),
        (Recipe("PolynomialLR", {"total_iters": 2.5}), 3, None, (0.0,)),
        (Recipe("CosineAnnealingLR", {"T_max": 7, "eta_min": 0.1}), 7, None, (0.1,)),
        (Recipe("CosineAnnealingLR", {"T_max": math.nan}), None, None, (0.0,)),
        (Recipe("CyclicLR", {"base_lr": 0.1, "max_lr": 1.0}), None, 2000, (0.1,)),
        (Recipe("torch.optim.swa_utils.SWALR", {"swa_lr": 0.1}), 10, None, (0.1,)),
    ],
)
def test_what_the_arguments_name(
    recipe: Recipe, ends: int | None, warmup: int | None, floor: tuple[float, ...]
) -> None:
    _, peer = Sides(2.0).build(recipe)
    assert (peer.ends, peer.warmup, peer.floor) == (ends, warmup, floor)
    assert peer.cyclic == (recipe.kind == "CyclicLR")


def test_a_length_beyond_any_run_is_none() -> None:
    arguments = {"t_initial": 1, "cycle_mul": 2, "cycle_limit": 10**6}
    peer = built("timm.scheduler.CosineLRScheduler", [{"lr": 1.0}], **arguments)
    assert peer.ends is None


def test_groups_of_another_number_cannot_be_loaded() -> None:
    groups: list[dict[str, Any]] = [{"lr": 1.0, "params": 3}]
    with pytest.raises(peers.PeerError) as caught:
        peers.load_groups(groups, [])
    text = "ValueError: loaded state dict has a different number of parameter groups"
    assert str(caught.value) == text
    peers.load_groups(groups, [{"lr": 0.5}])
    assert groups == [{"lr": 0.5, "params": 3}]
    assert peers.save_groups(groups) == [{"lr": 0.5}]
