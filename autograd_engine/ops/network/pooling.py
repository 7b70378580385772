"""Pooling: each window of the input is reduced to its largest element, or to its mean.

The largest element is chosen once, and all derivatives are linear maps: to where the winners lie, and back from
there.
"""

from __future__ import annotations

import math
from typing import Any

from ...backend.arrays import Array
from ...backend.kernels import pooling as kernels
from ...backend.kernels.pooling import Windows
from ...engine.primitive import primitive
from ..arithmetic import abs, mul, pow
from ..names import operator
from ..operands import constant_like
from ..piecewise import relu
from ..rounding import sign
from ..shape import _reshape
from .convolution import Size, each

Sizes = tuple[int, ...]

# ------------------------------------------------------------------------------------- the linear maps


@primitive(
    residuals=("winner",),
    x=lambda g, winner, x_shape, windows: _to_winners(g, winner, picture=tuple(x_shape[2:]), windows=windows),
)
def _largest(x: Array, *, windows: Windows, winners: list[Any] | None = None) -> tuple[Array, Array]:
    """The largest element of each window. The numbers of the winners are appended to the list `winners`."""
    out, winner = kernels.largest(x, windows)
    if winners is not None:
        winners.append(winner)
    return out, winner


@primitive(above=lambda g, winner, windows: _of_winners(g, winner, windows=windows))
def _to_winners(above: Array, winner: Array, *, picture: Sizes, windows: Windows) -> Array:
    return kernels.to_winners(above, winner, picture, windows)


@primitive(
    x=lambda g, winner, x_shape, windows: _to_winners(g, winner, picture=tuple(x_shape[2:]), windows=windows)
)
def _of_winners(x: Array, winner: Array, *, windows: Windows) -> Array:
    return kernels.of_winners(x, winner, windows)


@primitive(
    x=lambda g, x_shape, windows, padded, divisor: _averaged_input(
        g, picture=tuple(x_shape[2:]), windows=windows, padded=padded, divisor=divisor
    )
)
def _averaged(x: Array, *, windows: Windows, padded: bool, divisor: int | None) -> Array:
    return kernels.averaged(x, windows, padded, divisor)


@primitive(above=lambda g, windows, padded, divisor: _averaged(g, windows=windows, padded=padded, divisor=divisor))
def _averaged_input(above: Array, *, picture: Sizes, windows: Windows, padded: bool, divisor: int | None) -> Array:
    return kernels.averaged_input(above, picture, windows, padded, divisor)


# ------------------------------------------------------------------------------------- what users give


def batched(input: Array, dims: int, name: str) -> tuple[Array, bool]:
    """The input as (N, C, ...), and whether it was one sample (C, ...)."""
    shape = tuple(input.shape)
    if len(shape) not in (dims + 1, dims + 2):
        raise ValueError(
            f"{name}: expected an input (N, C, ...) of {dims + 2} dimensions, or one sample of {dims + 1}, "
            f"got shape {shape}"
        )
    if input.dtype.kind in "iub":
        raise TypeError(
            f"{name}: the input must be of a floating dtype, not {input.dtype}; convert it with float()"
        )
    one = len(shape) == dims + 1
    return (_reshape(input, shape=(1, *shape)) if one else input), one


def unbatched(out: Array, one: bool) -> Array:
    """The result, that of one sample if there was one."""
    return _reshape(out, shape=tuple(out.shape[1:])) if one else out


def _windows(
    input: Array,
    size: Size,
    stride: Size | None,
    padding: Size,
    dilation: Size,
    ceil_mode: bool,
    dims: int,
    name: str,
) -> Windows:
    size = each(size, dims, name, "kernel_size", 1)
    step = size if stride is None else each(stride, dims, name, "stride", 1)
    around = each(padding, dims, name, "padding", 0)
    apart = each(dilation, dims, name, "dilation", 1)
    if any(2 * p > k for p, k in zip(around, size, strict=True)):
        raise ValueError(f"{name}: padding {around} must be at most half of the kernel_size {size}")
    picture = tuple(input.shape[2:])
    places = kernels.places_of(picture, size, step, around, apart, ceil_mode)
    if any(n < 1 for n in places):
        raise ValueError(
            f"{name}: windows of {size}, with dilation {apart} and padding {around}, do not fit into a picture of "
            f"size {picture}"
        )
    return Windows(size, step, around, apart, places)


def _max_pool(
    input: Array,
    kernel_size: Size,
    stride: Size | None,
    padding: Size,
    dilation: Size,
    ceil_mode: bool,
    return_indices: bool,
    dims: int,
) -> Any:
    name = f"max_pool{dims}d"
    x, one = batched(input, dims, name)
    windows = _windows(x, kernel_size, stride, padding, dilation, ceil_mode, dims, name)
    if not return_indices:
        return unbatched(_largest(x, windows=windows), one)
    winners: list[Any] = []
    out = unbatched(_largest(x, windows=windows, winners=winners), one)
    index = kernels.index_of_winners(winners[0], tuple(x.shape[2:]), windows)
    return out, constant_like(index[0] if one else index, input)


def avg_pool(x: Array, windows: Windows) -> Array:
    """The means of windows of (N, C, ...) without padding."""
    return _averaged(x, windows=windows, padded=False, divisor=None)


def _avg_pool(
    input: Array,
    kernel_size: Size,
    stride: Size | None,
    padding: Size,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
    dims: int,
) -> Array:
    name = f"avg_pool{dims}d"
    x, one = batched(input, dims, name)
    windows = _windows(x, kernel_size, stride, padding, 1, ceil_mode, dims, name)
    if divisor_override == 0:
        raise ValueError(f"{name}: divisor_override must not be 0")
    return unbatched(_averaged(x, windows=windows, padded=count_include_pad, divisor=divisor_override), one)


@operator("torch functional")
def max_pool1d(
    input: Array,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window; the gradient flows to it alone, the first of equal ones.

    Args:
        input: (N, C, L), or one sample (C, L).
        kernel_size: how many elements a window has.
        stride: the step from one window to the next, by default the kernel_size.
        padding: how many elements that are never the largest are added on both sides; at most half the kernel_size.
        dilation: the distance of a window's elements.
        ceil_mode: let a last window that begins inside reach out at the end.
        return_indices: also return where in L the largest elements lie, as `max_unpool1d` takes it.

    Shapes: the result is (N, C, (L + 2 padding - dilation (kernel_size - 1) - 1) / stride + 1), rounded down, or up
        with `ceil_mode`.

    Raises:
        TypeError: the input holds no floating-point numbers.
        ValueError: the windows do not fit, or a setting is out of range.

    Example:
        >>> max_pool1d(tensor([[1.0, 3.0, 2.0, 0.0]]), 2)
        tensor([[3., 2.]])

    Source: Ranzato et al., Unsupervised learning of invariant feature hierarchies, 2007.
    """
    return _max_pool(input, kernel_size, stride, padding, dilation, ceil_mode, return_indices, 1)


@operator("torch functional")
def max_pool2d(
    input: Array,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """`max_pool1d` over the windows of pictures, (N, C, H, W) or (C, H, W); the indices count in row-major order.

    Raises:
        TypeError: the input holds no floating-point numbers.
        ValueError: the windows do not fit, or a setting is out of range.
    """
    return _max_pool(input, kernel_size, stride, padding, dilation, ceil_mode, return_indices, 2)


@operator("torch functional")
def max_pool3d(
    input: Array,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """`max_pool1d` over the windows of volumes, (N, C, D, H, W) or (C, D, H, W).

    Raises:
        TypeError: the input holds no floating-point numbers.
        ValueError: the windows do not fit, or a setting is out of range.
    """
    return _max_pool(input, kernel_size, stride, padding, dilation, ceil_mode, return_indices, 3)


@operator("torch functional")
def avg_pool1d(
    input: Array,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Array:
    """The mean of each window.

    Args:
        input, kernel_size, stride, ceil_mode: as for `max_pool1d`.
        padding: how many zeros are added on both sides, at most half the kernel_size.
        count_include_pad: whether these zeros count as elements.

    Shapes: as for `max_pool1d`.

    Raises:
        TypeError: the input holds no floating-point numbers.
        ValueError: the windows do not fit, or a setting is out of range.

    Example:
        >>> avg_pool1d(tensor([[1.0, 3.0, 2.0, 0.0]]), 2)
        tensor([[2., 1.]])
    """
    return _avg_pool(input, kernel_size, stride, padding, ceil_mode, count_include_pad, None, 1)


@operator("functional")
def avg_pool2d(
    input: Array,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    """`avg_pool1d` over the windows of pictures, (N, C, H, W) or (C, H, W).

    Args:
        divisor_override: what the sum of a window is divided by, instead of the number of its elements.

    Raises:
        TypeError: the input holds no floating-point numbers.
        ValueError: the windows do not fit, or a setting is out of range.
    """
    return _avg_pool(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, 2)


@operator("functional")
def avg_pool3d(
    input: Array,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    """`avg_pool2d` over the windows of volumes, (N, C, D, H, W) or (C, D, H, W).

    Raises:
        TypeError: the input holds no floating-point numbers.
        ValueError: the windows do not fit, or a setting is out of range.
    """
    return _avg_pool(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, 3)


# ----------------------------------------------------------------------------------------- other means


def _lp_pool(
    input: Array, norm_type: float, kernel_size: Size, stride: Size | None, ceil_mode: bool, dims: int
) -> Array:
    name = f"lp_pool{dims}d"
    x, one = batched(input, dims, name)
    windows = _windows(x, kernel_size, stride, 0, 1, ceil_mode, dims, name)
    means = _averaged(pow(x, norm_type), windows=windows, padded=True, divisor=None)
    sums = mul(mul(sign(means), relu(abs(means))), math.prod(windows.size))
    return unbatched(pow(sums, 1.0 / norm_type), one)


@operator("functional")
def lp_pool1d(
    input: Array, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
) -> Array:
    """(sum of x^p)^(1/p) of each window, where p is `norm_type`.

    A window that reaches out of the input counts as if its other elements had the mean of those inside, as in
    PyTorch.

    Shapes: as for `max_pool1d` without padding.

    Raises:
        TypeError: the input holds no floating-point numbers.
        ValueError: the windows do not fit, or a setting is out of range.

    Example:
        >>> lp_pool1d(tensor([[3.0, 4.0]]), 2, 2)
        tensor([[5.]])
    """
    return _lp_pool(input, norm_type, kernel_size, stride, ceil_mode, 1)


@operator("functional")
def lp_pool2d(
    input: Array, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
) -> Array:
    """`lp_pool1d` over the windows of pictures.

    Raises:
        TypeError: the input holds no floating-point numbers.
        ValueError: the windows do not fit, or a setting is out of range.
    """
    return _lp_pool(input, norm_type, kernel_size, stride, ceil_mode, 2)


@operator("functional")
def lp_pool3d(
    input: Array, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
) -> Array:
    """`lp_pool1d` over the windows of volumes.

    Raises:
        TypeError: the input holds no floating-point numbers.
        ValueError: the windows do not fit, or a setting is out of range.
    """
    return _lp_pool(input, norm_type, kernel_size, stride, ceil_mode, 3)
