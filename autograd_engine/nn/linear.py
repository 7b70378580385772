"""Affine and bilinear maps; and the identity, which stands in for any of them."""

from __future__ import annotations

import math
from typing import Any

from ..ops.linear_algebra.products import bilinear, linear
from ..tensor import Tensor
from ..tensor.creation import empty
from . import init
from .module import Module
from .parameter import Parameter

__all__ = ["Bilinear", "Identity", "Linear"]


class Linear(Module):
    """y = x W^T + b.

    Shapes: (..., in_features) -> (..., out_features). The weight is (out_features, in_features); weight and
    bias start uniform on [-k, k] with k = 1 / sqrt(in_features), as in PyTorch.

    Args:
        bias: whether to add b.

    Raises:
        ValueError: the input's last dimension is not in_features.
        TypeError: the input's dtype is not the weight's.

    Example:
        >>> Linear(3, 2)(ones(5, 3)).shape
        (5, 2)
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(empty(out_features, in_features, dtype=dtype, device=device))
        self.bias = Parameter(empty(out_features, dtype=dtype, device=device)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new initial values."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features) if self.in_features else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Any) -> Tensor:
        """Apply the map."""
        try:
            return linear(input, self.weight, self.bias)
        except AttributeError as error:
            if hasattr(input, "dtype"):
                raise
            raise TypeError(f"{self!r} takes a tensor or an array, not a {type(input).__name__}") from error
        except ValueError as error:
            raise ValueError(
                f"{self!r} takes inputs whose last dimension is {self.in_features}, got shape {tuple(input.shape)}"
            ) from error

    def extra_repr(self) -> str:
        """The sizes."""
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"

    def _flops(self, inputs: tuple[Any, ...], output: Any) -> int:
        return 2 * self.in_features * math.prod(output.shape)


NonDynamicallyQuantizableLinear = Linear
"""The name in PyTorch of the last layer of an attention, for programs that ask for it."""


class Bilinear(Module):
    """y[o] = x1^T W[o] x2 + b[o].

    Shapes: (..., in1_features) and (..., in2_features) -> (..., out_features). The weight is (out_features,
    in1_features, in2_features); weight and bias start uniform on [-k, k] with k = 1 / sqrt(in1_features).

    Args:
        bias: whether to add b.

    Raises:
        ValueError: the last dimensions of the inputs are other than in1_features and in2_features, their leading
            dimensions differ, or in1_features is not positive.

    Example:
        >>> Bilinear(3, 4, 2)(ones(5, 3), ones(5, 4)).shape
        (5, 2)
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if in1_features <= 0:
            raise ValueError(f"in1_features must be positive, not {in1_features}")
        self.in1_features = in1_features
        self.in2_features = in2_features
        self.out_features = out_features
        self.weight = Parameter(empty(out_features, in1_features, in2_features, dtype=dtype, device=device))
        self.bias = Parameter(empty(out_features, dtype=dtype, device=device)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new initial values."""
        bound = 1 / math.sqrt(self.in1_features)
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1: Any, input2: Any) -> Tensor:
        """Apply the map."""
        return bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        """The sizes."""
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
            f"out_features={self.out_features}, bias={self.bias is not None}"
        )

    def _flops(self, inputs: tuple[Any, ...], output: Any) -> int:
        return 2 * (self.in1_features + 1) * self.in2_features * math.prod(output.shape)


class Identity(Module):
    """Returns its input. The constructor accepts and ignores any arguments, so that it can replace any layer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Any) -> Tensor:
        """Return the input."""
        return input
