"""A neural ordinary differential equation that learns a spiral (Chen et al., 2018)."""

import torch
from torch import nn, optim


def solve(f, state, times):
    """The states at these times: the classic method of order 4."""
    states = [state]
    for t0, t1 in zip(times[:-1], times[1:]):
        h = t1 - t0
        k1 = f(state)
        k2 = f(state + h / 2 * k1)
        k3 = f(state + h / 2 * k2)
        k4 = f(state + h * k3)
        state = state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        states.append(state)
    return torch.stack(states)


class Field(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 2))
        for m in self.net.modules():
            if isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, mean=0, std=0.1)
                nn.init.constant_(m.bias, val=0)

    def forward(self, y):
        return self.net(y**3)


torch.manual_seed(0)
true_matrix = torch.tensor([[-0.1, 2.0], [-2.0, -0.1]])
times = torch.linspace(0.0, 2.0, 21)
with torch.no_grad():
    truth = solve(lambda y: y**3 @ true_matrix, torch.tensor([[2.0, 0.0]]), times)

field = Field()
optimizer = optim.RMSprop(field.parameters(), lr=5e-3)
for step in range(120):
    starts = torch.randint(0, 16, (16,))
    target = torch.stack([truth[starts + i] for i in range(5)])
    predicted = solve(field, target[0], times[:5])
    loss = (predicted - target).abs().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 30 == 0:
        print(f"step {step}, loss {loss.item():.4f}")
with torch.no_grad():
    print("error of the whole path", (solve(field, truth[0], times) - truth).abs().mean().item())
