"""The baseline: intervals against scipy, and a verdict that claims no more than the seeds show."""

from collections.abc import Sequence

import pytest
import torch
from hypothesis import given, strategies as st
from scipy import stats
from torch import nn
from torch.nn.functional import cross_entropy

from rampup import Run, train
from rampup.pipeline.baseline import Curve, compare, interval
from rampup.pipeline.job import prepare
from rampup.pipeline.train import Tensors
from rampup.trace.record import Baseline, Epoch

SCHEDULE = "hold 5ep >> hold"
values = st.floats(-100, 100).filter(lambda x: x == 0 or abs(x) > 1e-3)


def curve(losses: Sequence[float], held_out: float = 0.5) -> Curve:
    return [
        Epoch(
            epoch=n, updates=n, rate_first=None, rate_last=None, train_loss=loss,
            train_accuracy=0.5, held_out_loss=held_out, held_out_accuracy=0.5, held_out_rows=10,
            grad_norm=None,
        )
        for n, loss in enumerate(losses)
    ]  # fmt: skip


@given(st.lists(values, min_size=2, max_size=31))
def test_an_interval_is_students(differences: list[float]) -> None:
    """Equal to scipy's to the three decimals of the table, for up to 31 seeds."""
    n, mean = len(differences), stats.tmean(differences)
    low, high = interval(differences)
    if len(set(differences)) == 1:
        assert (low, high) == pytest.approx((mean, mean))
        return
    expected = stats.t.interval(0.95, n - 1, loc=mean, scale=stats.sem(differences))

    # a table of three decimals is right to half a thousandth of the t value
    slack = 0.0006 * stats.sem(differences) + 1e-9
    assert (low, high) == pytest.approx(expected, abs=slack)


def test_an_interval_of_many_seeds_is_never_too_narrow() -> None:
    differences = [float(n % 7) for n in range(60)]
    low, high = interval(differences)
    narrow = stats.t.interval(0.95, 59, loc=stats.tmean(differences), scale=stats.sem(differences))

    assert low <= narrow[0] < narrow[1] <= high
    assert high - low < 1.05 * (narrow[1] - narrow[0])


def test_equal_curves_make_no_difference() -> None:
    curves = [curve([0.7, 0.5, 0.3 + n / 100]) for n in range(4)]
    event = compare([0, 1, 2, 3], curves, curves, epochs=2, schedule=SCHEDULE)

    assert {row["verdict"] for row in event.compared} == {"no difference"}
    assert [row["difference"] for row in event.compared] == [0.0] * 4
    assert event.verdict == (
        "Over 4 seeds, it made no difference to the loss after epoch 1, the worst loss of an "
        "epoch, the final loss and the final held-out loss beyond the spread of the seeds."
    )


def test_curves_are_compared_pair_by_pair() -> None:
    """A small difference that every seed shows counts, however far apart the seeds are."""
    levels = [1.0, 5.0, 25.0, 125.0]
    warm = [
        curve([9, level + 0.010 + n / 1000, level / 2], level) for n, level in enumerate(levels)
    ]
    cold = [curve([9, level, level / 2], level) for level in levels]
    event = compare([0, 1, 2, 3], warm, cold, epochs=2, schedule=SCHEDULE)
    first, worst, final, held_out = event.compared

    assert (first["name"], first["verdict"]) == ("loss after epoch 1", "higher")
    assert first["difference"] == pytest.approx(0.0115)
    assert (first["warmup"], first["without"]) == (pytest.approx(39.0115), 39.0)
    assert 0 < first["low"] < first["difference"] < first["high"]
    assert worst["verdict"] == "higher"
    assert (final["verdict"], held_out["verdict"]) == ("no difference", "no difference")


def test_pairing_is_not_by_rank() -> None:
    """The same losses in another order of seeds are a wide spread, not a difference."""
    warm = [curve([9, x, 0.1]) for x in (1.0, 2.0, 3.0)]
    cold = [curve([9, x, 0.1]) for x in (3.1, 1.1, 2.1)]
    first = compare([0, 1, 2], warm, cold, epochs=2, schedule=SCHEDULE).compared[0]

    assert first["verdict"] == "no difference"
    assert first["low"] < -2 < 1 < first["high"]


def test_the_first_epoch_counted_is_1_and_the_worst_is_anywhere() -> None:
    event = compare(
        [0, 1, 2], [curve([99, 2, 5, 1], 7)] * 3, [curve([99, 1, 3, 2], 4)] * 3, 3, SCHEDULE
    )

    assert [(r["warmup"], r["without"], r["verdict"]) for r in event.compared] == [
        (2, 1, "higher"), (5, 3, "higher"), (1, 2, "lower"), (7, 4, "higher"),
    ]  # fmt: skip
    assert event.verdict == (
        "Over 3 seeds, warmup lowered the final loss (2 → 1); warmup raised the loss after epoch 1 "
        "(1 → 2), the worst loss of an epoch (3 → 5) and the final held-out loss (4 → 7)."
    )


def test_diverged_seeds_are_counted_and_left_out_of_the_means() -> None:
    whole, short = curve([1, 0.5, 0.25]), curve([1, 0.5])
    event = compare(
        [7, 8, 9, 10, 11], [whole] * 5, [short, whole, short, whole, whole], 2, SCHEDULE
    )

    assert event.seeds == [7, 8, 9, 10, 11]
    assert {row["without"] for row in event.compared} == {0.5, 0.25}
    assert event.verdict.startswith(
        "Over 5 seeds, training diverged on 2 of 5 seeds without warmup and on 0 with it; it made "
        "no difference to"
    )


def test_too_few_pairs_conclude_nothing() -> None:
    """A seed counts only where both of its trainings finished."""
    whole, short = curve([1, 0.5]), curve([1])
    event = compare([0, 1, 2], [whole, whole, short], [short, whole, whole], 1, SCHEDULE)

    assert event.compared == []
    assert event.verdict == (
        "Over 3 seeds, training diverged on 1 of 3 seeds without warmup and on 1 with it; "
        "too few seeds finished on both sides to conclude more."
    )


def first_epoch(tensors: Tensors, seed: int, warmup: bool) -> float:
    """Return the training loss after one epoch of a loop that knows nothing of rampup."""
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(10, 50), nn.ReLU(), nn.Linear(50, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    order = torch.randperm(800, generator=torch.Generator().manual_seed(seed))
    for k, rows in enumerate(order.split(32)):
        optimizer.param_groups[0]["lr"] = 0.01 * ((k + 1) / 125 if warmup else 1.0)
        optimizer.zero_grad()
        cross_entropy(model(tensors.x[rows]), tensors.y[rows]).backward()
        optimizer.step()
    with torch.no_grad():
        return cross_entropy(model(tensors.x), tensors.y).item()


def test_the_run_compares_the_same_seeds(default_run: Run) -> None:
    """On the same rows; each seed decides the weights and the order of both its trainings."""
    event = next(e for e in default_run.events if isinstance(e, Baseline))
    tensors = prepare(default_run.config).tensors
    warm = [first_epoch(tensors, seed, warmup=True) for seed in range(5)]
    cold = [first_epoch(tensors, seed, warmup=False) for seed in range(5)]
    low, high = interval([a - b for a, b in zip(warm, cold, strict=True)])

    assert (event.seeds, event.schedule) == ([0, 1, 2, 3, 4], SCHEDULE)
    assert event.compared[0] == {
        "name": "loss after epoch 1",
        "warmup": pytest.approx(sum(warm) / 5, rel=1e-9),
        "without": pytest.approx(sum(cold) / 5, rel=1e-9),
        "difference": pytest.approx(sum(warm) / 5 - sum(cold) / 5, rel=1e-9),
        "low": pytest.approx(low, rel=1e-9),
        "high": pytest.approx(high, rel=1e-9),
        "verdict": "higher",
    }


def test_a_diverging_baseline_is_a_finding_not_a_failure() -> None:
    """At a rate that only a warmup survives, the run finishes and counts the lost seeds."""
    config = {
        "training": {"optimizer": "sgd", "lr": 25.0, "epochs": 4, "batch_size": 100},
        "schedule": "warmup 3ep >> decay to 0",
        "baseline": {"seeds": 3},
    }
    event = next(e for e in train(config).events if isinstance(e, Baseline))

    assert event.verdict == (
        "Over 3 seeds, training diverged on 3 of 3 seeds without warmup and on 0 with it; "
        "too few seeds finished on both sides to conclude more."
    )
