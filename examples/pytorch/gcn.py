"""A graph convolutional network: the classes of all nodes, of which a few are known (Kipf and Welling, 2017)."""

import torch
import torch.nn.functional as F
from torch import nn, optim

torch.manual_seed(0)
n, classes = 90, 3
labels = torch.arange(n) % classes
near = labels[:, None] == labels[None, :]
linked = torch.rand(n, n) < torch.where(near, torch.tensor(0.15), torch.tensor(0.01))
adjacency = torch.triu(linked, 1).float()
adjacency = adjacency + adjacency.t() + torch.eye(n)
scale = adjacency.sum(1).rsqrt()
adjacency = (scale[:, None] * adjacency * scale[None, :]).to_sparse()
features = torch.eye(n)
known = torch.arange(12)


class GraphConvolution(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(in_features, out_features))
        self.bias = nn.Parameter(torch.zeros(out_features))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x, adjacency):
        return torch.spmm(adjacency, torch.mm(x, self.weight)) + self.bias


class GCN(nn.Module):
    def __init__(self, nfeat, nhid, nclass, dropout=0.5):
        super().__init__()
        self.gc1, self.gc2 = GraphConvolution(nfeat, nhid), GraphConvolution(nhid, nclass)
        self.dropout = dropout

    def forward(self, x, adjacency):
        x = F.relu(self.gc1(x, adjacency))
        x = F.dropout(x, self.dropout, training=self.training)
        return F.log_softmax(self.gc2(x, adjacency), dim=1)


model = GCN(n, 16, classes)
optimizer = optim.Adam(model.parameters(), lr=0.02, weight_decay=5e-4)
for epoch in range(100):
    model.train()
    optimizer.zero_grad()
    loss = F.nll_loss(model(features, adjacency)[known], labels[known])
    loss.backward()
    optimizer.step()
    if epoch % 25 == 0:
        print(f"epoch {epoch}, loss {loss.item():.4f}")
model.eval()
predicted = model(features, adjacency).argmax(1)
print("accuracy of the unknown", (predicted == labels)[len(known) :].float().mean().item())
