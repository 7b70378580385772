"""A small residual network for handwritten digits, with augmentation: a PyTorch training script. Only the import
lines differ from PyTorch's, which are:

import torch
import torch.nn.functional as F
from torch import nn, optim
from torch.utils.data import DataLoader, Dataset, Subset
"""

import argparse

from sklearn.datasets import load_digits

import autograd_engine as torch
import autograd_engine.nn.functional as F
from autograd_engine import nn, optim
from autograd_engine.utils.data import DataLoader, Dataset, Subset


class Digits(Dataset):
    """Pictures (1, 8, 8) and their classes; while `augment` is on, moved by up to one pixel, new each time."""

    def __init__(self, augment):
        digits = load_digits()
        self.pictures = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 8 - 1
        self.classes = torch.tensor(digits.target, dtype=torch.int64)
        self.augment = augment

    def __len__(self):
        return len(self.classes)

    def __getitem__(self, index):
        picture = self.pictures[index]
        if self.augment:
            top, left = torch.randint(0, 3, (2,)).tolist()
            picture = F.pad(picture, (1, 1, 1, 1), value=-1.0)[:, top : top + 8, left : left + 8]
        return picture, self.classes[index]


class BasicBlock(nn.Module):
    def __init__(self, in_planes, planes, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_planes, planes, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.shortcut = nn.Identity()
        if stride != 1 or in_planes != planes:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_planes, planes, 1, stride, bias=False), nn.BatchNorm2d(planes)
            )

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)), inplace=True)
        out = self.bn2(self.conv2(out))
        out += self.shortcut(x)
        return F.relu(out)


class ResNet(nn.Module):
    def __init__(self, num_classes=10, width=12):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(1, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)
        )
        self.layers = nn.ModuleList([BasicBlock(width, width), BasicBlock(width, 2 * width, 2)])
        self.pool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(2 * width, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(module, nn.BatchNorm2d):
                nn.init.constant_(module.weight, 1)
                nn.init.constant_(module.bias, 0)

    def forward(self, x):
        x = self.stem(x)
        for layer in self.layers:
            x = layer(x)
        return self.fc(self.pool(x).flatten(1))


def train_epoch(model, loader, criterion, optimizer, scheduler, device):
    model.train()
    losses = []
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        scheduler.step()
        losses.append(loss.item())
    return losses


@torch.no_grad()
def evaluate(model, loader, device):
    model.eval()
    correct = total = 0
    for inputs, targets in loader:
        outputs = model(inputs.to(device))
        correct += outputs.argmax(1).eq(targets.to(device)).sum().item()
        total += targets.numel()
    return correct / total


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--lr", type=float, default=0.2)
    parser.add_argument("--momentum", type=float, default=0.9)
    parser.add_argument("--weight-decay", type=float, default=5e-4)
    parser.add_argument("--label-smoothing", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint", metavar="PATH", default=None)
    args = parser.parse_args(arguments)

    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    order = torch.randperm(1797, generator=torch.Generator().manual_seed(args.seed)).tolist()
    train_set, test_set = Subset(Digits(augment=True), order[:1437]), Subset(Digits(augment=False), order[1437:])
    train_loader = DataLoader(train_set, batch_size=args.batch_size, shuffle=True, drop_last=True)
    test_loader = DataLoader(test_set, batch_size=256)

    model = ResNet().to(device)
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters")
    criterion = nn.CrossEntropyLoss(label_smoothing=args.label_smoothing)
    optimizer = optim.SGD(
        model.parameters(), lr=args.lr, momentum=args.momentum, nesterov=True, weight_decay=args.weight_decay
    )
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=args.epochs * len(train_loader))

    best = 0.0
    for epoch in range(args.epochs):
        losses = train_epoch(model, train_loader, criterion, optimizer, scheduler, device)
        accuracy = evaluate(model, test_loader, device)
        rate = scheduler.get_last_lr()[0]
        print(f"epoch {epoch}  lr {rate:.4f}  loss {sum(losses) / len(losses):.4f}  accuracy {accuracy:.2%}")
        if accuracy > best:
            best = accuracy
            if args.checkpoint is not None:
                torch.save({"epoch": epoch, "model_state_dict": model.state_dict(), "best": best}, args.checkpoint)

    if args.checkpoint is not None:
        saved = torch.load(args.checkpoint, weights_only=True)
        model.load_state_dict(saved["model_state_dict"])
        assert evaluate(model, test_loader, device) == saved["best"]
    return best


if __name__ == "__main__":
    main()
