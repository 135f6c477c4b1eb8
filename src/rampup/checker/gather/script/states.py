"""What `state_dict()` gives in a walked script, and what loading it gives back."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rampup.checker.gather.script import peers
from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.native import Native
from rampup.checker.gather.script.values import Instance, Unknown, Value

if TYPE_CHECKING:
    from rampup.checker.gather.script.optimizers import Optimizer
    from rampup.checker.gather.script.schedulers import Scheduler


class StateOf(Native):
    """The state of an optimizer or a scheduler, as it was when it was asked for.

    Args:
        of: the object.
        optimizer: the optimizer that it is, or that it writes to; None where nobody knows.
        writer: the scheduler that it is, or the only one of the optimizer.
    """

    def __init__(self, of: Any, optimizer: "Optimizer | None", writer: "Scheduler | None") -> None:
        self.of = of
        self.text = f"{of.text}.state_dict()"
        self.writer = writer
        self.updates = 0 if optimizer is None else optimizer.made
        self.index = -1 if writer is None else writer.index
        self.steps = 0 if writer is None else writer.steps
        self.groups = [] if optimizer is None else peers.save_groups(optimizer.groups)
        peer = None if writer is None else writer.peer
        self.state: Mapping[str, Any] | None = (
            peer.state() if isinstance(peer, peers.Peer) else None
        )

    def get(self, name: str, frame: Frame) -> Value:  # noqa: ARG002 - as in every object
        """Return what it holds, which nobody looks into."""
        return Unknown(f"{self.text}.{name}")


def states_in(value: Value, depth: int = 4) -> dict[str, StateOf]:
    """Return the states that a value holds, by the keys they are under."""
    found: dict[str, StateOf] = {}
    if isinstance(value, StateOf):
        found[""] = value
    elif isinstance(value, dict) and depth:
        for key, one in value.items():
            for inner, held in states_in(one, depth - 1).items():
                found[f"{key}.{inner}" if inner else str(key)] = held
    elif isinstance(value, list | tuple) and depth:
        for index, one in enumerate(value[:20]):
            for inner, held in states_in(one, depth - 1).items():
                found[f"{index}.{inner}" if inner else str(index)] = held
    elif isinstance(value, Instance) and depth:
        return states_in(value.names, depth - 1)
    return found
