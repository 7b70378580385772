"""Questions about tensors and dtypes, under PyTorch's names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..backend.arrays import can_store, default_dtype, is_floating, result_dtype
from ..backend.dtypes import dtype, shown
from ..engine.graph import raw
from .tensor import Tensor

__all__ = [
    "can_cast",
    "finfo",
    "get_default_dtype",
    "iinfo",
    "is_complex",
    "is_floating_point",
    "is_nonzero",
    "is_tensor",
    "numel",
    "promote_types",
    "result_type",
]


def is_tensor(obj: Any) -> bool:
    """Whether this is a tensor."""
    return isinstance(obj, Tensor)


def is_floating_point(input: Tensor) -> bool:
    """Whether the elements are floating-point numbers, so that gradients exist."""
    return is_floating(input.dtype)


def is_complex(input: Tensor) -> bool:
    """Whether the elements are complex numbers: never, all tensors are real.

    Example:
        >>> is_complex(tensor(1.0))
        False
    """
    return input.is_complex()


def is_nonzero(input: Tensor) -> bool:
    """Whether the only element is not 0.

    Raises:
        ValueError: there are more elements than one.
    """
    return bool(input)


def numel(input: Tensor) -> int:
    """The number of elements."""
    return input.numel()


def get_default_dtype() -> dtype:
    """The floating-point dtype of tensors made from Python floats; float32 unless `set_default_dtype` changed it.

    Example:
        >>> get_default_dtype()
        float32
    """
    return shown(default_dtype())


def result_type(tensor1: Any, tensor2: Any) -> dtype:
    """The dtype that an operation on two tensors or numbers gives. The kind decides first (bool < int < float);
    within a kind, tensors with dimensions outrank 0-d tensors, which outrank numbers.

    Example:
        >>> result_type(tensor([1, 2]), 1.0)
        float32
    """
    return shown(result_dtype(raw(tensor1), raw(tensor2)))


def promote_types(type1: Any, type2: Any) -> dtype:
    """The dtype of an operation on tensors of these two dtypes.

    Example:
        >>> promote_types(ag.int64, ag.float16)
        float16
    """
    return shown(result_dtype(np.empty(1, type1), np.empty(1, type2)))


def can_cast(from_: Any, to: Any) -> bool:
    """Whether a result of one dtype may be stored in another: floats not in integers, and numbers not in booleans.

    Example:
        >>> can_cast(ag.float64, ag.float32), can_cast(ag.float32, ag.int64)
        (True, False)
    """
    return can_store(np.dtype(from_), np.dtype(to))


@dataclass(init=False)
class finfo:
    """The limits of a floating-point dtype, the default one if none is given.

    Attributes:
        bits: the size of one number in bits.
        eps: the distance from 1 to the next larger number.
        max, min: the largest and the most negative number.
        tiny, smallest_normal: the smallest positive number of full precision.
        resolution: the decimal precision.
        dtype: the name of the dtype.

    Raises:
        ValueError: the dtype is not floating.

    Example:
        >>> finfo(ag.float32).eps
        1.1920928955078125e-07
    """

    bits: int
    eps: float
    max: float
    min: float
    tiny: float
    smallest_normal: float
    resolution: float
    dtype: str

    def __init__(self, dtype: Any = None) -> None:
        dtype = np.dtype(default_dtype() if dtype is None else dtype)
        if not is_floating(dtype):
            raise ValueError(f"finfo takes a floating-point dtype, not {dtype}; for integers there is iinfo")
        limits = np.finfo(dtype)
        self.bits, self.dtype = int(limits.bits), dtype.name
        self.max, self.min, self.eps = float(limits.max), float(limits.min), float(limits.eps)
        self.tiny = self.smallest_normal = float(limits.smallest_normal)
        self.resolution = 10.0**-limits.precision


@dataclass(init=False)
class iinfo:
    """The limits of an integer dtype.

    Attributes:
        bits: the size of one number in bits.
        max, min: the largest and the smallest number.
        dtype: the name of the dtype.

    Raises:
        ValueError: the dtype does not hold integers.

    Example:
        >>> iinfo(ag.uint8).max
        255
    """

    bits: int
    max: int
    min: int
    dtype: str

    def __init__(self, dtype: Any) -> None:
        dtype = np.dtype(dtype)
        if dtype.kind not in "iu":
            raise ValueError(f"iinfo takes an integer dtype, not {dtype}; for real numbers there is finfo")
        limits = np.iinfo(dtype)
        self.bits, self.dtype = limits.bits, dtype.name
        self.max, self.min = int(limits.max), int(limits.min)
