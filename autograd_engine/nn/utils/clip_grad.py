"""Clipping: all gradients of a model seen as one long vector, made shorter where it is too long."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Iterator

import numpy as np

from ...backend.arrays import astype
from ...backend.device import device_of, placed
from ...backend.kinds import kind_of
from ...engine.modes import no_grad
from ...ops.linear_algebra.distances import vector_norm
from ...ops.shape import cat
from ...tensor import Tensor
from ...tensor.creation import tensor

__all__ = ["clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "get_total_norm"]


def _listed(tensors: Tensor | Iterable[Tensor]) -> list[Tensor]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _gradients(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    listed = _listed(parameters)
    if not listed and isinstance(parameters, Iterator):
        warnings.warn(
            "nothing is clipped: the iterator of parameters is empty, or was used up before", stacklevel=3
        )
    return [p.grad for p in listed if p.grad is not None]


def get_total_norm(
    tensors: Tensor | Iterable[Tensor],
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """(sum |x|^norm_type)^(1/norm_type) over the elements of all tensors; the largest |x| for infinity.

    Args:
        tensors: one or more, usually gradients.
        norm_type: any power, or infinity.
        error_if_nonfinite: whether to raise if the norm is NaN or infinite.
        foreach: PyTorch's choice of a kernel; changes nothing.

    Returns:
        A 0-d tensor; 0 where there are no tensors.

    Raises:
        RuntimeError: the norm is not finite, and that shall be an error.

    Example:
        >>> nn.utils.get_total_norm([tensor([3.0, 0.0]), tensor(4.0)])
        tensor(5.)
    """
    order = float(norm_type)
    arrays = [t.array for t in _listed(tensors) if t.array.size]
    dtype = np.result_type(*(array.dtype for array in arrays)) if arrays else np.dtype(np.float32)
    norms = [vector_norm(array, order) for array in arrays]
    if not norms:
        total = dtype.type(0)
    else:
        rows = [placed(norm, device_of(norms[0])).reshape(1) for norm in norms]
        total = vector_norm(astype(cat(rows), dtype), order)
    if error_if_nonfinite and not math.isfinite(total):
        raise RuntimeError(
            f"the norm of order {order} of the gradients is {total}, which cannot be clipped: look for the "
            "cause under detect_anomaly(), or pass error_if_nonfinite=False to go on with what comes of it"
        )
    return tensor(total)


def _scale(grads: list[Tensor], max_norm: float, total: Tensor) -> None:
    if not kind_of(total.array).readable:  # in every case, rather than wait for a look at the norm
        with no_grad():
            share = (float(max_norm) / (total + 1e-6)).clamp(max=1.0)
            for grad in grads:
                grad.mul_(share.to(grad.device))
        return
    factor = float(max_norm) / (total.item() + 1e-6)
    if not factor >= 1.0:  # NaN reaches the gradients, as in PyTorch
        with no_grad():
            for grad in grads:
                grad.mul_(factor)


def clip_grads_with_norm_(
    parameters: Tensor | Iterable[Tensor], max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Multiply all gradients by max_norm / (total_norm + 1e-6), in place, if that is below 1.

    Args:
        parameters: one or more; those without a gradient do not count.
        total_norm: the norm of their gradients, as by `get_total_norm`.
        foreach: PyTorch's choice of a kernel; changes nothing.
    """
    _scale(_gradients(parameters), max_norm, total_norm)


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale the gradients of all parameters down, in place, so that together they are no longer than `max_norm`.

    Args:
        parameters: one or more; those without a gradient do not count.
        norm_type, error_if_nonfinite, foreach: as for `get_total_norm`.

    Returns:
        The norm before, a 0-d tensor.

    Raises:
        RuntimeError: the norm is not finite, and that shall be an error; no gradient has changed.

    Warns:
        UserWarning: `parameters` is an iterator without elements.

    Example:
        >>> w = tensor([3.0, 4.0], requires_grad=True)
        >>> (w**2).sum().backward()
        >>> nn.utils.clip_grad_norm_([w], max_norm=5.0)
        tensor(10.)
        >>> nn.utils.clip_grad_norm_([w], max_norm=5.0)
        tensor(5.0000)

    Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (2013).
    """
    grads = _gradients(parameters)
    total = get_total_norm(grads, norm_type, error_if_nonfinite)
    _scale(grads, max_norm, total)
    return total


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float, foreach: bool | None = None) -> None:
    """Clip every element of the gradients to [-clip_value, clip_value], in place.

    Args:
        parameters: one or more; those without a gradient do not count.
        foreach: PyTorch's choice of a kernel; changes nothing.

    Warns:
        UserWarning: `parameters` is an iterator without elements.

    Example:
        >>> w = tensor([-3.0, 0.1], requires_grad=True)
        >>> (w**2).sum().backward()
        >>> nn.utils.clip_grad_value_(w, 1.0)
        >>> w.grad
        tensor([-1.0000,  0.2000])
    """
    with no_grad():
        for grad in _gradients(parameters):
            grad.clamp_(-clip_value, clip_value)
