"""Lazy layers: the first input says how many channels or features there are.

A lazy layer is made without that size. Its parameters have no shape until the first call; then it makes an ordinary
layer for the size that it sees, takes over its values, and is from then on of the ordinary layer's class. The
parameters stay the same objects. What the ordinary layers share in their constructors, the lazy ones share here.
"""

from __future__ import annotations

from typing import Any, ClassVar

from ..ops.network.convolution import Size
from ..tensor import Tensor
from .convolution import (
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
    _Convolution,
)
from .linear import Linear
from .module import Module
from .normalization import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
    _Running,
)
from .parameter import Parameter, UninitializedBuffer, UninitializedParameter, is_lazy

__all__ = [
    "LazyBatchNorm1d",
    "LazyBatchNorm2d",
    "LazyBatchNorm3d",
    "LazyConv1d",
    "LazyConv2d",
    "LazyConv3d",
    "LazyConvTranspose1d",
    "LazyConvTranspose2d",
    "LazyConvTranspose3d",
    "LazyInstanceNorm1d",
    "LazyInstanceNorm2d",
    "LazyInstanceNorm3d",
    "LazyLinear",
]


class _Lazy(Module):
    """A layer that waits for its first input; the last of its bases is the class that it becomes."""

    _size: ClassVar[str]
    """What the ordinary layer calls the size that is waited for, its first setting."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{self._size: 0}, **settings)
        self._settings = settings
        for name, tensor in [*self.named_parameters(), *self.named_buffers()]:
            if isinstance(tensor, Parameter):
                setattr(self, name, UninitializedParameter(dtype=tensor.dtype))
            elif tensor.shape == (0,):
                setattr(self, name, UninitializedBuffer(dtype=tensor.dtype))

    def reset_parameters(self) -> None:
        """Draw nothing: there is nothing to fill before the first input."""

    def _size_seen(self, input: Any) -> int:
        """The size that is waited for, as an input shows it."""
        raise NotImplementedError

    def forward(self, input: Any, *args: Any, **kwargs: Any) -> Tensor:
        """Become an ordinary layer, for inputs such as this one, and compute what that computes."""
        size, ordinary = self._size_seen(input), type(self).__bases__[-1]
        waiting = {name: tensor for name, tensor in vars(self).items() if is_lazy(tensor)}
        if waiting:  # else a state was loaded
            made = ordinary(**{self._size: size}, **self._settings)
            for name, tensor in waiting.items():
                value = getattr(made, name)
                tensor.materialize(value.shape)
                tensor.data.copy_(value)
        del self._settings
        setattr(self, self._size, size)
        self.__class__ = ordinary
        return self.forward(input, *args, **kwargs)


class LazyLinear(_Lazy, Linear):
    """`Linear` whose `in_features` is the last dimension of the first input.

    After that call it is a `Linear`. Before, its parameters have no shape; see `UninitializedParameter`.

    Args:
        out_features, bias: as for `Linear`.

    Example:
        >>> layer = LazyLinear(3)
        >>> layer(ones(2, 5)).shape
        (2, 3)
        >>> layer
        Linear(in_features=5, out_features=3, bias=True)
    """

    _size = "in_features"

    def __init__(self, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None) -> None:
        super().__init__(out_features=out_features, bias=bias, device=device, dtype=dtype)

    def _size_seen(self, input: Any) -> int:
        return int(input.shape[-1])


class _LazyConvolution(_Lazy, _Convolution):
    _size = "in_channels"

    def _size_seen(self, input: Any) -> int:
        one = self._dims + 1
        if len(input.shape) not in (one, one + 1):
            raise ValueError(
                f"{type(self).__name__}: expected an input of {one} or {one + 1} dimensions, got shape "
                f"{tuple(input.shape)}"
            )
        return int(input.shape[-one])


class _LazyConv(_LazyConvolution):
    def __init__(
        self,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size | str = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            out_channels=out_channels,
            kernel_size=kernel_size,
            stride=stride,
            padding=padding,
            dilation=dilation,
            groups=groups,
            bias=bias,
            padding_mode=padding_mode,
            device=device,
            dtype=dtype,
        )


class LazyConv1d(_LazyConv, Conv1d):
    """`Conv1d` whose `in_channels` are those of the first input; see `LazyLinear`.

    Args:
        out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode: as for `Conv1d`.

    Raises:
        ValueError: a setting is out of range, or the first input's channels do not divide into the groups.

    Example:
        >>> LazyConv1d(8, 5)(ones(2, 3, 20)).shape
        (2, 8, 16)
    """


class LazyConv2d(_LazyConv, Conv2d):
    """`Conv2d` whose `in_channels` are those of the first input; see `LazyLinear`."""


class LazyConv3d(_LazyConv, Conv3d):
    """`Conv3d` whose `in_channels` are those of the first input; see `LazyLinear`."""


class _LazyConvTranspose(_LazyConvolution):
    def __init__(
        self,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size = 0,
        output_padding: Size = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Size = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            out_channels=out_channels,
            kernel_size=kernel_size,
            stride=stride,
            padding=padding,
            output_padding=output_padding,
            groups=groups,
            bias=bias,
            dilation=dilation,
            padding_mode=padding_mode,
            device=device,
            dtype=dtype,
        )


class LazyConvTranspose1d(_LazyConvTranspose, ConvTranspose1d):
    """`ConvTranspose1d` whose `in_channels` are those of the first input; see `LazyLinear`.

    Args:
        out_channels, kernel_size, stride, padding, output_padding, groups, bias, dilation, padding_mode: as for
            `ConvTranspose1d`.

    Raises:
        ValueError: a setting is out of range, or the first input's channels do not divide into the groups.

    Example:
        >>> LazyConvTranspose1d(3, 4, stride=2, padding=1)(ones(2, 8, 10)).shape
        (2, 3, 20)
    """


class LazyConvTranspose2d(_LazyConvTranspose, ConvTranspose2d):
    """`ConvTranspose2d` whose `in_channels` are those of the first input; see `LazyLinear`."""


class LazyConvTranspose3d(_LazyConvTranspose, ConvTranspose3d):
    """`ConvTranspose3d` whose `in_channels` are those of the first input; see `LazyLinear`."""


class _LazyNorm(_Lazy, _Running):
    _size = "num_features"

    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(
            eps=eps,
            momentum=momentum,
            affine=affine,
            track_running_stats=track_running_stats,
            device=device,
            dtype=dtype,
            bias=bias,
        )

    def _size_seen(self, input: Any) -> int:
        self._check_ndim(input)
        return int(input.shape[self._channel_dim(len(input.shape))])


class LazyBatchNorm1d(_LazyNorm, BatchNorm1d):
    """`BatchNorm1d` whose `num_features` are the channels of the first input; see `LazyLinear`.

    Args:
        eps, momentum, affine, track_running_stats, bias: as for `BatchNorm1d`.

    Raises:
        ValueError: the shape does not fit.

    Example:
        >>> layer = LazyBatchNorm1d()
        >>> layer(ones(4, 3)).shape, layer.running_mean.shape
        ((4, 3), (3,))
    """


class LazyBatchNorm2d(_LazyNorm, BatchNorm2d):
    """`BatchNorm2d` whose `num_features` are the channels of the first input; see `LazyLinear`."""


class LazyBatchNorm3d(_LazyNorm, BatchNorm3d):
    """`BatchNorm3d` whose `num_features` are the channels of the first input; see `LazyLinear`."""


class LazyInstanceNorm1d(_LazyNorm, InstanceNorm1d):
    """`InstanceNorm1d` whose `num_features` are the channels of the first input; see `LazyLinear`.

    Args:
        eps, momentum, affine, track_running_stats, bias: as for `InstanceNorm1d`; but here the last three are on by
            default, as in PyTorch.

    Raises:
        ValueError: the shape does not fit.

    Example:
        >>> layer = LazyInstanceNorm1d()
        >>> layer(ones(4, 3, 5)).shape, layer.weight.shape
        ((4, 3, 5), (3,))
    """


class LazyInstanceNorm2d(_LazyNorm, InstanceNorm2d):
    """`InstanceNorm2d` whose `num_features` are the channels of the first input; see `LazyLinear`."""


class LazyInstanceNorm3d(_LazyNorm, InstanceNorm3d):
    """`InstanceNorm3d` whose `num_features` are the channels of the first input; see `LazyLinear`."""
