"""`gradient_init`: Adam written out by hand, started from v₀, is what the optimizer does then."""

import io
import math

import pytest
import torch
from torch.optim import SGD, Adafactor, Adam, Adamax, AdamW, NAdam, Optimizer, RAdam

from rampup import gradient_init
from rampup.errors import StateError

UPDATES = 12
BETAS = (0.9, 0.99)


def gradients(k: int, size: int = 5) -> torch.Tensor:
    generator = torch.Generator().manual_seed(k)
    gradient = torch.randn(size, generator=generator) * torch.logspace(-3, 1, size)
    if k == 0:
        gradient[1] = 0.0
    return gradient


def first_second(gradient: torch.Tensor) -> torch.Tensor:
    square = gradient**2
    return torch.where(square > 0, square, square.mean())


def run(weight: torch.nn.Parameter, optimizer: Optimizer, updates: range) -> list[list[float]]:
    course = []
    for k in updates:
        weight.grad = gradients(k)
        if k == 0:
            gradient_init(optimizer)
        optimizer.step()
        course.append(weight.tolist())
    return course


def by_hand(decay: float = 0.0, amsgrad: bool = False) -> list[list[float]]:
    """Adam as its paper has it, save v₀, in the order of operations of torch's plain loop."""
    weight = torch.ones(5)
    m = torch.zeros(5)
    v = most = first_second(gradients(0))
    course = []
    for k in range(UPDATES):
        g, t = gradients(k), k + 1
        weight = weight * (1 - 0.01 * decay) if decay else weight
        m = m.lerp(g, 1 - BETAS[0])
        v = (v * BETAS[1]).addcmul(g, g, value=1 - BETAS[1])
        most = torch.maximum(most, v)
        root = (most if amsgrad else v).sqrt() / (1 - BETAS[1] ** t) ** 0.5 + 1e-8
        weight = torch.addcdiv(weight, m, root, value=-0.01 / (1 - BETAS[0] ** t))
        course.append(weight.tolist())
    return course


@pytest.mark.parametrize("amsgrad", [False, True])
@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_it_is_adam_from_another_second_moment_to_the_bit(decay: float, amsgrad: bool) -> None:
    weight = torch.nn.Parameter(torch.ones(5))
    optimizer = AdamW(
        [weight], lr=0.01, betas=BETAS, weight_decay=decay, amsgrad=amsgrad, foreach=False
    )

    assert by_hand(decay, amsgrad) == run(weight, optimizer, range(UPDATES))


@pytest.mark.parametrize("way", ["foreach", "fused"])
def test_the_fast_ways_do_the_same(way: str) -> None:
    weight = torch.nn.Parameter(torch.ones(5))
    optimizer = Adam([weight], lr=0.01, betas=BETAS, **{way: True})

    course = run(weight, optimizer, range(UPDATES))

    torch.testing.assert_close(torch.tensor(course), torch.tensor(by_hand()), rtol=1e-5, atol=0)


@pytest.mark.parametrize(
    "make",
    [
        Adam,
        lambda w: Adam(w, amsgrad=True),
        lambda w: AdamW(w, foreach=True),
        lambda w: AdamW(w, fused=True),
        lambda w: Adam(w, capturable=True),
        NAdam,
        RAdam,
    ],
    ids=["Adam", "amsgrad", "foreach", "fused", "capturable", "NAdam", "RAdam"],
)
def test_the_state_is_as_torch_makes_it(make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same keys in the same order, and the same types, shapes, strides and devices."""
    monkeypatch.setattr(torch.compiler, "is_compiling", lambda: True)  # capturable, on a CPU

    def weights() -> list[torch.nn.Parameter]:
        made = torch.nn.Parameter(torch.ones(2, 3, 4, 4).to(memory_format=torch.channels_last))
        made.grad = torch.full_like(made, 0.5)
        return [made]

    [theirs], [ours] = weights(), weights()
    expected, started = make([theirs]), make([ours])
    expected.step()
    gradient_init(started)

    def described(optimizer: Optimizer, weight: torch.Tensor) -> list[object]:
        state = optimizer.state[weight].items()
        return [(key, v.dtype, v.shape, v.stride(), v.device) for key, v in state]

    assert described(expected, theirs) == described(started, ours)
    assert started.state[ours]["step"] == 0
    assert started.state[ours].get("mu_product", 1) == 1
    assert torch.equal(started.state[ours]["exp_avg"], torch.zeros(2, 3, 4, 4))
    assert torch.equal(started.state[ours]["exp_avg_sq"], torch.full((2, 3, 4, 4), 0.25))
    started.step()


@pytest.mark.parametrize("beta2", [0.9, 0.99, 0.999])
def test_a_gradient_that_stays_is_damped_as_the_twin_says(beta2: float) -> None:
    """Step t moves by √(1 − β₂^t) of what Adam moves by."""
    ours, theirs = (torch.nn.Parameter(torch.zeros(3, dtype=torch.float64)) for _ in range(2))
    started, plain = (Adam([w], lr=0.1, betas=(0.9, beta2), eps=0.0) for w in (ours, theirs))
    moved = []
    for t in range(1, 30):
        before = ours.detach().clone(), theirs.detach().clone()
        for weight in (ours, theirs):
            weight.grad = torch.full((3,), -0.3, dtype=torch.float64)
        if t == 1:
            gradient_init(started)
        started.step()
        plain.step()
        moved.append(((ours - before[0]) / (theirs - before[1]))[0].item())

    expected = [math.sqrt(1 - beta2**t) for t in range(1, 30)]
    assert moved == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("stop", [1, 5])
def test_a_resumed_run_is_the_unbroken_run(stop: int) -> None:
    weight = torch.nn.Parameter(torch.ones(5))
    optimizer = Adam([weight], lr=0.01, betas=BETAS)
    run(weight, optimizer, range(stop))
    file = io.BytesIO()
    torch.save({"weight": weight.detach(), "optimizer": optimizer.state_dict()}, file)
    file.seek(0)
    expected = run(weight, optimizer, range(stop, UPDATES))

    saved = torch.load(file, weights_only=True)
    again = torch.nn.Parameter(saved["weight"])
    other = Adam([again], lr=0.01, betas=BETAS)
    other.load_state_dict(saved["optimizer"])

    assert expected == run(again, other, range(stop, UPDATES))


def test_complex_parameters_have_a_moment_for_each_half() -> None:
    weight = torch.nn.Parameter(torch.zeros(2, dtype=torch.complex64))
    weight.grad = torch.tensor([3 + 0j, 1 + 5j])
    optimizer = Adam([weight])

    gradient_init(optimizer)

    assert optimizer.state[weight]["exp_avg_sq"].tolist() == [9 + 8.75j, 1 + 25j]
    optimizer.step()


def test_a_square_that_is_too_small_for_its_type_is_held_back_too() -> None:
    weight = torch.nn.Parameter(torch.zeros(3))
    weight.grad = torch.tensor([3.0, 1e-30, 0.0])
    optimizer = Adam([weight])

    gradient_init(optimizer)

    assert optimizer.state[weight]["exp_avg_sq"].tolist() == [9.0, 3.0, 3.0]


def test_a_parameter_without_a_gradient_is_left_to_adam() -> None:
    one, other = (torch.nn.Parameter(torch.ones(2)) for _ in range(2))
    one.grad = torch.ones(2)
    optimizer = Adam([{"params": [one]}, {"params": [other]}])

    gradient_init(optimizer)

    assert list(optimizer.state) == [one]
    other.grad = torch.ones(2)
    optimizer.step()
    assert optimizer.state[other]["exp_avg_sq"].tolist() == pytest.approx([0.001, 0.001])


def with_gradient(make, gradient: float | None = 1.0) -> Optimizer:
    weight = torch.nn.Parameter(torch.ones(2))
    weight.grad = None if gradient is None else torch.full((2,), gradient)
    return make([weight])


def stepped() -> Optimizer:
    optimizer = with_gradient(Adam)
    optimizer.step()
    return optimizer


class Lookalike(Adam):
    """An Adam that keeps one thing more."""

    def step(self, closure=None):
        """Step, and note something."""
        super().step(closure)
        for state in self.state.values():
            state["slow"] = 0


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (
            stepped,
            (
                "this Adam has been stepped or loaded already; call gradient_init(optimizer) "
                "after the first backward and before the first step"
            ),
        ),
        (
            lambda: with_gradient(Adam, None),
            (
                "no parameter of this Adam has a gradient; call gradient_init(optimizer) after the "
                "first backward and before the first step"
            ),
        ),
        (
            lambda: with_gradient(SGD),
            "SGD keeps no exp_avg_sq to start from a gradient; use Adam, AdamW or NAdam",
        ),
        (
            lambda: with_gradient(Adamax),
            "Adamax keeps no exp_avg_sq to start from a gradient; use Adam, AdamW or NAdam",
        ),
        (
            lambda: with_gradient(Adafactor),
            "Adafactor keeps no exp_avg_sq to start from a gradient; use Adam, AdamW or NAdam",
        ),
        (
            lambda: with_gradient(Lookalike),
            (
                "Lookalike keeps slow too, of which gradient_init knows no start; "
                "use Adam, AdamW or NAdam"
            ),
        ),
        (
            lambda: with_gradient(Adam, math.inf),
            (
                "the first gradient is not finite, and the second moment would keep it; "
                "call gradient_init after a backward pass that is"
            ),
        ),
    ],
    ids=["stepped", "gradient", "SGD", "Adamax", "Adafactor", "more", "finite"],
)
def test_what_cannot_be_started_is_refused_and_left_alone(make, text: str) -> None:
    optimizer = make()
    before = dict(optimizer.state)

    with pytest.raises(StateError) as caught:
        gradient_init(optimizer)

    assert text == str(caught.value)
    assert before == dict(optimizer.state)


def test_sparse_gradients_are_refused() -> None:
    table = torch.nn.Embedding(3, 2, sparse=True)
    table(torch.tensor([1])).sum().backward()

    with pytest.raises(StateError) as caught:
        gradient_init(Adam(table.parameters()))

    assert str(caught.value) == "gradient_init knows no sparse gradients; neither does Adam"
