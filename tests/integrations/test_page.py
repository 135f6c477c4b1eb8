"""The snippets of docs/integrations.md run as they stand, and use the planned rates."""

import re
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.optim.optimizer import register_optimizer_step_pre_hook

PAGE = (Path(__file__).parents[2] / "docs" / "integrations.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```python\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
INTRODUCTION, *SECTIONS = re.split(r"^## ", PAGE, flags=re.MULTILINE)
CODE = {
    title: "\n".join(BLOCK.findall(text))
    for title, _, text in (section.partition("\n") for section in SECTIONS)
}
NEEDS = {
    "Hugging Face Trainer": "accelerate",
    "accelerate": "accelerate",
    "Lightning": "lightning",
    "Ignite": "ignite",
    "Hugging Face Trainer, recorded": "accelerate",
    "Lightning, recorded": "lightning",
    "Ignite, recorded": "ignite",
}
BATCHES = 40


class Losses(torch.nn.Module):
    """What Hugging Face's Trainer wants of a model; the other trainers take the layer alone."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"loss": self.layer(x).square().mean()}


@pytest.fixture
def one_process(request: pytest.FixtureRequest, tmp_path: Path):
    """Give the snippets that train on many processes a group of one."""
    if "fully_shard" not in (code := CODE[request.node.callspec.id]) and "Parallel" not in code:
        yield
        return
    torch.distributed.init_process_group(
        "gloo", init_method=(tmp_path / "meet").as_uri(), rank=0, world_size=1
    )
    yield
    torch.distributed.destroy_process_group()


@pytest.fixture
def used():
    """Return a list to which each optimizer step adds the rate it is about to use."""
    rates: list[float] = []
    hook = register_optimizer_step_pre_hook(
        lambda optimizer, *_: rates.append(float(optimizer.param_groups[0]["lr"]))
    )
    yield rates
    hook.remove()


def scope(title: str) -> dict[str, Any]:
    rows = torch.arange(4.0 * BATCHES).reshape(BATCHES, 4) / BATCHES
    scope: dict[str, Any] = {
        "model": Losses() if "Trainer" in title else torch.nn.Linear(4, 1),
        "dataset": [{"x": row} for row in rows],
        "loader": torch.utils.data.DataLoader(rows, batch_size=1),
    }
    exec(BLOCK.findall(INTRODUCTION)[0], scope)
    return scope


@pytest.mark.filterwarnings(
    "ignore:`torch.jit.script_method` is deprecated:DeprecationWarning",  # torch's own modules
    r"ignore:`isinstance\(treespec, LeafSpec\)` is deprecated",  # Lightning's use of torch
    "ignore:Starting from v1.9.0, `tensorboardX` has been removed",  # what Lightning logs with
    "ignore:The 'train_dataloader' does not have many workers",  # advice on speed
    "ignore:The number of training batches",  # advice on logging
    "ignore:'pin_memory' argument is set as true but no accelerator",  # Trainer's default
)
@pytest.mark.parametrize("title", [title for title, code in CODE.items() if code])
def test_a_snippet_uses_the_planned_rates(
    title: str,
    used: list[float],
    one_process: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if title in NEEDS:
        package = NEEDS[title]
        pytest.importorskip(package, reason=f"{package} is not installed; make test-integrations")
    monkeypatch.chdir(tmp_path)
    names = scope(title)

    exec(CODE[title].replace("@torch.compile\n", '@torch.compile(backend="eager")\n'), names)

    plan = names["schedule"].plan(updates=names["updates"])
    expected = BATCHES // 4 if title == "accelerate" else BATCHES
    assert [3e-4 * plan(k) for k in range(expected)] == used[:expected]
    assert len(used) - expected in (0, 1)  # the step that makes an optimizer's state
