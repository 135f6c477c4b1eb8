# /// claims
# argv = ["--epochs", "8", "--milestones", "4", "6", "--size", "48"]
# updates = 24
# rates = "0.1 x12, 0.01 x6, 0.001 x6"
# ///
"""A little residual network for small images, in the manner of the CIFAR baselines."""

import argparse
import time

import torch
import torch.nn.functional as F
from torch import nn, optim
from torch.utils.data import DataLoader, Dataset


def parse_args():
    parser = argparse.ArgumentParser(description="residual network on small images")
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--momentum", type=float, default=0.9)
    parser.add_argument("--weight-decay", type=float, default=5e-4)
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--milestones", type=int, nargs="+", default=[100, 150])
    parser.add_argument("--gamma", type=float, default=0.1)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--size", type=int, default=50_000)
    parser.add_argument("--print-freq", type=int, default=10)
    return parser.parse_args()


class RandomImages(Dataset):
    """Stands for the real images; its labels follow from the mean of the first channel."""

    def __init__(self, size, seed):
        generator = torch.Generator().manual_seed(seed)
        self.images = torch.randn(size, 3, 8, 8, generator=generator)
        self.labels = (self.images[:, 0].mean((1, 2)) > 0).long()

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.images[index], self.labels[index]


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out + self.shortcut(x))


class SmallResNet(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, 1, 1)
        self.layer1 = Block(4, 4)
        self.layer2 = Block(4, 8, stride=2)
        self.head = nn.Linear(8, classes)

    def forward(self, x):
        out = self.layer2(self.layer1(self.stem(x)))
        return self.head(out.mean((2, 3)))


class AverageMeter:
    """Keeps the current value and the average."""

    def __init__(self, name):
        self.name = name
        self.reset()

    def reset(self):
        self.val = self.sum = self.count = self.avg = 0

    def update(self, val, n=1):
        self.val = val
        self.sum += val * n
        self.count += n
        self.avg = self.sum / self.count


def train(train_loader, model, criterion, optimizer, epoch, args):
    losses = AverageMeter("loss")
    top1 = AverageMeter("acc@1")
    model.train()
    for i, (images, target) in enumerate(train_loader):
        output = model(images)
        loss = criterion(output, target)
        losses.update(loss.item(), images.size(0))
        top1.update((output.argmax(1) == target).float().mean().item(), images.size(0))

        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

        if i % args.print_freq == 0:
            print(f"epoch [{epoch}][{i}/{len(train_loader)}] loss {losses.avg:.4f}")
    return top1.avg


@torch.no_grad()
def validate(val_loader, model, criterion):
    losses = AverageMeter("loss")
    top1 = AverageMeter("acc@1")
    model.eval()
    for images, target in val_loader:
        output = model(images)
        losses.update(criterion(output, target).item(), images.size(0))
        top1.update((output.argmax(1) == target).float().mean().item(), images.size(0))
    return losses.avg, top1.avg


def main():
    args = parse_args()
    train_loader = DataLoader(RandomImages(args.size, 0), args.batch_size, shuffle=True)
    val_loader = DataLoader(RandomImages(args.size // 4, 1), args.batch_size)

    model = SmallResNet(classes=2)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(
        model.parameters(), args.lr, momentum=args.momentum, weight_decay=args.weight_decay
    )
    lr_scheduler = optim.lr_scheduler.MultiStepLR(
        optimizer, milestones=args.milestones, gamma=args.gamma
    )

    best = 0.0
    for epoch in range(args.epochs):
        start = time.time()
        print(f"current lr {optimizer.param_groups[0]['lr']:.5e}")
        train(train_loader, model, criterion, optimizer, epoch, args)
        lr_scheduler.step()
        _, accuracy = validate(val_loader, model, criterion)
        if accuracy > best:
            best = accuracy
            torch.save({"epoch": epoch + 1, "state_dict": model.state_dict()}, "best.pth")
        print(f"epoch {epoch} took {time.time() - start:.1f}s, best {best:.3f}")


if __name__ == "__main__":
    main()
