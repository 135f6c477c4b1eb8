"""Every minimal pattern that is a live object is found; its mended twin is silent."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import torch
from tests.checker.gather.live_objects import by_lambda, found, optimizer, update
from torch.optim import lr_scheduler as peer

from rampup.checker.facts import Curve
from rampup.checker.gather.live import facts
from rampup.checker.rules.unit_of_curve import unit_of_curve

Made = tuple[Any, dict[str, Any]]
"""What is checked, and how."""


class Pattern(NamedTuple):
    """One mistake as a live object, and its twin without it."""

    code: str
    severity: str
    bad: Callable[[], Made]
    good: Callable[[], Made]
    says: str


def one(build: Callable[[Any], Any], lr: Any = 1.0, groups: int = 1, **run: Any) -> Made:
    return build(optimizer(lr, groups=groups)), run


def cosine(step: float, total: float) -> float:
    return 0.5 * (1 + math.cos(math.pi * step / total))


def sequential(own: Any, warmup: int, milestone: int, decay: int) -> Any:
    parts = [peer.LinearLR(own, 0.1, total_iters=warmup), peer.CosineAnnealingLR(own, decay)]
    return peer.SequentialLR(own, parts, [milestone])


class Overshooting(peer.CosineAnnealingLR):
    """A warmup by hand, and behind it the recursion of a cosine that stands at its start."""

    lag = 6

    def get_lr(self) -> list[float]:
        if self.last_epoch < 4:
            return [base * (self.last_epoch + 1) / 4 for base in self.base_lrs]
        index = self.last_epoch
        self.last_epoch = max(index - self.lag, 0)
        try:
            return super().get_lr()
        finally:
            self.last_epoch = index


class Handing(Overshooting):
    lag = 3


def never_stepped(steps: int) -> Made:
    own = optimizer(kind=torch.optim.Adam)
    scheduler = peer.LinearLR(own, 0.01, total_iters=3)
    update(own, 4)
    for _ in range(steps):
        scheduler.step()
    return scheduler, {"updates": 4}


def rebuilt(*, again: bool) -> Made:
    own = optimizer()
    scheduler = peer.LinearLR(own, 0.1, total_iters=5)
    trains = optimizer() if again else own
    return scheduler, {"own": trains, "updates": 10}


def joined(*, late: bool, kind: Callable[[Any], Any]) -> Made:
    own = optimizer(groups=1 if late else 2)
    scheduler = kind(own)
    update(own, 3, scheduler)
    if late:
        own.add_param_group({"params": [torch.nn.Parameter(torch.ones(1))], "lr": 0.1})
    return scheduler, {"updates": 10}


def foreign(rate: float | None) -> Made:
    own = optimizer()
    scheduler = peer.LinearLR(own, 0.1, total_iters=5)
    update(own, 2, scheduler)
    if rate is not None:
        own.param_groups[0]["lr"] = rate
    return scheduler, {"updates": 10}


def together(*kinds: Callable[[Any], Any], **run: Any) -> Made:
    own = optimizer()
    return [kind(own) for kind in kinds], {"updates": 10, **run}


def linear(own: Any) -> Any:
    return peer.LinearLR(own, 0.1, total_iters=5)


def tensor(*, alias: bool) -> Made:
    rate = torch.tensor(1.0)
    weights = {"params": [torch.nn.Parameter(torch.ones(1))], "lr": rate}
    own = torch.optim.Adam([{**weights, **({"initial_lr": rate} if alias else {})}])
    parts = [peer.LinearLR(own, 0.5, total_iters=4), peer.ExponentialLR(own, 0.9)]
    return peer.SequentialLR(own, parts, [4]), {"updates": 10}


def ramped(offset: int, length: int, *, clamp: bool = True, **run: Any) -> Made:
    most = 1.0 if clamp else math.inf
    return by_lambda(lambda step: min(most, (step + offset) / length)), run


def one_cycle(total: int) -> Made:
    build = lambda own: peer.OneCycleLR(own, 1.0, total, cycle_momentum=False)  # noqa: E731
    return one(build, updates=6)


PATTERNS = {
    "P1": Pattern(
        "RU101", "note",
        lambda: ramped(0, 4, updates=20), lambda: ramped(1, 4, updates=20),
        "update 0 moves no weight: the rates begin with 0, 0.25, 0.5, 0.75, 1",
    ),
    "P2": Pattern(
        "RU102", "warning",
        lambda: (by_lambda(lambda s: (s + 0) / 4 if s < 4 else cosine(s - 3, 8)), {"updates": 10}),
        lambda: (by_lambda(lambda s: (s + 1) / 4 if s < 4 else cosine(s - 4, 7)), {"updates": 10}),
        "the highest rate is 0.9619 of 1: the warmup stops one step short of its peak, 0.25, 0.5, "
        "0.75, 0.9619, 0.8536",
    ),
    "P9": Pattern(
        "RU204", "error",
        lambda: (by_lambda(lambda s: max(0.0, 1 - s / 30)), {"updates": 100}),
        lambda: (by_lambda(lambda s: max(0.0, 1 - s / 100)), {"updates": 100}),
        "the schedule is over after 30 of 100 updates: the rate of the 70 behind them is 0",
    ),
    "P10": Pattern(
        "RU204", "error",
        lambda: one_cycle(5), lambda: one_cycle(6),
        "the schedule is over after 5 updates and raises ValueError: Tried to step 6 times. The "
        "specified number of total steps is 5 behind that, but the run has 6",
    ),
    "P11": Pattern(
        "RU204", "error",
        lambda: one(lambda own: peer.CosineAnnealingLR(own, 4), updates=9),
        lambda: one(lambda own: peer.CosineAnnealingLR(own, 9), updates=9),
        "the schedule is over after 4 updates and rises again behind that: 0 at update 4, 1 at "
        "update 8 of 9",
    ),
    "P12 above": Pattern(
        "RU204", "error",
        lambda: ramped(1, 4, clamp=False, updates=8), lambda: ramped(1, 4, updates=8),
        "the rate rises through its base, 1, and goes on to 2: 0.25, 0.5, 0.75, 1, 1.25, 1.5",
    ),
    "P12 below": Pattern(
        "RU204", "error",
        lambda: (by_lambda(lambda s: 1 - s / 5), {"updates": 8}),
        lambda: (by_lambda(lambda s: 1 - s / 8), {"updates": 8}),
        "the rate falls below 0: -0.2 at update 6",
    ),
    "P13 warmup": Pattern(
        "RU103", "warning",
        lambda: ramped(1, 100, updates=6), lambda: ramped(1, 3, updates=6),
        "the warmup lasts 100 updates, but the run only 6: the highest rate is 0.06 of 1",
    ),
    "P13 LinearLR": Pattern(
        "RU103", "error",
        lambda: one(lambda own: peer.LinearLR(own, 0.1, total_iters=10), updates=6),
        lambda: one(lambda own: peer.LinearLR(own, 0.1, total_iters=5), updates=6),
        "the warmup lasts 10 updates, but the run only 6: the highest rate is 0.55 of 1",
    ),
    "P13 eta_min": Pattern(
        "RU103", "error",
        lambda: one(lambda own: peer.CosineAnnealingLR(own, 4, 1e-2), 1e-3, updates=4),
        lambda: one(lambda own: peer.CosineAnnealingLR(own, 4, 1e-4), 1e-3, updates=4),
        "the lowest rate asked for, 0.01, is above the base rate, 0.001: the rate climbs, 0.001, "
        "0.002318, 0.0055, 0.008682, 0.01",
    ),
    "P13 total_iters": Pattern(
        "RU103", "error",
        lambda: one(lambda own: peer.LinearLR(own, total_iters=0), updates=4),
        lambda: one(lambda own: peer.LinearLR(own, total_iters=1), updates=4),
        "total_iters is 0, so that the rate never leaves its start: 0.3333, 0.3333, 0.3333 of 1",
    ),
    "P13 defaults": Pattern(
        "RU103", "note",
        lambda: one(peer.LinearLR, updates=1000),
        lambda: one(lambda own: peer.LinearLR(own, 0.1, total_iters=50), updates=1000),
        "LinearLR has torch's defaults, five steps from a third of the rate, in a run of 1000 "
        "updates",
    ),
    "P13 division": Pattern(
        "RU103", "error",
        lambda: (by_lambda(lambda s: (s + 1) / 4 if s < 4 else (8 - s) / (4 - 4)), {"updates": 8}),
        lambda: (by_lambda(lambda s: (s + 1) / 4 if s < 4 else (8 - s) / (8 - 4)), {"updates": 8}),
        "update 4 has no rate, because the schedule raises ZeroDivisionError: division by zero",
    ),
    "P14 cut": Pattern(
        "RU104", "warning",
        lambda: one(lambda own: sequential(own, 10, 5, 15), updates=20),
        lambda: one(lambda own: sequential(own, 5, 5, 15), updates=20),
        "the rate jumps from 0.46 to 1 at update 5, where the warmup hands over: 0.28, 0.37, 0.46, "
        "1, 0.9891, 0.9568",
    ),
    "P14 decay in warmup": Pattern(
        "RU104", "warning",
        lambda: (by_lambda(lambda s: (s + 1) / 4 if s < 4 else cosine(s, 12)), {"updates": 12}),
        lambda: (by_lambda(lambda s: (s + 1) / 4 if s < 4 else cosine(s - 4, 8)), {"updates": 12}),
        "the rate jumps from 1 to 0.75 at update 4, where the warmup hands over: 0.5, 0.75, 1, "
        "0.75, 0.6294, 0.5",
    ),
    "P14 T_max": Pattern(
        "RU104", "warning",
        lambda: one(lambda own: sequential(own, 5, 5, 20), updates=20),
        lambda: one(lambda own: sequential(own, 5, 5, 15), updates=20),
        "CosineAnnealingLR begins at update 5 and lasts 20, the whole run: it ends 5 updates "
        "behind the run, whose last rate is 0.2061",
    ),
    "P15": Pattern(
        "RU104", "warning",
        lambda: one(lambda own: Overshooting(own, 10), updates=6),
        lambda: one(lambda own: Handing(own, 10), updates=6),
        "the rate meets its peak, 1, at update 3 and goes on to 1.051",
    ),
    "P16 stepped together": Pattern(
        "RU304", "warning",
        lambda: together(linear, lambda own: peer.CosineAnnealingLR(own, 10)),
        lambda: one(lambda own: sequential(own, 5, 5, 5), updates=10),
        "LinearLR and CosineAnnealingLR are stepped together, and the highest rate that is left "
        "is 0.5367 of 1, at update 4",
    ),
    "P16 wiped out": Pattern(
        "RU304", "warning",
        lambda: together(
            lambda own: peer.ExponentialLR(own, 0.9),
            lambda own: peer.LambdaLR(own, lambda s: min(1, (s + 1) / 4)),
        ),
        lambda: together(
            lambda own: peer.ExponentialLR(own, 0.9), lambda own: peer.StepLR(own, 4)
        ),
        "LambdaLR and ExponentialLR write the rate of one optimizer, and LambdaLR writes over what "
        "the other has done",
    ),
    "P16 by hand": Pattern(
        "RU304", "warning",
        lambda: foreign(0.9), lambda: foreign(None),
        "the rate is 0.9, where LinearLR would give 0.46 at its step 2: somebody else has written "
        "it",
    ),
    "P17": Pattern(
        "RU301", "error",
        lambda: never_stepped(0), lambda: never_stepped(4),
        "LinearLR was never stepped in 4 updates: the rate is still its first one, 0.01",
    ),
    "P18": Pattern(
        "RU302", "error",
        lambda: rebuilt(again=True), lambda: rebuilt(again=False),
        "LinearLR writes to an optimizer of its own, a SGD, which shares no parameter group with "
        "the SGD that trains",
    ),
    "P19 cosine": Pattern(
        "RU303", "error",
        lambda: joined(late=True, kind=lambda own: peer.CosineAnnealingLR(own, 10)),
        lambda: joined(late=False, kind=lambda own: peer.CosineAnnealingLR(own, 10)),
        "group 1 of 2 joined after CosineAnnealingLR was built, which holds no base rate for it; "
        "its rate is 0.1",
    ),
    "P19 linear": Pattern(
        "RU303", "error",
        lambda: joined(late=True, kind=linear), lambda: joined(late=False, kind=linear),
        "group 1 of 2 joined after LinearLR was built, which holds no base rate for it; its rate "
        "is 0.1",
    ),
    "P19 late binding": Pattern(
        "RU303", "note",
        lambda: one(
            lambda own: peer.LambdaLR(own, [lambda s: f**s for f in (0.9, 0.5)]),  # noqa: B023
            groups=2, updates=10,
        ),
        lambda: one(
            lambda own: peer.LambdaLR(own, [lambda s, f=f: f**s for f in (0.9, 0.5)]),
            groups=2, updates=10,
        ),
        "the 2 groups have a function each, and all of them read the same variable: made in a "
        "loop, every one gets its last value",
    ),
    "P26": Pattern(
        "RU105", "error",
        lambda: (by_lambda(lambda s: 1e-3 * min(1, (s + 1) / 3), 1e-3), {"updates": 10}),
        lambda: (by_lambda(lambda s: min(1, (s + 1) / 3), 1e-3), {"updates": 10}),
        "the largest factor is 0.001, which looks like the base rate itself, and is multiplied "
        "with the base rate 0.001: the rates are 3.333e-07, 6.667e-07, 1e-06, 1e-06, 1e-06, 1e-06",
    ),
    "P29": Pattern(
        "RU307", "warning",
        lambda: together(
            linear, lambda own: peer.ReduceLROnPlateau(own, patience=1), updates_per_epoch=1
        ),
        lambda: together(
            linear, lambda own: peer.ReduceLROnPlateau(own, patience=9), updates_per_epoch=1
        ),
        "LinearLR and ReduceLROnPlateau are stepped together, and the patience is over before the "
        "warmup is: a drop would fall into it",
    ),
    "P31": Pattern(
        "RU305", "error",
        lambda: tensor(alias=True), lambda: tensor(alias=False),
        "the rate of group 0 and its base rate are one tensor, so that whatever writes the rate "
        "changes the base too",
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Detected call", "ignore:Seems like")
@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_is_found_and_its_twin_is_silent(name: str) -> None:
    pattern = PATTERNS[name]
    bad, run = pattern.bad()
    seen = found(bad, **run)
    (finding,) = [one for one in seen if one.code == pattern.code]
    others = [str(one) for one in seen if one.code != pattern.code and one.severity != "note"]
    assert (finding.message, finding.severity, others) == (pattern.says, pattern.severity, [])

    good, run = pattern.good()
    assert [str(one) for one in found(good, **run)] == []


def stepped(total: int, *, per_epoch: bool) -> Curve:
    """Return what P5 asks for, once it was seen how often it is stepped."""
    own = optimizer(kind=torch.optim.Adam)
    scheduler = peer.CosineAnnealingLR(own, total)
    for _ in range(2):
        update(own, 5, None if per_epoch else scheduler)
        if per_epoch:
            scheduler.step()
    return facts(scheduler, updates=60, updates_per_epoch=5)[0]  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("total", "per_epoch", "says"),
    [
        (
            12,
            False,
            (
                "CosineAnnealingLR is stepped once per update, but its 12 steps are the epochs of "
                "the run, which has 60 updates"
            ),
        ),
        (
            60,
            True,
            (
                "CosineAnnealingLR is stepped once per epoch, but its 60 steps are more than the "
                "12 epochs of the run, and no more than its 60 updates"
            ),
        ),
        (60, False, ""),
        (12, True, ""),
    ],
)
def test_p5_is_found_once_it_was_seen_how_often_it_steps(
    total: int, per_epoch: bool, says: str
) -> None:
    seen = [one.message for one in unit_of_curve(stepped(total, per_epoch=per_epoch))]
    assert seen == ([says] if says else [])


def test_p5_before_the_run_rises_again_behind_its_end() -> None:
    (finding,) = found(peer.CosineAnnealingLR(optimizer(), 12), updates=60)
    assert (finding.code, finding.severity) == ("RU204", "note")
    (finding,) = found(peer.CosineAnnealingLR(optimizer(), 12), updates=64)
    assert (finding.code, finding.severity) == ("RU204", "error")


def test_a_first_rate_of_zero_for_a_whole_epoch_is_a_warning() -> None:
    own = optimizer(kind=torch.optim.Adam)
    scheduler = peer.LambdaLR(own, lambda epoch: min(1, epoch / 4))
    for _ in range(2):
        update(own, 5)
        scheduler.step()
    (finding,) = found(scheduler, updates=60, updates_per_epoch=5)
    assert str(finding) == (
        "LambdaLR: warning RU101 zero-first-rate: the whole first epoch, updates 0 to 4, moves no "
        "weight: its rate is 0, and the next one 0.25"
    )
