"""torch.distributed on two processes: both use the planned rates, also after a resume."""

from pathlib import Path

from tests.integrations.processes import on_two
from tests.integrations.run import STOP, planned

FIRST, REST = planned()[:STOP], planned()[STOP:]


def test_distributed_data_parallel(tmp_path: Path) -> None:
    """With accumulation, and from what only one of them saved, in any order."""
    told = on_two("train_ddp", tmp_path)

    orders = ["optimizer then scheduler", "scheduler then optimizer", "optimizer", "scheduler"]
    assert {"start": FIRST, **dict.fromkeys(orders, REST)} == told[0]
    assert told[0] == told[1]
