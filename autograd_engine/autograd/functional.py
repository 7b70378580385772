"""Derivatives of a function at a point, under the names and with the arguments of `torch.autograd.functional`.

The transforms of `func` compute them. Here are PyTorch's older manners: tensors or tuples of tensors go in and come
out, `create_graph` says whether results are recorded, and with `strict` an independence is an error, not a zero.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from .. import func as transforms
from ..engine.modes import set_grad_enabled
from ..func.recorded import recorded_since
from ..func.structure import outline
from ..ops.shape import reshape
from ..tensor import Tensor
from ..tensor.creation import ones_like

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

Tensors = Any
"""A tensor or a tuple of tensors."""

T = TypeVar("T")
R = TypeVar("R")

Function = Callable[..., Tensors]
ScalarFunction = Callable[..., Tensor]


def vjp(
    func: Callable[..., R], inputs: T, v: Tensors = None, create_graph: bool = False, strict: bool = False
) -> tuple[R, T]:
    """The result of `func(*inputs)`, and v^T J, the product of a vector with the Jacobian there.

    Args:
        func: returns a tensor or a tuple of tensors.
        inputs: a tensor or a tuple of tensors.
        v: of the shapes of the result; may be left out where that is a single element, for 1.
        create_graph: whether result and product are recorded, so that they can be differentiated.
        strict: raise if an output depends on no input, or an input has no influence; else the product has zeros.

    Raises:
        TypeError: an input or an output is not a tensor.
        RuntimeError: v does not fit the result; an independence, with `strict`.

    Example:
        >>> autograd.functional.vjp(lambda x: x**2, tensor([1.0, 2.0]), tensor([1.0, 10.0]))
        (tensor([1., 4.]), tensor([ 2., 40.]))
    """
    with set_grad_enabled(create_graph):
        result, pull = transforms.vjp(_checked("vjp", func, strict), *_points("vjp", inputs, create_graph))
        product: Any = pull(_vector("vjp", "func returns", result, v))
    return result, product if isinstance(inputs, tuple) else product[0]


def jvp(
    func: Callable[..., R], inputs: Tensors, v: Tensors = None, create_graph: bool = False, strict: bool = False
) -> tuple[R, R]:
    """The result of `func(*inputs)`, and J v, the product of the Jacobian there with a vector.

    Args:
        func, inputs, create_graph, strict: as for `vjp`.
        v: of the shapes of the inputs; may be left out where that is a single element, for 1.

    Raises:
        TypeError: an input or an output is not a tensor.
        RuntimeError: v does not fit the inputs; an independence, with `strict`.

    Example:
        >>> autograd.functional.jvp(lambda x: x**2, tensor([1.0, 2.0]), tensor([1.0, 10.0]))
        (tensor([1., 4.]), tensor([ 2., 40.]))
    """
    points = _points("jvp", inputs, create_graph)
    vector = _vector("jvp", "func takes", inputs, v)
    with set_grad_enabled(create_graph):
        result, product = transforms.jvp(_checked("jvp", func, strict), points, _as_tuple(vector))
    return result, product


def jacobian(
    func: Function,
    inputs: Tensors,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Tensors:
    """The Jacobian of `func` at `inputs`: J[i, j] = d result[i] / d input[j].

    Args:
        func, inputs, create_graph: as for `vjp`.
        strict: raise if an output does not depend on each of the inputs; else their Jacobian is zeros.
        vectorize, strategy: PyTorch's choice of an implementation; changes nothing.

    Returns:
        For one output and one input a tensor of shape (*output.shape, *input.shape). For a tuple of inputs a tuple
        of these, and for a tuple of outputs a tuple with one of the former for each output.

    Raises:
        TypeError: an input or an output is not a tensor.
        RuntimeError: an independence, with `strict`.
        ValueError: `strategy` is neither "reverse-mode" nor "forward-mode".

    Example:
        >>> autograd.functional.jacobian(lambda x: x**2, tensor([1.0, 2.0]))
        tensor([[2., 0.],
                [0., 4.]])
    """
    _check_strategy(strategy)
    points = _points("jacobian", inputs, create_graph)
    with set_grad_enabled(create_graph):
        return transforms.jacobian(_checked("jacobian", func, strict, each=True), _argnums(inputs))(*points)


def hessian(
    func: ScalarFunction,
    inputs: Tensors,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Tensors:
    """The Hessian of `func`, which returns one number, at `inputs`: H[i, j] = d^2 result / d input[i] d input[j].

    Args:
        func: returns a tensor of one element.
        inputs, create_graph: as for `vjp`.
        strict: raise if the gradient by one of the inputs does not depend on each of them; else there are zeros.
        vectorize, outer_jacobian_strategy: PyTorch's choice of an implementation; changes nothing.

    Returns:
        For one input a tensor of shape (*input.shape, *input.shape), for a tuple of inputs a tuple of tuples.

    Raises:
        TypeError: an input is not a tensor, or the result is none.
        RuntimeError: the result has several elements; an independence, with `strict`.
        ValueError: `outer_jacobian_strategy` is neither "reverse-mode" nor "forward-mode".

    Example:
        >>> autograd.functional.hessian(lambda x: x[0] ** 2 * x[1], tensor([1.0, 2.0]))
        tensor([[4., 2.],
                [2., 0.]])
    """
    _check_strategy(outer_jacobian_strategy)
    points = _points("hessian", inputs, create_graph)
    with set_grad_enabled(create_graph):
        gradient = _gradient("hessian", _scalar("hessian", func), inputs, strict, each=True)
        return transforms.jacobian(gradient, _argnums(inputs))(*points)


def vhp(
    func: ScalarFunction, inputs: T, v: Tensors = None, create_graph: bool = False, strict: bool = False
) -> tuple[Tensor, T]:
    """The result of `func(*inputs)`, a single number, and v^T H, the product of a vector with the Hessian there.

    Args:
        func: returns a tensor of one element.
        inputs, create_graph: as for `vjp`.
        v: of the shapes of the inputs; may be left out where that is a single element, for 1.
        strict: raise if the gradient by an input depends on no input, or an input has no influence on the gradient.

    Raises:
        TypeError: an input is not a tensor, or the result is none.
        RuntimeError: the result has several elements, v does not fit the inputs; an independence, with `strict`.

    Example:
        >>> autograd.functional.vhp(lambda x: (x**3).sum(), tensor([1.0, 2.0]), tensor([1.0, 10.0]))
        (tensor(9.), tensor([  6., 120.]))
    """
    return _second_order("vhp", transforms.vhp, func, inputs, v, create_graph, strict)


def hvp(
    func: ScalarFunction, inputs: T, v: Tensors = None, create_graph: bool = False, strict: bool = False
) -> tuple[Tensor, T]:
    """The result of `func(*inputs)`, a single number, and H v, the product of the Hessian there with a vector.

    See `vhp` for arguments and errors, and `func.hvp` for how it is computed.

    Example:
        >>> autograd.functional.hvp(lambda x: (x**3).sum(), tensor([1.0, 2.0]), tensor([1.0, 10.0]))
        (tensor(9.), tensor([  6., 120.]))
    """
    return _second_order("hvp", transforms.hvp, func, inputs, v, create_graph, strict)


def _second_order(
    name: str,
    transform: Callable[..., Any],
    func: ScalarFunction,
    inputs: Tensors,
    v: Tensors,
    create_graph: bool,
    strict: bool,
) -> tuple[Tensor, Tensors]:
    points = _points(name, inputs, create_graph)
    vector = _vector(name, "func takes", inputs, v)
    scalar = _scalar(name, func)
    with set_grad_enabled(create_graph):
        if strict:
            transforms.vjp(_gradient(name, scalar, inputs, strict), *points)
        value, product = transform(scalar, points, _as_tuple(vector))
    return reshape(value, scalar.shape), product if isinstance(inputs, tuple) else product[0]


# ------------------------------------------------------------------------- what goes in, what comes out


def _as_tuple(tensors: Tensors) -> tuple[Any, ...]:
    return tensors if isinstance(tensors, tuple) else (tensors,)


def _argnums(inputs: Tensors) -> Any:
    """Which arguments to differentiate by: several, for which results are tuples, or the only one."""
    return tuple(range(len(inputs))) if isinstance(inputs, tuple) else 0


def _check_tensors(name: str, what: str, given: Tensors) -> None:
    for item in _as_tuple(given):
        if not isinstance(item, Tensor):
            raise TypeError(f"{name}: {what} must be a tensor or a tuple of tensors, not contain {outline(item)}")


def _points(name: str, inputs: Tensors, create_graph: bool) -> tuple[Any, ...]:
    """The inputs; those that require no gradient as leaves that do, if the results are to be recorded."""
    _check_tensors(name, "inputs", inputs)
    return tuple(
        x.detach().requires_grad_() if create_graph and not x.requires_grad else x for x in _as_tuple(inputs)
    )


def _vector(name: str, which: str, like: Tensors, v: Tensors) -> Tensors:
    """The vector to multiply by, in the structure of `like`."""
    if v is None:
        if (isinstance(like, tuple) and len(like) > 1) or _as_tuple(like)[0].numel() != 1:
            raise RuntimeError(f"{name}: v may only be left out where {which} a single tensor of one element")
        return (ones_like(like[0]),) if isinstance(like, tuple) else ones_like(like)
    return _as_tuple(v) if isinstance(like, tuple) else v[0] if isinstance(v, tuple) and len(v) == 1 else v


def _check_strategy(strategy: str) -> None:
    if strategy not in ("reverse-mode", "forward-mode"):
        raise ValueError(f"the strategy must be 'reverse-mode' or 'forward-mode', not {strategy!r}")


class _scalar:
    """A function of one number, which it returns as a 0-d tensor, and the shape in which the user's returns it."""

    def __init__(self, name: str, func: ScalarFunction) -> None:
        self.name = name
        self.func = func
        self.shape: tuple[int, ...]

    def __call__(self, *inputs: Any) -> Any:
        result = self.func(*inputs)
        if not isinstance(result, Tensor):
            raise TypeError(
                f"{self.name}: the function returned {outline(result)}, expected a tensor of one element"
            )
        if result.numel() != 1:
            raise RuntimeError(
                f"{self.name}: the function returned a tensor of shape {tuple(result.shape)}, expected one element"
            )
        self.shape = tuple(result.shape)
        return reshape(result, ())


# --------------------------------------------------------------------------------------- independence


def _gradient(name: str, func: ScalarFunction, inputs: Tensors, strict: bool, each: bool = False) -> Function:
    """The gradient of `func` by all inputs, checked twice: what it depends on, and what its gradient depends on."""
    gradient = transforms.grad(_checked(name, func, strict), _argnums(inputs))
    return _checked(f"{name} (of the gradient)", gradient, strict, each)


def _checked(name: str, func: Function, strict: bool, each: bool = False) -> Function:
    """`func`; its outputs must be tensors and, with `strict`, depend on the inputs.

    Args:
        each: whether every output has to depend on every input; otherwise each output has to depend on some input,
            and some output on each input.
    """

    def checked(*inputs: Any) -> Tensors:
        result = func(*inputs)
        _check_tensors(name, "what the function returns", result)
        if strict:
            start = min(x.node.tick for x in inputs)
            reached = [set(recorded_since(start, [output])) for output in _as_tuple(result)]
            _check_dependence(name, [[x.node in nodes for x in inputs] for nodes in reached], each)
        return result

    return checked


def _check_dependence(name: str, depends: list[list[bool]], each: bool) -> None:
    """Raise for an independence; `depends[i][j]` says whether output i depends on input j."""
    for i, row in enumerate(depends):
        if not any(row):
            raise RuntimeError(f"{name}: output {i} depends on no input, which strict=True forbids")
    for j, column in enumerate(zip(*depends, strict=True)):
        if not (all(column) if each else any(column)):
            which = f"output {column.index(False)} does not depend" if each else "no output depends"
            raise RuntimeError(f"{name}: {which} on input {j}, which strict=True forbids")
