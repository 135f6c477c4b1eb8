"""An optimizer of a walked script: its groups, the updates it makes and the rates they use."""

import ast
import math
from typing import Any

from rampup.checker.gather.script import peers, resumes
from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.guesses import RATE
from rampup.checker.gather.script.native import Call, Given, Native
from rampup.checker.gather.script.states import StateOf
from rampup.checker.gather.script.values import (
    Bound,
    Function,
    Name,
    Number,
    Raised,
    Rate,
    Unknown,
    Value,
    is_sure,
    number,
)
from rampup.checker.gather.script.walking import Walk

LOST = math.nan
"""The rate of a group where the text does not settle it."""


Moment = tuple[tuple[int, int], ...]
"""The loops that the script is in, each with its iteration."""


class Group(dict[str, Any]):
    """A parameter group, which knows its optimizer; its rates are plain numbers."""

    __slots__ = ("index", "optimizer")

    def __init__(self, optimizer: "Optimizer", index: int, values: dict[str, Value]) -> None:
        super().__init__(values)
        self.optimizer = optimizer
        self.index = index

    def read(self, key: Value) -> Value:
        """Return an entry as the script sees it."""
        value = self.get(key, Unknown(f"{self.optimizer.text}.param_groups[{self.index}][{key!r}]"))
        if key == "lr" and isinstance(value, int | float):
            return self.optimizer.rate(self.index, "param_groups", value)
        return value

    def write(self, key: Value, value: Value, frame: Frame, node: ast.AST) -> None:
        """Set an entry; a rate is an act."""
        if key not in ("lr", "initial_lr"):
            self[key] = value
            return
        optimizer = self.optimizer
        if not frame.walk.is_mine(optimizer):
            return
        rate = number(frame.walk.known_number(value))
        self[key] = LOST if rate is None else float(rate)
        if key == "lr":
            optimizer.sure = optimizer.sure and is_sure(value)
            optimizer.written.append(len(optimizer.used))
            frame.walk.act("write", node, frame, optimizer, value=rate, group=self.index)


class Optimizer(Native):
    """An optimizer.

    Args:
        walk: the walk that builds it.
        node: where.
        kind: its class; empty where the file does not build it.
        groups: its parameter groups, each with its rate.
        settings: what it is built with.
        text: what it is called where the file does not build it.
    """

    def __init__(
        self,
        walk: Walk,
        node: ast.AST,
        kind: str,
        groups: list[dict[str, Value]],
        settings: dict[str, Given],
        text: str = "",
    ) -> None:
        self.place = walk.program.place(node)
        self.id = walk.id_at(node)
        self.kind = kind
        self.name = text
        self.text = text or kind.rpartition(".")[2]
        self.settings = settings
        self.entry = walk.entry
        self.sure = True
        self.open = False
        """How many groups it has is a guess."""
        self.groups = [Group(self, index, {}) for index in range(len(groups))]
        for group, values in zip(self.groups, groups, strict=True):
            group.update(values)
            self._settle(walk, group)
        self.base = tuple(float(group["lr"]) for group in self.groups)
        self.defaults = {"lr": self.base[0]} if self.base else {}
        self.handed = False
        self.prepared = False
        self.steps_itself = False
        self.schedulers: list[Any] = []
        self.used: list[tuple[float, ...]] = []
        self.calls: list[int] = []
        self.indices: list[int] = []
        self.passes: list[int] = []
        self.pending = 0
        self.written: list[int] = []
        self.reported: dict[int, dict[int, float]] = {}
        self.waiting: list[tuple[Moment, int, int, float]] = []
        self.moments: list[Moment] = []
        self.steppings: list[Any] = []
        self.broken = False
        """It does a part of a run, of which another one of the script does the rest."""
        self.loaded: StateOf | None = None
        """The state of another optimizer that it was given."""
        self.before = 0
        """Updates that it was loaded with."""
        self.hooks: dict[str, list[Value]] = {}
        walk.made("optimizer", node, self)

    def _settle(self, walk: Walk, group: Group) -> None:
        given = group.get("lr")
        if isinstance(given, Unknown):
            if not RATE.search(given.text):
                walk.guesses.set(given.text, walk.guesses.number("lr"))
            given = Number(walk.guesses.number(given.text), (), sure=False)
        rate = number(given)
        self.sure = self.sure and is_sure(given) and rate is not None
        group["lr"] = LOST if rate is None else float(rate)

    def rate(self, group: int, through: str, value: float) -> Rate:
        """Return a rate as the script reads it."""
        sure = self.sure and not math.isnan(value)
        return Rate(value, None, sure, self.id, group, through, len(self.used))

    def lose(self) -> None:
        """Forget the rates: the text does not settle them."""
        for group in self.groups:
            group["lr"] = LOST

    def backward(self) -> None:
        """Count a backward pass."""
        self.pending += 1

    def update(self, frame: Frame, node: ast.AST, through: str = "") -> None:
        """Make an update."""
        walk = frame.walk
        if not walk.is_mine(self):
            return
        self._call_hooks("register_step_pre_hook", frame, node)
        walk.act("update", node, frame, self, **({"through": through} if through else {}))
        if not self.used:
            resumes.note(walk, self)
        self.used.append(tuple(group["lr"] for group in self.groups))
        counts = [self.steppings.count(one) for one in self.schedulers]
        self.calls.append(max(counts, default=0))
        self.indices.append(next((one.index for one in self.schedulers), -1))
        self.steppings.clear()
        self.passes.append(self.pending)
        self.pending = 0
        self.moments.append(walk.around())
        self.settle_reports()
        for turn in walk.turns:
            turn.loop.updates += 1
        self._call_hooks("register_step_post_hook", frame, node)

    def _call_hooks(self, kind: str, frame: Frame, node: ast.AST) -> None:
        for hook in self.hooks.get(kind, ()):
            frame.walk.run(hook, Call(frame, node, [self, (), {}]))

    def report(self, rate: Rate, moment: Moment) -> None:
        """Note a reported rate.

        It is that of the update behind its reading, if that has used it; else of the update in
        the same iteration, else of the one before.
        """
        made, read = len(self.used), rate.updates
        if read < made and self.used[read][rate.group : rate.group + 1] == (rate.value,):
            self.reported.setdefault(read, {})[rate.group] = rate.value
        elif made and self.moments[-1] == moment:
            self.reported.setdefault(made - 1, {})[rate.group] = rate.value
        else:
            self.waiting.append((moment, made - 1, rate.group, rate.value))

    def settle_reports(self) -> None:
        """Give the reports that wait for an update to the update they belong to."""
        for moment, before, group, value in self.waiting:
            same = self.moments and self.moments[-1] == moment
            index = len(self.used) - 1 if same else before
            if index >= 0:
                self.reported.setdefault(index, {})[group] = value
        self.waiting.clear()

    def get(self, name: str, frame: Frame) -> Value:
        """Return its groups, or a method."""
        if name == "param_groups":
            return self.groups
        if name == "defaults":
            return dict(self.defaults)
        if name == "__class__" and self.kind:
            return Name(self.kind)
        if name in ("state", "optimizer"):  # a wrapper's own optimizer is the same here
            return self if name == "optimizer" else Unknown(f"{self.text}.state")
        return super().get(name, frame)

    def call(self, name: str, call: Call) -> Value:
        """Update, clear the gradients, add a group, save or load."""
        walk, frame = call.walk, call.frame
        if name == "step":
            closure = call.argument(0, "closure")
            if isinstance(closure, Function | Bound):
                walk.run(closure, Call(frame, call.node))
            if not (self.prepared and any(not one.sync for one in walk.accelerators)):
                self.update(frame, call.node)
            return None
        if name == "zero_grad":
            if not (self.prepared and any(not one.sync for one in walk.accelerators)):
                self.pending = 0
            return None
        if name in ("register_step_pre_hook", "register_step_post_hook"):
            hook = call.argument(0, "hook")
            if isinstance(hook, Function | Bound):
                self.hooks.setdefault(name, []).append(hook)
            return Unknown(call.text)
        if name == "add_param_group":
            self._add(call)
            return None
        if name == "state_dict":
            return StateOf(self, self, self.writer)
        if name == "load_state_dict":
            self._load(call)
            return None
        return super().call(name, call)

    @property
    def writer(self) -> Any:
        """Its only scheduler; None where it has none or several."""
        whole = [one for one in self.schedulers if one.part_of is None]
        return whole[0] if len(whole) == 1 else None

    @property
    def made(self) -> int:
        """Updates it has made, those of the state it was given included."""
        return self.before + len(self.used)

    def _load(self, call: Call) -> None:
        walk = call.walk
        if not walk.is_mine(self):
            return
        text = walk.program.text(call.nodes[0]) if 0 in call.nodes else ""
        given = call.argument(0, "state_dict")
        if not isinstance(given, StateOf) or not given.groups:
            walk.act("load", call.node, call.frame, self, value=text)
            return
        walk.act("load", call.node, call.frame, self, value=text, source=given.of.id)
        if given.of is not self:
            self.loaded = given
            self.broken = given.of.broken = True
        try:
            peers.load_groups(self.groups, given.groups)
        except peers.PeerError as error:
            if not self.open:
                raise Raised(ValueError(str(error)), "ValueError") from None
        self.before = given.updates - len(self.used)
        self.written.append(len(self.used))

    def _add(self, call: Call) -> None:
        given = call.argument(0, "param_group")
        walk = call.walk
        if not walk.is_mine(self):
            return
        group = Group(self, len(self.groups), {"lr": self.defaults.get("lr", LOST)})
        if isinstance(given, dict):
            group.update(given)
        self._settle(walk, group)
        self.groups.append(group)
        self.base = (*self.base, float(group["lr"]))
        walk.act("group", call.node, call.frame, self, value=group["lr"])
