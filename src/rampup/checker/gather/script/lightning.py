"""LightningModules: what `configure_optimizers` gives, and what `optimizer_step` does."""

import ast
import re
from typing import Any, Final

from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.native import Call, Native
from rampup.checker.gather.script.optimizers import Optimizer
from rampup.checker.gather.script.schedulers import Scheduler
from rampup.checker.gather.script.values import (
    Bound,
    Function,
    Instance,
    Unknown,
    Value,
    number,
    plain,
)

LIGHTNING: Final = re.compile(r"(^|\.)(LightningModule|LightningBaseModule)$")

HOOKED: Final = 12
"""Updates that are walked through a hook of the module's own."""


class Attached(Native):
    """`self.trainer` of a module.

    Args:
        text: what it is called.
        optimizer: the one that it trains with.
    """

    def __init__(self, text: str, optimizer: Optimizer) -> None:
        self.text = text
        self.optimizer = optimizer

    def get(self, name: str, frame: Frame) -> Value:  # noqa: ARG002 - as in every object
        """Return how many updates were made; all else is not known."""
        return len(self.optimizer.used) if name == "global_step" else Unknown(f"{self.text}.{name}")


def is_lightning(value: Instance) -> bool:
    """Return whether an object of the file is a LightningModule."""
    return value.of is not None and any(LIGHTNING.search(one) for one in value.of.foreign())


def configured(module: Instance, call: Call) -> None:
    """Call `configure_optimizers` of a LightningModule and hand over what it gives."""
    method = module.of.find("configure_optimizers") if module.of is not None else None
    if not isinstance(method, Function) or method.node in call.walk.configured:
        return
    walk = call.walk
    walk.configured.add(method.node)
    given = walk.run(Bound(module, "configure_optimizers", method), Call(call.frame, method.node))
    automatic = plain(module.names.get("automatic_optimization", True)) is not False
    plans = _plans(given)
    objects = walk.objects_in(given, 5)
    for one in objects:
        one.steps_itself = True
        if walk.is_mine(one):
            one.handed = True
            detail: dict[str, Any] = {}
            if isinstance(one, Scheduler):
                detail = {"interval": "epoch", "frequency": 1, **plans.get(one.id, {})}
            walk.act(
                "hand-over",
                method.node,
                call.frame,
                one,
                through="LightningModule",
                automatic=automatic,
                **detail,
            )
    if automatic and len(objects) == 1 and isinstance(objects[0], Optimizer):
        _hooked(module, objects[0], call)


def _hooked(module: Instance, optimizer: Optimizer, call: Call) -> None:
    """Make the first updates through the module's own `optimizer_step`."""
    hook = module.of.find("optimizer_step") if module.of is not None else None
    if not isinstance(hook, Function) or isinstance(hook.node, ast.Lambda):
        return
    module.names.setdefault("trainer", Attached(f"{module.text}.trainer", optimizer))
    names = [one.arg for one in hook.node.args.args][1:]
    for index in range(HOOKED):
        module.names["global_step"] = index
        given = {"epoch": 0, "current_epoch": 0, "batch_idx": index, "optimizer": optimizer}
        values = [given.get(name, Unknown(name)) for name in names]
        if not names:
            values = [0, index, optimizer, Unknown("optimizer_closure")]
        call.walk.backward(hook.node, call.frame)
        call.walk.run(Bound(module, "optimizer_step", hook), Call(call.frame, hook.node, [*values]))


def _plans(given: Value) -> dict[int, dict[str, Any]]:
    """Return how each scheduler is to be stepped, as `configure_optimizers` says it."""
    found: dict[int, dict[str, Any]] = {}
    waiting = [given]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list | tuple):
            waiting += one
        elif isinstance(one, dict) and "lr_scheduler" in one:
            inner = one["lr_scheduler"]
            outside = {"misplaced": plain(one["interval"])} if "interval" in one else {}
            if isinstance(inner, dict):
                _plan(found, inner, outside)
            else:
                _note(found, inner, outside)
        elif isinstance(one, dict) and isinstance(one.get("optimizer"), Optimizer):
            for key, value in one.items():
                _note(found, value, {"ignored": str(key)})
        elif isinstance(one, dict):
            _plan(found, one, {})
    return found


def _plan(found: dict[int, dict[str, Any]], one: dict[Value, Value], more: dict[str, Any]) -> None:
    """Note the plan that a dictionary with a scheduler holds."""
    said = {
        str(key): value if isinstance(value, str) or number(value) is not None else None
        for key, value in ((key, plain(value)) for key, value in one.items() if key != "scheduler")
    }
    inside = {} if "interval" in said else more
    _note(found, one.get("scheduler"), {**said, **inside, "keys": tuple(map(str, one))})


def _note(found: dict[int, dict[str, Any]], value: Value, plan: dict[str, Any]) -> None:
    native = value.native if isinstance(value, Instance) else value
    if isinstance(native, Scheduler):
        found[native.id] = plan
