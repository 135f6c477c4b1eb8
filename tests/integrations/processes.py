"""Two processes on this machine that train together, as two devices would."""

import gc
import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 240
"""A launch that takes longer than this hangs, and is ended."""


def on_two(module: str, folder: Path) -> list[Any]:
    """Run a module on two processes and return what each of them told.

    Args:
        module: in this folder; it calls `together`.
        folder: through whose files they meet, and where they may save.
    """
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2"}
    command = [sys.executable, "-m", f"tests.integrations.{module}", str(folder)]
    logs = [folder / f"log-{rank}.txt" for rank in range(2)]
    ranks = [{"RANK": str(rank), "LOCAL_RANK": str(rank)} for rank in range(2)]
    processes: list[subprocess.Popen[bytes]] = []
    end = time.monotonic() + SECONDS
    try:
        for rank, log in zip(ranks, logs, strict=True):
            with log.open("wb") as out:
                processes.append(
                    subprocess.Popen(
                        command,
                        cwd=ROOT,
                        env=environment | rank,
                        stdout=out,
                        stderr=subprocess.STDOUT,
                    )
                )
        codes = [process.wait(timeout=end - time.monotonic()) for process in processes]
    except subprocess.TimeoutExpired:
        codes = [None, None]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    if codes != [0, 0]:
        said = "\n".join(log.read_text(errors="replace")[-4000:] for log in logs)
        pytest.fail(f"{module} ended with {codes} within {SECONDS} s\n{said}", pytrace=False)
    return [json.loads((folder / f"told-{rank}.json").read_text()) for rank in range(2)]


def together(train: Callable[[int, Path], Any]) -> None:
    """Meet the other process, train, and hand what `train` returns to the test.

    Args:
        train: takes the rank of this process and the folder that both share; returns plain data.
    """
    import torch.distributed

    folder, rank = Path(sys.argv[1]), int(os.environ["RANK"])
    torch.distributed.init_process_group(
        "gloo", init_method=(folder / "meet").as_uri(), rank=rank, world_size=2
    )
    warnings.simplefilter("error")
    told = train(rank, folder)
    (folder / f"told-{rank}.json").write_text(json.dumps(told))
    gc.collect()  # models that speak to the group must not outlive it
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()
