"""Numbers of numpy are numbers wherever plain ones are, and leave plain ones behind."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from tests.refused import refused

from rampup import (
    Length,
    RampupLR,
    Schedule,
    cycle,
    decay,
    exponential,
    from_points,
    hold,
    inverse_time,
    parse,
    plateau,
    presets,
    rectified,
    restarts,
    rise,
    steps,
    warmup,
)
from rampup.errors import RampupError, ScheduleError, UnitError
from rampup.schedule.lengths import untuned_exponential, untuned_linear
from rampup.units import plain

BODY = warmup(4) >> decay(over=8)

SHARES: dict[str, Callable[[Any], Schedule]] = {
    "warmup from": lambda x: warmup(4, start=x),
    "decay to": lambda x: decay(to=x),
    "rise to": lambda x: rise(to=x, start=0.0),
    "rise from": lambda x: rise(start=x),
    "steps gamma": lambda x: steps([4], x),
    "restarts peak": lambda x: restarts(4, peak=x),
    "restarts to": lambda x: restarts(4, to=x),
    "cycle from": lambda x: cycle(4, low=x),
    "cycle gamma": lambda x: cycle(4, mode="exp_range", gamma=x),
    "exponential": exponential,
    "inverse-time": inverse_time,
    "inverse-time power": lambda x: inverse_time(0.5, power=x),
    "rectified": lambda x: rectified(x + x / 2),
    "points factor": lambda x: from_points([(0, x), (4, 1.0)]),
    "points update": lambda x: from_points([(0, 0.0), (x, 1.0)]),
    "plateau": plateau,
    "plateau to": lambda x: plateau(to=x),
    "plateau threshold": lambda x: plateau(threshold=x),
    "scaled": BODY.scaled,
    "clamped": lambda x: BODY.clamped(x, 1.0),
    "lifted": BODY.lifted,
    "cut to": lambda x: BODY.cut(4, to=x),
    "cooldown to": lambda x: BODY.cooldown(at=4, over=4, to=x),
    "faded to": lambda x: BODY.faded(at=4, over=4, to=x),
    "rewarmed from": lambda x: BODY.rewarmed(at=4, over=4, start=x),
    "timm cycle_mul": lambda x: presets.timm.CosineLRScheduler(4, cycle_mul=x * 4, cycle_limit=3),
}
COUNTS: dict[str, Callable[[Any], Schedule]] = {
    "warmup": warmup,
    "steps at": lambda n: steps([n]),
    "steps times": lambda n: steps(every=4, times=n),
    "restarts": restarts,
    "restarts times": lambda n: restarts(4, times=n),
    "cycle": cycle,
    "patience": lambda n: plateau(patience=n),
    "cooldown": lambda n: plateau(cooldown=n),
    "repeated": BODY.repeated,
    "cut": BODY.cut,
    "on": BODY.on,
    "within": BODY.within,
    "points": lambda n: from_points([(n, 0.0)]),
}
FLOATS = (np.float16, np.float32, np.float64, np.longdouble)
INTEGERS = (np.int8, np.uint8, np.int16, np.int32, np.uint32, np.int64, np.uint64)


@pytest.mark.parametrize("kind", FLOATS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("make", SHARES.values(), ids=SHARES)
def test_every_real_number_of_numpy_is_one(make: Callable[[Any], Schedule], kind: Any) -> None:
    schedule = make(kind(0.5))
    assert repr(schedule) == repr(make(0.5))
    assert parse(str(schedule)) == schedule


@pytest.mark.parametrize("kind", INTEGERS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("make", COUNTS.values(), ids=COUNTS)
def test_every_whole_number_of_numpy_is_one(make: Callable[[Any], Schedule], kind: Any) -> None:
    schedule = make(kind(5))
    assert repr(schedule) == repr(make(5))
    assert parse(str(schedule)) == schedule


REFUSED = [np.True_, np.str_("5"), np.timedelta64(5), None, "5", True]


@pytest.mark.parametrize("value", REFUSED, ids=repr)
@pytest.mark.parametrize(
    "make",
    [BODY.scaled, steps([4]).lifted, COUNTS["patience"], COUNTS["points"]],
    ids=["scaled", "lifted", "patience", "points"],
)
def test_what_is_no_number_stays_none(make: Callable[[Any], Schedule], value: Any) -> None:
    with pytest.raises(RampupError):
        make(value)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: BODY.scaled(np.True_), "scaled np.True_: a factor must be a number"),  # type: ignore[arg-type]
        (
            lambda: BODY.scaled(np.float32(-2)),  # type: ignore[arg-type]
            "scaled np.float32(-2.0): a factor must be a finite number ≥ 0",
        ),
        (
            lambda: plateau(patience=np.int64(-1)),  # type: ignore[arg-type]
            "plateau patience -1: use a whole number of reports ≥ 0",
        ),
        (lambda: BODY.repeated(np.int64(0)), "repeated 0: use a whole number ≥ 1"),  # type: ignore[arg-type]
        (lambda: BODY.repeated(np.True_), "repeated True: use a whole number ≥ 1"),  # type: ignore[arg-type]
    ],
)
def test_refusals_keep_their_sentences(make: Callable[[], Schedule], message: str) -> None:
    assert refused(make, ScheduleError) == message


@pytest.mark.parametrize("kind", FLOATS, ids=lambda kind: kind.__name__)
def test_a_bare_fraction_is_no_length_whatever_its_type(kind: Any) -> None:
    with pytest.raises(UnitError) as refusal:
        Length.of(kind(0.5))
    assert str(refusal.value) == (
        "the bare number 0.5 is no length; write '0.5ep', '50%' or a whole number of updates"
    )


def test_betas_of_numpy_are_read_in_full() -> None:
    beta2 = np.float32(0.999)
    assert untuned_linear(beta2) == untuned_linear(float(beta2))  # type: ignore[arg-type]
    assert untuned_exponential(beta2) == untuned_exponential(float(beta2))  # type: ignore[arg-type]


def test_plain_leaves_what_is_no_number() -> None:
    span = np.timedelta64(5)
    assert plain(span) is span
    assert type(plain(np.longdouble(0.5))) is float
    assert type(plain(np.uint64(5))) is int


def test_a_scheduler_of_such_numbers_is_saved_as_plain_json() -> None:
    weight = torch.nn.Parameter(torch.ones(1))
    optimizer = torch.optim.SGD([{"params": [weight], "weight_decay": np.float32(0.5)}], lr=1.0)
    scheduler = RampupLR(
        optimizer,
        groups={np.int64(0): hold()},  # type: ignore[dict-item]
        also={"weight_decay": hold()},
        updates=np.int64(100),  # type: ignore[arg-type]
        updates_done=np.int64(3),  # type: ignore[arg-type]
    )
    scheduler.cooldown(np.int64(4), to=np.float32(0.5))  # type: ignore[arg-type]
    scheduler.rewarm(np.int64(4), start=np.float32(0.5))  # type: ignore[arg-type]
    saved = json.dumps(scheduler.state_dict())
    assert json.loads(saved) == scheduler.state_dict()
    assert scheduler.clock.updates == 3
