"""`Twin`: a copy of a scheduler on an optimizer that stands in, so that it can be tried out."""

import copy
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from torch import zeros
from torch.optim import Optimizer

from rampup.checker.facts import Floats

Groups = Sequence[Mapping[str, Any]]


class Still(Optimizer):
    """An optimizer with the groups of another one; its steps change nothing.

    Args:
        groups: what the groups hold; their parameters are left behind.
    """

    def __init__(self, groups: Groups) -> None:
        held = [{**copy.deepcopy(_plain(group)), "params": [zeros(1)]} for group in groups]
        super().__init__(held, {})

    def step(self, closure: Any = None) -> None:
        """Do nothing."""


class Twin:
    """Tells the rates that a scheduler gives to the updates that come, one step after each.

    Args:
        scheduler: a scheduler of torch, or one with the same ways; it is copied, not touched.
        groups: what the groups of its optimizer hold; None for what they hold now.
        state: a state of the scheduler, loaded into the copy first.

    Raises:
        TypeError: it waits for a metric, has no optimizer, or cannot be copied.
    """

    def __init__(self, scheduler: Any, *, groups: Groups | None = None, state: Any = None) -> None:
        bound = getattr(scheduler, "optimizer", None)
        if not isinstance(bound, Optimizer) or hasattr(scheduler, "patience"):
            raise TypeError(f"{type(scheduler).__name__} cannot be tried out")
        self._optimizer = Still(bound.param_groups if groups is None else groups)
        memo = {id(one): self._optimizer for one in _wrapped(bound)}
        try:
            self._scheduler = copy.deepcopy(scheduler, memo)
            if state is not None:
                self._scheduler.load_state_dict(copy.deepcopy(state))
        except Exception as error:  # code of others
            raise TypeError(f"{type(scheduler).__name__} cannot be copied: {error}") from error
        self._rates = [self._now()]
        self.error = ""

    def rates(self, count: int) -> Floats:
        """Return the rates of the next `count` updates, shape (count, groups); NaN from an error on.

        What the scheduler raises stands in `error` afterwards.
        """
        while len(self._rates) < count and not self.error:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    self._scheduler.step()
            except Exception as error:  # code of others
                self.error = str(error)
            else:
                self._rates.append(self._now())
        found = np.full((count, len(self._rates[0])), np.nan)
        told = self._rates[:count]
        found[: len(told)] = told
        return found

    def _now(self) -> list[float]:
        return [float(group["lr"]) for group in self._optimizer.param_groups]


def unwrapped(scheduler: Any) -> Any:
    """Return the scheduler itself, where a trainer wrapped it."""
    while hasattr(inner := getattr(scheduler, "scheduler", None), "step"):
        scheduler = inner
    return scheduler


def _wrapped(optimizer: Any) -> list[Any]:
    """Return an optimizer and those inside it, where a trainer wrapped it."""
    chain = [optimizer]
    while isinstance(inner := getattr(chain[-1], "optimizer", None), Optimizer):
        chain.append(inner)
    return chain


def inner_optimizer(optimizer: Any) -> Any:
    """Return the optimizer itself, where a trainer wrapped it."""
    return _wrapped(optimizer)[-1]


def _plain(group: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in group.items() if name not in ("params", "rampup")}
