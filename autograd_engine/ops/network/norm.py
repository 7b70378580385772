"""Normalization: x less its mean, over its standard deviation, for groups of elements that belong together.

Batch, layer, group and instance normalization differ only in which elements share a mean, and which a weight. Both
are a view of the input as (n, groups, m), with one group per index in the middle: the batch norm of (N, C, L)
shares both over (N, C, L), the layer norm of M rows of K has its means in (1, M, K) and its weights in (M, K, 1).
So there is one primitive, `_normalize`, that is told these two views.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...backend import kernels
from ...backend.arrays import Array, astype
from ...backend.kernels import View
from ...backend.kinds import kind_of
from ...engine.graph import raw
from ...engine.plan import Jointly
from ...engine.primitive import primitive
from ...engine.writes import written
from ..math import rsqrt
from ..names import operator
from ..reduce import mean
from ..shape import _reshape, cat


def _normalize_rule(
    g: Array,
    x: Array,
    weight: Array,
    bias: Array,
    means: Array,
    scale: Array,
    groups: View,
    channels: View,
    center: bool,
    wanted: tuple[bool, bool, bool],
) -> tuple[Array, Array, Array]:
    if scale.dtype == np.float64:  # also of an x in float32, whose squares left its range
        x = astype(x, scale.dtype)
    shape = x.shape
    rows, groups, channels = _along_memory(x, groups, channels)
    if rows is not x:
        g = kernels.channels_to_last(g).reshape(rows.shape)
    x, weights, biases = kernels.normalize_gradients(
        g, rows, _flat(weight), means, scale, groups, channels, center, wanted
    )
    if x is not None and x.shape != shape:
        x = kernels.from_places(x, shape)
    return x, _shaped(weights, weight), _shaped(biases, bias)


def _along_memory(x: Array, groups: View, channels: View) -> tuple[Array, View, View]:
    """x and its views; for a batch norm of an x with its channels last in memory, as rows of channels."""
    rows = kernels.places_in_rows(x) if groups == channels else None
    if rows is None:
        return x, groups, channels
    view = (*rows.shape, 1)
    return rows, view, view


def _flat(weight: Array) -> Array:
    return weight if weight is None or weight.ndim == 1 else weight.reshape(-1)


def _shaped(gradient: Array, weight: Array) -> Array:
    return gradient if gradient is None or weight.ndim == 1 else gradient.reshape(weight.shape)


_TINY = float(np.finfo(np.float32).tiny)


def _left_the_range(variances: Any, eps: float) -> bool:
    """Whether squares in float32 passed its largest number, or were rounded to 0 where no eps covers them; not
    asked where looking at a value has to wait for it."""
    if not variances.size or not kind_of(variances).readable:
        return False
    return not variances.max() < np.inf or (eps < _TINY and bool(variances.min() < _TINY))


def _normalize_composed(
    x: Array, weight: Array, bias: Array, groups: View, channels: View, eps: float, center: bool, moments: Any
) -> Array:
    shape = tuple(x.shape)
    x = _reshape(x, shape=groups)
    if center:
        x = x - mean(x, (0, 2), keepdim=True)
    x = _reshape(x * rsqrt(mean(x * x, (0, 2), keepdim=True) + eps), shape=channels)
    if weight is not None:
        x = x * _reshape(weight, shape=(-1, 1))
    if bias is not None:
        x = x + _reshape(bias, shape=(-1, 1))
    return _reshape(x, shape=shape)


@primitive(
    composition=_normalize_composed,
    residuals=("means", "scale"),
    jointly=Jointly(("x", "weight", "bias"), _normalize_rule),
)
def _normalize(
    x: Array,
    weight: Array,
    bias: Array,
    *,
    groups: View,
    channels: View,
    eps: float,
    center: bool = True,
    moments: list[Any] | None = None,
) -> tuple[Array, Array, Array]:
    """weight (x - mean) / sqrt(var + eps) + bias, in one node.

    `groups` is the view whose groups share a mean, `channels` the one whose groups share a weight. Without `center`
    the mean is taken to be 0. The means and variances are appended to the list `moments`.
    """
    if x.dtype.kind != "f":
        raise TypeError(f"needs a floating dtype, not {x.dtype}")
    shape = x.shape
    x, groups, channels = _along_memory(x, groups, channels)
    out, means, variances, scale = kernels.normalize(x, _flat(weight), _flat(bias), groups, channels, eps, center)
    if x.dtype == np.float32 and _left_the_range(variances, eps):
        x, weight, bias = (None if part is None else part.astype(np.float64) for part in (x, weight, bias))
        out, means, variances, scale = kernels.normalize(
            x, _flat(weight), _flat(bias), groups, channels, eps, center
        )
        out = out.astype(np.float32)
    if x.shape != shape:
        out = kernels.from_places(out, shape)
    if moments is not None:
        moments += (means, variances)
    return out, means, scale


# -------------------------------------------------------------------- statistics of the batch, or of the past


def _channels(input: Array, name: str, **parameters: Any) -> View:
    """The view (N, C, L) of an input (N, C, ...), whose parameters have one number per channel."""
    shape = input.shape
    if len(shape) < 2:
        raise ValueError(f"{name}: expected an input (N, C, ...), got shape {tuple(shape)}")
    for parameter, value in parameters.items():
        if value is not None and tuple(value.shape) != shape[1:2]:
            raise ValueError(
                f"{name}: {parameter} has shape {tuple(value.shape)}, and the input {tuple(shape)} has "
                f"{shape[1]} channels"
            )
    return shape[0], shape[1], math.prod(shape[2:])


def _track(running: Array, current: Any, momentum: float) -> None:
    """running = (1 - momentum) running + momentum current, in place."""
    array = raw(running)
    array *= 1 - momentum
    array += momentum * current
    written(array)


def _track_both(running_mean: Any, running_var: Any, moments: list[Any], count: int, momentum: float) -> None:
    """Update the running mean, and the running variance by the unbiased one of `count` values, if there are any."""
    if not count:
        return
    if running_mean is not None:
        _track(running_mean, moments[0], momentum)
    if running_var is not None:
        _track(running_var, moments[1] * (count / (count - 1)), momentum)


def _affine_composed(x: Array, scale: Array, shift: Array) -> Array:
    lane = (-1,) + (1,) * (len(x.shape) - 2)
    return x * _reshape(scale, shape=lane) + _reshape(shift, shape=lane)


def _affine_rule(g: Array, x: Array, scale: Array) -> tuple[Array, Array, Array]:
    rows = kernels.places_in_rows(x)
    if rows is None:
        return kernels.affine_gradients(g, x, scale)
    given = kernels.channels_to_last(g).reshape(rows.shape)
    given, scales, shifts = kernels.affine_gradients(given, rows, scale)
    return kernels.from_places(given, x.shape), scales, shifts


@primitive(
    composition=_affine_composed,
    jointly=Jointly(("x", "scale", "shift"), _affine_rule),
)
def _affine(x: Array, scale: Array, shift: Array) -> Array:
    """x scale + shift, with one number per channel each, in one node."""
    rows = kernels.places_in_rows(x)
    if rows is None:
        return kernels.affine(x, scale, shift)
    return kernels.from_places(kernels.affine(rows, scale, shift), x.shape)


def _by_running(name: str, input: Array, mean: Any, var: Any, weight: Any, bias: Any, eps: float) -> Array:
    """weight (input - mean) / sqrt(var + eps) + bias, for given statistics of each channel."""
    if mean is None or var is None:
        raise ValueError(f"{name}: normalizing by running statistics needs running_mean and running_var")
    mean, var = map(raw, (mean, var))
    scale = 1 / np.sqrt(var + var.dtype.type(eps))
    scale = scale if weight is None else weight * scale
    shift = -mean * scale if bias is None else bias - mean * scale
    return _affine(input, scale, shift)


@operator("functional", raw_too=True)
def batch_norm(
    input: Array,
    running_mean: Array | None,
    running_var: Array | None,
    weight: Array | None = None,
    bias: Array | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Array:
    """weight (x - mean) / sqrt(var + eps) + bias, for each channel over batch and positions.

    In training, mean and var are those of the batch, and the running ones move toward them by `momentum`,
    in place (the running variance toward the unbiased one). Otherwise they are the running ones.

    Shapes: input (N, C, ...); all others (C,), or None.

    Raises:
        ValueError: the shapes do not fit; or in training there is one value per channel, whose variance is 0; or
            else `running_mean` or `running_var` is missing.

    Example:
        >>> batch_norm(tensor([[1.0], [3.0]]), None, None, training=True)
        tensor([[-1.0000],
                [ 1.0000]])

    Source: Ioffe and Szegedy, "Batch Normalization", 2015.
    """
    name = "batch_norm"
    view = _channels(input, name, running_mean=running_mean, running_var=running_var, weight=weight, bias=bias)
    if not training:
        return _by_running(name, input, running_mean, running_var, weight, bias, eps)
    count = view[0] * view[2]
    if count == 1:
        raise ValueError(
            f"{name}: an input of shape {tuple(input.shape)} has one value per channel, and its variance is 0; "
            "train on more than one, or call eval()"
        )
    moments: list[Any] = []
    out = _normalize(input, weight, bias, groups=view, channels=view, eps=eps, moments=moments)
    _track_both(running_mean, running_var, moments, count, momentum)
    return out


@operator("functional", raw_too=True)
def instance_norm(
    input: Array,
    running_mean: Array | None = None,
    running_var: Array | None = None,
    weight: Array | None = None,
    bias: Array | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Array:
    """weight (x - mean) / sqrt(var + eps) + bias, for each channel of each sample over its positions.

    With `use_input_stats`, mean and var are those of the instance, and the running ones, if given, move
    toward their averages over the batch; otherwise they are the running ones.

    Shapes: input (N, C, ...); all others (C,), or None.

    Raises:
        ValueError: the shapes do not fit; or each channel of an instance has one value, whose variance is 0; or,
            without `use_input_stats`, `running_mean` or `running_var` is missing.

    Source: Ulyanov, Vedaldi and Lempitsky, "Instance Normalization", 2016.
    """
    name = "instance_norm"
    view = samples, channels, count = _channels(
        input, name, running_mean=running_mean, running_var=running_var, weight=weight, bias=bias
    )
    if not use_input_stats:
        return _by_running(name, input, running_mean, running_var, weight, bias, eps)
    if count == 1:
        raise ValueError(
            f"{name}: an input of shape {tuple(input.shape)} has one value per channel, and its variance is 0; "
            "instances need more than one position"
        )
    moments: list[Any] = []
    out = _normalize(
        input, weight, bias, groups=(1, samples * channels, count), channels=view, eps=eps, moments=moments
    )
    averages = [np.add.reduce(m.reshape(samples, channels), axis=0) / (samples or 1) for m in moments]
    _track_both(running_mean, running_var, averages, samples and count, momentum)
    return out


# ----------------------------------------------------------------------------- statistics of each sample


@operator("functional")
def group_norm(
    input: Array, num_groups: int, weight: Array | None = None, bias: Array | None = None, eps: float = 1e-5
) -> Array:
    """weight (x - mean) / sqrt(var + eps) + bias, for each group of channels of each sample.

    Shapes: input (N, C, ...), of which every C / num_groups channels share a mean; weight and bias (C,).

    Raises:
        ValueError: the shapes do not fit, the channels do not divide into the groups, or the only sample has one
            value per group.

    Source: Wu and He, "Group Normalization", 2018.
    """
    name = "group_norm"
    view = samples, channels, size = _channels(input, name, weight=weight, bias=bias)
    if num_groups < 1 or channels % num_groups:
        raise ValueError(f"{name}: {channels} channels do not divide into {num_groups} groups")
    count = channels // num_groups * size
    if samples * count == 1:
        raise ValueError(f"{name}: an input of shape {tuple(input.shape)} has one value per group")
    return _normalize(input, weight, bias, groups=(1, samples * num_groups, count), channels=view, eps=eps)


def _rows(input: Array, normalized_shape: Sequence[int], name: str, **parameters: Any) -> tuple[View, View]:
    """The two views of an input (..., *normalized_shape): as rows with a mean, as columns with a weight."""
    normalized = tuple(normalized_shape)
    shape = tuple(input.shape)
    kept = len(shape) - len(normalized)
    if not normalized or kept < 0 or shape[kept:] != normalized:
        raise ValueError(f"{name}: an input of shape {shape} does not end in the normalized shape {normalized}")
    for parameter, value in parameters.items():
        if value is not None and tuple(value.shape) != normalized:
            raise ValueError(f"{name}: {parameter} has shape {tuple(value.shape)}, not {normalized}")
    rows, size = math.prod(shape[:kept]), math.prod(normalized)
    return (1, rows, size), (rows, size, 1)


@operator("functional")
def layer_norm(
    input: Array,
    normalized_shape: Sequence[int],
    weight: Array | None = None,
    bias: Array | None = None,
    eps: float = 1e-5,
) -> Array:
    """weight (x - mean) / sqrt(var + eps) + bias, over the last dimensions.

    Shapes: input (..., *normalized_shape); weight and bias normalized_shape.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> layer_norm(tensor([[1.0, 3.0], [0.0, 8.0]]), (2,))
        tensor([[-1.0000,  1.0000],
                [-1.0000,  1.0000]])

    Source: Ba, Kiros and Hinton, "Layer Normalization", 2016.
    """
    groups, channels = _rows(input, normalized_shape, "layer_norm", weight=weight, bias=bias)
    return _normalize(input, weight, bias, groups=groups, channels=channels, eps=eps)


@operator("functional")
def rms_norm(
    input: Array, normalized_shape: Sequence[int], weight: Array | None = None, eps: float | None = None
) -> Array:
    """weight x / sqrt(mean(x^2) + eps), over the last dimensions; `eps` is by default the precision of the dtype.

    Shapes: input (..., *normalized_shape); weight normalized_shape.

    Raises:
        ValueError: the shapes do not fit.

    Source: Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019.
    """
    groups, channels = _rows(input, normalized_shape, "rms_norm", weight=weight)
    if eps is None:
        eps = float(np.finfo(input.dtype).eps)
    return _normalize(input, weight, None, groups=groups, channels=channels, eps=eps, center=False)


# ------------------------------------------------------------------------------------ neighboring channels


@operator("functional", raw_too=True)
def local_response_norm(input: Array, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Array:
    """x / (k + alpha mean)^beta, where the mean is that of x^2 over `size` neighboring channels, 0 beyond the last.

    Shapes: input (N, C, ...).

    Raises:
        ValueError: the input has fewer than three dimensions, or `size` is less than 1.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep CNNs", 2012.
    """
    shape = tuple(input.shape)
    if len(shape) < 3:
        raise ValueError(f"local_response_norm: expected an input (N, C, L, ...), got shape {shape}")
    if size < 1:
        raise ValueError(f"local_response_norm: size must be at least 1, not {size}")
    channels = shape[1]
    zeros = kind_of(raw(input)).zeros
    before, after = (zeros((shape[0], n, *shape[2:]), input.dtype) for n in (size // 2, (size - 1) // 2))
    padded = cat([before, input * input, after], 1)
    total = padded[:, :channels]
    for start in range(1, size):
        total = total + padded[:, start : start + channels]
    return input / (total * (alpha / size) + k) ** beta
