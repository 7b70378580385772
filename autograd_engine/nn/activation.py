"""Activation functions as modules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..tensor import Tensor
from ..tensor.creation import full
from . import functional as F
from .configured import Configured, layer
from .linear import Linear
from .module import Module
from .parameter import Parameter

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GLU",
    "SELU",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "LeakyReLU",
    "LogSigmoid",
    "LogSoftmax",
    "Maxout",
    "Mish",
    "PReLU",
    "RReLU",
    "ReLU",
    "ReLU6",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softmax2d",
    "Softmin",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Tanh",
    "Tanhshrink",
    "Threshold",
]

# --------------------------------------------------------------------------------- without settings


@layer(F.sigmoid)
class Sigmoid(Configured):
    """1 / (1 + e^-x)."""


@layer(F.tanh)
class Tanh(Configured):
    """The hyperbolic tangent."""


@layer(F.tanhshrink)
class Tanhshrink(Configured):
    """x - tanh(x)."""


@layer(F.softsign)
class Softsign(Configured):
    """x / (1 + |x|)."""


@layer(F.logsigmoid)
class LogSigmoid(Configured):
    """log(1 / (1 + e^-x)), which does not overflow."""


class Softmax2d(Module):
    """Softmax over the channels at each place of an image, (N, C, H, W) or (C, H, W).

    Raises:
        ValueError: another number of dimensions.
    """

    def forward(self, input: Any) -> Tensor:
        """Apply over the channels."""
        if input.ndim not in (3, 4):
            raise ValueError(f"Softmax2d: expected an input (N, C, H, W) or (C, H, W), got shape {input.shape}")
        return F.softmax(input, -3)


# ------------------------------------------------------------------------------- maybe in place


@layer(F.relu)
class ReLU(Configured):
    """max(x, 0), with derivative 0 at 0; with `inplace` the result also replaces the input's values."""

    inplace: bool = False


@layer(F.relu6)
class ReLU6(Configured):
    """x limited to [0, 6], with derivative 0 at both ends."""

    inplace: bool = False


@layer(F.selu)
class SELU(Configured):
    """1.0507 x where x > 0, else 1.7581 (e^x - 1), which keeps mean 0 and variance 1 through deep networks."""

    inplace: bool = False


@layer(F.silu)
class SiLU(Configured):
    """x sigmoid(x), also called swish."""

    inplace: bool = False


@layer(F.mish)
class Mish(Configured):
    """x tanh(softplus(x))."""

    inplace: bool = False


@layer(F.hardsigmoid)
class Hardsigmoid(Configured):
    """x / 6 + 1/2, limited to [0, 1]."""

    inplace: bool = False


@layer(F.hardswish)
class Hardswish(Configured):
    """x hardsigmoid(x)."""

    inplace: bool = False


# ---------------------------------------------------------------------------------- with settings


@layer(F.elu)
class ELU(Configured):
    """x where x > 0, else alpha (e^x - 1)."""

    alpha: float = 1.0
    inplace: bool = False


@layer(F.celu)
class CELU(Configured):
    """x where x > 0, else alpha (e^(x/alpha) - 1)."""

    alpha: float = 1.0
    inplace: bool = False


@layer(F.gelu)
class GELU(Configured):
    """x P(Z < x) for a standard normal Z; with approximate="tanh" by a formula without the error function."""

    approximate: str = "none"


@layer(F.leaky_relu)
class LeakyReLU(Configured):
    """x where x > 0, else negative_slope x."""

    negative_slope: float = 0.01
    inplace: bool = False


@layer(F.rrelu)
class RReLU(Configured):
    """x where x > 0, else a x: in training each element draws its a from [lower, upper), else a is their mean."""

    lower: float = 1 / 8
    upper: float = 1 / 3
    inplace: bool = False


@layer(F.hardtanh)
class Hardtanh(Configured):
    """x limited to [min_val, max_val], with derivative 0 at both ends.

    Raises:
        ValueError: min_val exceeds max_val.
    """

    min_val: float = -1.0
    max_val: float = 1.0
    inplace: bool = False


@layer(F.threshold)
class Threshold(Configured):
    """x where it exceeds the threshold, else `value`."""

    threshold: float
    value: float
    inplace: bool = False


@layer(F.softplus)
class Softplus(Configured):
    """log(1 + e^(beta x)) / beta; x itself where beta x exceeds the threshold."""

    beta: float = 1.0
    threshold: float = 20.0


@dataclass(repr=False, eq=False)
class _Shrink(Configured):
    lambd: float = 0.5

    def extra_repr(self) -> str:
        """The bound."""
        return str(self.lambd)


@layer(F.hardshrink)
class Hardshrink(_Shrink):
    """x, but 0 where |x| <= lambd."""


@layer(F.softshrink)
class Softshrink(_Shrink):
    """x moved toward 0 by lambd, 0 where |x| <= lambd.

    Raises:
        ValueError: lambd is negative.
    """


# --------------------------------------------------------------------------------- along a dimension


@layer(F.glu)
class GLU(Configured):
    """a sigmoid(b), where a and b are the halves of the input along `dim`.

    Raises:
        ValueError: the size along `dim` is odd.
    """

    dim: int = -1


@layer(F.softmax)
class Softmax(Configured):
    """e^x / sum e^x along `dim`: positive numbers that add up to 1."""

    dim: int | None = None


@layer(F.softmin)
class Softmin(Configured):
    """Softmax of -x along `dim`."""

    dim: int | None = None


@layer(F.log_softmax)
class LogSoftmax(Configured):
    """log softmax(x) along `dim`, which does not overflow."""

    dim: int | None = None


# ------------------------------------------------------------------------------- with parameters


class PReLU(Module):
    """x where x > 0, else a x, where the slopes a are learned.

    Shapes: (N, C, ...); the weight (num_parameters,), with 1 or C of them.

    Args:
        num_parameters: 1 for one slope, or the number of channels for one each.
        init: what the slopes start from.
    """

    weight: Parameter

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        self.num_parameters = num_parameters
        self.weight = Parameter(full((num_parameters,), init, dtype=dtype, device=device))

    def forward(self, input: Any) -> Tensor:
        """Apply elementwise."""
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        """The number of slopes."""
        return f"num_parameters={self.num_parameters}"


class Maxout(Linear):
    """max_j (x W_j^T + b_j): the largest of several affine maps. So the activation function is learned too.

    Shapes: (..., in_features) -> (..., out_features). The weight is (out_features * pieces, in_features), with the
    pieces of an output in neighbouring rows; weight and bias start as those of `Linear`.

    Args:
        pieces: how many maps each output chooses from.
        bias: whether to add b.

    Example:
        >>> Maxout(3, 2, pieces=4)(ones(5, 3)).shape
        (5, 2)

    Source: Goodfellow et al., Maxout networks, 2013.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        pieces: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(in_features, out_features * pieces, bias, device, dtype)
        self.out_features = out_features
        self.pieces = pieces

    def forward(self, input: Any) -> Tensor:
        """Apply the maps and take the largest."""
        return F.maxout(F.linear(input, self.weight, self.bias), self.pieces)

    def extra_repr(self) -> str:
        """The sizes."""
        return f"{super().extra_repr()}, pieces={self.pieces}"
