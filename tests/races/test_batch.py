"""Every member of a batch is what it is alone, in any company."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from tests.races.models import MODELS, members, quiet, task

from rampup.races.batch import Batch, Outcome
from rampup.races.members import Member
from rampup.races.sequential import Alone, together
from rampup.races.task import Task
from rampup.races.update import Rule
from rampup.units import Horizon

SHORT = Horizon(updates=7, updates_per_epoch=5)  # a whole epoch, its short batch, and more


def batched(on: Task, who: Sequence[Member], *, trace: bool = False) -> Outcome:
    batch = Batch(on, who, trace=trace)
    batch.advance(on.horizon.updates, quiet)
    return batch.outcome()


def alone(on: Task, who: Sequence[Member]) -> Outcome:
    found = []
    for member in who:
        one = Alone(on, member)
        one.advance(on.horizon.updates, quiet)
        found.append(one.outcome())
    return together(found)


def expect_equal(found: Outcome, wanted: Outcome) -> None:
    for name in ("losses", "held_out", "metric"):
        values = getattr(found, name), getattr(wanted, name)
        assert np.allclose(*values, rtol=1e-9, atol=0, equal_nan=True), name
    assert np.isfinite(found.losses).all()


@pytest.mark.parametrize("name", MODELS)
def test_a_member_learns_what_it_learns_alone(name: str) -> None:
    on, who = task(name), members()

    expect_equal(batched(on, who), alone(on, who))


@pytest.mark.parametrize(
    "rule",
    [
        Rule(name="sgd", momentum=0.9, nesterov=True, weight_decay=0.01),
        Rule(name="adamw", weight_decay=0.1),
        Rule(name="radam", betas=(0.9, 0.9)),
    ],
    ids=str,
)
def test_with_every_optimizer_and_clipping(rule: Rule) -> None:
    on, who = task("dropout", optimizer=rule, clip_norm=0.3), members()

    expect_equal(batched(on, who), alone(on, who))


@pytest.mark.parametrize(
    ("name", "dtype", "trace"),
    [
        *((name, torch.float64, False) for name in MODELS),
        ("mlp", torch.float32, True), ("cnn", torch.float32, True),
        ("dropout", torch.float64, True), ("transformer", torch.float64, True),
    ],
)  # fmt: skip
def test_the_bits_do_not_depend_on_the_company(name: str, dtype: torch.dtype, trace: bool) -> None:
    """First or last, in another order, with few or with none beside it."""
    on, who = task(name, dtype=dtype, horizon=SHORT), members()
    every = batched(on, who, trace=trace)

    for some in ([5], [11, 3, 7, 2, 0]):
        found = batched(on, [who[i] for i in some], trace=trace)
        for part in ("losses", "held_out", "metric"):
            wanted = getattr(every, part)[..., some]
            assert np.array_equal(getattr(found, part), wanted, equal_nan=True), (part, some)


def squares(out: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """A loss under which plain descent at a high rate ends in infinity."""
    return (out - y[:, None]).square().mean()


@pytest.mark.parametrize("trace", [True, False], ids=["traced", "eager"])
def test_a_member_that_diverges_is_out_and_harms_nobody(trace: bool) -> None:
    """Its neighbours keep their bits; it stops where it stops alone, with NaN from there on."""
    on = task("mlp", optimizer=Rule(name="sgd"), loss=squares)
    fine, wild = members((0.003, 0.03), 2), members((1e20, 1e80), 2)
    mixed = [one for pair in zip(fine, wild, strict=True) for one in pair]
    found, apart = batched(on, mixed, trace=trace), batched(on, fine, trace=trace)

    assert np.array_equal(found.losses[:, ::2], apart.losses)
    ends = alone(on, wild).losses
    assert np.array_equal(np.isnan(found.losses[:, 1::2]), np.isnan(ends))
    assert np.isnan(ends).all(axis=0).tolist() == [False] * 8
    assert np.isnan(ends[-1]).all()
    assert np.isnan(found.held_out[1::2]).all()


def test_a_batch_drops_the_diverged_and_goes_on() -> None:
    """After 50 updates three of four are out; the last one does not notice."""
    horizon = Horizon(updates=60, updates_per_epoch=5)
    on = task("mlp", optimizer=Rule(name="sgd"), loss=squares, horizon=horizon)
    fine, wild = members((0.01,), 1)[0], members((1e60, 1e80), 1)[:3]
    batch = Batch(on, [*wild, fine], trace=True)
    batch.advance(60, quiet)

    assert batch.alive.tolist() == [3]
    assert np.array_equal(batch.outcome().losses[:, 3:], batched(on, [fine], trace=True).losses)


def test_nobody_left_ends_the_batch() -> None:
    on = task("mlp", loss=lambda *given: given[0].mean() * torch.nan)
    batch = Batch(on, members(), trace=False)
    steps: list[tuple[int, int]] = []
    batch.advance(23, lambda *told: steps.append(told))

    assert np.isnan(batch.outcome().losses).all()
    assert steps[-1] == (23, 12)


def test_a_batch_goes_on_from_a_snapshot() -> None:
    on, who = task("cnn"), members()
    whole = batched(on, who)
    first, second = (Batch(on, who, trace=False) for _ in range(2))
    first.advance(9, quiet)
    second.restore({name: value.clone() for name, value in first.snapshot().items()})
    second.advance(23, quiet)

    assert second.done == 23
    for name in ("losses", "held_out"):
        assert np.array_equal(getattr(second.outcome(), name), getattr(whole, name))
