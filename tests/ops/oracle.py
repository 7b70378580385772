"""A call of the operators' table in PyTorch's terms: its function, its tensors, its leaves."""

import numpy as np
import pytest

import autograd_engine as ag
from tests.table.operators import Operator


def flat(results):
    return [r for item in results for r in flat(item)] if isinstance(results, (tuple, list)) else [results]


def theirs(value):
    """A tensor of ours, or an array, as one of PyTorch's; nested arguments too."""
    torch = pytest.importorskip("torch")
    if isinstance(value, (tuple, list)):
        return type(value)(theirs(v) for v in value)
    if isinstance(value, ag.Tensor):
        return torch.from_numpy(np.array(value.array)).requires_grad_(value.requires_grad)
    return torch.from_numpy(value) if isinstance(value, np.ndarray) else value


def counterpart(row: Operator):
    """The function of PyTorch's that a row compares with."""
    torch = pytest.importorskip("torch")
    if callable(row.torch):
        return lambda *arguments, **settings: row.torch(torch, *arguments, **settings)
    found = torch
    for part in row.torch.split("."):
        found = getattr(found, part)
    return found


def leaves(arguments, settings):
    return [t for t in flat([*arguments, *settings.values()]) if getattr(t, "requires_grad", False)]
