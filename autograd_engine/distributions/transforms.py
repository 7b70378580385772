"""Transforms: invertible functions of random numbers, which know how they stretch volumes.

y = T(x) has the log density log p(x) - log |dy/dx|, and `log_abs_det_jacobian(x, y)` is the last term.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..ops.network.activation import softplus
from ..ops.softmax import softmax
from ..tensor import Tensor
from . import constraints
from .constraints import Constraint

__all__ = [
    "AffineTransform",
    "ComposeTransform",
    "ExpTransform",
    "PowerTransform",
    "SigmoidTransform",
    "SoftmaxTransform",
    "SoftplusTransform",
    "TanhTransform",
    "Transform",
    "identity_transform",
]


class Transform:
    """An invertible function.

    A subclass defines `_call`, `_inverse` and `log_abs_det_jacobian`.

    Attributes:
        domain, codomain: which values it takes, and which it gives.
        inv: the inverse function.

    Args:
        cache_size: of PyTorch's, which may keep the last result to invert it exactly; it has no effect.
    """

    domain: Constraint = constraints.real
    codomain: Constraint = constraints.real
    bijective = True

    def __init__(self, cache_size: int = 0) -> None:
        self._cache_size = cache_size

    def __call__(self, x: Tensor) -> Tensor:
        """y of x."""
        return self._call(x)

    def _call(self, x: Tensor) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} does not define _call")

    def _inverse(self, y: Tensor) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} does not define _inverse")

    @property
    def inv(self) -> Transform:
        """The inverse function."""
        return _Inverse(self)

    @property
    def sign(self) -> int:
        """1 if it rises, -1 if it falls."""
        raise NotImplementedError(f"{type(self).__name__} neither rises nor falls everywhere")

    @property
    def event_dim(self) -> int:
        """How many dimensions belong to one argument."""
        return max(self.domain.event_dim, self.codomain.event_dim)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        """log |dy/dx|, where y is T(x)."""
        raise NotImplementedError(f"{type(self).__name__} does not define log_abs_det_jacobian")

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class _Inverse(Transform):
    """The inverse of another transform."""

    def __init__(self, transform: Transform) -> None:
        super().__init__()
        self.transform = transform
        self.domain, self.codomain = transform.codomain, transform.domain

    @property
    def inv(self) -> Transform:
        """The transform itself."""
        return self.transform

    @property
    def sign(self) -> int:
        """As the transform's."""
        return self.transform.sign

    def _call(self, x: Tensor) -> Tensor:
        return self.transform._inverse(x)

    def _inverse(self, y: Tensor) -> Tensor:
        return self.transform(y)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        """The negative of the transform's."""
        return -self.transform.log_abs_det_jacobian(y, x)


class ComposeTransform(Transform):
    """Transforms one after the other."""

    def __init__(self, parts: Sequence[Transform], cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.parts = list(parts)
        if self.parts:
            self.domain, self.codomain = self.parts[0].domain, self.parts[-1].codomain

    @property
    def event_dim(self) -> int:
        """That of the widest part."""
        return max((part.event_dim for part in self.parts), default=0)

    @property
    def sign(self) -> int:
        """The product of the parts'."""
        return math.prod(part.sign for part in self.parts)

    def _call(self, x: Tensor) -> Tensor:
        for part in self.parts:
            x = part(x)
        return x

    def _inverse(self, y: Tensor) -> Tensor:
        for part in reversed(self.parts):
            y = part._inverse(y)
        return y

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        """The sum of the parts'."""
        total: Any = x.sum(tuple(range(x.ndim - self.event_dim, x.ndim))) * 0 if self.event_dim else x * 0
        for part in self.parts:
            image = part(x)
            found = part.log_abs_det_jacobian(x, image)
            extra = self.event_dim - part.event_dim
            total = total + (found.sum(tuple(range(found.ndim - extra, found.ndim))) if extra else found)
            x = image
        return total

    def __repr__(self) -> str:
        return f"ComposeTransform({self.parts!r})"


identity_transform = ComposeTransform([])


class ExpTransform(Transform):
    """y = e^x."""

    codomain = constraints.positive
    sign = 1

    def _call(self, x: Tensor) -> Tensor:
        return x.exp()

    def _inverse(self, y: Tensor) -> Tensor:
        return y.log()

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        """x."""
        return x


class PowerTransform(Transform):
    """y = x^exponent, of positive numbers."""

    domain = codomain = constraints.positive

    def __init__(self, exponent: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.exponent = exponent

    @property
    def sign(self) -> int:
        """Whether the exponent is positive."""
        return 1 if self.exponent > 0 else -1

    def _call(self, x: Tensor) -> Tensor:
        return x**self.exponent

    def _inverse(self, y: Tensor) -> Tensor:
        return y ** (1 / self.exponent)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        """log |exponent y / x|."""
        return (self.exponent * y / x).abs().log()


class SigmoidTransform(Transform):
    """y = 1 / (1 + e^-x)."""

    codomain = constraints.unit_interval
    sign = 1

    def _call(self, x: Tensor) -> Tensor:
        return x.sigmoid()

    def _inverse(self, y: Tensor) -> Tensor:
        return y.log() - (-y).log1p()

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        """-log(1 + e^x) - log(1 + e^-x)."""
        return -softplus(-x) - softplus(x)


class TanhTransform(Transform):
    """y = tanh x."""

    codomain = constraints.interval(-1.0, 1.0)
    sign = 1

    def _call(self, x: Tensor) -> Tensor:
        return x.tanh()

    def _inverse(self, y: Tensor) -> Tensor:
        return y.atanh()

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        """log(1 - tanh^2 x), without cancellation."""
        return 2 * (math.log(2) - x - softplus(-2 * x))


class SoftplusTransform(Transform):
    """y = log(1 + e^x)."""

    codomain = constraints.positive
    sign = 1

    def _call(self, x: Tensor) -> Tensor:
        return softplus(x)

    def _inverse(self, y: Tensor) -> Tensor:
        return (-(-y).expm1()).log() + y

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        """-log(1 + e^-x)."""
        return -softplus(-x)


class SoftmaxTransform(Transform):
    """y = softmax(x), of vectors. It is not invertible: a constant may be added to x."""

    domain = constraints.real_vector
    codomain = constraints.simplex
    bijective = False

    def _call(self, x: Tensor) -> Tensor:
        return softmax(x, -1)

    def _inverse(self, y: Tensor) -> Tensor:
        return y.log()


class AffineTransform(Transform):
    """y = loc + scale x.

    Args:
        loc, scale: numbers or tensors.
        event_dim: how many dimensions belong to one argument.
    """

    def __init__(self, loc: Any, scale: Any, event_dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.loc, self.scale, self._event_dim = loc, scale, event_dim

    @property
    def event_dim(self) -> int:
        """How many dimensions belong to one argument."""
        return self._event_dim

    @property
    def sign(self) -> Any:
        """The sign of the scale."""
        return self.scale.sign() if isinstance(self.scale, Tensor) else 1 if self.scale > 0 else -1

    def _call(self, x: Tensor) -> Tensor:
        return self.loc + self.scale * x

    def _inverse(self, y: Tensor) -> Tensor:
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        """log |scale|, once for each number."""
        scale = self.scale
        stretch = scale.abs().log() if isinstance(scale, Tensor) else math.log(abs(scale))
        each: Tensor = x * 0 + stretch
        return each.sum(tuple(range(each.ndim - self.event_dim, each.ndim))) if self.event_dim else each
