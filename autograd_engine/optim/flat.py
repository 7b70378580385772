"""Flat arrays: the memory that an optimizer's formula is applied to.

A large parameter is changed where it lies. Small parameters of one dtype are gathered into one flat array, so that
a hundred biases cost as many calls as one.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from ..backend.kinds import kind_of
from ..backend.portable import portable, unpacked
from ..engine.sharing import shareable
from ..engine.writes import written
from ..tensor import Tensor


class State:
    """What the optimizer remembers of one parameter: numbers, and arrays of its shape, by name."""

    __slots__ = ("arrays", "scalars")

    def __init__(self, scalars: dict[str, float], arrays: dict[str, Any] | None = None) -> None:
        self.scalars = scalars
        self.arrays: dict[str, Any] = {} if arrays is None else arrays

    def __reduce__(self) -> Any:
        return _state, (self.scalars, {name: portable(array) for name, array in self.arrays.items()})


def _state(scalars: dict[str, float], arrays: dict[str, Any]) -> State:
    return State(scalars, {name: unpacked(array) for name, array in arrays.items()})


class Flat:
    """A parameter that is updated where it lies.

    Attributes:
        params, arrays: the parameter, and the array that it had when this was made, as lists of one.
        states: what the optimizer remembers of it, likewise.
        values: the flat array that the formula changes.
        state: the flat arrays of the state, likewise.
    """

    def __init__(self, params: list[Tensor], states: list[State], slots: dict[str, float]) -> None:
        self.params = params
        self.states = states
        self.arrays = [p.array for p in params]
        self.dtype = self.arrays[0].dtype
        self.size = sum(a.size for a in self.arrays)
        self.values = self._place()
        self.state = tuple(self._slot(name, initial) for name, initial in slots.items())

    def _place(self) -> Any:
        """The flat array that the formula changes."""
        return self.arrays[0].reshape(-1)

    def _slot(self, name: str, initial: float) -> Any:
        """The flat array of the state `name`: the one there is, else a new one."""
        arrays, array = self.states[0].arrays, self.arrays[0]
        if name in arrays:
            stored = kind_of(array).sent(arrays[name], self.dtype)
            arrays[name] = stored if stored.flags.c_contiguous else stored.copy()
        else:
            arrays[name] = _filled(array, array.shape, initial)
        return arrays[name].reshape(-1)

    def collect(self) -> Any:
        """The flat gradient; None when the parameter has no gradient, or another array than when this was made."""
        p = self.params[0]
        grad = p._grad
        return None if grad is None or p.array is not self.arrays[0] else grad.array.ravel()

    def give_back(self) -> None:
        """Note that the parameter, which the formula changed where it lies, was written."""
        written(self.arrays[0])


class Gathered(Flat):
    """Parameters copied into one flat array for the update, and back."""

    def _place(self) -> Any:
        empty = kind_of(self.arrays[0]).empty
        self.gradient = empty(self.size, self.dtype)
        values = empty(self.size, self.dtype)
        self.views = self._views(values)
        return values

    def _views(self, flat: Any) -> list[Any]:
        """The part of each parameter, in its shape."""
        stops = [0, *accumulate(a.size for a in self.arrays)]
        parts = zip(pairwise(stops), self.arrays, strict=True)
        return [flat[i:j].reshape(array.shape) for (i, j), array in parts]

    def _slot(self, name: str, initial: float) -> Any:
        flat = _filled(self.arrays[0], self.size, initial)
        for view, state in zip(self._views(flat), self.states, strict=True):
            if name in state.arrays:
                view[...] = kind_of(view).sent(state.arrays[name])
            state.arrays[name] = view
        return flat

    def collect(self) -> Any:
        """The flat gradient, with the parameters' values copied in; None when the arrangement no longer fits."""
        grads = []
        for p, array in zip(self.params, self.arrays, strict=True):
            grad = p._grad
            if grad is None or p.array is not array:
                return None
            grads.append(grad.array)
        joined = kind_of(self.gradient).joined
        joined(grads, None, self.gradient)
        joined(self.arrays, None, self.values)
        return self.gradient

    def give_back(self) -> None:
        """Copy the new values back, and note that the parameters were written."""
        for array, view in zip(self.arrays, self.views, strict=True):
            np.copyto(array, view)
            written(array)


def writable(p: Tensor) -> Any:
    """The memory of a parameter.

    Raises:
        RuntimeError: it is read-only.
    """
    array = shareable(p)
    if not kind_of(array).is_writable(array):
        raise RuntimeError(f"a parameter of shape {p.shape} is read-only; give it an array of its own")
    return array


def _filled(beside: Any, shape: Any, value: float) -> Any:
    """A new array of the kind and dtype of another one."""
    kind = kind_of(beside)
    return kind.full(shape, value, beside.dtype) if value else kind.zeros(shape, beside.dtype)
