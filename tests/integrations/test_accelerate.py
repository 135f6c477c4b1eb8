"""Accelerate on two processes, which steps a prepared scheduler once for each process."""

from pathlib import Path

import pytest
from tests.integrations.processes import on_two
from tests.integrations.run import planned
from tests.integrations.train_accelerate import ACCUMULATE, OPTIMIZERS

pytest.importorskip("accelerate", reason="accelerate is not installed; make test-integrations")


def test_two_processes_use_the_planned_rates(tmp_path: Path) -> None:
    """With and without accumulation, saved by save_state and loaded by load_state half-way."""
    told = on_two("train_accelerate", tmp_path)

    runs = [f"{name}, {accumulate}" for name in OPTIMIZERS for accumulate in ACCUMULATE]
    assert dict.fromkeys(runs, planned()) == told[0]
    assert told[0] == told[1]


def test_listening_knows_what_accelerate_means(tmp_path: Path) -> None:
    """It steps once per process, which is right where lengths count batches of one process."""
    told = on_two("listen_accelerate", tmp_path)

    assert told[0] == told[1]
    assert told[0] == {
        "batches of one process": [],
        "updates": ["RU203"],
        "accumulated, batches of one process": [],
        "accumulated, updates": ["RU203"],
    }
