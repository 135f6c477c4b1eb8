"""Whole numbers of every kind count as such, in every preset; what is no number is refused."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.refused import refused

from rampup import Schedule, presets
from rampup.errors import RampupError

CALLS: list[tuple[Callable[..., Schedule], dict[str, Any]]] = [
    (presets.torch.LinearLR, {"start_factor": 0.5, "total_iters": 4}),
    (presets.torch.ConstantLR, {"total_iters": 4}),
    (presets.torch.CosineAnnealingLR, {"T_max": 6, "eta_min": 0.1, "base_lr": 1.0}),
    (presets.torch.PolynomialLR, {"total_iters": 4, "power": 2}),
    (presets.torch.ExponentialLR, {"gamma": 0.5}),
    (presets.torch.StepLR, {"step_size": 4, "gamma": 0.5}),
    (presets.torch.OneCycleLR, {"max_lr": 1.0, "total_steps": 20, "div_factor": 25}),
    (presets.torch.OneCycleLR, {"max_lr": 1.0, "epochs": 4, "steps_per_epoch": 5}),
    (presets.torch.CyclicLR, {"base_lr": 0.1, "max_lr": 1.0, "step_size_up": 3}),
    (presets.torch.CosineAnnealingWarmRestarts, {"T_0": 4, "T_mult": 2}),
    (presets.transformers.constant_with_warmup, {"num_warmup_steps": 4}),
    (presets.transformers.linear, {"num_warmup_steps": 4, "num_training_steps": 10}),
    (presets.transformers.cosine, {"num_warmup_steps": 4, "num_training_steps": 10}),
    (
        presets.transformers.cosine_with_restarts,
        {"num_warmup_steps": 4, "num_training_steps": 10, "num_cycles": 2},
    ),
    (
        presets.transformers.polynomial,
        {"num_warmup_steps": 4, "num_training_steps": 10, "lr_end": 0.1, "base_lr": 1.0},
    ),
    (presets.transformers.inverse_sqrt, {"num_warmup_steps": 4, "timescale": 8}),
    (
        presets.transformers.cosine_with_min_lr,
        {"num_warmup_steps": 4, "num_training_steps": 10, "min_lr_rate": 0.1},
    ),
    (
        presets.transformers.cosine_warmup_with_min_lr,
        {"num_warmup_steps": 4, "num_training_steps": 10, "min_lr_rate": 0.1, "num_cycles": 1},
    ),
    (
        presets.transformers.warmup_stable_decay,
        {"num_warmup_steps": 4, "num_decay_steps": 3, "num_training_steps": 10},
    ),
    (presets.pytorch_warmup.LinearWarmup, {"warmup_period": 4}),
    (presets.pytorch_warmup.ExponentialWarmup, {"warmup_period": 4}),
    (presets.pytorch_warmup.UntunedLinearWarmup, {"beta2": 0.9}),
    (presets.pytorch_warmup.RAdamWarmup, {"beta2": 0.9}),
    (
        presets.torchtitan.linear_warmup_stable_decay,
        {"warmup_steps": 4, "total_steps": 10, "decay_ratio": 0.3, "min_lr_factor": 0.1},
    ),
    (
        presets.megatron.OptimizerParamScheduler,
        {"init_lr": 0.0, "max_lr": 1.0, "min_lr": 0.1, "lr_warmup_steps": 4, "lr_decay_steps": 10}
        | {"lr_decay_style": "WSD", "wsd_decay_steps": 3, "lr_wsd_decay_style": "linear"},
    ),
    (
        presets.deepspeed.WarmupLR,
        {"warmup_min_lr": 0.1, "warmup_max_lr": 1.0, "warmup_num_steps": 4},
    ),
    (presets.deepspeed.WarmupDecayLR, {"total_num_steps": 10, "warmup_num_steps": 4}),
    (
        presets.deepspeed.WarmupCosineLR,
        {"total_num_steps": 10, "warmup_num_steps": 4, "cos_min_ratio": 0.1},
    ),
    (presets.fairseq.cosine, {"warmup_updates": 4, "max_update": 10}),
    (
        presets.fairseq.cosine,
        {"warmup_updates": 4, "lr_period_updates": 5, "t_mult": 2, "lr_shrink": 0.5},
    ),
    (presets.fairseq.fixed, {"warmup_updates": 4}),
    (presets.fairseq.inverse_sqrt, {"warmup_updates": 4}),
    (
        presets.fairseq.polynomial_decay,
        {"warmup_updates": 4, "total_num_update": 10, "power": 2, "lr": 1.0},
    ),
    (
        presets.fairseq.tri_stage,
        {"warmup_steps": 4, "hold_steps": 2, "decay_steps": 4, "final_lr_scale": 0.5},
    ),
    (
        presets.nanogpt.get_lr,
        {"learning_rate": 1.0, "warmup_iters": 4, "lr_decay_iters": 10, "min_lr": 0.1},
    ),
    (
        presets.nanochat.get_lr_multiplier,
        {"num_iterations": 10, "warmup_steps": 4, "warmdown_ratio": 0.5, "final_lr_frac": 0.1},
    ),
    (presets.mmengine.ConstantLR, {"factor": 0.5, "begin": 1, "end": 4, "by_epoch": False}),
    (presets.mmengine.LinearLR, {"start_factor": 0.5, "begin": 1, "end": 4, "by_epoch": False}),
    (presets.mmengine.CosineAnnealingLR, {"T_max": 6, "begin": 1, "end": 5, "by_epoch": False}),
    (presets.mmengine.PolyLR, {"power": 2, "begin": 1, "end": 5, "by_epoch": False}),
    (
        presets.ignite.CosineAnnealingScheduler,
        {"start_value": 1.0, "end_value": 0.1, "cycle_size": 4, "warmup_duration": 2, "updates": 9},
    ),
    (
        presets.ignite.LinearCyclicalScheduler,
        {"start_value": 1.0, "end_value": 0.1, "cycle_size": 4, "cycle_mult": 2, "updates": 20},
    ),
    (
        presets.ignite.create_lr_scheduler_with_warmup,
        {"lr_scheduler": presets.torch.StepLR(4), "warmup_start_value": 0.1, "base_lr": 1.0}
        | {"warmup_duration": 3},
    ),
    (
        presets.pytorch_optimizer.LinearScheduler,
        {"t_max": 10, "max_lr": 1.0, "min_lr": 0.1, "warmup_steps": 4},
    ),
    (presets.pytorch_optimizer.PolyScheduler, {"t_max": 10, "max_lr": 1.0, "warmup_steps": 4}),
    (presets.pytorch_optimizer.REXScheduler, {"total_steps": 10, "max_lr": 1.0}),
    (
        presets.pytorch_optimizer.CosineAnnealingWarmupRestarts,
        {"first_cycle_steps": 5, "max_lr": 1.0, "warmup_steps": 2, "gamma": 0.5, "updates": 12},
    ),
    (
        presets.pytorch_optimizer.get_wsd_schedule,
        {"num_warmup_steps": 3, "num_stable_steps": 2, "num_decay_steps": 3, "min_lr_ratio": 0.1},
    ),
    (presets.pytorch_optimizer.get_chebyshev_schedule, {"num_epochs": 8}),
]
NUMBERS = [
    pytest.param(make, arguments, name, id=f"{number}-{make.__name__}-{name}")
    for number, (make, arguments) in enumerate(CALLS)
    for name, value in arguments.items()
    if type(value) in (int, float)
]


@pytest.mark.parametrize(("make", "arguments", "name"), NUMBERS)
def test_numbers_of_numpy_are_numbers(
    make: Callable[..., Schedule], arguments: dict[str, Any], name: str
) -> None:
    value = arguments[name]
    schedule = make(**arguments)
    scalar = np.int64(value) if isinstance(value, int) else np.float64(value)
    assert str(make(**arguments | {name: scalar})) == str(schedule)
    if isinstance(value, int):
        # a share of a run is often computed, and then a float
        assert str(make(**arguments | {name: float(value)})) == str(schedule)


@pytest.mark.parametrize("value", ["5", True, float("nan")], ids=str)
@pytest.mark.parametrize(("make", "arguments", "name"), NUMBERS)
def test_what_is_no_number_is_refused_by_its_name(
    make: Callable[..., Schedule], arguments: dict[str, Any], name: str, value: Any
) -> None:
    with pytest.raises(RampupError) as refusal:
        make(**arguments | {name: value})
    asked = name if name not in ("start_value", "end_value") else "value"
    assert asked in str(refusal.value)
    assert repr(value) in str(refusal.value)


def test_every_peer_that_needs_no_time_strings_is_tried() -> None:
    tried = {make.__module__.rpartition(".")[2] for make, _ in CALLS}
    others = {"timm", "keras", "optax", "composer"}  # with tests of their own
    assert tried | others == set(presets.__all__)
    assert all(inspect.isfunction(make) for make, _ in CALLS)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: presets.torch.CyclicLR(0.2, 0.1),
            "base_lr = 0.2 must lie between 0 and max_lr = 0.1",
        ),
        (
            lambda: presets.keras.CosineDecay(0.0, 6),
            "initial_learning_rate = 0.0 must be above 0, and finite",
        ),
        (
            lambda: presets.keras.PolynomialDecay(0.1, 10, 0.2),
            "end_learning_rate = 0.2 must lie between 0 and initial_learning_rate = 0.1",
        ),
        (
            lambda: presets.optax.cosine_decay_schedule(0.0, 5),
            "init_value = 0.0 must be above 0, and finite",
        ),
        (
            lambda: presets.optax.warmup_cosine_decay_schedule(0.2, 0.1, 2, 5),
            "init_value = 0.2 must lie between 0 and peak_value = 0.1",
        ),
        (
            lambda: presets.optax.cosine_onecycle_schedule(10, 0.0),
            "peak_value = 0.0 must be above 0, and finite",
        ),
        (
            lambda: presets.deepspeed.WarmupLR(0.2, 0.1),
            "warmup_min_lr = 0.2 must lie between 0 and warmup_max_lr = 0.1",
        ),
        (
            lambda: presets.fairseq.inverse_sqrt(4, 0.2, lr=0.1),
            "warmup_init_lr = 0.2 must lie between 0 and lr = 0.1",
        ),
        (
            lambda: presets.megatron.OptimizerParamScheduler(0.0, 0.0, 0.1, 4, 10, "linear"),
            "max_lr = 0.0 must be a rate above 0, and finite",
        ),
    ],
)
def test_a_rate_is_called_what_the_peer_calls_it(
    make: Callable[[], Schedule], message: str
) -> None:
    assert refused(make, RampupError) == message
