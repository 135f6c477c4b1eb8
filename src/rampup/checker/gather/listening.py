"""`live`: watch the calls of a running training loop, and say what is wrong while it runs."""

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, Protocol

import torch
from torch.compiler import is_compiling

from rampup.checker.engine import Fact, findings as found_in
from rampup.checker.facts import Run
from rampup.checker.finding import Finding
from rampup.checker.gather import live as wired
from rampup.checker.gather.calls import asker, caller, on_call
from rampup.checker.gather.ranks import Ranks
from rampup.checker.gather.tally import Tally
from rampup.checker.gather.twin import unwrapped
from rampup.checker.gather.wired import inner
from rampup.checker.registry import RULES
from rampup.checker.rules.pace import first_epoch
from rampup.errors import CheckError
from rampup.trace.record import End, Epoch, Event, Skipped, Update

Tell = Callable[[Finding], None]

FIRST_CHECK: Final = 4
"""Updates after which the rules are asked for the first time; then whenever they doubled."""

BEFOREHAND: Final = tuple(rule for rule in RULES.values() if rule.run is None)
"""Rules that look at the objects because a run does not show what they look for."""


class Watched(Protocol):
    """A running `rampup.watch`."""

    model: Any
    optimizer: Any
    scheduler: Any

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Call `listener` with each event."""


class Live:
    """What is heard of a running loop; made by `live`.

    Attributes:
        findings: what was found so far, in the order in which it showed.
        tally: the run so far.
    """

    def __init__(self, trace: Watched, *, updates: int | None, tell: Tell) -> None:
        self.findings: list[Finding] = []
        self._tell = tell
        self._told: set[tuple[str, str]] = set()
        self._next_check = FIRST_CHECK
        self._scheduler = unwrapped(trace.scheduler)
        self._optimizer = inner(trace.optimizer)
        self.tally = Tally(self._optimizer, self._scheduler, expected=updates)
        self._ranks = Ranks()
        self._undo = [*self._listen_to_scheduler(), *self._listen_to_optimizer()]
        trace.listen(self._hear)

    def close(self) -> None:
        """Stop listening: no hook and no replaced method stays."""
        while self._undo:
            self._undo.pop()()

    def check(self) -> list[Finding]:
        """Ask the rules about the run so far and return what is new."""
        run = self.tally.run(ranks=self._ranks.rates())
        new = []
        found = found_in([run])
        if run.finished:
            found += found_in(self._objects(run), BEFOREHAND)
        for finding in found:
            key = finding.code, finding.place.key
            if key not in self._told:
                self._told.add(key)
                new.append(finding)
        self.findings += new
        for finding in new:
            self._tell(finding)
        return new

    def _objects(self, run: Run) -> list[Fact]:
        """Return what scheduler and optimizer look like after the run."""
        if self._scheduler is None:
            return []
        with suppress(CheckError, TypeError):
            epoch = first_epoch(run)
            return [*wired.facts(self._scheduler, self._optimizer, run.expected, epoch)]
        return []

    def _hear(self, event: Event) -> None:
        if not self._undo:
            return
        if isinstance(event, Update):
            self.tally.updated(event)
            done = self.tally.done
            if done & (done - 1) == 0:
                self._ranks.say(done, self.tally.last)
            if done >= self._next_check:
                self._next_check = 2 * done
                self.check()
        elif isinstance(event, Skipped):
            self.tally.skip()
        elif isinstance(event, Epoch):
            self.tally.epoch()
        elif isinstance(event, End):
            self.tally.finished = event.status == "finished"
            self.check()
            self.close()

    def _listen_to_scheduler(self) -> list[Callable[[], None]]:
        scheduler = self._scheduler
        if scheduler is None:
            return []
        tally = self.tally
        undo = [on_call(scheduler, "step", tally.before_call, self._after_call)]
        undo += [
            on_call(scheduler, name, _nothing, self._after_question)
            for name in ("get_last_lr", "get_lr")
            if hasattr(scheduler, name)
        ]
        if hasattr(scheduler, "load_state_dict"):
            undo.append(on_call(scheduler, "load_state_dict", _nothing, lambda *_: tally.renew()))
        return undo

    def _listen_to_optimizer(self) -> list[Callable[[], None]]:
        optimizer, tally = self._optimizer, self.tally
        undo = [
            optimizer.register_step_pre_hook(self._before_step).remove,
            optimizer.register_load_state_dict_post_hook(lambda _: tally.renew()).remove,
        ]
        weights = [p for group in optimizer.param_groups for p in group["params"]]
        trained = [p for p in weights if p.requires_grad and p.is_leaf]
        if trained:  # one weight's gradient arrives once in each backward pass
            undo.append(trained[-1].register_post_accumulate_grad_hook(tally.backward).remove)
        return undo

    def _after_call(self, _arguments: tuple[Any, ...], _result: Any) -> None:
        self.tally.after_call(caller())

    def _after_question(self, _arguments: tuple[Any, ...], result: Any) -> None:
        spot = asker()
        if spot is not None:
            self.tally.asked(spot, result)

    def _before_step(self, _optimizer: Any, _arguments: Any, _names: Any) -> None:
        if is_compiling():
            torch.compiler.disable(self.tally.before_update)(None)  # type: ignore[no-untyped-call]
        else:
            self.tally.before_update(caller())


def live(trace: Watched, *, updates: int | None = None, tell: Tell | None = None) -> Live:
    """Check a training loop while it runs, and return what collects the findings.

    Besides the events of the trace, it watches what the loop does with its scheduler and its
    optimizer: how often the scheduler is stepped for each update, how far its index moves, how
    many backward passes there are, who writes the rates, and which rate is asked for to be logged.
    Nothing is changed, and nothing of it stays when the trace ends. The rules are asked after 4
    updates, whenever their number has doubled, and at the end, then also about the objects.

    Args:
        trace: a running `rampup.watch`, best with the scheduler, the loader and the scaler.
        updates: updates that the run is to make; None where that is not known beforehand.
        tell: called once with each finding; None writes its line to stderr.

    Example:
        >>> import torch, rampup
        >>> model = torch.nn.Linear(2, 1)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
        >>> scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=8)
        >>> with rampup.watch(model, optimizer, scheduler=scheduler) as trace:
        ...     found = live(trace, updates=8, tell=lambda finding: print(finding.name))
        ...     for _ in range(8):
        ...         model(torch.ones(1, 2)).square().mean().backward()
        ...         optimizer.step()
        ...         for _ in range(4):  # as on four processes
        ...             scheduler.step()
        step-multiplicity
    """
    return Live(trace, updates=updates, tell=_print if tell is None else tell)


def _print(finding: Finding) -> None:
    sys.stderr.write(f"{finding}\n")


def _nothing() -> None:
    """Do nothing before the call."""
