"""transformers' schedules, emulated and real."""

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from tests.checker.gather.script.peers.sides import BothRaisedError, Recipe, Sides

from rampup.checker.gather.script import peers

pytest.importorskip("transformers", reason="an optional peer")

PREFIX = "transformers.optimization."
steps = st.one_of(st.integers(0, 12), st.sampled_from([-3, 2.5]))
totals = st.one_of(st.integers(1, 20), st.sampled_from([0, 7.5]))
run = {"num_warmup_steps": steps, "num_training_steps": totals}
cycles = st.sampled_from([0.5, 1, 2, 1.5])
lows = {"min_lr": st.sampled_from([0.01, 0.1]), "min_lr_rate": st.sampled_from([0.0, 0.1])}
shapes = st.sampled_from(["linear", "cosine", "1-sqrt", "square"])

SCHEDULES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "get_constant_schedule": ({}, {}),
    "get_constant_schedule_with_warmup": ({"num_warmup_steps": steps}, {}),
    "get_linear_schedule_with_warmup": (run, {}),
    "get_cosine_schedule_with_warmup": (run, {"num_cycles": cycles}),
    "get_cosine_with_hard_restarts_schedule_with_warmup": (run, {"num_cycles": cycles}),
    "get_polynomial_decay_schedule_with_warmup": (
        run,
        {"lr_end": st.sampled_from([0.0, 0.01, 1.0]), "power": st.sampled_from([1.0, 2.0, 3])},
    ),
    "get_inverse_sqrt_schedule": (
        {"num_warmup_steps": steps},
        {"timescale": st.sampled_from([5, 100])},
    ),
    "get_cosine_with_min_lr_schedule_with_warmup": (run, lows | {"num_cycles": cycles}),
    "get_cosine_with_min_lr_schedule_with_warmup_lr_rate": (
        run,
        lows | {"num_cycles": cycles, "warmup_lr_rate": st.sampled_from([0.0, 0.1])},
    ),
    "get_wsd_schedule": (
        {"num_warmup_steps": steps, "num_decay_steps": steps},
        {
            "num_training_steps": totals,
            "num_stable_steps": steps,
            "warmup_type": shapes,
            "decay_type": shapes,
            "min_lr_ratio": st.sampled_from([0, 0.1]),
            "num_cycles": cycles,
        },
    ),
}


def check_steps(recipe: Recipe, *, count: int = 25) -> None:
    sides = Sides(0.1, 0.5)
    with contextlib.suppress(BothRaisedError):
        sides.build(recipe)
        for _ in range(count):
            sides.step()
            sides.check_reports()


@pytest.mark.parametrize("name", SCHEDULES)
@settings(max_examples=60)
@given(data=st.data())
def test_each_schedule(name: str, data: st.DataObject) -> None:
    needed, optional = SCHEDULES[name]
    arguments = data.draw(st.fixed_dictionaries(needed, optional=optional))
    check_steps(Recipe(PREFIX + name, arguments))


SPECIAL: dict[str, dict[str, Any]] = {
    "cosine_with_restarts": {"num_cycles": 3},
    "polynomial": {"lr_end": 0.01, "power": 2.0},
    "inverse_sqrt": {"timescale": 9},
    "cosine_with_min_lr": {"min_lr": 0.01},
    "cosine_warmup_with_min_lr": {"min_lr_rate": 0.1, "warmup_lr_rate": 0.2},
    "warmup_stable_decay": {"num_decay_steps": 5},
}


@pytest.mark.parametrize(
    "name", ["linear", "cosine", "constant", "constant_with_warmup", *SPECIAL, "nothing_like_it"]
)
@pytest.mark.parametrize(
    "lengths",
    [
        {"num_warmup_steps": 3, "num_training_steps": 14},
        {"num_warmup_steps": 3},
        {"num_training_steps": 14},
        {},
    ],
    ids=["both", "warmup", "total", "none"],
)
def test_get_scheduler_by_name(name: str, lengths: dict[str, int]) -> None:
    arguments = {"name": name, "scheduler_specific_kwargs": SPECIAL.get(name), **lengths}
    kind = "transformers.get_scheduler"
    if name == "nothing_like_it":
        assert peers.build(kind, [{"lr": 1.0}], arguments) is None
    else:
        check_steps(Recipe(kind, arguments))


def test_get_scheduler_makes_a_plateau() -> None:
    sides = Sides(1.0)
    special = {"factor": 0.5, "patience": 1}
    arguments = {"name": "reduce_lr_on_plateau", "scheduler_specific_kwargs": special}
    sides.build(Recipe("transformers.get_scheduler", arguments))
    for _ in range(6):
        sides.step(metrics=1.0)
    assert sides.rate == 0.25


def test_the_default_rate_comes_from_the_groups_where_they_agree() -> None:
    kind = PREFIX + "get_polynomial_decay_schedule_with_warmup"
    arguments = {"num_warmup_steps": 0, "num_training_steps": 4, "lr_end": 0.25}
    alike = peers.build(kind, [{"lr": 0.5}, {"lr": 0.5}], arguments)
    assert alike is not None
    assert alike.floor == (0.25, 0.25)
    assert peers.build(kind, [{"lr": 0.5}, {"lr": 0.25}], arguments) is None


def test_what_is_asked_for_is_told() -> None:
    lengths = {"num_warmup_steps": 3, "num_training_steps": 10}
    kind = PREFIX + "get_cosine_with_min_lr_schedule_with_warmup"
    peer = peers.build(kind, [{"lr": 0.5}], {**lengths, "min_lr_rate": 0.5})
    assert peer is not None
    assert (peer.kind, peer.ends, peer.warmup, peer.joins) == ("LambdaLR", 10, 3, (3,))
    assert (peer.peak, peer.floor, peer.cyclic, peer.factor) == ((0.5,), (0.25,), False, 0.0)
    for _ in range(3):
        peer.step()
    assert peer.factor == 1.0
