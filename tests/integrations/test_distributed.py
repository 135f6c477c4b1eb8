"""torch.distributed on two processes: both use the planned rates, also after a resume."""

from pathlib import Path

from tests.integrations import train_fsdp
from tests.integrations.processes import on_two
from tests.integrations.run import STOP, planned

FIRST, REST = planned()[:STOP], planned()[STOP:]


def test_distributed_data_parallel(tmp_path: Path) -> None:
    """With accumulation, and from what only one of them saved, in any order."""
    told = on_two("train_ddp", tmp_path)

    orders = ["optimizer then scheduler", "scheduler then optimizer", "optimizer", "scheduler"]
    assert {"start": FIRST, **dict.fromkeys(orders, REST)} == told[0]
    assert told[0] == told[1]


def test_zero_redundancy_optimizer(tmp_path: Path) -> None:
    """The optimizer that holds the shard of this process uses the same rates."""
    told = on_two("train_zero", tmp_path)

    expected = {"start": FIRST, "start, the shard": FIRST}
    for order in ("optimizer", "scheduler", "optimizer then scheduler"):
        expected |= {order: REST, f"{order}, the shard": REST}
    assert expected == told[0]
    assert told[0] == told[1]


def test_fully_shard(tmp_path: Path) -> None:
    """FSDP2, with each way of torch.distributed.checkpoint to carry an optimizer's state."""
    told = on_two("train_fsdp", tmp_path)

    ways = [*train_fsdp.WAYS, "the run itself"]
    expected = {
        name: {way: planned() for way in ways if name != "SGD" or "full" not in way}
        for name in train_fsdp.OPTIMIZERS
    }
    assert expected == told[0]
    assert told[0] == told[1]
