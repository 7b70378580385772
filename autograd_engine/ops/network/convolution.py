"""Convolution: each place of the result is a sum of a window of the input, weighted in the same way everywhere.

Three primitives name each other in their rules: the convolution, its gradient to the input, which is the transposed
convolution, and its gradient to the weight. So derivatives of every order exist.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...backend import kernels
from ...backend.arrays import Array
from ...backend.kernels.convolution import Geometry
from ...engine.primitive import primitive
from ..index import _getitem
from ..names import operator
from ..reduce import sum
from ..shape import _reshape

Size = int | Sequence[int]
"""One number for each dimension of the picture, or one for all."""


def _bias_rule(g: Array) -> Array:
    return sum(g, (0, *range(2, len(g.shape))))


def _places(x: Array, shape: tuple[int, ...]) -> Array:
    """The first places of a convolution: with an output padding, the adjoint may have more than there were."""
    return x if tuple(x.shape) == tuple(shape) else _getitem(x, index=tuple(map(slice, shape)))


@primitive(
    promote=True,
    x=lambda g, w, x_shape, geometry: _convolve_input(g, w, size=tuple(x_shape[2:]), geometry=geometry),
    w=lambda g, x, w_shape, geometry: _convolve_weight(g, x, size=tuple(w_shape[2:]), geometry=geometry),
    bias=_bias_rule,
)
def _convolve(x: Array, w: Array, bias: Array = None, *, geometry: Geometry) -> Array:
    """The convolution of x (N, C, ...) by w (O, C / groups, ...), plus a bias (O,)."""
    return kernels.convolve(x, w, bias, geometry)


@primitive(
    promote=True,
    back=lambda g, w, back_shape, geometry: _places(_convolve(g, w, geometry=geometry), back_shape),
    w=lambda g, back, w_shape, geometry: _convolve_weight(back, g, size=tuple(w_shape[2:]), geometry=geometry),
    bias=_bias_rule,
)
def _convolve_input(
    back: Array, w: Array, bias: Array = None, *, size: tuple[int, ...], geometry: Geometry
) -> Array:
    """The gradient to an input of this size from that of the result, `back` (N, O, ...), plus a bias (C,)."""
    return kernels.convolve_input(back, w, bias, size, geometry)


@primitive(
    promote=True,
    back=lambda g, x, back_shape, geometry: _places(_convolve(x, g, geometry=geometry), back_shape),
    x=lambda g, back, x_shape, geometry: _convolve_input(back, g, size=tuple(x_shape[2:]), geometry=geometry),
)
def _convolve_weight(back: Array, x: Array, *, size: tuple[int, ...], geometry: Geometry) -> Array:
    """The gradient to a weight whose kernel has this size from that of the result, `back` (N, O, ...)."""
    return kernels.convolve_weight(back, x, size, geometry)


# ------------------------------------------------------------------------------------------ what users give


def each(value: Size, dims: int, name: str, what: str, least: int) -> tuple[int, ...]:
    """A setting as one number for each dimension."""
    numbers = tuple(value) if isinstance(value, Sequence) else (value,) * dims
    if len(numbers) == 1:
        numbers *= dims
    if len(numbers) != dims or not all(hasattr(n, "__index__") for n in numbers):
        raise ValueError(f"{name}: {what} must be a whole number, or {dims} of them, not {value!r}")
    if any(n < least for n in numbers):
        raise ValueError(f"{name}: {what} must be at least {least}, not {value!r}")
    return tuple(int(n) for n in numbers)


def _checked(input: Array, weight: Array, bias: Array, dims: int, name: str, inputs: int, outputs: int) -> bool:
    """Whether the input is a batch; refused where the shapes do not fit. The dimensions of the weight that hold the
    channels of the input and of the result are given."""
    shape, weights = tuple(input.shape), tuple(weight.shape)
    if len(weights) != dims + 2:
        raise ValueError(f"{name}: expected a weight of {dims + 2} dimensions, got shape {weights}")
    if 0 in weights[2:]:
        raise ValueError(f"{name}: the kernel of a weight of shape {weights} has no elements")
    if len(shape) not in (dims + 1, dims + 2):
        raise ValueError(
            f"{name}: expected an input (N, C, ...) of {dims + 2} dimensions, or one sample of {dims + 1}, "
            f"got shape {shape}"
        )
    for array, what in ((input, "input"), (weight, "weight")):
        if array.dtype.kind in "iub":
            raise TypeError(
                f"{name}: the {what} must be of a floating dtype, not {array.dtype}; convert it with float()"
            )
    channels = shape[-dims - 1]
    if channels != inputs:
        raise ValueError(
            f"{name}: the input {shape} has {channels} channels, and the weight {weights} is for {inputs}"
        )
    if bias is not None and tuple(bias.shape) != (outputs,):
        raise ValueError(f"{name}: expected a bias of shape ({outputs},), got {tuple(bias.shape)}")
    return len(shape) == dims + 2


def _groups(groups: int, channels: int, name: str, what: str) -> None:
    if groups < 1 or channels % groups:
        raise ValueError(f"{name}: {channels} {what} do not divide into {groups} groups")


def _conv(
    input: Array,
    weight: Array,
    bias: Array,
    stride: Size,
    padding: Size | str,
    dilation: Size,
    groups: int,
    dims: int,
) -> Array:
    name = f"conv{dims}d"
    filters = weight.shape[0] if len(weight.shape) else 0
    inputs = weight.shape[1] * groups if len(weight.shape) > 1 else 0
    batch = _checked(input, weight, bias, dims, name, inputs, filters)
    _groups(groups, filters, name, "filters")
    steps = each(stride, dims, name, "stride", 1)
    apart = each(dilation, dims, name, "dilation", 1)
    size = tuple(weight.shape[2:])
    reach = [d * (k - 1) for d, k in zip(apart, size, strict=True)]
    if isinstance(padding, str):
        before, after = _by_word(padding, steps, reach, name)
    else:
        before = after = each(padding, dims, name, "padding", 0)
    for d, (n, r, b, a) in enumerate(zip(input.shape[-dims:], reach, before, after, strict=True)):
        if n + b + a < r + 1:
            raise ValueError(
                f"{name}: the kernel {size}, with dilation {apart[d]}, reaches over {r + 1} elements in dimension "
                f"{d} of the picture, and the input {tuple(input.shape)} has {n} and {b + a} of padding"
            )
    geometry = Geometry(steps, before, after, apart, groups)
    if batch:
        return _convolve(input, weight, bias, geometry=geometry)
    out = _convolve(_reshape(input, shape=(1, *input.shape)), weight, bias, geometry=geometry)
    return _reshape(out, shape=tuple(out.shape[1:]))


def _by_word(
    padding: str, steps: tuple[int, ...], reach: Sequence[int], name: str
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The padding before and after the picture that "valid" or "same" stand for."""
    if padding == "valid":
        return (0,) * len(reach), (0,) * len(reach)
    if padding != "same":
        raise ValueError(f"{name}: padding must be numbers, 'valid' or 'same', not {padding!r}")
    if any(step > 1 for step in steps):
        raise ValueError(f"{name}: padding 'same' takes a stride of 1, not {steps}")
    return tuple(r // 2 for r in reach), tuple(r - r // 2 for r in reach)


def _conv_transpose(
    input: Array,
    weight: Array,
    bias: Array,
    stride: Size,
    padding: Size,
    output_padding: Size,
    groups: int,
    dilation: Size,
    dims: int,
) -> Array:
    name = f"conv_transpose{dims}d"
    channels = weight.shape[0] if len(weight.shape) else 0
    outputs = weight.shape[1] * groups if len(weight.shape) > 1 else 0
    batch = _checked(input, weight, bias, dims, name, channels, outputs)
    _groups(groups, channels, name, "channels")
    steps = each(stride, dims, name, "stride", 1)
    around = each(padding, dims, name, "padding", 0)
    apart = each(dilation, dims, name, "dilation", 1)
    added = each(output_padding, dims, name, "output_padding", 0)
    if any(a >= max(s, d) for a, s, d in zip(added, steps, apart, strict=True)):
        raise ValueError(
            f"{name}: output_padding {added} must be smaller than the stride {steps} or the dilation {apart}"
        )
    size = tuple(
        (n - 1) * s - 2 * p + d * (k - 1) + a + 1
        for n, k, s, p, d, a in zip(input.shape[-dims:], weight.shape[2:], steps, around, apart, added, strict=True)
    )
    if any(n < 1 for n in size):
        raise ValueError(
            f"{name}: an input {tuple(input.shape)}, a kernel {tuple(weight.shape[2:])} and padding {around} give "
            f"a result of size {size}"
        )
    geometry = Geometry(steps, around, around, apart, groups)
    if batch:
        return _convolve_input(input, weight, bias, size=size, geometry=geometry)
    out = _convolve_input(_reshape(input, shape=(1, *input.shape)), weight, bias, size=size, geometry=geometry)
    return _reshape(out, shape=tuple(out.shape[1:]))


@operator("torch functional")
def conv1d(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Array:
    """out[n, o, p] = bias[o] + sum over c, k of weight[o, c, k] input[n, c, stride p + dilation k - padding].

    Args:
        input: (N, C, L), or one sample (C, L).
        weight: (O, C / groups, K).
        bias: (O,).
        stride: the step from one place to the next.
        padding: how many zeros are added on both sides; "valid" for none, "same" for as many as keep L.
        dilation: the distance of the kernel's elements in the input.
        groups: into how many parts the channels are divided, each with its O / groups filters.

    Shapes: the result is (N, O, (L + 2 padding - dilation (K - 1) - 1) // stride + 1).

    Raises:
        TypeError: the input or the weight holds no floating-point numbers.
        ValueError: the shapes do not fit each other or the settings.

    Example:
        >>> conv1d(tensor([[[1.0, 2.0, 4.0, 8.0]]]), tensor([[[1.0, -1.0]]]))
        tensor([[[-1., -2., -4.]]])

    Source: LeCun et al., Gradient-based learning applied to document recognition, 1998.
    """
    return _conv(input, weight, bias, stride, padding, dilation, groups, 1)


@operator("torch functional")
def conv2d(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Array:
    """`conv1d` over the two dimensions of pictures.

    Shapes: input (N, C, H, W) or (C, H, W), weight (O, C / groups, KH, KW), bias (O,).

    Raises:
        TypeError: the input or the weight holds no floating-point numbers.
        ValueError: the shapes do not fit each other or the settings.
    """
    return _conv(input, weight, bias, stride, padding, dilation, groups, 2)


@operator("torch functional")
def conv3d(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Array:
    """`conv1d` over the three dimensions of volumes, or of pictures in time.

    Shapes: input (N, C, D, H, W) or (C, D, H, W), weight (O, C / groups, KD, KH, KW), bias (O,).

    Raises:
        TypeError: the input or the weight holds no floating-point numbers.
        ValueError: the shapes do not fit each other or the settings.
    """
    return _conv(input, weight, bias, stride, padding, dilation, groups, 3)


@operator("torch functional")
def conv_transpose1d(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    groups: int = 1,
    dilation: Size = 1,
) -> Array:
    """The gradient of `conv1d` to its input, as an operation of its own: each element of the input adds its
    multiple of the kernel to the result.

    Args:
        input: (N, C, L), or one sample (C, L).
        weight: (C, O / groups, K).
        bias: (O,).
        stride: the distance in the result of neighbours in the input.
        padding: how many elements are cut off on both sides.
        output_padding: how many more elements the result has at its end; `conv1d` with a stride gives one size for
            several, and this says which is meant.
        groups, dilation: as for `conv1d`.

    Shapes: the result is (N, O, (L - 1) stride - 2 padding + dilation (K - 1) + output_padding + 1).

    Raises:
        TypeError: the input or the weight holds no floating-point numbers.
        ValueError: the shapes do not fit each other or the settings.

    Example:
        >>> conv_transpose1d(tensor([[[1.0, 2.0]]]), tensor([[[1.0, 10.0]]]), stride=2)
        tensor([[[ 1., 10.,  2., 20.]]])

    Source: Zeiler et al., Deconvolutional networks, 2010.
    """
    return _conv_transpose(input, weight, bias, stride, padding, output_padding, groups, dilation, 1)


@operator("torch functional")
def conv_transpose2d(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    groups: int = 1,
    dilation: Size = 1,
) -> Array:
    """`conv_transpose1d` over the two dimensions of pictures.

    Shapes: input (N, C, H, W) or (C, H, W), weight (C, O / groups, KH, KW), bias (O,).

    Raises:
        TypeError: the input or the weight holds no floating-point numbers.
        ValueError: the shapes do not fit each other or the settings.
    """
    return _conv_transpose(input, weight, bias, stride, padding, output_padding, groups, dilation, 2)


@operator("torch functional")
def conv_transpose3d(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    groups: int = 1,
    dilation: Size = 1,
) -> Array:
    """`conv_transpose1d` over three dimensions.

    Shapes: input (N, C, D, H, W) or (C, D, H, W), weight (C, O / groups, KD, KH, KW), bias (O,).

    Raises:
        TypeError: the input or the weight holds no floating-point numbers.
        ValueError: the shapes do not fit each other or the settings.
    """
    return _conv_transpose(input, weight, bias, stride, padding, output_padding, groups, dilation, 3)
