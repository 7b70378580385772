"""What layers compute, as functions: `from autograd_engine.nn import functional as F`.

They are the operations in `ops` under PyTorch's names and signatures.
"""

from __future__ import annotations

import warnings
from typing import Any

from ..backend.arrays import Array
from ..ops import math, reduce
from ..ops.classification import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    kl_div,
    multilabel_soft_margin_loss,
    nll_loss,
    soft_margin_loss,
)
from ..ops.ctc import ctc_loss
from ..ops.linalg import linear
from ..ops.loss import gaussian_nll_loss, huber_loss, l1_loss, mse_loss, poisson_nll_loss, smooth_l1_loss
from ..ops.margin import (
    cosine_embedding_loss,
    hinge_embedding_loss,
    hinge_loss,
    margin_ranking_loss,
    multi_margin_loss,
    multilabel_margin_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from ..ops.math import sigmoid, silu, tanh
from ..ops.norm import batch_norm, group_norm, instance_norm, layer_norm, local_response_norm, rms_norm

__all__ = [
    "batch_norm",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cosine_embedding_loss",
    "cross_entropy",
    "ctc_loss",
    "gaussian_nll_loss",
    "group_norm",
    "hinge_embedding_loss",
    "hinge_loss",
    "huber_loss",
    "instance_norm",
    "kl_div",
    "l1_loss",
    "layer_norm",
    "linear",
    "local_response_norm",
    "log_softmax",
    "margin_ranking_loss",
    "mse_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "nll_loss",
    "poisson_nll_loss",
    "relu",
    "rms_norm",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "soft_margin_loss",
    "softmax",
    "tanh",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
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
    return reduce.softmax(input, _implicit_dim(input.ndim, "softmax") if dim is None else dim, dtype=dtype)


def log_softmax(input: Array, dim: int | None = None, *, dtype: Any = None) -> Array:
    """log softmax(x) along `dim`, which does not overflow.

    Warns:
        UserWarning: `dim` is left out, as for `softmax`.
    """
    return reduce.log_softmax(input, _implicit_dim(input.ndim, "log_softmax") if dim is None else dim, dtype=dtype)
