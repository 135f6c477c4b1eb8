"""`Ranks`: what the other processes use, asked through the store of `torch.distributed`.

No collective is called: one that a single process makes, because it alone is checked or had to skip
an update, would wait for ever. Each process leaves its rates in the store, and whoever looks later
finds what the others have left.
"""

import json
from typing import Any

import numpy as np
from torch import distributed

from rampup.checker.facts import Floats


class Ranks:
    """Leaves the rates of this process for the others, and reads theirs.

    Without an initialised process group it does nothing.
    """

    _runs = 0

    def __init__(self) -> None:
        self._said: list[str] = []
        self._latest: Floats | None = None
        Ranks._runs += 1
        self._name = f"rampup/checker/{Ranks._runs}"

    def say(self, update: int, rates: list[float]) -> None:
        """Leave the rates that an update used.

        Args:
            update: its number, counted from 1.
            rates: one for each group.
        """
        store = _store()
        if store is None:
            return
        key = f"{self._name}/{update}"
        store.set(f"{key}/{distributed.get_rank()}", json.dumps(rates))
        self._said.append(key)

    def rates(self) -> Floats | None:
        """Return the rates of all processes at the last update that all have reached, or None.

        The shape is (ranks, groups).
        """
        store = _store()
        if store is None:
            return self._latest
        for key in reversed(self._said):
            keys = [f"{key}/{rank}" for rank in range(distributed.get_world_size())]
            if store.check(keys):
                rows = [json.loads(store.get(one)) for one in keys]
                if len({len(row) for row in rows}) == 1:
                    self._latest = np.array(rows)
                break
        return self._latest


def _store() -> Any:
    if not (distributed.is_available() and distributed.is_initialized()):
        return None
    return distributed.distributed_c10d._get_default_store()
