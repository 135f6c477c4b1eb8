"""timm's schedulers, emulated and real."""

import contextlib
import inspect
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from tests.checker.gather.script.peers.sides import BothRaisedError, Recipe, Sides

from rampup.checker.gather.script import peers
from rampup.checker.gather.script.peers.build import BUILDERS


@pytest.fixture(autouse=True, scope="module")
def timm() -> Iterator[None]:
    """timm.scheduler without the rest of timm, which needs torchvision."""
    spec = find_spec("timm")
    if spec is None:
        pytest.skip("timm is not installed; pip install --no-deps timm==1.0.31")
    before = set(sys.modules)
    sys.modules["timm"] = ModuleType("timm")
    sys.modules["timm"].__path__ = list(spec.submodule_search_locations or ())
    import_module("timm.scheduler")
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


PREFIX = "timm.scheduler."
BY_NAME = {builder.__name__: builder for builder in BUILDERS["timm"]}
lengths = st.integers(1, 12)
warmups = {
    "warmup_t": st.integers(0, 6),
    "warmup_lr_init": st.sampled_from([0.0, 1e-3]),
    "t_in_epochs": st.booleans(),
}
prefix = {"warmup_prefix": st.booleans()}
cycles = {
    "lr_min": st.sampled_from([0.0, 0.01, -1.0]),
    "cycle_mul": st.sampled_from([1.0, 1, 2.0, 1.5, 0.5]),
    "cycle_decay": st.sampled_from([1.0, 0.5]),
    "cycle_limit": st.integers(1, 3),
}
SCHEDULERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "CosineLRScheduler": (
        {"t_initial": st.integers(0, 12)},
        warmups | prefix | cycles | {"k_decay": st.sampled_from([1.0, 0.5, 2])},
    ),
    "PolyLRScheduler": (
        {"t_initial": lengths},
        warmups | prefix | cycles | {"power": st.sampled_from([0.5, 1.0, 2])},
    ),
    "TanhLRScheduler": (
        {"t_initial": lengths},
        warmups | prefix | cycles | {"ub": st.sampled_from([3.0, -9.0])},
    ),
    "StepLRScheduler": (
        {"decay_t": st.integers(0, 6)},
        warmups | prefix | {"decay_rate": st.sampled_from([0.1, 0.5])},
    ),
    "MultiStepLRScheduler": (
        {"decay_t": st.lists(st.integers(0, 20), max_size=3).map(sorted)},
        warmups | prefix | {"decay_rate": st.sampled_from([0.1, 0.5])},
    ),
    "WSDLRScheduler": (
        {"t_initial": lengths, "decay_t": st.integers(0, 8)},
        warmups
        | {
            "lr_min": st.sampled_from([0.0, 0.01, -1.0]),
            "stable_fn": st.sampled_from(["constant", "rsqrt", "power", "bent"]),
            "stable_timescale": st.sampled_from([0, 4, 10.0]),
            "decay_fn": st.sampled_from(["linear", "1-sqrt", "cosine", "power", "exp", "drop"]),
            "decay_ratio": st.sampled_from([0.1, 1.0]),
            "decay_power": st.sampled_from([0.5, 2, 0]),
            "stable_power": st.sampled_from([0.5, 0.7, -1]),
        },
    ),
}


def both_steps(sides: Sides, time: int) -> None:
    """Call both methods, as a training loop of timm's does."""
    theirs, mine = sides.pairs[0]
    sides.both(lambda: theirs.step_update(time), lambda: mine.step_update(time))
    sides.check()
    sides.both(lambda: theirs.step(time), lambda: mine.step(time))
    sides.check()


@pytest.mark.parametrize("name", SCHEDULERS)
@settings(max_examples=40)
@given(data=st.data(), scaled=st.booleans())
def test_each_scheduler(name: str, data: st.DataObject, scaled: bool) -> None:
    needed, optional = SCHEDULERS[name]
    arguments = data.draw(st.fixed_dictionaries(needed, optional=optional))
    sides = Sides(0.1, 0.5, **({"lr_scale": 0.5} if scaled else {}))
    with contextlib.suppress(BothRaisedError):
        theirs, mine = sides.build(Recipe(PREFIX + name, arguments))
        if hasattr(theirs, "get_cycle_length"):
            assert mine.ends == theirs.get_cycle_length()
        for time in [*range(25), 7]:
            with contextlib.suppress(BothRaisedError):
                both_steps(sides, time)


@pytest.mark.parametrize("name", [*SCHEDULERS, "PlateauLRScheduler"])
def test_the_call_is_that_of_the_real_one(name: str) -> None:
    theirs = inspect.signature(vars(sys.modules["timm.scheduler"])[name]).parameters
    mine = inspect.signature(BY_NAME[name]).parameters
    assert peers.names(PREFIX + name) == tuple(theirs)
    for argument in theirs.keys() - {"optimizer"}:
        assert mine[argument].default == theirs[argument].default, argument


@pytest.mark.parametrize("decay_fn", ["linear", "1-sqrt", "cosine", "power", "exp"])
@pytest.mark.parametrize("stable_fn", ["constant", "rsqrt", "power"])
def test_each_shape_of_a_trapezoid(stable_fn: str, decay_fn: str) -> None:
    shapes = {"stable_fn": stable_fn, "decay_fn": decay_fn}
    sides = Sides(0.1, 0.5)
    arguments = {"t_initial": 12, "decay_t": 5, "warmup_t": 4, "lr_min": 0.01, **shapes}
    _, mine = sides.build(Recipe(PREFIX + "WSDLRScheduler", arguments))
    for time in range(20):
        both_steps(sides, time)
    assert (mine.ends, mine.warmup, mine.floor) == (16, 4, (0.01, 0.01))


@given(metrics=st.lists(st.sampled_from([1.0, 2.0, 3.0]), max_size=15), warmup_t=st.integers(0, 5))
def test_the_plateau(metrics: list[float], warmup_t: int) -> None:
    sides = Sides(0.1)
    arguments = {"patience_t": 1, "warmup_t": warmup_t, "lr_min": 1e-3, "mode": "min"}
    theirs, mine = sides.build(Recipe(PREFIX + "PlateauLRScheduler", arguments))
    for epoch, metric in enumerate(metrics):
        sides.both(
            lambda epoch=epoch, metric=metric: theirs.step(epoch, metric),
            lambda epoch=epoch, metric=metric: mine.step(epoch, metric),
        )
        sides.check()
    assert mine.state() == theirs.state_dict()
    again, copy = Sides(0.1), mine.state()
    _, loaded = again.build(Recipe(PREFIX + "PlateauLRScheduler", arguments))
    loaded.load(copy)
    assert loaded.state() == copy
    sides.both(lambda: theirs.step_update(3), lambda: mine.step_update(3))
    sides.check()


def test_a_state_brings_the_old_length() -> None:
    first, second = Sides(1.0), Sides(1.0)
    first.build(Recipe(PREFIX + "CosineLRScheduler", {"t_initial": 4}))
    _, mine = second.build(Recipe(PREFIX + "CosineLRScheduler", {"t_initial": 40}))
    theirs, saved = first.pairs[0]
    second.pairs[0][0].load_state_dict(theirs.state_dict())
    mine.load(saved.state())
    both_steps(second, 4)
    assert second.rate == 0.0


def test_no_base_rate_where_it_is_not_to_be_set() -> None:
    arguments = {"t_initial": 4, "initialize": False}
    with pytest.raises(BothRaisedError) as caught:
        Sides(1.0).build(Recipe(PREFIX + "CosineLRScheduler", arguments))
    assert str(caught.value) == "KeyError: 'initial_lr missing from param_groups[0]'"


def test_noise_is_not_known() -> None:
    arguments = {"t_initial": 4, "noise_range_t": [0, 2]}
    assert peers.build(PREFIX + "CosineLRScheduler", [{"lr": 1.0}], arguments) is None
