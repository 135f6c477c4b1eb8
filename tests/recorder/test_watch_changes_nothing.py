"""Watching changes nothing: traced and untraced runs end with the same bits, everywhere."""

import contextlib
import pickle
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import SGD, Adam, Optimizer
from torch.utils.data import DataLoader, TensorDataset

from rampup import RampupLR, decay, warmup, watch
from rampup.recorder.watch import Watch


def mlp() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 4))


def cnn() -> nn.Module:
    """Return a net with buffers: batch normalisation keeps running statistics."""
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 4)
    )


class Attention(nn.Module):
    """Draws random numbers at every step: dropout inside and around attention."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(8, 2, 16, dropout=0.3, batch_first=True), 2
        )
        self.head = nn.Linear(8, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.blocks(x.squeeze(1)).mean(1))


OPTIMIZERS: dict[str, Callable[[nn.Module], Optimizer]] = {
    "SGD": lambda model: SGD(model.parameters(), lr=0.1, momentum=0.9),
    "Adam fused": lambda model: Adam(model.parameters(), lr=0.01, fused=True),
}


def run(
    make: Callable[[], nn.Module], optimize: Callable[[nn.Module], Optimizer], to: Path | None
) -> dict[str, Any]:
    """Train for eleven updates, watched if there is a folder, and return all that could differ."""
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)
    model = make()
    model.train()
    list(model.children())[-1].eval()  # a flag that a clumsy restore would lose
    optimizer = optimize(model)
    scheduler = RampupLR(optimizer, warmup(4) >> decay("cosine"), updates=12)
    scaler = torch.amp.GradScaler("cpu", init_scale=256.0)
    loader = DataLoader(TensorDataset(torch.arange(12)), batch_size=1, shuffle=True)
    held, labels = torch.zeros(8, 1, 8, 8), torch.zeros(8, dtype=torch.int64)
    trace: Watch | None = None
    with contextlib.ExitStack() as stack:
        if to is not None:
            trace = stack.enter_context(
                watch(
                    model,
                    optimizer,
                    scheduler=scheduler,
                    to=to,
                    ratio=True,
                    probe_every=5,
                    probe_loss=lambda: nn.functional.cross_entropy(model(held), labels),
                    loader=loader,
                    scaler=scaler,
                )
            )
        for number, _ in enumerate(loader):
            x, y = torch.randn(8, 1, 8, 8), torch.randint(4, (8,))
            loss = nn.functional.cross_entropy(model(x), y)
            if trace is not None:
                trace.loss(loss)
            optimizer.zero_grad()
            scaler.scale(loss).backward()
            if number == 3:  # an update that is skipped
                next(model.parameters()).grad.view(-1)[0] = torch.inf
            scaler.step(optimizer)
            scaler.update()
            if trace is not None:
                trace.predict(x[:2])
                trace.stage("batch", x, [torch.nn.Dropout(0.5), torch.relu])
                if number == 5:
                    trace.epoch(held_out_loss=0.5)
    if trace is not None:
        kinds = [event.kind for event in trace.events]
        assert [kinds.count(kind) for kind in ("update", "skipped", "probe", "epoch")] == [
            11, 1, 3, 2,
        ]  # fmt: skip
        meters = [event.critical_rate for event in trace.events if event.kind == "probe"]
        assert meters[2] is not None
    hooks = [optimizer._optimizer_step_pre_hooks, optimizer._optimizer_step_post_hooks]
    hooks += [module._forward_hooks for module in model.modules()]
    hooks += [module._forward_pre_hooks for module in model.modules()]
    return {
        "weights and buffers": _bits(model.state_dict()),
        "gradients": _bits({name: p.grad for name, p in model.named_parameters()}),
        "optimizer": _bits(optimizer.state_dict()["state"]),
        "groups": optimizer.state_dict()["param_groups"],
        "scaler": scaler.state_dict(),
        "left behind": [sorted(vars(one)) for one in (scaler, loader, optimizer)],
        "flags": [module.training for module in model.modules()],
        "hooks": [len(hook) for hook in hooks],
        "torch": torch.get_rng_state().tolist(),
        "numpy": pickle.dumps(np.random.get_state()),
        "python": random.getstate(),
    }


def _bits(tree: Any) -> Any:
    """Return a tree of tensors as bytes, which are equal only bit by bit."""
    if isinstance(tree, dict):
        return {key: _bits(inner) for key, inner in tree.items()}
    return tree.numpy().tobytes() if isinstance(tree, torch.Tensor) else tree


@pytest.mark.parametrize("optimize", OPTIMIZERS.values(), ids=OPTIMIZERS)
@pytest.mark.parametrize("make", [mlp, cnn, Attention])
def test_a_watched_run_is_the_unwatched_run(
    make: Callable[[], nn.Module], optimize: Callable[[nn.Module], Optimizer], tmp_path: Path
) -> None:
    unwatched = run(make, optimize, to=None)
    watched = run(make, optimize, to=tmp_path)

    assert unwatched.keys() == watched.keys()
    for what in unwatched:
        assert unwatched[what] == watched[what], what


def test_the_comparison_would_notice_one_random_number() -> None:
    """The test above can fail: one draw more shows in the state and in the weights."""

    class Thirsty(nn.Flatten):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            torch.rand(1)
            return super().forward(x)

    optimize = OPTIMIZERS["SGD"]
    calm = run(mlp, optimize, to=None)
    drawn = run(lambda: nn.Sequential(Thirsty(), *mlp()[1:]), optimize, to=None)

    assert calm["torch"] != drawn["torch"]
    assert calm["weights and buffers"] != drawn["weights and buffers"]
