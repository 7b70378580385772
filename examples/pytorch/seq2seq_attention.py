"""A sequence-to-sequence network with attention that turns digits around (Bahdanau, Cho and Bengio, 2015)."""

import torch
import torch.nn.functional as F
from torch import nn, optim

digits, length, start = 8, 5, 8


class Encoder(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.embedding = nn.Embedding(digits, hidden)
        self.gru = nn.GRU(hidden, hidden, batch_first=True, bidirectional=True)

    def forward(self, x):
        outputs, hidden = self.gru(self.embedding(x))
        return outputs, hidden.mean(0, keepdim=True)


class Attention(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.query, self.keys, self.score = (
            nn.Linear(hidden, hidden),
            nn.Linear(2 * hidden, hidden),
            nn.Linear(hidden, 1),
        )

    def forward(self, state, outputs):
        scores = self.score(torch.tanh(self.query(state).unsqueeze(1) + self.keys(outputs))).squeeze(-1)
        weights = F.softmax(scores, dim=-1)
        return torch.bmm(weights.unsqueeze(1), outputs), weights


class Decoder(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.embedding = nn.Embedding(digits + 1, hidden)
        self.attention = Attention(hidden)
        self.gru = nn.GRU(3 * hidden, hidden, batch_first=True)
        self.out = nn.Linear(hidden, digits)

    def forward(self, outputs, hidden, target=None):
        token, logits = torch.full((len(outputs), 1), start, dtype=torch.long), []
        for i in range(length):
            context, _ = self.attention(hidden[-1], outputs)
            step, hidden = self.gru(torch.cat([self.embedding(token), context], dim=-1), hidden)
            logits.append(self.out(step))
            token = target[:, i : i + 1] if target is not None else logits[-1].argmax(-1)
        return torch.cat(logits, dim=1)


torch.manual_seed(0)
encoder, decoder = Encoder(), Decoder()
optimizer = optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=1e-2)
for step in range(100):
    source = torch.randint(digits, (32, length))
    target = source.flip(1)
    optimizer.zero_grad()
    logits = decoder(*encoder(source), target)
    loss = F.cross_entropy(logits.reshape(-1, digits), target.reshape(-1))
    loss.backward()
    optimizer.step()
    if step % 25 == 0:
        print(f"step {step}, loss {loss.item():.3f}")
with torch.no_grad():
    source = torch.randint(digits, (100, length))
    answer = decoder(*encoder(source)).argmax(-1)
print(source[0].tolist(), "->", answer[0].tolist())
print("digits that are right", (answer == source.flip(1)).float().mean().item())
