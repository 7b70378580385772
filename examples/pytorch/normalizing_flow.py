"""RealNVP: affine couplings that turn two moons into a normal distribution (Dinh et al., 2017)."""

import math

import torch
from torch import nn, optim
from torch.distributions import MultivariateNormal


def moons(n):
    angle, upper = math.pi * torch.rand(n), torch.rand(n) < 0.5
    x = torch.where(upper, torch.cos(angle), 1 - torch.cos(angle))
    y = torch.where(upper, torch.sin(angle), 0.5 - torch.sin(angle))
    return torch.stack([x, y], dim=1) + 0.05 * torch.randn(n, 2)


class Coupling(nn.Module):
    def __init__(self, mask):
        super().__init__()
        self.register_buffer("mask", mask)
        self.net = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 4))

    def forward(self, x):
        scale, shift = self.net(x * self.mask).chunk(2, dim=1)
        scale, shift = torch.tanh(scale) * (1 - self.mask), shift * (1 - self.mask)
        return x * scale.exp() + shift, scale.sum(1)

    def inverse(self, z):
        scale, shift = self.net(z * self.mask).chunk(2, dim=1)
        scale, shift = torch.tanh(scale) * (1 - self.mask), shift * (1 - self.mask)
        return (z - shift) * (-scale).exp()


class RealNVP(nn.Module):
    def __init__(self, layers=6):
        super().__init__()
        masks = [torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])]
        self.layers = nn.ModuleList(Coupling(masks[i % 2]) for i in range(layers))
        self.prior = MultivariateNormal(torch.zeros(2), torch.eye(2))

    def log_prob(self, x):
        total = torch.zeros(len(x))
        for layer in self.layers:
            x, log_det = layer(x)
            total = total + log_det
        return self.prior.log_prob(x) + total

    def sample(self, n):
        z = self.prior.sample((n,))
        for layer in reversed(self.layers):
            z = layer.inverse(z)
        return z


torch.manual_seed(0)
model = RealNVP()
optimizer = optim.Adam(model.parameters(), lr=5e-3)
for step in range(150):
    loss = -model.log_prob(moons(128)).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 0:
        print(f"step {step}, loss {loss.item():.3f}")
with torch.no_grad():
    print("a sample", model.sample(1))
    print("negative log-likelihood", -model.log_prob(moons(500)).mean().item())
