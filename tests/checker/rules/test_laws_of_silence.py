"""Whatever a schedule of ours may say, and torch's with sane arguments: never an error."""

import copy
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.checker.gather.live_objects import found, loud, optimizer
from tests.strategies import combined, plans
from torch.optim import lr_scheduler as peer

from rampup import Plan
from rampup.checker.engine import findings
from rampup.checker.facts import Curve, Readings
from rampup.checker.gather.live import facts
from rampup.checker.gather.schedule import facts as of_schedule
from rampup.errors import ScheduleError


def errors(all_found: list[Any]) -> list[str]:
    return [str(one) for one in all_found if one.severity == "error"]


@given(plans())
def test_a_plan_of_ours_gives_no_error(plan: Plan) -> None:
    assert errors(findings(of_schedule(plan))) == []


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(combined(), st.integers(40, 300), st.integers(1, 20))
def test_whatever_a_plan_accepts_gives_no_error(schedule: Any, updates: int, epoch: int) -> None:
    try:
        plan = schedule.plan(updates=updates, updates_per_epoch=epoch)
    except ScheduleError:
        return
    assert errors(findings(of_schedule(plan))) == []


RUN = 60
"""Updates of each run below."""

WARM = st.integers(1, 20)
START = st.floats(0.01, 0.5)
LR = st.floats(1e-6, 10)


@st.composite
def builders(draw: st.DrawFn) -> Any:
    """Return what builds a scheduler of torch as one means it, for a run of `RUN` updates."""
    gamma = draw(st.floats(0.1, 0.99))
    start, warm, floor = draw(START), draw(WARM), draw(st.floats(0, 0.5))
    decay = draw(
        st.sampled_from(
            [
                lambda own, left: peer.CosineAnnealingLR(own, left, floor * _least(own)),
                lambda own, left: peer.PolynomialLR(own, left, 1 + floor),
                lambda own, _: peer.ExponentialLR(own, gamma),
                lambda own, left: peer.StepLR(own, max(1, left // 3), gamma),
                lambda own, left: peer.MultiStepLR(own, [left // 2, left // 3], gamma),
                lambda own, left: peer.CosineAnnealingWarmRestarts(own, max(1, left // 3)),
            ]
        )
    )
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return lambda own: decay(own, RUN)
    if kind == 1:
        return lambda own: peer.OneCycleLR(
            own, [10 * g["lr"] for g in own.param_groups], RUN, 0.1 + floor, cycle_momentum=False
        )
    if kind == 2:
        return lambda own: peer.ChainedScheduler(
            [peer.LinearLR(own, start, total_iters=warm), decay(own, RUN)]
        )
    return lambda own: peer.SequentialLR(
        own, [peer.LinearLR(own, start, total_iters=warm), decay(own, RUN - warm)], [warm]
    )


def _least(own: Any) -> float:
    return min(float(g.get("initial_lr", g["lr"])) for g in own.param_groups)


@given(builders(), LR, st.sampled_from([None, 1, 6]))
def test_torch_as_one_means_it_gives_no_error_and_no_warning(
    build: Any, lr: float, epoch: int | None
) -> None:
    own = optimizer(lr, groups=2)
    own.param_groups[1]["lr"] = lr / 3
    assert loud(found(build(own), updates=RUN, updates_per_epoch=epoch)) == []


@given(builders(), st.integers(0, 70))
def test_a_curve_does_not_depend_on_where_its_scheduler_stands(build: Any, steps: int) -> None:
    own = optimizer()
    scheduler = build(own)
    before = _rates(copy.copy(scheduler))
    own._opt_called = True
    for _ in range(min(steps, RUN)):
        scheduler.step()
    assert np.allclose(_rates(scheduler), before, rtol=1e-9, atol=0, equal_nan=True)


def _rates(scheduler: Any) -> Any:
    curve = facts(scheduler, updates=RUN)[0]
    assert isinstance(curve, Curve)
    assert not isinstance(curve, Readings)
    return curve.rates
