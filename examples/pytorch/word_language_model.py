"""A word-level LSTM on sentences of a small grammar, trained on windows whose state goes on to the next."""

import math
import random

import torch
from torch import nn, optim

random.seed(0)
torch.manual_seed(0)
nouns, verbs, ends = ["the cat", "a dog", "my bird"], ["sees", "hears"], ["a mouse", "the sun"]
sentences = [f"{random.choice(nouns)} {random.choice(verbs)} {random.choice(ends)} <eos>" for _ in range(400)]
words = " ".join(sentences).split()
vocabulary = {word: i for i, word in enumerate(dict.fromkeys(words))}
data = torch.tensor([vocabulary[word] for word in words])
batch_size, bptt = 10, 12
data = data[: len(data) // batch_size * batch_size].view(batch_size, -1).t().contiguous()


class RNNModel(nn.Module):
    def __init__(self, ntoken, ninp=16, nhid=24):
        super().__init__()
        self.drop = nn.Dropout(0.1)
        self.encoder = nn.Embedding(ntoken, ninp)
        self.rnn = nn.LSTM(ninp, nhid)
        self.decoder = nn.Linear(nhid, ntoken)
        self.nhid = nhid

    def forward(self, input, hidden):
        output, hidden = self.rnn(self.drop(self.encoder(input)), hidden)
        return self.decoder(self.drop(output)).flatten(0, 1), hidden

    def init_hidden(self, size):
        weight = next(self.parameters())
        return weight.new_zeros(1, size, self.nhid), weight.new_zeros(1, size, self.nhid)


model, criterion = RNNModel(len(vocabulary)), nn.CrossEntropyLoss()
optimizer = optim.SGD(model.parameters(), lr=4.0)
for epoch in range(3):
    hidden, total = model.init_hidden(batch_size), 0.0
    places = range(0, data.size(0) - 1, bptt)
    for i in places:
        length = min(bptt, len(data) - 1 - i)
        model.zero_grad()
        hidden = tuple(h.detach() for h in hidden)
        output, hidden = model(data[i : i + length], hidden)
        loss = criterion(output, data[i + 1 : i + 1 + length].view(-1))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch}, perplexity {math.exp(total / len(places)):.2f}")
print("perplexity", math.exp(total / len(places)))
