"""A SIREN: a network of sines that is a picture, fitted to its pixels (Sitzmann et al., 2020)."""

import math

import torch
from torch import nn, optim


class Sine(nn.Module):
    def __init__(self, in_features, out_features, first=False, omega=20.0):
        super().__init__()
        self.omega, self.linear = omega, nn.Linear(in_features, out_features)
        bound = 1 / in_features if first else math.sqrt(6 / in_features) / omega
        with torch.no_grad():
            self.linear.weight.uniform_(-bound, bound)

    def forward(self, x):
        return torch.sin(self.omega * self.linear(x))


torch.manual_seed(0)
side = torch.linspace(-1, 1, 16)
points = torch.stack(torch.meshgrid(side, side, indexing="ij"), dim=-1).reshape(-1, 2)
picture = (
    torch.sin(4 * points[:, :1]) * torch.cos(6 * points[:, 1:]) + (points.norm(dim=1, keepdim=True) < 0.5).float()
)

model = nn.Sequential(Sine(2, 48, first=True), Sine(48, 48), nn.Linear(48, 1))
optimizer = optim.Adam(model.parameters(), lr=2e-3)
for step in range(120):
    loss = (model(points) - picture).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 40 == 0:
        print(f"step {step}, loss {loss.item():.4f}")
places = points.clone().requires_grad_(True)
(slope,) = torch.autograd.grad(model(places).sum(), places)
print("largest slope", slope.norm(dim=1).max().item())
print("signal to noise, decibels", 10 * math.log10(picture.abs().max().item() ** 2 / loss.item()))
