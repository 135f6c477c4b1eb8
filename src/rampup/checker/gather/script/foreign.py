"""Calls of functions that the file does not hold: what they mean for optimizers and schedulers."""

import re
from typing import Final

from rampup.checker.gather.script import python_names, settings, torch_names, trainers
from rampup.checker.gather.script.attributes import unknown
from rampup.checker.gather.script.native import Call
from rampup.checker.gather.script.states import states_in
from rampup.checker.gather.script.torch_names import optimizer_of, save
from rampup.checker.gather.script.values import (
    MISSING,
    Bound,
    Function,
    Instance,
    Value,
    rates_in,
)

REPORT: Final = re.compile(
    r"print|log|info|debug|warn|scalar|append|write|postfix|desc|track|report|record|^add|update|"
    r"metric|echo|insert|put|status",
    re.I,
)
"""Functions that show or keep what they are given."""

SAVE: Final = re.compile(r"^save|checkpoint|_save$|^dump$", re.I)
LOAD: Final = re.compile(r"^load|restore|resume", re.I)
HARMLESS: Final = re.compile(
    r"^(print|len|type|isinstance|id|str|repr|hasattr|callable|unscale_?|clip\w*|get_lr\w*|"
    r"current_lr|log\w*|info|debug|summary|watch|zero_grad|register_\w*hook|no_sync|append|"
    r"getLogger|format|vars|dir|super|set_lr\w*)$"
)
"""Functions that do nothing to an optimizer that they are given."""


def call(dotted: str, call: Call) -> Value:
    """Return what a function or class gives that the file imports."""
    known = (
        python_names.known(dotted)
        or settings.KNOWN.get(dotted)
        or trainers.known(dotted)
        or torch_names.known(dotted)
    )
    if known is not None:
        return known(call)
    if torch_names.OTHER_SCHEDULER.match(dotted.rpartition(".")[2]):
        made = torch_names.other_scheduler(dotted, call)
        if made is not MISSING:
            return made
    return call_unknown(dotted, call)


def call_unknown(text: str, call: Call) -> Value:
    """Call something that is not known: it may report, save, or take objects over."""
    walk, frame, node = call.walk, call.frame, call.node
    name = re.split(r"[.)\]]", text)[-1] or text
    if name == "backward":
        walk.backward(node, frame)
        return None
    values = call.all()
    rates = rates_in(values)
    if rates and REPORT.search(name):
        walk.report(node, frame, rates, text)
    if not values:
        return unknown(call.text if "(" not in text else f"{text}()")
    if SAVE.search(name):
        if walk.objects_in(values) or states_in(values):
            return save(call)
        return unknown(call.text)
    if name in ("step", "optimizer_step"):
        found = (optimizer_of(call, value) for value in values)
        optimizer = next((one for one in found if one is not None), None)
        if optimizer is not None:
            optimizer.update(frame, node, through=text)
            return None
    for value in values:
        _give(value, call)
    objects = [] if HARMLESS.match(name) else walk.objects_in(values)
    if objects and LOAD.search(name):
        for one in objects:
            walk.act("load", node, frame, one, value=call.text, through=text)
        return unknown(call.text)
    walk.hand_over(node, frame, objects, text)
    return unknown(call.text)


def _give(value: Value, call: Call) -> None:
    """Note a function that is given away: other code calls it."""
    if isinstance(value, Bound) and value.function is not None:
        value = value.function
    if (isinstance(value, Function) and value.node not in call.walk.called) or (
        isinstance(value, Instance) and value.of is not None
    ):
        call.walk.given.append(value)
