"""What `build` knows, what it does not, and how positional arguments are called."""

import inspect
import subprocess
import sys
from typing import Any

import pytest
from tests.checker.gather.script.peers.sides import TORCH, BothRaisedError, Recipe, Sides

from rampup.checker.gather.script import peers
from rampup.checker.gather.script.peers.build import BUILDERS

HOMES = {
    "torch": "torch.optim.lr_scheduler",
    "transformers": "transformers.optimization",
    "pytorch_warmup": "pytorch_warmup",
}
KINDS = [
    f"{HOMES[library]}.{builder.__name__}"
    for library, builders in BUILDERS.items()
    if library in HOMES
    for builder in builders
]


def real(kind: str) -> Any:
    module, _, name = kind.rpartition(".")
    if name == "SWALR":
        module = "torch.optim.swa_utils"
    return getattr(pytest.importorskip(module), name)


@pytest.mark.parametrize("kind", [*KINDS, "transformers.optimization.get_scheduler"])
def test_arguments_are_named_as_in_the_real_call(kind: str) -> None:
    assert peers.names(kind) == tuple(inspect.signature(real(kind)).parameters)


@pytest.mark.parametrize("kind", KINDS)
def test_defaults_are_those_of_the_real_call(kind: str) -> None:
    library, _, name = kind.rpartition(".")
    builders = {builder.__name__: builder for builder in BUILDERS[library.partition(".")[0]]}
    mine = inspect.signature(builders[name]).parameters
    theirs = inspect.signature(real(kind)).parameters
    for argument in theirs.keys() - {"optimizer", "schedulers"}:
        assert mine[argument].default == theirs[argument].default, argument


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("torch.optim.lr_scheduler.LRScheduler", {}),
        ("keras.CosineDecay", {}),
        ("LinearLR", {}),
        ("", {}),
        (TORCH + "CosineAnnealingLR", {}),
        (TORCH + "CosineAnnealingLR", {"T_max": object()}),
        (TORCH + "CosineAnnealingLR", {"T_max": "10"}),
        (TORCH + "CosineAnnealingLR", {"T_max": 10**400}),
        (TORCH + "CosineAnnealingLR", {"T_max": 10, "eta_max": 1.0}),
        (TORCH + "MultiStepLR", {"milestones": [3, object()]}),
        (TORCH + "MultiStepLR", {"milestones": range(10**12)}),
        (TORCH + "MultiStepLR", {"milestones": "35"}),
        (TORCH + "LambdaLR", {"lr_lambda": 3}),
        (TORCH + "OneCycleLR", {"max_lr": None, "total_steps": 5}),
        ("transformers.get_scheduler", {"name": object()}),
        ("transformers.get_scheduler", {"name": "cosine", "scheduler_specific_kwargs": 3}),
        ("pytorch_warmup.UntunedLinearWarmup", {}),
    ],
)
def test_what_is_not_known_gives_nothing(kind: str, arguments: dict[str, Any]) -> None:
    groups: list[dict[str, Any]] = [{"lr": 1.0}]
    assert peers.build(kind, groups, arguments) is None


def test_an_unknown_rate_gives_nothing() -> None:
    groups: list[dict[str, Any]] = [{"lr": object()}]
    assert peers.build(TORCH + "ExponentialLR", groups, {"gamma": 0.5}) is None


def test_an_unknown_kind_has_no_names() -> None:
    assert peers.names("keras.CosineDecay") is None


def test_what_changes_no_rate_is_passed_over() -> None:
    arguments = {"optimizer": object(), "gamma": 0.5, "verbose": True}
    assert peers.build(TORCH + "ExponentialLR", [{"lr": 1.0}], arguments) is not None


def test_momentum_is_needed_only_where_the_optimizer_is_known() -> None:
    arguments = {"max_lr": 1.0, "total_steps": 10}
    groups: list[dict[str, Any]] = [{"lr": 1.0}]
    assert peers.build(TORCH + "OneCycleLR", groups, arguments) is not None
    with pytest.raises(peers.PeerError) as caught:
        peers.build(TORCH + "OneCycleLR", [{"lr": 1.0}], arguments, defaults={"lr": 1.0})
    assert str(caught.value) == (
        "ValueError: optimizer must support momentum or beta1 with `cycle_momentum` option enabled"
    )


def test_parts_belong_to_one_optimizer() -> None:
    part = peers.build(TORCH + "ExponentialLR", [{"lr": 1.0}], {"gamma": 0.5})
    assert part is not None
    with pytest.raises(peers.PeerError, match="expects all schedulers to belong to the same"):
        peers.build(TORCH + "SequentialLR", [{"lr": 1.0}], {"milestones": []}, [part])


@pytest.mark.parametrize(
    ("recipe", "text"),
    [
        (Recipe("SequentialLR", {"milestones": []}), "expects at least one scheduler"),
        (Recipe("LinearLR", {"last_epoch": 5}), "param 'initial_lr' is not specified"),
        (Recipe("LambdaLR", {"lr_lambda": [abs, abs]}), "Expected 1 lr_lambdas, but got 2"),
        (Recipe("OneCycleLR", {"max_lr": [1.0, 2.0], "total_steps": 9}), "max_lr has 2 values"),
        (Recipe("OneCycleLR", {"max_lr": 1.0}), "You must define either total_steps OR"),
        (Recipe("OneCycleLR", {"max_lr": 1.0, "epochs": 2, "steps_per_epoch": 0}), "steps_per_ep"),
    ],
)
def test_what_the_constructor_refuses(recipe: Recipe, text: str) -> None:
    if recipe.kind == "SequentialLR":  # `Recipe` has no parts to pass
        with pytest.raises(peers.PeerError, match=text):
            peers.build(recipe.name, [{"lr": 1.0}], recipe.arguments)
    else:
        with pytest.raises(BothRaisedError, match=text):
            Sides(1.0).build(recipe)


def test_a_chain_needs_a_part() -> None:
    with pytest.raises(peers.PeerError, match="expects at least one scheduler to be chained"):
        peers.build(TORCH + "ChainedScheduler", [{"lr": 1.0}], {})


def test_the_overflow_of_one_cycle_is_told_at_its_step() -> None:
    sides = Sides(1.0)
    sides.build(Recipe("OneCycleLR", {"max_lr": 1.0, "total_steps": 5}))
    for _ in range(5):
        sides.step()
    with pytest.raises(BothRaisedError) as caught:
        sides.step()
    text = "ValueError: Tried to step 6 times. The specified number of total steps is 5"
    assert str(caught.value) == text


@pytest.mark.parametrize("outer", ["SequentialLR", "ChainedScheduler"])
def test_a_scheduler_of_schedulers_takes_no_epoch(outer: str) -> None:
    arguments = {"milestones": []} if outer == "SequentialLR" else {}
    sides = Sides(1.0)
    sides.build(Recipe(outer, arguments, (Recipe("ExponentialLR", {"gamma": 0.5}),)))
    theirs, mine = sides.pairs[-1]
    with pytest.raises(BothRaisedError, match="takes 1 positional argument but 2 were given"):
        sides.both(lambda: theirs.step(3), lambda: mine.step(3))


def test_only_timm_counts_updates_apart() -> None:
    peer = peers.build(TORCH + "ExponentialLR", [{"lr": 1.0}], {"gamma": 0.5})
    assert peer is not None
    with pytest.raises(peers.PeerError) as caught:
        peer.step_update(3)
    text = "AttributeError: 'ExponentialLR' object has no attribute 'step_update'"
    assert str(caught.value) == text


def test_an_error_of_the_caller_in_a_function_passes() -> None:
    class StrangeError(Exception):
        pass

    def factor(k: int) -> float:
        if k:
            raise StrangeError
        return 1.0

    peer = peers.build(TORCH + "LambdaLR", [{"lr": 1.0}], {"lr_lambda": factor})
    assert peer is not None
    with pytest.raises(StrangeError):
        peer.step()


def test_torch_is_not_imported() -> None:
    code = "import sys, rampup.checker.gather.script.peers; print('torch' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
