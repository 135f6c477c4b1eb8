# /// claims
# not_run = "needs deepspeed and a GPU"
# ///
"""DeepSpeed's engine steps the scheduler that it is given, once for each real update."""

import deepspeed
import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import TensorDataset

TOTAL_STEPS, WARMUP_STEPS = 1000, 100
config = {
    "train_micro_batch_size_per_gpu": 8,
    "gradient_accumulation_steps": 4,
    "bf16": {"enabled": True},
    "zero_optimization": {"stage": 2},
}
model = nn.Linear(16, 4)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
lr_scheduler = LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / WARMUP_STEPS))
data = TensorDataset(torch.randn(4096, 16), torch.randint(4, (4096,)))
model_engine, optimizer, loader, lr_scheduler = deepspeed.initialize(
    model=model,
    optimizer=optimizer,
    lr_scheduler=lr_scheduler,
    training_data=data,
    config=config,
)
while model_engine.global_steps < TOTAL_STEPS:
    for x, y in loader:
        logits = model_engine(x.to(model_engine.device, torch.bfloat16))
        loss = nn.functional.cross_entropy(logits.float(), y.to(model_engine.device))
        model_engine.backward(loss)
        model_engine.step()
