"""A language model of characters, an LSTM that reads Python's documentation: a PyTorch training script. Only the
import lines differ from PyTorch's, which are:

import torch
import torch.nn as nn
import torch.optim as optim
"""

import argparse
import math
from pydoc_data.topics import topics

import autograd_engine as torch
import autograd_engine.nn as nn
import autograd_engine.optim as optim


class Corpus:
    """The text as numbers: `train` and `test` are its first nine tenths and its last."""

    def __init__(self, characters=None):
        text = "\n\n".join(topics.values())[:characters]
        self.characters = sorted(set(text))
        self.number = {character: i for i, character in enumerate(self.characters)}
        data = torch.tensor([self.number[character] for character in text], dtype=torch.long)
        cut = len(data) * 9 // 10
        self.train, self.test = data[:cut], data[cut:]


class RNNModel(nn.Module):
    def __init__(self, ntoken, ninp=48, nhid=160, nlayers=1, dropout=0.1):
        super().__init__()
        self.drop = nn.Dropout(dropout)
        self.encoder = nn.Embedding(ntoken, ninp)
        self.rnn = nn.LSTM(ninp, nhid, nlayers, dropout=dropout if nlayers > 1 else 0.0)
        self.decoder = nn.Linear(nhid, ntoken)
        self.nlayers, self.nhid = nlayers, nhid
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)
        nn.init.uniform_(self.decoder.weight, -0.1, 0.1)

    def forward(self, input, hidden):
        emb = self.drop(self.encoder(input))
        output, hidden = self.rnn(emb, hidden)
        return self.decoder(self.drop(output)), hidden

    def init_hidden(self, bsz):
        weight = next(self.parameters())
        shape = self.nlayers, bsz, self.nhid
        return weight.new_zeros(shape), weight.new_zeros(shape)


def batchify(data, bsz):
    """The text in `bsz` columns, each of which is read from top to bottom."""
    nbatch = data.size(0) // bsz
    return data[: nbatch * bsz].view(bsz, -1).t().contiguous()


def get_batch(source, i, bptt):
    seq_len = min(bptt, len(source) - 1 - i)
    return source[i : i + seq_len], source[i + 1 : i + 1 + seq_len]


def train(model, source, criterion, optimizer, bptt, clip):
    """An epoch; the state goes on from batch to batch, and the gradient does not."""
    model.train()
    losses = []
    hidden = model.init_hidden(source.size(1))
    for i in range(0, source.size(0) - 1, bptt):
        data, targets = get_batch(source, i, bptt)
        hidden = tuple(h.detach() for h in hidden)
        optimizer.zero_grad(set_to_none=True)
        output, hidden = model(data, hidden)
        loss = criterion(output.view(-1, output.size(-1)), targets.reshape(-1))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        losses.append(loss.item())
    return losses


@torch.no_grad()
def evaluate(model, source, criterion, bptt):
    model.eval()
    total = 0.0
    hidden = model.init_hidden(source.size(1))
    for i in range(0, source.size(0) - 1, bptt):
        data, targets = get_batch(source, i, bptt)
        output, hidden = model(data, hidden)
        total += len(data) * criterion(output.view(-1, output.size(-1)), targets.reshape(-1)).item()
    return total / (len(source) - 1)


@torch.no_grad()
def generate(model, corpus, start, length, temperature=0.8):
    model.eval()
    hidden = model.init_hidden(1)
    input = torch.tensor([[corpus.number[character]] for character in start])
    written = start
    for _ in range(length):
        output, hidden = model(input, hidden)
        word_weights = output[-1, 0].div(temperature).exp()
        chosen = torch.multinomial(word_weights, 1)
        written += corpus.characters[chosen.item()]
        input = chosen.view(1, 1)
    return written


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--characters", type=int, default=None, help="how much of the text to take (default: all)")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--bptt", type=int, default=64, help="steps that a gradient goes back")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--lr", type=float, default=5e-3)
    parser.add_argument("--clip", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1111)
    parser.add_argument("--save", metavar="PATH", default=None)
    args = parser.parse_args(arguments)

    torch.manual_seed(args.seed)
    corpus = Corpus(args.characters)
    train_data, test_data = batchify(corpus.train, args.batch_size), batchify(corpus.test, 8)
    model = RNNModel(len(corpus.characters))
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=args.lr)
    scheduler = optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.25, patience=0)
    bits, best = [], math.inf
    for epoch in range(1, args.epochs + 1):
        losses = train(model, train_data, criterion, optimizer, args.bptt, args.clip)
        loss = evaluate(model, test_data, criterion, args.bptt)
        scheduler.step(loss)
        bits.append(loss / math.log(2))
        print(
            f"epoch {epoch:2d}  train {sum(losses) / len(losses) / math.log(2):.3f}  test {bits[-1]:.3f} bits per "
            f"character  perplexity {math.exp(loss):.2f}"
        )
        if args.save is not None and loss < best:
            torch.save(model.state_dict(), args.save)
        best = min(best, loss)
    print(generate(model, corpus, "The ", 200))
    return bits


if __name__ == "__main__":
    main()
