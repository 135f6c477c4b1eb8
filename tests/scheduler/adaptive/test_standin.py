"""A stand-in steps other parameters as the original would have stepped its own."""

import pytest
import torch
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_post_hook

from rampup import RampupLR
from rampup.scheduler.adaptive.standin import standin, step

KINDS = {
    "SGD": lambda w: torch.optim.SGD(w, lr=0.1, momentum=0.9),
    "AdamW": lambda w: torch.optim.AdamW(w, lr=0.1, amsgrad=True),
    "AdamW fused": lambda w: torch.optim.AdamW(w, lr=0.1, fused=True),
    "Adafactor": lambda w: torch.optim.Adafactor(w, lr=0.1),
    "LBFGS": lambda w: torch.optim.LBFGS(w, lr=0.1),
}


def stepped(kind: str) -> tuple[torch.nn.Parameter, Optimizer]:
    """Return a weight and its optimizer after three updates, with a gradient for a fourth."""
    weight = torch.nn.Parameter(torch.linspace(-1, 1, 6).reshape(2, 3))
    optimizer = KINDS[kind]([weight])
    for k in range(4):
        weight.grad = torch.sin(weight.detach() + k)
        if k < 3:
            optimizer.step(lambda: weight.square().sum()) if kind == "LBFGS" else optimizer.step()
    return weight, optimizer


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "LBFGS"])
def test_it_makes_the_step_that_the_original_would_make(kind: str) -> None:
    weight, optimizer = stepped(kind)
    other = torch.nn.Parameter(weight.detach().clone())
    other.grad = weight.grad.clone()
    before = weight.detach().clone()

    step(standin(optimizer, {weight: other}))

    assert torch.equal(before, weight)
    optimizer.step()
    assert torch.equal(other, weight)
    assert not torch.equal(before, weight)


def test_what_an_optimizer_keeps_beside_its_state_is_copied_too() -> None:
    weight, optimizer = stepped("LBFGS")
    other = torch.nn.Parameter(weight.detach().clone())

    copy = standin(optimizer, {weight: other})

    assert copy._params[0] is other
    assert optimizer._params[0] is weight


def test_its_steps_are_counted_nowhere(weight) -> None:
    optimizer = torch.optim.SGD([weight], lr=0.1)
    scheduler = RampupLR(optimizer, "warmup 4up >> hold", updates=10)
    everywhere: list[Optimizer] = []
    handle = register_optimizer_step_post_hook(lambda optimizer, *_: everywhere.append(optimizer))
    other = torch.nn.Parameter(torch.ones(2))
    other.grad = torch.ones(2)

    step(standin(optimizer, {weight: other}))
    handle.remove()

    assert other.tolist() == pytest.approx([0.975, 0.975])
    assert scheduler.clock.updates == 0
    assert everywhere == []


def test_a_step_that_a_torch_scheduler_patched_stays_the_original_s(weight) -> None:
    optimizer = torch.optim.SGD([weight], lr=0.1)
    torch.optim.lr_scheduler.ConstantLR(optimizer)
    before = weight.tolist()

    copy = standin(optimizer, {weight: torch.nn.Parameter(torch.ones(2))})
    step(copy)

    assert "step" in vars(optimizer)
    assert "step" not in vars(copy)
    assert before == weight.tolist()
