"""`HuggingFaceCallback` in the real Trainer: exact rates, the same weights, nothing left behind."""

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.integrations.callbacks.traced import (
    PLANNED,
    bits,
    check_epochs,
    check_folder,
    check_frame,
    check_rates,
    hooks,
    of,
)
from tests.integrations.run import RUN, SCHEDULE, STOP, UPDATES, groups_of
from torch.optim import SGD, AdamW

from rampup import HuggingFaceCallback, RampupLR
from rampup.errors import TraceError
from rampup.trace.record import Epoch, Planned, Update

transformers = pytest.importorskip(
    "transformers", reason="transformers is not installed; pip install --group dev"
)
pytest.importorskip(
    "accelerate", reason="Trainer needs accelerate, which is not installed; make test-integrations"
)


class Halt(transformers.TrainerCallback):
    """Saves after some updates, and ends the run or breaks it a little later."""

    def __init__(self, *, breaks: bool) -> None:
        self.breaks = breaks

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        control.should_save = state.global_step == STOP
        control.should_training_stop = state.global_step == STOP and not self.breaks
        if self.breaks and state.global_step == STOP + 2:
            raise RuntimeError("boom")


class Plain(torch.nn.Module):
    """A model that knows no num_items_in_batch."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = torch.nn.Linear(4, 1)

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        out = self.layer(x)
        return {"loss": out.square().mean(), "out": out}


class Bare(Plain):
    """A model whose loss its trainer computes."""

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"out": self.layer(x)}


class OwnLoss(transformers.Trainer):
    def compute_loss(self, model: Any, inputs: Any, return_outputs: bool = False, **_: Any) -> Any:
        outputs = model(**inputs)
        loss = outputs["out"].square().mean()
        return (loss, outputs) if return_outputs else loss


def gpt() -> torch.nn.Module:
    transformers.set_seed(0)
    config = transformers.GPT2Config(
        vocab_size=11, n_positions=4, n_embd=8, n_layer=1, n_head=1, bos_token_id=0, eos_token_id=0
    )
    return transformers.GPT2LMHeadModel(config)  # with dropout


def trainer_of(
    folder: Path, callbacks: list[Any], make: Any = gpt, accumulate: int = 1, **more: Any
) -> Any:
    """Return a Trainer whose epochs have four updates."""
    model = make()
    rows = torch.arange(8 * accumulate * 4).reshape(-1, 4)
    words = [{"input_ids": row % 11, "labels": row % 11} for row in rows]
    numbers = [{"x": row / 10} for row in rows]
    data = words if make is gpt else numbers
    kind = OwnLoss if make is Bare else transformers.Trainer
    arguments = {
        "output_dir": str(folder / "out"),
        "max_steps": UPDATES,
        "per_device_train_batch_size": 2,
        "gradient_accumulation_steps": accumulate,
        "save_strategy": "no",
        "logging_steps": 1,
        "report_to": "none",
        "use_cpu": True,
        "disable_tqdm": True,
        "dataloader_pin_memory": False,
        "label_names": ["labels" if make is gpt else "x"],
    }
    optimizer = AdamW(groups_of(model))
    return kind(
        model=model,
        args=transformers.TrainingArguments(**arguments | more),
        train_dataset=data,
        eval_dataset=data[:6],
        optimizers=(optimizer, RampupLR(optimizer, SCHEDULE, **RUN)),
        callbacks=callbacks,
    )


def logged(trainer: Any, name: str) -> list[float]:
    return [row[name] for row in trainer.state.log_history if name in row]


@pytest.mark.parametrize("accumulate", [1, 3])
@pytest.mark.parametrize("make", [gpt, Plain, Bare])
def test_a_run_is_recorded_and_not_changed(tmp_path: Path, make: Any, accumulate: int) -> None:
    bare = trainer_of(tmp_path, [], make, accumulate, eval_strategy="epoch")
    bare.train()
    callback = HuggingFaceCallback(tmp_path / "a")
    trainer = trainer_of(tmp_path, [callback], make, accumulate, eval_strategy="epoch")
    trainer.train()

    updates = check_rates(callback.events)
    check_frame(callback.events, "finished", UPDATES)
    check_folder(tmp_path / "a", callback.events)
    assert logged(trainer, "loss") == pytest.approx([u.loss for u in updates], rel=1e-5)
    epochs = check_epochs(callback.events, 4)
    assert len(epochs) == UPDATES // 4
    assert logged(trainer, "eval_loss") == [epoch.held_out_loss for epoch in epochs]
    assert [epoch.held_out_rows for epoch in epochs] == [6] * len(epochs)
    assert bits(bare.model) == bits(trainer.model)
    assert hooks(bare.optimizer, bare.model) == hooks(trainer.optimizer, trainer.model)


def test_the_loss_of_each_update_is_known_without_a_log(tmp_path: Path) -> None:
    often, seldom = HuggingFaceCallback(), HuggingFaceCallback()
    trainer_of(tmp_path, [often]).train()
    trainer_of(tmp_path, [seldom], logging_steps=5).train()

    losses = [update.loss for update in of(Update, often.events)]
    assert losses == [update.loss for update in of(Update, seldom.events)]


def test_a_loss_that_no_one_says_is_none(tmp_path: Path) -> None:
    """The log of several updates says only their mean."""
    callback = HuggingFaceCallback()
    trainer_of(tmp_path, [callback], Bare, logging_steps=5).train()

    assert [update.loss for update in of(Update, callback.events)] == [None] * UPDATES


def test_a_scheduler_of_torch_plans_no_single_update(tmp_path: Path) -> None:
    """But its plan as a whole is told, with the length of the run that the Trainer knows."""
    callback = HuggingFaceCallback()
    trainer = trainer_of(tmp_path, [callback])
    optimizer = SGD(trainer.model.parameters(), lr=0.5)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)
    trainer.optimizer, trainer.lr_scheduler = optimizer, scheduler
    trainer.train()

    updates = of(Update, callback.events)
    rates = [0.5 * 0.5**k for k in range(UPDATES)]
    assert rates == [update.used for update in updates] == [u.reported for u in updates]
    assert {update.planned for update in updates} == {None}
    (plan,) = of(Planned, callback.events)
    assert (plan.text, plan.peak, plan.updates) == ("steps every 1up gamma 0.5", 0.5, UPDATES)


@pytest.mark.parametrize("breaks", [False, True])
def test_a_resumed_run_continues_the_trace(tmp_path: Path, breaks: bool) -> None:
    """Also behind a crash: updates after the checkpoint are made, and told, again."""
    whole = HuggingFaceCallback()
    trainer_of(tmp_path, [whole]).train()
    first = HuggingFaceCallback(tmp_path / "a")
    trainer = trainer_of(tmp_path, [first, Halt(breaks=breaks)])
    if breaks:
        with pytest.raises(RuntimeError, match="boom"), first:
            trainer.train()
    else:
        trainer.train()
    check_rates(first.events, 0, STOP + 2 * breaks)
    check_frame(first.events, "failed" if breaks else "finished", STOP + 2 * breaks)
    again = HuggingFaceCallback(tmp_path / "a")
    resumed = trainer_of(tmp_path, [again])
    resumed.train(resume_from_checkpoint=True)

    check_frame(again.events, "finished", UPDATES)
    check_folder(tmp_path / "a", again.events)
    assert of(Update, whole.events) == check_rates(again.events)
    assert repr(of(Epoch, whole.events)) == repr(of(Epoch, again.events))


def test_a_resumed_run_without_its_trace_says_what_it_saw(tmp_path: Path) -> None:
    trainer_of(tmp_path, [Halt(breaks=False)]).train()
    callback = HuggingFaceCallback(tmp_path / "a")
    trainer_of(tmp_path, [callback]).train(resume_from_checkpoint=True)

    check_rates(callback.events, STOP)
    epochs = of(Epoch, callback.events)
    assert [epoch.updates for epoch in epochs] == [8, 12, 16]
    assert repr([epochs[0].train_loss, epochs[0].rate_first]) == "[nan, None]"
    assert epochs[1].rate_last == PLANNED[11]


def test_an_exception_leaves_nothing_behind(tmp_path: Path) -> None:
    trainer = trainer_of(tmp_path, [Halt(breaks=True)])
    before = hooks(trainer.optimizer, trainer.model)
    callback = HuggingFaceCallback(tmp_path / "a")
    trainer.add_callback(callback)
    with pytest.raises(RuntimeError, match="boom"):
        trainer.train()
    assert hooks(trainer.optimizer, trainer.model) != before

    callback.close()

    assert hooks(trainer.optimizer, trainer.model) == before
    check_frame(callback.events, "failed", STOP + 2)
    check_folder(tmp_path / "a", callback.events)


def test_a_loop_of_ones_own_behind_a_crash_is_no_part_of_the_run(tmp_path: Path) -> None:
    """Nobody closed the callback: the first update that the Trainer did not announce tells."""
    trainer = trainer_of(tmp_path, [Halt(breaks=True)])
    before = hooks(trainer.optimizer, trainer.model)
    callback = HuggingFaceCallback(tmp_path / "a")
    trainer.add_callback(callback)
    with pytest.raises(RuntimeError, match="boom"):
        trainer.train()

    for _ in range(3):
        sum(p.sum() for p in trainer.model.parameters()).backward()
        trainer.optimizer.step()

    check_frame(callback.events, "failed", STOP + 2)
    assert callback.events[-1].reason == "the trainer was left within the run"
    check_folder(tmp_path / "a", callback.events)
    callback.close()
    assert hooks(trainer.optimizer, trainer.model) == before


def test_another_run_is_not_overwritten(tmp_path: Path) -> None:
    callback = HuggingFaceCallback(tmp_path)
    trainer_of(tmp_path, [callback]).train()
    written = (tmp_path / "trace.jsonl").read_bytes()
    with pytest.raises(TraceError) as refused:
        trainer_of(tmp_path, [HuggingFaceCallback(tmp_path)]).train()

    assert str(refused.value) == (
        f"{tmp_path}/trace.jsonl holds another run already, and this one starts at update 0; "
        "record to another folder, or remove it"
    )
    assert written == (tmp_path / "trace.jsonl").read_bytes()


def test_evaluations_within_an_epoch_are_told_where_they_are(tmp_path: Path) -> None:
    callback = HuggingFaceCallback()
    options = {"eval_strategy": "steps", "eval_steps": 2, "eval_on_start": True}
    trainer = trainer_of(tmp_path, [callback], **options)
    trainer.train()

    told = [(e.epoch, e.updates, e.metrics.get("epoch")) for e in of(Epoch, callback.events)]
    assert told[:4] == [(0, 0, 0.0), (0, 2, 0.5), (1, 4, None), (1, 6, 1.5)]
    losses = [epoch.held_out_loss for epoch in of(Epoch, callback.events)]
    assert logged(trainer, "eval_loss") == losses


def test_a_copy_of_the_model_copies_no_recording(tmp_path: Path) -> None:
    class Copies(transformers.TrainerCallback):
        def on_step_end(self, *_: Any, model: Any, **__: Any) -> None:
            copy.deepcopy(model)

    callback = HuggingFaceCallback(tmp_path / "a")
    trainer_of(tmp_path, [callback, Copies()]).train()

    assert len(check_rates(callback.events)) == UPDATES
