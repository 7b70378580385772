"""Arrays of a library that has NumPy's functions under NumPy's names, as CuPy has.

What it lacks is made of what it has, without a look at a value: a running maximum, for example, in as many steps as
it takes to double 1 to the length.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .captures import current
from .kinds import Kind

__all__ = ["LibraryKind"]

_ONE_BY_ONE = 8
"""So many arrays CuPy joins by a launch for each."""


class LibraryKind(Kind):
    """The kind of a library's arrays.

    Args:
        library: the module.
        special: the module that has the functions of `scipy.special`.
        stream: makes a generator of random arrays from a seed.
        as_strided: the library's function of that name.
        here: gives the number of the device that computes now.
    """

    readable = False

    def __init__(
        self,
        library: Any,
        special: Any,
        stream: Callable[[int], Any],
        as_strided: Callable[..., Any],
        here: Callable[[], int],
    ) -> None:
        self._array_class = library.ndarray
        for name in ("array", "zeros", "empty", "ones", "full", "arange", "eye", "tri"):
            setattr(self, name, getattr(library, name))
        self._sent = library.asarray
        self.asarray = self._asarray
        self._special = special
        self._stream = stream
        self._as_strided = as_strided
        self._here = here

    def _asarray(self, values: Any, dtype: Any = None) -> Any:
        if isinstance(values, self._array_class):
            return values if dtype is None else values.astype(dtype, copy=False)
        if isinstance(values, np.ndarray):
            raise TypeError(
                f"a NumPy array of shape {values.shape} beside a {self._array_class.__name__}: both must lie on "
                "one device; move one of them"
            )
        return self._sent(values, dtype)

    def sent(self, values: Any, dtype: Any = None) -> Any:
        """The same as `asarray`, but an array of NumPy's is sent to the device."""
        return self._sent(values, dtype)

    def number(self, value: Any, dtype: np.dtype[Any]) -> Any:
        """A single number as a 0-d array."""
        return self.full((), value, dtype)

    def read(self, x: Any) -> Any:
        """The values as an array of NumPy's."""
        return x.get() if isinstance(x, self._array_class) else np.asarray(x)

    # ------------------------------------------------------------------------------------- computing

    def largest(self, x: Any, axis: Any, keepdims: bool, initial: Any) -> Any:
        """The largest element over `axis`, and at least `initial`."""
        given = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        dims = {d % x.ndim for d in given}
        if all(x.shape[d] for d in dims):
            return np.maximum(x.max(axis=axis, keepdims=keepdims), x.dtype.type(initial))
        kept = (1 if d in dims else n for d, n in enumerate(x.shape) if keepdims or d not in dims)
        return self.full(tuple(kept), initial, x.dtype)

    def joined(self, arrays: Any, axis: int | None, out: Any = None) -> Any:
        """Arrays one after another. While a graph is captured, in eights: for more, CuPy sends a table of their
        addresses to the device, which no capture allows."""
        if len(arrays) <= _ONE_BY_ONE or current() is None:
            return np.concatenate(arrays, axis, out=out)
        groups = [arrays[i : i + _ONE_BY_ONE] for i in range(0, len(arrays), _ONE_BY_ONE)]
        return self.joined([np.concatenate(group, axis) for group in groups], 0 if axis is None else axis, out)

    def accumulate(self, combine: np.ufunc, x: Any, axis: int) -> Any:
        """What `combine` makes of each element along `axis` and all before it: in each step every element takes in
        what the one `reach` before it has collected, and the reach doubles."""
        out, reach, lead = x.copy(), 1, (slice(None),) * (axis % x.ndim)
        while reach < x.shape[axis]:
            later, earlier = (*lead, slice(reach, None)), (*lead, slice(None, -reach))
            out[later] = combine(out[earlier], out[later])
            reach *= 2
        return out

    def reduceat(self, combine: np.ufunc, x: Any, first: Any) -> Any:
        """What `combine`, a maximum or minimum, makes of each segment of rows."""
        segment = np.searchsorted(first, self.arange(len(x)), side="right") - 1
        out = x[first]
        combine.at(out, segment, x)
        return out

    def multiply_at(self, x: Any, places: Any, factors: Any) -> None:
        """Multiply x[places] in place by the factors. Sorted by place, factors of one place are neighbours; their
        products are collected as in `accumulate`, and end up in the last of them."""
        order = np.argsort(places, kind="stable")
        at, products, reach = places[order], factors[order], 1
        while reach < len(at):
            same = at[reach:] == at[:-reach]
            products[reach:] = np.where(same, products[reach:] * products[:-reach], products[reach:])
            reach *= 2
        is_last = np.concatenate([at[1:] != at[:-1], self.ones(min(len(at), 1), bool)])
        factor = self.ones(len(x) + 1, x.dtype)  # one place more, for all that are not the last
        factor[np.where(is_last, at, len(x))] = products
        x *= factor[:-1]

    def taken(self, x: Any, places: Any) -> Any:
        """The elements of a vector at places that are in range."""
        return x.take(places)

    def repeat(self, x: Any, times: Any) -> Any:
        """The elements of a vector, each as often as the integer beside it says: the size of the result is read."""
        ends = times.cumsum()
        total = int(ends[-1]) if len(ends) else 0
        return x[np.searchsorted(ends, self.arange(total), side="right")]

    def vecdot(self, x: Any, y: Any) -> Any:
        """The dot products along the last axis."""
        return (x * y).sum(-1)

    def special(self, name: str) -> Any:
        """The library's function for that of `scipy.special`."""
        return getattr(self._special, name)

    def here(self) -> int:
        """The number of the device that computes now."""
        return self._here()

    def stream(self, seed: int) -> Any:
        """The library's generator of random arrays, started from `seed`."""
        return self._stream(seed)

    def stream_state(self, stream: Any) -> Any:
        """Where a generator is, as bytes."""
        return stream.bit_generator._state.get().view(np.uint8)

    def set_stream_state(self, stream: Any, state: Any) -> None:
        """Continue a generator from what `stream_state` gave.

        Raises:
            ValueError: it is the state of another kind of GPU, which draws by other threads.
        """
        memory = stream.bit_generator._state
        if state.shape != memory.shape:
            raise ValueError(
                f"a state of random numbers of {state.size} bytes does not fit this GPU, whose has {memory.size}: "
                "it comes from another kind of GPU"
            )
        memory.set(np.ascontiguousarray(state).view(memory.dtype))

    def restart(self, stream: Any, seed: int) -> None:
        """Start a generator anew, in the memory that it has: graphs that draw from it know no other."""
        stream.bit_generator._state[...] = self._stream(seed).bit_generator._state

    # --------------------------------------------------------------------------------------- memory

    def copied(self, x: Any) -> Any:
        """A copy, where `x` lies: a library copies to the device that computes now."""
        if x.device.id == self._here():
            return x.copy()
        with x.device:
            return x.copy()

    def index_of(self, x: Any) -> int | None:
        """The number of the GPU on which `x` lies."""
        return int(x.device.id)

    def address(self, x: Any) -> int:
        """The address on the device of the first element."""
        return int(x.data.ptr)

    def as_strided(self, x: Any, shape: tuple[int, ...], strides: tuple[int, ...]) -> Any:
        """A view of the memory from the first element of `x` on."""
        return self._as_strided(x, shape, strides)

    def is_writable(self, x: Any) -> bool:
        """Whether no two elements share a place: a device has no other memory that must not be written."""
        return not x.size or not any(step == 0 and n > 1 for n, step in zip(x.shape, x.strides, strict=True))

    def is_aligned(self, x: Any) -> bool:
        """Always."""
        return True
