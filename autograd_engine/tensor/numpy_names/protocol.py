"""NumPy's protocols: NumPy's functions called on a tensor, and which of ours answers.

`np.sin(t)` and `np.concatenate([t, u])` arrive here through `__array_ufunc__` and `__array_function__`. They
have NumPy's names and order of arguments, and leave as our operations, which are recorded. A function without
an entry gets the tensors as arrays, and its result is NumPy's, as with PyTorch's tensors; but if one of them
requires a gradient it is refused: a result that silently lost its gradient would be worse. Where the arguments are
the same, the operator's declaration in `ops` is the entry. Where they differ, the entry stands in `signatures` or
`linear_algebra`. A function that PyTorch does not have is defined in `extra`, under NumPy's name and with its
arguments.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...engine.graph import Value
from ...engine.sharing import exported
from ...ops import reduce, scan, shape
from ...ops.names import names_in
from . import extra, linear_algebra, signatures

_UFUNCS: dict[str, Callable[..., Any]] = {}
_FUNCTIONS: dict[Any, Callable[..., Any]] = {**linear_algebra.FUNCTIONS, **signatures.FUNCTIONS}


def _enter(name: str, operation: Callable[..., Any]) -> None:
    """A ufunc of NumPy's or SciPy's is found by its name, any other function by itself. `i0` is both: SciPy's is a
    ufunc, NumPy's is not."""
    room, _, own = name.rpartition(".")
    function = vars(np.linalg if room else np).get(own)  # None for SciPy's, which is not loaded for this
    if isinstance(function, np.ufunc):
        _UFUNCS[function.__name__] = operation
        return
    _UFUNCS[name] = operation
    if function is not None:
        _FUNCTIONS[function] = operation


for _name, _operation in names_in("numpy").items():
    _enter(_name, _operation)
for _name, _operation in vars(extra).items():
    if getattr(_operation, "__module__", None) == extra.__name__ and not _name.startswith("_"):
        _enter(_name, _operation)

_REDUCTIONS: dict[str, Callable[..., Any]] = {
    "add": reduce.sum,
    "maximum": reduce.amax,
    "minimum": reduce.amin,
    "multiply": reduce.prod,
}


def call_ufunc(ufunc: Any, method: str, inputs: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """np.<ufunc>(*inputs) with a tensor among the inputs; np.<ufunc>.reduce and np.add.accumulate too.

    Raises:
        TypeError: there is no such operation on tensors, and one of them requires a gradient.
    """
    name = ufunc.__name__
    if method == "__call__" and name in _UFUNCS and not kwargs:
        return _UFUNCS[name](*inputs)
    if method == "reduce" and name in _REDUCTIONS and not kwargs.keys() - {"axis", "keepdims"}:
        return _REDUCTIONS[name](*inputs, **{"axis": 0, **kwargs})
    if method == "accumulate" and name == "add" and not kwargs.keys() - {"axis"}:
        return scan.cumsum(*inputs, **{"axis": 0, **kwargs})
    if method == "outer" and name in _UFUNCS and not kwargs:
        x, y = inputs
        return _UFUNCS[name](shape.reshape(x, (*x.shape, *(1,) * len(y.shape))), y)
    settings = f" with {', '.join(kwargs)}" if kwargs else ""
    if _needs_gradient((inputs, kwargs)):
        raise signatures.unrecorded(f"{name}{'' if method == '__call__' else '.' + method}{settings}")
    return getattr(ufunc, method)(*map(_arrays, inputs), **_arrays(kwargs))


def call_function(function: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """np.<function>(*args, **kwargs) with a tensor among the arguments.

    Raises:
        TypeError: there is no such operation on tensors, or not with these arguments, and one of the tensors
            requires a gradient.
    """
    operation = _FUNCTIONS.get(function)
    if operation is None:
        label = ".".join([*function.__module__.split(".")[1:], function.__name__])
        if _needs_gradient((args, kwargs)):
            raise signatures.unrecorded(label)
        return function(*_arrays(args), **_arrays(kwargs))
    try:
        return operation(*args, **kwargs)
    except (AttributeError, TypeError):  # AttributeError: of lists beside tensors
        if not _needs_gradient((args, kwargs)):
            return function(*_arrays(args), **_arrays(kwargs))
        try:
            inspect.signature(operation).bind(*args, **kwargs)
        except TypeError as mismatch:
            raise TypeError(f"{signatures.unrecorded(function.__name__)}: {mismatch}") from None
        raise


def _needs_gradient(given: Any) -> bool:
    """Whether there is a tensor that requires a gradient among what was given, in lists and dictionaries too."""
    if isinstance(given, Value):
        return given.node is not None
    values = given.values() if isinstance(given, dict) else given if type(given) in (list, tuple) else ()
    return any(map(_needs_gradient, values))


def _arrays(given: Any) -> Any:
    """What was given, with arrays in the places of tensors."""
    if isinstance(given, Value):
        return exported(given)
    if isinstance(given, dict):
        return {name: _arrays(value) for name, value in given.items()}
    return type(given)(map(_arrays, given)) if type(given) in (list, tuple) else given
