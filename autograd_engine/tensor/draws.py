"""Random numbers in a tensor: drawn into it, or drawn with the probabilities that it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..backend.arrays import is_floating
from ..backend.kinds import kind_of
from ..backend.random import Generator, resolve, uniform
from ..engine.graph import raw
from ..engine.results import make_tensor
from .inplace import InPlace

if TYPE_CHECKING:
    from .tensor import Tensor


class Draws(InPlace):
    """The part of a tensor that draws random numbers."""

    __slots__ = ()

    def uniform_(self, low: float = 0.0, to: float = 1.0, *, generator: Generator | None = None) -> Self:
        """Draw every element from the uniform distribution on [low, to).

        Raises:
            ValueError: `low` exceeds `to`.
            TypeError: the dtype is not floating.
        """
        if low > to:
            raise ValueError(f"uniform_: the interval [{low}, {to}) is empty")
        self._check_floating("uniform_")
        drawn = uniform(generator, self.array.shape, self.array.dtype)
        return self._set("uniform_", ..., drawn * (to - low) + low)

    def normal_(self, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None) -> Self:
        """Draw every element from the normal distribution of this mean and standard deviation."""
        self._check_floating("normal_")
        return self._set("normal_", ..., resolve(generator).normal(mean, std, self.array.shape))

    def log_normal_(self, mean: float = 1.0, std: float = 2.0, *, generator: Generator | None = None) -> Self:
        """Draw every element as e^z, where z has the normal distribution of this mean and standard deviation."""
        self._check_floating("log_normal_")
        return self._set("log_normal_", ..., resolve(generator).lognormal(mean, std, self.array.shape))

    def exponential_(self, lambd: float = 1.0, *, generator: Generator | None = None) -> Self:
        """Draw every element from the exponential distribution of rate `lambd`: density lambd e^(-lambd x).

        Raises:
            ValueError: the rate is not positive.
            TypeError: the dtype is not floating.
        """
        if not lambd > 0:
            raise ValueError(f"exponential_: the rate must be positive, not {lambd}")
        self._check_floating("exponential_")
        return self._set("exponential_", ..., resolve(generator).exponential(1 / lambd, self.array.shape))

    def cauchy_(self, median: float = 0.0, sigma: float = 1.0, *, generator: Generator | None = None) -> Self:
        """Draw every element from the Cauchy distribution: density 1 / (pi s (1 + ((x - m) / s)^2)), where m is
        `median` and s is `sigma`."""
        self._check_floating("cauchy_")
        drawn = resolve(generator).standard_cauchy(self.array.shape)
        return self._set("cauchy_", ..., median + sigma * drawn)

    def geometric_(self, p: float, *, generator: Generator | None = None) -> Self:
        """Draw every element as the number of trials up to the first success: P(k) = (1 - p)^(k-1) p.

        Raises:
            ValueError: p is not in (0, 1].
        """
        if not 0 < p <= 1:
            raise ValueError(f"geometric_: p must be a probability above 0, not {p}")
        return self._set("geometric_", ..., resolve(generator).geometric(p, self.array.shape))

    def bernoulli_(self, p: Any = 0.5, *, generator: Generator | None = None) -> Self:
        """Make every element 1 with probability `p`, a number or a tensor of this shape, else 0.

        Raises:
            ValueError: a probability lies outside [0, 1].
        """
        p = kind_of(raw(p)).read(raw(p))
        if not np.all((p >= 0) & (p <= 1)):
            raise ValueError("bernoulli_: p must hold probabilities, between 0 and 1")
        return self._set("bernoulli_", ..., resolve(generator).random(self.array.shape) < p)

    def random_(self, low: int = 0, to: int | None = None, *, generator: Generator | None = None) -> Self:
        """Draw every element from the integers low, ..., to - 1.

        With one argument, the integers from 0 up to but not including it. With none, those from 0 up to the largest
        that the dtype holds; for floats, up to the largest below which it holds every integer exactly.

        Raises:
            ValueError: there is no integer in that range.
        """
        dtype = self.array.dtype
        if to is None and low:
            low, to = 0, low
        if to is None:
            to = 1 + (
                2 ** (np.finfo(dtype).nmant + 1)
                if is_floating(dtype)
                else int(dtype.kind == "b" or np.iinfo(dtype).max)
            )
        if low >= to:
            raise ValueError(f"random_: there is no integer from {low} up to but not including {to}")
        drawn = resolve(generator).integers(low, to - 1, self.array.shape, endpoint=True)
        return self._set("random_", ..., drawn)

    def _check_floating(self, name: str) -> None:
        if not is_floating(self.array.dtype):
            raise TypeError(f"{name}: real numbers do not fit in a tensor of dtype {self.array.dtype}")

    def bernoulli(self, p: Any = None, *, generator: Generator | None = None) -> Tensor:
        """Ones and zeros in this shape and dtype: 1 with the probability that the element, or `p`, states."""
        drawn: Tensor = make_tensor(kind_of(self.array).empty(self.array.shape, self.array.dtype), None)
        return drawn.bernoulli_(self if p is None else p, generator=generator)

    def multinomial(
        self, num_samples: int, replacement: bool = False, *, generator: Generator | None = None
    ) -> Tensor:
        """Draw categories by weight: `num_samples` indices into each row; see `ag.multinomial`."""
        kind = kind_of(self.array)
        weights = np.asarray(kind.read(self.array), np.float64)
        if weights.ndim not in (1, 2) or num_samples < 1:
            raise ValueError(
                f"multinomial: expected weights of 1 or 2 dimensions and num_samples above 0, "
                f"got shape {weights.shape} and {num_samples}"
            )
        if not np.isfinite(weights).all() or (weights < 0).any():
            raise ValueError("multinomial: weights must be finite and not negative")
        possible = int((weights > 0).sum(-1).min(initial=weights.shape[-1]))
        if possible < (1 if replacement else num_samples):
            raise ValueError(
                f"multinomial: {num_samples} draws with{'' if replacement else 'out'} replacement from a row "
                f"with {possible} positive weights"
            )
        stream = resolve(generator)
        if replacement:
            upper = weights.cumsum(-1)
            points = stream.random((*weights.shape[:-1], num_samples)) * upper[..., -1:]
            drawn = (points[..., None] >= upper[..., None, :]).sum(-1)
        else:
            with np.errstate(divide="ignore"):
                drawn = (stream.standard_exponential(weights.shape) / weights).argsort(-1)[..., :num_samples]
        return make_tensor(kind.sent(np.array(drawn, np.int64)), None)
