# /// claims
# needs = ["transformers", "accelerate"]
# updates = 15
# first = 0.0002
# peak = 0.001
# peak_at = 4
# last = 0.0001
# ///
"""The Trainer is given an optimizer and a schedule as a pair; it steps both."""

import torch
from torch import nn
from transformers import Trainer, TrainingArguments


class Regressor(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 1)

    def forward(self, x, labels=None):
        prediction = self.linear(x).squeeze(-1)
        return {"loss": (prediction - labels).square().mean(), "logits": prediction}


rows = [{"x": torch.randn(3), "labels": torch.randn(())} for _ in range(60)]
model = Regressor()
args = TrainingArguments(
    "out",
    max_steps=15,
    per_device_train_batch_size=4,
    save_strategy="no",
    report_to=[],
    use_cpu=True,
    disable_tqdm=True,
    remove_unused_columns=False,
)


def factor(step):
    if step < 5:
        return (step + 1) / 5
    return 1 - (step - 5) / 10


optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
trainer = Trainer(
    model=model, args=args, train_dataset=rows, optimizers=(optimizer, scheduler)
)
trainer.train()
