"""Normalization as modules: they learn a weight and a bias, and some remember running statistics."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, ClassVar

from ..ops.network import norm
from ..ops.shape import squeeze, unsqueeze
from ..tensor import Tensor
from ..tensor.creation import empty, ones, tensor, zeros
from . import init
from .configured import Configured, layer
from .module import Module
from .parameter import Parameter

__all__ = [
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "GroupNorm",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
    "LayerNorm",
    "LocalResponseNorm",
    "RMSNorm",
]


class _Affine(Module):
    """A module with a weight, at first 1, and a bias, at first 0; either may be left out."""

    weight: Parameter | None
    bias: Parameter | None

    def _make(self, shape: Sequence[int], weight: bool, bias: bool, device: Any, dtype: Any) -> None:
        self.weight = Parameter(empty(*shape, device=device, dtype=dtype)) if weight else None
        self.bias = Parameter(empty(*shape, device=device, dtype=dtype)) if bias else None

    def reset_parameters(self) -> None:
        """Set the initial values again."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)


class _Running(_Affine):
    """Normalization by the mean and variance of each channel: those of the batch, or running ones."""

    _ndims: ClassVar[tuple[int, ...]]
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        self._make((num_features,), affine, affine and bias, device, dtype)
        track = track_running_stats
        self.register_buffer("running_mean", zeros(num_features, device=device, dtype=dtype) if track else None)
        self.register_buffer("running_var", ones(num_features, device=device, dtype=dtype) if track else None)
        self.register_buffer("num_batches_tracked", tensor(0, device=device) if track else None)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Forget the batches seen: mean 0, variance 1."""
        if self.running_mean is not None and self.running_var is not None:
            self.running_mean.zero_()
            self.running_var.fill_(1)
        if self.num_batches_tracked is not None:
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Set the initial values again, and forget the batches seen."""
        self.reset_running_stats()
        super().reset_parameters()

    def _check_ndim(self, input: Any) -> None:
        if len(input.shape) not in self._ndims:
            wanted = " or ".join(map(str, self._ndims))
            raise ValueError(
                f"{type(self).__name__}: expected an input of {wanted} dimensions, got shape {tuple(input.shape)}"
            )

    def _channel_dim(self, ndim: int) -> int:
        """The dimension of the channels, in an input of so many dimensions."""
        return 1

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class _BatchNorm(_Running):
    def forward(self, input: Any) -> Tensor:
        """Normalize."""
        self._check_ndim(input)
        momentum = self.momentum
        if self.training and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if momentum is None:
                momentum = 1 / self.num_batches_tracked.item()
        return norm.batch_norm(
            input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or self.running_mean is None,
            0.0 if momentum is None else momentum,
            self.eps,
        )


class BatchNorm1d(_BatchNorm):
    """weight (x - mean) / sqrt(var + eps) + bias for each channel, over batch and positions.

    In training, mean and var are those of the batch; `eval()` takes the running ones instead.

    Shapes: (N, C) or (N, C, L) -> the same.

    Args:
        num_features: the number of channels, C.
        eps: added to the variance.
        momentum: the weight of the newest batch in the running statistics; None gives all batches the same.
        affine: whether to learn a weight and, with `bias`, a bias.
        track_running_stats: whether to remember running statistics; without them `eval()` takes the batch's too.

    Raises:
        ValueError: the shape does not fit, or in training there is a single value per channel.

    Example:
        >>> layer = BatchNorm1d(2)
        >>> layer(tensor([[1.0, 5.0], [3.0, 9.0]])).detach()
        tensor([[-1.0000, -1.0000],
                [ 1.0000,  1.0000]])
        >>> layer.running_mean
        tensor([0.2000, 0.7000])
    """

    _ndims = (2, 3)


class BatchNorm2d(_BatchNorm):
    """`BatchNorm1d` for images (N, C, H, W)."""

    _ndims = (4,)


class BatchNorm3d(_BatchNorm):
    """`BatchNorm1d` for volumes (N, C, D, H, W)."""

    _ndims = (5,)


class _InstanceNorm(_Running):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def _channel_dim(self, ndim: int) -> int:
        return 0 if ndim == self._ndims[0] else 1

    def forward(self, input: Any) -> Tensor:
        """Normalize."""
        self._check_ndim(input)
        dim = self._channel_dim(len(input.shape))
        single, channels = dim == 0, input.shape[dim]
        if channels != self.num_features and not (self.affine or self.track_running_stats):
            warnings.warn(
                f"{type(self).__name__}: num_features is {self.num_features}, and the input has {channels} "
                "channels; the result does not depend on num_features",
                stacklevel=3,
            )
        out = norm.instance_norm(
            unsqueeze(input, 0) if single else input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or self.running_mean is None,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )
        return squeeze(out, 0) if single else out


class InstanceNorm1d(_InstanceNorm):
    """weight (x - mean) / sqrt(var + eps) + bias for each channel of each sample, over its positions.

    Shapes: (N, C, L) or (C, L) -> the same.

    Args:
        num_features: the number of channels, C.
        eps: added to the variance.
        momentum: the weight of the newest batch in the running statistics.
        affine: whether to learn a weight and, with `bias`, a bias.
        track_running_stats: whether to remember running statistics, means over the batch, for `eval()`.

    Raises:
        ValueError: the shape does not fit, or in training an instance has a single value per channel.
    """

    _ndims = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """`InstanceNorm1d` for images (N, C, H, W) or (C, H, W)."""

    _ndims = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    """`InstanceNorm1d` for volumes (N, C, D, H, W) or (C, D, H, W)."""

    _ndims = (4, 5)


class GroupNorm(_Affine):
    """weight (x - mean) / sqrt(var + eps) + bias for each group of channels of each sample.

    Shapes: (N, C, ...) -> the same.

    Args:
        num_groups: how many groups the channels form; it divides their number.
        num_channels: C.
        eps: added to the variance.
        affine: whether to learn a weight and, with `bias`, a bias per channel.

    Raises:
        ValueError: the groups do not divide the channels, or the shape does not fit.
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_groups < 1 or num_channels % num_groups:
            raise ValueError(f"GroupNorm: {num_channels} channels do not divide into {num_groups} groups")
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        self._make((num_channels,), affine, affine and bias, device, dtype)
        self.reset_parameters()

    def forward(self, input: Any) -> Tensor:
        """Normalize."""
        return norm.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class _LastDims(_Affine):
    """Normalization over the last dimensions."""

    eps: float | None

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        sizes = (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
        self.normalized_shape = tuple(sizes)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self._make(self.normalized_shape, elementwise_affine, elementwise_affine and bias, device, dtype)
        self.reset_parameters()

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class LayerNorm(_LastDims):
    """weight (x - mean) / sqrt(var + eps) + bias over the last dimensions.

    Shapes: (..., *normalized_shape) -> the same.

    Args:
        normalized_shape: the sizes of the last dimensions; an integer is the size of the last.
        eps: added to the variance.
        elementwise_affine: whether to learn a weight and, with `bias`, a bias of the normalized shape.

    Raises:
        ValueError: the shape does not fit.
    """

    eps: float

    def forward(self, input: Any) -> Tensor:
        """Normalize."""
        return norm.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The settings."""
        return f"{super().extra_repr()}, bias={self.bias is not None}"


class RMSNorm(_LastDims):
    """weight x / sqrt(mean(x^2) + eps) over the last dimensions.

    Shapes: (..., *normalized_shape) -> the same.

    Args:
        normalized_shape: the sizes of the last dimensions; an integer is the size of the last.
        eps: added to the mean square; None means the epsilon of the input's dtype.
        elementwise_affine: whether to learn a weight of the normalized shape.

    Raises:
        ValueError: the shape does not fit.
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            normalized_shape, elementwise_affine=elementwise_affine, bias=False, device=device, dtype=dtype
        )
        self.eps = eps

    def forward(self, x: Any) -> Tensor:
        """Normalize."""
        return norm.rms_norm(x, self.normalized_shape, self.weight, self.eps)


@layer(norm.local_response_norm)
class LocalResponseNorm(Configured):
    """x / (k + alpha m)^beta, where m is the mean of x^2 over `size` neighboring channels.

    Shapes: (N, C, ...) -> the same.

    Raises:
        ValueError: the shape does not fit.
    """

    size: int
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
