"""The resume matrix: what becomes of the rates, by the order of building and loading."""

import math
from typing import Any

import pytest
from tests.checker.gather.script.peers.sides import Recipe, Sides

RUN, SAVED = 20, 8

RISE = Recipe("LinearLR", {"start_factor": 0.1, "total_iters": 10})


def half(k: int) -> float:
    return min(1.0, (k + 1) / 10)


KINDS = {
    "LinearLR": RISE,
    "LambdaLR": Recipe("LambdaLR", {"lr_lambda": half}),
    "CosineAnnealingLR": Recipe("CosineAnnealingLR", {"T_max": 20}),
    "OneCycleLR": Recipe("OneCycleLR", {"max_lr": 1.0, "total_steps": 20}),
    "SequentialLR": Recipe(
        "SequentialLR",
        {"milestones": [5]},
        (
            Recipe("LinearLR", {"start_factor": 0.1, "total_iters": 5}),
            Recipe("CosineAnnealingLR", {"T_max": 15}),
        ),
    ),
    "ChainedScheduler": Recipe(
        "ChainedScheduler", {}, (RISE, Recipe("ExponentialLR", {"gamma": 0.95}))
    ),
    "CosineAnnealingWarmRestarts": Recipe("CosineAnnealingWarmRestarts", {"T_0": 7}),
    "PolynomialLR": Recipe("PolynomialLR", {"total_iters": 20}),
    "StepLR": Recipe("StepLR", {"step_size": 4, "gamma": 0.5}),
    "ExponentialLR": Recipe("ExponentialLR", {"gamma": 0.9}),
}

ORDERS = {
    "both built first": ("build", "scheduler", "optimizer"),
    "built after the optimizer was loaded": ("optimizer", "build", "scheduler"),
    "built after, no scheduler state": ("optimizer", "build"),
    "optimizer state only": ("build", "optimizer"),
    "scheduler state only": ("build", "scheduler"),
    "last_epoch": ("optimizer", "build with last_epoch"),
}


def saved_and_whole(recipe: Recipe) -> tuple[Any, list[float]]:
    """Return a checkpoint after update 8, and the rates of the unbroken run."""
    sides = Sides(1.0)
    sides.build(recipe)
    outer = sides.pairs = sides.pairs[-1:]
    assert len(outer) == 1
    saved, used = None, []
    for k in range(RUN):
        if k == SAVED:
            saved = sides.save()
        used.append(sides.rate)
        sides.step()
    return saved, used


def resumed(recipe: Recipe, order: tuple[str, ...]) -> list[float]:
    """Return the rates of updates 8 to 19 after a resume."""
    saved, _ = saved_and_whole(recipe)
    sides = Sides(1.0)
    for act in order:
        match act:
            case "build":
                sides.build(recipe)
            case "build with last_epoch":
                last = {**recipe.arguments, "last_epoch": SAVED - 1}
                sides.build(Recipe(recipe.kind, last, recipe.parts))
            case "optimizer":
                sides.load_optimizer(saved)
            case "scheduler":
                sides.load_scheduler(saved)
        sides.pairs = sides.pairs[-1:]
    used = []
    for _ in range(SAVED, RUN):
        used.append(sides.rate)
        sides.step()
    return used


@pytest.mark.parametrize("kind", KINDS)
def test_building_both_and_then_loading_both_goes_on_where_it_was(kind: str) -> None:
    _, whole = saved_and_whole(KINDS[kind])
    assert resumed(KINDS[kind], ORDERS["both built first"]) == whole[SAVED:]


# the first rate over the right one, and the highest rate, as torch 2.13 gives them
MATRIX = {
    ("LinearLR", "built after the optimizer was loaded"): (0.1, 0.1),
    ("LinearLR", "built after, no scheduler state"): (0.1, 0.82),
    ("LinearLR", "optimizer state only"): (1.0, 8.2),
    ("LambdaLR", "scheduler state only"): (1 / 9, 1.0),
    ("CosineAnnealingLR", "built after the optimizer was loaded"): (1.0, None),
    ("OneCycleLR", "built after the optimizer was loaded"): (0.04 / 0.891, None),
    ("SequentialLR", "optimizer state only"): (1.0, 7.42),
    ("ChainedScheduler", "optimizer state only"): (1.0, 3.26),
    ("StepLR", "scheduler state only"): (4.0, 1.0),
    ("StepLR", "last_epoch"): (0.5, None),
    ("ExponentialLR", "scheduler state only"): (0.9**-8, 1.0),
}


@pytest.mark.parametrize(
    ("kind", "order"),
    [
        (kind, order)
        for kind in KINDS
        for order in ORDERS
        if (kind, order) != ("ChainedScheduler", "last_epoch")  # it has no such argument
    ],
)
def test_each_order_gives_the_rates_that_torch_gives(kind: str, order: str) -> None:
    used = resumed(KINDS[kind], ORDERS[order])  # equal to torch's at each step, or it fails
    first, highest = MATRIX.get((kind, order), (None, None))
    _, whole = saved_and_whole(KINDS[kind])
    assert first is None or math.isclose(used[0] / whole[SAVED], first, rel_tol=5e-3)
    assert highest is None or math.isclose(max(used), highest, rel_tol=5e-3)


def test_an_old_state_brings_its_horizon() -> None:
    short, long = Sides(1.0), Sides(1.0)
    short.build(Recipe("OneCycleLR", {"max_lr": 1.0, "total_steps": 10}))
    for _ in range(4):
        short.step()
    _, mine = long.build(Recipe("OneCycleLR", {"max_lr": 1.0, "total_steps": 20}))
    assert mine.ends == 20
    long.load_scheduler(short.save())
    assert mine.ends == 10
