"""Unpooling: the elements of a pooled picture put back where max pooling found them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...backend.arrays import Array
from ...backend.checks import are_checked
from ...backend.kinds import kind_of
from ...engine.graph import raw
from ..names import operator
from ..operands import constant_like
from ..scatter import scatter
from ..shape import _reshape
from .convolution import Size, each
from .pooling import batched, unbatched


def _max_unpool(
    input: Array,
    indices: Any,
    kernel_size: Size,
    stride: Size | None,
    padding: Size,
    output_size: Sequence[int] | None,
    dims: int,
) -> Array:
    name = f"max_unpool{dims}d"
    x, one = batched(input, dims, name)
    if tuple(indices.shape) != tuple(input.shape):
        raise ValueError(f"{name}: indices of shape {tuple(indices.shape)} for an input of {tuple(input.shape)}")
    size = each(kernel_size, dims, name, "kernel_size", 1)
    steps = size if stride is None else each(stride, dims, name, "stride", 1)
    around = each(padding, dims, name, "padding", 0)
    usual = tuple((n - 1) * s - 2 * p + k for n, s, p, k in zip(x.shape[2:], steps, around, size, strict=True))
    picture = usual if output_size is None else tuple(output_size)[-dims:]
    if len(picture) != dims or any(abs(n - m) >= s for n, m, s in zip(picture, usual, steps, strict=True)):
        raise ValueError(
            f"{name}: output_size must be less than the stride {steps} away from {usual}, not {output_size}"
        )
    count = math.prod(picture)
    kind = kind_of(raw(indices))
    at = kind.asarray(raw(indices)).reshape(*x.shape[:2], math.prod(x.shape[2:]))
    if at.size and are_checked(at) and not (at.min() >= 0 and at.max() < count):
        raise IndexError(f"{name}: indices must lie in [0, {count}) of a picture of size {picture}")
    zeros = constant_like(kind.zeros((*x.shape[:2], count), x.dtype), x)
    out = scatter(zeros, 2, constant_like(at, x), _reshape(x, shape=at.shape))
    return unbatched(_reshape(out, shape=(*x.shape[:2], *picture)), one)


@operator("functional", raw_too=True)
def max_unpool1d(
    input: Array,
    indices: Array,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Sequence[int] | None = None,
) -> Array:
    """Zeros, with the elements of the input where `indices` say: what `max_pool1d` took, put back.

    Args:
        input: (N, C, L), or one sample (C, L).
        indices: where each element lies in the result, as `max_pool1d` returns it with `return_indices`.
        kernel_size, stride, padding: those of the pooling, from which the size of the result follows.
        output_size: the size of the result, where the pooling could have had several; less than a stride away.

    Raises:
        IndexError: an index lies outside the result.
        TypeError: the input holds no floating-point numbers.
        ValueError: the shapes differ, or `output_size` is not possible.

    Example:
        >>> out, indices = max_pool1d(tensor([[1.0, 3.0, 2.0, 0.0]]), 2, return_indices=True)
        >>> max_unpool1d(out, indices, 2)
        tensor([[0., 3., 2., 0.]])

    Source: Zeiler and Fergus, Visualizing and understanding convolutional networks, 2014.
    """
    return _max_unpool(input, indices, kernel_size, stride, padding, output_size, 1)


@operator("functional", raw_too=True)
def max_unpool2d(
    input: Array,
    indices: Array,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Sequence[int] | None = None,
) -> Array:
    """`max_unpool1d` of pictures, whose indices count in row-major order.

    Raises:
        IndexError: an index lies outside the result.
        TypeError: the input holds no floating-point numbers.
        ValueError: the shapes differ, or `output_size` is not possible.
    """
    return _max_unpool(input, indices, kernel_size, stride, padding, output_size, 2)


@operator("functional", raw_too=True)
def max_unpool3d(
    input: Array,
    indices: Array,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Sequence[int] | None = None,
) -> Array:
    """`max_unpool1d` of volumes.

    Raises:
        IndexError: an index lies outside the result.
        TypeError: the input holds no floating-point numbers.
        ValueError: the shapes differ, or `output_size` is not possible.
    """
    return _max_unpool(input, indices, kernel_size, stride, padding, output_size, 3)
