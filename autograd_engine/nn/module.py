"""Module: a function with parameters. What it owns is what its attributes hold.

A parameter, buffer or submodule lives in the instance like any other attribute, so a forward pass
reads `self.weight` at Python's own speed and calling a module costs one function call. Whoever wants all
parameters walks the attributes: first a module's own, then those of its children, each in the
order of their definition. That order and the dotted names are PyTorch's, and so are the keys of
`state_dict()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Self, overload

import numpy as np

from ..tensor import Tensor
from ..tensor.conversions import destination
from .hooks import Hookable
from .parameter import Buffer, Parameter
from .state import LoadedKeys, load_into

__all__ = ["Module"]


class Module(Hookable):
    """The base of all layers and models: define `forward`, and assign parameters and modules to attributes.

    Attributes:
        training: whether the module is in training mode; some layers compute differently then.

    Example:
        >>> class Line(Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.slope = Parameter(2.0)
        ...     def forward(self, x):
        ...         return self.slope * x
        >>> line = Line()
        >>> [name for name, _ in line.named_parameters()]
        ['slope']
        >>> line(3.0)
        tensor(6., grad_fn=<mul>)
    """

    training: bool = True
    _buffers: Mapping[str, bool] = {}
    """The names of the buffers, and whether each is part of the state. Replaced as a whole, never changed."""

    # ------------------------------------------------------------------------------ what it owns

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(self.__dict__.get(name), (Tensor, Module)) or name in self._buffers:
            self._check_replacement(name, value)
        object.__setattr__(self, name, value)
        if value.__class__ is Buffer and name not in self._buffers:
            self._buffers = {**self._buffers, name: value.persistent}

    def _owned_as(self, name: str) -> str | None:
        """What the attribute `name` is to the module: a parameter, a module, a buffer, or None of these."""
        value = self.__dict__.get(name)
        if isinstance(value, Parameter):
            return "parameter"
        if isinstance(value, Module):
            return "module"
        return "buffer" if name in self._buffers else None

    def _check_replacement(self, name: str, value: Any) -> None:
        """Raise if `value` would replace a part of the state with what a walk over the attributes does not find."""
        word = self._owned_as(name)
        kinds, remedy = _MAY_BECOME[word]
        if value is not None and not isinstance(value, kinds):
            raise TypeError(
                f"{type(self).__name__}.{name} is a {word} and cannot become a {type(value).__name__}, which "
                f"nobody would find; assign {remedy}"
            )

    def _register(self, name: str, value: Any, kind: type, word: str) -> None:
        if not isinstance(name, str):
            raise TypeError(f"the name of a {word} must be a string, not {name!r}")
        if not name or "." in name:
            raise KeyError(f"the name of a {word} must be non-empty and contain no dot, not {name!r}")
        left_out = name in self.__dict__ and self.__dict__[name] is None
        if hasattr(self, name) and not left_out and self._owned_as(name) != word:
            raise KeyError(f"{type(self).__name__} already has an attribute {name!r}")
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"{word} {name!r} must be a {kind.__name__} or None, not {type(value).__name__}")
        setattr(self, name, value)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Assign a parameter, or None for one that is left out, to the attribute `name`.

        Raises:
            KeyError: the name is taken, empty or dotted.
            TypeError: not a parameter.
        """
        self._register(name, param, Parameter, "parameter")

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Assign a tensor that belongs to the module's state but is not learned, such as a running mean.

        Args:
            persistent: whether it is part of `state_dict()`.

        Raises:
            KeyError: the name is taken, empty or dotted.
            TypeError: not a tensor.
        """
        self._register(name, tensor, Tensor, "buffer")
        self._buffers = {**self._buffers, name: persistent}

    def add_module(self, name: str, module: Module | None) -> None:
        """Assign a submodule to the attribute `name`, which need not be an identifier.

        Raises:
            KeyError: the name is taken, empty or dotted.
            TypeError: not a module.
        """
        self._register(name, module, Module, "module")

    def register_module(self, name: str, module: Module | None) -> None:
        """The same as `add_module`."""
        self.add_module(name, module)

    def get_submodule(self, target: str) -> Module:
        """The module of this dotted name; this one itself for "".

        Raises:
            AttributeError: there is none.
        """
        module: Module = self
        for name in target.split(".") if target else ():
            child = module.__dict__.get(name)
            if not isinstance(child, Module):
                known = ", ".join(n for n, _ in module.named_children()) or "none"
                raise AttributeError(
                    f"{target!r}: {type(module).__name__} has no submodule {name!r}; it has {known}"
                )
            module = child
        return module

    def _get(self, target: str, word: str) -> Any:
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if module._owned_as(name) != word:
            raise AttributeError(f"{target!r}: {type(module).__name__} has no {word} {name!r}")
        return module.__dict__.get(name)

    def get_parameter(self, target: str) -> Parameter:
        """The parameter of this dotted name.

        Raises:
            AttributeError: there is none.

        Example:
            >>> Sequential(Linear(2, 3)).get_parameter("0.weight").shape
            (3, 2)
        """
        return self._get(target, "parameter")

    def get_buffer(self, target: str) -> Tensor:
        """The buffer of this dotted name.

        Raises:
            AttributeError: there is none.
        """
        return self._get(target, "buffer")

    def _own_buffers(self) -> Iterator[tuple[str, Tensor, bool]]:
        for name, persistent in self._buffers.items():
            value = self.__dict__.get(name)
            if isinstance(value, Tensor) and not isinstance(value, Parameter):
                yield name, value, persistent

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The submodules directly below, each once, with their attribute names."""
        seen = set()
        for name, value in self.__dict__.items():
            if isinstance(value, Module) and value not in seen:
                seen.add(value)
                yield name, value

    def children(self) -> Iterator[Module]:
        """The submodules directly below, each once."""
        return (module for _, module in self.named_children())

    def named_modules(
        self, memo: set[Module] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """This module and all below it, with dotted names; a shared one once, unless `remove_duplicate` is off."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, value in self.__dict__.items():
            if isinstance(value, Module):
                yield from value.named_modules(memo, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def modules(self) -> Iterator[Module]:
        """This module and all below it, each once."""
        return (module for _, module in self.named_modules())

    def _named(
        self, own: Callable[[Module], Iterable[tuple[str, Tensor]]], prefix: str, recurse: bool, unique: bool
    ) -> Iterator[tuple[str, Any]]:
        modules = self.named_modules(prefix=prefix, remove_duplicate=unique) if recurse else [(prefix, self)]
        seen = set()
        for path, module in modules:
            for name, tensor in own(module):
                if not (unique and tensor in seen):
                    seen.add(tensor)
                    yield f"{path}.{name}" if path else name, tensor

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """All parameters with their dotted names; one shared by several modules counts once."""
        return self._named(_parameters_of, prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """All parameters, each once."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """All buffers with their dotted names."""
        return self._named(_buffers_of, prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """All buffers, each once."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    # ------------------------------------------------------------------------------ saving, loading

    def state_dict(self, *, prefix: str = "", keep_vars: bool = False) -> dict[str, Tensor]:
        """The values of all parameters and persistent buffers by dotted name, sharing their memory.

        A parameter that several modules share appears under each of its names, as in PyTorch.

        Args:
            prefix: what all names begin with.
            keep_vars: give the parameters themselves and not detached tensors.
        """
        return {prefix + name: tensor if keep_vars else tensor.detach() for name, tensor in self._state()}

    def _state(self) -> Iterator[tuple[str, Tensor]]:
        for path, module in self.named_modules(remove_duplicate=False):
            dot = f"{path}." if path else ""
            for name, parameter in _parameters_of(module):
                yield dot + name, parameter
            for name, buffer, persistent in module._own_buffers():
                if persistent:
                    yield dot + name, buffer

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> LoadedKeys:
        """Copy the values of `state_dict` into the parameters and buffers. On an error nothing is copied.

        Args:
            state_dict: tensors or arrays by dotted name.
            strict: refuse missing and unexpected names; otherwise they are only returned.
            assign: take over the arrays, and so their dtypes, instead of copying. The parameters stay the same
                objects.

        Raises:
            TypeError: `state_dict` is not a mapping.
            RuntimeError: names, shapes or dtypes do not match; the message lists all of them.

        Example:
            >>> Linear(2, 2).load_state_dict({"weight": [[1, 0], [0, 1]], "bias": [0, 0]})
            <All keys matched successfully>
        """
        return load_into(dict(self._state()), state_dict, strict, assign, type(self).__name__)

    # ------------------------------------------------------------------------------ all at once

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call `fn` on every module below and then on this one; returns the module."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Put this module and all below it into training mode, or out of it; returns the module."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Leave training mode."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Ask, or stop asking, for gradients of all parameters; returns the module."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or fill them with zeros."""
        for parameter in self.parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad.detach_().zero_()

    def _convert(self, tensors: Iterable[Tensor], convert: Callable[[Tensor], Tensor]) -> Self:
        for tensor in list(tensors):
            kept = tensor.detach()
            converted = convert(kept)
            if converted is not kept:
                grad = tensor.grad
                tensor.data = converted
                tensor.grad = None if grad is None else convert(grad.detach())
        return self

    @overload
    def to(self, target: Any, /, *, non_blocking: bool = ...) -> Self: ...

    @overload
    def to(self, *, dtype: Any = ..., device: Any = ..., non_blocking: bool = ...) -> Self: ...

    def to(self, *targets: Any, dtype: Any = None, device: Any = None, non_blocking: bool = False) -> Self:
        """Move parameters and buffers to a device, and convert the floating ones to a dtype; returns the module.

        The parameters stay the same objects, so optimizers that hold them go on working; but an optimizer that has
        made a step remembers arrays where the parameters lay then.

        Raises:
            TypeError: the dtype is not floating.
            ValueError: there is no such device.
        """

        where, wanted, overlapping = destination(targets, dtype, device, non_blocking)
        if wanted is not None and wanted.kind != "f":
            raise TypeError(f"a module's parameters must be of a floating dtype, not {wanted}")

        def convert(tensor: Tensor) -> Tensor:
            return tensor.to(
                dtype=wanted if tensor.is_floating_point() else None, device=where, non_blocking=overlapping
            )

        return self._convert((*self.parameters(), *self.buffers()), convert)

    def type(self, dst_type: Any) -> Self:
        """Convert all parameters and buffers, also those of integers, to a dtype; returns the module.

        Raises:
            TypeError: there are parameters and the dtype is not floating.
        """
        if np.dtype(dst_type).kind != "f" and any(True for _ in self.parameters()):
            raise TypeError(f"a module's parameters must be of a floating dtype, not {np.dtype(dst_type)}")
        return self._convert((*self.parameters(), *self.buffers()), lambda tensor: tensor.to(dst_type))

    def half(self) -> Self:
        """Convert to float16."""
        return self.to(dtype=np.float16)

    def float(self) -> Self:
        """Convert to float32."""
        return self.to(dtype=np.float32)

    def double(self) -> Self:
        """Convert to float64."""
        return self.to(dtype=np.float64)

    def cpu(self) -> Self:
        """Move to the CPU."""
        return self.to(device="cpu")

    def cuda(self, device: Any = None) -> Self:
        """Move to a GPU, by default the current one.

        Raises:
            ValueError: there is no such device; the error says what is missing.
        """
        return self.to(device="cuda" if device is None else device)

    # ------------------------------------------------------------------------------ looks

    def extra_repr(self) -> str:
        """The settings that `repr` shows between the parentheses; subclasses define it."""
        return ""

    def _flops(self, inputs: tuple[Any, ...], output: Any) -> int:
        """Floating-point operations of one call, without those of submodules: two for each multiply-add of a
        matrix product or convolution. The layers that have such products define it, for `viz.summary`."""
        return 0

    def _child_reprs(self) -> list[str]:
        return [f"({n}): {m!r}" for n, m in self.__dict__.items() if isinstance(m, Module)]

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = [*extra.splitlines(), *self._child_reprs()]
        if not lines or lines == [extra]:
            return f"{type(self).__name__}({extra})"
        body = "\n".join(lines).replace("\n", "\n  ")
        return f"{type(self).__name__}(\n  {body}\n)"


_MAY_BECOME: dict[str | None, tuple[Any, str]] = {
    "parameter": (Parameter, "nn.Parameter(value), or change it in place under no_grad()"),
    "module": ((Module, Parameter), "a module or None"),
    "buffer": ((Tensor, Module), "a tensor or None"),
    None: (object, ""),
}
"""For each kind of thing that a module owns what may take its place."""


def _parameters_of(module: Module) -> Iterator[tuple[str, Tensor]]:
    return ((n, v) for n, v in module.__dict__.items() if isinstance(v, Parameter))


def _buffers_of(module: Module) -> Iterator[tuple[str, Tensor]]:
    return ((name, buffer) for name, buffer, _ in module._own_buffers())
