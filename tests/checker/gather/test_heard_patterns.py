"""Each minimal pattern as a real loop that is listened to, beside its mended twin."""

import functools
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from tests.checker.gather.loops import Loop, codes, heard, loader
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    CyclicLR,
    LambdaLR,
    LinearLR,
    MultiStepLR,
    OneCycleLR,
    ReduceLROnPlateau,
    StepLR,
)
from transformers.optimization import (
    get_constant_schedule_with_warmup,
    get_cosine_schedule_with_warmup,
    get_cosine_with_hard_restarts_schedule_with_warmup,
)

from rampup import RampupLR
from rampup.checker.finding import Line

Body = Callable[[Loop], None]


def each(count: int) -> Body:
    """Return the order that torch asks for: update, then step."""

    def body(loop: Loop) -> None:
        for _ in range(count):
            loop.update()
            loop.scheduler.step()

    return body


def once_an_epoch(epochs: int, batches: int) -> Body:
    def body(loop: Loop) -> None:
        for _ in range(epochs):
            for _ in range(batches):
                loop.update()
            loop.scheduler.step()

    return body


# P3, the scheduler first


def scheduler_first(loop: Loop) -> None:
    for _ in range(6):
        loop.scheduler.step()
        loop.update()


@pytest.mark.filterwarnings("ignore:Detected call of .lr_scheduler.step")
def test_p3_a_scheduler_that_is_stepped_first() -> None:
    listening = heard(scheduler_first, lambda o: MultiStepLR(o, [2]))
    assert codes(listening) == ["RU401"]
    assert str(listening.findings[0]) == (
        "MultiStepLR, update 0: warning RU401 call-order: the scheduler is stepped before the "
        "update, so that its first rate is never used"
    )


def test_p3_after_a_resume_where_torch_says_nothing() -> None:
    def resumed(loop: Loop) -> None:
        optimizer = SGD(loop.model.parameters(), lr=1.0)
        before = LinearLR(optimizer, 0.1, total_iters=20)
        for _ in range(8):
            optimizer.step()
            before.step()
        loop.scheduler.load_state_dict(before.state_dict())
        loop.optimizer.load_state_dict(optimizer.state_dict())
        scheduler_first(loop)

    assert codes(heard(resumed, lambda o: LinearLR(o, 0.1, total_iters=20))) == ["RU401"]


def test_p3_mended() -> None:
    assert codes(heard(each(6), lambda o: MultiStepLR(o, [2]))) == []


# P4. The rate is written after the update


def test_p4_a_rate_that_is_written_late() -> None:
    def body(loop: Loop) -> None:
        for number in range(6):
            loop.update()
            loop.optimizer.param_groups[0]["lr"] = min(1.0, (number + 1) / 4)

    listening = heard(body)
    assert codes(listening) == ["RU401"]
    assert listening.findings[0].message == (
        "update 0 used 1, because the rate is written after the update: "
        "the first one that was written, 0.25, came one update late"
    )


def test_p4_mended() -> None:
    def body(loop: Loop) -> None:
        for number in range(6):
            loop.optimizer.param_groups[0]["lr"] = min(1.0, (number + 1) / 4)
            loop.update()

    assert codes(heard(body)) == []


def test_p4_a_cosine_that_is_written_for_the_next_update_is_right() -> None:
    def body(loop: Loop) -> None:
        for number in range(10):
            loop.update()
            loop.optimizer.param_groups[0]["lr"] = 0.5 + 0.5 * math.cos(math.pi * (number + 1) / 10)

    assert codes(heard(body)) == []


@pytest.mark.filterwarnings("ignore:The epoch parameter")
@pytest.mark.parametrize(("shift", "found"), [(0, ["RU401"]), (1, [])])
def test_p4_an_epoch_that_is_passed_after_it_is_over(shift: int, found: list[str]) -> None:
    def body(loop: Loop) -> None:
        for epoch in range(5):
            for _ in range(4):
                loop.update()
            loop.scheduler.step(epoch + shift)

    listening = heard(body, lambda o: LambdaLR(o, lambda epoch: 1 / (1 + epoch)))
    assert codes(listening) == found


# P5, units


def test_p5_epochs_stepped_at_each_update() -> None:
    data = loader(12)

    def wrong(loop: Loop) -> None:
        for _ in range(6):
            for _ in data:
                loop.update()
                loop.scheduler.step()

    def right(loop: Loop) -> None:
        for _ in range(6):
            for _ in data:
                loop.update()
            loop.scheduler.step()

    def make(o: Any) -> Any:
        return CosineAnnealingLR(o, T_max=6)

    listening = heard(wrong, make, loader=data)
    assert "RU201" in codes(listening)
    assert codes(heard(right, make, loader=data)) == []


def test_p5_updates_stepped_once_an_epoch() -> None:
    listening = heard(once_an_epoch(3, 5), lambda o: LinearLR(o, 0.01, total_iters=20))
    assert codes(listening) == ["RU201"]
    assert listening.findings[0].message == (
        "the scheduler is stepped once for 5 updates and its schedule lasts 20 steps: "
        "the run of 15 updates makes 15 % of them"
    )
    assert codes(heard(each(30), lambda o: LinearLR(o, 0.01, total_iters=20))) == []


def test_p5_a_decay_of_all_updates_stepped_once_an_epoch_is_found_while_it_runs() -> None:
    def body(loop: Loop) -> None:
        once_an_epoch(3, 10)(loop)
        assert codes(loop.live) == ["RU201"]
        once_an_epoch(7, 10)(loop)

    assert codes(heard(body, lambda o: CosineAnnealingLR(o, 100), updates=100)) == ["RU201"]


def test_p5_a_staircase_of_epochs_stepped_at_each_update() -> None:
    data = loader(20)

    def body(loop: Loop) -> None:
        for _ in range(10):
            for _ in data:
                loop.update()
                loop.scheduler.step()

    assert codes(heard(body, lambda o: StepLR(o, 5), loader=data)) == ["RU201"]


# P6, an index that begins again with each epoch


def test_p6_an_index_of_the_epoch() -> None:
    def wrong(loop: Loop) -> None:
        for _ in range(4):
            for number in range(3):
                loop.optimizer.param_groups[0]["lr"] = min(1.0, (number + 1) / 5)
                loop.update()

    def right(loop: Loop) -> None:
        for number in range(12):
            loop.optimizer.param_groups[0]["lr"] = min(1.0, (number + 1) / 5)
            loop.update()

    listening = heard(wrong)
    assert codes(listening) == ["RU201"]
    assert listening.findings[0].message == (
        "the warmup begins again after each 3 updates: 0.2 to 0.6, 4 times"
    )
    assert codes(heard(right)) == []


# P7, accumulation


def accumulating(loop: Loop, *, inside: bool, micro: int = 24) -> None:
    for number in range(micro):
        loop.backward()
        if (number + 1) % 4 == 0:
            loop.optimizer.step()
            if inside:
                loop.scheduler.step()
        if not inside:
            loop.scheduler.step()


def warm(o: Any) -> Any:
    return LinearLR(o, 0.25, total_iters=4)


@pytest.mark.filterwarnings("ignore:Detected call of .lr_scheduler.step")
def test_p7_a_step_for_each_micro_batch() -> None:
    listening = heard(functools.partial(accumulating, inside=False), warm)
    assert codes(listening) == ["RU202"]
    assert listening.findings[0].message == (
        "the scheduler is stepped 4 times for each update, once per micro-batch, so its 4 steps "
        "are over after 1 of 4 updates so far"
    )
    used = [rate for (rate,) in listening.tally.run().used.tolist()]
    assert used == pytest.approx([0.8125, 1, 1, 1, 1, 1])


def test_p7_mended() -> None:
    assert codes(heard(functools.partial(accumulating, inside=True), warm)) == []


@pytest.mark.filterwarnings("ignore:Detected call of .lr_scheduler.step")
def test_p7_a_length_in_micro_batches_is_right() -> None:
    listening = heard(
        functools.partial(accumulating, inside=False, micro=80),
        lambda o: LinearLR(o, 1.0, 0.0, total_iters=80),
    )
    assert codes(listening) == []


def test_p7_ours_counts_for_itself() -> None:
    listening = heard(
        functools.partial(accumulating, inside=False),
        lambda o: RampupLR(o, "warmup 4up >> hold", updates=6),
    )
    assert codes(listening) == []


# P8, once per process


def multiplied(loop: Loop, *, updates: int) -> None:
    for _ in range(updates):
        loop.update()
        for _ in range(4):
            loop.scheduler.step()


def test_p8_a_step_for_each_process() -> None:
    listening = heard(
        functools.partial(multiplied, updates=8),
        lambda o: LinearLR(o, 1.0, 0.0, total_iters=8),
        updates=8,
    )
    assert codes(listening) == ["RU203"]
    assert listening.findings[0].message == (
        "the scheduler moves 4 steps for each update, so its 8 steps are over after 2 of 8 updates"
    )
    assert listening.findings[0].severity == "error"


def test_p8_lengths_of_one_process_are_right() -> None:
    """As accelerate means it: the loader was as long before it was shared out."""
    listening = heard(
        functools.partial(multiplied, updates=8),
        lambda o: LinearLR(o, 1.0, 0.0, total_iters=32),
    )
    assert codes(listening) == []


# P9, the horizon


def linear(updates: int) -> Callable[[Any], Any]:
    return lambda o: LinearLR(o, 1.0, 0.0, total_iters=updates)


def test_p9_the_schedule_is_longer_than_the_run() -> None:
    run = heard(each(20), linear(100), updates=20).tally.run()
    assert (run.ends, run.expected, len(run.used)) == (100, 20, 20)


# P25, mixed precision


def mixed(loop: Loop, *, asks: bool, scaler: Any, skips: tuple[int, ...], attempts: int) -> None:
    for number in range(attempts):
        loss = loop.model(torch.ones(1, 2)).square().mean() * 1e-6
        scaler.scale(loss * (float("inf") if number in skips else 1.0)).backward()
        scale = scaler.get_scale()
        scaler.step(loop.optimizer)
        scaler.update()
        loop.optimizer.zero_grad()
        if not asks or scaler.get_scale() >= scale:
            loop.scheduler.step()


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("asks", [False, True])
def test_p25_skipped_updates(fused: bool, asks: bool) -> None:
    scaler = torch.amp.GradScaler("cpu")
    listening = heard(
        functools.partial(mixed, asks=asks, scaler=scaler, skips=(1, 3), attempts=5),
        warm,
        optimizer=lambda model: Adam(model.parameters(), lr=1.0, fused=fused),
        scaler=scaler,
    )
    assert codes(listening) == ([] if asks else ["RU402"])
    if not asks:
        assert listening.findings[0].message == (
            "the scheduler was stepped for 2 updates that did not happen: "
            "it is 2 steps ahead after 3 updates"
        )


@pytest.mark.parametrize("asks", [False, True])
def test_p25_skips_show_without_the_scaler(asks: bool) -> None:
    body = functools.partial(
        mixed, asks=asks, scaler=torch.amp.GradScaler("cpu"), skips=(9, 15), attempts=42
    )
    listening = heard(body, lambda o: LinearLR(o, 0.1, total_iters=200))
    assert [code for code in codes(listening) if code == "RU402"] == ([] if asks else ["RU402"])


@pytest.mark.filterwarnings("ignore:Detected call of .lr_scheduler.step")
def test_p25_a_first_update_that_was_skipped_is_no_wrong_order() -> None:
    scaler = torch.amp.GradScaler("cpu")
    listening = heard(
        functools.partial(mixed, asks=False, scaler=scaler, skips=(0,), attempts=12),
        lambda o: LinearLR(o, 0.1, total_iters=200),
        scaler=scaler,
    )
    assert codes(listening) == ["RU402"]


def test_p25_a_few_in_many_are_noted() -> None:
    scaler = torch.amp.GradScaler("cpu")
    listening = heard(
        functools.partial(mixed, asks=False, scaler=scaler, skips=(2,), attempts=8),
        lambda o: LinearLR(o, 0.1, total_iters=20_000),
        scaler=scaler,
        updates=20_000,
    )
    assert [finding.severity for finding in listening.findings] == ["note"]


# P27, logs


def test_p27_a_rate_that_is_logged_after_the_step() -> None:
    def wrong(loop: Loop) -> None:
        for _ in range(8):
            loop.backward()
            loop.optimizer.step()
            loop.scheduler.step()
            loop.scheduler.get_last_lr()

    def right(loop: Loop) -> None:
        for _ in range(8):
            loop.backward()
            loop.optimizer.step()
            loop.scheduler.get_last_lr()
            loop.scheduler.step()

    def above(loop: Loop) -> None:
        for number in range(8):
            if number > 0:
                loop.scheduler.get_last_lr()
            loop.backward()
            loop.optimizer.step()
            loop.scheduler.step()

    listening = heard(wrong, lambda o: LinearLR(o, 0.25, total_iters=8))
    assert codes(listening) == ["RU403"]
    (finding,) = listening.findings
    assert finding.severity == "note"
    assert finding.message == (
        "0.3438 was logged for update 0, which used 0.25: each rate is logged one update too early"
    )
    said = {piece.says for piece in finding.evidence if isinstance(piece, Line)}
    assert said == {"updates", "steps the scheduler", "asks for the rate"}
    for body in (right, above):
        assert codes(heard(body, lambda o: LinearLR(o, 0.25, total_iters=8))) == []


@pytest.mark.filterwarnings("ignore:To get the last learning rate")
def test_p27_a_rate_that_is_computed_once_more() -> None:
    def body(loop: Loop) -> None:
        for _ in range(8):
            loop.backward()
            loop.optimizer.step()
            loop.scheduler.get_lr()
            loop.scheduler.step()

    listening = heard(body, lambda o: MultiStepLR(o, [1, 3, 5]))
    assert [(f.code, f.severity) for f in listening.findings] == [("RU403", "warning")]


def test_p3_a_step_at_the_start_of_each_epoch() -> None:
    def body(loop: Loop) -> None:
        for _ in range(4):
            loop.scheduler.step()
            for _ in range(5):
                loop.update()

    with pytest.warns(UserWarning, match="Detected call of"):
        listening = heard(body, lambda o: LambdaLR(o, lambda epoch: 1 / (1 + epoch)))
    assert codes(listening) == ["RU401"]


@pytest.mark.filterwarnings("ignore:Detected call of .lr_scheduler.step")
def test_a_step_that_leaves_out_a_first_rate_of_zero_is_right() -> None:
    def body(loop: Loop) -> None:
        loop.scheduler.step()
        each(12)(loop)

    assert codes(heard(body, lambda o: LambdaLR(o, lambda k: min(1.0, k / 20)))) == []


@pytest.mark.filterwarnings("ignore:Detected call of .lr_scheduler.step")
def test_steps_that_go_to_where_a_run_stopped_are_right() -> None:
    def body(loop: Loop) -> None:
        for _ in range(7):
            loop.scheduler.step()
        each(12)(loop)

    assert codes(heard(body, lambda o: LinearLR(o, 0.1, total_iters=30))) == []


# P17 to P19, wiring


def test_p17_a_scheduler_that_is_never_stepped() -> None:
    def body(loop: Loop) -> None:
        for _ in range(8):
            loop.update()

    assert codes(heard(body, lambda o: LinearLR(o, 0.01, total_iters=4))) == ["RU301"]
    assert codes(heard(each(8), lambda o: LinearLR(o, 0.01, total_iters=4))) == []


@pytest.mark.filterwarnings("ignore:Detected call of .lr_scheduler.step")
def test_p18_a_scheduler_of_another_optimizer() -> None:
    def elsewhere(o: Any) -> Any:
        return LinearLR(SGD([torch.zeros(1)], lr=1.0), 0.01, total_iters=4)

    assert "RU302" in codes(heard(each(8), elsewhere))


def test_p19_a_group_that_joins_a_recursive_warmup() -> None:
    def body(loop: Loop) -> None:
        each(4)(loop)
        loop.optimizer.add_param_group({"params": [torch.zeros(1, requires_grad=True)], "lr": 0.5})
        loop.scheduler.base_lrs.append(0.5)
        each(5)(loop)

    assert "RU303" in codes(heard(body, lambda o: LinearLR(o, 0.1, total_iters=20)))


def test_p26_a_factor_that_is_a_rate() -> None:
    listening = heard(
        each(8),
        lambda o: LambdaLR(o, lambda k: 1e-3 * min(1.0, (k + 1) / 3)),
        optimizer=lambda model: Adam(model.parameters(), lr=1e-3),
    )
    assert codes(listening) == ["RU105"]
    right = heard(
        each(8),
        lambda o: LambdaLR(o, lambda k: min(1.0, (k + 1) / 3)),
        optimizer=lambda model: Adam(model.parameters(), lr=1e-3),
    )
    assert codes(right) == []


# classics that are right


def test_plateau_is_right() -> None:
    def body(loop: Loop) -> None:
        for _ in range(12):
            loop.update()
            loop.scheduler.step(1.0)

    assert codes(heard(body, lambda o: ReduceLROnPlateau(o, patience=2))) == []


OF_EPOCHS: dict[str, Callable[[Any], Any]] = {
    "StepLR": lambda o: StepLR(o, 3),
    "MultiStepLR": lambda o: MultiStepLR(o, [3, 6]),
    "CosineAnnealingLR": lambda o: CosineAnnealingLR(o, 10),
    "CosineAnnealingLR longer": lambda o: CosineAnnealingLR(o, 30),
    "LinearLR": lambda o: LinearLR(o, 0.1, total_iters=3),
    "LambdaLR": lambda o: LambdaLR(o, lambda epoch: 0.95**epoch),
    "CosineAnnealingWarmRestarts": lambda o: CosineAnnealingWarmRestarts(o, 3),
}


@pytest.mark.parametrize("make", OF_EPOCHS.values(), ids=OF_EPOCHS.keys())
def test_classics_that_count_epochs_are_right(make: Callable[[Any], Any]) -> None:
    data = loader(7)

    def body(loop: Loop) -> None:
        for _ in range(10):
            for _ in data:
                loop.update()
            loop.scheduler.step()

    assert codes(heard(body, make, loader=data)) == []
    assert codes(heard(once_an_epoch(10, 7), make)) == []


OF_UPDATES: dict[str, Callable[[Any], Any]] = {
    "CosineAnnealingLR": lambda o: CosineAnnealingLR(o, 40),
    "OneCycleLR": lambda o: OneCycleLR(o, 1.0, total_steps=41),
    "CyclicLR": lambda o: CyclicLR(o, 0.1, 1.0, step_size_up=5),
    "get_cosine_schedule_with_warmup": lambda o: get_cosine_schedule_with_warmup(o, 4, 40),
    "get_cosine_with_hard_restarts_schedule_with_warmup": lambda o: (
        get_cosine_with_hard_restarts_schedule_with_warmup(o, 4, 40, num_cycles=3)
    ),
    "get_constant_schedule_with_warmup": lambda o: get_constant_schedule_with_warmup(o, 4),
    "RampupLR": lambda o: RampupLR(o, "warmup 4up >> decay cosine", updates=40),
}


@pytest.mark.parametrize("make", OF_UPDATES.values(), ids=OF_UPDATES.keys())
def test_schedules_that_count_updates_are_right(make: Callable[[Any], Any]) -> None:
    data = loader(4)

    def body(loop: Loop) -> None:
        for _ in range(10):
            for _ in data:
                loop.update()
                loop.scheduler.step()

    listening = heard(body, make, loader=data)
    assert [f for f in listening.findings if f.severity != "note"] == []
