# /// claims
# needs = ["transformers"]
# updates = 30
# first = 0.0
# peak = 0.0005
# peak_at = 3
# last = 1.852e-05
# ///
"""Fine-tune a small BERT for sentence classification with a hand-written loop."""

import torch
from torch.optim import AdamW
from torch.utils.data import DataLoader, TensorDataset
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    get_linear_schedule_with_warmup,
)

config = BertConfig(
    vocab_size=40,
    hidden_size=16,
    num_hidden_layers=1,
    num_attention_heads=2,
    intermediate_size=16,
    max_position_embeddings=12,
    num_labels=2,
)
model = BertForSequenceClassification(config)
tokens = torch.randint(1, 40, (80, 8))
train_dataset = TensorDataset(tokens, torch.ones_like(tokens), (tokens[:, 0] > 20).long())
train_dataloader = DataLoader(train_dataset, batch_size=8, shuffle=True)

epochs = 3
no_decay = ("bias", "LayerNorm.weight")
grouped_parameters = [
    {
        "params": [p for n, p in model.named_parameters() if not n.endswith(no_decay)],
        "weight_decay": 0.01,
    },
    {
        "params": [p for n, p in model.named_parameters() if n.endswith(no_decay)],
        "weight_decay": 0.0,
    },
]
optimizer = AdamW(grouped_parameters, lr=5e-4, eps=1e-8)
total_steps = len(train_dataloader) * epochs
scheduler = get_linear_schedule_with_warmup(
    optimizer, num_warmup_steps=int(0.1 * total_steps), num_training_steps=total_steps
)

for epoch_i in range(epochs):
    total_train_loss = 0
    model.train()
    for input_ids, mask, labels in train_dataloader:
        model.zero_grad()
        result = model(input_ids, attention_mask=mask, labels=labels)
        loss = result.loss
        total_train_loss += loss.item()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
    print(f"epoch {epoch_i + 1}: {total_train_loss / len(train_dataloader):.2f}")
