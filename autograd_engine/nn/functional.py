"""What layers compute, as functions: `from autograd_engine.nn import functional as F`.

They are the operations in `ops` under PyTorch's names and signatures.
"""

from __future__ import annotations

import warnings
from typing import Any

from ..backend.arrays import Array
from ..ops import math
from ..ops import softmax as softmax_ops
from ..ops.index import one_hot
from ..ops.linalg import bilinear, linear
from ..ops.loss import cross_entropy, l1_loss, mse_loss, nll_loss
from ..ops.math import sigmoid, silu, tanh

__all__ = [
    "bilinear",
    "cross_entropy",
    "l1_loss",
    "linear",
    "log_softmax",
    "mse_loss",
    "nll_loss",
    "one_hot",
    "relu",
    "sigmoid",
    "silu",
    "softmax",
    "tanh",
]


def relu(input: Array, inplace: bool = False) -> Array:
    """max(x, 0), with derivative 0 at 0; with `inplace` the result also replaces the input's values."""
    return input.relu_() if inplace else math.relu(input)


def _implicit_dim(ndim: int, name: str) -> int:
    dim = 0 if ndim in (0, 1, 3) else 1
    warnings.warn(
        f"{name}: the dimension was left out; taking dim={dim}, pass it to say which is meant", stacklevel=3
    )
    return dim


def softmax(input: Array, dim: int | None = None, *, dtype: Any = None) -> Array:
    """e^x / sum e^x along `dim`, which does not overflow.

    Warns:
        UserWarning: `dim` is left out; then it is 0 for inputs of 0, 1 or 3 dimensions, else 1.
    """
    return softmax_ops.softmax(input, _implicit_dim(input.ndim, "softmax") if dim is None else dim, dtype=dtype)


def log_softmax(input: Array, dim: int | None = None, *, dtype: Any = None) -> Array:
    """log softmax(x) along `dim`, which does not overflow.

    Warns:
        UserWarning: `dim` is left out, as for `softmax`.
    """
    return softmax_ops.log_softmax(
        input, _implicit_dim(input.ndim, "log_softmax") if dim is None else dim, dtype=dtype
    )
