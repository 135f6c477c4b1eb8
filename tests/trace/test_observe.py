"""Observations: each rule speaks where it should, in exact words, and is silent elsewhere."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, strategies as st

from rampup.trace.observe import RULES, Observer
from rampup.trace.record import Epoch, Observation, Planned, Update

PEAK = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of ten updates per epoch, made by hand; lists begin with epoch 0."""

    train: list[float]
    held_out: list[float] | None = None
    accuracy: float = 0.75
    rates: list[float | None] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    classes: int = 2
    rows: int = 200
    planned: bool = True


def said(run: Run) -> list[list[Observation]]:
    """Return what is observed after each epoch."""
    observer, heard = Observer(), []
    if run.planned:
        plan = Planned(
            text="warmup 5ep linear >> hold", base=PEAK, updates=100, updates_per_epoch=10,
            warmup=50, peak=PEAK, peak_at=49, classes=run.classes, epochs=[],
        )  # fmt: skip
        assert observer.see(plan) == []
    for n, loss in enumerate(run.train):
        last = n == len(run.train) - 1
        for update in run.updates if last else []:
            assert observer.see(update) == []
        rate = run.rates[n] if n < len(run.rates) else None
        epoch = Epoch(
            epoch=n, updates=10 * n, rate_first=rate, rate_last=rate, train_loss=loss,
            train_accuracy=0.5, held_out_loss=run.held_out[n] if run.held_out else loss,
            held_out_accuracy=run.accuracy, held_out_rows=run.rows, grad_norm=1.0,
        )  # fmt: skip
        heard.append(observer.see(epoch))
    return heard


def sentence(rule: str, run: Run) -> str | None:
    """Return what `rule` says after the last epoch of `run`."""
    return next((o.sentence for o in said(run)[-1] if o.rule == rule), None)


def update(k: int, used: float, planned: float | None = None) -> Update:
    return Update(k=k, planned=planned, used=used, reported=None, loss=1.0, grad_norm=1.0)


CASES = {
    "initial-loss": [
        (
            Run(train=[0.7], held_out=[0.6667]),
            "held-out loss 0.667 before training; knowing nothing gives ln 2 = 0.693",
        ),
        (
            Run(train=[2.5], classes=10),
            "held-out loss 2.500 before training; knowing nothing gives ln 10 = 2.303",
        ),
        (Run(train=[0.7, 0.6]), None),
        (Run(train=[0.7], planned=False), None),
    ],
    "rate": [
        (Run(train=[1, 1], rates=[None, 0.002]), "rate 0.002, 20% of the peak"),
        (Run(train=[1, 1], rates=[None, PEAK]), "rate at the peak, 0.01"),
        (Run(train=[1, 1], rates=[None, 0.02]), "rate 0.02, 200% of the peak"),
        (Run(train=[1]), None),
        (Run(train=[1, 1], rates=[None, 0.002], planned=False), None),
    ],
    "loss-change": [
        (Run(train=[0.8, 0.6]), "training loss −25% (0.8 → 0.6)"),
        (Run(train=[0.5, 0.6]), "training loss +20% (0.5 → 0.6)"),
        (Run(train=[0.5, 0.5]), "training loss +0% (0.5 → 0.5)"),
        (Run(train=[0.5]), None),
        (Run(train=[0.0, 0.0]), None),
    ],
    "loss-spike": [
        (Run(train=[1, 0.5, 0.7]), "loss spike: 1.4 × the best so far, 0.5"),
        (Run(train=[1, 0.5, 0.64]), None),
        (Run(train=[1, 0.5, 0.64, 0.66]), "loss spike: 1.3 × the best so far, 0.5"),
        (Run(train=[1, 0.0, 0.5]), "loss spike: 0.5, and the best so far is 0"),
        (Run(train=[1, 0.9, 0.8]), None),
        (Run(train=[1]), None),
    ],
    "plateau": [
        (
            Run(train=[1, 0.5, 0.5, 0.5, 0.5]),
            "plateau: the training loss changed by 0.0% per epoch over the last 3",
        ),
        (
            Run(train=[1, 0.5, 0.504, 0.5, 0.504]),
            "plateau: the training loss changed by 0.8% per epoch over the last 3",
        ),
        (Run(train=[1, 0.5, 0.49, 0.48, 0.47]), None),
        (Run(train=[0.5, 0.5, 0.5, 0.5]), None),
        (Run(train=[1, 0, 0, 0, 0]), None),
    ],
    "growing-gap": [
        (
            Run(train=[1, 0.5, 0.4, 0.3, 0.2], held_out=[1, 0.6, 0.55, 0.5, 0.45]),
            ("held-out loss is 0.25 above training loss, a gap that grew for 3 epochs (from 0.1)"),
        ),
        (Run(train=[1, 0.5, 0.4, 0.3, 0.2], held_out=[1, 0.6, 0.55, 0.5, 0.4]), None),
        (Run(train=[1, 0.5, 0.4, 0.3, 0.2], held_out=[1, 0.1, 0.1, 0.1, 0.1]), None),
        (Run(train=[1, 0.5, 0.4, 0.3], held_out=[1, 0.6, 0.55, 0.5]), None),
    ],
    "below-chance": [
        (
            Run(train=[1, 1], accuracy=0.35),
            (
                "held-out accuracy 35.0% on 200 rows is 4.2 standard deviations below "
                "guessing (50.0%)"
            ),
        ),
        (Run(train=[1, 1], accuracy=0.40), None),
        (Run(train=[1, 1], accuracy=0.35, rows=20), None),
        (Run(train=[1], accuracy=0.0), None),
        (
            Run(train=[1, 1], accuracy=0.02, classes=10),
            (
                "held-out accuracy 2.0% on 200 rows is 3.8 standard deviations below "
                "guessing (10.0%)"
            ),
        ),
        (Run(train=[1, 1], accuracy=0.35, planned=False), None),
    ],
    "zero-rate": [
        (
            Run(train=[1, 1], updates=[update(0, 0.0), update(1, 0.0), update(2, 0.1)]),
            "2 updates used the rate 0 and moved no weight, first update 0",
        ),
        (
            Run(train=[1, 1], updates=[update(0, 0.0), update(1, 0.1)]),
            "update 0 used the rate 0 and moved no weight",
        ),
        (Run(train=[1, 1], updates=[update(7, 1e-300)]), None),
    ],
    "rate-mismatch": [
        (
            Run(train=[1, 1], updates=[update(3, 0.002, 0.002), update(4, 0.004, 0.003)]),
            "update 4 used the rate 0.004, planned was 0.003",
        ),
        (Run(train=[1, 1], updates=[update(3, 0.002, 0.002), update(4, 0.5)]), None),
    ],
    "rate-above-peak": [
        (
            Run(train=[1, 1], updates=[update(5, 0.01), update(6, 0.02), update(7, 0.03)]),
            ("2 updates used a rate above the planned peak 0.01, first update 6 with 0.02"),
        ),
        (
            Run(train=[1, 1], updates=[update(5, 0.01), update(6, 0.02)]),
            "update 6 used the rate 0.02, above the planned peak 0.01",
        ),
        (Run(train=[1, 1], updates=[update(5, 0.01)]), None),
        (Run(train=[1, 1], updates=[update(5, 0.02)], planned=False), None),
    ],
}


def test_every_rule_has_cases_of_both_kinds() -> None:
    assert CASES.keys() <= RULES.keys()
    for cases in CASES.values():
        assert {expected is None for _, expected in cases} == {True, False}


@pytest.mark.parametrize(
    ("rule", "run", "expected"),
    [
        pytest.param(rule, *case, id=f"{rule}-{n}")
        for rule, cases in CASES.items()
        for n, case in enumerate(cases)
    ],
)
def test_a_rule_speaks_exactly_or_not_at_all(rule: str, run: Run, expected: str | None) -> None:
    assert sentence(rule, run) == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (0.002, 0.004, "rate up to 0.004, 40% of the peak"),
        (0.01, 0.005, "rate down to 0.005, 50% of the peak"),
        (0.008, 0.01, "rate up to 0.01, 100% of the peak"),
    ],
)
def test_a_rate_that_moves_within_an_epoch(first: float, last: float, expected: str) -> None:
    observer = Observer()
    observer.see(Planned(text="", base=PEAK, updates=9, updates_per_epoch=1, warmup=0, peak=PEAK,
                         peak_at=0, classes=2, epochs=[]))  # fmt: skip
    epoch = Epoch(
        epoch=1, updates=10, rate_first=first, rate_last=last, train_loss=1.0, train_accuracy=0.5,
        held_out_loss=1.0, held_out_accuracy=0.5, held_out_rows=8, grad_norm=None,
    )  # fmt: skip

    assert [o.sentence for o in observer.see(epoch) if o.rule == "rate"] == [expected]


def test_an_observation_names_the_updates_it_speaks_of() -> None:
    """From the end of the epoch before to the last update; updates are forgotten in between."""
    zero = [update(k, 0.0) for k in (10, 11)]
    heard = said(Run(train=[1.0, 0.9, 0.8], updates=zero))

    assert [{(o.first, o.last) for o in observations} for observations in heard] == [
        {(0, 0)}, {(0, 9)}, {(10, 19)},
    ]  # fmt: skip
    observer = Observer()
    for event in zero:
        observer.see(event)
    epoch = Epoch(
        epoch=1, updates=2, rate_first=None, rate_last=None, train_loss=1.0, train_accuracy=0.5,
        held_out_loss=1.0, held_out_accuracy=0.5, held_out_rows=8, grad_norm=None,
    )  # fmt: skip
    assert [o.rule for o in observer.see(epoch)] == ["zero-rate"]
    assert [o.rule for o in observer.see(epoch)] == ["loss-change"]


PAGE_LOSSES = [1.2, 0.9, 0.7, 0.5, 0.4, 0.35, 0.3, 0.28, 0.25, 0.22]
"""The table of the page that this project grew from; its first row stands for epoch 0 here."""


def test_the_pages_table_gets_sober_words() -> None:
    """It says "converged" at a loss that still falls by 12 % per epoch; the rules do not."""
    rates = [0.002, 0.004, 0.006, 0.008, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01]
    heard = said(Run(train=PAGE_LOSSES, rates=rates))

    sentences = [
        [o.sentence for o in said if not o.rule.startswith("initial-loss")] for said in heard
    ]
    assert sentences == [
        ["rate 0.002, 20% of the peak"],
        ["rate 0.004, 40% of the peak", "training loss −25% (1.2 → 0.9)"],
        ["rate 0.006, 60% of the peak", "training loss −22% (0.9 → 0.7)"],
        ["rate 0.008, 80% of the peak", "training loss −29% (0.7 → 0.5)"],
        ["rate at the peak, 0.01", "training loss −20% (0.5 → 0.4)"],
        ["rate at the peak, 0.01", "training loss −13% (0.4 → 0.35)"],
        ["rate at the peak, 0.01", "training loss −14% (0.35 → 0.3)"],
        ["rate at the peak, 0.01", "training loss −7% (0.3 → 0.28)"],
        ["rate at the peak, 0.01", "training loss −11% (0.28 → 0.25)"],
        ["rate at the peak, 0.01", "training loss −12% (0.25 → 0.22)"],
    ]  # fmt: skip


losses = st.floats(1e-6, 1e6) | st.just(0.0)


@given(
    st.lists(losses, min_size=1, max_size=8),
    st.lists(losses, min_size=8, max_size=8),
    st.floats(0, 1),
    st.integers(2, 50),
)
def test_no_rule_claims_convergence_or_a_cause(
    train: list[float], held_out: list[float], accuracy: float, classes: int
) -> None:
    run = Run(train=train, held_out=held_out, accuracy=accuracy, classes=classes)
    words = " ".join(o.sentence for observations in said(run) for o in observations).lower()

    for claim in ("converge", "because", "caused", "due to", "thanks to", "warmup", "stable"):
        assert claim not in words
