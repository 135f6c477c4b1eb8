"""No error and no warning on what is right: documented uses, and what looks like a mistake only."""

import gc
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from tests.checker.gather.live_objects import by_lambda, found, loud, optimizer, update
from tests.peers import timm_scheduler
from torch.optim import lr_scheduler as peer

import rampup
from rampup.checker.engine import findings
from rampup.checker.gather.schedule import facts as of_schedule

Build = Callable[[Any], Any]


def both(own: Any, first: Any, second: Any, at: int) -> Any:
    return peer.SequentialLR(own, [first, second], [at])


# as in the documentation of each class of torch.optim.lr_scheduler: the base rate, the builder,
# and for how many epochs it is stepped
TORCH: dict[str, tuple[float, Build, int]] = {
    "LambdaLR": (
        0.05,
        lambda own: peer.LambdaLR(own, [lambda epoch: epoch // 30, lambda epoch: 0.95**epoch]),
        100,
    ),
    "MultiplicativeLR": (0.05, lambda own: peer.MultiplicativeLR(own, lambda _: 0.95), 100),
    "StepLR": (0.05, lambda own: peer.StepLR(own, step_size=30, gamma=0.1), 100),
    "MultiStepLR": (0.05, lambda own: peer.MultiStepLR(own, [30, 80], gamma=0.1), 100),
    "ConstantLR": (0.05, lambda own: peer.ConstantLR(own, factor=0.5, total_iters=40), 100),
    "LinearLR": (0.05, lambda own: peer.LinearLR(own, start_factor=0.5, total_iters=4), 100),
    "ExponentialLR": (0.05, lambda own: peer.ExponentialLR(own, gamma=0.95), 100),
    "SequentialLR": (
        0.05,
        lambda own: both(own, peer.ConstantLR(own, 0.1, 20), peer.ExponentialLR(own, 0.9), 20),
        100,
    ),
    "CosineAnnealingLR": (0.05, lambda own: peer.CosineAnnealingLR(own, T_max=100), 100),
    "ChainedScheduler": (
        0.05,
        lambda own: peer.ChainedScheduler(
            [peer.ConstantLR(own, factor=0.1, total_iters=20), peer.ExponentialLR(own, gamma=0.9)],
            optimizer=own,
        ),
        100,
    ),
    "ReduceLROnPlateau": (0.1, lambda own: peer.ReduceLROnPlateau(own, "min"), 10),
    "CyclicLR": (
        0.1,
        lambda own: peer.CyclicLR(own, base_lr=0.01, max_lr=0.1, step_size_up=10),
        90,
    ),
    "CosineAnnealingWarmRestarts": (
        0.05,
        lambda own: peer.CosineAnnealingWarmRestarts(own, T_0=20),
        100,
    ),
    "OneCycleLR": (
        0.1,
        lambda own: peer.OneCycleLR(own, max_lr=0.01, steps_per_epoch=10, epochs=10),
        100,
    ),
    "PolynomialLR, cut": (1e-3, lambda own: peer.PolynomialLR(own, total_iters=50, power=0.9), 50),
    "chaining": (
        0.1,
        lambda own: [
            peer.ExponentialLR(own, gamma=0.9),
            peer.MultiStepLR(own, [30, 80], gamma=0.1),
        ],
        100,
    ),
}


@pytest.mark.parametrize("epoch", [None, 7])
@pytest.mark.parametrize("name", TORCH)
def test_torch_as_documented(name: str, epoch: int | None) -> None:
    lr, build, steps = TORCH[name]
    own = optimizer(lr, groups=2, momentum=0.9)
    run = {"updates": steps * (epoch or 1), "updates_per_epoch": epoch}
    if name in ("OneCycleLR", "CyclicLR"):  # stepped after every batch
        run["updates"] = steps
    assert loud(found(build(own), **run)) == []


transformers = pytest.importorskip("transformers.optimization")

HUGGING_FACE: dict[str, Build] = {
    "constant": transformers.get_constant_schedule,
    "plateau": transformers.get_reduce_on_plateau_schedule,
    "constant with warmup": lambda own: transformers.get_constant_schedule_with_warmup(own, 10),
    "linear": lambda own: transformers.get_linear_schedule_with_warmup(own, 10, 100),
    "linear, no warmup": lambda own: transformers.get_linear_schedule_with_warmup(own, 0, 100),
    "cosine": lambda own: transformers.get_cosine_schedule_with_warmup(own, 10, 100),
    "hard restarts": lambda own: transformers.get_cosine_with_hard_restarts_schedule_with_warmup(
        own, 10, 100, 3
    ),
    "polynomial": lambda own: transformers.get_polynomial_decay_schedule_with_warmup(own, 10, 100),
    "inverse sqrt": lambda own: transformers.get_inverse_sqrt_schedule(own, 10),
    "min": lambda own: transformers.get_cosine_with_min_lr_schedule_with_warmup(
        own, 10, 100, min_lr_rate=0.1
    ),
    "min, rate": lambda own: transformers.get_cosine_with_min_lr_schedule_with_warmup_lr_rate(
        own, 10, 100, min_lr_rate=0.1
    ),
    "wsd": lambda own: transformers.get_wsd_schedule(
        own, num_warmup_steps=10, num_decay_steps=20, num_training_steps=100
    ),
    "greedy": transformers.get_greedy_schedule,
    **{
        f"by name, {name.value}": lambda own, name=name: transformers.get_scheduler(
            name, own, num_warmup_steps=10, num_training_steps=100, **SPECIFIC.get(name.value, {})
        )
        for name in transformers.SchedulerType
    },
}
SPECIFIC: dict[str, dict[str, Any]] = {
    "cosine_with_min_lr": {"scheduler_specific_kwargs": {"min_lr_rate": 0.1}},
    "cosine_warmup_with_min_lr": {"scheduler_specific_kwargs": {"min_lr_rate": 0.1}},
    "warmup_stable_decay": {"scheduler_specific_kwargs": {"num_decay_steps": 20}},
}


@pytest.mark.parametrize("epoch", [None, 10])
@pytest.mark.parametrize("name", HUGGING_FACE)
def test_transformers_as_documented(name: str, epoch: int | None) -> None:
    own = optimizer(5e-5, kind=torch.optim.AdamW, groups=2)
    seen = found(HUGGING_FACE[name](own), updates=100, updates_per_epoch=epoch)

    assert loud(seen) == []
    assert {one.code for one in seen} <= {"RU101"}


@pytest.fixture(scope="module")
def timm() -> Any:
    return timm_scheduler()


@pytest.mark.parametrize("prefix", [False, True])
@pytest.mark.parametrize("in_epochs", [False, True])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("CosineLRScheduler", {"lr_min": 1e-6}),
        ("CosineLRScheduler", {"lr_min": 1e-5, "cycle_limit": 3, "cycle_decay": 0.5}),
        ("TanhLRScheduler", {"lr_min": 1e-6}),
        ("PolyLRScheduler", {"lr_min": 1e-6}),
        ("StepLRScheduler", {"decay_t": 30}),
        ("MultiStepLRScheduler", {"decay_t": [30, 60]}),
        ("WSDLRScheduler", {"decay_t": 20, "lr_min": 1e-6}),
    ],
)
def test_timm_as_documented(
    timm: Any, name: str, options: dict[str, Any], in_epochs: bool, prefix: bool
) -> None:
    own = optimizer(1e-3)
    more: dict[str, Any] = {"warmup_t": 5, "warmup_lr_init": 1e-5, "t_in_epochs": in_epochs}
    lasts = {} if "decay_t" in options and name != "WSDLRScheduler" else {"t_initial": 90}
    if name != "WSDLRScheduler":
        more["warmup_prefix"] = prefix
    scheduler = getattr(timm, name)(own, **lasts, **options, **more)
    cycles = options.get("cycle_limit", 1)
    steps = 90 * cycles + 5 * (prefix or name == "WSDLRScheduler") + 10  # ten to cool down
    each = 4 if in_epochs else 1

    seen = found(scheduler, updates=steps * each, updates_per_epoch=each)

    assert loud(seen) == []


def test_timms_default_hand_over_is_a_note(timm: Any) -> None:
    scheduler = timm.CosineLRScheduler(
        optimizer(), 60, warmup_t=20, warmup_lr_init=0.0, t_in_epochs=False
    )
    codes = [(one.code, one.severity) for one in found(scheduler, updates=60)]
    assert codes == [("RU101", "note"), ("RU102", "note"), ("RU104", "note")]


@pytest.mark.parametrize(
    ("text", "updates"),
    [
        ("warmup 10up >> decay cosine", 100),
        ("warmup 10up anchor start >> decay linear", 100),
        ("warmup 10up >> hold >> decay 20% 1-sqrt", 100),
        ("warmup 10up >> restarts 30up times 1.5", 100),
        ("warmup 10up >> inverse-sqrt 10up", 100),
        ("warmup 10up * steps every 30up gamma 0.1", 100),
        ("cycle up 10up down 20up from 0.1", 100),
        ("saturating 10up", 100),
        ("rectified 0.999", 100),
    ],
)
def test_our_own_schedules(text: str, updates: int) -> None:
    assert loud(findings(of_schedule(text, updates=updates))) == []
    scheduler = rampup.RampupLR(optimizer(), text, updates=updates)
    assert loud(found(scheduler)) == []


TRAPS: dict[str, tuple[Callable[[], Any], dict[str, Any]]] = {
    "absolute rates at base 1.0": (lambda: by_lambda(lambda s: 1e-3 * min(1, (s + 1) / 10)), {}),
    "Noam at base 1.0": (
        lambda: by_lambda(lambda s: 512**-0.5 * min((s + 1) ** -0.5, (s + 1) * 20**-1.5)),
        {},
    ),
    "T_max of restarts": (
        lambda: peer.CosineAnnealingWarmRestarts(optimizer(), 7, T_mult=2),
        {},
    ),
    "a cosine up and down on purpose": (lambda: peer.CosineAnnealingLR(optimizer(), 20), {}),
    "a cosine cut short": (lambda: peer.CosineAnnealingLR(optimizer(), 300), {}),
    "a run that goes on at 0": (
        lambda: by_lambda(lambda s: max(0.0, 1 - s / 97)),
        {},
    ),
    "drops of StepLR behind a warmup": (
        lambda: (
            (own := optimizer())
            and both(own, peer.LinearLR(own, 0.1, total_iters=5), peer.StepLR(own, 10), 5)
        ),
        {},
    ),
    "restarts behind a warmup": (
        lambda: (
            (own := optimizer())
            and both(
                own,
                peer.LinearLR(own, 0.01, total_iters=5),
                peer.CosineAnnealingWarmRestarts(own, 19),
                5,
            )
        ),
        {},
    ),
    "cosine after cosine": (
        lambda: (
            (own := optimizer())
            and both(own, peer.CosineAnnealingLR(own, 50), peer.CosineAnnealingLR(own, 50), 50)
        ),
        {},
    ),
    "functions of groups on purpose": (
        lambda: peer.LambdaLR(optimizer(groups=2), [lambda s: 0.01 * 0.99**s, lambda s: 0.99**s]),
        {},
    ),
    "a group that is frozen at first": (
        lambda: peer.LambdaLR(optimizer(groups=2), [lambda s: float(s > 20), lambda s: 0.99**s]),
        {},
    ),
    "one cycle that moves the momentum": (
        lambda: peer.OneCycleLR(optimizer(0.04, momentum=0.9), 1.0, 100),
        {},
    ),
    "a range test": (lambda: by_lambda(lambda s: 10 ** (s / 20), lr=1e-5), {}),
    "a linear range test": (lambda: by_lambda(lambda s: 1 + s / 20, lr=1e-5), {}),
    "an inverse root that follows a warmup of one": (
        lambda: by_lambda(lambda s: (s + 1) ** -0.5),
        {},
    ),
    "nanoGPT's warmup": (
        lambda: by_lambda(
            lambda s: (
                (s + 1) / 11
                if s < 10
                else 0.1 + 0.45 * (1 + math.cos(math.pi * min(1, (s - 10) / 90)))
            )
        ),
        {},
    ),
    "a warmup of no steps": (
        lambda: (
            (own := optimizer())
            and both(
                own, peer.LinearLR(own, 0.1, total_iters=0), peer.CosineAnnealingLR(own, 100), 0
            )
        ),
        {},
    ),
    "an exponential that vanishes": (
        lambda: peer.ExponentialLR(optimizer(), 0.1),
        {"updates": 1000},
    ),
    "a lambda that counts epochs": (
        lambda: by_lambda(lambda epoch: 1 - max(0, epoch - 5) / 6),
        {"updates_per_epoch": 10},
    ),
    "a cosine that counts epochs": (
        lambda: peer.CosineAnnealingLR(optimizer(), 10),
        {"updates_per_epoch": 10},
    ),
}


@pytest.mark.parametrize("name", TRAPS)
def test_what_looks_like_a_mistake_and_is_none(name: str) -> None:
    build, run = TRAPS[name]
    assert loud(found(build(), **{"updates": 100, **run})) == []


def test_a_plateau_behind_a_warmup_writes_on_purpose() -> None:
    own = optimizer()
    warmup = peer.LinearLR(own, 0.1, total_iters=3)
    plateau = peer.ReduceLROnPlateau(own, patience=0)
    update(own, 4, warmup)
    for metric in (1.0, 2.0, 3.0):
        plateau.step(metric)
    assert own.param_groups[0]["lr"] < 0.1
    assert loud(found(warmup, updates=100)) == []
    del plateau
    gc.collect()
    assert [one.code for one in found(warmup, updates=100)] == ["RU304"]


def test_a_dampened_scheduler_is_dampened_on_purpose() -> None:
    pytorch_warmup = pytest.importorskip("pytorch_warmup")
    own = optimizer()
    scheduler = peer.CosineAnnealingLR(own, 100)
    around = pytorch_warmup.LinearWarmup(own, 10)
    for _ in range(3):
        update(own)
        with around.dampening():
            scheduler.step()
    assert loud(found(scheduler, updates=100)) == []
    assert loud(found([scheduler, around], updates=100)) == []


def test_a_finished_run_is_at_the_end_of_its_schedule() -> None:
    own = optimizer(kind=torch.optim.AdamW)
    scheduler = transformers.get_linear_schedule_with_warmup(own, 10, 100)
    update(own, 100, scheduler)
    assert own.param_groups[0]["lr"] == 0.0
    assert loud(found(scheduler, own, updates=100)) == []


def test_a_wrapper_that_shares_the_groups_is_bound() -> None:
    own = optimizer()
    scheduler = peer.StepLR(own, 10)
    other = optimizer()
    other.param_groups = own.param_groups
    assert loud(found(scheduler, other, updates=100)) == []


def test_a_group_that_joins_one_of_ours_is_scheduled() -> None:
    own = optimizer()
    scheduler = rampup.RampupLR(own, "warmup 10up >> decay", updates=100)
    update(own, 3, scheduler)
    own.add_param_group({"params": [torch.nn.Parameter(torch.ones(1))], "lr": 0.1})
    assert loud(found(scheduler)) == []
