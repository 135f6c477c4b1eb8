"""The builders: what their arguments become, and what they refuse."""

import math
from collections.abc import Callable

import pytest
import torch
from tests.refused import refused
from torch.optim.lr_scheduler import OneCycleLR

from rampup import (
    Length,
    Schedule,
    cycle,
    decay,
    exponential,
    from_function,
    from_points,
    hold,
    inverse_sqrt,
    inverse_time,
    one_cycle,
    rectified,
    restarts,
    rise,
    saturating,
    steps,
    warmup,
)
from rampup.errors import ScheduleError, UnitError
from rampup.schedule.laws import Law
from rampup.schedule.patterns import Cycle, Restarts, Steps
from rampup.schedule.phase import Phase
from rampup.schedule.points import Function, Points
from rampup.schedule.ramp import Ramp

OUTSIDE = "a factor multiplies the peak rate and must lie between 0 and 1"


@pytest.mark.parametrize(
    ("schedule", "phase"),
    [
        (
            warmup(500),
            Ramp(verb="warmup", over=Length(500), start=0.0, end=1.0, anchor="end"),
        ),
        (
            warmup("5ep", "sqrt", start=0.1, anchor="ends"),
            Ramp(
                verb="warmup",
                over=Length(5, "ep"),
                shape="sqrt",
                start=0.1,
                end=1.0,
                anchor="ends",
            ),
        ),
        (hold(), Ramp(verb="hold")),
        (hold("10%"), Ramp(verb="hold", over=Length(10, "%"))),
        (decay(), Ramp(verb="decay", end=0.0)),
        (
            decay("1-sqrt", over=Length(20, "%"), to=0.1, anchor="middle"),
            Ramp(verb="decay", over=Length(20, "%"), shape="1-sqrt", end=0.1, anchor="middle"),
        ),
        (rise(), Ramp(verb="rise", end=1.0)),
        (
            rise("sqrt", 5, 0.5, 0.1, "end"),
            Ramp(verb="rise", over=Length(5), shape="sqrt", start=0.1, end=0.5, anchor="end"),
        ),
        (steps(every="2ep"), Steps(every=Length(2, "ep"), gamma=0.1)),
        (inverse_time(0.5), Law(rule="inverse-time", parameter=0.5)),
        (
            inverse_time(1, stairs=True),
            Law(rule="inverse-time", parameter=1.0, every=Length(1), stairs=True),
        ),
        (steps([5, "2ep"]), Steps(at=(Length(5), Length(2, "ep")), gamma=0.1)),
        (restarts("5ep"), Restarts(period=Length(5, "ep"))),
        (
            restarts(5, 2, 0.5, "linear", 0.1, "50%"),
            Restarts(
                period=Length(5), times=2.0, peak=0.5, shape="linear", to=0.1, over=Length(50, "%")
            ),
        ),
        (cycle(5), Cycle(up=Length(5), down=Length(5), low=0.1)),
        (
            cycle(5, 3, 0, "exp_range", 0.5, 80),
            Cycle(
                up=Length(5), down=Length(3), low=0.0, mode="exp_range", gamma=0.5, over=Length(80)
            ),
        ),
        (inverse_sqrt(9, over=5), Law(rule="inverse-sqrt", parameter=Length(9), over=Length(5))),
        (exponential(0.5), Law(rule="exponential", parameter=0.5)),
        (exponential(1, "1ep"), Law(rule="exponential", parameter=1.0, every=Length(1, "ep"))),
        (saturating("1ep"), Law(rule="saturating", parameter=Length(1, "ep"))),
        (rectified(), Law(rule="rectified", parameter=0.999)),
        (from_points([(1, 2)], "cosine"), Points(points=((1.0, 2.0),), shape="cosine")),
        (from_function(math.exp2, 5), Function(path="math:exp2", over=Length(5))),
    ],
    ids=str,
)
def test_a_builder_returns_one_phase(schedule: Schedule, phase: Phase) -> None:
    assert (phase,) == schedule.phases


@pytest.mark.parametrize(
    ("build", "error", "text"),
    [
        (
            lambda: warmup(None),
            ScheduleError,
            "a warmup needs a length; write warmup('5ep') or warmup(500)",
        ),
        (
            lambda: warmup(0.05),
            UnitError,
            "the bare number 0.05 is no length; write '0.05ep', '5%' or a whole number of updates",
        ),
        (
            lambda: warmup(-5),
            UnitError,
            "a length of -5 updates cannot be meant; use a number ≥ 0",
        ),
        (lambda: warmup(5, start=2), ScheduleError, f"warmup from 2: {OUTSIDE}"),
        (
            lambda: warmup(5, start=None),
            ScheduleError,
            "warmup from None: a factor must be a number",
        ),
        (
            lambda: warmup(5, "cosin"),
            ScheduleError,
            "shape 'cosin' is unknown; did you mean 'cosine'?",
        ),
        (
            lambda: warmup(5, anchor="begin"),
            ScheduleError,
            "anchor 'begin' of a warmup is unknown; use one of 'start', 'end', 'middle', 'ends'",
        ),
        (lambda: hold(0), ScheduleError, "a hold of no update does nothing; leave it out"),
        (
            lambda: decay(over="0%"),
            ScheduleError,
            "a decay of no update does nothing; leave it out",
        ),
        (lambda: decay(to=-0.5), ScheduleError, f"decay to -0.5: {OUTSIDE}"),
        (lambda: decay(to=float("nan")), ScheduleError, f"decay to nan: {OUTSIDE}"),
        (lambda: decay(to=None), ScheduleError, "decay to None: a factor must be a number"),
        (lambda: decay(to=math.inf), ScheduleError, f"decay to inf: {OUTSIDE}"),
        (lambda: decay(to=1.1), ScheduleError, f"decay to 1.1: {OUTSIDE}"),
        (
            lambda: warmup(5, "exponential"),
            ScheduleError,
            (
                "warmup from 0 cannot be exponential: no ratio leads from or to 0; "
                "write a small factor, such as from 0.001"
            ),
        ),
        (
            lambda: decay("exponential"),
            ScheduleError,
            (
                "decay to 0 cannot be exponential: no ratio leads from or to 0; "
                "write a small factor, such as to 0.001"
            ),
        ),
        (
            lambda: hold(math.nan),
            UnitError,
            "a length of nan updates cannot be meant; use a number ≥ 0",
        ),
        (
            lambda: hold(math.inf),
            UnitError,
            "a length of inf updates cannot be meant; use a number ≥ 0",
        ),
        (
            lambda: hold(2**53 + 1),
            UnitError,
            (
                "a length of 9007199254740993 updates is more than 2^53, "
                "beyond which updates cannot be counted exactly"
            ),
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(
    build: Callable[[], Schedule], error: type[ValueError], text: str
) -> None:
    assert refused(build, error) == text


@pytest.mark.parametrize(("shape", "anneal"), [("cosine", "cos"), ("linear", "linear")])
@pytest.mark.parametrize(("updates", "up"), [(10, 3), (100, 30), (250, 75)])
def test_one_cycle_is_torchs_one_cycle_lr(shape: str, anneal: str, updates: int, up: int) -> None:
    """Both count the rise to update up − 1."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    options = {"pct_start": up / updates, "anneal_strategy": anneal, "cycle_momentum": False}
    scheduler = OneCycleLR(optimizer, max_lr=1.0, total_steps=updates, **options)
    used = [1 / 25]
    for _ in range(updates - 1):
        optimizer.step()
        scheduler.step()
        used.append(scheduler.get_last_lr()[0])
    plan = one_cycle(shape=shape).plan(updates=updates)

    assert used == pytest.approx([plan(k) for k in range(updates)], abs=1e-12)
