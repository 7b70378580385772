"""A generative adversarial network that learns to draw from a normal distribution (Goodfellow et al., 2014)."""

import torch
from torch import nn, optim

torch.manual_seed(0)
mean, std, batch_size, latent = 4.0, 0.5, 64, 2


def real(n):
    return mean + std * torch.randn(n, 1)


generator = nn.Sequential(nn.Linear(latent, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
discriminator = nn.Sequential(nn.Linear(1, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
criterion = nn.BCEWithLogitsLoss()
d_optimizer = optim.Adam(discriminator.parameters(), lr=5e-3, betas=(0.5, 0.999))
g_optimizer = optim.Adam(generator.parameters(), lr=5e-3, betas=(0.5, 0.999))
ones, zeros = torch.ones(batch_size, 1), torch.zeros(batch_size, 1)

for step in range(400):
    fake = generator(torch.randn(batch_size, latent))
    d_loss = criterion(discriminator(real(batch_size)), ones) + criterion(discriminator(fake.detach()), zeros)
    d_optimizer.zero_grad()
    d_loss.backward()
    d_optimizer.step()

    g_loss = criterion(discriminator(generator(torch.randn(batch_size, latent))), ones)
    g_optimizer.zero_grad()
    g_loss.backward()
    g_optimizer.step()
    if step % 100 == 0:
        print(f"step {step}, d_loss {d_loss.item():.3f}, g_loss {g_loss.item():.3f}")

with torch.no_grad():
    drawn = generator(torch.randn(2000, latent))
print(f"mean {drawn.mean():.2f}, standard deviation {drawn.std():.2f}")
print("error of the mean", abs(drawn.mean().item() - mean))
