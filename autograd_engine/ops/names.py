"""Where users find an operator, and under which names: one line beside its definition says so.

    @operator("torch Tensor functional", in_place="torch Tensor", special="expit", numpy="expit")
    @primitive(floating=True, x=lambda g, out: g * (out * (1 - out)))
    def sigmoid(x): ...

The places are PyTorch's: this function is `torch.sigmoid`, `Tensor.sigmoid` and `nn.functional.sigmoid`; its
in-place form is `torch.sigmoid_` and `Tensor.sigmoid_`; in `torch.special`, and among the functions of NumPy and
SciPy, it is called `expit`. The modules that hold these names are derived from here: `operators`, `tensor.derived`,
`special`, `linalg`, `nn.operators`. A function that is not declared is for the operators' own use. A parameter
`dim` or `keepdim` also answers to NumPy's name, `axis` or `keepdims`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from ..engine.inplace import in_place as in_place_form
from . import operands

F = TypeVar("F", bound=Callable[..., Any])

_NAMES: dict[str, dict[str, Callable[..., Any]]] = {
    "torch": {},  # the package's top level
    "Tensor": {},  # methods
    "special": {},
    "linalg": {},
    "functional": {},  # nn.functional
    "numpy": {},  # functions of NumPy's and SciPy's, "linalg.det" for np.linalg.det
    "python": {},  # symbols, by the name of their method: "__add__"
}

NUMPY_NAMES = {"axis": "dim", "keepdims": "keepdim"}
"""What NumPy calls the parameters that say along which dimensions to work."""


def numpy_names(function: F) -> F:
    """`function`, whose parameters `dim` and `keepdim`, where it has them, answer to NumPy's names too."""
    code = inspect.unwrap(function).__code__
    if not {*NUMPY_NAMES.values()} & {*code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]}:
        return function

    @functools.wraps(function)
    def renamed(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            for theirs in kwargs.keys() & NUMPY_NAMES.keys():
                kwargs[NUMPY_NAMES[theirs]] = kwargs.pop(theirs)
        return function(*args, **kwargs)

    return renamed  # type: ignore[return-value]


def operator(
    places: str = "", /, *, also: str = "", in_place: str = "", raw_too: bool = False, **names: str
) -> Callable[[F], F]:
    """Declare where users find an operator.

    The decorator returns the function itself, or a wrapper of it that also takes NumPy's names of parameters or raw
    arrays.

    Args:
        places: where the function stands under its own name, several separated by spaces: torch, Tensor, special,
            linalg, functional, numpy, python.
        also: its other names in these places.
        in_place: where its in-place form stands, under the same names with an underscore.
        raw_too: whether the function is a composition that needs help to take raw arrays as well; see `operands`.
        names: all its names in one place, for a place where they differ: `special="expit"`.

    Raises:
        TypeError: there is no such place, or another function has the name there.

    Example:
        >>> from autograd_engine.ops.math import asin
        >>> names_in("torch")["arcsin"] is asin
        True
        >>> names_in("Tensor")["arcsin_"].__name__
        'asin_'
    """

    def declare(function: F) -> F:
        function = numpy_names(operands.raw_too(function) if raw_too else function)
        own = f"{function.__name__} {also}"
        for place in places.split():
            _enter(place, own, function)
        for place, listed in names.items():
            _enter(place, listed, function)
        if in_place:
            form = in_place_form(function)
            for place in in_place.split():
                _enter(place, names.get(place, own), form, "_")
        return function

    return declare


def _enter(place: str, names: str, function: Callable[..., Any], ending: str = "") -> None:
    if place not in _NAMES:
        raise TypeError(f"{function.__name__}: there is no place {place!r}; there are {', '.join(_NAMES)}")
    known = _NAMES[place]
    for name in names.split():
        if known.setdefault(name + ending, function) is not function:
            raise TypeError(
                f"{function.__name__}: another function is called {name} in {place}; choose another name"
            )


def names_in(place: str) -> Mapping[str, Callable[..., Any]]:
    """The functions that users find in a place, by their names there; complete once `ops` is imported."""
    return MappingProxyType(_NAMES[place])
