"""A character-level recurrent network that learns a sentence by heart and writes it."""

import torch
import torch.nn.functional as F
from torch import nn, optim

text = "the quick brown fox jumps over the lazy dog. " * 3
letters = sorted(set(text))
index = {letter: i for i, letter in enumerate(letters)}
encoded = torch.tensor([index[c] for c in text])


class CharRNN(nn.Module):
    def __init__(self, vocabulary, hidden=40):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, 16)
        self.gru = nn.GRU(16, hidden, batch_first=True)
        self.out = nn.Linear(hidden, vocabulary)

    def forward(self, x, hidden=None):
        output, hidden = self.gru(self.embedding(x), hidden)
        return self.out(output), hidden


torch.manual_seed(0)
model = CharRNN(len(letters))
optimizer = optim.Adam(model.parameters(), lr=1e-2)
inputs, targets = encoded[:-1].view(1, -1), encoded[1:].view(1, -1)
for step in range(40):
    optimizer.zero_grad()
    logits, _ = model(inputs)
    loss = F.cross_entropy(logits.view(-1, len(letters)), targets.view(-1))
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step % 10 == 0:
        print(f"step {step}, loss {loss.item():.3f}")

with torch.no_grad():
    written, hidden = [index["t"]], None
    for _ in range(50):
        logits, hidden = model(torch.tensor([[written[-1]]]), hidden)
        written.append(logits[0, -1].argmax().item())
print("".join(letters[i] for i in written))
print("loss", loss.item())
