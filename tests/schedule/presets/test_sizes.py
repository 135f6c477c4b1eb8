"""No number makes a preset write out more than it can hold, nor take a style that is no name."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.refused import refused

from rampup import Schedule, decay, follow_batches, presets
from rampup.errors import RampupError, ScheduleError

HUGE = 1e16

CYCLES: dict[str, Callable[[float], Schedule]] = {
    "cosine_with_restarts": lambda c: presets.transformers.cosine_with_restarts(0, 9, c),
    "cosine": lambda c: presets.transformers.cosine(0, 9, c),
    "cosine_with_min_lr": lambda c: presets.transformers.cosine_with_min_lr(0, 9, c, 0.0),
    "warmup_stable_decay": lambda c: presets.transformers.warmup_stable_decay(
        0, 9, 9, num_cycles=c
    ),
    "get_wsd_schedule": lambda c: presets.pytorch_optimizer.get_wsd_schedule(
        0, 0, 9, num_cycles=c, cooldown_type="cosine"
    ),
}


@pytest.mark.parametrize("make", CYCLES.values(), ids=CYCLES)
def test_waves_without_number_are_refused(make: Callable[[float], Schedule]) -> None:
    with pytest.raises(ScheduleError) as refusal:
        make(HUGE)
    assert str(refusal.value) == (
        "num_cycles = 1e+16 is too many to be written out one by one; use at most 10000"
    )
    assert make(3).plan(updates=9)(0) == 1.0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: presets.pytorch_optimizer.get_chebyshev_schedule(10**15),
            (
                "num_epochs = 1000000000000000 is too many to be written out one by one; "
                "use at most 10000"
            ),
        ),
        (
            lambda: presets.pytorch_optimizer.CosineAnnealingWarmupRestarts(
                2, max_lr=1.0, min_lr=0.0, gamma=0.999999, updates=10**15
            ),
            (
                "updates = 1000000000000000 has room for more than 10000 cycles that differ, "
                "which is too many to be written out; make them longer"
            ),
        ),
        (
            lambda: presets.timm.CosineLRScheduler(5, cycle_mul=1.1, cycle_limit=10**9),
            "cycle_limit = 1000000000 is too many to be written out one by one; use at most 10000",
        ),
    ],
    ids=["chebyshev", "cycles", "timm"],
)
def test_what_would_fill_the_memory_is_refused(make: Callable[[], Schedule], message: str) -> None:
    assert refused(make, ScheduleError) == message


def test_cycles_that_are_alike_need_no_bound() -> None:
    schedule = presets.timm.CosineLRScheduler(5, cycle_limit=10**8, t_in_epochs=False)
    assert schedule.plan(updates=10**9)(5 * 10**7) == 1.0


STYLES: dict[str, tuple[Callable[[Any], object], str]] = {
    "torchtitan": (
        lambda style: presets.torchtitan.linear_warmup_stable_decay(4, 10, 0.3, style),
        "decay_type {} is unknown; there are 'linear', 'sqrt', 'cosine'",
    ),
    "megatron": (
        lambda style: presets.megatron.OptimizerParamScheduler(0.0, 1.0, 0.0, 4, 10, style),
        (
            "lr_decay_style={} is unknown; use one of 'constant', 'linear', 'cosine', "
            "'inverse-square-root', 'WSD'"
        ),
    ),
    "megatron wsd": (
        lambda style: presets.megatron.OptimizerParamScheduler(
            0.0, 1.0, 0.0, 4, 10, "WSD", 3, style
        ),
        (
            "lr_wsd_decay_style={} is unknown; use one of 'linear', 'cosine', 'exponential', "
            "'minus_sqrt'"
        ),
    ),
    "megatron unit": (
        lambda style: presets.megatron.OptimizerParamScheduler(
            0.0, 1.0, 0.0, 4, 10, "linear", unit=style
        ),
        "unit {} is unknown; use one of 'up', 'ep', '%', 'sp', 'tok'",
    ),
    "timm": (
        lambda style: presets.timm.WSDLRScheduler(6, 4, decay_fn=style),
        "decay_fn={} is no preset; use one of 'linear', '1-sqrt', 'cosine', 'power', 'exp'",
    ),
    "timm stable": (
        lambda style: presets.timm.WSDLRScheduler(6, 4, stable_fn=style),
        "stable_fn={} is unknown; use one of 'constant', 'rsqrt', 'power'",
    ),
    "transformers": (
        lambda style: presets.transformers.warmup_stable_decay(4, 3, 10, decay_type=style),
        "decay_type {} is unknown; use one of 'linear', 'cosine', '1-sqrt'",
    ),
    "pytorch_optimizer": (
        lambda style: presets.pytorch_optimizer.get_wsd_schedule(4, 3, 3, cooldown_type=style),
        "cooldown_type {} is unknown; use one of 'cosine', '1-sqrt', 'linear', '1-square'",
    ),
    "deepspeed": (
        lambda style: presets.deepspeed.WarmupLR(warmup_type=style),
        "warmup_type={} is unknown; use one of 'log', 'linear'",
    ),
    "torch": (
        lambda style: presets.torch.OneCycleLR(1.0, 10, anneal_strategy=style),
        "anneal_strategy {} is unknown; use 'cos' or 'linear'",
    ),
    "torch cyclic": (
        lambda style: presets.torch.CyclicLR(0.1, 1.0, mode=style),
        "cycle mode {} is unknown; use one of 'triangular', 'triangular2', 'exp_range'",
    ),
    "composer": (
        lambda style: presets.composer.LinearScheduler(t_max=style),
        "{} is no time of training; write a number and one of 'ba', 'ep', 'sp', 'tok', 'dur'",
    ),
    "batches": (
        lambda style: follow_batches(((0, 2), (4, 4)), style),
        "rule = {} is unknown; use one of 'linear', 'sqrt'",
    ),
}


@pytest.mark.parametrize("style", [["no"], {"no": 1}, 5, None], ids=repr)
@pytest.mark.parametrize(("make", "message"), STYLES.values(), ids=STYLES)
def test_a_style_that_is_no_name_is_refused_as_an_unknown_one_is(
    make: Callable[[Any], object], message: str, style: Any
) -> None:
    with pytest.raises(RampupError) as refusal:
        make(style)
    assert str(refusal.value) == message.format(repr(style))


def test_a_shape_that_is_no_name_is_refused() -> None:
    with pytest.raises(ScheduleError, match=r"^shape \['no'\] is unknown; "):
        decay(["no"])  # type: ignore[arg-type]
