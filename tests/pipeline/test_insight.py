"""The key insight: exact sentences from events made by hand."""

from dataclasses import replace

from rampup.pipeline.insight import insight
from rampup.trace.record import Baseline, Epoch, Event, Planned, Stage, Update

STAGE = Stage(
    number=1, name="data loading", shape_in="", shape_out="", did="", unit="row", before=[],
    after=[], notes=[], facts={"classes": {"a": 60, "b": 40}},
)  # fmt: skip
PLAN = Planned(
    text="warmup 4up linear >> hold", base=0.1, updates=8, updates_per_epoch=4, warmup=4,
    peak=0.1, peak_at=3, classes=2, epochs=[],
)  # fmt: skip
EPOCH = Epoch(
    epoch=2, updates=8, rate_first=0.1, rate_last=0.1, train_loss=0.2, train_accuracy=0.9,
    held_out_loss=0.25, held_out_accuracy=0.875, held_out_rows=8, grad_norm=1.0,
)  # fmt: skip
BASELINE = Baseline(seeds=[0, 1, 2], schedule="hold", compared=[], verdict="Over 3 seeds, it was.")
END = (
    "Held-out accuracy is 87.5% and held-out loss 0.25; always guessing the most common class "
    "gives 60.0%, knowing nothing a loss of 0.693."
)


def updates(rates: list[float]) -> list[Event]:
    return [
        Update(k=k, planned=rate, used=rate, reported=rate, loss=1.0, grad_norm=1.0)
        for k, rate in enumerate(rates)
    ]


def test_a_warmup_is_weighed() -> None:
    """0.75 + 0.5 + 0.25 + 0 updates at the peak rate were given up; the baseline has its say."""
    used = updates([0.025, 0.05, 0.075, 0.1, 0.1, 0.1, 0.1, 0.1])

    assert insight([STAGE, PLAN, *used, EPOCH, BASELINE]).sentences == [
        ("Warmup took 4 of 8 updates (50%), from the rate 0.025 to 0.1; as much as 1.5 updates at "
        "the peak rate were given up for it."),
        "Over 3 seeds, it was.",
        END,
    ]  # fmt: skip


def test_without_a_baseline_nothing_is_concluded() -> None:
    used = updates([0.025, 0.05, 0.075, 0.1, 0.1, 0.1, 0.1, 0.1])

    assert insight([STAGE, PLAN, *used, EPOCH]).sentences[1:] == [
        "No baseline was run, so what warmup changed cannot be concluded.",
        END,
    ]


def test_no_warmup_is_said() -> None:
    plan = replace(PLAN, text="hold", warmup=0, peak_at=0)

    assert insight([STAGE, plan, *updates([0.1] * 8), EPOCH]).sentences == [
        "Nothing was warmed up: all 8 updates began at the rate 0.1.",
        END,
    ]
