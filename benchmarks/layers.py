"""What one prediction costs layer by layer, beside a plain one and torchlens where it is installed.

torchlens records every operation and far more about it than a layer's shape, statistics and
values, which is all that `rampup.layers` is for; so the ratio says what the lesser thing costs.
"""

from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec

import torch
from torch import nn

from benchmarks.side_by_side import medians, table
from benchmarks.tracing import TASKS
from rampup import layers

ROUNDS = 15


def plain(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Predict."""
    with torch.no_grad():
        out: torch.Tensor = model(x)
    return out


def main() -> None:
    """Print the milliseconds of each way and what they are to a plain prediction."""
    torch.set_num_threads(1)
    for name, (make, shape, *_) in TASKS.items():
        torch.manual_seed(0)
        model, x = make().eval(), torch.randn(shape)
        jobs: dict[str, Callable[[], object]] = {
            "plain": partial(plain, model, x),
            "rampup.layers": partial(layers, model, x),
        }
        lens = find_spec("torchlens") is not None
        if lens:
            import torchlens

            jobs["torchlens.trace"] = partial(torchlens.trace, model, x)
        measured = medians(jobs, ROUNDS)
        print(f"One prediction, {name}")
        print(table(measured, "plain", 1e-3, "ms"))
        if lens:
            times = measured["torchlens.trace"] / measured["rampup.layers"]
            print(
                f"torchlens {version('torchlens')} takes {times:.0f} × rampup.layers (at least 20)"
            )
        print()
    if not lens:
        print("torchlens is not installed, so nothing is beside it: pip install torchlens")
    print(f"medians of {ROUNDS} rounds, in turn, one thread")


if __name__ == "__main__":
    main()
