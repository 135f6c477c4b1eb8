"""Classes of a walked script that derive from classes of torch."""

import re
from typing import Any, Final

from rampup.checker.gather.script import torch_names
from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.native import Call, Native, Unsettled
from rampup.checker.gather.script.optimizers import Optimizer
from rampup.checker.gather.script.schedulers import Scheduler
from rampup.checker.gather.script.values import (
    Bound,
    Function,
    Instance,
    Unknown,
    number,
)

BASE: Final = re.compile(r"torch\.optim\.lr_scheduler\._?LRScheduler$")


def native_of(made: Instance) -> Native | None:
    """Return the object of torch that an object of the file is as well."""
    return made.native if isinstance(made.native, Native) else None


def begin_native(made: Instance, call: Call) -> bool:
    """Do what `__init__` of the class of torch does that a class of the file derives from.

    Returns:
        Whether it derives from one that is known here.
    """
    if made.of is None or made.native is not None:
        return False
    for dotted in made.of.foreign():
        if BASE.match(dotted):
            _own_scheduler(made, call)
            return True
        if dotted in ("torch.optim.Optimizer", "torch.optim.optimizer.Optimizer"):
            _own_optimizer(made, call)
            return True
        known = torch_names.known(dotted) if dotted.startswith(("torch.optim.", "timm.")) else None
        native = known(call) if known is not None else None
        if isinstance(native, Native):
            made.native = native
            return True
    return False


def _own_optimizer(made: Instance, call: Call) -> None:
    defaults = call.argument(1, "defaults")
    entries = dict(defaults) if isinstance(defaults, dict) else {}
    params = call.argument(0, "params")
    inner = Call(call.frame, call.node, [params], {"lr": Unknown("lr"), **entries})
    assert made.of is not None
    made.native = torch_names.optimizer(made.of.node.name, inner)


def _own_scheduler(made: Instance, call: Call) -> None:
    """Build a scheduler whose rates a method of the file computes."""
    walk = call.walk
    owner = torch_names.optimizer_of(call, call.argument(0, "optimizer"), adopt=True)
    if owner is None or made.of is None:
        return
    native = OwnScheduler(walk, call.node, made.of.node.name, owner, {}, None)
    native.begin(made, call)


class OwnScheduler(Scheduler):
    """A scheduler of the file: `get_lr` is its method."""

    def begin(self, made: Instance, call: Call) -> None:
        """Make the constructor's hidden step."""
        assert self.optimizer is not None
        made.native = self
        last = number(call.walk.known_number(call.argument(1, "last_epoch", -1)))
        for group in self.optimizer.groups:
            group["lr"] = group.setdefault("initial_lr", self.optimizer.base[group.index])
        made.names["optimizer"] = self.optimizer
        made.names["base_lrs"] = [group["initial_lr"] for group in self.optimizer.groups]
        made.names["last_epoch"] = int(last) if last is not None else -1
        self.peer = Own(made, self.optimizer, call.frame)
        self.attempt(self._advance)

    def _advance(self) -> None:
        if self.peer is not None:
            self.peer.step()


class Own:
    """What computes the rates of a scheduler of the file.

    Args:
        made: the object of the file.
        optimizer: what it writes to.
        frame: where it was built.
    """

    def __init__(self, made: Instance, optimizer: Optimizer, frame: Frame) -> None:
        self.made = made
        self.optimizer = optimizer
        self.frame = frame

    @property
    def last_epoch(self) -> int:
        """Its index."""
        known = number(self.made.names.get("last_epoch"))
        return int(known) if known is not None else -1

    def step(self, *values: Any, **named: Any) -> None:
        """Move on and write what `get_lr` of the file gives.

        Raises:
            Unsettled: that is not known.
        """
        given = next((one for one in (*values, *named.values()) if one is not None), None)
        self.made.names["last_epoch"] = self.last_epoch + 1 if given is None else int(given)
        method = self.made.of.find("get_lr") if self.made.of is not None else None
        if not isinstance(method, Function):
            raise Unsettled
        walk = self.frame.walk
        rates = walk.run(Bound(self.made, "get_lr", method), Call(self.frame, method.node))
        if not isinstance(rates, list | tuple):
            raise Unsettled
        known = [number(walk.known_number(rate)) for rate in rates]
        if None in known or len(known) != len(self.optimizer.groups):
            raise Unsettled
        for group, rate in zip(self.optimizer.groups, known, strict=True):
            group["lr"] = rate
