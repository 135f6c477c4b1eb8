"""What the tests of all callbacks ask of a trace."""

import math
from typing import Any

from tests.integrations.run import UPDATES, planned

from rampup.trace.journal import read
from rampup.trace.record import End, Epoch, Event, Header, Update

PLANNED = [rates[0] for rates in planned(UPDATES)]


def of(kind: Any, events: list[Event]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def check_rates(events: list[Event], first: int = 0, last: int = UPDATES) -> list[Update]:
    """Assert that used, planned and reported are base × plan(k), and return the updates."""
    updates = of(Update, events)
    assert [*range(first, last)] == [update.k for update in updates]
    for name in ("used", "planned", "reported"):
        assert PLANNED[first:last] == [getattr(update, name) for update in updates], name
    assert all(math.isfinite(update.grad_norm) for update in updates)
    return updates


def check_frame(events: list[Event], status: str, updates: int) -> None:
    """Assert that a trace begins with a header and ends with an end."""
    assert isinstance(events[0], Header)
    [end] = of(End, events)
    assert events[-1] is end
    assert [end.status, end.updates] == [status, updates]


def check_folder(folder: Any, events: list[Event]) -> None:
    """Assert that a folder holds these events; repr, because NaN is not equal to itself."""
    assert repr(events) == repr(read(folder / "trace.jsonl").events)


def check_epochs(events: list[Event], per_epoch: int) -> list[Epoch]:
    """Assert that each epoch is the mean of its updates, and return the epochs."""
    epochs, updates = of(Epoch, events), of(Update, events)
    for number, epoch in enumerate(epochs, 1):
        part = updates[(number - 1) * per_epoch : number * per_epoch]
        assert [epoch.epoch, epoch.updates] == [number, number * per_epoch]
        assert [epoch.rate_first, epoch.rate_last] == [part[0].used, part[-1].used]
        assert epoch.train_loss == math.fsum(u.loss for u in part) / per_epoch
        assert epoch.grad_norm == math.fsum(u.grad_norm for u in part) / per_epoch
    return epochs


def hooks(optimizer: Any, model: Any) -> list[int]:
    """Return how many hooks there are on an optimizer and on a model."""
    inner = getattr(optimizer, "optimizer", optimizer)
    found = [inner._optimizer_step_pre_hooks, inner._optimizer_step_post_hooks]
    return [len(one) for one in [*found, model._forward_hooks, model._forward_pre_hooks]]


def bits(model: Any) -> dict[str, bytes]:
    return {name: value.numpy().tobytes() for name, value in model.state_dict().items()}
