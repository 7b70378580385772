"""A convolutional network for handwritten digits: a PyTorch training script. Only the import lines differ from
PyTorch's, which are:

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset
"""

import argparse

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import autograd_engine as torch
import autograd_engine.nn as nn
import autograd_engine.nn.functional as F
import autograd_engine.optim as optim
from autograd_engine.optim.lr_scheduler import StepLR
from autograd_engine.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self, dropout=0.25):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=3, stride=1)
        self.dropout1 = nn.Dropout2d(dropout)
        self.dropout2 = nn.Dropout(dropout)
        self.fc1 = nn.Linear(32 * 3 * 3, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = F.max_pool2d(x, 2)
        x = self.dropout1(x)
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        x = self.dropout2(x)
        return F.log_softmax(self.fc2(x), dim=1)


def load_data(batch_size, test_batch_size):
    digits = load_digits()
    images = torch.from_numpy(digits.images).float().unsqueeze(1) / 16
    images = (images - images.mean()) / images.std()
    labels = torch.from_numpy(digits.target).long()
    train_rows, test_rows = train_test_split(
        range(len(labels)), test_size=0.2, random_state=0, stratify=digits.target
    )
    train_set = TensorDataset(images[train_rows], labels[train_rows])
    test_set = TensorDataset(images[test_rows], labels[test_rows])
    return DataLoader(train_set, batch_size, shuffle=True), DataLoader(test_set, test_batch_size)


def train(args, model, device, train_loader, optimizer, epoch):
    model.train()
    losses = []
    for batch_idx, (data, target) in enumerate(train_loader):
        data, target = data.to(device), target.to(device)
        optimizer.zero_grad()
        output = model(data)
        loss = F.nll_loss(output, target)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if batch_idx % args.log_interval == 0:
            done = 100.0 * batch_idx / len(train_loader)
            print(f"Train epoch: {epoch} [{batch_idx * len(data)} samples ({done:.0f}%)]\tloss: {loss.item():.6f}")
            if args.dry_run:
                break
    return losses


def test(model, device, test_loader):
    model.eval()
    test_loss, correct, count = 0.0, 0, 0
    with torch.no_grad():
        for data, target in test_loader:
            data, target = data.to(device), target.to(device)
            output = model(data)
            test_loss += F.nll_loss(output, target, reduction="sum").item()
            _, predicted = torch.max(output, 1)
            correct += (predicted == target).sum().item()
            count += target.size(0)
    print(
        f"\nTest set: average loss: {test_loss / count:.4f}, accuracy: {correct}/{count} ({correct / count:.1%})\n"
    )
    return correct / count


def parsed(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch-size", type=int, default=64, metavar="N")
    parser.add_argument("--test-batch-size", type=int, default=256, metavar="N")
    parser.add_argument("--epochs", type=int, default=6, metavar="N")
    parser.add_argument("--lr", type=float, default=1.0, metavar="LR")
    parser.add_argument(
        "--gamma", type=float, default=0.7, metavar="M", help="what each epoch multiplies the rate by"
    )
    parser.add_argument("--no-accel", action="store_true", help="stay on the CPU")
    parser.add_argument("--dry-run", action="store_true", help="one step of each epoch")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--log-interval", type=int, default=10, metavar="N")
    parser.add_argument("--save-model", metavar="PATH", default=None)
    return parser.parse_args(arguments)


def main(arguments=None):
    args = parsed(arguments)
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() and not args.no_accel else "cpu")
    train_loader, test_loader = load_data(args.batch_size, args.test_batch_size)

    model = Net().to(device)
    optimizer = optim.Adadelta(model.parameters(), lr=args.lr)
    scheduler = StepLR(optimizer, step_size=1, gamma=args.gamma)
    accuracy = 0.0
    for epoch in range(1, args.epochs + 1):
        train(args, model, device, train_loader, optimizer, epoch)
        accuracy = test(model, device, test_loader)
        scheduler.step()

    if args.save_model is not None:
        torch.save(model.state_dict(), args.save_model)
    return accuracy


if __name__ == "__main__":
    main()
