# /// claims
# needs = ["transformers", "accelerate"]
# updates = 16
# first = 0.002
# peak = 0.01
# peak_at = 4
# last = 0.00134
# ///
"""A Trainer with a schedule of its own: rampup's, built where the Trainer asks for one."""

import torch
from torch import nn
from transformers import Trainer, TrainingArguments

from rampup import RampupLR, decay, hold, warmup


class WarmTrainer(Trainer):
    """Uses a trapezoid instead of the schedules that transformers knows."""

    def create_scheduler(self, num_training_steps, optimizer=None):
        if self.lr_scheduler is None:
            self.lr_scheduler = RampupLR(
                optimizer or self.optimizer,
                warmup(5) >> hold() >> decay("1-sqrt", over="25%"),
                updates=num_training_steps,
            )
        return self.lr_scheduler


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(4, 2)

    def forward(self, x, labels):
        logits = self.out(x)
        return {"loss": nn.functional.cross_entropy(logits, labels), "logits": logits}


data = [{"x": torch.randn(4), "labels": index % 2} for index in range(64)]
trainer = WarmTrainer(
    model=Net(),
    args=TrainingArguments(
        "out",
        num_train_epochs=2,
        per_device_train_batch_size=8,
        learning_rate=0.01,
        save_strategy="no",
        report_to="none",
        use_cpu=True,
        disable_tqdm=True,
        remove_unused_columns=False,
    ),
    train_dataset=data,
)
trainer.train()
