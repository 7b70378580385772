"""PyTorch's `Function`: a new operation from a forward that computes with tensors and a backward beside it.

To the backward pass a `Function` is an operation like any other: it meets the same protocol as a primitive.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..backend.arrays import form_of
from .graph import Leaf, Node, Output, Value, record
from .modes import grad_mode, no_grad
from .rebase import rebase
from .results import cotangents, make_outputs, make_tensor

__all__ = ["Function", "FunctionContext"]


class FunctionContext:
    """What a `Function` remembers from its forward for its backward. Any attribute may be set on it.

    Attributes:
        needs_input_grad: for each argument of `forward`, whether its gradient is wanted.
    """

    needs_input_grad: tuple[bool, ...] = ()

    def __init__(self) -> None:
        self._saved: tuple[Any, ...] = ()
        self._constant: tuple[Any, ...] = ()
        self._dirty: tuple[Any, ...] = ()
        self._materialize = True
        self._places: list[tuple[str, int] | None] = []
        self._running: Node | None = None

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors (inputs, outputs or others; None is allowed) for `saved_tensors`."""
        self._saved = tensors

    def mark_non_differentiable(self, *outputs: Any) -> None:
        """Say that no gradient flows to these outputs."""
        self._constant = outputs

    def mark_dirty(self, *args: Any) -> None:
        """Say that `forward` changed these inputs in place, and returns them."""
        self._dirty = args

    def set_materialize_grads(self, value: bool) -> None:
        """Whether backward receives zeros (the default) or None for an output that nobody used."""
        self._materialize = value

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """The tensors given to `save_for_backward`; only inside `backward`."""
        node = self._running
        if node is None:
            return self._saved
        saved = zip((node.saved or ())[1:], self._places, strict=True)
        return tuple(None if a is None else make_tensor(a, self._node_at(place, node)) for a, place in saved)

    def _node_at(self, place: tuple[str, int] | None, node: Node) -> Node | None:
        """The node of a saved tensor, which is one of the inputs, one of the results, or a constant."""
        if place is None:
            return None
        kind, i = place
        if kind == "input":
            return (node.parents or ())[i]
        return Output(node, i) if isinstance(node.dtype, tuple) else node


class _FunctionOperation:
    """A `Function` class as the backward pass sees it."""

    def __init__(self, function: type[Function]) -> None:
        self.function = function
        self.name = function.__name__

    def __reduce__(self) -> Any:
        return _operation_of, (self.function,)

    def __deepcopy__(self, memo: Any) -> _FunctionOperation:
        return self

    def pull(self, node: Node, g: Any, parents: Sequence[Node | None]) -> Sequence[Any]:
        """Raw gradients through the user's `backward`, not recorded."""
        several = isinstance(node.dtype, tuple)
        wrapped = [c if c is None else make_tensor(c, None) for c in (g if several else (g,))]
        with no_grad():
            pulled = self._backward(node, wrapped, parents)
        return [None if c is None else c.array for c in pulled]

    def recomposed(self, node: Node, parents: Sequence[Node | None], stand_in: Callable[[Any], Any]) -> None:
        """None: the user's `backward` is for tensors."""

    def pull_recorded(self, node: Node, g: Any, parents: Sequence[Node | None]) -> Sequence[Any]:
        """Tensor gradients through the user's `backward`, recorded."""
        return self._backward(node, list(g) if isinstance(node.dtype, tuple) else [g], parents)

    def _backward(self, node: Node, gs: list[Any], parents: Sequence[Node | None]) -> list[Any]:
        ctx = (node.saved or ())[0]
        if ctx._materialize and isinstance(node.dtype, tuple):
            gs = [c if isinstance(c, Value) else make_tensor(c, None) for c in cotangents(node, gs)]
        ctx._running = node
        try:
            pulled = self.function.backward(ctx, *gs)
        finally:
            ctx._running = None
        pulled = list(pulled) if isinstance(pulled, (tuple, list)) else [pulled]
        extra = pulled[len(parents) :]
        if len(pulled) < len(parents) or any(c is not None for c in extra):
            raise RuntimeError(
                f"{self.name}.backward returned {len(pulled)} gradients; forward took {len(parents)} arguments, "
                "return one for each (None where there is none)"
            )
        return pulled[: len(parents)]


def _operation_of(function: type[Function]) -> _FunctionOperation:
    return function._operation


class Function:
    """A new operation by PyTorch's protocol: subclass it, and call it with `apply`.

    `forward(ctx, *args)` computes with tensors and is not recorded; `backward(ctx, *grads)` takes a
    gradient per output and returns one per argument, None where there is none. If `backward`
    itself uses differentiable operations, so do higher orders. A `forward(*args)` without ctx goes
    with a `setup_context(ctx, inputs, output)`.

    Example:
        >>> class Cube(Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         ctx.save_for_backward(x)
        ...         return x * x * x
        ...     @staticmethod
        ...     def backward(ctx, g):
        ...         (x,) = ctx.saved_tensors
        ...         return g * 3 * x * x
        >>> x = tensor(2.0, requires_grad=True)
        >>> Cube.apply(x).backward()
        >>> x.grad
        tensor(12.)
    """

    _operation: _FunctionOperation
    setup_context: Callable[..., None] | None = None

    def __init_subclass__(cls) -> None:
        cls._operation = _FunctionOperation(cls)

    @staticmethod
    def forward(*args: Any) -> Any:
        """Compute the result; subclasses define it."""
        raise TypeError("a Function subclass must define forward")

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """Compute the gradients of the arguments; subclasses define it."""
        raise TypeError("a Function subclass must define backward to be differentiated")

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Call the operation."""
        ctx = FunctionContext()
        parents = tuple(a.node if isinstance(a, Value) else None for a in args)
        ctx.needs_input_grad = tuple(p is not None for p in parents)
        with no_grad():
            if cls.setup_context is None:
                result = cls.forward(ctx, *args)
            else:
                result = cls.forward(*args)
                cls.setup_context(ctx, args, result)
        several = isinstance(result, tuple)
        outputs = result if several else (result,)
        for i, output in enumerate(outputs):
            if not isinstance(output, Value):
                raise TypeError(
                    f"{cls.__name__}.forward returned a {type(output).__name__} in place {i}, not a tensor"
                )
        mode = grad_mode()
        if not mode or not any(ctx.needs_input_grad):
            return result
        node = cls._record(ctx, parents, outputs, several)
        arrays = tuple(o.array for o in outputs)
        if mode is not True:
            mode.recorded(node, arrays)
        if not several:
            constant = arrays[0].dtype.kind != "f" or any(c is result for c in ctx._constant)
            return cls._returned(ctx, result, make_tensor(arrays[0], None if constant else node))
        tensors = make_outputs(node, arrays)
        for output, tensor in zip(outputs, tensors, strict=True):
            if any(c is output for c in ctx._constant):
                tensor.node = None
        return tuple(cls._returned(ctx, output, tensor) for output, tensor in zip(outputs, tensors, strict=True))

    @classmethod
    def _returned(cls, ctx: FunctionContext, output: Any, recorded: Any) -> Any:
        """The recorded result; an input that `forward` changed is itself the result from now on.

        Raises:
            RuntimeError: it is a leaf.
        """
        if not any(changed is output for changed in ctx._dirty):
            return recorded
        if output.node.__class__ is Leaf:
            raise RuntimeError(
                f"{cls.__name__}: a leaf that requires gradients was changed in place; change a clone()"
            )
        rebase(output, recorded.node)
        return output

    @classmethod
    def _record(cls, ctx: FunctionContext, parents: Any, outputs: Sequence[Any], several: bool) -> Node:
        arrays = [o.array for o in outputs]
        form = (tuple(a.shape for a in arrays), tuple(a.dtype for a in arrays)) if several else form_of(arrays[0])
        # Saved tensors are remembered by their place: their nodes would be reference cycles.
        places = {id(o): ("output", i) for i, o in enumerate(outputs)}
        places.update((id(p), ("input", i)) for i, p in enumerate(parents) if p is not None)
        ctx._places = [places.get(id(t)) or places.get(id(getattr(t, "node", None))) for t in ctx._saved]
        saved = (ctx, *(None if t is None else t.array for t in ctx._saved))
        ctx._saved = ()
        return record(cls._operation, parents, saved, form)
