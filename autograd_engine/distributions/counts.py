"""Distributions of what can be counted: yes and no, categories, numbers of events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

from ..backend.random import resolve
from ..engine.graph import raw
from ..engine.modes import no_grad
from ..ops.dims import broadcast_shapes
from ..ops.losses.binary import binary_cross_entropy_with_logits
from ..ops.softmax import logsumexp, softmax
from ..tensor import Tensor
from ..tensor.creation import arange, as_tensor, eye
from ..tensor.queries import finfo
from ..tensor.random import multinomial, rand
from . import constraints
from .constraints import Constraint
from .distribution import Distribution, broadcast_all

__all__ = ["Bernoulli", "Binomial", "Categorical", "Geometric", "Multinomial", "OneHotCategorical", "Poisson"]


def _clamped(probs: Tensor) -> Tensor:
    eps = finfo(probs.dtype).eps
    return probs.clamp(eps, 1 - eps)


def _drawn(parameter: Tensor, draw: Any) -> Tensor:
    """An array of NumPy's draws, in the dtype of a parameter."""
    return as_tensor(draw, dtype=parameter.dtype)


class _YesOrNo(Distribution):
    """A distribution with a probability of yes, given by itself or by its logarithm of odds."""

    probs: Tensor
    logits: Tensor

    def _take(self, probs: Any, logits: Any) -> Tensor:
        """Keep what was given, and return it.

        Raises:
            ValueError: both or none were given.
        """
        if (probs is None) == (logits is None):
            raise ValueError(f"{type(self).__name__}: give either probs or logits")
        name = "probs" if logits is None else "logits"
        (self.__dict__[name],) = broadcast_all(probs if logits is None else logits)
        return self.__dict__[name]

    def __getattr__(self, name: str) -> Any:
        """The other one of `probs` and `logits`."""
        known = self.__dict__
        if name == "probs" and "logits" in known:
            return known["logits"].sigmoid()
        if name == "logits" and "probs" in known:
            p = _clamped(known["probs"])
            return p.log() - (-p).log1p()
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")


class Bernoulli(_YesOrNo):
    """1 with probability `probs`, else 0; or by the logarithm of the odds, `logits`.

    Example:
        >>> ag.distributions.Bernoulli(ag.tensor(0.25)).log_prob(ag.tensor(1.0)).exp()
        tensor(0.2500)
    """

    arg_constraints: ClassVar = {"probs": constraints.unit_interval, "logits": constraints.real}
    has_enumerate_support = True

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        super().__init__(self._take(probs, logits).shape, validate_args=validate_args)

    @property
    def support(self) -> Constraint:
        """0 and 1."""
        return constraints.boolean

    @property
    def mean(self) -> Tensor:
        """probs."""
        return self.probs

    @property
    def mode(self) -> Tensor:
        """The likelier of 0 and 1; NaN if both are."""
        likelier = (self.probs >= 0.5).to(self.probs.dtype)
        return likelier.masked_fill(self.probs == 0.5, float("nan"))

    @property
    def variance(self) -> Tensor:
        """p (1 - p)."""
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draw; no gradient flows."""
        probs = self.probs.detach()
        return (rand(size=tuple(self._extended_shape(sample_shape)), dtype=probs.dtype) < probs).to(probs.dtype)

    def log_prob(self, value: Any) -> Tensor:
        """log p, or log(1 - p)."""
        logits, value = broadcast_all(self.logits, self._checked(value))
        return -binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self) -> Tensor:
        """-p log p - (1 - p) log(1 - p)."""
        return binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """0, then 1."""
        values = arange(2, dtype=self.probs.dtype).reshape(2, *(1 for _ in self.batch_shape))
        return values.expand(2, *self.batch_shape) if expand else values


class Geometric(_YesOrNo):
    """How often no comes before the first yes."""

    arg_constraints: ClassVar = {"probs": constraints.unit_interval, "logits": constraints.real}

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        super().__init__(self._take(probs, logits).shape, validate_args=validate_args)

    @property
    def support(self) -> Constraint:
        """0, 1, 2, ..."""
        return constraints.nonnegative_integer

    @property
    def mean(self) -> Tensor:
        """1 / p - 1."""
        return 1 / self.probs - 1

    @property
    def mode(self) -> Tensor:
        """0."""
        return self.probs * 0

    @property
    def variance(self) -> Tensor:
        """(1 / p - 1) / p."""
        return (1 / self.probs - 1) / self.probs

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draw; no gradient flows."""
        p = self.probs.detach()
        u = rand(size=tuple(self._extended_shape(sample_shape)), dtype=p.dtype).clamp(min=finfo(p.dtype).tiny)
        return (u.log() / (-p).log1p()).floor()

    def log_prob(self, value: Any) -> Tensor:
        """value log(1 - p) + log p."""
        value, p = broadcast_all(self._checked(value), self.probs)
        failing = (-p).log1p().masked_fill((p == 1) & (value == 0), 0)
        return value * failing + self.probs.log()

    def entropy(self) -> Tensor:
        """That of one question, by p."""
        return binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none") / self.probs


class Binomial(_YesOrNo):
    """How often yes comes in `total_count` questions."""

    arg_constraints: ClassVar = {
        "total_count": constraints.nonnegative_integer,
        "probs": constraints.unit_interval,
        "logits": constraints.real,
    }
    total_count: Tensor

    def __init__(
        self, total_count: Any = 1, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        given = self._take(probs, logits)
        self.total_count, given = broadcast_all(total_count, given)
        self.__dict__["probs" if logits is None else "logits"] = given
        super().__init__(given.shape, validate_args=validate_args)

    @property
    def support(self) -> Constraint:
        """0 to total_count."""
        return constraints.integer_interval(0, self.total_count)

    @property
    def mean(self) -> Tensor:
        """n p."""
        return self.total_count * self.probs

    @property
    def variance(self) -> Tensor:
        """n p (1 - p)."""
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draw; no gradient flows."""
        p = self.probs.detach()
        counts = raw(self.total_count).astype(int)
        return _drawn(p, resolve(None).binomial(counts, raw(p), tuple(self._extended_shape(sample_shape))))

    def log_prob(self, value: Any) -> Tensor:
        """log of n over k, and k log p + (n - k) log(1 - p)."""
        k, n = self._checked(value), self.total_count
        ways = (n + 1).lgamma() - (k + 1).lgamma() - (n - k + 1).lgamma()
        logits = self.logits
        return ways + k * logits - n * (logits.clamp(min=0) + (-logits.abs()).exp().log1p())


class Categorical(Distribution):
    """One of n categories, 0 to n - 1.

    Args:
        probs: their weights, along the last dimension; they need not add up to 1.
        logits: the logarithms of weights instead.

    Example:
        >>> d = ag.distributions.Categorical(ag.tensor([1.0, 3.0]))
        >>> d.probs, d.log_prob(ag.tensor(1)).exp()
        (tensor([0.2500, 0.7500]), tensor(0.7500))
    """

    arg_constraints: ClassVar = {"probs": constraints.simplex, "logits": constraints.real_vector}
    has_enumerate_support = True

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        if (probs is None) == (logits is None):
            raise ValueError(f"{type(self).__name__}: give either probs or logits")
        if probs is not None:
            if not isinstance(probs, Tensor) or probs.ndim < 1:
                raise ValueError(f"{type(self).__name__}: probs must be a tensor of one dimension or more")
            if not (probs >= 0).all().item():
                raise ValueError(f"{type(self).__name__}: a weight is negative or NaN; got {probs}")
            self.probs = probs / probs.sum(-1, keepdim=True)
        else:
            if logits.ndim < 1:
                raise ValueError(f"{type(self).__name__}: logits must be a tensor of one dimension or more")
            self.logits = logits - logsumexp(logits, -1, keepdim=True)
        param = self.probs if probs is not None else self.logits
        self._num_events = param.shape[-1]
        super().__init__(param.shape[:-1], validate_args=validate_args)

    def __getattr__(self, name: str) -> Any:
        """The other one of `probs` and `logits`."""
        known = self.__dict__
        if name == "probs" and "logits" in known:
            return softmax(known["logits"], -1)
        if name == "logits" and "probs" in known:
            return _clamped(known["probs"]).log()
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    @property
    def support(self) -> Constraint:
        """0 to n - 1."""
        return constraints.integer_interval(0, self._num_events - 1)

    @property
    def param_shape(self) -> Any:
        """The shape of the weights."""
        return (self.__dict__.get("probs") if "probs" in self.__dict__ else self.logits).shape  # type: ignore[union-attr]

    @property
    def mean(self) -> Tensor:
        """Categories have no mean: NaN."""
        return self.probs[..., 0] * float("nan")

    @property
    def mode(self) -> Tensor:
        """The likeliest category."""
        return self.probs.argmax(-1)

    @property
    def variance(self) -> Tensor:
        """Categories have no variance: NaN."""
        return self.mean

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draw; no gradient flows."""
        shape, count = self._extended_shape(sample_shape), 1
        for n in sample_shape:
            count *= n
        flat = self.probs.detach().reshape(-1, self._num_events)
        return multinomial(flat, count, True).T.reshape(*shape) if count else arange(0).reshape(*shape)

    def log_prob(self, value: Any) -> Tensor:
        """The logarithm of the probability."""
        value = self._checked(value).long().unsqueeze(-1)
        logits = self.logits
        value, logits = _side_by_side(value, logits)
        return logits.gather(-1, value).squeeze(-1)

    def entropy(self) -> Tensor:
        """-sum p log p."""
        logits = self.logits.clamp(min=finfo(self.logits.dtype).min)
        return -(logits * self.probs).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """0 to n - 1."""
        values = arange(self._num_events).reshape(-1, *(1 for _ in self.batch_shape))
        return values.expand(self._num_events, *self.batch_shape) if expand else values


def _side_by_side(value: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
    """A category and the logarithms of weights that it is looked up in, in one batch."""
    shape = broadcast_shapes(value.shape[:-1], logits.shape[:-1])
    return value.expand(*shape, 1), logits.expand(*shape, logits.shape[-1])


class OneHotCategorical(Categorical):
    """One of n categories, as a vector with a 1 at its place."""

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        super().__init__(probs, logits, validate_args)
        self._event_shape = type(self._batch_shape)((self._num_events,))

    @property
    def support(self) -> Constraint:
        """Vectors with one 1."""
        return constraints.one_hot

    @property
    def mean(self) -> Tensor:
        """probs."""
        return self.probs

    @property
    def mode(self) -> Tensor:
        """The vector of the likeliest category."""
        return eye(self._num_events, dtype=self.probs.dtype)[self.probs.argmax(-1)]

    @property
    def variance(self) -> Tensor:
        """p (1 - p)."""
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draw; no gradient flows."""
        inner = Categorical(self.probs.detach(), validate_args=False)
        return eye(self._num_events, dtype=self.probs.dtype)[inner.sample(sample_shape)]

    def log_prob(self, value: Any) -> Tensor:
        """The logarithm of the probability."""
        return (self._checked(value) * self.logits.clamp(min=finfo(self.logits.dtype).min)).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All vectors."""
        n = self._num_events
        values = eye(n, dtype=self.probs.dtype).reshape(n, *(1 for _ in self.batch_shape), n)
        return values.expand(n, *self.batch_shape, n) if expand else values


class Multinomial(Distribution):
    """How often each of n categories comes in `total_count` draws."""

    arg_constraints: ClassVar = {"probs": constraints.simplex, "logits": constraints.real_vector}

    def __init__(
        self, total_count: int = 1, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        if not isinstance(total_count, int):
            raise ValueError(f"Multinomial: total_count must be one integer, not {total_count!r}")
        self.total_count, self._categorical = total_count, Categorical(probs, logits, validate_args)
        super().__init__(self._categorical.batch_shape, self._categorical.probs.shape[-1:], validate_args)

    def expand(self, batch_shape: Sequence[int]) -> Self:
        """The same distributions, repeated to fill `batch_shape`."""
        return type(self)(self.total_count, logits=self._categorical.expand(batch_shape).logits)

    @property
    def probs(self) -> Tensor:
        """The probabilities of the categories."""
        return self._categorical.probs

    @property
    def logits(self) -> Tensor:
        """Their logarithms."""
        return self._categorical.logits

    @property
    def support(self) -> Constraint:
        """Counts that add up to total_count."""
        count = self.total_count
        return Constraint(
            f"multinomial({count})", lambda x: (x >= 0).all(-1) & (x.sum(-1) == count), 1, is_discrete=True
        )

    @property
    def mean(self) -> Tensor:
        """n p."""
        return self.probs * self.total_count

    @property
    def variance(self) -> Tensor:
        """n p (1 - p)."""
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draw; no gradient flows."""
        chosen = self._categorical.sample((self.total_count, *sample_shape))
        return eye(self.event_shape[0], dtype=self.probs.dtype)[chosen].sum(0)

    def log_prob(self, value: Any) -> Tensor:
        """The logarithm of the probability."""
        value = self._checked(value)
        ways = (value.sum(-1) + 1).lgamma() - (value + 1).lgamma().sum(-1)
        logits = self.logits.masked_fill((value == 0) & (self.logits == -float("inf")), 0)
        return ways + (logits * value).sum(-1)


class Poisson(Distribution):
    """How many events come, if `rate` come on average and none depends on another."""

    arg_constraints: ClassVar = {"rate": constraints.nonnegative}
    rate: Tensor

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        (self.rate,) = broadcast_all(rate)
        super().__init__(self.rate.shape, validate_args=validate_args)

    @property
    def support(self) -> Constraint:
        """0, 1, 2, ..."""
        return constraints.nonnegative_integer

    @property
    def mean(self) -> Tensor:
        """rate."""
        return self.rate

    @property
    def mode(self) -> Tensor:
        """The rate, rounded down."""
        return self.rate.floor()

    @property
    def variance(self) -> Tensor:
        """rate."""
        return self.rate

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draw; no gradient flows."""
        with no_grad():
            shape = tuple(self._extended_shape(sample_shape))
            return _drawn(self.rate, resolve(None).poisson(raw(self.rate), shape))

    def log_prob(self, value: Any) -> Tensor:
        """value log(rate) - rate - log(value!)."""
        rate, value = broadcast_all(self.rate, self._checked(value))
        return value.xlogy(rate) - rate - (value + 1).lgamma()
