"""Something to learn: a line, as data and as a model."""

import numpy as np

import autograd_engine as ag
from autograd_engine import nn, optim
from autograd_engine.data import DataLoader, TensorDataset


def line_data():
    x = ag.tensor(np.linspace(-1, 1, 12, dtype=np.float32).reshape(12, 1))
    return DataLoader(TensorDataset(x, 3 * x - 1), 5)


def line_model(lr=0.3):
    model = nn.Linear(1, 1)
    return model, optim.SGD(model.parameters(), lr=lr)
