"""FloatTensor and its kind: PyTorch's older classes, one for each dtype."""

from __future__ import annotations

from typing import Any

from ..backend.dtypes import dtype, shown
from .creation import made
from .tensor import Tensor

__all__ = [
    "BoolTensor",
    "ByteTensor",
    "CharTensor",
    "DoubleTensor",
    "FloatTensor",
    "HalfTensor",
    "IntTensor",
    "LongTensor",
    "ShortTensor",
]


class _OfDtype(type):
    """The class of these classes: an instance is any tensor of the dtype."""

    of: dtype

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is cls.of


def _type(name: str, of: str) -> type[Tensor]:
    def make(cls: Any, *data: Any, device: Any = None) -> Tensor:
        return made(Tensor(*data, dtype=of).array, of, device, False)

    doc = f"""A tensor of dtype {of}: of the sizes given, or of numbers, as `Tensor` takes them.

    `isinstance(x, {name})` asks whether x is a tensor of this dtype.
    """
    return _OfDtype(name, (), {"__new__": make, "__doc__": doc, "__module__": __name__, "of": shown(of)})  # type: ignore[return-value]


HalfTensor = _type("HalfTensor", "float16")
FloatTensor = _type("FloatTensor", "float32")
DoubleTensor = _type("DoubleTensor", "float64")
ByteTensor = _type("ByteTensor", "uint8")
CharTensor = _type("CharTensor", "int8")
ShortTensor = _type("ShortTensor", "int16")
IntTensor = _type("IntTensor", "int32")
LongTensor = _type("LongTensor", "int64")
BoolTensor = _type("BoolTensor", "bool")


def dtype_of_type(named: Any) -> dtype:
    """The dtype of one of these classes, or of its name, "torch.FloatTensor".

    Raises:
        TypeError: there is no such class.

    Example:
        >>> from autograd_engine.tensor.legacy import dtype_of_type
        >>> dtype_of_type("torch.LongTensor")
        int64
    """
    found = globals().get(named.rpartition(".")[2]) if isinstance(named, str) else named
    if not isinstance(found, _OfDtype):
        raise TypeError(f"{named!r} is no class of tensors such as FloatTensor")
    return found.of
