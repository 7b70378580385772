"""What the tests of the functional transforms share: points, and comparisons of results."""

import gc
from typing import NamedTuple

import numpy as np

import autograd_engine as ag
from autograd_engine.engine.graph import Node


def f64(data, requires_grad=False):
    return ag.tensor(np.array(data, np.float64), requires_grad=requires_grad)


def array(tensor):
    return np.array(tensor.detach().array)


def nodes_alive():
    """How many nodes the interpreter holds; by type, since isinstance makes lazy objects of other libraries act."""
    return sum(issubclass(type(o), Node) for o in gc.get_objects())


RANDOM = np.random.default_rng(3)
X = RANDOM.standard_normal(4)
A = RANDOM.standard_normal((4, 4))


def same(ours, expected):
    """The same structure, values, shapes and dtypes; `expected` holds NumPy arrays or torch tensors."""
    if isinstance(expected, dict):
        assert ours.keys() == expected.keys()
        for key in expected:
            same(ours[key], expected[key])
    elif isinstance(expected, (list, tuple)):
        assert type(ours).__name__ == type(expected).__name__
        for a, b in zip(ours, expected, strict=True):
            same(a, b)
    else:
        expected = expected.detach().numpy() if hasattr(expected, "detach") else expected
        assert ours.shape == expected.shape
        assert ours.dtype == expected.dtype
        rtol, atol = (1e-5, 1e-6) if ours.dtype == np.float32 else (1e-10, 1e-12)
        np.testing.assert_allclose(array(ours), expected, rtol, atol)


class Pair(NamedTuple):
    first: object
    second: object


VECTOR, OTHER = X.astype(np.float32), (X[::-1] * 2).astype(np.float32)
