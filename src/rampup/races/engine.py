"""Which engine runs a race: what cannot be batched is found before the run, with the reason."""

import re
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import torch

from rampup.errors import ConfigError
from rampup.races.align import Aligning
from rampup.races.draws import drawing, update_keys
from rampup.races.members import Member
from rampup.races.replay import traced
from rampup.races.stack import Stack, Tensors, gradients_of
from rampup.races.task import Order, Task
from rampup.races.update import OPTIMIZERS, Rule

ENGINES: Final = ("auto", "batched", "sequential")

FEWEST: Final = 4
"""Fewer members than this gain nothing from a batch."""

MOST_TOGETHER: Final = 256
"""More members than this in one batch gain nothing, and leave the cache."""

SECONDS_WORTH_TRACING: Final = 0.5
"""How long a race must take untraced, for the time that the trace itself takes."""

SECONDS_WORTH_IMPORTING: Final = 3.0
"""The same where torch must first import what it traces with."""

LEAST_GAIN: Final = 1.2
"""How much faster than one after the other a batch must be."""

PROBED: Final = 32
"""How many members are tried."""

_REASONS: Final = {
    r"data-dependent control flow|\.item\(\)": "its Python looks at a member's numbers "
    "(if, .item() …)",
    r"random(ness)?": "it draws random numbers that are not dropout's",
    r"[Ss]parse": "it has sparse gradients",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How a race is run.

    Args:
        engine: `"batched"` or `"sequential"`.
        reason: why, with the numbers that were measured.
        together: members in one batch.
        trace: the step is traced and replayed.
    """

    engine: str
    reason: str
    together: int = 1
    trace: bool = False


def choose(task: Task, members: Sequence[Member], engine: str, max_memory: int) -> Choice:
    """Return how to run these members.

    Args:
        task: what they are trained on.
        members: all of them.
        engine: `"sequential"`; `"batched"`, wherever it is possible; or `"auto"`, where it is
            at least 1.2 times as fast, too.
        max_memory: bytes that a batch may take.

    Raises:
        ConfigError: there is no such engine.
    """
    if engine not in ENGINES:
        raise ConfigError(
            f"engine = {engine!r} is unknown; write 'auto', 'batched' or 'sequential'"
        )
    if engine == "sequential":
        return Choice(engine="sequential", reason="as asked")
    if engine == "auto" and len(members) < FEWEST:
        return Choice(engine="sequential", reason=f"{len(members)} members are too few to batch")
    against = reason_against(task, members[:2])
    if against is not None:
        return Choice(engine="sequential", reason=f"not batched: {against}")
    probe = _Probe(task, members[:PROBED])
    together = min(max(int(max_memory // probe.bytes_per_member), 1), MOST_TOGETHER)
    batches = -(-len(members) // together)
    said = "as asked"
    trace = probe.trace(len(members))
    if engine == "auto":
        gain = probe.gain()
        said = (
            f"{gain:.1f} times as fast as one after the other when {len(probe.members)} are tried"
        )
        if gain < LEAST_GAIN:
            said = f"a batch is only {said}, and {LEAST_GAIN} is the least"
            return Choice(engine="sequential", reason=said)
    return Choice(
        engine="batched",
        reason=f"{said}; {'traced' if trace else 'not traced'}",
        together=-(-len(members) // batches),
        trace=trace,
    )


def reason_against(task: Task, members: Sequence[Member]) -> str | None:
    """Return why these members cannot be batched, or None: each is compared with itself alone."""
    if not isinstance(task.optimizer, Rule):
        return f"its optimizer is a function, and only {', '.join(OPTIMIZERS)} are batched"
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            differs = _differs(task, members)
    except ConfigError as error:
        return str(error)
    except Exception as error:  # torch raises all kinds here
        return _in_words(str(error) or type(error).__name__)
    for warning in said:
        slow = re.search(r"batching rule for (\S+?)\.? ", str(warning.message))
        if slow:
            return f"torch has no batched form of {slow[1]}"
    return differs


def _in_words(message: str) -> str:
    for pattern, words in _REASONS.items():
        if re.search(pattern, message):
            return words
    first = " ".join(message.split()).partition(". ")[0]
    return f"torch refuses: {first[:200].rstrip('.')}"


def _differs(task: Task, members: Sequence[Member]) -> str | None:
    """Return where two updates of the batch differ from the members alone."""
    stack = Stack(task, [m.seed for m in members])
    models = [task.model(m.seed) for m in members]
    orders = [Order(len(task.x), task.batch_size, [m.seed]) for m in members]
    keys = torch.tensor([m.key for m in members])
    tolerance = 1e-9 if stack.weights.dtype == torch.float64 else 1e-3
    for update in range(2):
        rows = torch.cat([order.at(update) for order in orders])
        drawn = update_keys(keys, update)
        found, losses = stack.gradients(task.x[rows], task.y[rows], drawn)
        for i, model in enumerate(models):
            model.zero_grad()
            with drawing(drawn[i], batched=False):
                loss = task.loss(model(task.x[rows[i]]), task.y[rows[i]])
            loss.backward()  # type: ignore[no-untyped-call]
            trained = {n: p for n, p in model.named_parameters() if p.requires_grad}
            grads: Tensors = {
                n: (torch.zeros_like(p) if p.grad is None else p.grad)[None]
                for n, p in trained.items()
            }
            pairs = {
                "loss": (losses[i], loss.detach()),
                "gradient": (found[i], stack.layout.join(grads, 1)[0]),
            }
            pairs |= {n: (stack.buffers[n][i], b) for n, b in model.named_buffers()}
            for name, (batched, alone) in pairs.items():
                if not _close(batched, alone, tolerance):
                    return f"its {name} in a batch is not the one it has alone"
    return None


def _close(a: torch.Tensor, b: torch.Tensor, tolerance: float) -> bool:
    a, b = a.double(), b.double()
    if not b.isfinite().all():  # diverges at once; there is nothing to compare
        return True
    size = b.abs().max() if b.numel() else 0.0
    return bool(((a - b).abs() <= tolerance * size + 1e-12).all())


class _Probe:
    """A batch of some members, tried.

    Attributes:
        members: who they are.
        bytes_per_member: what one takes at most: all values of a step, and what it remembers.
    """

    def __init__(self, task: Task, members: Sequence[Member]) -> None:
        assert isinstance(task.optimizer, Rule)
        self.members = members
        self._task = task
        stack = Stack(task, [m.seed for m in members])
        rows = Order(len(task.x), task.batch_size, [m.seed for m in members]).at(0)
        keys = update_keys(torch.tensor([m.key for m in members]), 0)
        self._x, self._y, self._key = task.x[rows], task.y[rows], keys[0]
        self._example = stack.weights, stack.fixed, stack.buffers, keys, self._x, self._y
        self._gradients_of = partial(gradients_of, stack.model, stack.layout, task.loss)
        self._step = self._gradients_of()
        with Aligning() as seen:
            self._step(*self._example)
        kept = (2 + len(task.optimizer.state(stack.weights[:0]))) * stack.weights[0].nbytes
        losses = 16 * task.horizon.updates  # and rates, of float64
        self.bytes_per_member = seen.bytes / len(members) + kept + losses

    def trace(self, members: int) -> bool:
        """Trace the step where so many members have a gain from that; return whether it is."""
        per_update = _seconds(self._together) * members / len(self.members)
        dear = "torch._dynamo" not in sys.modules
        if per_update * self._task.horizon.updates < (
            SECONDS_WORTH_IMPORTING if dear else SECONDS_WORTH_TRACING
        ):
            return False
        try:
            self._step = traced(self._gradients_of(for_trace=True), *self._example)
        except Exception:  # torch raises all kinds; the step works, but only through Python
            return False
        return True

    def gain(self) -> float:
        """Return how many times faster a member's gradient is in the batch than alone."""
        model = self._task.model(self.members[0].seed)

        def alone() -> None:
            with drawing(self._key, batched=False):
                loss = self._task.loss(model(self._x[0]), self._y[0])
            model.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]

        return _seconds(alone) * len(self.members) / _seconds(self._together)

    def _together(self) -> None:
        with torch.no_grad():
            self._step(*self._example)


def _seconds(job: Callable[[], Any]) -> float:
    """Return the shortest of several runs, after one that is not counted."""
    job()
    times: list[float] = []
    while len(times) < 5 and sum(times) < 1.0:
        started = time.perf_counter()
        job()
        times.append(time.perf_counter() - started)
    return min(times)
