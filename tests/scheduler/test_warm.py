"""`warm`: the rates that updates really used, against ten lines that know nothing of it."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.optim import SGD, Adam, Optimizer, lr_scheduler as peer

import rampup
from rampup import warm, warmup

N, T = 5, 24
METRICS = [3.0, 2.0, 2.5, 2.6, 1.0, *[1.5] * T]


def third(step: int) -> float:
    return 1 / (1 + step / 3)


def shrink(step: int) -> float:
    return 0.9 if step % 2 else 0.8


def sequence(optimizer: Optimizer) -> peer.LRScheduler:
    first = peer.LinearLR(optimizer, 0.5, total_iters=3)
    then = peer.CosineAnnealingLR(optimizer, 12)
    return peer.SequentialLR(optimizer, [first, then], milestones=[4])


def chain(optimizer: Optimizer) -> peer.LRScheduler:
    low = peer.ConstantLR(optimizer, 0.1, total_iters=4)
    return peer.ChainedScheduler([low, peer.ExponentialLR(optimizer, 0.9)])


MAKE: dict[str, Callable[[Optimizer], peer.LRScheduler]] = {
    "LinearLR": lambda o: peer.LinearLR(o, 1.0, 0.1, total_iters=12),
    "LinearLR up": lambda o: peer.LinearLR(o, 0.25, total_iters=7),
    "CosineAnnealingLR": lambda o: peer.CosineAnnealingLR(o, 20, eta_min=1e-3),
    "PolynomialLR": lambda o: peer.PolynomialLR(o, 15, power=2.0),
    "ExponentialLR": lambda o: peer.ExponentialLR(o, 0.9),
    "StepLR": lambda o: peer.StepLR(o, 3, gamma=0.5),
    "MultiStepLR": lambda o: peer.MultiStepLR(o, [2, 9], gamma=0.5),
    "LambdaLR": lambda o: peer.LambdaLR(o, third),
    "MultiplicativeLR": lambda o: peer.MultiplicativeLR(o, shrink),
    "OneCycleLR": lambda o: peer.OneCycleLR(o, [0.1, 0.01], total_steps=40, cycle_momentum=False),
    "CyclicLR": lambda o: peer.CyclicLR(o, 0.1, 1.0, step_size_up=4, cycle_momentum=False),
    "CosineAnnealingWarmRestarts": lambda o: peer.CosineAnnealingWarmRestarts(o, 3, T_mult=2),
    "SequentialLR": sequence,
    "ChainedScheduler": chain,
    "ReduceLROnPlateau": lambda o: peer.ReduceLROnPlateau(o, factor=0.5, patience=1),
}


def rate(value: float, tensor: bool) -> Any:
    return torch.tensor(value, dtype=torch.float64) if tensor else value


def two_groups(tensor: bool = False) -> Optimizer:
    weights = [torch.nn.Parameter(torch.ones(2)) for _ in range(2)]
    for weight in weights:
        weight.grad = torch.tensor([0.5, -1.0])
    groups = [{"params": [weights[0]]}, {"params": [weights[1]], "lr": rate(0.02, tensor)}]
    return Adam(groups, lr=rate(0.1, tensor), foreach=False)


def step(scheduler: peer.LRScheduler, k: int) -> None:
    if isinstance(scheduler, peer.ReduceLROnPlateau):
        scheduler.step(METRICS[k])
    else:
        scheduler.step()


def rates_alone(make: Callable[[Optimizer], peer.LRScheduler], tensor: bool) -> list[list[float]]:
    """Return the rates of the scheduler by itself, stepped once per update."""
    optimizer = two_groups(tensor)
    scheduler, rates = make(optimizer), []
    for k in range(T):
        rates.append([float(group["lr"]) for group in optimizer.param_groups])
        optimizer.step()
        step(scheduler, k)
    return rates


def times(rates: list[float], factor: float) -> list[float]:
    return [rate * factor for rate in rates]


@pytest.mark.parametrize("tensor", [False, True], ids=["float", "tensor"])
@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_in_front_the_scheduler_starts_behind_the_warmup(log_rates, make, tensor: bool) -> None:
    """With metrics that are at their best in the warmup, which must not count."""
    alone = rates_alone(make, tensor)
    expected = [times(alone[0], (k + 1) / N) for k in range(N)] + alone[: T - N]
    optimizer = two_groups(tensor)
    kept = [group["lr"] for group in optimizer.param_groups]
    scheduler, used = warm(make(optimizer), warmup(N)), log_rates(optimizer)

    for k in range(T):
        assert [float(lr) for lr in scheduler.get_last_lr()] == expected[k]
        optimizer.step()
        if k < N and isinstance(scheduler, peer.ReduceLROnPlateau):
            scheduler.step(-1.0)
        else:
            step(scheduler, k - N)

    assert expected == used
    for group, lr in zip(optimizer.param_groups, kept, strict=True):
        assert group["lr"] is lr or not tensor


@pytest.mark.parametrize("tensor", [False, True], ids=["float", "tensor"])
@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_multiplied_the_scheduler_sees_only_its_own_rates(log_rates, make, tensor: bool) -> None:
    alone = rates_alone(make, tensor)
    expected = [times(rates, min((k + 1) / N, 1.0)) for k, rates in enumerate(alone)]
    optimizer = two_groups(tensor)
    kept = [group["lr"] for group in optimizer.param_groups]
    scheduler, used = warm(make(optimizer), warmup(N), how="multiply"), log_rates(optimizer)

    for k in range(T):
        optimizer.step()
        step(scheduler, k)
        assert optimizer.param_groups[0]["lr"] is kept[0] or not tensor

    assert expected == used


def calls(times: int) -> Callable[[Optimizer, peer.LRScheduler, int], None]:
    def update(optimizer: Optimizer, scheduler: peer.LRScheduler, k: int) -> None:
        optimizer.step()
        for _ in range(times):
            scheduler.step()

    return update


def before(optimizer: Optimizer, scheduler: peer.LRScheduler, k: int) -> None:
    scheduler.step()
    optimizer.step()


def each_epoch(optimizer: Optimizer, scheduler: peer.LRScheduler, k: int) -> None:
    optimizer.step()
    if k % 4 == 3:
        scheduler.step()


HABITS = {
    "never": calls(0),
    "after": calls(1),
    "eight times": calls(8),
    "before": before,
    "each epoch": each_epoch,
}


@pytest.mark.parametrize("how", ["front", "multiply"])
@pytest.mark.parametrize("habit", HABITS.values(), ids=HABITS)
def test_the_warmup_is_the_same_however_step_is_called(log_rates, habit, how: str) -> None:
    """A scheduler that stays at its rate leaves the warmup alone to be seen."""
    optimizer = two_groups()
    scheduler = warm(peer.ConstantLR(optimizer, 1.0), warmup(N), how=how)
    used = log_rates(optimizer)

    for k in range(2 * N):
        habit(optimizer, scheduler, k)

    factors = [min((k + 1) / N, 1.0) for k in range(2 * N)]
    assert [times([0.1, 0.02], factor) for factor in factors] == used


@pytest.mark.parametrize("how", ["front", "multiply"])
def test_stepped_before_the_update_nothing_is_skipped(log_rates, how: str) -> None:
    """Torch would skip the first rate; here both orders use the same rates, without a warning."""
    used = []
    for habit in (calls(1), before):
        optimizer = two_groups()
        scheduler = warm(peer.ExponentialLR(optimizer, 0.5), warmup(3), how=how)
        used.append(log_rates(optimizer))
        for k in range(8):
            habit(optimizer, scheduler, k)

    assert used[0] == used[1]


def test_stepped_per_epoch_the_first_epoch_behind_the_warmup_uses_the_first_rate(log_rates) -> None:
    optimizer = two_groups()
    scheduler = warm(peer.ExponentialLR(optimizer, 0.5), "warmup 1ep", updates_per_epoch=4)
    used = log_rates(optimizer)

    for k in range(12):
        each_epoch(optimizer, scheduler, k)

    assert [0.025, 0.05, 0.075, 0.1, *[0.1] * 4, *[0.05] * 4] == [
        pytest.approx(first, rel=1e-12) for first, _ in used
    ]


def test_an_update_that_a_scaler_skips_does_not_count(log_rates) -> None:
    weight = torch.nn.Parameter(torch.ones(2))
    optimizer = SGD([weight], lr=0.5, fused=True)
    scheduler = warm(peer.StepLR(optimizer, 100), warmup(4))
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    rates = []

    for k in range(8):
        scaler.scale(weight.sum()).backward()
        if k in (0, 2):
            weight.grad.fill_(torch.inf)
        rates.append(optimizer.param_groups[0]["lr"])
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad()
        scheduler.step()

    assert rates == [0.125, 0.125, 0.25, 0.25, 0.375, 0.5, 0.5, 0.5]


def test_trainers_find_what_they_look_for() -> None:
    optimizer = two_groups()
    plateau = warm(peer.ReduceLROnPlateau(optimizer, patience=3), warmup(2))
    cycle = warm(peer.OneCycleLR(two_groups(), 1.0, total_steps=9), warmup(2))

    assert isinstance(plateau, peer.LRScheduler)
    assert isinstance(plateau, peer.ReduceLROnPlateau)
    assert not isinstance(cycle, peer.ReduceLROnPlateau)
    assert plateau.optimizer is optimizer
    assert plateau.base_lrs == [0.1, 0.02]
    assert cycle.base_lrs == [0.04, 0.04]
    assert (plateau.patience, plateau.in_cooldown, cycle.total_steps) == (3, False, 9)
    with pytest.raises(AttributeError, match="WarmedLR has no attribute '_schedulers'"):
        cycle._schedulers  # noqa: B018
    with pytest.raises(TypeError) as caught:
        plateau.step()
    assert (
        str(caught.value) == "ReduceLROnPlateau needs the metric that it watches; call step(metric)"
    )


def test_a_plateau_drops_behind_the_warmup_only(log_rates) -> None:
    """Each metric is worse than the one before: without the warmup it would drop at once."""
    optimizer = two_groups()
    scheduler = warm(peer.ReduceLROnPlateau(optimizer, factor=0.5, patience=0), warmup(3))
    used = log_rates(optimizer)

    for k in range(7):
        optimizer.step()
        scheduler.step(metrics=float(k))

    firsts = [first for first, _ in used]
    assert pytest.approx(firsts, rel=1e-12) == [0.1 / 3, 0.2 / 3, 0.1, 0.1, 0.1, 0.05, 0.025]


@pytest.mark.parametrize("shared", [False, True], ids=["float", "tensor"])
def test_a_group_that_joins_is_warmed_at_once(log_rates, shared: bool) -> None:
    """Also one that shares the tensor of the default rate, which is warmed when it joins."""
    weight = torch.nn.Parameter(torch.ones(2))
    optimizer = Adam([weight], lr=rate(0.1, shared), foreach=False)
    scheduler = warm(peer.StepLR(optimizer, 100), warmup(4))
    used = log_rates(optimizer)

    optimizer.step()
    optimizer.add_param_group({"params": [torch.nn.Parameter(torch.ones(1))]})
    for _ in range(4):
        optimizer.step()
        scheduler.step()

    factors = [0.5, 0.75, 1.0, 1.0]
    assert [[0.025], *([0.1 * factor] * 2 for factor in factors)] == used
    assert scheduler.base_lrs == [0.1, 0.1]


def test_behind_the_warmup_a_rate_that_someone_else_writes_stays(log_rates) -> None:
    optimizer = two_groups()
    scheduler = warm(peer.ExponentialLR(optimizer, 0.5), warmup(2))
    used = log_rates(optimizer)

    for k in range(5):
        optimizer.step()
        if k == 2:
            optimizer.param_groups[0]["lr"] = 8.0
        scheduler.step()

    assert [first for first, _ in used] == [0.05, 0.1, 0.1, 4.0, 2.0]


def test_no_warmup_is_the_scheduler_itself(log_rates) -> None:
    optimizer = two_groups()
    scheduler, used = warm(MAKE["LinearLR"](optimizer), warmup(0)), log_rates(optimizer)

    for k in range(T):
        optimizer.step()
        step(scheduler, k)

    assert rates_alone(MAKE["LinearLR"], tensor=False) == used


def test_an_optimizer_that_is_never_stepped_is_told() -> None:
    scheduler = warm(peer.StepLR(two_groups(), 5), warmup(4))
    for _ in range(99):
        scheduler.step()

    with pytest.warns(UserWarning, match="made no update") as caught:
        scheduler.step()

    assert [str(warning.message) for warning in caught] == [
        (
            "step() was called 100 times and Adam made no update; "
            "build the scheduler on the optimizer that is stepped"
        )
    ]


@pytest.mark.parametrize(
    "length",
    [warmup("2ep"), warmup("32sp"), warmup("320tok"), warmup("40%"), warmup(4) * warmup(8)],
    ids=str,
)
def test_a_warmup_in_any_unit(length: rampup.Schedule) -> None:
    run = {"updates": 20, "updates_per_epoch": 4, "samples_per_update": 4, "tokens_per_update": 40}
    scheduler = warm(peer.StepLR(two_groups(), 5), length, **run)

    assert scheduler.length == 8
