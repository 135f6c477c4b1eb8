"""The presets take the arguments of the peers that are installed: names, order and defaults."""

import inspect
from importlib import import_module
from typing import Any

import pytest

from rampup import presets

PEERS = {
    "torch": "torch.optim.lr_scheduler",
    "transformers": "transformers.optimization",
    "pytorch_warmup": "pytorch_warmup",
    "ignite": "ignite.handlers.param_scheduler",
    "pytorch_optimizer": "pytorch_optimizer.lr_scheduler",
}
GETTERS = {
    "constant": "constant_schedule",
    "constant_with_warmup": "constant_schedule_with_warmup",
    "linear": "linear_schedule_with_warmup",
    "cosine": "cosine_schedule_with_warmup",
    "cosine_with_restarts": "cosine_with_hard_restarts_schedule_with_warmup",
    "polynomial": "polynomial_decay_schedule_with_warmup",
    "inverse_sqrt": "inverse_sqrt_schedule",
    "cosine_with_min_lr": "cosine_with_min_lr_schedule_with_warmup",
    "cosine_warmup_with_min_lr": "cosine_with_min_lr_schedule_with_warmup_lr_rate",
    "warmup_stable_decay": "wsd_schedule",
}
"""transformers names its types, which the presets take, and its functions differently."""

NO_CURVE = {
    *("self", "args", "kwargs", "kwagrs", "optimizer", "param_group_index", "param_name"),
    *("save_history", "output_simulated_values", "last_epoch", "last_step", "cycle_momentum"),
    *("base_momentum", "max_momentum", "scale_fn", "scale_mode"),
}
"""Arguments that say nothing about the curve, or that no data can say."""

IN_PASSING = {"one_cycle_momentum"}
"""Presets of what a peer's class does beside its rates."""


def arguments(function: Any) -> dict[str, inspect.Parameter]:
    """Return what a function takes, or a class and the bases to which it passes the rest on."""
    codes = [function]
    if inspect.isclass(function):
        codes = [vars(one)["__init__"] for one in function.__mro__ if "__init__" in vars(one)]
    found: dict[str, inspect.Parameter] = {}
    kinds: set[Any] = set()
    for code in codes:
        mine = inspect.signature(code).parameters
        # *args stands in front of what a class takes itself
        found = (
            {**mine, **found} if inspect.Parameter.VAR_POSITIONAL in kinds else {**found, **mine}
        )
        kinds = {one.kind for one in mine.values()}
        if inspect.Parameter.VAR_KEYWORD not in kinds:
            break
    return {name: one for name, one in found.items() if name not in NO_CURVE}


def written(peer: str) -> list[str]:
    module = getattr(presets, peer)
    return [
        name
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and not name.startswith("_")
        and name not in IN_PASSING
        and function.__module__.startswith(module.__name__)
        and "Reference:" in (function.__doc__ or "")
    ]


@pytest.mark.parametrize(
    ("peer", "name"), [(peer, name) for peer in PEERS for name in written(peer)]
)
def test_arguments_are_those_of_the_peer(peer: str, name: str) -> None:
    pytest.importorskip(PEERS[peer].partition(".")[0], reason="the peer is not installed")
    theirs = arguments(
        getattr(
            import_module(PEERS[peer]),
            f"get_{GETTERS[name]}" if peer == "transformers" else name,
        )
    )
    ours = arguments(getattr(getattr(presets, peer), name))
    shared = [argument for argument in ours if argument in theirs]
    assert {each: ours[each].default for each in shared} == {
        each: theirs[each].default for each in shared
    }
    assert shared == list(theirs)
    by_place = [each for each, one in ours.items() if one.kind is one.POSITIONAL_OR_KEYWORD]
    assert by_place == list(theirs)[: len(by_place)]
