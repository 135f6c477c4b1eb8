"""The trace of somebody else: the page's own table is read, and its faults are reported."""

from dataclasses import replace
from pathlib import Path

from tests.trace import page

import rampup
from rampup.trace.journal import Journal
from rampup.trace.record import Baseline, Epoch

WANTED = {
    "order-reversed": "stage 2 reverses the order in column 'x1': rows 0 and 1 have 0.5 and 0.1 "
    "before, -0.1 and 0 after, which no standardisation does",
    "plan-contradicted": "stage 4 shows the rate 0 for update 0, but 0.002 is planned",
    "initial-loss-high": "training loss 1.2 after epoch 1 is 1.73 × ln 2 = 0.693, the loss of an "
    "untrained model that knows nothing: training made it worse than that, or the number is wrong",
    "train-below-chance": "training accuracy 45.0% on 1000 rows is 3.2 standard deviations below "
    "guessing (50.0%)",
    "claim-faster": f"claimed is “{page.CLAIMS[3]}”, but training loss fell by 0.2 in epoch 3 "
    "(0.9 → 0.7) and by 0.3 in epoch 2 (1.2 → 0.9), while the rate rose from 0.004 to 0.006",
    "claim-converged": f"claimed is “{page.CLAIMS[10]}”, but there is no plateau: training loss "
    "still fell by 12% in the last epoch (0.25 → 0.22), and changed by 9.8% per epoch over the "
    "last 3",
    "rate-unrecorded": "none of the 10 epochs says which rate it used",
}


def heard(events: list) -> dict[str, str]:
    return {o.rule: o.sentence for o in rampup.observe(events)}


def test_each_fault_of_the_page_is_reported() -> None:
    said = heard(page.events())

    assert {rule: said.get(rule) for rule in WANTED} == WANTED


def test_the_rest_is_sober() -> None:
    """Beside its faults: what the numbers are, and that nothing was compared."""
    cannot = ": cannot conclude, there is no baseline with the same seeds and no warmup"
    rest = [o for o in rampup.observe(page.events()) if o.rule not in WANTED]

    assert [o.sentence for o in rest if o.rule != "loss-change"] == [
        "worst epoch: 1, with training loss 1.2; epoch 10 ended at 0.22",
        "warmup took 5 of 10 updates, 50% of the run",
        f"claimed is “{page.CLAIMS[1]}”{cannot}",
        f"claimed is “{page.PROMISE}”{cannot}",
        f"what warmup changed{cannot}",
    ]
    assert len([o for o in rest if o.rule == "loss-change"]) == 9


def test_a_claim_is_judged_by_the_baseline_that_there_is() -> None:
    base = Baseline(seeds=[0, 1, 2], schedule="hold", compared=[], verdict="Over 3 seeds, nothing.")
    said = [o.sentence for o in rampup.observe([*page.events(), base]) if o.rule == "claim-cause"]

    assert said == [
        f"claimed is “{claim}”; the baseline says: Over 3 seeds, nothing."
        for claim in (page.CLAIMS[1], page.PROMISE)
    ]


def test_a_page_without_its_faults_is_not_blamed() -> None:
    """The same page with possible numbers: a start near ln 2, a plateau, scaled rows."""
    losses = [0.69, 0.6, 0.45, 0.3, 0.21, 0.2, 0.2, 0.2, 0.2, 0.2]
    shown = [{"id": 0, "cells": {"x1": 1.0}}, {"id": 1, "cells": {"x1": -1.0}}]
    scaled = page.stage(2, "preprocessing", "normalise", before=page.LOADED, after=shown)
    fixed: list = [page.STAGES[0], scaled, page.PLANNED]
    for event in page.table():
        if isinstance(event, Epoch):
            event = page_epoch(event, losses[event.epoch - 1])
        fixed.append(event)

    assert not heard(fixed).keys() & WANTED.keys()


def page_epoch(event: Epoch, loss: float) -> Epoch:
    rate = page.RATES[event.epoch - 1]
    return replace(event, train_loss=loss, train_accuracy=0.7, rate_first=rate, rate_last=rate)


def test_a_page_on_disk_is_read_alike(tmp_path: Path) -> None:
    with Journal(tmp_path / "trace.jsonl") as journal:
        journal.append(page.events())

    wanted = rampup.observe(page.events())
    assert rampup.observe(tmp_path) == wanted
    assert rampup.observe(str(tmp_path / "trace.jsonl")) == wanted
