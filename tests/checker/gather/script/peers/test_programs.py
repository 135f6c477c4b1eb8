"""Random programs with one or more torch schedulers: both sides give the same rates, or raise."""

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from tests.checker.gather.script.peers.recipes import any_recipe, plain, whichever
from tests.checker.gather.script.peers.sides import BothRaisedError, Recipe, Sides

from rampup.checker.gather.script import peers

group_rates = st.lists(st.sampled_from([1.0, 0.1, 3e-4]), min_size=1, max_size=3)


def check_program(sides: Sides, acts: list[tuple[Any, ...]]) -> None:
    """Do what a program does; after an error both sides go on, to show that it left the same."""
    for act in acts:
        with contextlib.suppress(BothRaisedError):
            match act:
                case ("step", which):
                    sides.step(which % len(sides.pairs))
                case ("epoch", which, epoch):
                    sides.step(which % len(sides.pairs), epoch=epoch)
                case ("write", factor):
                    for theirs in sides.optimizer.param_groups:
                        theirs["lr"] *= factor
                    for mine in sides.groups:
                        mine["lr"] *= factor
                case ("add", rate):
                    sides.add(rate)
            sides.check_reports()


steps = st.tuples(st.just("step"), st.integers(0, 2))
acts = st.lists(
    st.one_of(
        steps,
        steps,
        steps,
        steps,
        st.tuples(st.just("epoch"), st.integers(0, 2), st.integers(0, 20)),
        st.tuples(st.just("write"), st.sampled_from([0.1, 0.5, 2.0])),
        st.tuples(st.just("add"), st.sampled_from([1.0, 0.01])),
    ),
    max_size=30,
)


@pytest.mark.parametrize("kind", sorted(whichever))
@settings(max_examples=60)
@given(data=st.data(), rates=group_rates, adam=st.booleans())
def test_one_scheduler_stepped_on(
    kind: str, data: st.DataObject, rates: list[float], adam: bool
) -> None:
    sides = Sides(*rates, adam=adam)
    with contextlib.suppress(BothRaisedError):
        sides.build(Recipe(kind, data.draw(whichever[kind]())))
        for _ in range(25):
            sides.step()
            sides.check_reports()


@settings(max_examples=150)
@given(recipes=st.lists(plain(), min_size=1, max_size=3), rates=group_rates, acts=acts)
def test_several_writers_on_one_optimizer(
    recipes: list[Recipe], rates: list[float], acts: list[tuple[Any, ...]]
) -> None:
    sides = Sides(*rates)
    for recipe in recipes:
        with contextlib.suppress(BothRaisedError):
            sides.build(recipe)
    if sides.pairs:
        check_program(sides, acts)


@settings(max_examples=120)
@given(recipe=any_recipe(), rates=group_rates, count=st.integers(0, 25))
def test_schedulers_of_schedulers(recipe: Recipe, rates: list[float], count: int) -> None:
    sides = Sides(*rates)
    with contextlib.suppress(BothRaisedError):
        sides.build(recipe)
        outer = sides.pairs[-1:]
        sides.pairs = outer
        for _ in range(count):
            with contextlib.suppress(BothRaisedError):
                sides.step()
                sides.check_reports()


@settings(max_examples=120)
@given(
    recipe=any_recipe(),
    rates=group_rates,
    before=st.integers(0, 12),
    order=st.permutations(["build", "optimizer", "scheduler"]),
    left_out=st.sampled_from(["", "optimizer", "scheduler"]),
)
def test_a_resume_in_any_order(
    recipe: Recipe, rates: list[float], before: int, order: list[str], left_out: str
) -> None:
    first, second = Sides(*rates), Sides(*rates)
    with contextlib.suppress(BothRaisedError):
        first.build(recipe)
        first.pairs = first.pairs[-1:]
        for _ in range(before):
            first.step()
        saved = first.save()
        for act in order:
            if act == "build":
                second.build(recipe)
                second.pairs = second.pairs[-1:]
            elif act == "optimizer" and act != left_out:
                second.load_optimizer(saved)
            elif act == "scheduler" and act != left_out and second.pairs:
                second.load_scheduler(saved)
        for _ in range(12):
            second.step()
            second.check_reports()


@settings(max_examples=120)
@given(saved=any_recipe(), now=any_recipe(), before=st.integers(0, 8))
def test_a_state_of_another_class(saved: Recipe, now: Recipe, before: int) -> None:
    first, second = Sides(1.0, 0.1), Sides(1.0, 0.1)
    with contextlib.suppress(BothRaisedError):
        for sides, recipe in ((first, saved), (second, now)):
            sides.build(recipe)
            sides.pairs = sides.pairs[-1:]
        for _ in range(before):
            first.step()
        with contextlib.suppress(BothRaisedError):
            second.load_scheduler(first.save())
        for _ in range(8):
            second.step()
            second.check_reports()


def test_a_group_added_in_the_warmup_of_a_recursive_scheduler_overshoots() -> None:
    sides = Sides(1.0)
    sides.build(Recipe("LinearLR", {"start_factor": 0.1, "total_iters": 4}))
    sides.step()
    sides.add(1.0)
    for _ in range(4):
        sides.step()
    assert [group["lr"] for group in sides.groups] == pytest.approx([1.0, 3.08], abs=5e-3)


def test_a_group_added_under_a_function_raises() -> None:
    groups: list[dict[str, Any]] = [{"lr": 1.0}]
    peer = peers.build("torch.optim.lr_scheduler.LambdaLR", groups, {"lr_lambda": lambda _: 1.0})
    assert peer is not None
    groups.append({"lr": 0.5})
    with pytest.raises(peers.PeerError) as caught:
        peer.step()
    assert str(caught.value) == "ValueError: zip() argument 2 is shorter than argument 1"


def test_two_writers_miss_the_peak() -> None:
    sides = Sides(1.0)
    sides.build(Recipe("LinearLR", {"start_factor": 0.1, "total_iters": 5}))
    sides.build(Recipe("CosineAnnealingLR", {"T_max": 10}))
    used = []
    for _ in range(10):
        used.append(sides.rate)
        sides.step(0)
        sides.step(1)
    assert max(used) == pytest.approx(0.537, abs=5e-4)


@given(
    first=st.integers(1, 5),
    mult=st.integers(1, 3),
    epochs=st.lists(st.one_of(st.floats(0, 50), st.integers(-1, 50)), max_size=15),
)
def test_warm_restarts_at_epochs_between_two(first: int, mult: int, epochs: list[float]) -> None:
    sides = Sides(1.0, 0.1)
    sides.build(Recipe("CosineAnnealingWarmRestarts", {"T_0": first, "T_mult": mult}))
    for epoch in epochs:
        with contextlib.suppress(BothRaisedError):
            sides.step(epoch=epoch)
        with contextlib.suppress(BothRaisedError):
            sides.step()
        sides.check_reports()
