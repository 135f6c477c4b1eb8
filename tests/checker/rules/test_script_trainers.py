"""Scripts that leave the steps to Lightning: what its dictionary and its hooks say."""

import pytest

from rampup.checker.engine import findings
from rampup.checker.gather.script import walk

MODULE = """\
import lightning as L
import torch


class Net(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)

    def training_step(self, batch, batch_idx):
        return self.layer(batch[0]).square().mean()

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.parameters(), lr=0.1)
"""

ONE_CYCLE = (
    "scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, "
    "total_steps=self.trainer.estimated_stepping_batches)"
)
COSINE = "scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=10)"


def told(*lines: str, hook: str = "") -> list[str]:
    """Return the findings of a module with these lines of `configure_optimizers`."""
    body = "".join(f"        {line}\n" for line in lines)
    return [str(one) for one in findings([walk("net.py", MODULE + body + hook)])]


def plan(inner: str, outer: str = "") -> str:
    return f'return {{"optimizer": optimizer, "lr_scheduler": {inner}{outer}}}'


def test_an_interval_that_is_missing_is_found() -> None:
    assert "\n".join(told(ONE_CYCLE, plan('{"scheduler": scheduler}'))) == (
        "net.py:15:21: error RU201 step-unit: Lightning steps OneCycleLR once an epoch, and its "
        'total_steps, self.trainer.estimated_stepping_batches, counts updates: "interval": "step" '
        "is missing"
    )


def test_an_interval_that_is_misplaced_is_found() -> None:
    assert "\n".join(told(ONE_CYCLE, plan("scheduler", ', "interval": "step"'))) == (
        "net.py:15:21: error RU201 step-unit: Lightning steps OneCycleLR once an epoch: "
        '"interval": "step" belongs into the dictionary under "lr_scheduler", beside "scheduler"'
    )


def test_an_interval_that_is_misspelled_is_found() -> None:
    assert "\n".join(told(COSINE, plan('{"scheduler": scheduler, "interval": "steps"}'))) == (
        'net.py:15:21: error RU201 step-unit: the interval of CosineAnnealingLR is "steps", and '
        'Lightning knows "step" and "epoch" only'
    )


@pytest.mark.parametrize(
    ("build", "given"),
    [
        (ONE_CYCLE, plan('{"scheduler": scheduler, "interval": "step"}')),
        (ONE_CYCLE, 'return [optimizer], [{"scheduler": scheduler, "interval": "step"}]'),
        (COSINE, plan("scheduler")),
        (COSINE, "return [optimizer], [scheduler]"),
        (COSINE, plan('{"scheduler": scheduler, "interval": "epoch"}')),
        (COSINE, plan('{"scheduler": scheduler, "interval": "step"}', ', "interval": "step"')),
    ],
)
def test_what_goes_together_is_silent(build: str, given: str) -> None:
    assert told(build, given) == []


def test_steps_by_hand_need_no_interval() -> None:
    text = MODULE.replace("nn.Linear(4, 1)", "nn.Linear(4, 1)\n        XXX").replace(
        "XXX", "self.automatic_optimization = False"
    )
    body = f"        {ONE_CYCLE}\n        return [optimizer], [scheduler]\n"
    assert findings([walk("net.py", text + body)]) == []


def test_a_key_that_lightning_does_not_look_at_is_found() -> None:
    assert "\n".join(told(COSINE, 'return {"optimizer": optimizer, "scheduler": scheduler}')) == (
        "net.py:15:21: error RU301 never-applied: CosineAnnealingLR is never stepped: Lightning "
        'looks for "lr_scheduler", and configure_optimizers gives it as "scheduler"'
    )


HOOK = """
    def optimizer_step(self, epoch, batch_idx, optimizer, optimizer_closure):
{first}        scale = min(1.0, (self.trainer.global_step + 1) / 4)
        for group in optimizer.param_groups:
            group["lr"] = 0.1 * scale
{last}"""
STEP = "        optimizer.step(closure=optimizer_closure)\n"
SUPER = "        super().optimizer_step(epoch, batch_idx, optimizer, optimizer_closure)\n"


@pytest.mark.parametrize("step", [STEP, SUPER])
def test_a_hook_that_writes_behind_the_step_is_found(step: str) -> None:
    assert "\n".join(told("return optimizer", hook=HOOK.format(first=step, last=""))) == (
        "net.py:18:9, update 0: warning RU401 call-order: update 0 used 0.1, because the rate is "
        "written after the update: the first one that was written, 0.05, came one update late"
    )


@pytest.mark.parametrize("step", [STEP, SUPER])
def test_a_hook_that_writes_before_the_step_is_silent(step: str) -> None:
    assert told("return optimizer", hook=HOOK.format(first="", last=step)) == []
