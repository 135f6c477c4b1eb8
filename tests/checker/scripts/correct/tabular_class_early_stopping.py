# /// claims
# updates = 60
# first = 0.0004
# peak = 0.01
# peak_at = 17
# last = 4e-08
# ///
"""A small tabular library: config, dataset, model, trainer, metrics and early stopping."""

from __future__ import annotations

import copy
import random
from dataclasses import dataclass, field

import numpy as np
import torch
from sklearn.datasets import load_diabetes
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR
from torch.utils.data import DataLoader, TensorDataset


@dataclass(frozen=True)
class ModelConfig:
    hidden: tuple[int, ...] = (32, 16)
    dropout: float = 0.1


@dataclass(frozen=True)
class TrainConfig:
    epochs: int = 10
    batch_size: int = 64
    max_lr: float = 1e-2
    weight_decay: float = 1e-4
    patience: int = 20
    seed: int = 0
    model: ModelConfig = field(default_factory=ModelConfig)


def set_seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def standardise(train: Tensor, *others: Tensor) -> list[Tensor]:
    mean, std = train.mean(0), train.std(0).clamp(min=1e-6)
    return [(table - mean) / std for table in (train, *others)]


def load(cfg: TrainConfig) -> tuple[DataLoader, DataLoader, int]:
    x, y = load_diabetes(return_X_y=True)
    x = torch.tensor(x, dtype=torch.float32)
    y = torch.tensor(y, dtype=torch.float32).unsqueeze(1)
    order = torch.randperm(len(x))
    train, valid = order[:352], order[352:]
    x_train, x_valid = standardise(x[train], x[valid])
    y_train, y_valid = standardise(y[train], y[valid])
    return (
        DataLoader(TensorDataset(x_train, y_train), cfg.batch_size, shuffle=True),
        DataLoader(TensorDataset(x_valid, y_valid), cfg.batch_size),
        x.shape[1],
    )


class MLP(nn.Module):
    def __init__(self, inputs: int, cfg: ModelConfig) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for width in cfg.hidden:
            layers += [nn.Linear(inputs, width), nn.ReLU(), nn.Dropout(cfg.dropout)]
            inputs = width
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(inputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.body(x))


class EarlyStopping:
    """Keeps the best weights and says when it is time to stop."""

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.best = float("inf")
        self.waited = 0
        self.state: dict[str, Tensor] = {}

    def __call__(self, value: float, model: nn.Module) -> bool:
        if value < self.best:
            self.best, self.waited = value, 0
            self.state = copy.deepcopy(model.state_dict())
        else:
            self.waited += 1
        return self.waited >= self.patience


class Trainer:
    def __init__(self, model: nn.Module, cfg: TrainConfig, steps_per_epoch: int) -> None:
        self.model, self.cfg = model, cfg
        self.loss_fn = nn.SmoothL1Loss()
        self.optimizer = self.configure_optimizer()
        self.scheduler = self.configure_scheduler(self.optimizer, steps_per_epoch)
        self.stopper = EarlyStopping(cfg.patience)

    def configure_optimizer(self) -> Optimizer:
        return torch.optim.AdamW(
            self.model.parameters(), lr=self.cfg.max_lr, weight_decay=self.cfg.weight_decay
        )

    def configure_scheduler(self, optimizer: Optimizer, steps_per_epoch: int) -> LRScheduler:
        return OneCycleLR(
            optimizer,
            max_lr=self.cfg.max_lr,
            epochs=self.cfg.epochs,
            steps_per_epoch=steps_per_epoch,
        )

    def train_epoch(self, loader: DataLoader) -> float:
        self.model.train()
        total = 0.0
        for x, y in loader:
            self.optimizer.zero_grad(set_to_none=True)
            loss = self.loss_fn(self.model(x), y)
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
            self.optimizer.step()
            self.scheduler.step()
            total += loss.item() * len(x)
        return total / len(loader.dataset)

    @torch.no_grad()
    def evaluate(self, loader: DataLoader) -> float:
        self.model.eval()
        total = sum(self.loss_fn(self.model(x), y).item() * len(x) for x, y in loader)
        return total / len(loader.dataset)

    def fit(self, train: DataLoader, valid: DataLoader) -> float:
        for epoch in range(self.cfg.epochs):
            lr = self.scheduler.get_last_lr()[0]
            train_loss = self.train_epoch(train)
            valid_loss = self.evaluate(valid)
            print(f"{epoch:>2} lr {lr:.5f} train {train_loss:.4f} valid {valid_loss:.4f}")
            if self.stopper(valid_loss, self.model):
                break
        self.model.load_state_dict(self.stopper.state)
        return self.stopper.best


def main() -> None:
    cfg = TrainConfig()
    set_seed(cfg.seed)
    train, valid, inputs = load(cfg)
    trainer = Trainer(MLP(inputs, cfg.model), cfg, len(train))
    print(f"best {trainer.fit(train, valid):.4f}")


if __name__ == "__main__":
    main()
