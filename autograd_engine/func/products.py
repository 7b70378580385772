"""Products of the Jacobian or the Hessian with vectors, which never form the matrix.

vjp             u^T J, one backward pass
jvp             J v. A backward pass u -> u^T J is linear in u, so its own backward pass is v -> J v
vhp, hvp        v^T H and H v: the backward pass of the gradient
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar, overload

from ..backend.arrays import unboxed
from ..backend.kinds import kind_of
from ..engine.graph import Leaf
from ..engine.modes import is_grad_enabled
from ..engine.results import make_tensor
from ..tensor import Tensor
from .call import Call, unit_cotangent
from .recorded import own_tensors, pull, seen_outside
from .structure import matching, refilled

A = TypeVar("A")
R = TypeVar("R")
T = TypeVar("T")


@overload
def vjp(
    function: Callable[..., R], *primals: Any, has_aux: Literal[False] = False
) -> tuple[R, Callable[[Any], tuple[Any, ...]]]: ...


@overload
def vjp(
    function: Callable[..., tuple[R, A]], *primals: Any, has_aux: Literal[True]
) -> tuple[R, Callable[[Any], tuple[Any, ...]], A]: ...


def vjp(function: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """The result of `function(*primals)`, and the function that maps u to u^T J, J being the Jacobian there.

    Args:
        function: takes the primals and returns a tensor or a structure of tensors.
        primals: the point, in structures of tensors.
        has_aux: the function returns (result, aux), and aux is passed on undifferentiated.

    Returns:
        (result, vjp_fn), or (result, vjp_fn, aux). `vjp_fn(cotangents)` takes what has the structure and shapes
        of the result and returns a tuple with the structure of the primals. It can be called any number of
        times, and keeps the graph as long as it lives.

    Raises:
        RuntimeError: a primal or a result is not floating; cotangents that do not fit the result.
        TypeError: a primal, or the result, holds no tensor.

    Example:
        >>> y, pull = vjp(lambda x: x**2, tensor([1.0, 2.0]))
        >>> y
        tensor([1., 4.])
        >>> pull(tensor([1.0, 10.0]))
        (tensor([ 2., 40.]),)
    """
    if not primals:
        raise RuntimeError("vjp: expected at least one primal")
    call = Call("vjp", function, primals, {}, range(len(primals)), has_aux)
    call.check_floating()

    def vjp_fn(cotangents: Any) -> tuple[Any, ...]:
        outer = is_grad_enabled()
        matched = matching("vjp: cotangents", call.result, cotangents)
        record = outer and (call.connected or any(c.node is not None for c in matched))
        pulled = own_tensors(
            pull(call.outputs, matched, call.targets, record=record), call.targets, call.outputs[0]
        )
        return tuple(refilled(primals, seen_outside(call.start, pulled, outer, matched)))

    result = call.visible(call.result)
    return (result, vjp_fn, call.visible(call.aux)) if has_aux else (result, vjp_fn)


@overload
def jvp(
    function: Callable[..., R], primals: Any, tangents: Any, *, has_aux: Literal[False] = False
) -> tuple[R, R]: ...


@overload
def jvp(
    function: Callable[..., tuple[R, A]], primals: Any, tangents: Any, *, has_aux: Literal[True]
) -> tuple[R, R, A]: ...


def jvp(function: Callable[..., Any], primals: Any, tangents: Any, *, has_aux: bool = False) -> Any:
    """The result of `function(*primals)` and J v, the derivative of the result along the tangents v.

    Backward passes compute u^T J, which is linear in u; the derivative of that by u, along v, is J v.

    Args:
        function: takes the primals and returns a tensor or a structure of tensors.
        primals: a tuple of arguments; anything else is the only argument.
        tangents: of the same structure and shapes.
        has_aux: the function returns (result, aux), and aux is passed on undifferentiated.

    Returns:
        (result, product), or (result, product, aux), the product structured like the result. A result that is
        not floating has zeros.

    Raises:
        RuntimeError: a primal is not floating; tangents that do not fit the primals.
        TypeError: a primal, or the result, holds no tensor.

    Example:
        >>> jvp(lambda x, y: x * y, (tensor(3.0), tensor(4.0)), (tensor(1.0), tensor(10.0)))
        (tensor(12.), tensor(34.))

    Source: J. Townsend, "A new trick for calculating Jacobian vector products" (2017).
    """
    args, vectors = _as_arguments("jvp", primals, tangents)
    call = Call("jvp", function, args, {}, range(len(args)), has_aux)
    matched = matching("jvp: tangents", args, vectors)
    dummies = [make_tensor(unboxed(kind_of(o.array).ones(o.shape, o.dtype)), None) for o in call.outputs]
    for dummy, output in zip(dummies, call.outputs, strict=True):
        dummy.node = Leaf(dummy) if output.node is not None else None
    ends = [d.node for d in dummies if d.node is not None]
    pulled = pull(call.outputs, dummies, call.targets, record=True)
    record = call.outer and (call.connected or any(v.node is not None for v in matched))
    chosen = [(g, v) for g, v in zip(pulled, matched, strict=True) if g is not None]
    pushed = iter(pull([g for g, _ in chosen], [v for _, v in chosen], ends, record=record))
    derivatives = [None if d.node is None else next(pushed) for d in dummies]
    product = refilled(call.result, own_tensors(derivatives, call.outputs, call.outputs[0]))
    answers = (call.result, product, call.aux) if has_aux else (call.result, product)
    return tuple(call.visible(answer) for answer in answers)


def _as_arguments(name: str, primals: Any, vectors: Any) -> tuple[tuple[Any, ...], Any]:
    """A tuple stands for several arguments, anything else for the only one."""
    if type(primals) is not tuple:
        return (primals,), (vectors,)
    if not primals:
        raise RuntimeError(f"{name}: expected at least one primal, got an empty tuple")
    return primals, vectors


def vhp(function: Callable[..., Any], primals: T, vectors: Any) -> tuple[Tensor, T]:
    """The value of `function(*primals)` and v^T H, the product of vectors with the Hessian there.

    The backward pass of the gradient, at a few times the cost of the value, whatever the size of H.

    Args:
        function: returns a scalar, a 0-d tensor.
        primals: a tuple of arguments; anything else is the only argument.
        vectors: of the same structure and shapes.

    Returns:
        (value, product), the product structured like the primals.

    Raises:
        RuntimeError: the value is no scalar, a primal is not floating, vectors that do not fit the primals.
        TypeError: a primal holds no tensor, or the value is none.

    Example:
        >>> vhp(lambda x: (x**3).sum(), tensor([1.0, 2.0]), tensor([1.0, 10.0]))
        (tensor(9.), tensor([  6., 120.]))
    """
    return _vhp("vhp", function, primals, vectors)


def hvp(function: Callable[..., Any], primals: T, vectors: Any) -> tuple[Tensor, T]:
    """The value of `function(*primals)` and H v, the product of the Hessian there with vectors.

    Wherever second derivatives are continuous the Hessian is symmetric, so that this is computed as v^T H,
    which takes one backward pass less. See `vhp` for arguments, results and errors.

    Example:
        >>> hvp(lambda x, y: x * y**2, (tensor(3.0), tensor(2.0)), (tensor(1.0), tensor(0.0)))
        (tensor(12.), (tensor(0.), tensor(4.)))

    Source: B. A. Pearlmutter, "Fast exact multiplication by the Hessian", Neural Computation 6 (1994) 147-160.
    """
    return _vhp("hvp", function, primals, vectors)


def _vhp(name: str, function: Callable[..., Any], primals: Any, vectors: Any) -> tuple[Any, Any]:
    args, given = _as_arguments(name, primals, vectors)
    call = Call(name, function, args, {}, range(len(args)))
    value = call.check_scalar()
    matched = matching(f"{name}: vectors", args, given)
    first = pull([value], [unit_cotangent(value)], call.targets, record=True)
    record = call.outer and (call.connected or any(v.node is not None for v in matched))
    chosen = [(g, v) for g, v in zip(first, matched, strict=True) if g is not None]
    second = pull([g for g, _ in chosen], [v for _, v in chosen], call.targets, record=record)
    product = refilled(args, call.visible(own_tensors(second, call.targets, call.outputs[0])))
    return call.visible(value), product if type(primals) is tuple else product[0]
