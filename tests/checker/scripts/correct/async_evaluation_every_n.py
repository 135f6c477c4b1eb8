# /// claims
# updates = 50
# first = 0.0008
# peak = 0.004
# peak_at = 4
# last = 8.889e-05
# ///
"""Text classification by steps: evaluates and saves every N updates, all state in one file."""

import argparse

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, Dataset


class Reviews(Dataset):
    """Sentences of made-up words; the label is whether 'good' outweighs 'bad'."""

    words = ("good", "bad", "plot", "actor", "scene", "music", "long", "short")

    def __init__(self, count, seed):
        generator = torch.Generator().manual_seed(seed)
        self.tokens = torch.randint(len(self.words), (count, 7), generator=generator)
        good, bad = (self.tokens == 0).sum(1), (self.tokens == 1).sum(1)
        self.labels = (good > bad).long()

    def __len__(self):
        return len(self.tokens)

    def __getitem__(self, index):
        return {"input_ids": self.tokens[index], "label": self.labels[index]}


class BagOfWords(nn.Module):
    def __init__(self, vocabulary, width=12):
        super().__init__()
        self.embedding = nn.EmbeddingBag(vocabulary, width)
        self.classifier = nn.Linear(width, 2)

    def forward(self, input_ids):
        return self.classifier(self.embedding(input_ids))


def build_schedule(optimizer, warmup_ratio, total_steps):
    warmup_steps = max(1, round(warmup_ratio * total_steps))

    def lr_lambda(current_step):
        if current_step < warmup_steps:
            return float(current_step + 1) / float(warmup_steps)
        left = float(total_steps - current_step)
        return max(0.0, left / float(max(1, total_steps - warmup_steps)))

    return LambdaLR(optimizer, lr_lambda)


@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    hits = sum((model(b["input_ids"]).argmax(1) == b["label"]).sum().item() for b in loader)
    model.train()
    return hits / len(loader.dataset)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--train_batch_size", type=int, default=16)
    parser.add_argument("--num_train_epochs", type=int, default=5)
    parser.add_argument("--learning_rate", type=float, default=4e-3)
    parser.add_argument("--warmup_ratio", type=float, default=0.1)
    parser.add_argument("--eval_steps", type=int, default=20)
    args = parser.parse_args()

    train_loader = DataLoader(Reviews(160, 0), args.train_batch_size, shuffle=True)
    eval_loader = DataLoader(Reviews(64, 1), batch_size=64)
    model = BagOfWords(len(Reviews.words))
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.learning_rate)
    total_steps = args.num_train_epochs * len(train_loader)
    scheduler = build_schedule(optimizer, args.warmup_ratio, total_steps)

    global_step, best = 0, 0.0
    for _ in range(args.num_train_epochs):
        for batch in train_loader:
            loss = nn.functional.cross_entropy(model(batch["input_ids"]), batch["label"])
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
            global_step += 1
            if global_step % args.eval_steps == 0:
                accuracy = evaluate(model, eval_loader)
                print({"step": global_step, "accuracy": accuracy})
                if accuracy > best:
                    best = accuracy
                    state = {
                        "step": global_step,
                        "model": model.state_dict(),
                        "optimizer": optimizer.state_dict(),
                        "scheduler": scheduler.state_dict(),
                    }
                    torch.save(state, "best.pt")


if __name__ == "__main__":
    main()
