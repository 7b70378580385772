"""Recomputation: forget the graph of a part of a computation, and record it again when backward needs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from ..backend.random import default_generator
from ..engine.broadcast import identity
from ..engine.function import Function
from ..engine.graph import Leaf, Node, tick
from ..engine.modes import enable_grad, is_grad_enabled
from ..engine.results import make_tensor
from ..tensor import Tensor
from .recorded import pull, recorded_since
from .structure import map_structure, replaced, tensors_of

R = TypeVar("R")


def checkpoint(
    function: Callable[..., R],
    *args: Any,
    use_reentrant: bool = False,
    preserve_rng_state: bool = True,
    **kwargs: Any,
) -> R:
    """`function(*args, **kwargs)` without keeping its graph: backward calls the function again to have it.

    Trades time for memory, as `torch.utils.checkpoint.checkpoint`: of all that the function saves for its
    derivatives only its arguments are kept. Gradients flow to the arguments and to every tensor the function
    captures, and derivatives of every order exist.

    Args:
        function: returns a tensor or a structure of tensors. Its second call has to repeat the first, so it
            must not depend on what changes in between, as a loop variable does that it captured.
        args, kwargs: its arguments, of any kind.
        use_reentrant: accepted for PyTorch's programs. There is one implementation, which does all that PyTorch's
            two do.
        preserve_rng_state: let the second call draw the same numbers from the default generator (not from a
            `Generator` of one's own, nor from NumPy's or Python's).

    Raises:
        RuntimeError: in backward: the second call used other tensors or gave results of other shapes than the
            first, or an argument or a captured parameter was changed in place in between.

    Example:
        >>> w = tensor([1.0, 2.0], requires_grad=True)
        >>> y = checkpoint(lambda x: (x * w).tanh().sum(), tensor([0.0, 0.0]))
        >>> y.grad_fn
        <CheckpointFunction, shape (), float32>
        >>> y.backward()
        >>> w.grad
        tensor([0., 0.])

    Source: T. Chen, B. Xu, C. Zhang and C. Guestrin, "Training deep nets with sublinear memory cost",
    arXiv:1604.06174 (2016).
    """
    if not is_grad_enabled():
        return function(*args, **kwargs)
    replay = _Replay(function, args, kwargs, default_generator.get_state() if preserve_rng_state else None)
    start = tick()
    result = function(*args, **kwargs)
    outputs = tensors_of(result)
    boundary = replay.note(outputs, start)
    if not boundary:
        return result
    recorded = CheckpointFunction.apply(replay, outputs, *boundary)
    return replaced(result, recorded if isinstance(recorded, tuple) else (recorded,))


class _Replay:
    """A call that can be repeated: the function, its arguments as they were, and the random state.

    Attributes:
        boundary: the nodes outside the call that its results depend on.
        form: of each result the shape, the dtype and whether gradients flow to it.
    """

    def __init__(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], state: Any
    ) -> None:
        self.function = function
        self.args, self.kwargs = map_structure(_same, args), map_structure(_same, kwargs)
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
                make_tensor(np.broadcast_to(np.empty((), node.dtype), node.shape) if array is None else array, node)
            )
        return tensors

    def inputs(self) -> list[Tensor]:
        """The tensors among the arguments."""
        return tensors_of((self.args, self.kwargs))

    def pull(self, cotangents: Sequence[Tensor | None], edges: Sequence[Tensor]) -> list[Tensor | None]:
        """Call the function again and propagate the cotangents to `edges`, which stand for the boundary.

        The new graph is cut off from the old one: wherever it refers to a node of the boundary, it is made to
        refer to a stand-in of the edge. So the pass ends there, and not beyond, where the pass that called this
        one is to continue.
        """
        self._check_leaves(edges)
        record = is_grad_enabled()
        start = tick()
        with enable_grad():
            ends = dict(zip(self.boundary, (identity(e).node for e in edges), strict=True))
            outputs = tensors_of(self._again())
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
        for node in recorded_since(start, outputs):
            if node.parents is not None:
                node.parents = tuple(None if p is None else ends.get(p, p) for p in node.parents)
        roots = [make_tensor(o.array, ends.get(o.node, o.node) if o.node else None) for o, _ in used]
        pulled = pull(roots, [c for _, c in used], list(ends.values()), record=record, retain=record)
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
        """The second call, on fresh tensors and with the same random numbers; the random state is restored."""
        args, kwargs = map_structure(_same, self.args), map_structure(_same, self.kwargs)
        if self.state is None:
            return self.function(*args, **kwargs)
        now = default_generator.get_state()
        default_generator.set_state(self.state)
        try:
            return self.function(*args, **kwargs)
        finally:
            default_generator.set_state(now)


class CheckpointFunction(Function):
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
    """A new tensor of the same array and node: an operation in place on the old one does not change it."""
    if not isinstance(item, Tensor):
        return item
    same: Tensor = object.__new__(type(item))
    same.array, same.node = item.array, item.node
    return same


def _boundary(outputs: Sequence[Tensor], start: int) -> dict[Node, None]:
    """The nodes from before the tick `start` that the outputs depend on directly, each once and in order."""
    roots = [o.node for o in outputs]
    parents = [p for node in recorded_since(start, outputs) for p in node.parents or ()]
    return dict.fromkeys(n for n in (*roots, *parents) if n is not None and n.tick < start)


def _form(output: Tensor) -> tuple[Any, ...]:
    return tuple(output.shape), output.dtype, output.node is not None


def _forms(forms: Any) -> str:
    return (
        ", ".join(f"{dtype}{list(shape)}{' requiring gradients' * needs}" for shape, dtype, needs in forms)
        or "nothing"
    )
