"""`follow_batches`: the factor of each batch size, as the rule says, update by update."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from rampup import decay, follow_batches, parse, warmup
from rampup.errors import ScheduleError, UnitError

plans = st.dictionaries(st.integers(1, 60), st.integers(1, 4096), max_size=5).flatmap(
    lambda later: st.integers(1, 4096).map(lambda first: ((0, first), *sorted(later.items())))
)


@given(plan=plans, rule=st.sampled_from(["linear", "sqrt"]))
def test_update_k_uses_its_batch_over_the_largest(plan: tuple, rule: str) -> None:
    """A loop over the updates that knows nothing of phases."""
    largest = max(size for _, size in plan)
    expected = []
    for k in range(70):
        size = [size for start, size in plan if start <= k][-1]
        expected.append(size / largest if rule == "linear" else math.sqrt(size / largest))

    schedule = follow_batches(plan, rule)

    assert schedule.plan(updates=70)(np.arange(70)).tolist() == expected
    assert parse(str(schedule)) == schedule


def test_one_size_is_the_peak_throughout() -> None:
    assert follow_batches(64).plan(updates=9).table(every=4) == [(0, 1.0), (4, 1.0), (8, 1.0)]


def test_multiplied_onto_a_schedule_in_samples() -> None:
    batches = ((0, 8), (4, 32))
    schedule = (warmup("64sp") >> decay(over="128sp")) * follow_batches(batches)

    plan = schedule.plan(updates=10, samples_per_update=batches)

    # 64 samples are 4 updates of 8 and one of 32; 128 more are 4 of 32
    ramp = [0.2, 0.4, 0.6, 0.8, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0]
    expected = [factor * size for factor, size in zip(ramp, [0.25] * 4 + [1.0] * 6, strict=True)]
    assert [plan(k) for k in range(10)] == pytest.approx(expected, abs=1e-15)


def test_what_is_no_rule_or_no_plan_is_refused() -> None:
    with pytest.raises(ScheduleError) as caught:
        follow_batches(64, rule="cubic")
    assert str(caught.value) == "rule = 'cubic' is unknown; use one of 'linear', 'sqrt'"

    with pytest.raises(UnitError) as unit:
        follow_batches(((5, 64),))
    assert str(unit.value) == (
        "batch_sizes = ((5, 64),): the updates of a plan must be whole and ascend from 0; "
        "write ((0, 256), (1000, 512))"
    )
