"""Transfer learning: a network learns four patterns; then its layers stay, and a new head learns two others."""

import copy
import os
import tempfile

import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
patterns = torch.randn(6, 1, 6, 6)


def data(classes, n):
    labels = torch.randint(len(classes), (n,))
    return TensorDataset(patterns[torch.tensor(classes)][labels] + 0.7 * torch.randn(n, 1, 6, 6), labels)


class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, 3),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(32, 24),
            nn.ReLU(),
        )
        self.fc = nn.Linear(24, classes)

    def forward(self, x):
        return self.fc(self.features(x))


def train(model, dataset, epochs, optimizer):
    criterion, best, best_weights = nn.CrossEntropyLoss(), 0.0, None
    for epoch in range(epochs):
        model.train()
        for inputs, labels in DataLoader(dataset, batch_size=16, shuffle=True):
            optimizer.zero_grad()
            criterion(model(inputs), labels).backward()
            optimizer.step()
        accuracy = evaluate(model, dataset)
        if accuracy >= best:
            best, best_weights = accuracy, copy.deepcopy(model.state_dict())
        print(f"epoch {epoch}, accuracy {accuracy:.3f}")
    model.load_state_dict(best_weights)
    return model


@torch.no_grad()
def evaluate(model, dataset):
    model.eval()
    inputs, labels = dataset.tensors
    return (model(inputs).argmax(1) == labels).float().mean().item()


model = Net(4)
train(model, data([0, 1, 2, 3], 200), 3, optim.Adam(model.parameters(), lr=1e-2))
path = os.path.join(tempfile.mkdtemp(), "pretrained.pth")
torch.save(model.state_dict(), path)

model = Net(4)
model.load_state_dict(torch.load(path, map_location="cpu"))
for parameter in model.parameters():
    parameter.requires_grad = False
model.fc = nn.Linear(model.fc.in_features, 2)
before = model.features[0].weight.clone()
train(model, data([4, 5], 60), 4, optim.SGD(model.fc.parameters(), lr=0.1, momentum=0.9))
assert torch.equal(model.features[0].weight, before)
print("accuracy", evaluate(model, data([4, 5], 200)))
