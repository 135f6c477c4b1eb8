"""`Patience`: hears a metric, and says when a plateau has to drop."""

import math
from typing import Any

from rampup.errors import StateError
from rampup.schedule.plateau import Plateau


class Patience:
    """Counts reports without progress, as torch's `ReduceLROnPlateau` does.

    Args:
        plateau: how long it waits, and what it takes for progress.
        saved: what `to_dict` returned, to go on from there.

    Raises:
        StateError: `saved` is something else.
    """

    def __init__(self, plateau: Plateau, saved: dict[str, Any] | None = None) -> None:
        saved = {"best": None, "bad": 0, "resting": 0, "heard": -1} if saved is None else saved
        self.plateau = plateau
        try:
            self.best = None if saved["best"] is None else float(saved["best"])
            self.bad, self.resting = int(saved["bad"]), int(saved["resting"])
            self.heard = int(saved["heard"])
        except (KeyError, TypeError, ValueError):
            raise StateError(f"the state's plateau {saved!r} cannot be read") from None

    def hears(self, metric: float, update: int) -> bool:
        """Take a report and return whether the rate drops now.

        Several reports at one update are one: each process of a run may report.

        Args:
            metric: a finite number; NaN is no progress.
            update: updates done.
        """
        if update == self.heard:
            return False
        self.heard = update
        if self._better(metric):
            self.best, self.bad = metric, 0
        else:
            self.bad += 1
        if self.resting:
            self.resting, self.bad = self.resting - 1, 0
        if self.bad <= self.plateau.patience:
            return False
        self.bad, self.resting = 0, self.plateau.cooldown
        return True

    def _better(self, metric: float) -> bool:
        sign = 1.0 if self.plateau.mode == "min" else -1.0
        if self.best is None:
            return metric * sign < math.inf
        needed = self.plateau.threshold
        if self.plateau.threshold_mode == "rel":
            return metric * sign < self.best * (1.0 - sign * needed) * sign
        return metric * sign < (self.best - sign * needed) * sign

    def to_dict(self) -> dict[str, Any]:
        """Return what it counted, as plain JSON data."""
        return {name: getattr(self, name) for name in ("best", "bad", "resting", "heard")}
