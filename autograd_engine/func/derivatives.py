"""Whole derivatives: the function that computes the gradient, the Jacobian or the Hessian of a function.

grad            one backward pass from a scalar; value_and_grad and grad_and_value return the value too
jacobian        all rows of J: one backward pass for each entry of the result, over one graph
hessian         the Jacobian of the Jacobian
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ..backend.arrays import unboxed
from ..backend.kinds import kind_of
from ..engine.results import make_tensor
from ..ops.shape import reshape, stack
from ..tensor import Tensor
from .call import Call, by_argnums, in_argument_order, places_of, unit_cotangent
from .recorded import own_tensors, pull, zeros_of
from .structure import refilled

R = TypeVar("R")

Argnums = int | Sequence[int]
"""The position of the argument to differentiate by, or several."""


def value_and_grad(
    function: Callable[..., R], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., tuple[R, Any]]:
    """The function that computes the value of `function` and its gradient, in this order, as in JAX.

    (`torch.func.grad_and_value` has them in the other order; it is here too, under that name.)

    Args:
        function: returns a scalar, a 0-d tensor.
        argnums: the position of the argument to differentiate by, or several; then the gradient is a tuple.
        has_aux: the function returns (value, aux).

    Returns:
        A function of the same arguments that returns (value, gradient), or ((value, aux), gradient), the
        gradient structured like the argument.

    Raises:
        RuntimeError: when called: the value is no scalar, an argument is not floating, no such argument.
        TypeError: when called: an argument holds no tensor, or the value is none.

    Example:
        >>> value_and_grad(lambda p: (p["w"] * 3).sum())({"w": tensor([1.0, 2.0])})
        (tensor(9.), {'w': tensor([3., 3.])})
    """
    return _value_and_grad("value_and_grad", function, argnums, has_aux)


def _value_and_grad(name: str, function: Callable[..., Any], argnums: Argnums, has_aux: bool) -> Callable[..., Any]:
    def transformed(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        places = places_of(name, argnums, len(args))
        call = Call(name, function, args, kwargs, places, has_aux)
        value = call.check_scalar()
        pulled = pull([value], [unit_cotangent(value)], call.targets, record=call.connected, retain=call.connected)
        owned = call.visible(own_tensors(pulled, call.targets, value))
        gradients = [owned[i] for i in in_argument_order(places, args)]
        answer = call.visible((value, call.aux) if has_aux else value)
        return answer, refilled(by_argnums(argnums, places, args), gradients)

    return transformed


def grad_and_value(
    function: Callable[..., R], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., tuple[Any, R]]:
    """The function that computes the gradient of `function` and its value, in this order, as in PyTorch.

    Like `value_and_grad`, but for the order: (gradient, value), or (gradient, (value, aux)).

    Example:
        >>> grad_and_value(lambda x: x**2)(tensor(3.0))
        (tensor(6.), tensor(9.))
    """
    both = _value_and_grad("grad_and_value", function, argnums, has_aux)
    return lambda *args, **kwargs: both(*args, **kwargs)[::-1]


def grad(function: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that computes the gradient of `function`, which returns a scalar.

    Args:
        function: returns a scalar, a 0-d tensor.
        argnums: the position of the argument to differentiate by, or several; then the result is a tuple.
        has_aux: the function returns (value, aux).

    Returns:
        A function of the same arguments that returns the gradient, or (gradient, aux), the gradient
        structured like the argument.

    Raises:
        RuntimeError, TypeError: as `value_and_grad`.

    Example:
        >>> grad(grad(lambda x: x**3))(tensor(2.0))
        tensor(12.)
    """
    both = _value_and_grad("grad", function, argnums, has_aux)

    def transformed(*args: Any, **kwargs: Any) -> Any:
        value, gradient = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return transformed


def jacobian(function: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that computes the Jacobian of `function`: J[i, j] = d result[i] / d argument[j].

    Each entry of the result takes one backward pass, all over the same graph.

    Args:
        function: returns a tensor or a structure of tensors.
        argnums: the position of the argument to differentiate by, or several; then a tuple takes its place.
        has_aux: the function returns (result, aux).

    Returns:
        A function of the same arguments that returns the Jacobian, or (Jacobian, aux): the structure of the
        result, with in place of each of its tensors the structure of the argument, whose tensors have shape
        (*result.shape, *argument.shape) and the dtype of the argument.

    Raises:
        RuntimeError: when called: an argument or a result is not floating, no such argument.
        TypeError: when called: an argument, or the result, holds no tensor.

    Example:
        >>> jacobian(lambda x: x**2)(tensor([1.0, 2.0]))
        tensor([[2., 0.],
                [0., 4.]])
    """

    def transformed(*args: Any, **kwargs: Any) -> Any:
        places = places_of("jacobian", argnums, len(args))
        call = Call("jacobian", function, args, kwargs, places, has_aux)
        call.check_floating()
        order = in_argument_order(places, args)
        wrt = by_argnums(argnums, places, args)
        blocks = []
        for output in call.outputs:
            rows = _rows(call, output)
            blocks.append(refilled(wrt, [rows[i] for i in order]))
        answer = call.visible(refilled(call.result, blocks))
        return (answer, call.visible(call.aux)) if has_aux else answer

    return transformed


jacrev = jacfwd = jacobian
"""PyTorch's names for one thing in two ways; there is one way here, backward."""


def _rows(call: Call, output: Tensor) -> list[Tensor]:
    """The Jacobian of one result by each target."""
    size = output.numel()
    shapes = [(*output.shape, *n.shape) for n in call.targets]
    if call.connected and size:
        pulled = [pull([output], [unit_cotangent(output, i)], call.targets, record=True) for i in range(size)]
        return [
            reshape(stack([zeros_of(n, output) if d is None else d for d in column]), shape)
            for column, n, shape in zip(zip(*pulled, strict=True), call.targets, shapes, strict=True)
        ]
    kind = kind_of(output.array)
    blocks = [kind.zeros(shape, n.dtype) for shape, n in zip(shapes, call.targets, strict=True)]
    rows = [b.reshape(size, *n.shape) for b, n in zip(blocks, call.targets, strict=True)]
    for i in range(size):
        pulled = pull([output], [unit_cotangent(output, i)], call.targets, record=False)
        for row, d in zip(rows, pulled, strict=True):
            if d is not None:
                row[i] = d
    return [make_tensor(unboxed(b), None) for b in blocks]


def hessian(function: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The function that computes the Hessian of `function`: H[i, j] = d^2 result / d argument[i] d argument[j].

    The Jacobian of the Jacobian, so that the result need not be a scalar: its shape comes first. For a
    product with a vector, `vhp` needs neither the time nor the memory of the whole matrix.

    Args:
        function: returns a tensor or a structure of tensors.
        argnums: the position of the argument to differentiate by, or several.

    Returns:
        A function of the same arguments that returns, for one tensor, shape
        (*result.shape, *argument.shape, *argument.shape); for structures, structures of structures.

    Raises:
        RuntimeError, TypeError: as `jacobian`.

    Example:
        >>> hessian(lambda x: x[0] ** 2 * x[1])(tensor([1.0, 2.0]))
        tensor([[4., 2.],
                [2., 0.]])
    """
    return jacobian(jacobian(function, argnums), argnums)
