"""How a LightningModule has its schedulers stepped, and what their lengths count (for RU201)."""

from collections.abc import Iterator
from typing import Final

from rampup.checker.rule import Found
from rampup.checker.script import Act, Object, Script, World
from rampup.checker.told import line

INTERVALS: Final = ("step", "epoch")

UPDATES: Final = ("estimated_stepping_batches", "trainer.max_steps")
"""What Lightning itself counts in updates."""

ONE_CYCLE: Final = "OneCycleLR"


def unit_of_trainer(script: Script, world: World) -> Iterator[Found]:
    """Yield schedules that Lightning steps once an epoch though they count updates."""
    for act in world.acts:
        if act.detail.get("through") != "LightningModule" or "interval" not in act.detail:
            continue
        if act.subject is None or not act.detail["automatic"] or "ignored" in act.detail:
            continue
        scheduler = script.objects[act.subject]
        said = _wrong(script, scheduler, act)
        if said:
            yield Found(
                place=scheduler.place,
                message=said,
                evidence=(
                    line(script, scheduler.place, "builds the scheduler"),
                    line(script, act.place, "says when it is stepped"),
                ),
            )


def _wrong(script: Script, scheduler: Object, act: Act) -> str:
    kind = scheduler.kind.rpartition(".")[2]
    interval, outside = act.detail["interval"], act.detail.get("misplaced")
    if isinstance(interval, str) and interval not in INTERVALS:
        return (
            f'the interval of {kind} is "{interval}", and Lightning knows "step" and "epoch" only'
        )
    if interval == "epoch" and outside == "step":
        return (
            f'Lightning steps {kind} once an epoch: "interval": "step" belongs into the dictionary '
            'under "lr_scheduler", beside "scheduler"'
        )
    counted = _counted(script, scheduler)
    if interval == "epoch" and counted:
        return f'Lightning steps {kind} once an epoch, and {counted}: "interval": "step" is missing'
    return ""


def _counted(script: Script, scheduler: Object) -> str:
    """Return what says that a scheduler counts updates; empty where nothing does."""
    for one in (scheduler, *(script.objects[part] for part in scheduler.parts)):
        for name, setting in one.settings.items():
            if setting.counts == "updates" or any(text in setting.text for text in UPDATES):
                return f"its {name}, {setting.text}, counts updates"
        each = one.settings.get("steps_per_epoch")
        if one.kind.endswith(ONE_CYCLE) and each is not None and each.value != 1:
            return f"its steps_per_epoch is {each.text}"
    return ""
