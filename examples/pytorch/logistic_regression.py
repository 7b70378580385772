"""Logistic regression: a line between two clouds of points, found by LBFGS."""

import torch
import torch.nn.functional as F
from torch import nn, optim

torch.manual_seed(1)
n = 100
points = torch.cat([torch.randn(n, 2) + 1.5, torch.randn(n, 2) - 1.5])
labels = torch.cat([torch.ones(n), torch.zeros(n)])

model = nn.Linear(2, 1)
optimizer = optim.LBFGS(model.parameters(), max_iter=20, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    penalty = 0.01 * model.weight.pow(2).sum()
    loss = F.binary_cross_entropy_with_logits(model(points).squeeze(1), labels) + penalty
    loss.backward()
    return loss


print("loss before", closure().item())
optimizer.step(closure)
print("loss after", closure().item())
with torch.no_grad():
    accuracy = ((model(points).squeeze(1) > 0) == labels.bool()).float().mean()
print("accuracy", accuracy.item())
