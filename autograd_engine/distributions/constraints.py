"""Constraints: which values a parameter, or a random number, may have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ops.linear_algebra.spectral import eigvalsh
from ..tensor import Tensor

__all__ = [
    "Constraint",
    "boolean",
    "greater_than",
    "greater_than_eq",
    "half_open_interval",
    "integer_interval",
    "interval",
    "less_than",
    "lower_cholesky",
    "nonnegative",
    "nonnegative_integer",
    "one_hot",
    "positive",
    "positive_definite",
    "positive_integer",
    "real",
    "real_vector",
    "simplex",
    "unit_interval",
]


class Constraint:
    """A set of values.

    Attributes:
        name: what the values are, for messages.
        event_dim: how many dimensions one value has: 0 for numbers, 1 for vectors, 2 for matrices.
        is_discrete: whether the values can be counted.

    Example:
        >>> ag.distributions.constraints.positive.check(ag.tensor([1.0, -1.0]))
        tensor([ True, False])
    """

    def __init__(
        self, name: str, check: Callable[[Tensor], Tensor], event_dim: int = 0, is_discrete: bool = False
    ) -> None:
        self.name, self._check, self.event_dim, self.is_discrete = name, check, event_dim, is_discrete

    def check(self, value: Tensor) -> Tensor:
        """For each value, whether it belongs to the set."""
        return self._check(value)

    def __repr__(self) -> str:
        return self.name


class interval(Constraint):
    """The numbers from `lower_bound` to `upper_bound`, both included."""

    def __init__(self, lower_bound: Any, upper_bound: Any) -> None:
        self.lower_bound, self.upper_bound = lower_bound, upper_bound
        super().__init__(
            f"interval({lower_bound}, {upper_bound})", lambda x: (x >= lower_bound) & (x <= upper_bound)
        )


class half_open_interval(Constraint):
    """The numbers from `lower_bound` to below `upper_bound`."""

    def __init__(self, lower_bound: Any, upper_bound: Any) -> None:
        self.lower_bound, self.upper_bound = lower_bound, upper_bound
        super().__init__(
            f"half_open_interval({lower_bound}, {upper_bound})", lambda x: (x >= lower_bound) & (x < upper_bound)
        )


class greater_than(Constraint):
    """The numbers above `lower_bound`."""

    def __init__(self, lower_bound: Any) -> None:
        self.lower_bound = lower_bound
        super().__init__(f"greater_than({lower_bound})", lambda x: x > lower_bound)


class greater_than_eq(Constraint):
    """The numbers from `lower_bound` on."""

    def __init__(self, lower_bound: Any) -> None:
        self.lower_bound = lower_bound
        super().__init__(f"greater_than_eq({lower_bound})", lambda x: x >= lower_bound)


class less_than(Constraint):
    """The numbers below `upper_bound`."""

    def __init__(self, upper_bound: Any) -> None:
        self.upper_bound = upper_bound
        super().__init__(f"less_than({upper_bound})", lambda x: x < upper_bound)


class integer_interval(Constraint):
    """The integers from `lower_bound` to `upper_bound`, both included."""

    def __init__(self, lower_bound: Any, upper_bound: Any) -> None:
        self.lower_bound, self.upper_bound = lower_bound, upper_bound
        super().__init__(
            f"integer_interval({lower_bound}, {upper_bound})",
            lambda x: (x % 1 == 0) & (x >= lower_bound) & (x <= upper_bound),
            is_discrete=True,
        )


def _is_simplex(x: Tensor) -> Tensor:
    return (x >= 0).all(-1) & ((x.sum(-1) - 1).abs() < 1e-6 * max(1, x.shape[-1]) + 1e-6)


def _is_positive_definite(x: Tensor) -> Tensor:
    x = x.detach()
    symmetric = ((x - x.mT).abs() <= 1e-5 * x.abs().amax((-2, -1), keepdim=True)).all(-1).all(-1)
    lifted = (x + x.mT) / 2

    return symmetric & (eigvalsh(lifted) > 0).all(-1)


def _is_lower_cholesky(x: Tensor) -> Tensor:
    lower = (x.tril() == x).flatten(-2).all(-1)
    return lower & (x.diagonal(dim1=-2, dim2=-1) > 0).all(-1)


real = Constraint("real", lambda x: x == x)
real_vector = Constraint("real_vector", lambda x: (x == x).all(-1), 1)
positive = greater_than(0.0)
nonnegative = greater_than_eq(0.0)
unit_interval = interval(0.0, 1.0)
boolean = Constraint("boolean", lambda x: (x == 0) | (x == 1), is_discrete=True)
nonnegative_integer = Constraint("nonnegative_integer", lambda x: (x % 1 == 0) & (x >= 0), is_discrete=True)
positive_integer = Constraint("positive_integer", lambda x: (x % 1 == 0) & (x >= 1), is_discrete=True)
simplex = Constraint("simplex", _is_simplex, 1)
one_hot = Constraint("one_hot", lambda x: ((x == 0) | (x == 1)).all(-1) & (x.sum(-1) == 1), 1, True)
lower_cholesky = Constraint("lower_cholesky", _is_lower_cholesky, 2)
positive_definite = Constraint("positive_definite", _is_positive_definite, 2)
