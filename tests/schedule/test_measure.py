"""Landmarks against a search through every update of the run."""

import numpy as np
import pytest
from hypothesis import given
from tests.strategies import percents, plans

from rampup import Plan, Schedule, decay, hold, warmup
from rampup.schedule.measure import Landmarks, landmarks


@given(plans(percents))
def test_landmarks_are_what_a_search_finds(plan: Plan) -> None:
    factors = plan(np.arange(plan.horizon.updates))
    lengths = [s.updates for s in plan.curves if s.phase.verb == "warmup"]
    found = Landmarks(
        first=factors[0].item(),
        peak=factors.max().item(),
        peak_at=int(factors.argmax()),
        last=factors[-1].item(),
        warmup=sum(lengths),
    )

    assert found == landmarks(plan)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (warmup(0), Landmarks(first=1.0, peak=1.0, peak_at=0, last=1.0, warmup=0)),
        (
            warmup(4) >> decay("linear"),
            Landmarks(first=0.25, peak=1.0, peak_at=3, last=0.25, warmup=4),
        ),
        (
            (warmup(4) >> hold()).per_epoch(),
            Landmarks(first=0.5, peak=1.0, peak_at=2, last=1.0, warmup=4),
        ),
        (
            decay(over=4, to=0.5) >> warmup(4, start=0.25, anchor="start"),
            Landmarks(first=1.0, peak=1.0, peak_at=0, last=0.8125, warmup=4),
        ),
    ],
)
def test_landmarks_of_plans_on_eight_updates(schedule: Schedule, expected: Landmarks) -> None:
    plan = schedule.plan(updates=8, updates_per_epoch=2)

    assert expected == landmarks(plan)
