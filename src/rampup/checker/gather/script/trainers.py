"""Trainers that make updates or steps for a script: accelerate, Fabric, transformers, Lightning."""

import re
from collections.abc import Callable
from typing import Any, Final

from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.lightning import configured, is_lightning
from rampup.checker.gather.script.native import Call, Native
from rampup.checker.gather.script.optimizers import Optimizer
from rampup.checker.gather.script.schedulers import Scheduler
from rampup.checker.gather.script.values import (
    Instance,
    Unknown,
    Value,
    rates_in,
)

TRAINER: Final = re.compile(r"(^|\.)\w*Trainer$")
ARGUMENTS: Final = re.compile(r"(^|\.)\w*TrainingArguments$")


class Accelerator(Native):
    """`accelerate.Accelerator` or `lightning.Fabric`, in one process."""

    text = "accelerator"

    def __init__(self, every: Value) -> None:
        self.every = every
        self.passes = 0
        self.sync = True

    def get(self, name: str, frame: Frame) -> Value:
        """Return what it knows of the process and of accumulation."""
        if name == "sync_gradients":
            return self.sync
        if name == "num_processes" or name == "world_size":
            return 1
        if name in (
            "is_main_process",
            "is_local_main_process",
            "is_global_zero",
            "is_last_process",
        ):
            return True
        if name == "gradient_accumulation_steps":
            return self.every
        return super().get(name, frame)

    def call(self, name: str, call: Call) -> Value:
        """Prepare, accumulate, make a backward pass, report, save."""
        walk = call.walk
        if name in (
            "prepare",
            "setup",
            "setup_dataloaders",
            "prepare_data_loader",
            "prepare_optimizer",
            "prepare_scheduler",
            "prepare_model",
            "setup_optimizers",
        ):
            return self._prepare(call, wraps=name.startswith("prepare"))
        if name == "backward":
            walk.backward(call.node, call.frame)
            return None
        if name == "accumulate":
            every = max(walk.count(self.every, "gradient_accumulation_steps"), 1)
            self.passes += 1
            loaders = [turn for turn in walk.turns if turn.loop.data]
            last = bool(loaders) and loaders[-1].last
            self.sync = self.passes % every == 0 or last
            if last:
                self.passes = 0
            return Unknown(call.text)
        rates = rates_in(call.all())
        if rates and name in ("log", "print", "log_dict"):
            walk.report(call.node, call.frame, rates, f"{self.text}.{name}")
        if name in ("save_state", "save", "save_checkpoint"):
            held = {one.name or one.text: one.id for one in walk.objects if one.prepared}
            if name != "save_state":
                held = {one.name or one.text: one.id for one in walk.objects_in(call.values)}
            walk.act("save", call.node, call.frame, keys=(), holds=held, to=call.text)
        if name == "load_state":
            for one in walk.objects:
                if one.prepared and walk.is_mine(one):
                    walk.act("load", call.node, call.frame, one, value=call.text)
        if name == "skip_first_batches":
            return call.argument(0, "dataloader")
        if name in ("unwrap_model", "gather", "gather_for_metrics", "reduce"):
            return call.argument(0, "model")
        return Unknown(call.text)

    def _prepare(self, call: Call, *, wraps: bool) -> Value:
        for value in call.values:
            native = value.native if isinstance(value, Instance) else value
            if isinstance(native, Unknown):
                native = call.walk.known.get(native.text)
            if isinstance(native, Optimizer | Scheduler) and wraps:
                native.prepared = True
        return call.values[0] if len(call.values) == 1 else tuple(call.values)


def accelerator(call: Call) -> Value:
    """Build an Accelerator or a Fabric."""
    every = call.named.get("gradient_accumulation_steps", 1)
    plugin = call.named.get("gradient_accumulation_plugin")
    if isinstance(plugin, Native | Unknown):
        every = Unknown("num_steps")
    made = Accelerator(every)
    call.walk.accelerators.append(made)
    return made


class Trainer(Native):
    """A trainer: it makes the updates and the steps itself."""

    def __init__(self, text: str, settings: dict[str, Any]) -> None:
        self.text = text
        self.settings = settings

    def call(self, name: str, call: Call) -> Value:  # noqa: ARG002 - whatever is called trains
        """Give what it trains to it."""
        for value in call.all():
            if isinstance(value, Instance) and is_lightning(value):
                configured(value, call)
            else:
                call.walk.hand_over(call.node, call.frame, call.walk.objects_in(value), self.text)
        return Unknown(call.text)


def trainer(dotted: str) -> Callable[[Call], Value]:
    """Return what builds a trainer."""

    def build(call: Call) -> Value:
        walk = call.walk
        given = walk.objects_in(call.all())
        for one in given:
            one.steps_itself = True
        walk.hand_over(call.node, call.frame, given, dotted)
        return Trainer(dotted, dict(call.named))

    return build


def known(dotted: str) -> Callable[[Call], Value] | None:
    """Return what a class of a trainer builds; None if it is none."""
    name = dotted.rpartition(".")[2]
    if name == "Accelerator" or dotted in (
        "lightning.Fabric",
        "lightning.fabric.Fabric",
        "lightning_fabric.Fabric",
    ):
        return accelerator
    if TRAINER.search(dotted):
        return trainer(dotted)
    if ARGUMENTS.search(dotted):
        return lambda call: Instance(None, "training_args", dict(call.named))
    return None
