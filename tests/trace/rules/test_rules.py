"""Every rule speaks where it should, in exact words, and is silent just beside it."""

import math

import pytest
from tests.trace.rules.made import (
    baseline,
    claim,
    compared,
    end,
    epoch,
    layer,
    plan,
    probe,
    skipped,
    stage,
    update,
)
from tests.trace.test_observe import CASES as OLD

from rampup.trace.observe import RULES, Observer, observe
from rampup.trace.record import Event, Insight, Observation

NAN, INF = math.nan, math.inf
CANNOT = ": cannot conclude, there is no baseline with the same seeds and no warmup"


def losses(*values: float) -> list[Event]:
    return [epoch(n, value) for n, value in enumerate(values)]


def batches(*values: float) -> list[Event]:
    return [update(k, loss=value) for k, value in enumerate(values)]


def pair(x: tuple[object, object], u: tuple[object, object], did: str) -> list[Event]:
    before, after = (
        [{"id": n, "cells": {"size": cell}} for n, cell in zip((3, 7), cells, strict=True)]
        for cells in (x, u)
    )
    return [stage(did=did, before=before, after=after)]


STILL = [1.0, 1.2] * 25
"""Fifty losses of median 1.1; the robust deviation of their logarithms is 0.135."""

CASES: dict[str, list[tuple[list[Event], str | None]]] = {
    "initial-loss-high": [
        (
            [plan(), epoch(0, 1.1)],
            (
                "training loss 1.1 before training is 1.59 × ln 2 = 0.693, the loss of a model "
                "that knows nothing: the initial weights are confidently wrong, or the number is"
            ),
        ),
        (
            [plan(classes=10), epoch(1, 4.0)],
            (
                "training loss 4 after epoch 1 is 1.74 × ln 10 = 2.303, the loss of an untrained "
                "model that knows nothing: training made it worse than that, or the number is "
                "wrong"
            ),
        ),
        ([plan(), epoch(0, 1.0)], None),
        ([plan(), epoch(0, 0.7), epoch(1, 4.0)], None),
        ([plan(), epoch(2, 4.0)], None),
        ([epoch(0, 4.0)], None),
    ],
    "update-spike": [
        (
            batches(*STILL, 2.5),
            (
                "update 50 lost 2.5, 2.27 × the median of the 50 updates before, 1.1: 6.1 robust "
                "standard deviations of their logarithms above it"
            ),
        ),
        # the worst of several, each against the window before it
        (
            batches(*STILL, 2.5, 5.0, 3.0),
            (
                "update 51 lost 5, 4.17 × the median of the 50 updates before, 1.2: 10.6 robust "
                "standard deviations of their logarithms above it"
            ),
        ),
        # the window reaches over an epoch, and an update that measured nothing is no part of it
        (
            [*batches(*STILL), epoch(1), update(50), update(51, loss=2.5)],
            (
                "update 51 lost 2.5, 2.27 × the median of the 50 updates before, 1.1: 6.1 robust "
                "standard deviations of their logarithms above it"
            ),
        ),
        (
            batches(*STILL, 2.17),
            (
                "update 50 lost 2.17, 1.97 × the median of the 50 updates before, 1.1: 5.0 robust "
                "standard deviations of their logarithms above it"
            ),
        ),
        (batches(*STILL, 2.16), None),
        # near zero, one loss of many times the median is nothing unusual
        (batches(*[0.001, 0.01, 0.1] * 16, 0.02, 0.003, 0.5), None),
        # fewer than 50 before it; no spread; no logarithm
        (batches(*[1.0, 1.1, 1.2] * 16, 1.1, 2.5), None),
        (batches(*[1.0] * 50, 2.0), None),
        (batches(*STILL[1:], 0.0, 9.0), None),
    ],
    "not-finite": [
        (batches(1.0, NAN), "the loss of update 1 is not a number"),
        (batches(INF, NAN), "the loss of update 0 is infinite"),
        ([update(4, grad_norm=INF)], "the gradient norm of update 4 is infinite"),
        ([update(4, loss=1e300)], None),
        ([epoch(1, NAN)], None),
    ],
    "infinite-loss": [
        (losses(1.0, INF), "the training loss after epoch 1 is infinite"),
        ([epoch(2, 1.0, held_out_loss=INF)], "the held-out loss after epoch 2 is infinite"),
        (losses(1.0, NAN), None),
    ],
    "diverged": [
        ([end("diverged", 12)], "training diverged after 12 updates"),
        ([end("finished", 12)], None),
        ([end("failed", 12)], None),
    ],
    "worst-epoch": [
        (losses(9, 1, 2, 0.5), "worst epoch: 2, with training loss 2; epoch 3 ended at 0.5"),
        (losses(9, 1), None),
        (losses(9, 1, NAN), None),
    ],
    "overfitting": [
        (
            [epoch(n, 1 - n / 10, held_out_loss=x) for n, x in enumerate([1, 0.5, 0.7])],
            (
                "held-out loss was lowest after epoch 1, 0.5, and is 0.7 after epoch 2, while "
                "training loss went from 0.9 to 0.8"
            ),
        ),
        ([epoch(n, 1 - n / 10, held_out_loss=x) for n, x in enumerate([1, 0.5, 0.52])], None),
        ([epoch(n, 1 + n / 10, held_out_loss=x) for n, x in enumerate([1, 0.5, 0.7])], None),
        ([epoch(n, 1 - n / 10, held_out_loss=x) for n, x in enumerate([0.5, 0.6, 0.7])], None),
    ],
    "train-below-chance": [
        (
            [stage(facts={"rows": 1000}), plan(), epoch(1, train_accuracy=0.45)],
            (
                "training accuracy 45.0% on 1000 rows is 3.2 standard deviations below guessing "
                "(50.0%)"
            ),
        ),
        # the rows trained on win over all rows
        ([stage(facts={"rows": 1000, "train": 800}), plan(), epoch(1, train_accuracy=0.45)], None),
        ([plan(), epoch(1, train_accuracy=0.0)], None),
        ([stage(facts={"rows": 1000}), plan(), epoch(1)], None),
        ([stage(facts={"rows": 1000}), plan(), epoch(0, train_accuracy=0.0)], None),
        ([stage(facts={"rows": "many"}), plan(), epoch(1, train_accuracy=0.0)], None),
    ],
    "rate-not-finite": [
        ([update(3), update(4, NAN)], "update 4 used a rate that is no finite number"),
        ([update(3)], None),
    ],
    "rate-misreported": [
        (
            [update(3, 0.1, reported=0.1), update(4, 0.1, reported=0.2)],
            "update 4 used the rate 0.1, the scheduler reported 0.2",
        ),
        (
            [update(4, 0.3, reported=0.1 + 0.2)],
            "update 4 used the rate 0.3, the scheduler reported 0.30000000000000004",
        ),
        ([update(4, 0.1)], None),
        ([update(4, NAN, reported=NAN)], None),
    ],
    "rate-mismatch": [
        (
            [update(4, 0.3, planned=0.1 + 0.2)],
            "update 4 used the rate 0.3, planned was 0.30000000000000004",
        ),
        ([update(4, 0.3, planned=0.3)], None),
    ],
    "peak-above-base": [
        (
            [plan(peak=0.025)],
            "the planned peak 0.025 is 2.5 × the base rate 0.01",
        ),
        ([plan(peak=0.01 * (1 + 1e-12))], None),
        ([plan(base=0.0)], None),
    ],
    "skipped": [
        (
            [skipped(7)],
            "an optimizer step changed nothing where update 7 was due: an overflow",
        ),
        (
            [skipped(7), skipped(7), epoch(1)],
            "2 optimizer steps changed nothing, the first where update 7 was due: an overflow",
        ),
        ([update(7)], None),
    ],
    "warmup-share": [
        ([plan(), epoch(10)], "warmup took 50 of 100 updates, 50% of the run"),
        # of the run that was, not of the one that was planned
        ([plan(), epoch(8)], "warmup took 50 of 80 updates, 62% of the run"),
        ([plan(), update(11)], "the run ended after 12 updates, within its warmup of 50"),
        ([plan(warmup=0), epoch(10)], None),
        ([plan()], None),
    ],
    "rate-unrecorded": [
        (losses(1, 1), "none of the 2 epochs says which rate it used"),
        ([epoch(0), epoch(1, rate_first=0.1, rate_last=0.1)], None),
        ([epoch(0), epoch(1), update(10)], None),
        ([epoch(1)], None),
    ],
    "dead-units": [
        (
            [probe(20, layer("1", dead=0.25), layer("3", dead=0.5))],
            (
                "50% of the units of ReLU 3 were 0 for every row of the probe when 20 updates were "
                "done"
            ),
        ),
        ([probe(20, layer("1", dead=0.49), layer("2"))], None),
        ([probe(20, layer("1", dead=NAN))], None),
    ],
    "update-ratio": [
        (
            [update(k, ratio=r) for k, r in enumerate([0.001, 0.02, 0.03])],
            (
                "the middle one of 3 updates moved the weights by 0.02 of their length, above the "
                "usual 0.0001 … 0.01"
            ),
        ),
        (
            [update(0, ratio=1e-5), update(1), update(2, ratio=NAN), epoch(1)],
            (
                "the middle one of 1 updates moved the weights by 1e-05 of their length, below the "
                "usual 0.0001 … 0.01"
            ),
        ),
        ([update(k, ratio=r) for k, r in enumerate([0.0001, 0.01])], None),
        # of two, the smaller one
        ([update(k, ratio=r) for k, r in enumerate([0.005, 0.02])], None),
        ([update(0)], None),
    ],
    "layer-ratio": [
        (
            [probe(20, layer("0", ratio=0.001), layer("2", ratio=0.05))],
            (
                "the last update moved the weights of layer 2 by 0.05 of their length, above the "
                "usual 0.0001 … 0.01, when 20 updates were done"
            ),
        ),
        (
            [probe(20, layer("2", ratio=0.00005))],
            (
                "the last update moved the weights of layer 2 by 5e-05 of their length, below the "
                "usual 0.0001 … 0.01, when 20 updates were done"
            ),
        ),
        ([probe(20, layer("0", ratio=0.001), layer("1", ratio=NAN), layer("2"))], None),
    ],
    "above-critical": [
        (
            [probe(20, rate=0.3, critical=0.2)],
            "update 20 is to use the rate 0.3, 1.5 × the critical rate 0.2 of the probe's rows",
        ),
        ([probe(9, rate=0.3, critical=0.2)], None),
        ([probe(20, rate=0.1, critical=0.2)], None),
        ([probe(20, rate=0.1), probe(21, critical=0.2), probe(22, rate=1, critical=0)], None),
    ],
    "order-reversed": [
        (
            pair((0.5, 0.1), (-0.1, 0.0), "normalise"),
            (
                "stage 2 reverses the order in column 'size': rows 3 and 7 have 0.5 and 0.1 "
                "before, -0.1 and 0 after, which no standardisation does"
            ),
        ),
        (
            pair((1, 2), (2.0, 1.0), "each number became (x − mean) / std"),
            (
                "stage 2 reverses the order in column 'size': rows 3 and 7 have 1 and 2 before, 2 "
                "and 1 after, which no standardisation does"
            ),
        ),
        (pair((0.5, 0.1), (0.1, 0.1), "normalise"), None),
        (pair((0.5, 0.1), (-0.1, 0.0), "reciprocal"), None),
        (pair((0.5, None), (-0.1, 0.0), "normalise"), None),
        (pair((0.5, "a"), (-0.1, 0.0), "normalise"), None),
        (pair((0.5, 0.1), (NAN, 0.0), "normalise"), None),
        ([stage(did="normalise")], None),
    ],
    "plan-contradicted": [
        (
            [
                stage(number=4, unit="update", after=[{"id": 10, "cells": {"rate": 0.3}}]),
                plan(epochs=[{"epoch": 2, "first": 0.2, "last": 0.2}]),
            ],
            "stage 4 shows the rate 0.3 for update 10, but 0.2 is planned",
        ),
        (
            [
                stage(number=4, unit="update", after=[{"id": 10, "cells": {"rate": 0.2}}]),
                plan(epochs=[{"epoch": 2, "first": 0.2, "last": 0.2}]),
            ],
            None,
        ),
        ([stage(unit="update", after=[{"id": 1, "cells": {"rate": 0.3}}]), plan()], None),
        ([stage(unit="row", after=[{"id": 10, "cells": {"rate": 0.3}}]), plan()], None),
    ],
    "claim-faster": [
        (
            [*losses(1.0, 0.7, 0.5), claim("learns faster")],
            (
                "claimed is “learns faster”, but training loss fell by 0.2 in epoch 2 (0.7 → 0.5) "
                "and by 0.3 in epoch 1 (1 → 0.7)"
            ),
        ),
        ([*losses(1.0, 0.9, 0.5), claim("learns faster")], None),
        ([*losses(1.0, NAN, 0.5), claim("learns faster")], None),
        ([*losses(1.0, 0.7), claim("learns faster")], None),
        ([*losses(1.0, 0.7, 0.5), claim("learns")], None),
        # rates of the epochs, or else the plan's; one that falls is not told
        (
            [
                *(epoch(n, x, rate_last=n / 10) for n, x in enumerate([1.0, 0.7, 0.5])),
                claim("learns faster"),
            ],
            (
                "claimed is “learns faster”, but training loss fell by 0.2 in epoch 2 "
                "(0.7 → 0.5) and by 0.3 in epoch 1 (1 → 0.7), while the rate rose from 0.1 to 0.2"
            ),
        ),
    ],
    "claim-converged": [
        (
            [*losses(1, 0.8, 0.6, 0.4, 0.3), claim("it converged")],
            (
                "claimed is “it converged”, but there is no plateau: training loss still fell by "
                "25% in the last epoch (0.4 → 0.3), and changed by 27.8% per epoch over the last 3"
            ),
        ),
        (
            [*losses(1, 0.8, 0.6, 0.4, 0.5), claim("it converged")],
            (
                "claimed is “it converged”, but there is no plateau: training loss changed by "
                "27.8% per epoch over the last 3"
            ),
        ),
        (
            [*losses(1, 0.8), claim("it converged")],
            (
                "claimed is “it converged”: cannot conclude, a plateau needs 5 epochs with a "
                "training loss above 0, and there are 2 epochs"
            ),
        ),
        ([*losses(1, 0.4, 0.4, 0.4, 0.4), claim("it converged")], None),
        ([*losses(1, 0.8), claim("convergence")], None),
    ],
    "claim-cause": [
        ([claim("warmup improved it")], f"claimed is “warmup improved it”{CANNOT}"),
        (
            [claim("better due to warm-up"), baseline(3, compared(-0.2, -0.1))],
            "claimed is “better due to warm-up”; the baseline says: Over all, nothing.",
        ),
        ([claim("warmup took 5 epochs"), claim("a better loss")], None),
    ],
    "warmup-untested": [
        ([plan(), update(0)], f"what warmup changed{CANNOT}"),
        ([plan(), update(0), baseline(3)], None),
        ([plan(warmup=0), update(0)], None),
        ([plan()], None),
    ],
    "warmup-effect": [
        (
            [baseline(3, compared(-0.2, -0.1))],
            (
                "over 3 seeds, warmup lowered the final loss: 0.5 → 0.35 (95 % interval of the "
                "difference -0.2 … -0.1)"
            ),
        ),
        (
            [baseline(3, compared(0.1, 0.2))],
            (
                "over 3 seeds, warmup raised the final loss: 0.5 → 0.65 (95 % interval of the "
                "difference +0.1 … +0.2)"
            ),
        ),
        (
            [baseline(3, compared(-0.2, 0.0))],
            (
                "over 3 seeds, no difference to the final loss beyond their spread: 0.5 → 0.4 (95 "
                "% interval of the difference -0.2 … +0)"
            ),
        ),
        (
            [baseline(2, compared(-0.2, -0.1))],
            "what warmup changed: cannot conclude from the 2 seeds of the baseline",
        ),
        ([baseline(5)], "what warmup changed: cannot conclude from the 5 seeds of the baseline"),
        ([baseline(3, compared(NAN, NAN))], None),
        ([baseline(3, compared(0.2, 0.1))], None),
        ([plan()], None),
    ],
}


def test_every_rule_has_cases_of_both_kinds() -> None:
    assert {*CASES, *OLD} == set(RULES)
    for cases in CASES.values():
        assert {expected is None for _, expected in cases} == {True, False}


@pytest.mark.parametrize(
    ("rule", "events", "expected"),
    [
        pytest.param(rule, *case, id=f"{rule}-{n}")
        for rule, cases in CASES.items()
        for n, case in enumerate(cases)
    ],
)
def test_a_rule_speaks_exactly_or_not_at_all(
    rule: str, events: list[Event], expected: str | None
) -> None:
    said = [o.sentence for o in observe(events) if o.rule == rule]

    assert said == ([] if expected is None else [expected])


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_says_what_it_reads(rule) -> None:
    """Its name in a trace is its key, and a formula is of a number that a sentence quotes."""
    assert RULES[rule.id] is rule
    assert rule.reads
    quoted = " ".join(rule.says.values())
    used = " ".join(rule.formulas.values())
    assert [n for n in rule.formulas if f"{{{n}" not in quoted and n not in used] == []


def test_what_speaks_of_one_moment_names_it() -> None:
    events = [plan(peak=1.0), probe(20, layer("3", dead=0.5)), *batches(*STILL, 2.5), epoch(9)]
    spans = {o.rule: (o.first, o.last) for o in observe(events)}

    assert spans["peak-above-base"] == (49, 49)
    assert spans["dead-units"] == (20, 20)
    assert spans["update-spike"] == (50, 50)
    assert spans["warmup-share"] == (0, 49)


def test_what_a_trace_already_says_is_not_said_again() -> None:
    own = Observation(rule="rate", first=0, last=9, sentence="rate at the peak, 0.1")

    assert observe([own, Insight(sentences=["Warm up."])]) == []


def test_nothing_is_said_twice_when_a_run_ends() -> None:
    observer = Observer()
    first = observer.see(update(0, 0.0)) + observer.see(end())

    assert [o.rule for o in first] == ["zero-rate"]
    assert observer.finish() == observer.see(end()) == []
