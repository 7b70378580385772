"""Functional transforms: from a function make the function that computes its derivatives.

Every transform calls the function on fresh stand-ins of its inputs and runs the backward pass to those. So no
tensor has to require a gradient, no `.grad` changes, and a function can be transformed again: a stand-in is
recorded as `identity` of the input it stands for, whereby results stay connected to whatever surrounds the call
(another transform, or parameters that the function captured) and to nothing else.

    vjp             u^T J, one backward pass; the transform that the others are made of
    jvp             J v. A backward pass u -> u^T J is linear in u, so its own backward pass is v -> J v
    jacobian        all rows of J: one backward pass for each entry of the result, over one graph
    hessian         the Jacobian of the Jacobian
    vhp, hvp        v^T H and H v: the backward pass of the gradient, without ever forming H
    checkpoint      not a derivative: forget the graph of a part, and record it again when backward needs it

Arguments and results are tensors, or dicts, lists, tuples and named tuples of them, nested to any depth. What
is not a tensor is passed on as it is, and has None in the place of a derivative. NumPy's floating-point scalars and
arrays are not tensors: convert them with `tensor` or `from_numpy`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import index
from typing import Any

import numpy as np

from ..backend.arrays import is_floating, unboxed
from ..engine.broadcast import identity
from ..engine.graph import Leaf, Node, tick
from ..engine.modes import enable_grad, is_grad_enabled
from ..engine.results import make_tensor
from ..ops.shape import reshape, stack
from ..tensor import Tensor
from .checkpoint import checkpoint
from .structure import (
    from_outside,
    kept,
    map_structure,
    matching,
    outline,
    own_tensors,
    pull,
    refilled,
    tensors_of,
    zeros_of,
)

__all__ = [
    "checkpoint",
    "grad",
    "grad_and_value",
    "hessian",
    "hvp",
    "jacobian",
    "jacrev",
    "jvp",
    "value_and_grad",
    "vhp",
    "vjp",
]


class _Call:
    """One call of a function on stand-ins of its inputs.

    Attributes:
        start: the tick before the call; what was recorded earlier lies outside.
        outer: whether the caller records.
        targets: the nodes of the stand-ins, one for each tensor in the differentiated arguments.
        result: what the function returned; `outputs`: the tensors in it.
        aux: the second of the two things returned, with `has_aux`.
        connected: whether the caller records and a result depends on something outside.
    """

    def __init__(
        self,
        name: str,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        places: Sequence[int],
        has_aux: bool = False,
    ) -> None:
        self.name = name
        self.start = tick()
        self.outer = is_grad_enabled()
        self.targets: list[Node] = []
        with enable_grad():
            given = [self._stand_in(i, a) if i in places else a for i, a in enumerate(args)]
            returned = function(*given, **kwargs)
        if has_aux and not (isinstance(returned, tuple) and len(returned) == 2):
            raise RuntimeError(
                f"{name}: with has_aux=True the function returns (result, aux), not {outline(returned)}"
            )
        self.result: Any = returned[0] if has_aux else returned
        self.aux: Any = returned[1] if has_aux else None
        self.outputs = tensors_of(self.result)
        if not self.outputs:
            raise TypeError(f"{name}: the function returned {outline(self.result)}, expected a tensor")
        visible = [*self.outputs, *tensors_of(self.aux)]
        self.connected = self.outer and any(from_outside(self.start, visible))

    def _stand_in(self, place: int, argument: Any) -> Any:
        """The argument with a new node for each tensor, which leads to the tensor's own if it has one."""
        count = len(self.targets)

        def replace(item: Any) -> Any:
            if not isinstance(item, Tensor):
                return item
            if not is_floating(item.dtype):
                raise RuntimeError(
                    f"{self.name}: argument {place} holds a tensor of dtype {item.dtype}, and only floating-point "
                    "tensors have derivatives; convert it with float(), or leave it out of argnums"
                )
            if item.node is None:
                item = make_tensor(item.array, None)
                item.node = Leaf(item)
            stand_in = identity(item)
            self.targets.append(stand_in.node)
            return stand_in

        replaced = map_structure(replace, argument)
        if len(self.targets) == count:
            raise TypeError(
                f"{self.name}: argument {place} is {outline(argument)} and holds no tensor to differentiate by; "
                "make one with tensor(...)"
            )
        return replaced

    def check_scalar(self) -> Tensor:
        """The result, if it is one floating-point number."""
        result = self.result
        if not isinstance(result, Tensor):
            raise TypeError(f"{self.name}: the function returned {outline(result)}, expected a 0-d tensor")
        if result.shape != ():
            raise RuntimeError(
                f"{self.name}: the function returned a tensor of shape {tuple(result.shape)}, expected a scalar "
                "(0-d); reduce it with sum() or mean(), or use vjp or jacobian"
            )
        self.check_floating()
        return result

    def check_floating(self) -> None:
        """Raise if a result has no derivative."""
        for output in self.outputs:
            if not is_floating(output.dtype):
                raise RuntimeError(
                    f"{self.name}: the function returned a tensor of dtype {output.dtype}, which has no "
                    "derivative; return it as (result, aux) with has_aux=True"
                )

    def visible(self, structure: Any) -> Any:
        """The structure as the caller shall see it."""
        return kept(self.start, structure, self.outer)


def _places(name: str, argnums: int | Sequence[int], count: int) -> tuple[int, ...]:
    """The positions of the arguments to differentiate by, counted from the front.

    Raises:
        RuntimeError: there is no such argument, or none or one twice is asked for.
    """
    asked = tuple(argnums) if isinstance(argnums, (tuple, list)) else (argnums,)
    places = []
    for n in asked:
        if not -count <= index(n) < count:
            raise RuntimeError(f"{name}: argnums={argnums} but the function was called with {count} arguments")
        places.append(index(n) % count)
    if not places or len(set(places)) < len(places):
        raise RuntimeError(f"{name}: argnums={argnums} must name at least one argument, and each only once")
    return tuple(places)


def _by_argnums(argnums: int | Sequence[int], places: Sequence[int], args: tuple[Any, ...]) -> Any:
    """The differentiated arguments as results are structured: one, or a tuple if argnums is several."""
    chosen = tuple(args[i] for i in places)
    return chosen if isinstance(argnums, (tuple, list)) else chosen[0]


def _in_argument_order(places: Sequence[int], args: tuple[Any, ...]) -> tuple[int, ...]:
    """For each tensor of the chosen arguments, its position among the targets, which lie in argument order."""
    first, count = {}, 0
    for i in sorted(places):
        first[i] = count
        count += len(tensors_of(args[i]))
    return tuple(first[i] + k for i in places for k in range(len(tensors_of(args[i]))))


def _seed(output: Tensor, position: int = 0) -> Tensor:
    """A cotangent of `output`: 1 at one position and 0 elsewhere."""
    unit = np.zeros(output.shape, output.dtype)
    unit.reshape(-1)[position] = 1
    return make_tensor(unboxed(unit), None)


# --------------------------------------------------------------------------------------- transforms


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
    call = _Call("vjp", function, primals, {}, range(len(primals)), has_aux)
    call.check_floating()

    def vjp_fn(cotangents: Any) -> tuple[Any, ...]:
        outer = is_grad_enabled()
        matched = matching("vjp: cotangents", call.result, cotangents)
        record = outer and (call.connected or any(c.node is not None for c in matched))
        pulled = own_tensors(pull(call.outputs, matched, call.targets, record=record), call.targets)
        return tuple(refilled(primals, kept(call.start, pulled, outer, matched)))

    result = call.visible(call.result)
    return (result, vjp_fn, call.visible(call.aux)) if has_aux else (result, vjp_fn)


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
    call = _Call("jvp", function, args, {}, range(len(args)), has_aux)
    matched = matching("jvp: tangents", args, vectors)
    dummies = [make_tensor(unboxed(np.ones(o.shape, o.dtype)), None) for o in call.outputs]
    for dummy, output in zip(dummies, call.outputs, strict=True):
        dummy.node = Leaf(dummy) if output.node is not None else None
    ends = [d.node for d in dummies if d.node is not None]
    pulled = pull(call.outputs, dummies, call.targets, record=True)
    record = call.outer and (call.connected or any(v.node is not None for v in matched))
    chosen = [(g, v) for g, v in zip(pulled, matched, strict=True) if g is not None]
    pushed = iter(pull([g for g, _ in chosen], [v for _, v in chosen], ends, record=record))
    derivatives = [None if d.node is None else next(pushed) for d in dummies]
    product = refilled(call.result, own_tensors(derivatives, call.outputs))
    answers = (call.result, product, call.aux) if has_aux else (call.result, product)
    return tuple(call.visible(answer) for answer in answers)


def value_and_grad(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
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


def _value_and_grad(
    name: str, function: Callable[..., Any], argnums: int | Sequence[int], has_aux: bool
) -> Callable[..., Any]:
    def transformed(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        places = _places(name, argnums, len(args))
        call = _Call(name, function, args, kwargs, places, has_aux)
        value = call.check_scalar()
        pulled = pull([value], [_seed(value)], call.targets, record=call.connected, retain=call.connected)
        owned = call.visible(own_tensors(pulled, call.targets))
        gradients = [owned[i] for i in _in_argument_order(places, args)]
        answer = call.visible((value, call.aux) if has_aux else value)
        return answer, refilled(_by_argnums(argnums, places, args), gradients)

    return transformed


def grad_and_value(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """The function that computes the gradient of `function` and its value, in this order, as in PyTorch.

    Like `value_and_grad`, but for the order: (gradient, value), or (gradient, (value, aux)).

    Example:
        >>> grad_and_value(lambda x: x**2)(tensor(3.0))
        (tensor(6.), tensor(9.))
    """
    both = _value_and_grad("grad_and_value", function, argnums, has_aux)
    return lambda *args, **kwargs: both(*args, **kwargs)[::-1]


def grad(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
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


def jacobian(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
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
        places = _places("jacobian", argnums, len(args))
        call = _Call("jacobian", function, args, kwargs, places, has_aux)
        call.check_floating()
        order = _in_argument_order(places, args)
        wrt = _by_argnums(argnums, places, args)
        blocks = []
        for output in call.outputs:
            rows = _rows(call, output)
            blocks.append(refilled(wrt, [rows[i] for i in order]))
        answer = call.visible(refilled(call.result, blocks))
        return (answer, call.visible(call.aux)) if has_aux else answer

    return transformed


jacrev = jacobian


def _rows(call: _Call, output: Tensor) -> list[Tensor]:
    """The Jacobian of one result by each target."""
    size = output.numel()
    shapes = [(*output.shape, *n.shape) for n in call.targets]
    if call.connected and size:
        pulled = [pull([output], [_seed(output, i)], call.targets, record=True) for i in range(size)]
        return [
            reshape(stack([zeros_of(n) if d is None else d for d in column]), shape)
            for column, n, shape in zip(zip(*pulled, strict=True), call.targets, shapes, strict=True)
        ]
    blocks = [np.zeros(shape, n.dtype) for shape, n in zip(shapes, call.targets, strict=True)]
    rows = [b.reshape(size, *n.shape) for b, n in zip(blocks, call.targets, strict=True)]
    for i in range(size):
        for row, d in zip(rows, pull([output], [_seed(output, i)], call.targets, record=False), strict=True):
            if d is not None:
                row[i] = d
    return [make_tensor(unboxed(b), None) for b in blocks]


def hessian(function: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
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


def _as_arguments(name: str, primals: Any, vectors: Any) -> tuple[tuple[Any, ...], Any]:
    """A tuple stands for several arguments, anything else for the only one."""
    if type(primals) is not tuple:
        return (primals,), (vectors,)
    if not primals:
        raise RuntimeError(f"{name}: expected at least one primal, got an empty tuple")
    return primals, vectors


def vhp(function: Callable[..., Any], primals: Any, vectors: Any) -> tuple[Any, Any]:
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


def hvp(function: Callable[..., Any], primals: Any, vectors: Any) -> tuple[Any, Any]:
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
    call = _Call(name, function, args, {}, range(len(args)))
    value = call.check_scalar()
    matched = matching(f"{name}: vectors", args, given)
    first = pull([value], [_seed(value)], call.targets, record=True)
    record = call.outer and (call.connected or any(v.node is not None for v in matched))
    chosen = [(g, v) for g, v in zip(first, matched, strict=True) if g is not None]
    second = pull([g for g, _ in chosen], [v for _, v in chosen], call.targets, record=record)
    product = refilled(args, call.visible(own_tensors(second, call.targets)))
    return call.visible(value), product if type(primals) is tuple else product[0]
