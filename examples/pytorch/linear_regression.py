"""Linear regression: the weights of a plane, found by gradient descent on the mean squared error."""

import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
true_weight, true_bias = torch.tensor([[2.0], [-3.4]]), 4.2
x = torch.randn(200, 2)
y = x @ true_weight + true_bias + 0.01 * torch.randn(200, 1)

model = nn.Linear(2, 1)
criterion = nn.MSELoss()
optimizer = optim.SGD(model.parameters(), lr=0.1)
for epoch in range(5):
    for inputs, targets in DataLoader(TensorDataset(x, y), batch_size=20, shuffle=True):
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}, loss {loss.item():.4f}")

error = (model.weight.data.T - true_weight).abs().max()
print("error of the weights", error.item())
