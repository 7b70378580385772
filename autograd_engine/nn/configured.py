"""Layers that are a function with settings: the class lists the settings, and `layer` writes the rest.

    @layer(F.elu)
    class ELU(Configured):
        alpha: float = 1.0
        inplace: bool = False

takes the two settings and shows them in its `repr`; `forward(input)` is `F.elu(input, self.alpha, self.inplace)`.
"""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

from ..tensor import Tensor
from .module import Module


@dataclass(repr=False, eq=False)
class Configured(Module):
    """A layer whose settings are the fields of a dataclass. `repr` shows them in the order in which they are
    declared; `inplace` only where it is on."""

    if TYPE_CHECKING:

        def forward(self, input: Any) -> Tensor:
            """`layer` writes it. (With `return_indices` it gives a pair, which types here cannot tell.)"""

    def extra_repr(self) -> str:
        """The settings."""
        shown = ((field.name, getattr(self, field.name)) for field in fields(self))
        return ", ".join(f"{name}={value!r}" for name, value in shown if name != "inplace" or value)


C = TypeVar("C", bound=Configured)


@dataclass_transform(eq_default=False)
def layer(function: Callable[..., Any]) -> Callable[[type[C]], type[C]]:
    """Make a class a dataclass, whose `forward` calls `function`.

    Of the function's parameters, those that are settings of the layer are read from it at every call, and so is
    `training`. The others are the arguments of `forward`, in the same order, but for those that have a default.
    An `x` is called `input` there, as in PyTorch.
    """

    def complete(kind: type[C]) -> type[C]:
        kind = dataclass(repr=False, eq=False)(kind)
        kind.forward = _forward(function, kind)  # type: ignore[method-assign]
        return kind

    return complete


def _forward(function: Callable[..., Any], kind: type[Configured]) -> Callable[..., Any]:
    """`forward` written out, so that it costs what it would cost by hand. Tracebacks find it in `linecache`."""
    settings = {"training", *(field.name for field in fields(kind))}
    inputs, arguments = ["self"], []
    for name, parameter in inspect.signature(function).parameters.items():
        if name in settings:
            value = f"self.{name}"
        elif parameter.default is parameter.empty:
            value = "input" if name == "x" else name
            inputs.append(value)
        else:
            continue
        arguments.append(f"{name}={value}" if parameter.kind is parameter.KEYWORD_ONLY else value)
    source = f"def forward({', '.join(inputs)}):\n    return function({', '.join(arguments)})\n"
    filename = f"<forward of {kind.__qualname__}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    namespace: dict[str, Any] = {"__name__": kind.__module__, "function": function}
    exec(compile(source, filename, "exec"), namespace)
    forward: Callable[..., Any] = namespace["forward"]
    forward.__qualname__ = f"{kind.__qualname__}.forward"
    forward.__doc__ = f"`{function.__name__}` of the arguments, with the settings of the layer."
    return forward
