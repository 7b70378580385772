"""What layers compute, as functions: `from autograd_engine.nn import functional as F`.

They are the operators that `ops` declares for this place, under PyTorch's names and signatures; here stand those
whose arguments differ from the operator's of the same name.
"""

from __future__ import annotations

import warnings
from typing import Any

import autograd_engine.nn.operators as _operators

from ..engine.inplace import replace
from ..ops import piecewise
from ..ops import softmax as softmax_ops
from ..tensor import Tensor
from .operators import *

__all__ = ["log_softmax", "relu", "softmax", "softmin"]
__all__ += _operators.__all__


def relu(input: Any, inplace: bool = False) -> Tensor:
    """max(x, 0), with derivative 0 at 0; with `inplace` the result also replaces the input's values."""
    out = piecewise.relu(input)
    return replace(input, out, "relu_") if inplace else out


def _implicit_dim(ndim: int, name: str) -> int:
    dim = 0 if ndim in (0, 1, 3) else 1
    warnings.warn(
        f"{name}: the dimension was left out; taking dim={dim}, pass it to say which is meant", stacklevel=3
    )
    return dim


def softmax(input: Any, dim: int | None = None, *, dtype: Any = None) -> Tensor:
    """e^x / sum e^x along `dim`, which does not overflow.

    Warns:
        UserWarning: `dim` is left out; then it is 0 for inputs of 0, 1 or 3 dimensions, else 1.
    """
    return softmax_ops.softmax(input, _implicit_dim(input.ndim, "softmax") if dim is None else dim, dtype=dtype)


def log_softmax(input: Any, dim: int | None = None, *, dtype: Any = None) -> Tensor:
    """log softmax(x) along `dim`, which does not overflow.

    Warns:
        UserWarning: `dim` is left out, as for `softmax`.
    """
    return softmax_ops.log_softmax(
        input, _implicit_dim(input.ndim, "log_softmax") if dim is None else dim, dtype=dtype
    )


def softmin(input: Any, dim: int | None = None, *, dtype: Any = None) -> Tensor:
    """`softmax` of -x along `dim`.

    Warns:
        UserWarning: `dim` is left out, as for `softmax`.
    """
    return softmax_ops.softmax(-input, _implicit_dim(input.ndim, "softmin") if dim is None else dim, dtype=dtype)
