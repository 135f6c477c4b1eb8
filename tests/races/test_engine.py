"""What cannot be batched is recognised before the run, with the reason; the rest is probed."""

import platform
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from typing import Any

import pytest
import torch
from tests.races.models import members, mlp, task
from torch import nn
from torch.fx.experimental.proxy_tensor import get_proxy_mode

from rampup.errors import ConfigError
from rampup.races.engine import choose, reason_against
from rampup.races.memory import in_bytes
from rampup.races.task import Task
from rampup.units import Horizon

GB = 10**9


class Branches(nn.Linear):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = super().forward(x)
        return out if out.sum() > 0 else -out


class Noisy(nn.Linear):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x + torch.randn_like(x))


class Counts(nn.Linear):
    """It gives its buffer away for a new one, which a batch cannot see."""

    seen: torch.Tensor

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs)
        self.register_buffer("seen", torch.zeros(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.seen = self.seen + 1
        return super().forward(x)


class Sparse(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(11, 11, sparse=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.table(x).mean(1)


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.LSTM(5, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.cell(x)[0]


class Mixed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(5, 4), nn.Linear(4, 3).double()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(self.first(x).double())


def of(make: Callable[[], nn.Module], name: str = "mlp", **changes: Any) -> Task:
    return task(name, dtype=torch.float32, make_model=make, **changes)


REASONS: dict[str, tuple[Task, str]] = {
    "branches": (of(lambda: Branches(5, 3)), r"its Python looks at a member's numbers \(if, .*"),
    "noise": (of(lambda: Noisy(5, 3)), "it draws random numbers that are not dropout's"),
    "buffer": (of(lambda: Counts(5, 3)), "its seen in a batch is not the one it has alone"),
    "sparse": (of(Sparse, "tied"), "it has sparse gradients|torch refuses: .*"),
    "lstm": (of(Recurrent), "torch has no batched form of aten::.*|torch refuses: .*"),
    "spectral": (
        of(lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(5, 3))),
        "torch refuses: .*|torch has no batched form of .*|its .* is not the one it has alone",
    ),
    "types": (
        of(Mixed),
        r"its parameters have several types: \['torch.float32', 'torch.float64'\]",
    ),
    "optimizer": (
        task("mlp", optimizer=torch.optim.LBFGS),
        "its optimizer is a function, and only sgd, adam, adamw, radam are batched",
    ),
}


@pytest.mark.parametrize("name", REASONS)
def test_what_cannot_be_batched_is_recognised(name: str) -> None:
    on, wanted = REASONS[name]
    reason = reason_against(on, members()[:2])
    choice = choose(on, members(), "auto", GB)

    assert reason is not None
    assert re.fullmatch(wanted, reason), reason
    assert (choice.engine, choice.reason) == ("sequential", f"not batched: {reason}")


def test_what_can_be_batched_is_probed_and_measured() -> None:
    choice = choose(task("mlp"), members(), "auto", GB)

    assert (choice.engine, choice.together, choice.trace) == ("batched", 12, False)
    gain = re.fullmatch(
        r"(\d+\.\d) times as fast as one after the other when 12 are tried; not traced",
        choice.reason,
    )
    assert gain is not None
    assert float(gain[1]) >= 1.2


def test_a_batch_that_is_not_faster_is_not_kept() -> None:
    """One product of large matrices has nothing to gain, and twelve of them leave the cache."""
    x, y = torch.randn(600, 600), torch.randint(600, (600,))
    on = of(
        lambda: nn.Linear(600, 600), x=x, y=y, batch_size=600, held_out=None, metric=None
    )  # fmt: skip
    choice = choose(on, members(), "auto", GB)

    assert choice.engine == "sequential"
    assert re.fullmatch(
        r"a batch is only \d\.\d times as fast as one after the other when 12 are tried, "
        r"and 1\.2 is the least",
        choice.reason,
    )


def test_few_members_are_not_batched_unless_asked() -> None:
    few = members()[:3]

    assert choose(task("mlp"), few, "auto", GB).reason == "3 members are too few to batch"
    assert choose(task("mlp"), few, "batched", GB).engine == "batched"
    assert choose(task("mlp"), few, "sequential", GB).reason == "as asked"


def test_a_step_that_cannot_be_traced_is_batched_without() -> None:
    """As where a part of the model is compiled already and refuses to be traced again."""

    def loss(out: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        if get_proxy_mode() is not None:
            raise RuntimeError("no tracing in here")
        return nn.functional.cross_entropy(out, y)

    horizon = Horizon(updates=100_000)
    kept, refused = (
        choose(task("mlp", horizon=horizon, **change), members(), "batched", GB)
        for change in ({}, {"loss": loss})
    )
    assert (kept.reason, kept.trace) == ("as asked; traced", True)
    assert (refused.reason, refused.trace) == ("as asked; not traced", False)


def test_memory_bounds_the_batch() -> None:
    """Half of the memory, half of the members at once; never fewer than one."""
    on, who = task("mlp"), members(tuple(0.001 * 1.1**i for i in range(20)))
    sizes = [choose(on, who, "batched", limit).together for limit in (GB, 6 * 10**5, 3 * 10**5, 1)]

    assert sizes[0] == 120
    assert 1 < sizes[2] < sizes[1] < 120
    assert sizes[3] == 1


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(ConfigError) as refused:
        choose(task("mlp"), members(), "fast", GB)
    assert str(refused.value) == (
        "engine = 'fast' is unknown; write 'auto', 'batched' or 'sequential'"
    )


@pytest.mark.parametrize("size", ["2 pounds", "GB", 0, -1, "1e9", None])
def test_what_is_no_size_is_refused(size: Any) -> None:
    with pytest.raises(ConfigError) as refused:
        in_bytes(size)
    assert str(refused.value) == (
        f"max_memory = {size!r} is no size; write bytes, or text such as '2GB'"
    )


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc gives memory back")
def test_a_heap_that_is_kept_holds_large_values_too() -> None:
    """In a process of its own: the C library tells how many blocks lie outside of its heap."""
    program = textwrap.dedent("""
        import ctypes, sys, torch
        from rampup.races.memory import keep_heap

        class Info(ctypes.Structure):
            _fields_ = [(f"field{i}", ctypes.c_size_t) for i in range(10)]

        mallinfo = ctypes.CDLL(None).mallinfo2
        mallinfo.restype = Info
        if sys.argv[1] == "kept":
            keep_heap()
        outside = mallinfo().field3
        values = [torch.ones(2_000_000) for _ in range(5)]
        print(mallinfo().field3 - outside)
    """)
    outside = []
    for how in ("kept", "given back"):
        command = [sys.executable, "-c", program, how]
        outside.append(int(subprocess.run(command, capture_output=True, check=True).stdout))
    assert outside == [0, 5]


def test_a_model_that_is_none_is_refused() -> None:
    for make, message in (
        (lambda: 3, "make_model returned int; it must return a torch.nn.Module"),
        (nn.ReLU, "make_model returned a model without a parameter to train"),
    ):
        with pytest.raises(ConfigError) as refused:
            of(make).model(0)
        assert str(refused.value) == message
    assert isinstance(of(mlp).model(0), nn.Module)
