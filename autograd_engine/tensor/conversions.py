"""Conversions: to other dtypes and devices, to Python's numbers, to NumPy and other libraries."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from ..backend import gpu
from ..backend.device import check_device, device_of, names_device
from ..backend.device import device as DeviceType
from ..backend.formats import takes_formats
from ..backend.kinds import others
from ..backend.spelling import spelling
from ..engine import broadcast
from ..engine.graph import Value
from ..engine.results import make_tensor
from ..engine.sharing import exported, shareable
from ..ops.operands import to_device, to_dtype

if TYPE_CHECKING:
    from .sparse import SparseTensor
    from .tensor import Tensor

_TYPE_NAMES: dict[str, str] = {}
"""PyTorch's names of the dtypes, such as "Half" for float16."""


def _conversion(name: str, dtype: Any) -> Callable[[Any], Tensor]:
    """The method that gives the tensor in this dtype."""
    _TYPE_NAMES[np.dtype(dtype).name] = name.title()

    def convert(self: Conversions) -> Tensor:
        return self.to(dtype)

    convert.__name__, convert.__qualname__ = name, f"Conversions.{name}"
    meaning = ": whether each element is nonzero" if name == "bool" else ""
    convert.__doc__ = f"The tensor in {np.dtype(dtype).name}{meaning}."
    return convert


def destination(
    targets: tuple[Any, ...], dtype: Any, device: Any, non_blocking: builtins.bool
) -> tuple[DeviceType | None, Any, builtins.bool]:
    """The device and the dtype that `to` was given, None where nothing changes, and whether the program goes on
    meanwhile, which may be given by position too.

    Raises:
        ValueError: there is no such device.
    """
    flags = []
    for target in targets:
        if isinstance(target, Value):
            dtype, device = target.array.dtype, device_of(target.array)
        elif isinstance(target, builtins.bool):
            flags.append(target)
        elif names_device(target):
            device = target
        else:
            dtype = target
    where = None if device is None else check_device(device)
    return where, None if dtype is None else np.dtype(dtype), non_blocking or flags[:1] == [True]


class Conversions(Value):
    """The part of a tensor that becomes something else."""

    __slots__ = ()

    # ------------------------------------------------------------------------------ dtypes and devices

    @takes_formats
    def to(
        self,
        *targets: Any,
        dtype: Any = None,
        device: Any = None,
        non_blocking: builtins.bool = False,
        copy: builtins.bool = False,
    ) -> Tensor:
        """The tensor in another dtype or on another device; itself if nothing changes, unless `copy` is set.

        `targets` are a dtype, a device, or a tensor whose dtype and device to take. Gradients flow through a change
        between floating dtypes and between devices; a conversion to integers ends them. With `non_blocking`, the
        program goes on while page-locked memory (`pin_memory`) is copied to a GPU; that memory must stay as it is
        so long. It and `copy` may be given by position, in this order.

        Raises:
            ValueError: there is no such device; for a GPU the error says what is missing.
        """
        flags = [target for target in targets if isinstance(target, builtins.bool)]
        where, dtype, overlapping = destination(targets, dtype, device, non_blocking)
        moved: Any = self if where is None else to_device(self, where, overlapping=overlapping)
        if dtype is None or dtype == self.array.dtype:
            return broadcast.clone(self) if (copy or flags[1:2] == [True]) and moved is self else moved
        return to_dtype(moved, dtype)

    @overload
    def type(self, dtype: None = None) -> str: ...

    @overload
    def type(self, dtype: Any) -> Tensor: ...

    def type(self, dtype: Any = None) -> Tensor | str:
        """The tensor in another dtype, as by `to`; without `dtype`, the name of its type as PyTorch forms it."""
        if dtype is not None:
            return self.to(dtype)
        name = self.array.dtype.name
        return spelling.tensor_type(f"{_TYPE_NAMES.get(name, name.title())}Tensor")

    def astype(self, dtype: Any) -> Tensor:
        """The tensor in another dtype, under NumPy's name."""
        return self.to(dtype)

    def to_sparse(self) -> SparseTensor:
        """The matrix as a sparse one, see `sparse_coo_tensor`.

        Raises:
            ValueError: it is no matrix.
        """
        from .sparse import sparsified  # few programs have sparse matrices

        return sparsified(self)

    def to_dense(self) -> Tensor:
        """The tensor itself, which is dense."""
        same: Any = self
        return same

    def type_as(self, other: Value) -> Tensor:
        """The tensor in the dtype of `other`, and on its device."""
        return self.to(other)

    half = _conversion("half", np.float16)
    float = _conversion("float", np.float32)
    double = _conversion("double", np.float64)
    byte = _conversion("byte", np.uint8)
    char = _conversion("char", np.int8)
    short = _conversion("short", np.int16)
    int = _conversion("int", np.int32)
    long = _conversion("long", np.int64)
    bool = _conversion("bool", np.bool_)

    @takes_formats
    def cpu(self) -> Tensor:
        """The tensor on the CPU."""
        return self.to(device="cpu")

    @takes_formats
    def cuda(self, device: Any = None, non_blocking: builtins.bool = False) -> Tensor:
        """The tensor on a GPU.

        Raises:
            ValueError: there is no such device.
        """
        return self.to(device="cuda" if device is None else device, non_blocking=non_blocking)

    def pin_memory(self) -> Tensor:
        """The tensor in page-locked memory, from which it is copied to a GPU fast, and beside other work if
        `to(..., non_blocking=True)`.

        Raises:
            RuntimeError: the tensor lies on a GPU.
            ValueError: there is no GPU.
        """
        if self.array.__class__ in others:
            raise RuntimeError("pin_memory is for tensors on the CPU; this one lies on a GPU")
        same: Any = self
        return same if self.is_pinned() else make_tensor(gpu.pinned(np.asarray(self.array)), None)

    def is_pinned(self) -> builtins.bool:
        """Whether the tensor lies in page-locked memory."""
        return self.array.__class__ is np.ndarray and gpu.is_pinned(self.array)

    @takes_formats
    def contiguous(self) -> Tensor:
        """The tensor laid out in row-major order without gaps; itself if it already is."""
        same: Any = self
        return same if self.array.flags.c_contiguous else broadcast.clone(self)

    # ----------------------------------------------------------------------- Python, NumPy and others

    def numpy(self) -> np.ndarray[Any, Any]:
        """The values as a NumPy array that shares the tensor's memory.

        Raises:
            RuntimeError: the tensor requires gradients; use `x.detach().numpy()`.
            TypeError: the tensor lies on a GPU; use `x.cpu().numpy()`.
        """
        if self.node is not None:
            raise RuntimeError("numpy() on a tensor that requires gradients; use x.detach().numpy()")
        if not isinstance(self.array, (np.ndarray, np.generic)):
            where = device_of(self.array)
            raise TypeError(f"numpy() on a tensor on {where}; copy it to the host first: x.cpu().numpy()")
        return exported(self)

    def item(self) -> builtins.int | builtins.float:
        """The only element as a Python number.

        Raises:
            ValueError: there are more elements than one.
        """
        if self.array.size != 1:
            raise ValueError(
                f"item(): the tensor of shape {self.array.shape} has {self.array.size} elements, not one"
            )
        return self.array.item()

    def tolist(self) -> Any:
        """The values as nested lists of Python numbers."""
        return self.array.tolist()

    def __array__(self, dtype: Any = None, copy: builtins.bool | None = None) -> Any:
        mine = copy and self.node is None and self.array.__class__ not in others
        return np.array(self.array if mine else self.numpy(), dtype=dtype, copy=copy)

    def __dlpack__(self, **options: Any) -> Any:
        """The memory for another library's `from_dlpack`, which then shares it.

        Raises:
            BufferError: the tensor requires gradients; use `x.detach()`.
        """
        if self.node is not None:
            raise BufferError("DLPack on a tensor that requires gradients; share x.detach()")
        return exported(self).__dlpack__(**options)

    def __dlpack_device__(self) -> tuple[builtins.int, builtins.int]:
        return shareable(self).__dlpack_device__()

    def __float__(self) -> builtins.float:
        return float(self.item())

    def __int__(self) -> builtins.int:
        return int(self.item())

    def __index__(self) -> builtins.int:
        if self.array.dtype.kind not in "iub":
            raise TypeError(f"a tensor of dtype {self.array.dtype} cannot be used as an index")
        return int(self.item())

    def __bool__(self) -> builtins.bool:
        if self.array.size != 1:
            raise ValueError(
                f"the truth value of a tensor of shape {self.array.shape} is ambiguous; use any() or all()"
            )
        return bool(self.array.item())
