"""Kinds of arrays: NumPy's, and those of other libraries, each with what NumPy's own functions do not reach.

`np.exp` of an array of CuPy's is CuPy's `exp`: NumPy's protocols see to that, and nothing here concerns it. What
makes an array of no other, reads one back, or goes by a method that the library does not have is asked of the
kind: `kind_of(x).zeros(shape, dtype)` lies where x lies. So no operator knows which kind it computes with, and
another kind needs one `register` and no change of an operator.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["Kind", "is_array", "kind_of", "numpy_kind", "others", "register"]


class Kind:
    """NumPy's arrays, and what is asked of every other kind.

    Attributes:
        readable: whether looking at a value waits for nothing. On a device it waits until the device has computed
            the value, so who looks only to take a short cut takes the long way there.
        array: `array(x, dtype, order=)`, a copy, and an array even of a NumPy scalar.
        zeros, empty, ones, full, arange, eye, tri: NumPy's functions, for arrays of this kind.
        asarray: `asarray(values, dtype)`: numbers, nested lists of them, or an array of this kind, as an array.
    """

    readable = True
    array: Callable[..., Any] = staticmethod(np.array)
    zeros: Callable[..., Any] = staticmethod(np.zeros)
    empty: Callable[..., Any] = staticmethod(np.empty)
    ones: Callable[..., Any] = staticmethod(np.ones)
    full: Callable[..., Any] = staticmethod(np.full)
    arange: Callable[..., Any] = staticmethod(np.arange)
    eye: Callable[..., Any] = staticmethod(np.eye)
    tri: Callable[..., Any] = staticmethod(np.tri)
    asarray: Callable[..., Any] = staticmethod(np.asarray)

    def sent(self, values: Any, dtype: Any = None) -> Any:
        """The same as `asarray`, but an array of another kind is sent to where this kind of arrays lies."""
        return np.asarray(kind_of(values).read(values) if values.__class__ in others else values, dtype)

    def number(self, value: Any, dtype: np.dtype[Any]) -> Any:
        """A single number as a 0-d array; of NumPy's a scalar, which computes faster."""
        return dtype.type(value)

    def read(self, x: Any) -> Any:
        """The values as an array of NumPy's."""
        return np.asarray(x)

    # ------------------------------------------------------------------------------------- computing

    def largest(self, x: Any, axis: Any, keepdims: bool, initial: Any) -> Any:
        """The largest element over `axis`, and at least `initial`, which so is the largest of none."""
        return np.maximum.reduce(x, axis=axis, keepdims=keepdims, initial=initial)

    def joined(self, arrays: Any, axis: int | None, out: Any = None) -> Any:
        """Arrays one after another along `axis`; None is along the only dimension, of flattened ones."""
        return np.concatenate(arrays, axis, out=out)

    def accumulate(self, combine: np.ufunc, x: Any, axis: int) -> Any:
        """What `combine`, which is associative, makes of each element along `axis` and all before it."""
        return combine.accumulate(x, axis=axis)

    def reduceat(self, combine: np.ufunc, x: Any, first: Any) -> Any:
        """What `combine`, a maximum or minimum, makes of each segment of rows; `first` says where they begin."""
        return combine.reduceat(x, first, 0)

    def multiply_at(self, x: Any, places: Any, factors: Any) -> None:
        """Multiply x[places] in place by the factors, as often as a place is named; all have one dimension."""
        np.multiply.at(x, places, factors)

    def taken(self, x: Any, places: Any) -> Any:
        """The elements of a vector at places that are in range; twice as fast as with a look whether they are."""
        return x.take(places, mode="wrap")

    def repeat(self, x: Any, times: Any) -> Any:
        """The elements of a vector, each as often as the integer beside it says."""
        return np.repeat(x, times)

    def vecdot(self, x: Any, y: Any) -> Any:
        """The dot products along the last axis."""
        return np.vecdot(x, y)

    def special(self, name: str) -> Any:
        """The function of `scipy.special` of this name. SciPy is loaded on first use."""
        import scipy.special

        return getattr(scipy.special, name)

    def here(self) -> int:
        """The number of the device that computes now."""
        return 0

    def stream(self, seed: int) -> Any:
        """A generator of random arrays with the methods of NumPy's, started from `seed`."""
        return np.random.default_rng(seed)

    def stream_state(self, stream: Any) -> Any:
        """Where a generator that `stream` made is, as bytes in an array of NumPy's."""
        raise NotImplementedError("of NumPy's stream, Generator.get_state() tells the state")

    def set_stream_state(self, stream: Any, state: Any) -> None:
        """Continue a generator from what `stream_state` gave, in the memory that it has."""
        raise NotImplementedError("NumPy's stream is continued by Generator.set_state()")

    def restart(self, stream: Any, seed: int) -> None:
        """Start a generator that `stream` made anew, in the memory that it has."""
        stream.bit_generator.state = np.random.default_rng(seed).bit_generator.state

    # --------------------------------------------------------------------------------------- memory

    def copied(self, x: Any) -> Any:
        """A copy, where `x` lies."""
        return x.copy()

    def index_of(self, x: Any) -> int | None:
        """The number of the GPU on which `x` lies; None in the memory of the host."""
        return None

    def address(self, x: Any) -> int:
        """The address in memory of the first element."""
        return int(x.__array_interface__["data"][0])

    def as_strided(self, x: Any, shape: tuple[int, ...], strides: tuple[int, ...]) -> Any:
        """A view of the memory from the first element of `x` on."""
        return np.lib.stride_tricks.as_strided(x, shape, strides)

    def is_writable(self, x: Any) -> bool:
        """Whether the memory may be written, and no two elements share a place."""
        return bool(x.flags.writeable)

    def is_aligned(self, x: Any) -> bool:
        """Whether each element lies at a multiple of its size."""
        return bool(x.flags.aligned)


numpy_kind = Kind()
others: dict[Any, Kind] = {}
"""The other kinds, by the classes of their arrays: `x.__class__ in others` is the cheapest question of all."""
_classes: tuple[type, ...] = (np.ndarray, np.generic)


def register(array_class: type, kind: Kind) -> None:
    """Let arrays of this class be raw arrays, of this kind."""
    global _classes
    others[array_class] = kind
    _classes = (np.ndarray, np.generic, *others)


def kind_of(x: Any) -> Kind:
    """The kind of a raw array; NumPy's for everything else."""
    return others.get(x.__class__, numpy_kind)


def is_array(x: Any) -> bool:
    """Whether `x` is a raw array: of NumPy's, a NumPy scalar, or of a class that is registered."""
    return isinstance(x, _classes)
