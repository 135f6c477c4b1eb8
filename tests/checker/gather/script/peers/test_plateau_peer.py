"""ReduceLROnPlateau, emulated and real, alone and beside another writer."""

import contextlib
from typing import Any

import pytest
from hypothesis import given, strategies as st
from tests.checker.gather.script.peers.sides import BothRaisedError, Recipe, Sides

from rampup.checker.gather.script import peers

KIND = "ReduceLROnPlateau"
metrics = st.lists(st.sampled_from([1.0, 0.99995, 0.9, 1.1, float("nan")]), max_size=25)
arguments = st.fixed_dictionaries(
    {},
    optional={
        "mode": st.sampled_from(["min", "max", "middle"]),
        "factor": st.sampled_from([0.1, 0.5, 1.0]),
        "patience": st.integers(0, 3),
        "threshold": st.sampled_from([1e-4, 0.05]),
        "threshold_mode": st.sampled_from(["rel", "abs", "none"]),
        "cooldown": st.integers(0, 3),
        "min_lr": st.sampled_from([0.01, [0.01, 0.2], [0.1]]),
        "eps": st.sampled_from([1e-8, 0.04]),
    },
)


@given(arguments=arguments, values=metrics, added=st.integers(0, 30))
def test_each_metric(arguments: dict[str, Any], values: list[float], added: int) -> None:
    sides = Sides(0.1, 0.5)
    with contextlib.suppress(BothRaisedError):
        sides.build(Recipe(KIND, arguments))
        sides.build(Recipe("ExponentialLR", {"gamma": 0.9}))
        for k, value in enumerate(values):
            if k == added:
                sides.add(0.3)
            sides.step(0, metrics=value)
            sides.step(1)
            sides.check_reports()


def test_a_state_brings_the_best_metric() -> None:
    first, second = Sides(0.1), Sides(0.1)
    for sides in (first, second):
        sides.build(Recipe(KIND, {"patience": 2, "cooldown": 1}))
    for value in (1.0, 0.5, 0.6, 0.7, 0.8):
        first.step(metrics=value)
    second.load_scheduler(first.save())
    for value in (0.6, 0.7, 0.8, 0.9, 1.0):
        second.step(metrics=value)
        second.check_reports()
    assert second.rate < 0.1


def test_the_metric_may_come_under_any_name() -> None:
    peer = peers.build(f"torch.optim.lr_scheduler.{KIND}", [{"lr": 1.0}], {"patience": 0})
    assert peer is not None
    peer.step(1.0)
    peer.step(metric=1.0)
    peer.step(metrics=1.0)
    assert peer.last_lr == pytest.approx([0.01])


def test_without_a_metric_it_raises() -> None:
    sides = Sides(1.0)
    sides.build(Recipe(KIND))
    with pytest.raises(BothRaisedError) as caught:
        sides.step()
    text = "TypeError: ReduceLROnPlateau.step() missing 1 required positional argument: 'metrics'"
    assert str(caught.value) == text


@pytest.mark.parametrize(
    "outer", [Recipe("SequentialLR", {"milestones": []}), Recipe("ChainedScheduler")]
)
def test_it_is_no_part_of_another(outer: Recipe) -> None:
    recipe = Recipe(outer.kind, outer.arguments, (Recipe(KIND),))
    with pytest.raises(BothRaisedError, match="does not support `ReduceLROnPlateau` scheduler"):
        Sides(1.0).build(recipe)
