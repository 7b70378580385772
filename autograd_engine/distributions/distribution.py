"""Distribution: what all distributions share. A batch of them is computed with at once.

A draw has the shape sample_shape + batch_shape + event_shape: how many draws, how many distributions, and what one
draw looks like. `log_prob` gives one number for each draw and each distribution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

from ..engine.modes import no_grad
from ..ops.arrange import broadcast_tensors
from ..tensor import Tensor
from ..tensor.creation import as_tensor
from ..tensor.size import Size
from .constraints import Constraint

__all__ = ["Distribution", "broadcast_all"]


def broadcast_all(*values: Any) -> tuple[Tensor, ...]:
    """Numbers and tensors as tensors of one shape; numbers take the dtype of the tensors."""
    known = [v for v in values if isinstance(v, Tensor)]
    dtype = next((v.dtype for v in known if v.is_floating_point()), None)
    made = [v if isinstance(v, Tensor) else as_tensor(float(v), dtype=dtype) for v in values]
    return tuple(broadcast_tensors(*made))


class Distribution:
    """A batch of distributions.

    Args:
        batch_shape: how many distributions these are.
        event_shape: the shape of one draw of one of them.
        validate_args: whether parameters and values are checked; by default they are.

    Raises:
        ValueError: a parameter is outside of its constraint.
    """

    arg_constraints: ClassVar[Mapping[str, Constraint]] = {}
    """The parameters, and which values they may have."""

    has_rsample: ClassVar[bool] = False
    """Whether gradients flow through `rsample`."""

    has_enumerate_support: ClassVar[bool] = False
    """Whether `enumerate_support` lists all values."""

    _validate_args: bool = True

    def __init__(
        self,
        batch_shape: Sequence[int] = (),
        event_shape: Sequence[int] = (),
        validate_args: bool | None = None,
    ) -> None:
        self._batch_shape, self._event_shape = Size(batch_shape), Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            for name, constraint in self.arg_constraints.items():
                value = self.__dict__.get(name)
                if isinstance(value, Tensor) and not constraint.check(value.detach()).all().item():
                    raise ValueError(
                        f"{type(self).__name__}: {name} of shape {value.shape} must be {constraint!r}; got {value}"
                    )

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Choose whether distributions that are made from now on check parameters and values."""
        Distribution._validate_args = value

    @property
    def batch_shape(self) -> Size:
        """How many distributions these are."""
        return self._batch_shape

    @property
    def event_shape(self) -> Size:
        """The shape of one draw."""
        return self._event_shape

    @property
    def support(self) -> Constraint:
        """The values that can be drawn."""
        raise NotImplementedError(f"{type(self).__name__} does not say which values can be drawn")

    def _given(self) -> dict[str, Tensor]:
        """The parameters that the distribution was made of."""
        return {name: self.__dict__[name] for name in self.arg_constraints if name in self.__dict__}

    def expand(self, batch_shape: Sequence[int]) -> Self:
        """The same distributions, repeated to fill `batch_shape`."""
        given: dict[str, Any] = {}
        for name, value in self._given().items():
            own = value.shape[value.ndim - self.arg_constraints[name].event_dim :]
            given[name] = value.expand(*batch_shape, *own)
        return type(self)(**given, validate_args=False)

    def _extended_shape(self, sample_shape: Any = ()) -> Size:
        return Size((*sample_shape, *self.batch_shape, *self.event_shape))

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draw `sample_shape` times from each distribution; no gradient flows."""
        with no_grad():
            return self.rsample(sample_shape)

    def sample_n(self, n: int) -> Tensor:
        """`sample((n,))`, of older programs."""
        return self.sample((n,))

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draw so that gradients flow to the parameters.

        Raises:
            NotImplementedError: there is no such way for this distribution.
        """
        raise NotImplementedError(
            f"{type(self).__name__}: no gradient flows through its draws; use sample() and log_prob()"
        )

    def log_prob(self, value: Any) -> Tensor:
        """The logarithm of the density, or of the probability, at `value`.

        Raises:
            ValueError: the value cannot be drawn.
        """
        raise NotImplementedError(f"{type(self).__name__} has no density")

    def cdf(self, value: Any) -> Tensor:
        """The probability of draws up to `value`."""
        raise NotImplementedError(f"{type(self).__name__} has no cdf")

    def icdf(self, value: Any) -> Tensor:
        """The value up to which draws lie with the probability given."""
        raise NotImplementedError(f"{type(self).__name__} has no icdf")

    def entropy(self) -> Tensor:
        """The expectation of -log_prob."""
        raise NotImplementedError(f"{type(self).__name__} has no closed entropy; average -log_prob of draws")

    def perplexity(self) -> Tensor:
        """e to the entropy."""
        return self.entropy().exp()

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All values that can be drawn, along a new first dimension."""
        raise NotImplementedError(f"{type(self).__name__}: its values cannot be listed")

    @property
    def mean(self) -> Tensor:
        """The expectation."""
        raise NotImplementedError(f"{type(self).__name__} has no closed mean")

    @property
    def mode(self) -> Tensor:
        """The likeliest value."""
        raise NotImplementedError(f"{type(self).__name__} has no closed mode")

    @property
    def variance(self) -> Tensor:
        """The expectation of the squared distance from the mean."""
        raise NotImplementedError(f"{type(self).__name__} has no closed variance")

    @property
    def stddev(self) -> Tensor:
        """The square root of the variance."""
        return self.variance.sqrt()

    def _checked(self, value: Any) -> Tensor:
        """A value to compute the density of.

        Raises:
            ValueError: it does not fit, or cannot be drawn.
        """
        if not isinstance(value, Tensor):
            raise ValueError(f"{type(self).__name__}: a value must be a tensor, not a {type(value).__name__}")
        if self._validate_args:
            events = len(self.event_shape)
            if events and tuple(value.shape[value.ndim - events :]) != tuple(self.event_shape):
                raise ValueError(
                    f"{type(self).__name__}: one draw has shape {self.event_shape}, the value {value.shape}"
                )
            if not self.support.check(value.detach()).all().item():
                raise ValueError(f"{type(self).__name__}: a value must be {self.support!r}; got {value}")
        return value

    def __repr__(self) -> str:
        shown = (f"{n}: {v if v.numel() == 1 else v.shape}" for n, v in self._given().items())
        return f"{type(self).__name__}({', '.join(shown)})"
