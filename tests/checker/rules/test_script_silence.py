"""Loops that look like a mistake and are none: no error and no warning."""

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
    ROUNDED,
    SCALED,
    STOPS,
    TIMM,
    loud,
)

GOOD = {
    "a warmup stepped to its end": STOPS.format(steps=10),
    "a warmup stepped as long as the run": STOPS.format(steps=40),
    "a step at the end of each epoch": EPOCH_FIRST.format(first="", behind="scheduler.step()"),
    "a step to the epoch at its start": EPOCH_FIRST.format(
        first="scheduler.step(epoch)", behind=""
    ),
    "one cycle over the epochs": PER_EPOCH.format(
        scheduler="lrs.OneCycleLR(optimizer, 1.0, total_steps=8)", batches=5, epochs=8
    ),
    "a decay that is cut": PER_EPOCH.format(
        scheduler="lrs.CosineAnnealingLR(optimizer, T_max=20)", batches=3, epochs=10
    ),
    "an index of the run": BY_HAND.format(batches=3, epochs=4, rate="min(1, (step + 1) / 5)"),
    "a cycle of each epoch": BY_HAND.format(
        batches=6, epochs=4, rate="0.5 * (1 + math.cos(math.pi * i / 6))"
    ),
    "updates of several micro-batches": ACCUMULATED.format(each="", update="scheduler.step()"),
    "a cycle as long as all steps of two": PROCESSES.format(total="100 * dist.get_world_size()"),
    "a warmup that is rounded up": ROUNDED.format(warmup="math.ceil(0.03 * steps)"),
    "a warmup that is at least one": ROUNDED.format(warmup="max(1, int(0.03 * steps))"),
    "no warmup, asked for": ROUNDED.format(warmup="int(0.0 * steps)"),
    "a decay by hand from the peak": BY_HAND.format(
        batches=6,
        epochs=4,
        rate="(step + 1) / 8 if step < 8 else 0.5 * (1 + math.cos(math.pi * (step - 8) / 16))",
    ),
    "a staircase by hand": BY_HAND.format(
        batches=6, epochs=4, rate="(step + 1) / 8 if step < 8 else 0.1 ** (step // 12)"
    ),
    "a warmup and a square root by hand": BY_HAND.format(
        batches=6, epochs=4, rate="min((step + 1) / 8, math.sqrt(8 / (step + 1)))"
    ),
    "a warmup through the base, and down": BY_HAND.format(
        batches=6, epochs=4, rate="(step + 1) / 4 if step < 8 else 2 * (24 - step) / 16"
    ),
    "a decay in place": IN_PLACE.format(write="*= 0.9"),
    "a square root in place": IN_PLACE.format(write="*= math.sqrt((step + 1) / (step + 2))"),
    "factors of the base": IN_PLACE.format(write="= 1.0 * min(1, (step + 1) / 4)"),
    "another scheduler, too": AGAIN.format(
        more="self.scheduler = lrs.ExponentialLR(self.optimizer, 0.9)"
    ),
    "a scheduler of the new optimizer": REBUILT.format(
        kind="type(old)", more="scheduler = lrs.CosineAnnealingLR(optimizer, T_max=10)"
    ),
    "one peak for groups alike": GROUPS.format(low=0.1, peak=0.1),
    "a peak for each group": GROUPS.format(low=0.001, peak="[0.001, 0.1]"),
    "timm with its prefix": TIMM.format(t=12, more=", warmup_prefix=True", epochs=16),
    "a run that is not cut": CUT.format(epochs=2),
    "a schedule that is shown from its start": ALONE.format(
        body="print(epoch, optimizer.param_groups[0]['lr']); scheduler.step()"
    ),
    "a scale that is compared": SCALED.format(
        before="scale = scaler.get_scale()", behind="if scaler.get_scale() >= scale: "
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_looks_like_it_is_silent(name: str) -> None:
    assert loud(GOOD[name]) == []
