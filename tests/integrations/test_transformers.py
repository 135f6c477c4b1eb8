"""Hugging Face's Trainer: its own loop, accumulation and checkpoints."""

from pathlib import Path

import pytest
import torch
from tests.integrations.run import RUN, SCHEDULE, STOP, UPDATES, follow, groups_of, planned
from torch.optim import SGD, AdamW, Optimizer

from rampup import RampupLR

transformers = pytest.importorskip(
    "transformers", reason="transformers is not installed; pip install --group dev"
)
pytest.importorskip(
    "accelerate", reason="Trainer needs accelerate, which is not installed; make test-integrations"
)


class Stop(transformers.TrainerCallback):
    """Saves and ends the run after some updates, as a machine that is taken away would."""

    def on_step_end(self, args, state, control, **_):
        control.should_save = control.should_training_stop = state.global_step == STOP


def language_model() -> torch.nn.Module:
    transformers.set_seed(0)
    config = transformers.GPT2Config(
        vocab_size=11, n_positions=4, n_embd=8, n_layer=1, n_head=1, bos_token_id=0, eos_token_id=0
    )
    return transformers.GPT2LMHeadModel(config)


def texts() -> list[dict[str, torch.Tensor]]:
    """Return texts for any number of epochs, so that a run ends where it is told to."""
    words = torch.arange(32 * 4).reshape(32, 4) % 11
    return [{"input_ids": row, "labels": row} for row in words]


def arguments(folder: Path, accumulate: int):
    return transformers.TrainingArguments(
        output_dir=str(folder),
        max_steps=UPDATES,
        per_device_train_batch_size=2,
        gradient_accumulation_steps=accumulate,
        save_strategy="no",
        logging_steps=1,
        report_to="none",
        use_cpu=True,
        disable_tqdm=True,
        dataloader_pin_memory=False,
    )


def with_a_tuple(folder: Path, accumulate: int, make, callbacks):
    model = language_model()
    optimizer = make(groups_of(model))
    used = follow(optimizer)
    trainer = transformers.Trainer(
        model=model,
        args=arguments(folder, accumulate),
        train_dataset=texts(),
        optimizers=(optimizer, RampupLR(optimizer, SCHEDULE, **RUN)),
        callbacks=callbacks,
    )
    return trainer, used


def with_a_subclass(folder: Path, accumulate: int, make, callbacks):
    model = language_model()
    optimizer = make(groups_of(model))
    used = follow(optimizer)

    class WarmTrainer(transformers.Trainer):
        def create_scheduler(self, num_training_steps: int, optimizer: Optimizer | None = None):
            updates = {"updates": num_training_steps, "updates_per_epoch": 4}
            self.lr_scheduler = RampupLR(optimizer or self.optimizer, SCHEDULE, **updates)
            return self.lr_scheduler

    trainer = WarmTrainer(
        model=model,
        args=arguments(folder, accumulate),
        train_dataset=texts(),
        optimizers=(optimizer, None),
        callbacks=callbacks,
    )
    return trainer, used


MAKE = {
    "SGD": SGD,
    "AdamW": AdamW,
    "AdamW fused": lambda groups: AdamW(groups, fused=True),
}


@pytest.mark.parametrize("build", [with_a_tuple, with_a_subclass])
@pytest.mark.parametrize("accumulate", [1, 4])
@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_a_run_that_stops_and_resumes_uses_the_planned_rates(
    tmp_path: Path, build, accumulate: int, make
) -> None:
    trainer, used = build(tmp_path, accumulate, make, [Stop()])
    trainer.train()
    trainer, used_then = build(tmp_path, accumulate, make, [])
    trainer.train(resume_from_checkpoint=True)

    assert len(used) == STOP
    assert planned() == used + used_then


def test_the_rates_in_its_log_are_those_of_the_next_update(tmp_path: Path) -> None:
    trainer, _ = with_a_tuple(tmp_path, 1, MAKE["AdamW"], [])
    trainer.train()

    logged = [row["learning_rate"] for row in trainer.state.log_history if "learning_rate" in row]
    assert [rates[0] for rates in planned(UPDATES + 1)[1:]] == logged
