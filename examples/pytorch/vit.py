"""A vision transformer that tells pictures with a row from pictures with a column (Dosovitskiy et al., 2021)."""

import torch
import torch.nn.functional as F
from torch import nn, optim


class ViT(nn.Module):
    def __init__(self, image_size=8, patch_size=2, classes=2, dim=24, depth=2, heads=2):
        super().__init__()
        patches = (image_size // patch_size) ** 2
        self.to_patches = nn.Conv2d(1, dim, kernel_size=patch_size, stride=patch_size)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.position = nn.Parameter(0.02 * torch.randn(1, patches + 1, dim))
        layer = nn.TransformerEncoderLayer(dim, heads, 2 * dim, 0.0, "gelu", batch_first=True, norm_first=True)
        self.transformer = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)
        self.head = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, classes))

    def forward(self, images):
        x = self.to_patches(images).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], dim=1) + self.position
        return self.head(self.transformer(x)[:, 0])


def pictures(n):
    """A row or a column of ones among noise."""
    x, labels = 0.3 * torch.randn(n, 1, 8, 8), torch.randint(2, (n,))
    for picture, label, place in zip(x, labels, torch.randint(8, (n,))):
        if label:
            picture[0, :, place] += 1.0
        else:
            picture[0, place] += 1.0
    return x, labels


torch.manual_seed(0)
model = ViT()
optimizer = optim.AdamW(model.parameters(), lr=5e-3)
scheduler = optim.lr_scheduler.OneCycleLR(optimizer, max_lr=5e-3, total_steps=60)
for step in range(60):
    x, labels = pictures(16)
    optimizer.zero_grad(set_to_none=True)
    loss = F.cross_entropy(model(x), labels)
    loss.backward()
    optimizer.step()
    scheduler.step()
    if step % 20 == 0:
        print(f"step {step}, loss {loss.item():.3f}")
model.eval()
with torch.no_grad():
    x, labels = pictures(200)
    print("accuracy", (model(x).argmax(1) == labels).float().mean().item())
