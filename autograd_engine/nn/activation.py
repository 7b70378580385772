"""Activation functions as modules."""

from __future__ import annotations

from typing import Any

from ..tensor.creation import full
from . import functional as F
from .configured import Configured
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


class Sigmoid(Module):
    """1 / (1 + e^-x)."""

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.sigmoid(input)


class Tanh(Module):
    """The hyperbolic tangent."""

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.tanh(input)


class Tanhshrink(Module):
    """x - tanh(x)."""

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.tanhshrink(input)


class Softsign(Module):
    """x / (1 + |x|)."""

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.softsign(input)


class LogSigmoid(Module):
    """log(1 / (1 + e^-x)), which does not overflow."""

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.logsigmoid(input)


class Softmax2d(Module):
    """Softmax over the channels at each place of an image, (N, C, H, W) or (C, H, W).

    Raises:
        ValueError: another number of dimensions.
    """

    def forward(self, input: Any) -> Any:
        """Apply over the channels."""
        if input.ndim not in (3, 4):
            raise ValueError(f"Softmax2d: expected an input (N, C, H, W) or (C, H, W), got shape {input.shape}")
        return F.softmax(input, -3)


# ------------------------------------------------------------------------------- maybe in place


class _MaybeInPlace(Configured):
    """With `inplace` the result also replaces the input's values."""

    inplace: bool

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(inplace=inplace)


class ReLU(_MaybeInPlace):
    """max(x, 0), with derivative 0 at 0; with `inplace` the result also replaces the input's values."""

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.relu(input, self.inplace)


class ReLU6(_MaybeInPlace):
    """x limited to [0, 6], with derivative 0 at both ends."""

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.relu6(input, self.inplace)


class SELU(_MaybeInPlace):
    """1.0507 x where x > 0, else 1.7581 (e^x - 1), which keeps mean 0 and variance 1 through deep networks."""

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.selu(input, self.inplace)


class SiLU(_MaybeInPlace):
    """x sigmoid(x), also called swish."""

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.silu(input, self.inplace)


class Mish(_MaybeInPlace):
    """x tanh(softplus(x))."""

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.mish(input, self.inplace)


class Hardsigmoid(_MaybeInPlace):
    """x / 6 + 1/2, limited to [0, 1]."""

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.hardsigmoid(input, self.inplace)


class Hardswish(_MaybeInPlace):
    """x hardsigmoid(x)."""

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.hardswish(input, self.inplace)


# ---------------------------------------------------------------------------------- with settings


class ELU(Configured):
    """x where x > 0, else alpha (e^x - 1)."""

    alpha: float
    inplace: bool

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__(alpha=alpha, inplace=inplace)

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.elu(input, self.alpha, self.inplace)


class CELU(Configured):
    """x where x > 0, else alpha (e^(x/alpha) - 1)."""

    alpha: float
    inplace: bool

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__(alpha=alpha, inplace=inplace)

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.celu(input, self.alpha, self.inplace)


class GELU(Configured):
    """x P(Z < x) for a standard normal Z; with approximate="tanh" by a formula without the error function."""

    approximate: str

    def __init__(self, approximate: str = "none") -> None:
        super().__init__(approximate=approximate)

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.gelu(input, self.approximate)


class LeakyReLU(Configured):
    """x where x > 0, else negative_slope x."""

    negative_slope: float
    inplace: bool

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__(negative_slope=negative_slope, inplace=inplace)

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.leaky_relu(input, self.negative_slope, self.inplace)


class RReLU(Configured):
    """x where x > 0, else a x: in training each element draws its a from [lower, upper), else a is their mean."""

    lower: float
    upper: float
    inplace: bool

    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3, inplace: bool = False) -> None:
        super().__init__(lower=lower, upper=upper, inplace=inplace)

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)


class Hardtanh(Configured):
    """x limited to [min_val, max_val], with derivative 0 at both ends.

    Raises:
        ValueError: min_val exceeds max_val.
    """

    min_val: float
    max_val: float
    inplace: bool

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        super().__init__(min_val=min_val, max_val=max_val, inplace=inplace)

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)


class Threshold(Configured):
    """x where it exceeds the threshold, else `value`."""

    threshold: float
    value: float
    inplace: bool

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__(threshold=threshold, value=value, inplace=inplace)

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.threshold(input, self.threshold, self.value, self.inplace)


class Softplus(Configured):
    """log(1 + e^(beta x)) / beta; x itself where beta x exceeds the threshold."""

    beta: float
    threshold: float

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__(beta=beta, threshold=threshold)

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.softplus(input, self.beta, self.threshold)


class _Shrink(Configured):
    lambd: float

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__(lambd=lambd)

    def extra_repr(self) -> str:
        """The bound."""
        return str(self.lambd)


class Hardshrink(_Shrink):
    """x, but 0 where |x| <= lambd."""

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.hardshrink(input, self.lambd)


class Softshrink(_Shrink):
    """x moved toward 0 by lambd, 0 where |x| <= lambd.

    Raises:
        ValueError: lambd is negative.
    """

    def forward(self, input: Any) -> Any:
        """Apply elementwise."""
        return F.softshrink(input, self.lambd)


# --------------------------------------------------------------------------------- along a dimension


class GLU(Configured):
    """a sigmoid(b), where a and b are the halves of the input along `dim`.

    Raises:
        ValueError: the size along `dim` is odd.
    """

    dim: int

    def __init__(self, dim: int = -1) -> None:
        super().__init__(dim=dim)

    def forward(self, input: Any) -> Any:
        """Gate one half with the other."""
        return F.glu(input, self.dim)


class _Along(Configured):
    dim: int | None

    def __init__(self, dim: int | None = None) -> None:
        super().__init__(dim=dim)


class Softmax(_Along):
    """e^x / sum e^x along `dim`: positive numbers that add up to 1."""

    def forward(self, input: Any) -> Any:
        """Apply along the dimension."""
        return F.softmax(input, self.dim)


class Softmin(_Along):
    """Softmax of -x along `dim`."""

    def forward(self, input: Any) -> Any:
        """Apply along the dimension."""
        return F.softmin(input, self.dim)


class LogSoftmax(_Along):
    """log softmax(x) along `dim`, which does not overflow."""

    def forward(self, input: Any) -> Any:
        """Apply along the dimension."""
        return F.log_softmax(input, self.dim)


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

    def forward(self, input: Any) -> Any:
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

    def forward(self, input: Any) -> Any:
        """Apply the maps and take the largest."""
        return F.maxout(F.linear(input, self.weight, self.bias), self.pieces)

    def extra_repr(self) -> str:
        """The sizes."""
        return f"{super().extra_repr()}, pieces={self.pieces}"
