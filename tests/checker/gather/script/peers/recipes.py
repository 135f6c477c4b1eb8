"""Hypothesis strategies for torch's schedulers: kinds, arguments, sane ones and odd ones."""

import math
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from tests.checker.gather.script.peers.sides import Recipe

lengths = st.integers(1, 12)
odd_lengths = st.one_of(lengths, st.sampled_from([0, -1, 3.5]))
shares = st.floats(0.01, 1)
gammas = st.sampled_from([0.1, 0.5, 0.9, 1.0, 1.5])
rates = st.sampled_from([1.0, 0.1, 3e-4])


def rising(k: int) -> float:
    return min(1.0, (k + 1) / 4)


def falling(k: int) -> float:
    return 1 - k / 7


def waving(k: int) -> float:
    return 0.5 * (1 + math.cos(k / 3))


def breaking(k: int) -> float:
    return 1 / (6 - k)


functions = st.sampled_from([rising, falling, waving, breaking])
whichever: dict[str, Callable[[], st.SearchStrategy[dict[str, Any]]]] = {
    "LambdaLR": lambda: st.fixed_dictionaries({"lr_lambda": functions}),
    "MultiplicativeLR": lambda: st.fixed_dictionaries({"lr_lambda": functions}),
    "StepLR": lambda: st.fixed_dictionaries({"step_size": odd_lengths, "gamma": gammas}),
    "MultiStepLR": lambda: st.fixed_dictionaries(
        {"milestones": st.lists(st.integers(0, 15), max_size=4)}, optional={"gamma": gammas}
    ),
    "ConstantLR": lambda: st.fixed_dictionaries(
        {},
        optional={"factor": st.sampled_from([0.25, 1 / 3, 0.0, 2.0]), "total_iters": odd_lengths},
    ),
    "LinearLR": lambda: st.fixed_dictionaries(
        {},
        optional={
            "start_factor": st.one_of(shares, st.sampled_from([0, 1e-8, 1.5])),
            "end_factor": st.one_of(shares, st.sampled_from([0, 1, -1])),
            "total_iters": odd_lengths,
        },
    ),
    "ExponentialLR": lambda: st.fixed_dictionaries({"gamma": gammas}),
    "PolynomialLR": lambda: st.fixed_dictionaries(
        {}, optional={"total_iters": odd_lengths, "power": st.sampled_from([0.5, 1.0, 2, 3])}
    ),
    "CosineAnnealingLR": lambda: st.fixed_dictionaries(
        {"T_max": odd_lengths}, optional={"eta_min": st.sampled_from([0, 1e-3, 0.5])}
    ),
    "CosineAnnealingWarmRestarts": lambda: st.fixed_dictionaries(
        {"T_0": odd_lengths},
        optional={"T_mult": st.sampled_from([0, 1, 2, 3]), "eta_min": st.floats(0, 0.01)},
    ),
    "CyclicLR": lambda: st.fixed_dictionaries(
        {"base_lr": rates, "max_lr": rates, "step_size_up": st.integers(1, 6)},
        optional={
            "step_size_down": st.integers(1, 6),
            "mode": st.sampled_from(["triangular", "triangular2", "exp_range", "square"]),
            "gamma": gammas,
            "cycle_momentum": st.booleans(),
            "scale_fn": st.just(rising),
            "scale_mode": st.sampled_from(["cycle", "iterations"]),
        },
    ),
    "OneCycleLR": lambda: st.fixed_dictionaries(
        {"max_lr": rates, "total_steps": st.one_of(st.integers(1, 30), st.just(-1))},
        optional={
            "pct_start": st.one_of(st.floats(0, 1), st.sampled_from([0, 0.3, 2.0])),
            "anneal_strategy": st.sampled_from(["cos", "linear", "sine"]),
            "cycle_momentum": st.booleans(),
            "div_factor": st.sampled_from([10, 25.0]),
            "final_div_factor": st.sampled_from([1, 1e4]),
            "three_phase": st.booleans(),
        },
    ),
    "torch.optim.swa_utils.SWALR": lambda: st.fixed_dictionaries(
        {"swa_lr": rates},
        optional={
            "anneal_epochs": odd_lengths,
            "anneal_strategy": st.sampled_from(["cos", "linear", "sine"]),
        },
    ),
}


def plain() -> st.SearchStrategy[Recipe]:
    """Return any of torch's schedulers that is not made of others."""
    return st.sampled_from(sorted(whichever)).flatmap(
        lambda kind: whichever[kind]().map(lambda arguments: Recipe(kind, arguments))
    )


def composed(inner: st.SearchStrategy[Recipe]) -> st.SearchStrategy[Recipe]:
    """Return a SequentialLR or a ChainedScheduler."""
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)

    def sequence(parts: tuple[Recipe, ...]) -> st.SearchStrategy[Recipe]:
        most = 2 if len(parts) == 3 else len(parts) - 1
        milestones = st.lists(st.integers(0, 12), min_size=most, max_size=most).map(sorted)
        return milestones.map(lambda found: Recipe("SequentialLR", {"milestones": found}, parts))

    chains = several.map(lambda parts: Recipe("ChainedScheduler", {}, parts))
    return st.one_of(several.flatmap(sequence), chains)


def any_recipe() -> st.SearchStrategy[Recipe]:
    """Return any scheduler of torch, also one made of others that are made of others."""
    return st.recursive(plain(), composed, max_leaves=4)
