"""A primitive: a forward on raw arrays, and beside it one derivative rule per input.

    @primitive(x=lambda g, y: g * y,
               y=lambda g, x: g * x)
    def mul(x, y):
        return x * y

Called with raw arrays, `mul` computes and returns a raw array. Called with a tensor anywhere, it
returns a tensor, and records a `Node` if an input requires a gradient.

Rules are themselves written with primitives and operators. The first-order backward pass feeds them
raw arrays, which is fast; with `create_graph=True` it feeds tensors to the *same* rules, so
derivatives of every order exist for every operation. No rule undoes broadcasting or casts a dtype:
the backward pass does both, once, for all.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any, TypeVar, overload

import numpy as np

from ..backend.arrays import as_floating, promote, scalar_types
from ..backend.device import device_of
from ..backend.kinds import others
from .generator import RESERVED, UNWRITTEN, call_source, compiled, pull_source
from .graph import Node, Value, tick
from .modes import grad_mode
from .plan import Accumulate, Increment, Jointly, Plan
from .results import as_tensors, cotangents, make_outputs, make_tensor, types
from .sharing import share_view

__all__ = ["Primitive", "primitive"]

F = TypeVar("F", bound=Callable[..., Any])


class Primitive(Plan):
    """What the engine and its users know about an operation. `function.primitive` is this object.

    Attributes:
        call: the function users call. The others are those of `Plan`.
    """

    def __init__(
        self, forward: Callable[..., Any], rules: dict[str, Callable[..., Any] | Accumulate], **parts: Any
    ) -> None:
        super().__init__(forward, rules, **parts)
        if taken := sorted(RESERVED & {*self.operands, *self.settings, *self.residuals}):
            raise TypeError(f"{self.name}: the generated code uses {', '.join(taken)} itself; rename the parameter")
        self._namespace: dict[str, Any] = {
            **{f"rule_{n}": r.rule if isinstance(r, Accumulate) else r for n, r in rules.items()},
            **({"rule_jointly": self.jointly.rule} if self.jointly else {}),
            **{f"into_{n}": r.into for n, r in rules.items() if isinstance(r, Accumulate)},
            **_SHARED,
            "forward": forward,
            "promote": self.promotes if callable(self.promotes) else promote,
            "primitive": self,
        }
        call: Any = FunctionType(UNWRITTEN, self._namespace, self.name)
        call.__qualname__ = self.name
        call.__module__ = forward.__module__
        call.__doc__ = forward.__doc__
        call.__wrapped__ = forward
        call.primitive = self
        self.call = call

    def write(self) -> Any:
        """Give the function that users call its code; the first call of it does so."""
        self._namespace |= {f"default_{n}": p.default for n, p in self.signature.parameters.items()}
        written = self._generated("call", call_source(self))
        self.call.__defaults__, self.call.__kwdefaults__ = written.__defaults__, written.__kwdefaults__
        self.call.__code__ = written.__code__  # last: another thread may call it at any moment
        return self.call

    def _generated(self, function: str, source: str) -> Any:
        exec(compiled(source), self._namespace)
        return self._namespace[function]

    @functools.cached_property
    def pull(self) -> Callable[[Node, Any, Sequence[Node | None]], Sequence[Any]]:
        """`pull(node, g, parents)`: one contribution per parent (None for a None), from raw arrays."""
        return self._generated("pull", pull_source(self, "pull"))

    @functools.cached_property
    def pull_recorded(self) -> Callable[[Node, Any, Sequence[Node | None]], Sequence[Any]]:
        """The same from tensors, so that the contributions are differentiable."""
        return self._generated("pull_recorded", pull_source(self, "pull_recorded"))

    def recomposed(
        self, node: Node, parents: Sequence[Node | None], stand_in: Callable[[Any], Any]
    ) -> tuple[list[Any], Sequence[Any]] | None:
        """A fused primitive's inputs, those to differentiate by as stand-ins, and its composition's results."""
        if self.composition is None:
            return None
        saved = dict(zip(self.saves, as_tensors(self, node), strict=True))
        for name, parent in zip(self.differentiable, parents, strict=True):
            if parent is not None:
                saved[name] = stand_in(saved[name])
        out = self.composition(**{n: saved[n] for n in self.operands + self.settings})
        return [saved[n] for n in self.differentiable], out if self.outputs > 1 else (out,)

    @property
    def source(self) -> str:
        """The generated code."""
        functions = ["pull", "pull_recorded"][: 2 - bool(self.composition)] if self.differentiable else []
        return "\n".join([call_source(self), *(pull_source(self, f) for f in functions)])

    def __repr__(self) -> str:
        return f"<primitive {self.name}({', '.join(self.operands + self.settings)})>"

    def __deepcopy__(self, memo: Any) -> Primitive:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _find, (self.forward.__module__, self.forward.__qualname__)


def _find(module: str, name: str) -> Primitive:
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found.primitive


@overload
def primitive(forward: F, /) -> F: ...


@overload
def primitive(
    *,
    outputs: int = ...,
    promote: bool | Callable[[Any, Any], tuple[Any, Any]] = ...,
    floating: bool = ...,
    view: bool = ...,
    residuals: Sequence[str] = ...,
    composition: Callable[..., Any] | None = ...,
    jointly: Jointly | None = ...,
    **rules: Callable[..., Any] | Accumulate,
) -> Callable[[F], F]: ...


def primitive(
    forward: F | None = None,
    /,
    *,
    outputs: int = 1,
    promote: bool | Callable[[Any, Any], tuple[Any, Any]] = False,
    floating: bool = False,
    view: bool = False,
    residuals: Sequence[str] = (),
    composition: Callable[..., Any] | None = None,
    jointly: Jointly | None = None,
    **rules: Callable[..., Any] | Accumulate,
) -> Any:
    """Make a differentiable operation of a function of raw arrays.

    Positional parameters are arrays (or tensors); keyword-only parameters are settings. Each rule
    is named after the parameter it differentiates and called with `g`, the gradient of the result,
    and whatever else its own parameters name: an input, `out` (the result), `x_shape` (the shape of
    input x), a setting, a residual. It returns the gradient of that input, before broadcasting is
    undone. An operation without rules, such as a comparison, is not differentiable.

    Args:
        outputs: more than 1 when `forward` returns that many results as a tuple; then `g` is a
            tuple too, with zeros for a result that nobody used.
        promote: bring the first two arrays to a common dtype, by PyTorch's promotion, first; or a function that
            does so in another way.
        floating: convert integers to the default floating dtype first.
        view: say so if the result may look into the memory of the only array, so that changes show in both.
        residuals: names of further arrays that `forward` returns after its result, for the rules.
        composition: marks a fused primitive: its rules are written for raw arrays, for speed, and
            `create_graph=True` differentiates `composition(...)`, called with the same arguments.
        jointly: one rule for several inputs, in place of a rule for each.

    Raises:
        TypeError: a rule names something the operation does not have.

    Example:
        >>> import numpy as np, autograd_engine as ag
        >>> @ag.primitive(x=lambda g, x: g * (1 + x) * ag.exp(x))
        ... def x_exp_x(x):
        ...     return x * np.exp(x)
        >>> x = ag.tensor(0.0, requires_grad=True)
        >>> x_exp_x(x).backward()
        >>> x.grad
        tensor(1.)
    """

    def define(forward: F) -> F:
        made = Primitive(
            forward,
            rules,
            outputs=outputs,
            promote=promote,
            floating=floating,
            view=view,
            residuals=residuals,
            composition=composition,
            jointly=jointly,
        )
        return made.call

    return define if forward is None else define(forward)


# --------------------------------------------------------- what generated code calls off the fast path


def _unwrap_all(values: Sequence[Any]) -> tuple[tuple[Any, ...], tuple[Node | None, ...], bool]:
    """Raw arrays, nodes, and whether any was a tensor."""
    arrays = tuple(v.array if isinstance(v, Value) else v for v in values)
    nodes = tuple(v.node if isinstance(v, Value) else None for v in values)
    return arrays, nodes, any(isinstance(v, Value) for v in values)


def _one_each(node: Node, contributions: Sequence[Any]) -> Sequence[Any]:
    """The contributions to a variable number of operands, after a look at their number."""
    if len(contributions) != len(node.parents or ()):
        raise RuntimeError(
            f"{node.name}: the rule returned {len(contributions)} gradients for {len(node.parents or ())} operands"
        )
    return contributions


def _explain(primitive: Primitive, error: Exception, operands: Sequence[Any]) -> Exception:
    """The same error, saying which operation failed on what; or that these lie on several devices."""
    if mixed := _mixed(operands):
        return RuntimeError(f"{primitive.name}: {mixed}")
    if not isinstance(error, (ValueError, TypeError, IndexError, ArithmeticError, RuntimeError)):
        return error
    given = ", ".join(
        f"{a.dtype}[{', '.join(map(str, a.shape))}]" if hasattr(a, "dtype") else repr(a) for a in operands
    )
    message = f"{primitive.name}: {error} (called with {given})"
    return _reworded(error, message)


def _mixed(operands: Sequence[Any]) -> str:
    """What is wrong with operands on several devices; empty for those on one. A single number goes anywhere."""
    lie = [(a, device_of(a)) for a in operands if hasattr(a, "dtype") and (a.ndim or a.__class__ in others)]
    places = list(dict.fromkeys(str(where) for _, where in lie))
    if len(places) < 2:
        return ""
    listed = ", ".join(f"{a.dtype}[{', '.join(map(str, a.shape))}] on {where}" for a, where in lie)
    return (
        "expected all tensors to be on the same device, but found at least two devices, "
        f"{places[0]} and {places[1]} ({listed}); move one of them with x.to(device)"
    )


def _reworded(error: Exception, message: str) -> Exception:
    """An error of the same class and attributes with another message.

    A class whose constructor takes more, or that words its message itself, gives way to its base.
    """
    makers: tuple[Callable[..., Exception], ...] = (
        lambda kind: kind.__new__(kind, message),
        lambda kind: kind(message),
    )
    for kind in type(error).__mro__:
        for make in makers:
            try:
                made = make(kind)
                vars(made).update(vars(error))
                if str(made) == message:
                    return made
            except Exception:
                continue
    return error


_SHARED: dict[str, Any] = {
    "__name__": __name__,
    "types": types,
    "make_tensor": make_tensor,
    "Value": Value,
    "Node": Node,
    "Increment": Increment,
    "scalar_types": scalar_types,
    "as_floating": as_floating,
    "grad_mode": grad_mode,
    "tick": tick,
    "asarray": np.asarray,
    "share_view": share_view,
    "explain": _explain,
    "unwrap_all": _unwrap_all,
    "make_outputs": make_outputs,
    "as_tensors": as_tensors,
    "cotangents": cotangents,
    "one_each": _one_each,
}
"""What the generated code of every primitive refers to."""
