"""A scheduler of a walked script: stepped as its library would step it, by an emulation."""

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from rampup.checker.finding import Place
from rampup.checker.gather.script import peers
from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.native import Call, Given, Native, Unsettled
from rampup.checker.gather.script.optimizers import Optimizer
from rampup.checker.gather.script.states import StateOf
from rampup.checker.gather.script.values import (
    Bound,
    Function,
    Instance,
    Number,
    Raised,
    Unknown,
    Value,
    number,
    plain,
)
from rampup.checker.gather.script.walking import Walk


class Stepping(Protocol):
    """What computes the rates of a scheduler."""

    @property
    def last_epoch(self) -> int:
        """Its index."""

    def step(self, *values: Any, **named: Any) -> None:
        """Make one step."""


@dataclass(slots=True, eq=False)
class Recipe:
    """What a scheduler is built of, so that it can be built anew.

    Args:
        kind: its class.
        arguments: its arguments by name, as plain values and functions.
        parts: the schedulers it is made of.
    """

    kind: str
    arguments: Mapping[str, Any]
    parts: tuple["Scheduler", ...] = ()

    def afresh(self) -> "Recipe":
        """Return it without the place in the schedule that `last_epoch=` gives."""
        arguments = {name: one for name, one in self.arguments.items() if name != "last_epoch"}
        return Recipe(self.kind, arguments, self.parts)

    def build(self, groups: list[Any], parts: list[Any] | None = None) -> Any:
        """Return it built on `groups`, its parts too unless they are given; None if unknown."""
        if parts is None:
            parts = []
            for part in self.parts:
                if part.recipe is None:
                    return None
                parts.append(part.recipe.build(groups))
        if any(part is None for part in parts):
            return None
        return peers.build(self.kind, groups, dict(self.arguments), parts)


class Scheduler(Native):
    """A scheduler.

    Args:
        walk: the walk that builds it.
        node: where.
        kind: its class.
        optimizer: what it writes to.
        settings: what it is built with.
        recipe: what it is built of; None where its rates are unknown.
        parts: the schedulers it is made of.
    """

    def __init__(
        self,
        walk: Walk,
        node: ast.AST,
        kind: str,
        optimizer: Optimizer | None,
        settings: dict[str, Given],
        recipe: Recipe | None,
        parts: tuple["Scheduler", ...] = (),
    ) -> None:
        self.place: Place = walk.program.place(node)
        self.id = walk.id_at(node)
        self.kind = kind
        self.name = ""
        self.text = kind.rpartition(".")[2]
        self.optimizer = optimizer
        self.settings = settings
        self.recipe = recipe
        self.parts = parts
        self.entry = walk.entry
        self.handed = False
        self.prepared = False
        self.steps_itself = False
        self.part_of: Scheduler | None = None
        self.steps = 0
        self.peer: Stepping | None = None
        self.raised: tuple[int, str] | None = None
        self.broken = False
        """It does a part of a run, of which another one of the script does the rest."""
        self.loaded: StateOf | None = None
        """The state of another scheduler that it was given."""
        walk.made("scheduler", node, self)
        for part in parts:
            part.part_of = self
        if optimizer is not None:
            self._start(optimizer)

    def _start(self, optimizer: Optimizer) -> None:
        optimizer.schedulers = [one for one in optimizer.schedulers if one not in self.parts]
        optimizer.schedulers.append(self)
        if self.recipe is None:
            self.lose()
            return
        self.attempt(lambda: self._build(optimizer))

    def _build(self, optimizer: Optimizer) -> None:
        assert self.recipe is not None
        self.peer = self.recipe.build(optimizer.groups, [part.peer for part in self.parts])
        if self.peer is None:
            self.lose()

    def lose(self) -> None:
        """Forget the rates: the text does not settle them."""
        self.peer = None
        if self.optimizer is not None:
            self.optimizer.lose()

    def attempt(self, do: Callable[[], None]) -> None:
        """Let the emulation do something.

        Raises:
            Raised: the real scheduler would raise.
        """
        try:
            do()
        except Unsettled:
            self.lose()
        except peers.PeerError as error:
            if self.optimizer is not None and self.optimizer.open:
                self.lose()
                return
            self.raised = self.raised or (self.steps, str(error))
            raise Raised(RuntimeError(str(error)), str(error).partition(":")[0]) from None

    @property
    def index(self) -> int:
        """Its own index; -1 where that is unknown."""
        return self.peer.last_epoch if self.peer is not None else -1

    def backward(self) -> None:
        """Leave a backward pass to the optimizers."""

    # what the script may do with it

    def get(self, name: str, frame: Frame) -> Value:
        """Return an attribute or a method."""
        optimizer = self.optimizer
        if name == "optimizer":
            return optimizer if optimizer is not None else Unknown(f"{self.text}.optimizer")
        if name == "last_epoch":
            return self.index if self.peer is not None else Unknown(f"{self.text}.last_epoch")
        if name == "base_lrs" and optimizer is not None:
            return [group.get("initial_lr", group["lr"]) for group in optimizer.groups]
        if name == "last_step" and isinstance(self.peer, peers.BaseWarmup):
            return self.index
        if name == "_last_lr":
            return self._rates("get_last_lr")
        if name in ("scheduler", "lr_scheduler"):  # the one inside a wrapper
            return self
        return super().get(name, frame)

    def _rates(self, through: str) -> Value:
        if self.optimizer is None:
            return Unknown(f"{self.text}.{through}()")
        groups = self.optimizer.groups
        return [self.optimizer.rate(n, through, group["lr"]) for n, group in enumerate(groups)]

    def set(self, name: str, value: Value, frame: Frame, node: ast.AST) -> None:  # noqa: ARG002
        """Assign an attribute; only the index is of interest."""
        if name == "last_epoch" and isinstance(self.peer, peers.Peer):
            index = number(frame.walk.known_number(value))
            if index is None:
                self.lose()
            else:
                self.peer.last_epoch = int(index)

    def _following(self, call: Call) -> Value:
        """Return what `get_lr` gives: the rates it would write, computed anew."""
        call.walk.act("ask", call.node, call.frame, self)
        peer, optimizer = self.peer, self.optimizer
        if optimizer is None or not isinstance(peer, peers.LRScheduler):
            return self._rates("get_lr")
        try:
            given = peer.following()
        except (Unsettled, *peers.RAISED):
            return Unknown(call.text)
        return [optimizer.rate(n, "get_lr", rate) for n, rate in enumerate(given)]

    def call(self, name: str, call: Call) -> Value:
        """Step, tell the rates, save or load."""
        if name in ("step", "step_update"):
            self.step(call, name)
            return None
        if name == "get_lr":
            return self._following(call)
        if name == "get_last_lr":
            return self._rates(name)
        if name == "state_dict":
            return StateOf(self, self.optimizer, self)
        if name == "load_state_dict":
            self._load(call)
            return None
        if name == "dampening":
            return Dampening(self)
        if name == "get_cycle_length":
            return Unknown(call.text)
        return super().call(name, call)

    def _load(self, call: Call) -> None:
        walk = call.walk
        if not walk.is_mine(self):
            return
        text = walk.program.text(call.nodes[0]) if 0 in call.nodes else ""
        given = call.argument(0, "state_dict")
        source = {"source": given.of.id} if isinstance(given, StateOf) else {}
        walk.act("load", call.node, call.frame, self, value=text, **source)
        if not isinstance(given, StateOf):
            return
        if given.of is not self:
            self.loaded = given
            self.broken = given.of.broken = True
        peer, state = self.peer, given.state
        if state is None or given.of.kind != self.kind or not isinstance(peer, peers.Peer):
            self.lose()
        else:
            self.attempt(lambda: peer.load(state))

    def step(self, call: Call, method: str = "step") -> None:
        """Make a step."""
        walk = call.walk
        if not walk.is_mine(self) or (self.optimizer and not walk.is_mine(self.optimizer)):
            return
        if self.prepared and any(not one.sync for one in walk.accelerators):
            return
        detail: dict[str, Any] = {} if method == "step" else {"through": method}
        names = ("num_updates" if method == "step_update" else "epoch", "metric")
        for key, value in {**dict(zip(names, call.values, strict=False)), **call.named}.items():
            detail[key] = number(value)
        walk.act("step", call.node, call.frame, self, **detail)
        self.steps += 1
        if self.optimizer is not None:
            self.optimizer.steppings.append(self)
        self.move(call, method)

    def dampen(self, call: Call) -> None:
        """Make the step of a dampening."""
        walk, peer = call.walk, self.peer
        if not walk.is_mine(self) or self.optimizer is None or not walk.is_mine(self.optimizer):
            return
        walk.act("step", call.node, call.frame, self, through="dampening")
        self.steps += 1
        self.optimizer.steppings.append(self)
        if isinstance(peer, peers.BaseWarmup):
            self.attempt(peer.leave)
        else:
            self.lose()

    def move(self, call: Call, method: str) -> None:
        """Let the emulation make the step.

        Raises:
            Raised: the real scheduler would raise.
        """
        peer = self.peer
        if peer is None:
            self.lose()
            return
        values = [_argument(call.walk, value) for value in call.values]
        named = {name: _argument(call.walk, value) for name, value in call.named.items()}
        if "Plateau" not in self.kind:  # others do nothing with a metric
            del values[1:]
            named = {name: value for name, value in named.items() if not name.startswith("metric")}
        if any(value is not None and math.isnan(value) for value in (*values, *named.values())):
            self.lose()  # a metric, which nobody knows before the run
            return
        self.attempt(lambda: getattr(peer, method)(*values, **named))


class Dampening(Native):
    """What pytorch_warmup's `dampening()` gives: a block that ends with a step of the warmup.

    Args:
        warmup: the warmup.
    """

    def __init__(self, warmup: Scheduler) -> None:
        self.warmup = warmup
        self.text = f"{warmup.text}.dampening()"

    def call(self, name: str, call: Call) -> Value:
        """Give the undampened rates back at the beginning, and dampen those that are there."""
        peer = self.warmup.peer
        if name == "__enter__" and isinstance(peer, peers.BaseWarmup):
            peer.enter()
        elif name == "__exit__":
            self.warmup.dampen(call)
        return None


def _argument(walk: Walk, value: Value) -> float | None:
    """Return what is passed to a step; what is no setting is a metric nobody knows."""
    value = plain(walk.known_number(value))
    return value if isinstance(value, int | float) else math.nan if value is not None else None


def argument(walk: Walk, value: Value, frame: Frame, node: ast.AST) -> Any:
    """Return an argument of a scheduler as plain Python, functions as functions.

    Raises:
        Unsettled: the text does not settle it.
    """
    value = walk.known_number(value)
    if isinstance(value, Number):
        return value.value
    if isinstance(value, list | tuple):
        return type(value)([argument(walk, one, frame, node) for one in value])
    if isinstance(value, dict):
        return {key: argument(walk, one, frame, node) for key, one in value.items()}
    if isinstance(value, Function | Bound | Instance | Native):
        return function(walk, value, frame, node)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise Unsettled


def function(walk: Walk, value: Value, frame: Frame, node: ast.AST) -> Callable[..., float]:
    """Return a function of the script as a function of Python, which walks it."""

    def call(*values: float) -> float:
        if not all(isinstance(one, int | float) for one in values):
            raise Unsettled
        try:
            given = walk.run(value, Call(frame, node, [*values]))
        except Raised as raised:
            raise raised.error from None
        result = number(walk.known_number(given))
        if result is None:
            raise Unsettled
        return float(result)

    return call
