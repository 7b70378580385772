"""The public face of differentiation: run it, switch it, watch it, and add to it.

autograd.backward, autograd.grad         derivatives
no_grad, enable_grad, inference_mode     switches, as `with` blocks or decorators
detect_anomaly, set_detect_anomaly       find the operation that made a NaN
Function                                 a new operation from a forward and a backward
primitive                                a new operation from a forward and one rule per input
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ContextDecorator
from typing import Any

import numpy as np

from . import graph
from .backend.arrays import form_of
from .backward import backward, grad
from .graph import Node, Output, Value, is_grad_enabled
from .primitive import Accumulate, Increment, cotangents, make_outputs, make_tensor, primitive

__all__ = [
    "Accumulate",
    "Function",
    "FunctionContext",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "grad",
    "inference_mode",
    "is_grad_enabled",
    "no_grad",
    "primitive",
    "set_detect_anomaly",
    "set_grad_enabled",
]


# ------------------------------------------------------------------------------------- grad mode


class _Switch(ContextDecorator):
    """A block, or a function, in which recording is on or off. The mode belongs to the thread (and
    the asynchronous task), and comes back when the block ends, by an exception too."""

    _enabled: bool

    def __enter__(self) -> None:
        self._previous = graph.set_mode(self._enabled)

    def __exit__(self, *exception: object) -> None:
        graph.restore_mode(self._previous)

    def _recreate_cm(self) -> Any:
        fresh = object.__new__(type(self))
        fresh._enabled = self._enabled
        return fresh


class _PlainSwitch(_Switch):
    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        """`@no_grad` and `@no_grad()` are the same decorator."""
        switch = object.__new__(cls)
        return switch if function is None else switch(function)


class no_grad(_PlainSwitch):
    """Do not record inside: results require no gradient, and nothing is saved for a backward pass.

    Example:
        >>> x = tensor(1.0, requires_grad=True)
        >>> with no_grad():
        ...     y = x * 2
        >>> y.requires_grad
        False
    """

    _enabled = False


class inference_mode(_PlainSwitch):
    """The same as `no_grad`, under the name PyTorch gives to code that will never run backward."""

    _enabled = False


class enable_grad(_PlainSwitch):
    """Record inside, also within a `no_grad` block."""

    _enabled = True


class set_grad_enabled(_Switch):
    """Switch recording on or off from here on, or, as a `with` block, until its end."""

    def __init__(self, mode: bool) -> None:
        self._enabled = bool(mode)
        self._previous = graph.set_mode(self._enabled)

    def __enter__(self) -> None:
        previous = graph.set_mode(self._enabled)
        if not hasattr(self, "_previous"):
            self._previous = previous

    def __call__(self, function: Any) -> Any:
        """As a decorator it switches only while the function runs."""
        graph.restore_mode(self._previous)
        return super().__call__(function)


# --------------------------------------------------------------------------------------- anomalies


class _AnomalyCheck:
    """An observer that raises at the first number that is not finite."""

    def recorded(self, node: Node, result: Any) -> None:
        """Check the result of an operation."""
        where = node.annotate().where = graph.recorded_at()
        if bad := _not_finite(result if isinstance(result, tuple) else (result,)):
            raise RuntimeError(f"the result of {node.name} contains {bad}\n  recorded at {where}")

    def ran(self, node: Node, contributions: Sequence[Any]) -> None:
        """Check the derivatives that an operation handed on."""
        arrays = [c.arguments[0] if isinstance(c, Increment) else c for c in contributions]
        if bad := _not_finite(arrays):
            where = None if node.extras is None else node.extras.where
            place = f"recorded at {where}" if where else "recorded outside detect_anomaly()"
            raise RuntimeError(f"the derivative of {node.name} contains {bad}\n  {place}")


class set_detect_anomaly:
    """Switch the checks of `detect_anomaly` on or off from here on, or, as a `with` block, until its end.

    Example:
        >>> with set_detect_anomaly(True):
        ...     tensor(-1.0, requires_grad=True).log()
        Traceback (most recent call last):
            ...
        RuntimeError: the result of log contains NaN
          recorded at ...
    """

    def __init__(self, mode: bool) -> None:
        others = tuple(o for o in graph.observers() if not isinstance(o, _AnomalyCheck))
        self._previous = graph.set_observers((*others, _AnomalyCheck()) if mode else others)

    def __enter__(self) -> None:
        """The checks are switched already."""

    def __exit__(self, *exception: object) -> None:
        graph.restore_observers(self._previous)


class detect_anomaly:
    """Find the operation behind a NaN or an infinity.

    Inside the block every recorded result and every derivative is checked, and the first bad one
    raises, naming the operation and the line that recorded it. Run the forward pass inside too,
    or that line is unknown. It makes everything slower: for debugging only.

    Raises:
        RuntimeError: on leaving an operation whose result, or whose derivative, is not finite.

    Example:
        >>> x = tensor(0.0, requires_grad=True)
        >>> with detect_anomaly():
        ...     (x * x).sqrt().backward()
        Traceback (most recent call last):
            ...
        RuntimeError: the derivative of sqrt contains an infinity
          recorded at ...
    """

    def __enter__(self) -> detect_anomaly:
        self._checks = set_detect_anomaly(True)
        self._silenced = np.errstate(all="ignore")
        self._silenced.__enter__()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._silenced.__exit__(*exception)
        self._checks.__exit__(*exception)


def _not_finite(arrays: Sequence[Any]) -> str | None:
    for array in arrays:
        raw = getattr(array, "array", array)
        if raw is None or raw.dtype.kind != "f" or np.isfinite(raw).all():
            continue
        return "NaN" if np.isnan(raw).any() else "an infinity"
    return None


# ---------------------------------------------------------------------------------------- Function


class FunctionContext:
    """What a `Function` remembers from its forward for its backward. Any attribute may be set on it.

    Attributes:
        needs_input_grad: for each argument of `forward`, whether its gradient is wanted.
    """

    needs_input_grad: tuple[bool, ...] = ()

    def __init__(self) -> None:
        self._saved: tuple[Any, ...] = ()
        self._constant: tuple[Any, ...] = ()
        self._materialize = True
        self._places: list[tuple[str, int] | None] = []
        self._running: Node | None = None

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors (inputs, outputs or others; None is allowed) for `saved_tensors`."""
        self._saved = tensors

    def mark_non_differentiable(self, *outputs: Any) -> None:
        """Say that no gradient flows to these outputs."""
        self._constant = outputs

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


class _FunctionPrimitive:
    """A `Function` class seen as a primitive by the backward pass."""

    composition = None

    def __init__(self, function: type[Function]) -> None:
        self.function = function
        self.name = function.__name__

    def __reduce__(self) -> Any:
        return _primitive_of, (self.function,)

    def __deepcopy__(self, memo: Any) -> _FunctionPrimitive:
        return self

    def pull(self, node: Node, g: Any, parents: Sequence[Node | None]) -> Sequence[Any]:
        """Raw gradients through the user's `backward`, not recorded."""
        several = isinstance(node.dtype, tuple)
        wrapped = [c if c is None else make_tensor(c, None) for c in (g if several else (g,))]
        with no_grad():
            pulled = self._backward(node, wrapped, parents)
        return [None if c is None else c.array for c in pulled]

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


def _primitive_of(function: type[Function]) -> _FunctionPrimitive:
    return function._primitive


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

    _primitive: _FunctionPrimitive
    setup_context: Callable[..., None] | None = None

    def __init_subclass__(cls) -> None:
        cls._primitive = _FunctionPrimitive(cls)

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
        mode = graph.grad_mode()
        if not mode or not any(ctx.needs_input_grad):
            return result
        node = cls._record(ctx, parents, outputs, several)
        arrays = tuple(o.array for o in outputs)
        if mode is not True:
            mode.recorded(node, arrays)
        if not several:
            constant = arrays[0].dtype.kind != "f" or any(c is result for c in ctx._constant)
            return make_tensor(arrays[0], None if constant else node)
        tensors = make_outputs(node, arrays)
        for output, tensor in zip(outputs, tensors, strict=True):
            if any(c is output for c in ctx._constant):
                tensor.node = None
        return tensors

    @classmethod
    def _record(cls, ctx: FunctionContext, parents: Any, outputs: Sequence[Any], several: bool) -> Node:
        node = Node()
        node.primitive = cls._primitive
        node.parents = parents
        arrays = [o.array for o in outputs]
        node.form = (
            (tuple(a.shape for a in arrays), tuple(a.dtype for a in arrays)) if several else form_of(arrays[0])
        )
        node.extras = None
        node.tick = graph.tick()
        # Saved tensors are remembered by their place: their nodes would be reference cycles.
        places = {id(o): ("output", i) for i, o in enumerate(outputs)}
        places.update((id(p), ("input", i)) for i, p in enumerate(parents) if p is not None)
        ctx._places = [places.get(id(t)) or places.get(id(getattr(t, "node", None))) for t in ctx._saved]
        node.saved = (ctx, *(None if t is None else t.array for t in ctx._saved))
        ctx._saved = ()
        return node
