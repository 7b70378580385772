"""What layers compute, as functions: `from autograd_engine.nn import functional as F`.

They are the operations in `ops` under PyTorch's names and signatures.
"""

from __future__ import annotations

import warnings
from typing import Any

from ..backend.arrays import Array
from ..engine.inplace import in_place, replace
from ..ops import piecewise
from ..ops import softmax as softmax_ops
from ..ops.linear_algebra.distances import cosine_similarity, normalize, pairwise_distance
from ..ops.linear_algebra.products import bilinear, linear
from ..ops.losses.binary import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    multilabel_soft_margin_loss,
    soft_margin_loss,
)
from ..ops.losses.classification import cross_entropy, kl_div, nll_loss
from ..ops.losses.ctc import ctc_loss
from ..ops.losses.margin import (
    cosine_embedding_loss,
    hinge_embedding_loss,
    hinge_loss,
    margin_ranking_loss,
    multi_margin_loss,
    multilabel_margin_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from ..ops.losses.regression import (
    gaussian_nll_loss,
    huber_loss,
    l1_loss,
    mse_loss,
    poisson_nll_loss,
    smooth_l1_loss,
)
from ..ops.masks import one_hot
from ..ops.math import sigmoid, tanh
from ..ops.network.activation import (
    celu,
    elu,
    gelu,
    glu,
    gumbel_softmax,
    hardshrink,
    hardsigmoid,
    hardswish,
    hardtanh,
    leaky_relu,
    logsigmoid,
    maxout,
    mish,
    prelu,
    relu6,
    rrelu,
    selu,
    silu,
    softplus,
    softshrink,
    softsign,
    tanhshrink,
    threshold,
)
from ..ops.network.dropout import alpha_dropout, dropout, dropout1d, dropout2d, dropout3d, feature_alpha_dropout
from ..ops.network.embedding import embedding, embedding_bag
from ..ops.network.norm import batch_norm, group_norm, instance_norm, layer_norm, local_response_norm, rms_norm
from ..ops.network.padding import pad
from ..ops.network.resample import channel_shuffle, interpolate, pixel_shuffle, pixel_unshuffle

__all__ = [
    "alpha_dropout",
    "batch_norm",
    "bilinear",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "celu",
    "celu_",
    "channel_shuffle",
    "cosine_embedding_loss",
    "cosine_similarity",
    "cross_entropy",
    "ctc_loss",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "elu",
    "elu_",
    "embedding",
    "embedding_bag",
    "feature_alpha_dropout",
    "gaussian_nll_loss",
    "gelu",
    "glu",
    "group_norm",
    "gumbel_softmax",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hardtanh_",
    "hinge_embedding_loss",
    "hinge_loss",
    "huber_loss",
    "instance_norm",
    "interpolate",
    "kl_div",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "leaky_relu_",
    "linear",
    "local_response_norm",
    "log_softmax",
    "logsigmoid",
    "margin_ranking_loss",
    "maxout",
    "mish",
    "mse_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "nll_loss",
    "normalize",
    "one_hot",
    "pad",
    "pairwise_distance",
    "pixel_shuffle",
    "pixel_unshuffle",
    "poisson_nll_loss",
    "prelu",
    "relu",
    "relu6",
    "relu_",
    "rms_norm",
    "rrelu",
    "rrelu_",
    "selu",
    "selu_",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "soft_margin_loss",
    "softmax",
    "softmin",
    "softplus",
    "softshrink",
    "softsign",
    "tanh",
    "tanhshrink",
    "threshold",
    "threshold_",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]


def relu(input: Array, inplace: bool = False) -> Array:
    """max(x, 0), with derivative 0 at 0; with `inplace` the result also replaces the input's values."""
    out = piecewise.relu(input)
    return replace(input, out, "relu_") if inplace else out


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


def softmin(input: Array, dim: int | None = None, *, dtype: Any = None) -> Array:
    """`softmax` of -x along `dim`.

    Warns:
        UserWarning: `dim` is left out, as for `softmax`.
    """
    return softmax_ops.softmax(-input, _implicit_dim(input.ndim, "softmin") if dim is None else dim, dtype=dtype)


celu_, elu_, hardtanh_, leaky_relu_, relu_, rrelu_, selu_, threshold_ = (
    in_place(function) for function in (celu, elu, hardtanh, leaky_relu, relu, rrelu, selu, threshold)
)
