"""Devices: where arrays lie and are computed with, the CPU and GPUs; and where new tensors go.

A GPU is CuPy's (`gpu`), which is loaded when a device of the type "cuda" is first used. Other kinds of devices can
be named, as programs written for PyTorch do, and not used.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Any

from . import gpu
from .kinds import Kind, kind_of, numpy_kind, others

__all__ = [
    "check_device",
    "cpu",
    "default_device",
    "device",
    "device_of",
    "kind_at",
    "names_device",
    "placed",
    "set_default_device",
    "settled",
    "working_on",
]

_KNOWN = ("cpu", "cuda", "mps", "xpu", "meta")
"""What programs written for PyTorch name."""


class device:
    """A place that holds arrays and computes with them.

    A program may write `device("cuda:0")` where there is no GPU. The error comes where a tensor is to lie there.
    As a `with` block, a device is where new tensors go.

    Args:
        type: "cpu", "cuda", "cuda:0" or another kind of device; another `device`; or the number of a GPU.
        index: which of the devices of this kind.

    Raises:
        ValueError: there is no such kind of devices; or on entering the block, the device cannot be used.

    Example:
        >>> device("cpu"), device("cuda:1").index
        (device(type='cpu'), 1)
    """

    __slots__ = ("index", "type")

    type: str
    index: int | None

    def __init__(self, type: Any, index: int | None = None) -> None:
        if isinstance(type, device):
            type, index = type.type, type.index if index is None else index
        elif isinstance(type, int):
            type, index = "cuda", type
        name, _, number = str(type).partition(":")
        if name not in _KNOWN or (number and not number.isdecimal()):
            raise ValueError(f"there is no device {str(type)!r}: there are 'cpu' and 'cuda', GPUs")
        object.__setattr__(self, "type", name)
        object.__setattr__(self, "index", int(number) if number else index)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{self!r} cannot be changed; make another device")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type={self.type!r}{index})"

    def __reduce__(self) -> tuple[Any, ...]:
        return device, (self.type, self.index)

    def __enter__(self) -> device:
        _chosen.set((*_chosen.get(), check_device(self)))
        return self

    def __exit__(self, *error: object) -> None:
        _chosen.set(_chosen.get()[:-1])


cpu = device("cpu")
_chosen: ContextVar[tuple[device, ...]] = ContextVar("devices", default=(cpu,))
"""Where new tensors go: the last of these. A `with` block adds one."""
_gpus: dict[int, device] = {}
"""The devices of GPUs by their numbers, so that those of tensors are one object."""


def names_device(x: Any) -> bool:
    """Whether `x` names a device: a device, a string such as "cuda:0", or the number of a GPU."""
    return isinstance(x, (device, int)) or (isinstance(x, str) and x.partition(":")[0] in _KNOWN)


def default_device() -> device:
    """Where new tensors go."""
    return _chosen.get()[-1]


def set_default_device(device: Any) -> None:
    """Choose where new tensors go, in this thread; None for the CPU.

    Raises:
        ValueError: there is no such device.
    """
    where = cpu if device is None else check_device(device)
    _chosen.set((*_chosen.get()[:-1], where))


def check_device(wanted: Any) -> device:
    """The device that `wanted` names: a string, a device, the number of a GPU, or None for where new tensors go.
    "cuda" is the current GPU.

    Raises:
        ValueError: there is no such device to compute with.
    """
    if wanted is cpu:
        return cpu
    if wanted is None:
        return default_device()
    named = device(wanted)
    if named.type == "cpu":
        return cpu
    if named.type != "cuda":
        raise ValueError(f"there is no device {str(named)!r}: there are 'cpu' and 'cuda', GPUs")
    if reason := gpu.reason_without():
        raise ValueError(f"there is no device {str(named)!r}: {reason}")
    index = gpu.current() if named.index is None else named.index
    if index >= gpu.count():
        raise ValueError(f"there is no device {str(named)!r}: the number of GPUs is {gpu.count()}")
    return _of_gpu(index)


def _of_gpu(index: int) -> device:
    return _gpus.setdefault(index, device("cuda", index))


def device_of(array: Any) -> device:
    """The device on which a raw array lies."""
    index = kind_of(array).index_of(array)
    return cpu if index is None else _of_gpu(index)


def kind_at(where: device) -> Kind:
    """The kind of the arrays on a device that `check_device` gave."""
    return numpy_kind if where.index is None else gpu.kind()


def working_on(where: device) -> AbstractContextManager[Any]:
    """A context in which `kind_at(where)` makes arrays on this very device, also if another GPU is current."""
    return nullcontext() if where.index is None else gpu.on(where.index)


def settled(array: Any, wanted: Any) -> Any:
    """A new array on the device that the program named. Where it named none, an array of NumPy's goes where new
    tensors go, and another stays where it is.

    Raises:
        ValueError: there is no such device.
    """
    if wanted is None and array.__class__ in others:
        return array
    return placed(array, check_device(wanted))


def placed(array: Any, where: device, *, overlapping: bool = False) -> Any:
    """A raw array on a device: itself if it lies there, else a copy.

    Args:
        array: the array.
        where: a device that `check_device` gave.
        overlapping: whether a copy to a GPU may go on while the program does, if the array's memory allows it.
    """
    kind = kind_of(array)
    index = kind.index_of(array)
    if index == where.index:
        return array
    return kind.read(array) if where.index is None else gpu.send(array, where.index, overlapping)
