"""Mistakes of scripts that show only in what the loop does."""

import pytest
from tests.checker.rules.script_loops import (
    ACCUMULATED,
    AGAIN,
    ALONE,
    BY_HAND,
    CUT,
    EPOCH_FIRST,
    GROUPS,
    IN_PLACE,
    PER_EPOCH,
    PROCESSES,
    REBUILT,
    RECURSION,
    ROUNDED,
    SCALED,
    STOPS,
    TIMM,
    loud,
)

ORDER = (
    "the scheduler is stepped before the update, so that each of its rates comes one step too early"
)
BAD = {
    "a warmup that stops early": (
        STOPS.format(steps=8),
        (
            "warning RU102: LinearLR is stepped 8 times, and its warmup lasts 10 steps: the 22 "
            "updates behind them use 0.82 of 1"
        ),
    ),
    "a step at the start of each epoch": (
        EPOCH_FIRST.format(first="scheduler.step()", behind=""),
        f"warning RU401: {ORDER}",
    ),
    "one cycle over all updates, once an epoch": (
        PER_EPOCH.format(
            scheduler="lrs.OneCycleLR(optimizer, 1.0, total_steps=60)", batches=20, epochs=3
        ),
        (
            "error RU201: OneCycleLR is stepped once per epoch, but its 60 steps are more than the "
            "3 epochs of the run, and no more than its 60 updates"
        ),
    ),
    "a warmup in updates, once an epoch": (
        PER_EPOCH.format(
            scheduler="lrs.LinearLR(optimizer, 0.01, total_iters=20)", batches=5, epochs=3
        ),
        (
            "error RU201: LinearLR is stepped once per epoch, but its 20 steps are more than the 3 "
            "epochs of the run: its highest rate is 0.109 of 1"
        ),
    ),
    "an index of the epoch": (
        BY_HAND.format(batches=3, epochs=2, rate="min(1, (i + 1) / 5)"),
        "error RU201: the warmup begins again after each 3 updates: 0.2 to 0.6, 2 times",
    ),
    "micro-batches, a number of them": (
        ACCUMULATED.format(each="scheduler.step()", update=""),
        (
            "error RU202: the scheduler is stepped several times for each update, once per "
            "micro-batch: LinearLR is walked through so many times too fast"
        ),
    ),
    "a step for each process": (
        PROCESSES.format(total=100),
        (
            "error RU203: the scheduler is stepped several times for each update: the 100 steps of "
            "OneCycleLR are over before the last update"
        ),
    ),
    "a ratio rounded down": (
        ROUNDED.format(warmup="int(0.03 * steps)"),
        (
            "warning RU103: num_warmup_steps is 0, rounded down from 0.6: there is no warmup, and "
            "update 0 uses 1"
        ),
    ),
    "a decay that has run by hand": (
        BY_HAND.format(
            batches=6,
            epochs=4,
            rate="(step + 1) / 8 if step < 8 else 0.5 * (1 + math.cos(math.pi * step / 24))",
        ),
        (
            "warning RU104: the rate jumps from 1 to 0.75 at update 8, where the warmup hands "
            "over: 0.75, 0.875, 1, 0.75, 0.6913, 0.6294"
        ),
    ),
    "twice the rate by hand": (
        BY_HAND.format(
            batches=6, epochs=4, rate="(step + 1) / 8 if step < 8 else 2 * (24 - step) / 16"
        ),
        (
            "warning RU104: the rate jumps from 1 to 2 at update 8, where the warmup hands over: "
            "0.75, 0.875, 1, 2, 1.875, 1.75"
        ),
    ),
    "get_lr by hand": (
        RECURSION.format(behind="rate = cosine.get_lr()[0]"),
        "warning RU104: the rate meets its peak, 1, at update 3 and goes on to 1.16",
    ),
    "get_lr and an index by hand": (
        RECURSION.format(behind="cosine.last_epoch = step - 4; (rate,) = cosine.get_lr()"),
        "warning RU104: the rate meets its peak, 1, at update 3 and goes on to 1.025",
    ),
    "factors that multiply one another": (
        IN_PLACE.format(write="*= min(1, (step + 1) / 4)"),
        (
            "warning RU304: the factors of a warmup, 0.25, 0.5, 0.75, 1, multiply the rate of the "
            "update before instead of the base rate, 1: it sinks to 0.09375, and what comes behind "
            "begins there"
        ),
    ),
    "another optimizer behind the first": (
        AGAIN.format(more=""),
        (
            "error RU302: ExponentialLR writes to the self.optimizer of line 11, and the next one "
            "that this line builds trains: its updates use 1, 1, 1, 1, 1, 1"
        ),
    ),
    "an optimizer of the same class": (
        REBUILT.format(kind="type(old)", more=""),
        (
            "error RU302: CosineAnnealingLR writes to the optimizer of line 4, and the one of line "
            "12 trains: its updates use 1, 1, 1, 1, 1, 1"
        ),
    ),
    "one peak for all groups": (
        GROUPS.format(low=0.001, peak=0.1),
        (
            "warning RU303: all 2 groups get the same rates, 0.004 first, though their base rates "
            "are 0.001, 0.1"
        ),
    ),
}
NOTED = {
    "a run that is cut": (
        CUT.format(epochs=10),
        (
            "note RU204: the run stops at update 20 of a schedule of 100: its last rate is 0.81, "
            "and the highest 1"
        ),
    ),
    "timm without its prefix": (
        TIMM.format(t=12, more="", epochs=12),
        (
            "note RU104: CosineLRScheduler runs during its warmup as well, and takes over at step "
            "4 with 0.75 of 1"
        ),
    ),
    "a schedule that is only shown": (
        ALONE.format(body="scheduler.step(); print(epoch, optimizer.param_groups[0]['lr'])"),
        (
            "note RU401: the scheduler is stepped before its rate is shown, and no optimizer is: "
            "the table begins with 0.4, 0.6, 0.8, 1 and leaves out the first rate, 0.2"
        ),
    ),
    "a scaler with an initial scale": (
        SCALED.format(before="", behind=""),
        (
            "note RU402: the scheduler is stepped as well where the scaler skips an update, so it "
            "runs ahead by one step for each overflow"
        ),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_the_mistake_is_said_and_nothing_else(name: str) -> None:
    text, says = BAD[name]
    assert loud(text) == [says]


@pytest.mark.parametrize("name", NOTED)
def test_the_note_is_made(name: str) -> None:
    text, says = NOTED[name]
    assert says in loud(text, notes=True)
    assert loud(text) == []
