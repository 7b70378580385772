"""A variational autoencoder of small pictures with a bar in each (Kingma and Welling, 2014)."""

import torch
import torch.nn.functional as F
from torch import nn, optim


def bars(n):
    """Pictures of 6 by 6 pixels, black but for one row or column."""
    pictures = torch.zeros(n, 6, 6)
    for picture, place in zip(pictures, torch.randint(0, 12, (n,))):
        if place < 6:
            picture[place] = 1.0
        else:
            picture[:, place - 6] = 1.0
    return pictures.view(n, 36)


class VAE(nn.Module):
    def __init__(self, latent=4):
        super().__init__()
        self.fc1 = nn.Linear(36, 64)
        self.mean, self.logvar = nn.Linear(64, latent), nn.Linear(64, latent)
        self.decoder = nn.Sequential(nn.Linear(latent, 64), nn.ReLU(), nn.Linear(64, 36))

    def reparameterize(self, mean, logvar):
        std = torch.exp(0.5 * logvar)
        return mean + torch.randn_like(std) * std

    def forward(self, x):
        hidden = F.relu(self.fc1(x))
        mean, logvar = self.mean(hidden), self.logvar(hidden)
        return self.decoder(self.reparameterize(mean, logvar)), mean, logvar


def loss_function(logits, x, mean, logvar):
    reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    divergence = -0.5 * torch.sum(1 + logvar - mean.pow(2) - logvar.exp())
    return (reconstruction + divergence) / len(x)


torch.manual_seed(0)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
model = VAE().to(device)
optimizer = optim.Adam(model.parameters(), lr=5e-3)
for step in range(300):
    batch = bars(32).to(device)
    optimizer.zero_grad()
    logits, mean, logvar = model(batch)
    loss = loss_function(logits, batch, mean, logvar)
    loss.backward()
    optimizer.step()
    if step % 100 == 0:
        print(f"step {step}, loss {loss.item():.2f}")

model.eval()
with torch.no_grad():
    sample = torch.sigmoid(model.decoder(torch.randn(5, 4, device=device)))
    print("a sample\n", (sample[0].view(6, 6) > 0.5).int())
    test = bars(200).to(device)
    logits, mean, logvar = model(test)
    print("loss", loss_function(logits, test, mean, logvar).item())
