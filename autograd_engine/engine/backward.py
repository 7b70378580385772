"""The backward pass: visit the graph in reverse topological order and increment partial derivatives.

dy/dy is 1 and every other derivative starts absent. A node is visited once all its results have been, so
its own derivative is complete; its rules turn that into contributions, and each contribution
*increments* the derivative of a parent. Derivatives live in this pass, not on the graph; leaves keep
theirs in `.grad`.

An array is added to in place, or given away as a `.grad`, only when nobody else can see it. The pass
asks the interpreter: an array that is no view and whose reference count is that of our own variables
is ours. So gradients are donated instead of copied, and never alias each other, the cotangent or data.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from sys import getrefcount
from typing import Any, TypeVar

import numpy as np

from ..backend.arrays import Array
from ..backend.device import device_of, placed
from ..backend.gpu import following, state
from ..backend.kinds import is_array, kind_of
from . import references, writes
from .broadcast import cast, clone, identity, sum_to_size
from .graph import Leaf, Node, Output, Value
from .modes import observer as current_observer
from .modes import restore_mode, set_mode
from .order import reverse_topological
from .plan import Accumulate, Increment
from .primitive import primitive
from .results import make_tensor

__all__ = ["backward", "grad", "propagate"]

V = TypeVar("V", bound=Value)


def propagate(
    roots: Sequence[Node],
    cotangents: Sequence[Array],
    targets: Sequence[Node] | None = None,
    *,
    retain_graph: bool,
    create_graph: bool = False,
) -> list[Array]:
    """Propagate `cotangents`, the derivatives of some scalar with respect to `roots`, to the leaves.

    With `targets`, return the derivatives with respect to those nodes instead (None where the roots
    do not depend on one) and leave every `.grad` alone. Derivatives are raw arrays, or, with
    `create_graph`, tensors that are themselves recorded.
    """
    previous = set_mode(True) if create_graph else None
    try:
        if not state.several:
            return _visit(roots, cotangents, targets, retain_graph, create_graph, None)
        with following() as follow:
            return _visit(roots, cotangents, targets, retain_graph, create_graph, follow)
    finally:
        if previous is not None:
            restore_mode(previous)


def _visit(
    roots: Sequence[Node],
    cotangents: Sequence[Array],
    targets: Sequence[Node] | None,
    retain_graph: bool,
    create_graph: bool,
    follow: Callable[[Any], None] | None,
) -> list[Array]:
    """The pass itself; `follow` makes the GPU of an array the current one, where there are several."""
    order = reverse_topological(roots, floor=min((t.tick for t in targets or ()), default=0))
    found: dict[Node, Array] = dict.fromkeys(targets or ())
    useful = None if targets is None else _leading_to(found, order)
    if useful is not None:
        order = [node for node in order if node in useful]
    observer = current_observer()
    gradients: dict[Node, Any] = {}
    for node, c in zip(roots, cotangents, strict=True):
        known = gradients.get(node)
        gradients[node] = c if known is None else known + c
    contributions: Any
    c = known = None

    for node in order:
        g = gradients.pop(node, None)
        if g is None:
            continue
        if follow is not None:
            follow(g)
        if node.extras is not None:
            g = _apply_hooks(node, g, create_graph, retain=useful is None)
        parents: Any = node.parents
        if useful is not None:
            if node in found:
                found[node] = g
            parents = tuple(p if p in useful else None for p in parents)
        if node.__class__ is Leaf:
            ours = getrefcount(g) == references.LEAF and not create_graph and g.base is None
            if useful is None:
                _accumulate(node, g, ours, create_graph)
            continue
        if node.__class__ is Output:
            source = parents[0]
            if source is not None:
                results = gradients.setdefault(source, [None] * len(source.shape))
                known = results[node.index]  # a rule that saved this result refers to it a second time
                results[node.index] = g if known is None else known + g
            contributions = (None,)
        elif create_graph:
            contributions = _pull_recorded(node, g, parents)
        else:
            if writes.latest_write > node.tick:
                writes.check_saved(node)
            contributions = node.primitive.pull(node, g, parents)
        if observer is not None:
            observer.ran(node, contributions)
        for parent, c in zip(parents, contributions):  # noqa: B905 - of one length; strict costs a fifth
            if parent is None or c is None:
                continue
            if follow is not None:
                follow(c)
            known = gradients.get(parent)
            kind = c.__class__
            if kind is parent.form:  # NumPy scalars: immutable, there is nothing to own
                gradients[parent] = c if known is None else known + c
                continue
            if kind is Increment:
                ours = getrefcount(known) == references.INCREMENT
                gradients[parent] = _increment(c, parent, known, ours)
                continue
            if (c.shape, c.dtype) != parent.form:
                c = _conform(c, parent, node)
            if known is None:
                gradients[parent] = c
            elif not create_graph and getrefcount(known) == references.SUM and known.base is None:
                known += c
                gradients[parent] = known
            else:
                gradients[parent] = known + c
        if not retain_graph:
            node.parents = node.saved = None
        g = c = known = contributions = None
    return [found[t] for t in targets or ()]


def _increment(c: Increment, parent: Node, known: Array | None, ours: bool) -> Array:
    """Let an accumulating rule add to the gradient so far, in a buffer of the pass's own."""
    if known is None:
        known = kind_of(c.arguments[0]).zeros(parent.shape, parent.dtype)
    elif not ours or known.base is not None or not parent.shape:
        known = kind_of(known).array(known)
    c.into(known, *c.arguments)
    return known


def _leading_to(targets: dict[Node, Any], order: list[Node]) -> set[Node]:
    """Those nodes of `order` from which a target can be reached; the others need not run."""
    useful = set()
    for node in reversed(order):
        if node in targets or any(p in useful for p in node.parents or ()):
            useful.add(node)
    return useful


_leaf_lock = threading.Lock()


def _accumulate(leaf: Leaf, g: Array, ours: bool, create_graph: bool) -> None:
    tensor = leaf.tensor()
    if tensor is not None:
        _add_to_grad(tensor, g, ours, create_graph)


def _add_to_grad(tensor: Any, g: Array, ours: bool, create_graph: bool) -> None:
    """Increment `.grad`, which shares memory with nothing else."""
    with _leaf_lock:
        known = getattr(tensor, "_grad", None)  # reading `.grad` of a result would warn
        if create_graph:
            tensor.grad = clone(g) if known is None else known + g
        elif known is None:
            tensor.grad = make_tensor(g if ours else g.copy(), None)
        else:
            known.array += g
    extras = tensor.node.extras
    for hook in () if extras is None else tuple(extras.after.values()):
        hook(tensor)


def _conform(c: Array, parent: Node, node: Node) -> Array:
    """The contribution of `node` with broadcasting undone and cast to its parent's dtype."""
    if c.shape != parent.shape:
        try:
            c = sum_to_size(c, shape=parent.shape)
        except ValueError:
            raise RuntimeError(
                f"{node.name}: a derivative rule returned shape {tuple(c.shape)} for an input of shape "
                f"{tuple(parent.shape)}"
            ) from None
    return cast(c, dtype=parent.dtype) if c.dtype != parent.dtype else c


def _apply_hooks(node: Node, g: Array, create_graph: bool, retain: bool) -> Array:
    """Pass the gradient through the hooks of its tensor, then retain it where that was asked for."""
    extras = node.extras
    assert extras is not None
    for hook in tuple(extras.hooks.values()):
        changed = hook(g if create_graph else make_tensor(g, None))
        if changed is not None:
            if changed.shape != g.shape:
                raise RuntimeError(
                    f"a hook on {node.name} returned shape {tuple(changed.shape)} for a gradient of shape "
                    f"{tuple(g.shape)}"
                )
            g = changed if create_graph else changed.array
    for reference in extras.retain if retain else ():
        tensor = reference()
        if tensor is not None:
            tensor.grad = g if create_graph else make_tensor(g.copy(), None)
    return g


def _pull_recorded(node: Node, g: Array, parents: tuple[Node | None, ...]) -> Sequence[Array | None]:
    """The contributions as tensors that can be differentiated again.

    A fused primitive's rules are for raw arrays: its composition is run on the same inputs and
    differentiated in its place.
    """
    if writes.latest_write > node.tick:
        writes.check_saved(node)
    recomposed = node.primitive.recomposed(node, parents, identity)
    if recomposed is None:
        pulled = node.primitive.pull_recorded(node, g, parents)
        return [make_tensor(c, None) if is_array(c) else c for c in pulled]  # raw: a constant
    inputs, outs = recomposed
    pairs = [(o.node, c) for o, c in zip(outs, g if len(outs) > 1 else (g,), strict=True) if c is not None]
    targets = [t.node for t, p in zip(inputs, parents, strict=True) if p is not None]
    found = iter(_visit([n for n, _ in pairs], [c for _, c in pairs], targets, True, True, None))
    return [None if p is None else next(found) for p in parents]


# ----------------------------------------------------------------------------- what users call


def _listed(x: Any) -> list[Any]:
    return list(x) if isinstance(x, (tuple, list)) else [x]


def _cotangents(tensors: list[Any], given: list[Any], create_graph: bool) -> tuple[list[Node], list[Array]]:
    """The nodes to start from and the gradient of each, checked."""
    if len(given) != len(tensors):
        raise RuntimeError(f"backward: {len(tensors)} tensors but {len(given)} gradients")
    roots, cotangents = [], []
    for tensor, gradient in zip(tensors, given, strict=True):
        if tensor.node is None:
            raise RuntimeError(
                f"backward of a tensor of shape {tuple(tensor.shape)} and dtype {tensor.dtype} that does not "
                "require gradients: nothing it was computed from has requires_grad=True, or it was computed "
                "under no_grad() or detached"
            )
        shape, dtype = tensor.array.shape, tensor.array.dtype
        if gradient is None:
            if tensor.array.size != 1:
                raise RuntimeError(
                    f"backward of {tensor.node.name} with shape {tuple(shape)}: only a single element has an "
                    "implicit gradient; reduce it first, with sum() or mean(), or pass gradient="
                )
            kind = kind_of(tensor.array)
            gradient = kind.ones(shape, dtype) if shape else kind.number(1, dtype)
            if state.several:
                gradient = placed(gradient, device_of(tensor.array))
        else:
            raw = gradient.array if isinstance(gradient, Value) else kind_of(tensor.array).asarray(gradient)
            if raw.shape != shape:
                raise RuntimeError(
                    f"backward of {tensor.node.name}: the gradient has shape {tuple(raw.shape)}, the tensor "
                    f"{tuple(shape)}"
                )
            if not (create_graph and isinstance(gradient, Value)):
                gradient = raw if raw.dtype == dtype else raw.astype(dtype)
        if create_graph and not isinstance(gradient, Value):
            gradient = make_tensor(gradient, None)
        roots.append(tensor.node)
        cotangents.append(gradient)
    return roots, cotangents


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Compute the derivatives of `tensors` with respect to the leaves and add them to their `.grad`.

    Args:
        tensors: one or several results.
        grad_tensors: for each, the derivative of the objective with respect to it, of its shape;
            None stands for 1 where a result has a single element.
        retain_graph: keep the graph for another pass; by default only with `create_graph`.
        create_graph: record the derivatives too, so that they can be differentiated.
        inputs: tensors, if only these shall receive a `.grad`.

    Raises:
        RuntimeError: a result requires no gradient, has several elements and no gradient, or its
            graph was freed by an earlier pass; or an array the graph saved was changed in place.

    Example:
        >>> x = tensor(3.0, requires_grad=True)
        >>> backward(x * x)
        >>> x.grad
        tensor(6.)
    """
    outputs = _listed(tensors)
    given = [None] * len(outputs) if grad_tensors is None else _listed(grad_tensors)
    roots, cotangents = _cotangents(outputs, given, create_graph)
    retain = create_graph if retain_graph is None else retain_graph
    if inputs is None:
        propagate(roots, cotangents, retain_graph=retain, create_graph=create_graph)
        return
    wanted = _listed(inputs)
    nodes = _nodes_of(wanted)
    derivatives = propagate(roots, cotangents, nodes, retain_graph=retain, create_graph=create_graph)
    for tensor, g in zip(wanted, derivatives, strict=True):
        if g is not None:
            _add_to_grad(tensor, g, False, create_graph)


def grad(
    outputs: Any,
    inputs: V | Sequence[V],
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool = False,
    materialize_grads: bool = False,
    is_grads_batched: bool = False,
) -> tuple[V, ...]:
    """The derivatives of `outputs` with respect to `inputs`, as a tuple; no `.grad` is touched.

    Several outputs are summed, weighted by `grad_outputs`. See `backward` for the other arguments.

    Args:
        allow_unused: give None for an input that the outputs do not depend on, instead of an error.
        materialize_grads: give zeros for such an input.
        is_grads_batched: each of `grad_outputs` has one dimension more, the first, and so has each derivative: one
            backward pass for each place along it.

    Raises:
        RuntimeError: as `backward`; or an input is unused, or requires no gradient.
        ValueError: the batches of `grad_outputs` are empty or of different lengths.
        NotImplementedError: derivatives of batches are to be recorded.

    Example:
        >>> x = tensor(3.0, requires_grad=True)
        >>> (first,) = grad(x**3, x, create_graph=True)
        >>> grad(first, x)
        (tensor(18.),)
    """
    if is_grads_batched:
        return _batched(outputs, inputs, _listed(grad_outputs), retain_graph, create_graph, allow_unused)
    results, wanted = _listed(outputs), _listed(inputs)
    given = [None] * len(results) if grad_outputs is None else _listed(grad_outputs)
    roots, cotangents = _cotangents(results, given, create_graph)
    retain = create_graph if retain_graph is None else retain_graph
    derivatives = propagate(roots, cotangents, _nodes_of(wanted), retain_graph=retain, create_graph=create_graph)
    answers: list[Any] = []
    for i, (tensor, g) in enumerate(zip(wanted, derivatives, strict=True)):
        if g is None and not (allow_unused or materialize_grads):
            raise RuntimeError(
                f"grad: the outputs do not depend on input {i}, of shape {tuple(tensor.shape)}; pass "
                "allow_unused=True to get None for it"
            )
        if g is None:
            answers.append(make_tensor(np.zeros_like(tensor.array), None) if materialize_grads else None)
        else:
            answers.append(g if create_graph else clone(make_tensor(g, None)))
    return tuple(answers)


def _batched(
    outputs: Any, inputs: Any, batches: list[Any], retain_graph: bool | None, create_graph: bool, allow_unused: bool
) -> Any:
    """`grad` for each place along the first dimension of the cotangents, put together."""
    if create_graph:
        raise NotImplementedError("grad: is_grads_batched with create_graph; take func.vmap or a loop")
    lengths = {len(batch.array) for batch in batches}
    if len(lengths) != 1 or 0 in lengths:
        raise ValueError(f"grad: is_grads_batched needs grad_outputs of one length, got {sorted(lengths)}")
    (count,) = lengths
    columns: list[list[Any]] = []
    for k in range(count):
        cotangents = [make_tensor(batch.array[k], None) for batch in batches]
        kept = k + 1 < count or bool(retain_graph)
        columns.append([*grad(outputs, inputs, cotangents, kept, allow_unused=allow_unused)])
    return tuple(
        None if column[0] is None else make_tensor(np.stack([g.array for g in column]), None)
        for column in zip(*columns, strict=True)
    )


def _nodes_of(tensors: list[Any]) -> list[Node]:
    for i, tensor in enumerate(tensors):
        if tensor.node is None:
            raise RuntimeError(
                f"input {i}, of shape {tuple(tensor.shape)}, does not require gradients; set requires_grad=True "
                "before computing with it"
            )
    return [t.node for t in tensors]


# ------------------------------------------------------------------------ the reference counts, measured


@primitive(x=Accumulate(rule=lambda g: g, into=lambda buffer, g: None))
def _accumulated(x: Array) -> Array:
    return x


def _pass_of_three_contributions() -> None:
    """Three contributions to one leaf, two that are summed and one that accumulates. The casts make each an array
    of the pass's own; the leaf's tensor is gone, so that nothing else comes of it."""
    x = Value()
    x.array = np.zeros(2, np.float32)
    x.node = Leaf(x)
    wide = np.dtype(np.float64)
    results: list[Any] = [_accumulated(x), cast(x, dtype=wide), cast(x, dtype=wide)]
    roots = [result.node for result in results]
    cotangents = [np.zeros_like(result.array) for result in results]
    del x, results
    _visit(roots, cotangents, None, False, False, None)


references.measure(_pass_of_three_contributions, "LEAF", "SUM", "INCREMENT")
