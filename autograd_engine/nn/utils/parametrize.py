"""parametrize: a parameter that is computed of another one whenever it is read, such as an orthogonal matrix.

The class of the module becomes a subclass, in which the parameter's name is a property. What is learned lies in
`module.parametrizations[name].original`, as in PyTorch, and under the same names in `state_dict()`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...engine.modes import no_grad
from ...tensor import Tensor
from ..container import ModuleDict, ModuleList
from ..module import Module
from ..parameter import Parameter

__all__ = [
    "ParametrizationList",
    "cached",
    "is_parametrized",
    "register_parametrization",
    "remove_parametrizations",
    "type_before_parametrizations",
]

_cache: list[dict[tuple[int, str], Tensor]] = []
"""Inside `cached`, what was computed, by the module and the name."""


@contextmanager
def cached() -> Iterator[None]:
    """A block in which each parametrized tensor is computed once, however often it is read."""
    _cache.append({})
    try:
        yield
    finally:
        _cache.pop()


class ParametrizationList(ModuleList[Any]):
    """The modules that compute a parameter, one after the other, and what they compute it of.

    Attributes:
        original: the parameter that is learned; several are `original0`, `original1`, ...
        is_tensor: whether there is one.
    """

    def __init__(self, modules: Any, original: Tensor, unsafe: bool = False) -> None:
        super().__init__(modules)
        found: Any = original
        with no_grad():
            for module in reversed([*self]):
                if hasattr(module, "right_inverse"):
                    found = module.right_inverse(found)
        self.is_tensor = isinstance(found, Tensor)
        self.unsafe = unsafe
        parts = [found] if self.is_tensor else list(found)
        self.names = ["original"] if self.is_tensor else [f"original{i}" for i in range(len(parts))]
        for name, part in zip(self.names, parts, strict=True):
            if isinstance(original, Parameter):
                self.register_parameter(name, Parameter(part.detach(), original.requires_grad))
            else:
                self.register_buffer(name, part.detach())
        if self.is_tensor and isinstance(original, Parameter) and found is original:
            self.original = original

    def right_inverse(self, value: Tensor) -> None:
        """Let what is learned become that of which `value` is computed.

        Raises:
            RuntimeError: a module has no `right_inverse`.
        """
        found: Any = value
        with no_grad():
            for module in reversed([*self]):
                if not hasattr(module, "right_inverse"):
                    raise RuntimeError(
                        f"{type(module).__name__} has no right_inverse, so its result cannot be assigned"
                    )
                found = module.right_inverse(found)
            for name, part in zip(self.names, [found] if self.is_tensor else found, strict=True):
                getattr(self, name).copy_(part)

    def forward(self) -> Tensor:
        """The parameter, computed."""
        modules = [*self]
        result = modules[0](*(getattr(self, name) for name in self.names))
        for module in modules[1:]:
            result = module(result)
        return result


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether a parameter of the module, or the one of this name, is computed of another."""
    lists = module.__dict__.get("parametrizations")
    if not isinstance(lists, ModuleDict):
        return False
    return bool(len(lists)) if tensor_name is None else tensor_name in lists


def type_before_parametrizations(module: Module) -> type[Module]:
    """The class of the module as it was made."""
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def _property(name: str) -> property:
    def read(module: Any) -> Tensor:
        if not _cache:
            return module.parametrizations[name]()
        known, key = _cache[-1], (id(module), name)
        if key not in known:
            known[key] = module.parametrizations[name]()
        return known[key]

    def assign(module: Any, value: Tensor) -> None:
        module.parametrizations[name].right_inverse(value)

    return property(read, assign)


def _unpicklable(module: Any) -> Any:
    raise RuntimeError("a parametrized module cannot be pickled; save its state_dict()")


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Let `module.tensor_name` be `parametrization(original)` from now on; returns the module.

    A parametrization with a method `right_inverse` is asked for the original of the present value, and makes it
    possible to assign a value. With several parametrizations the last is computed last.

    Args:
        module: owns a parameter or buffer of this name.
        parametrization: a module whose forward takes the original, or all of them, and returns the tensor.
        unsafe: whether the result may have another shape or dtype than the present value.

    Raises:
        ValueError: the module has no such parameter, or the result has another shape or dtype.

    Example:
        >>> class Symmetric(nn.Module):
        ...     def forward(self, X):
        ...         return X.triu() + X.triu(1).mT
        >>> layer = nn.utils.parametrize.register_parametrization(nn.Linear(2, 2), "weight", Symmetric())
        >>> (layer.weight == layer.weight.mT).all().item()
        True
        >>> [name for name, _ in layer.named_parameters()]
        ['bias', 'parametrizations.weight.original']
    """
    if is_parametrized(module, tensor_name):
        lists: Any = module.parametrizations  # type: ignore[attr-defined]
        before = getattr(module, tensor_name)
        lists[tensor_name].append(parametrization)
        _check(before, getattr(module, tensor_name), tensor_name, unsafe)
        return module
    original = module.__dict__.get(tensor_name)
    if not isinstance(original, Tensor):
        raise ValueError(f"{type(module).__name__} has no parameter or buffer {tensor_name!r} to parametrize")
    made = ParametrizationList([parametrization], original, unsafe)
    _check(original, made(), tensor_name, unsafe)
    if not is_parametrized(module):
        kind = type(module)
        names = {"__getstate__": _unpicklable, "__module__": kind.__module__, "__deepcopy__": _copied}
        module.__class__ = type(f"Parametrized{kind.__name__}", (kind,), names)
        module.parametrizations = ModuleDict()
    del module.__dict__[tensor_name]
    module.parametrizations[tensor_name] = made  # type: ignore[attr-defined]
    setattr(type(module), tensor_name, _property(tensor_name))
    return module


def _copied(module: Any, memo: dict[int, Any]) -> Any:
    """A deep copy, of a class of its own, so that removing a parametrization concerns one module."""
    from copy import deepcopy

    kind = type(module)
    other = kind.__new__(type(kind.__name__, kind.__bases__, dict(vars(kind))))
    memo[id(module)] = other
    other.__dict__.update({name: deepcopy(value, memo) for name, value in module.__dict__.items()})
    return other


def _check(before: Tensor, after: Any, name: str, unsafe: bool) -> None:
    if not isinstance(after, Tensor):
        raise ValueError(f"the parametrization of {name!r} returned a {type(after).__name__}, not a tensor")
    if not unsafe and (after.shape != before.shape or after.dtype != before.dtype):
        raise ValueError(
            f"the parametrization of {name!r} makes shape {after.shape} and dtype {after.dtype} of shape "
            f"{before.shape} and dtype {before.dtype}; pass unsafe=True if that is meant"
        )


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Make `module.tensor_name` an ordinary parameter again; returns the module.

    Args:
        leave_parametrized: whether it keeps the computed value, or the original one.

    Raises:
        ValueError: it is not parametrized, or there are several originals to leave.

    Example:
        >>> layer = nn.utils.parametrizations.weight_norm(nn.Linear(2, 2))
        >>> nn.utils.parametrize.remove_parametrizations(layer, "weight")
        Linear(in_features=2, out_features=2, bias=True)
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"{type(module).__name__}.{tensor_name} is not parametrized")
    lists: Any = module.parametrizations  # type: ignore[attr-defined]
    made = lists[tensor_name]
    first = getattr(made, made.names[0])
    if not leave_parametrized and not made.is_tensor:
        raise ValueError(
            f"{tensor_name!r} is computed of {len(made.names)} tensors; none of them can take its place"
        )
    value = (made() if leave_parametrized else first).detach().clone()
    del lists[tensor_name]
    delattr(type(module), tensor_name)
    if not len(lists):
        del module.__dict__["parametrizations"]
        module.__class__ = type(module).__bases__[0]
    if isinstance(first, Parameter):
        module.register_parameter(tensor_name, Parameter(value, first.requires_grad))
    else:
        module.register_buffer(tensor_name, value)
    return module
