"""`Twin`: a copy of a live scheduler that goes on from where it stands, without the run."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rampup.checker.facts import Floats
from rampup.checker.gather.play import MEANT, kind_of
from rampup.checker.gather.standin import Memo, copied, stood_in, undisturbed
from rampup.errors import CheckError

Groups = Sequence[Mapping[str, Any]]


class Twin:
    """Tells the rates that a scheduler gives to the updates that come, one step after each.

    Args:
        scheduler: a scheduler of torch's ways; it is copied, not touched.
        groups: what the groups of its optimizer hold; None for what they hold now.
        state: a state of the scheduler, loaded into the copy first.

    Raises:
        CheckError: it waits for a metric, is stepped by other means, or cannot be copied.
    """

    def __init__(self, scheduler: Any, *, groups: Groups | None = None, state: Any = None) -> None:
        if kind_of(scheduler) != "torch":
            raise CheckError(f"could not check {type(scheduler).__name__}: it waits for more")
        with undisturbed():
            (self._copy,), self._standin = stood_in([scheduler])
            held: Memo = {}
            for own, saved in zip(self._standin.param_groups, groups or (), strict=False):
                own.update({k: copied(v, held) for k, v in saved.items() if k != "params"})
            if state is not None:
                self._load(copied(dict(state), held))
        self._rates = [self._now()]
        self._raised = False

    def rates(self, count: int) -> Floats:
        """Return the rates of the next updates, shape (count, groups), NaN behind an error."""
        with undisturbed():
            while len(self._rates) < count and not self._raised:
                try:
                    self._copy.step()
                except Exception:  # code of others
                    self._raised = True
                else:
                    self._rates.append(self._now())
        found = np.full((count, len(self._rates[0])), np.nan)
        told = self._rates[:count]
        found[: len(told)] = told
        return found

    def _load(self, state: Any) -> None:
        try:
            self._copy.load_state_dict(state)
        except (*MEANT, AttributeError, TypeError) as error:
            raise CheckError(
                f"could not check {type(self._copy).__name__}: it does not load that state "
                f"({error})"
            ) from error

    def _now(self) -> list[float]:
        return [float(group["lr"]) for group in self._standin.param_groups]


def unwrapped(scheduler: Any) -> Any:
    """Return the scheduler itself, where a trainer wrapped it."""
    while hasattr(inner := getattr(scheduler, "scheduler", None), "step"):
        scheduler = inner
    return scheduler
