"""Steps under torch.compile, with a backend that counts the graphs it is given."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from tests.integrations.run import BASES, RUN, SCHEDULE, STOP, UPDATES, Rates, planned, small_model
from torch.optim import SGD, Adam, Optimizer

from rampup import RampupLR

WARNING = "clock='calls' counts scheduler.step"
pytestmark = pytest.mark.filterwarnings(
    # said by the compiler's own modules as they are imported
    "ignore:`torch.jit.script_method` is deprecated:DeprecationWarning"
)

OPTIMIZERS: dict[str, Any] = {
    "SGD": lambda groups: SGD(groups, foreach=False),
    "Adam": lambda groups: Adam(groups, foreach=False, capturable=True),
    "Adam foreach": lambda groups: Adam(groups, foreach=True, capturable=True),
}


class Counted:
    """A backend that runs graphs as they are.

    Attributes:
        graphs: how many it was given: one for each frame that was compiled, or compiled again.
    """

    def __init__(self) -> None:
        self.graphs = 0

    def __call__(self, graph: torch.fx.GraphModule, _: Any) -> Any:
        self.graphs += 1
        return graph.forward


@pytest.fixture
def backend() -> Iterator[Counted]:
    torch.compiler.reset()
    yield Counted()
    torch.compiler.reset()


def lr_of(kind: str, base: float) -> Any:
    return torch.tensor(base, dtype=torch.float64) if kind == "tensor" else base


def built(make: Any, kind: str, clock: str) -> tuple[torch.nn.Module, Optimizer, RampupLR]:
    model = small_model()
    parameters = list(model.parameters())
    groups = [
        {"params": parameters[::2], "lr": lr_of(kind, BASES[0])},
        {"params": parameters[1::2], "lr": lr_of(kind, BASES[1])},
    ]
    optimizer = make(groups)
    return model, optimizer, RampupLR(optimizer, SCHEDULE, clock=clock, **RUN)


def train(model: torch.nn.Module, optimizer: Optimizer, step: Any, updates: int) -> Rates:
    """Return the rates that the groups hold as these updates are made."""
    used = []
    for _ in range(updates):
        model(torch.ones(2, 4)).square().mean().backward()
        used.append([float(group["lr"]) for group in optimizer.param_groups])
        step()
        optimizer.zero_grad(set_to_none=False)
    return used


def step_of(optimizer: Optimizer, scheduler: RampupLR, backend: Counted, where: str) -> Any:
    """Return what makes one update: the scheduler steps in the compiled function, or behind it."""
    if where == "inside":

        def both() -> None:
            optimizer.step()
            scheduler.step()

        return torch.compile(both, backend=backend)
    compiled = torch.compile(optimizer.step, backend=backend)

    def one_after_the_other() -> None:
        compiled()
        scheduler.step()

    return one_after_the_other


@pytest.mark.parametrize("where", ["inside", "outside"])
@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_calls_are_counted_and_nothing_is_compiled_again(
    backend: Counted, make: Any, where: str
) -> None:
    """Stopped and resumed half-way; the compiled function goes on with what was loaded."""
    model, optimizer, scheduler = built(make, "tensor", "calls")
    step = step_of(optimizer, scheduler, backend, where)
    with torch._dynamo.config.patch(error_on_recompile=True):
        used = train(model, optimizer, step, STOP)
        saved = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
        graphs = backend.graphs

        torch.compiler.reset()
        model, optimizer, scheduler = built(make, "tensor", "calls")
        kept = [group["lr"] for group in optimizer.param_groups]
        step = step_of(optimizer, scheduler, backend, where)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        used += train(model, optimizer, step, UPDATES - STOP)

    assert planned() == used
    assert (graphs, backend.graphs) == (1, 2)
    assert all(a is group["lr"] for a, group in zip(kept, optimizer.param_groups, strict=True))


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_updates_are_counted_too_and_it_says_once_that_this_breaks_the_graph(
    backend: Counted, make: Any
) -> None:
    model, optimizer, scheduler = built(make, "tensor", "updates")
    step = step_of(optimizer, scheduler, backend, "outside")

    with (
        torch._dynamo.config.patch(error_on_recompile=True),
        pytest.warns(UserWarning, match=WARNING) as said,
    ):
        used = train(model, optimizer, step, UPDATES)

    assert planned() == used
    assert [one.category for one in said].count(UserWarning) == 1
    assert backend.graphs == 1


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_a_rate_that_is_a_number_is_compiled_twice(backend: Counted, make: Any) -> None:
    """Once for the first number, and once for any; a tensor needs only the first."""
    model, optimizer, scheduler = built(make, "float", "calls")

    used = train(model, optimizer, step_of(optimizer, scheduler, backend, "outside"), UPDATES)

    assert planned() == used
    assert backend.graphs == 2


def test_the_weights_are_those_of_a_run_that_is_not_compiled(backend: Counted) -> None:
    """With rates that are numbers; torch itself rounds otherwise in a graph with tensors."""
    weights = []
    for compiled in (True, False):
        model, optimizer, scheduler = built(OPTIMIZERS["SGD"], "float", "calls")
        step = step_of(optimizer, scheduler, backend, "inside")
        if not compiled:

            def step(optimizer: Optimizer = optimizer, scheduler: RampupLR = scheduler) -> None:
                optimizer.step()
                scheduler.step()

        train(model, optimizer, step, UPDATES)
        weights.append([p.flatten().tolist() for p in model.parameters()])

    assert weights[0] == weights[1]
