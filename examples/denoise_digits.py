"""Clean noisy pictures of digits with an autoencoder: a PyTorch training script. Only the import lines differ from
PyTorch's, which are:

import torch
from torch import nn
from torch.optim import SGD
from torch.optim.lr_scheduler import OneCycleLR
from torch.utils.data import DataLoader, Dataset, random_split
"""

import argparse

from sklearn.datasets import load_digits

import autograd_engine as torch
from autograd_engine import nn
from autograd_engine.data import DataLoader, Dataset, random_split
from autograd_engine.optim import SGD
from autograd_engine.optim.lr_scheduler import OneCycleLR


class NoisyDigits(Dataset):
    """Pairs of a noisy and a clean picture; the noise is new each time."""

    def __init__(self, noise=0.3):
        self.images = torch.from_numpy(load_digits().images).float() / 16
        self.noise = noise

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        clean = self.images[index].flatten()
        noisy = (clean + self.noise * torch.randn_like(clean)).clamp(0, 1)
        return noisy, clean


class Autoencoder(nn.Module):
    def __init__(self, width=96, code=24, dropout=0.1):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(64, width),
            nn.BatchNorm1d(width),
            nn.LeakyReLU(0.1),
            nn.Dropout(dropout),
            nn.Linear(width, code),
        )
        self.decoder = nn.Sequential(
            nn.Linear(code, width),
            nn.BatchNorm1d(width),
            nn.LeakyReLU(0.1),
            nn.Linear(width, 64),
            nn.Sigmoid(),
        )
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.kaiming_normal_(module.weight, a=0.1)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.decoder(self.encoder(x))


def train_epoch(model, loader, criterion, optimizer, scheduler, max_norm):
    model.train()
    losses = []
    for noisy, clean in loader:
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(model(noisy), clean)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=max_norm)
        optimizer.step()
        scheduler.step()
        losses.append(loss.item())
    return losses


@torch.no_grad()
def evaluate(model, loader, criterion):
    """The error of the model, and that of leaving the noise in."""
    model.eval()
    error = baseline = count = 0
    for noisy, clean in loader:
        error += criterion(model(noisy), clean).item() * len(clean)
        baseline += criterion(noisy, clean).item() * len(clean)
        count += len(clean)
    return error / count, baseline / count


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--lr", type=float, default=0.8)
    parser.add_argument("--max-norm", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint", metavar="PATH", default=None)
    args = parser.parse_args(arguments)

    torch.manual_seed(args.seed)
    data = NoisyDigits()
    train_set, val_set = random_split(data, [0.8, 0.2], generator=torch.Generator().manual_seed(args.seed))
    train_loader = DataLoader(train_set, batch_size=args.batch_size, shuffle=True, drop_last=True)
    val_loader = DataLoader(val_set, batch_size=256)

    model = Autoencoder()
    print(model)
    print(f"{sum(p.numel() for p in model.parameters() if p.requires_grad):,} parameters")
    criterion = nn.MSELoss()
    optimizer = SGD(model.parameters(), lr=args.lr, momentum=0.9, nesterov=True, weight_decay=1e-5)
    scheduler = OneCycleLR(optimizer, max_lr=args.lr, epochs=args.epochs, steps_per_epoch=len(train_loader))

    best = float("inf")
    for epoch in range(args.epochs):
        losses = train_epoch(model, train_loader, criterion, optimizer, scheduler, args.max_norm)
        error, baseline = evaluate(model, val_loader, criterion)
        print(
            f"epoch {epoch:2d}  lr {scheduler.get_last_lr()[0]:.4f}  train {sum(losses) / len(losses):.5f}  "
            f"val {error:.5f}  noise {baseline:.5f}"
        )
        if error < best:
            best = error
            if args.checkpoint is not None:
                checkpoint = {
                    "epoch": epoch,
                    "model_state_dict": model.state_dict(),
                    "optimizer_state_dict": optimizer.state_dict(),
                    "scheduler_state_dict": scheduler.state_dict(),
                    "best": best,
                }
                torch.save(checkpoint, args.checkpoint)

    if args.checkpoint is not None:
        checkpoint = torch.load(args.checkpoint, weights_only=True)
        model.load_state_dict(checkpoint["model_state_dict"])
        optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
        scheduler.load_state_dict(checkpoint["scheduler_state_dict"])
        print(f"restored epoch {checkpoint['epoch']}, whose error was {checkpoint['best']:.5f}")
    return best, baseline


if __name__ == "__main__":
    main()
