# /// claims
# needs = ["transformers", "accelerate"]
# updates = 20
# first = 0.0
# peak = 0.0002
# peak_at = 2
# last = 1.519e-06
# ///
"""The Trainer builds and steps everything itself; the script names lengths and the shape."""

import torch
from torch.utils.data import Dataset
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments


class Sentences(Dataset):
    def __len__(self):
        return 40

    def __getitem__(self, index):
        generator = torch.Generator().manual_seed(index)
        tokens = torch.randint(1, 30, (6,), generator=generator)
        return {"input_ids": tokens, "labels": int(tokens[0] > 15)}


model = BertForSequenceClassification(
    BertConfig(
        vocab_size=30,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
        max_position_embeddings=8,
    )
)
training_args = TrainingArguments(
    output_dir="out",
    num_train_epochs=2,
    per_device_train_batch_size=4,
    learning_rate=2e-4,
    lr_scheduler_type="cosine",
    warmup_steps=2,
    weight_decay=0.01,
    logging_steps=5,
    save_strategy="no",
    report_to="none",
    use_cpu=True,
    disable_tqdm=True,
)
trainer = Trainer(model=model, args=training_args, train_dataset=Sentences())
trainer.train()
