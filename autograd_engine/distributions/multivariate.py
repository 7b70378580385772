"""The normal distribution of vectors, by the triangular factor of its covariance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Self

from ..ops.dims import broadcast_shapes
from ..ops.linear_algebra.triangular import cholesky, cholesky_inverse, solve_triangular
from ..tensor import Tensor
from ..tensor.creation import eye
from . import constraints
from .constraints import Constraint
from .continuous import normal_like
from .distribution import Distribution

__all__ = ["MultivariateNormal"]


class MultivariateNormal(Distribution):
    """The normal distribution of vectors with this mean and covariance.

    Args:
        loc: the mean, (..., n).
        covariance_matrix: (..., n, n), positive definite; or instead
        precision_matrix: its inverse; or
        scale_tril: its lower triangular factor L, of which it is L L^T.

    Raises:
        ValueError: none of the three was given, or more than one; or a matrix is not positive definite.

    Example:
        >>> d = ag.distributions.MultivariateNormal(ag.zeros(2), ag.eye(2))
        >>> d.log_prob(ag.zeros(2))
        tensor(-1.8379)
    """

    arg_constraints: ClassVar = {
        "loc": constraints.real_vector,
        "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
    }
    has_rsample = True
    loc: Tensor

    def __init__(
        self,
        loc: Tensor,
        covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None,
        scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        named = {
            "covariance_matrix": covariance_matrix,
            "precision_matrix": precision_matrix,
            "scale_tril": scale_tril,
        }
        given = {name: value for name, value in named.items() if value is not None}
        if len(given) != 1:
            raise ValueError(
                f"MultivariateNormal: give one of {', '.join(named)}; got {', '.join(given) or 'none'}"
            )
        ((name, matrix),) = given.items()
        if loc.ndim < 1 or matrix.ndim < 2:
            raise ValueError(
                "MultivariateNormal: loc must be a vector, and the matrix a matrix, or batches of them"
            )
        batch = broadcast_shapes(loc.shape[:-1], matrix.shape[:-2])
        self.loc = loc.expand(*batch, loc.shape[-1])
        self.__dict__[name] = matrix.expand(*batch, *matrix.shape[-2:])
        super().__init__(batch, loc.shape[-1:], validate_args)
        if name == "scale_tril":
            self._factor = matrix
        elif name == "covariance_matrix":
            self._factor = cholesky(matrix)
        else:
            reversed_factor = cholesky(matrix.flip((-2, -1))).flip((-2, -1)).mT
            identity = matrix * 0 + _identity(matrix)
            self._factor = solve_triangular(reversed_factor, identity, upper=False)

    def __getattr__(self, name: str) -> Any:
        """The matrices that were not given."""
        factor = self.__dict__.get("_factor")
        if factor is not None and name in self.arg_constraints:
            whole = (*self._batch_shape, *self._event_shape, *self._event_shape)
            if name == "scale_tril":
                return factor.expand(*whole)
            return (factor @ factor.mT if name == "covariance_matrix" else cholesky_inverse(factor)).expand(*whole)
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def expand(self, batch_shape: Sequence[int]) -> Self:
        """The same distributions, repeated to fill `batch_shape`."""
        n = self.event_shape[0]
        loc, factor = self.loc.expand(*batch_shape, n), self.scale_tril.expand(*batch_shape, n, n)
        return type(self)(loc, scale_tril=factor, validate_args=False)

    @property
    def support(self) -> Constraint:
        """All vectors."""
        return constraints.real_vector

    @property
    def mean(self) -> Tensor:
        """loc."""
        return self.loc

    @property
    def mode(self) -> Tensor:
        """loc."""
        return self.loc

    @property
    def variance(self) -> Tensor:
        """The diagonal of the covariance."""
        return (self._factor**2).sum(-1).expand(*self.batch_shape, *self.event_shape)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """loc + L e, with independent standard normal numbers e."""
        e = normal_like(self.loc, self._extended_shape(sample_shape))
        return self.loc + (self._factor @ e.unsqueeze(-1)).squeeze(-1)

    def log_prob(self, value: Any) -> Tensor:
        """The logarithm of the density."""
        difference = self._checked(value) - self.loc
        n = self.event_shape[0]
        factor = self._factor.expand(*difference.shape, n)
        z = solve_triangular(factor, difference.unsqueeze(-1), upper=False).squeeze(-1)
        return -(n * math.log(2 * math.pi) + (z**2).sum(-1)) / 2 - self._half_log_det()

    def _half_log_det(self) -> Tensor:
        return self._factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)

    def entropy(self) -> Tensor:
        """n/2 (1 + log 2 pi) + log det L."""
        found = self._half_log_det() + self.event_shape[0] * (1 + math.log(2 * math.pi)) / 2
        return found.expand(*self.batch_shape) if self.batch_shape else found


def _identity(matrix: Tensor) -> Tensor:
    return eye(matrix.shape[-1], dtype=matrix.dtype)
