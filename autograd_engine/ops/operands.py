"""Operands, raw or tensor: what a function composed of primitives does so that it takes both alike.

A primitive takes both by itself, and so does a composition as long as only primitives combine its operands. What a
composition needs besides primitives stands here: a conversion to another dtype, a constant beside an operand, and
`raw_too`.
"""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np

from ..backend.arrays import Array, astype, is_floating, unboxed
from ..backend.device import device, device_of, placed
from ..backend.kinds import is_array
from ..engine.broadcast import cast, clone
from ..engine.graph import Value, raw
from ..engine.primitive import primitive
from ..engine.results import make_tensor

F = TypeVar("F", bound=Callable[..., Any])

_PLAIN = frozenset({type(None), bool, int, float, str})
"""The classes of most settings, in which there is no array to look for."""


def constant_like(x: Any, like: Array) -> Array:
    """The raw array `x` as a tensor without a gradient where `like` is a tensor, else as it is."""
    return make_tensor(x, None) if isinstance(like, Value) else x


def as_array(x: Any) -> Array:
    """An array or tensor as it is; numbers and lists of them, which NumPy's functions take too, as an array."""
    return x if hasattr(x, "shape") else np.asarray(x)


def apart(result: Array, source: Array) -> Array:
    """`result`, copied if it is a view of `source`: for operators whose result is never a view in PyTorch.

    An empty view shares no memory, but would still be refused as a view where it is changed in place.
    """
    array = raw(result)
    return clone(result) if not array.size or np.may_share_memory(array, raw(source)) else result


def to_dtype(x: Array, dtype: Any) -> Array:
    """`x` in another dtype, itself where it already has it.

    Gradients flow through a change between floating dtypes; any other conversion ends them.
    """
    dtype = np.dtype(dtype)
    if x.dtype == dtype:
        return x
    if is_floating(dtype) and is_floating(x.dtype):
        return cast(x, dtype=dtype)
    return constant_like(astype(raw(x), dtype), x)


@primitive(x=lambda g, where, source: moved(g, where=source, source=where))
def moved(x: Array, *, where: device, source: device, overlapping: bool = False) -> Array:
    """A copy of `x`, which lies on the device `source`, on another one."""
    return unboxed(placed(x, where, overlapping=overlapping))


def to_device(x: Array, where: device, *, overlapping: bool = False) -> Array:
    """`x` on a device that `check_device` gave, itself where it already lies there. Gradients flow back."""
    source = device_of(raw(x))
    return x if source == where else moved(x, where=where, source=source, overlapping=overlapping)


def several(tensors: Any, name: str) -> tuple[Array, ...]:
    """The sequence of tensors that the operation `name` was given.

    Raises:
        TypeError: it is a single tensor, or an element is no tensor.
    """
    if isinstance(tensors, Value) or is_array(tensors):
        raise TypeError(f"{name}: takes a list or tuple of tensors, not a tensor; write {name}([a, b])")
    tensors = tuple(tensors)
    for i, t in enumerate(tensors):
        if not (isinstance(t, Value) or hasattr(t, "dtype")):
            kind = type(t).__name__
            raise TypeError(f"{name}: takes tensors, element {i} is of class {kind}; use tensor(...)")
    return tensors


def in_float32(function: F) -> F:
    """Compute a composition of float16 in float32 and round only its result: its parts may be too large."""

    @functools.wraps(function)
    def computed(x: Array, *args: Any, **kwargs: Any) -> Any:
        if x.dtype != np.float16:
            return function(x, *args, **kwargs)
        return to_dtype(function(to_dtype(x, np.float32), *args, **kwargs), np.float16)

    return computed  # type: ignore[return-value]


def beside(x: Array, others: Any) -> Array:
    """A raw `x` as a constant tensor where a tensor is among the `others`, an index for example; else as it is."""
    return make_tensor(x, None) if not isinstance(x, Value) and _holds((others,), _is_value) else x


def raw_too(function: F) -> F:
    """Let a composition take raw arrays too: they go in as constant tensors, and if no operand was a tensor, the
    results come out as raw arrays.

    Two kinds of composition need this. Some combine their operands by Python's symbols, which for raw arrays are
    NumPy's operators, with another promotion than ours. Others only read an index off an operand, and that operand
    may be the one tensor among raw arrays. Only parameters annotated as arrays are looked at.
    """

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        given = (*args, *kwargs.values()) if kwargs else args
        for value in given:
            if not (isinstance(value, Value) or value.__class__ in _PLAIN) and _holds((value,), is_array):
                break
        else:
            return function(*args, **kwargs)
        operands, places = _array_parameters(function)
        placed = itertools.zip_longest(args, places[: len(args)], fillvalue=places[-1])
        arguments = [_constants(value) if is_operand else value for value, is_operand in placed]
        settings = {name: _constants(value) if name in operands else value for name, value in kwargs.items()}
        results = function(*arguments, **settings)
        return results if _holds(given, _is_value) else _without_constants(results)

    return called  # type: ignore[return-value]


@functools.cache
def _array_parameters(function: Callable[..., Any]) -> tuple[set[str], list[bool]]:
    """The parameters annotated as arrays, by name, and whether each positional one is; read on first use."""
    parameters = inspect.signature(function).parameters
    operands = {name for name, p in parameters.items() if "Array" in str(p.annotation)}
    return operands, [name in operands for name, p in parameters.items() if p.kind is not p.KEYWORD_ONLY]


def _is_value(x: Any) -> bool:
    return isinstance(x, Value)


def _holds(values: Iterable[Any], is_one: Callable[[Any], bool]) -> bool:
    """Whether one of the values, or of a list or tuple among them, is one."""
    for value in values:
        if is_one(value):
            return True
        if isinstance(value, (list, tuple)) and _holds(value, is_one):
            return True
    return False


def _constants(value: Any) -> Any:
    """Raw arrays, in lists and tuples too, as tensors without a gradient."""
    if is_array(value):
        return make_tensor(value, None)
    return type(value)(map(_constants, value)) if type(value) in (list, tuple) else value


def _without_constants(value: Any) -> Any:
    """The inverse of `_constants`, for results, which may be named tuples."""
    if isinstance(value, Value):
        return value.array if value.node is None else value
    if isinstance(value, tuple):
        items = map(_without_constants, value)
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    return value


def with_kernel(kernel: Callable[..., Any], rule: Callable[..., Any]) -> Callable[..., Any]:
    """The derivative rule, which a kernel computes where it is given raw arrays, as in most backward passes.

    Args:
        kernel: computes what the rule does, from the same arguments.
        rule: made of operators, so that `create_graph=True` can differentiate it.
    """

    @functools.wraps(rule)
    def apply(g: Array, *saved: Any) -> Array:
        return rule(g, *saved) if isinstance(g, Value) else kernel(g, *saved)

    return apply
