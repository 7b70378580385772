"""numpy: for programs written for HIPS's autograd, in the place of `autograd.numpy` and of `autograd`.

    import autograd_engine.numpy as np
    from autograd_engine.numpy import grad

All names are NumPy's; called on tensors, NumPy's functions are recorded. `array([t, t])` and `linspace` of tensors,
which NumPy does not dispatch, stand here, and so do HIPS's transforms of functions. These take and give NumPy's
arrays and Python's numbers. Inside, the function gets tensors of float64.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as _numpy

from . import func as _func
from .backend.aliases import also_as as _also_as
from .func.structure import map_structure as _map_structure
from .func.structure import tensors_of as _tensors_of
from .ops.shape import stack as _stack
from .tensor import Tensor as _Tensor
from .tensor.creation import as_tensor as _as_tensor

__all__ = [
    "array",
    "asarray",
    "deriv",
    "elementwise_grad",
    "grad",
    "grad_and_aux",
    "hessian",
    "hessian_vector_product",
    "jacobian",
    "linspace",
    "make_jvp",
    "make_vjp",
    "value_and_grad",
]

_also_as(__name__, linalg=_numpy.linalg, random=_numpy.random)


def __getattr__(name: str) -> Any:
    """NumPy's own."""
    return getattr(_numpy, name)


# ----------------------------------------------------------------- what NumPy does not dispatch


def array(object: Any, dtype: Any = None, *, copy: bool = True) -> Any:
    """`np.array`; of nested sequences with tensors in them, a tensor, through which gradients flow.

    Example:
        >>> import autograd_engine.numpy as anp
        >>> anp.array([tensor(1.0), 2.0])
        tensor([1., 2.])
    """
    if isinstance(object, _Tensor):
        result = object.clone() if copy else object
    elif isinstance(object, (list, tuple)) and _tensors_of(object):
        parts = [array(part, copy=False) for part in object]
        known = next(part.dtype for part in parts if isinstance(part, _Tensor))
        result = _stack([part if isinstance(part, _Tensor) else _as_tensor(part, dtype=known) for part in parts])
    else:
        return _numpy.array(object, dtype, copy=copy or None)
    return result if dtype is None else result.to(dtype)


def asarray(a: Any, dtype: Any = None) -> Any:
    """`np.asarray`; of nested sequences with tensors in them, a tensor."""
    return array(a, dtype, copy=False)


def linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, **settings: Any) -> Any:
    """`np.linspace`, also between tensors."""
    if not isinstance(start, _Tensor) and not isinstance(stop, _Tensor):
        return _numpy.linspace(start, stop, num, endpoint, **settings)
    shares = _numpy.linspace(0.0, 1.0, num, endpoint)
    shape = (num, *(1 for _ in _numpy.broadcast_shapes(_numpy.shape(start), _numpy.shape(stop))))
    return start + (stop - start) * _as_tensor(shares.reshape(shape))


# ------------------------------------------------------------------------ HIPS's transforms


def _as_tensors(name: str, value: Any) -> Any:
    """A value to differentiate by, with tensors in the places of arrays and numbers.

    Raises:
        TypeError: it holds integers, or what is no number.
    """

    def convert(item: Any) -> Any:
        if isinstance(item, _Tensor):
            return item
        array = _numpy.asarray(item)
        if array.dtype.kind != "f":
            raise TypeError(f"{name}: cannot differentiate by {item!r} ({type(item).__name__}); give it as a float")
        return _as_tensor(array.copy())

    return _map_structure(convert, value)


def _as_arrays(value: Any) -> Any:
    """A result with NumPy's arrays in the places of tensors; 0-d ones are NumPy's numbers. Tensors that require
    gradients stay: a transform around this one, whose variable the function uses, differentiates by it."""
    return _map_structure(lambda x: x.numpy()[()] if isinstance(x, _Tensor) and not x.requires_grad else x, value)


def _transform(
    name: str, fun: Callable[..., Any], argnum: Any, transform: Callable[..., Any]
) -> Callable[..., Any]:
    """`transform(fun)` for arrays and numbers. Where an argument is a tensor already, it runs inside another
    transform, and its result stays a tensor."""
    numbers = argnum if isinstance(argnum, Sequence) else (argnum,)

    @wraps(fun)
    def transformed(*args: Any, **kwargs: Any) -> Any:
        given = [_as_tensors(name, a) if i in numbers else a for i, a in enumerate(args)]
        result = transform(lambda *inner: fun(*inner, **kwargs))(*given)
        return result if _tensors_of(list(args)) else _as_arrays(result)

    return transformed


def grad(fun: Callable[..., Any], argnum: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that computes the gradient of a scalar function, by one of its arguments or several. An array
    of one element counts as a scalar.

    Example:
        >>> import autograd_engine.numpy as anp
        >>> anp.grad(anp.tanh)(1.0), anp.grad(anp.grad(anp.tanh))(1.0)
        (np.float64(0.41997434161402614), np.float64(-0.6397000084492246))
    """
    return _transform("grad", fun, argnum, lambda f: _func.grad(_scalar(f), _numbers(argnum)))


def _scalar(fun: Callable[..., Any]) -> Callable[..., Any]:
    """The function, whose result of one element has no dimensions, and is a tensor."""

    def called(*args: Any) -> Any:
        result = fun(*args)
        if not isinstance(result, _Tensor) and _numpy.ndim(result) == 0:
            return _as_tensor(_numpy.float64(result))  # a constant, whose gradient is 0
        return result.reshape(()) if isinstance(result, _Tensor) and result.numel() == 1 else result

    return called


def _numbers(argnum: int | Sequence[int]) -> Any:
    return tuple(argnum) if isinstance(argnum, Sequence) else argnum


def value_and_grad(fun: Callable[..., Any], argnum: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that computes (value, gradient)."""
    return _transform("value_and_grad", fun, argnum, lambda f: _func.value_and_grad(f, _numbers(argnum)))


def grad_and_aux(fun: Callable[..., Any], argnum: int | Sequence[int] = 0) -> Callable[..., Any]:
    """Of a function that returns (scalar, aux), the function that computes (gradient, aux)."""
    return _transform("grad_and_aux", fun, argnum, lambda f: _func.grad(f, _numbers(argnum), has_aux=True))


def elementwise_grad(fun: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """The sum of each column of the Jacobian: where each element of the result depends on one element of the
    argument, the derivative of one by the other.

    Example:
        >>> import autograd_engine.numpy as anp
        >>> anp.elementwise_grad(anp.square)(anp.array([1.0, 2.0]))
        array([2., 4.])
    """
    return grad(lambda *args, **kwargs: _numpy.sum(fun(*args, **kwargs)), argnum)


deriv = elementwise_grad


def jacobian(fun: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """The function that computes all derivatives, with the shape of the result followed by that of the argument."""
    return _transform("jacobian", fun, argnum, lambda f: _func.jacobian(f, argnum))


def hessian(fun: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """The Jacobian of the Jacobian."""
    return jacobian(jacobian(fun, argnum), argnum)


def hessian_vector_product(fun: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """The function of the arguments and a vector that computes the Hessian of `fun` times the vector."""

    def product(*args: Any, **kwargs: Any) -> Any:
        *given, vector = args
        directional = grad(lambda *a: _numpy.sum(grad(lambda *b: fun(*b, **kwargs), argnum)(*a) * vector), argnum)
        return directional(*given)

    return product


def make_vjp(fun: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """The function that computes (vjp, value), where vjp(u) is u times the Jacobian."""

    def vjp_and_value(*args: Any, **kwargs: Any) -> Any:
        given = _as_tensors("make_vjp", args[argnum])
        value, pull = _func.vjp(lambda x: fun(*args[:argnum], x, *args[argnum + 1 :], **kwargs), given)
        return lambda u: _as_arrays(pull(_map_structure(_as_tensor, u))[0]), _as_arrays(value)

    return vjp_and_value


def make_jvp(fun: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """The function that computes jvp, where jvp(v) is (value, the Jacobian times v)."""

    def jvp_of(*args: Any, **kwargs: Any) -> Any:
        given = _as_tensors("make_jvp", args[argnum])

        def jvp(v: Any) -> Any:
            return _as_arrays(
                _func.jvp(
                    lambda x: fun(*args[:argnum], x, *args[argnum + 1 :], **kwargs),
                    (given,),
                    (_as_tensors("make_jvp", v),),
                )
            )

        return jvp

    return jvp_of
