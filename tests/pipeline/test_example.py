"""The built-in data: a straight line cannot separate it, the default network can."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from rampup import Config, train
from rampup.pipeline.data import example
from rampup.pipeline.job import prepare
from rampup.trace.record import Epoch

SEEDS = range(10)


@pytest.fixture(scope="module")
def last_epochs() -> list[Epoch]:
    """Return the last epoch of the default run for each seed."""
    return [train({"seed": seed, "baseline": {"seeds": 0}}).epochs[-1] for seed in SEEDS]


@pytest.mark.parametrize("seed", SEEDS)
def test_logistic_regression_is_not_enough(seed: int) -> None:
    features, labels = example(seed)
    split = prepare(Config(seed=seed)).split
    scaler = StandardScaler().fit(features[split.train])
    line = LogisticRegression().fit(scaler.transform(features[split.train]), labels[split.train])

    accuracy = line.score(scaler.transform(features[split.held_out]), labels[split.held_out])

    assert accuracy <= 0.80


def test_the_default_run_learns_it(last_epochs: list[Epoch]) -> None:
    """Held-out accuracy ≥ 0.90 and held-out loss ≤ 0.22 after epoch 10, for 9 of 10 seeds."""
    good = [e.held_out_accuracy >= 0.90 and e.held_out_loss <= 0.22 for e in last_epochs]

    assert all(e.epoch == 10 and e.held_out_rows == 200 for e in last_epochs)
    assert sum(good) >= 9


def test_it_is_what_the_page_speaks_of() -> None:
    """1000 rows × 10 features in two classes of equal size, decided by the seed alone."""
    features, labels = example(3)
    again, other = example(3)[0], example(4)[0]

    assert features.shape == (1000, 10)
    assert np.bincount(labels).tolist() == [500, 500]
    assert np.array_equal(features, again)
    assert not np.array_equal(features, other)


def test_it_needs_standardising() -> None:
    """Columns differ in unit by more than ten, and most lie away from zero."""
    features, _ = example(0)
    spread, middle = features.std(0), features.mean(0)

    assert spread.max() / spread.min() > 10
    assert (abs(middle) > spread).sum() >= 5
