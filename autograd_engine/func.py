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

import copy
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter, index
from typing import Any

import numpy as np

from . import graph
from .autograd import Function, enable_grad, is_grad_enabled
from .backend.arrays import is_floating, unboxed, zeros
from .backend.random import default_generator
from .backward import run
from .graph import Leaf, Node
from .ops.shape import clone, identity, reshape, stack
from .primitive import make_tensor
from .tensor import Tensor

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


# --------------------------------------------------------------------------------- nested structures


def _is_sequence(x: Any) -> bool:
    """Whether x is a list, a tuple or a named tuple; other subclasses may not be ours to rebuild."""
    return type(x) in (list, tuple) or (isinstance(x, tuple) and hasattr(x, "_make"))


def _map(function: Callable[[Any], Any], structure: Any) -> Any:
    """The same structure with `function` applied to whatever is no dict, list or tuple."""
    if isinstance(structure, dict):
        mapped = copy.copy(structure)  # keeps the class: OrderedDict, defaultdict
        for key, value in structure.items():
            mapped[key] = _map(function, value)
        return mapped
    if _is_sequence(structure):
        items = [_map(function, item) for item in structure]
        return structure._make(items) if hasattr(structure, "_make") else type(structure)(items)
    return function(structure)


def _tensors(structure: Any) -> list[Tensor]:
    """The tensors of a structure, in order."""
    found: list[Tensor] = []

    def look(item: Any) -> None:
        if isinstance(item, Tensor):
            found.append(item)

    _map(look, structure)
    return found


def _refilled(structure: Any, values: Sequence[Any]) -> Any:
    """The structure with `values` in the places of its tensors and None in all others."""
    rest = iter(values)
    return _map(lambda item: next(rest) if isinstance(item, Tensor) else None, structure)


def _pairs(path: str, like: Any, given: Any) -> Iterator[tuple[str, Any, Any]]:
    """The items of `like` and of `given`, which must have the same structure, with where they were found."""
    if isinstance(like, dict):
        if not isinstance(given, dict) or given.keys() != like.keys():
            raise RuntimeError(f"{path} is {_outline(given)}, expected {_outline(like)}")
        for key, item in like.items():
            yield from _pairs(f"{path}[{key!r}]", item, given[key])
    elif _is_sequence(like):
        if type(given) is not type(like) or len(given) != len(like):
            raise RuntimeError(f"{path} is {_outline(given)}, expected {_outline(like)}")
        for i, (item, other) in enumerate(zip(like, given, strict=True)):
            yield from _pairs(f"{path}[{i}]", item, other)
    else:
        yield path, like, given


def _outline(x: Any) -> str:
    """What x is, in a few words for an error message."""
    if isinstance(x, dict):
        return f"a {type(x).__name__} with keys {list(x)}"
    if isinstance(x, Tensor):
        return f"a tensor of shape {tuple(x.shape)}"
    return f"a {type(x).__name__} of length {len(x)}" if _is_sequence(x) else f"a {type(x).__name__}"


def _matched(path: str, like: Any, given: Any) -> list[Tensor]:
    """One tensor of `given` for each tensor of `like`, of its shape and, if it is floating, of its dtype."""
    matched = []
    for where, tensor, other in _pairs(path, like, given):
        if not isinstance(tensor, Tensor):
            continue
        if not isinstance(other, Tensor):
            if not isinstance(other, (int, float, np.ndarray, np.generic)):
                raise TypeError(f"{where} is {_outline(other)}, expected {_outline(tensor)}")
            other = Tensor(other)
        if other.shape != tensor.shape:
            raise RuntimeError(f"{where} has shape {tuple(other.shape)}, expected {tuple(tensor.shape)}")
        matched.append(other.to(tensor.dtype) if is_floating(tensor.dtype) else other)
    return matched


# ------------------------------------------------------------------------- inside and outside a call


def _recorded_since(start: int, tensors: Sequence[Tensor]) -> list[Node]:
    """The nodes recorded since the tick `start` that lead to `tensors`, inputs before results."""
    found = {t.node for t in tensors if t.node is not None and t.node.tick >= start}
    order = list(found)
    for node in order:
        for parent in node.parents or ():
            if parent is not None and parent.tick >= start and parent not in found:
                found.add(parent)
                order.append(parent)
    order.sort(key=attrgetter("tick"))
    return order


def _from_outside(start: int, tensors: Sequence[Tensor], also: Sequence[Tensor] = ()) -> list[bool]:
    """Which of `tensors` depend on something recorded before the tick `start`, or on one of `also`."""
    outside: set[Node | None] = {t.node for t in also if t.node is not None}
    for node in _recorded_since(start, tensors):
        if any(p is not None and (p.tick < start or p in outside) for p in node.parents or ()):
            outside.add(node)
    return [t.node is not None and (t.node.tick < start or t.node in outside) for t in tensors]


def _kept(start: int, structure: Any, outer: bool, also: Sequence[Tensor] = ()) -> Any:
    """The structure with its tensors as the caller shall see them: detached, unless the caller records and
    they depend on something outside of the call that began at `start`."""
    tensors = _tensors(structure)
    connected = _from_outside(start, tensors, also) if outer else [False] * len(tensors)
    rest = iter(connected)

    def keep(item: Any) -> Any:
        if not isinstance(item, Tensor) or next(rest) or item.node is None:
            return item
        return make_tensor(item.array, None)

    return _map(keep, structure)


def _pull(
    outputs: Sequence[Tensor],
    cotangents: Sequence[Tensor],
    targets: Sequence[Node],
    *,
    record: bool,
    retain: bool = True,
) -> list[Any]:
    """u^T J for the nodes `targets`: raw arrays, or tensors if it is to be recorded; None stands for zeros."""
    first = min((t.tick for t in targets), default=0)  # what is older depends on no target
    pairs = [
        (o.node, c if record else c.array)
        for o, c in zip(outputs, cotangents, strict=True)
        if o.node is not None and o.node.tick >= first
    ]
    with enable_grad():
        roots, seeds = [node for node, _ in pairs], [c for _, c in pairs]
        return run(roots, seeds, targets, retain_graph=retain, create_graph=record)


def _zeros(like: Any) -> Tensor:
    """Zeros in the shape and dtype of a node or a tensor."""
    return make_tensor(zeros(like.shape, like.dtype), None)


def _owned(derivatives: Sequence[Any], like: Sequence[Any]) -> list[Tensor]:
    """Tensors that share their memory with nothing; zeros, in the shape of `like`, where there is None."""

    def own(derivative: Any, node: Any) -> Tensor:
        if derivative is None:
            return _zeros(node)
        return clone(derivative) if isinstance(derivative, Tensor) else make_tensor(derivative.copy(), None)

    return [own(d, n) for d, n in zip(derivatives, like, strict=True)]


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
        self.start = graph.tick()
        self.outer = is_grad_enabled()
        self.targets: list[Node] = []
        with enable_grad():
            given = [self._stand_in(i, a) if i in places else a for i, a in enumerate(args)]
            returned = function(*given, **kwargs)
        if has_aux and not (isinstance(returned, tuple) and len(returned) == 2):
            raise RuntimeError(
                f"{name}: with has_aux=True the function returns (result, aux), not {_outline(returned)}"
            )
        self.result: Any = returned[0] if has_aux else returned
        self.aux: Any = returned[1] if has_aux else None
        self.outputs = _tensors(self.result)
        if not self.outputs:
            raise TypeError(f"{name}: the function returned {_outline(self.result)}, expected a tensor")
        visible = [*self.outputs, *_tensors(self.aux)]
        self.connected = self.outer and any(_from_outside(self.start, visible))

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

        replaced = _map(replace, argument)
        if len(self.targets) == count:
            raise TypeError(
                f"{self.name}: argument {place} is {_outline(argument)} and holds no tensor to differentiate by; "
                "make one with tensor(...)"
            )
        return replaced

    def check_scalar(self) -> Tensor:
        """The result, if it is one floating-point number."""
        result = self.result
        if not isinstance(result, Tensor):
            raise TypeError(f"{self.name}: the function returned {_outline(result)}, expected a 0-d tensor")
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
        return _kept(self.start, structure, self.outer)


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
        count += len(_tensors(args[i]))
    return tuple(first[i] + k for i in places for k in range(len(_tensors(args[i]))))


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
        matched = _matched("vjp: cotangents", call.result, cotangents)
        record = outer and (call.connected or any(c.node is not None for c in matched))
        pulled = _owned(_pull(call.outputs, matched, call.targets, record=record), call.targets)
        return tuple(_refilled(primals, _kept(call.start, pulled, outer, matched)))

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
    matched = _matched("jvp: tangents", args, vectors)
    dummies = [make_tensor(unboxed(np.ones(o.shape, o.dtype)), None) for o in call.outputs]
    for dummy, output in zip(dummies, call.outputs, strict=True):
        dummy.node = Leaf(dummy) if output.node is not None else None
    ends = [d.node for d in dummies if d.node is not None]
    pulled = _pull(call.outputs, dummies, call.targets, record=True)
    record = call.outer and (call.connected or any(v.node is not None for v in matched))
    chosen = [(g, v) for g, v in zip(pulled, matched, strict=True) if g is not None]
    pushed = iter(_pull([g for g, _ in chosen], [v for _, v in chosen], ends, record=record))
    derivatives = [None if d.node is None else next(pushed) for d in dummies]
    product = _refilled(call.result, _owned(derivatives, call.outputs))
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
        pulled = _pull([value], [_seed(value)], call.targets, record=call.connected, retain=call.connected)
        owned = call.visible(_owned(pulled, call.targets))
        gradients = [owned[i] for i in _in_argument_order(places, args)]
        answer = call.visible((value, call.aux) if has_aux else value)
        return answer, _refilled(_by_argnums(argnums, places, args), gradients)

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
            blocks.append(_refilled(wrt, [rows[i] for i in order]))
        answer = call.visible(_refilled(call.result, blocks))
        return (answer, call.visible(call.aux)) if has_aux else answer

    return transformed


jacrev = jacobian


def _rows(call: _Call, output: Tensor) -> list[Tensor]:
    """The Jacobian of one result by each target."""
    size = output.numel()
    shapes = [(*output.shape, *n.shape) for n in call.targets]
    if call.connected and size:
        pulled = [_pull([output], [_seed(output, i)], call.targets, record=True) for i in range(size)]
        return [
            reshape(stack([_zeros(n) if d is None else d for d in column]), shape)
            for column, n, shape in zip(zip(*pulled, strict=True), call.targets, shapes, strict=True)
        ]
    blocks = [np.zeros(shape, n.dtype) for shape, n in zip(shapes, call.targets, strict=True)]
    rows = [b.reshape(size, *n.shape) for b, n in zip(blocks, call.targets, strict=True)]
    for i in range(size):
        for row, d in zip(rows, _pull([output], [_seed(output, i)], call.targets, record=False), strict=True):
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
    matched = _matched(f"{name}: vectors", args, given)
    first = _pull([value], [_seed(value)], call.targets, record=True)
    record = call.outer and (call.connected or any(v.node is not None for v in matched))
    chosen = [(g, v) for g, v in zip(first, matched, strict=True) if g is not None]
    second = _pull([g for g, _ in chosen], [v for _, v in chosen], call.targets, record=record)
    product = _refilled(args, call.visible(_owned(second, call.targets)))
    return call.visible(value), product if type(primals) is tuple else product[0]


# --------------------------------------------------------------------------------------- checkpoint


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool = False,
    preserve_rng_state: bool = True,
    **kwargs: Any,
) -> Any:
    """`function(*args, **kwargs)` without keeping its graph: backward calls the function again to have it.

    Trades time for memory, as `torch.utils.checkpoint.checkpoint`: of all that the function saves for its
    derivatives only its arguments are kept. Gradients flow to the arguments and to every tensor the function
    captures, and derivatives of every order exist.

    Args:
        function: returns a tensor or a structure of tensors. Its second call has to repeat the first, so it
            must not depend on what changes in between, as a loop variable does that it captured.
        args, kwargs: its arguments, of any kind.
        use_reentrant: there is one implementation, which does all that PyTorch's two do; for its callers' sake.
        preserve_rng_state: let the second call draw the same numbers from the default generator (not from a
            `Generator` of one's own, nor from NumPy's or Python's).

    Raises:
        RuntimeError: in backward: the second call used other tensors or gave results of other shapes than the
            first, or an argument or a captured parameter was changed in place in between.

    Example:
        >>> w = tensor([1.0, 2.0], requires_grad=True)
        >>> y = checkpoint(lambda x: (x * w).tanh().sum(), tensor([0.0, 0.0]))
        >>> y.grad_fn
        <Checkpoint, shape (), float32>
        >>> y.backward()
        >>> w.grad
        tensor([0., 0.])

    Source: T. Chen, B. Xu, C. Zhang and C. Guestrin, "Training deep nets with sublinear memory cost",
    arXiv:1604.06174 (2016).
    """
    if not is_grad_enabled():
        return function(*args, **kwargs)
    replay = _Replay(function, args, kwargs, default_generator.get_state() if preserve_rng_state else None)
    start = graph.tick()
    result = function(*args, **kwargs)
    outputs = _tensors(result)
    boundary = replay.note(outputs, start)
    if not boundary:
        return result
    recorded = Checkpoint.apply(replay, outputs, *boundary)
    rest = iter(recorded if isinstance(recorded, tuple) else (recorded,))
    return _map(lambda item: next(rest) if isinstance(item, Tensor) else item, result)


class _Replay:
    """A call that can be repeated: the function, its arguments as they were, and the state of randomness.

    Attributes:
        boundary: the nodes outside the call that its results depend on.
        form: of each result the shape, the dtype and whether gradients flow to it.
    """

    def __init__(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], state: Any
    ) -> None:
        self.function = function
        self.args, self.kwargs = _map(_same, args), _map(_same, kwargs)
        self.state = state
        self.boundary: list[Node] = []
        self.form: list[tuple[Any, ...]] = []

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError(
            "a graph with a checkpoint in it can be neither copied nor pickled: its backward would call the "
            "function on the tensors of the original; use detach() first, or copy after backward"
        )

    def note(self, outputs: Sequence[Tensor], start: int) -> list[Tensor]:
        """Remember what the first call gave; returns a tensor for every node of the boundary.

        Where the array is at hand (of arguments and leaves) the tensor holds it, for the engine to notice a
        change in place; elsewhere the shape does.
        """
        self.form = [_form(o) for o in outputs]
        self.boundary = list(_boundary(outputs, start))
        arrays = {t.node: t.array for t in self.inputs()}
        tensors = []
        for node in self.boundary:
            source = node.tensor() if isinstance(node, Leaf) else None
            array = arrays.get(node) if source is None else source.array
            tensors.append(
                make_tensor(np.broadcast_to(node.dtype.type(0), node.shape) if array is None else array, node)
            )
        return tensors

    def inputs(self) -> list[Tensor]:
        """The tensors among the arguments."""
        return _tensors((self.args, self.kwargs))

    def pull(self, cotangents: Sequence[Tensor | None], edges: Sequence[Tensor]) -> list[Tensor | None]:
        """Call the function again and propagate the cotangents to `edges`, which stand for the boundary.

        The new graph is cut off from the old one: wherever it refers to a node of the boundary, it is made to
        refer to a stand-in of the edge. So the pass ends there, and not beyond, where the pass that called this
        one is to continue.
        """
        self._check_leaves(edges)
        record = is_grad_enabled()
        start = graph.tick()
        with enable_grad():
            ends = dict(zip(self.boundary, (identity(e).node for e in edges), strict=True))
            outputs = _tensors(self._again())
        if [_form(o) for o in outputs] != self.form:
            raise RuntimeError(
                f"checkpoint: in backward the function returned {_forms(map(_form, outputs))}, in forward "
                f"{_forms(self.form)}; its second call must repeat the first"
            )
        used = [(o, c) for o, c in zip(outputs, cotangents, strict=True) if c is not None]
        if not ends.keys() >= _boundary(outputs, start).keys():
            raise RuntimeError(
                "checkpoint: in backward the function used tensors that it did not use in forward; its second call "
                "must repeat the first, and not depend on anything that changed in between (a loop variable?)"
            )
        for node in _recorded_since(start, outputs):
            if node.parents is not None:
                node.parents = tuple(None if p is None else ends.get(p, p) for p in node.parents)
        roots = [make_tensor(o.array, ends.get(o.node, o.node) if o.node else None) for o, _ in used]
        pulled = _pull(roots, [c for _, c in used], list(ends.values()), record=record, retain=record)
        return [d if d is None or record else make_tensor(d, None) for d in pulled]

    def _check_leaves(self, edges: Sequence[Tensor]) -> None:
        """Raise if a leaf has been given other values, not by writing its array, which the engine notices, but
        by giving it another array."""
        for node, edge in zip(self.boundary, edges, strict=True):
            leaf = node.tensor() if isinstance(node, Leaf) else None
            if leaf is None or leaf.array is edge.array or np.array_equal(leaf.array, edge.array, equal_nan=True):
                continue
            raise RuntimeError(
                f"checkpoint: a leaf of shape {tuple(node.shape)} has other values in backward than it had in "
                "forward; make the change after backward"
            )

    def _again(self) -> Any:
        """The second call, on fresh tensors and with the numbers of the first, leaving randomness as it was."""
        args, kwargs = _map(_same, self.args), _map(_same, self.kwargs)
        if self.state is None:
            return self.function(*args, **kwargs)
        now = default_generator.get_state()
        default_generator.set_state(self.state)
        try:
            return self.function(*args, **kwargs)
        finally:
            default_generator.set_state(now)


class Checkpoint(Function):
    """The operation that `checkpoint` records: one node for all that the function did."""

    @staticmethod
    def forward(ctx: Any, replay: _Replay, outputs: Sequence[Tensor], *boundary: Tensor) -> Any:
        """The results, already computed, without their graph."""
        plain = tuple(make_tensor(o.array, None) for o in outputs)
        ctx.replay = replay
        ctx.edges = len(boundary)
        ctx.save_for_backward(*boundary, *(t for t in replay.inputs() if t.node is None))
        ctx.set_materialize_grads(False)
        ctx.mark_non_differentiable(*(p for p, o in zip(plain, outputs, strict=True) if o.node is None))
        return plain if len(plain) > 1 else plain[0]

    @staticmethod
    def backward(ctx: Any, *cotangents: Tensor | None) -> tuple[Tensor | None, ...]:
        """The derivatives by the boundary."""
        return None, None, *ctx.replay.pull(cotangents, ctx.saved_tensors[: ctx.edges])


def _same(item: Any) -> Any:
    """The same array and node in a tensor that nobody else can change in place."""
    if not isinstance(item, Tensor):
        return item
    same: Tensor = object.__new__(type(item))
    same.array, same.node = item.array, item.node
    return same


def _boundary(outputs: Sequence[Tensor], start: int) -> dict[Node, None]:
    """The nodes from before the tick `start` that the outputs depend on directly, each once and in order."""
    roots = [o.node for o in outputs]
    parents = [p for node in _recorded_since(start, outputs) for p in node.parents or ()]
    return dict.fromkeys(n for n in (*roots, *parents) if n is not None and n.tick < start)


def _form(output: Tensor) -> tuple[Any, ...]:
    return tuple(output.shape), output.dtype, output.node is not None


def _forms(forms: Any) -> str:
    return (
        ", ".join(f"{dtype}{list(shape)}{' requiring gradients' * needs}" for shape, dtype, needs in forms)
        or "nothing"
    )
