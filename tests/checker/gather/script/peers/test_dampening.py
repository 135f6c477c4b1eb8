"""pytorch_warmup, emulated and real, around another scheduler."""

import contextlib
from typing import Any

import pytest
from tests.checker.gather.script.peers.sides import BothRaisedError, Recipe, Sides

pytest.importorskip("pytorch_warmup", reason="an optional peer")

SIZES = "The size of warmup_period (1) does not match the size of param_groups (2)."


def check_around(kind: str, arguments: dict[str, Any], inner: Recipe) -> None:
    sides = Sides(0.1, 0.5, adam=True)
    sides.build(inner)
    theirs, mine = sides.build(Recipe(f"pytorch_warmup.{kind}", arguments))
    for _ in range(12):
        mine.enter()  # type: ignore[attr-defined]
        with theirs.dampening():
            sides.step(0)
        mine.leave()  # type: ignore[attr-defined]
        sides.check()
    sides.both(lambda: theirs.dampen(3), lambda: mine.step(3))
    sides.check()
    assert mine.last_epoch == theirs.last_step == 3


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("LinearWarmup", {"warmup_period": 4}),
        ("LinearWarmup", {"warmup_period": [4, 6]}),
        ("ExponentialWarmup", {"warmup_period": 4}),
        ("UntunedLinearWarmup", {}),
        ("UntunedExponentialWarmup", {}),
        ("RAdamWarmup", {}),
    ],
)
@pytest.mark.parametrize("inner", ["CosineAnnealingLR", "LinearLR"])
def test_each_dampening(kind: str, arguments: dict[str, Any], inner: str) -> None:
    check_around(kind, arguments, Recipe(inner, {"T_max": 8} if inner[0] == "C" else {}))


@pytest.mark.parametrize(
    ("period", "text"),
    [
        (0, "ValueError: warmup_period must be a positive integer, but is 0."),
        (2.5, "TypeError: 2.5 (float) is not a list nor an int."),
        ([3], f"ValueError: {SIZES}"),
        ([3, 2.5], "TypeError: An element in warmup_period, float, is not an int."),
        ([3, -1], "ValueError: An element in warmup_period must be a positive integer, but is -1."),
    ],
)
def test_a_period_that_cannot_be(period: Any, text: str) -> None:
    with pytest.raises(BothRaisedError) as caught:
        Sides(0.1, 0.5).build(Recipe("pytorch_warmup.LinearWarmup", {"warmup_period": period}))
    assert str(caught.value) == text


def test_rectification_needs_a_slow_average() -> None:
    sides = Sides(0.1, adam=True, betas=(0.9, 0.5))
    with contextlib.suppress(BothRaisedError):
        sides.build(Recipe("pytorch_warmup.RAdamWarmup"))
    assert sides.pairs == []
