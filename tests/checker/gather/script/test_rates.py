"""The walk gives the rates that torch uses when it runs the same program."""

import warnings

import numpy as np
import pytest
import torch
from tests.checker.gather.script.programs import PROGRAMS
from torch.optim.optimizer import register_optimizer_step_pre_hook

from rampup.checker.gather.script import walk


def run(text: str) -> list[np.ndarray]:
    """Return the rates that a program uses when it is run, an array for each optimizer."""
    used: dict[int, list[list[float]]] = {}
    kept = []

    def hook(optimizer: torch.optim.Optimizer, *_: object) -> None:
        kept.append(optimizer)  # so that no other gets its id
        rates = [float(group["lr"]) for group in optimizer.param_groups]
        used.setdefault(id(optimizer), []).append(rates)

    handle = register_optimizer_step_pre_hook(hook)
    try:
        with warnings.catch_warnings(action="ignore"):
            exec(text, {"__name__": "__main__"})
    finally:
        handle.remove()
    return [np.array(rates) for rates in used.values()]


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_rates_are_those_that_torch_uses(name: str) -> None:
    torch.manual_seed(0)
    wanted = run(PROGRAMS[name])
    script = walk("program.py", PROGRAMS[name])
    assert len(script.worlds) == 1, "the text settles everything"
    world = script.worlds[0]
    assert world.complete
    assert len(world.runs) == len(wanted) > 0
    for found, rates in zip(world.runs.values(), wanted, strict=True):
        np.testing.assert_allclose(found.used, rates, rtol=1e-12)
