"""Module: a function with parameters. What it owns is what its attributes hold.

A parameter, buffer or submodule lives in the instance like any other attribute, so a forward pass
reads `self.weight` at Python's own speed and calling a module costs one function call. Whoever wants all
parameters walks the attributes: first a module's own, then those of its children, each in the
order of their definition. That order and the dotted names are PyTorch's, and so are the keys of
`state_dict()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Self, overload

import numpy as np

from ..autograd import no_grad
from ..tensor import Tensor

__all__ = ["LoadedKeys", "Module", "ModuleList", "Parameter", "Sequential"]


class Parameter(Tensor):
    """A tensor that a module learns: `module.parameters()` finds it, and it requires a gradient.

    Args:
        data: a tensor, whose memory is shared, or anything `Tensor` accepts.
        requires_grad: False for a parameter that stays fixed.

    Raises:
        RuntimeError: a gradient is required and the dtype is not floating.

    Example:
        >>> Parameter([1.0, 2.0])
        Parameter containing:
        tensor([1., 2.], requires_grad=True)
    """

    __slots__ = ()

    def __init__(self, data: Any, requires_grad: bool = True) -> None:
        source = data if isinstance(data, Tensor) else Tensor(data)
        self.array = source.detach().array
        self.node = None
        if requires_grad:
            self.requires_grad_()

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"


class LoadedKeys(NamedTuple):
    """What `load_state_dict` could not match: names the module has and the state lacks, and the reverse."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module:
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
    _buffers: dict[str, bool] | None = None

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the result; subclasses define it. Call the module itself, `module(x)`."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward()")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The result of `forward` for these arguments."""
        return self.forward(*args, **kwargs)

    # ------------------------------------------------------------------------------ what it owns

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(self.__dict__.get(name), Parameter) and not (value is None or isinstance(value, Parameter)):
            raise TypeError(
                f"{type(self).__name__}.{name} is a parameter and cannot become a {type(value).__name__}, which "
                "no optimizer would find; assign nn.Parameter(value), or change it in place under no_grad()"
            )
        object.__setattr__(self, name, value)

    def _register(self, name: str, value: Any, kind: type, word: str) -> None:
        if not name or "." in name:
            raise KeyError(f"the name of a {word} must be non-empty and contain no dot, not {name!r}")
        if hasattr(self, name):
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
        self._buffers = {**(self._buffers or {}), name: persistent}

    def add_module(self, name: str, module: Module | None) -> None:
        """Assign a submodule to the attribute `name`, which need not be an identifier.

        Raises:
            KeyError: the name is taken, empty or dotted.
            TypeError: not a module.
        """
        self._register(name, module, Module, "module")

    def _own_buffers(self) -> Iterator[tuple[str, Tensor, bool]]:
        for name, persistent in (self._buffers or {}).items():
            value = self.__dict__.get(name)
            if value is not None:
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

    def state_dict(self, *, prefix: str = "") -> dict[str, Tensor]:
        """The values of all parameters and persistent buffers by dotted name, sharing their memory.

        A parameter that several modules share appears under each of its names, as in PyTorch.
        """
        return {prefix + name: tensor.detach() for name, tensor in self._state()}

    def _state(self) -> Iterator[tuple[str, Tensor]]:
        for path, module in self.named_modules(remove_duplicate=False):
            dot = f"{path}." if path else ""
            for name, parameter in _parameters_of(module):
                yield dot + name, parameter
            for name, buffer, persistent in module._own_buffers():
                if persistent:
                    yield dot + name, buffer

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> LoadedKeys:
        """Copy the values of `state_dict` into the parameters and buffers. On an error nothing is copied.

        Args:
            state_dict: tensors or arrays by dotted name.
            strict: refuse missing and unexpected names; otherwise they are only returned.

        Raises:
            RuntimeError: names or shapes do not match; the message lists all of them.

        Example:
            >>> Linear(2, 2).load_state_dict({"weight": [[1, 0], [0, 1]], "bias": [0, 0]})
            LoadedKeys(missing_keys=[], unexpected_keys=[])
        """
        own = dict(self._state())
        given = {n: v.array if isinstance(v, Tensor) else np.asarray(v) for n, v in state_dict.items()}
        keys = LoadedKeys([n for n in own if n not in given], [n for n in given if n not in own])
        problems = []
        if strict and keys.missing_keys:
            problems.append(f"missing: {', '.join(keys.missing_keys)}")
        if strict and keys.unexpected_keys:
            problems.append(f"unexpected: {', '.join(keys.unexpected_keys)}")
        for name, tensor in own.items():
            if name in given and given[name].shape != tensor.shape:
                problems.append(f"{name}: the module has shape {tensor.shape}, the state {given[name].shape}")
        if problems:
            lines = "\n  ".join(problems)
            raise RuntimeError(f"the state does not fit this {type(self).__name__}; nothing was loaded\n  {lines}")
        with no_grad():
            for name, tensor in own.items():
                if name in given:
                    tensor.copy_(given[name])
        return keys

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

    @overload
    def to(self, target: Any, /) -> Self: ...

    @overload
    def to(self, *, dtype: Any = ..., device: Any = ...) -> Self: ...

    def to(self, *targets: Any, dtype: Any = None, device: Any = None) -> Self:
        """Convert all floating parameters and buffers to a dtype or device; returns the module.

        The parameters stay the same objects, so optimizers that hold them go on working.

        Raises:
            TypeError: the dtype is not floating.
            ValueError: there is no such device.
        """
        for tensor in (*self.parameters(), *self.buffers()):
            if not tensor.is_floating_point():
                continue
            converted = tensor.detach().to(*targets, dtype=dtype, device=device)
            if not converted.is_floating_point():
                raise TypeError(f"a module's parameters must be of a floating dtype, not {converted.dtype}")
            if converted.dtype != tensor.dtype:
                grad = tensor.grad
                tensor.data = converted
                tensor.grad = None if grad is None else grad.detach().to(converted.dtype)
        return self

    def float(self) -> Self:
        """Convert to float32."""
        return self.to(dtype=np.float32)

    def double(self) -> Self:
        """Convert to float64."""
        return self.to(dtype=np.float64)

    # ------------------------------------------------------------------------------ looks

    def extra_repr(self) -> str:
        """The settings that `repr` shows between the parentheses; subclasses define it."""
        return ""

    def _child_reprs(self) -> list[str]:
        return [f"({n}): {m!r}" for n, m in self.__dict__.items() if isinstance(m, Module)]

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = [*extra.splitlines(), *self._child_reprs()]
        if not lines or lines == [extra]:
            return f"{type(self).__name__}({extra})"
        body = "\n".join(lines).replace("\n", "\n  ")
        return f"{type(self).__name__}(\n  {body}\n)"


def _parameters_of(module: Module) -> Iterator[tuple[str, Tensor]]:
    return ((n, v) for n, v in module.__dict__.items() if isinstance(v, Parameter))


def _buffers_of(module: Module) -> Iterator[tuple[str, Tensor]]:
    return ((name, buffer) for name, buffer, _ in module._own_buffers())


class _Numbered(Module):
    """Submodules under the names "0", "1", ..."""

    def __len__(self) -> int:
        return len(self._items())

    def __iter__(self) -> Iterator[Module]:
        return iter(self._items())

    @overload
    def __getitem__(self, index: int) -> Module: ...

    @overload
    def __getitem__(self, index: slice) -> Self: ...

    def __getitem__(self, index: int | slice) -> Module:
        items = self._items()
        return self._of(items[index]) if isinstance(index, slice) else items[index]

    def __setitem__(self, index: int, module: Module) -> None:
        if not isinstance(module, Module):
            raise TypeError(f"expected a Module, got {type(module).__name__}")
        names = [name for name, value in self.__dict__.items() if isinstance(value, Module)]
        setattr(self, names[index], module)

    def append(self, module: Module) -> Self:
        """Add a module at the end; returns the container."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add modules at the end; returns the container."""
        for module in modules:
            self.append(module)
        return self

    def _items(self) -> list[Module]:
        return [value for value in self.__dict__.values() if isinstance(value, Module)]

    @classmethod
    def _of(cls, modules: Iterable[Module]) -> Self:
        part = cls.__new__(cls)
        return part.extend(modules)


class Sequential(_Numbered):
    """Modules applied one after the other, each to the result of the one before.

    Args:
        modules: the modules, named "0", "1", ...; or one dictionary of them by name.

    Example:
        >>> Sequential(Linear(64, 32), ReLU(), Linear(32, 10))
        Sequential(
          (0): Linear(in_features=64, out_features=32, bias=True)
          (1): ReLU()
          (2): Linear(in_features=32, out_features=10, bias=True)
        )
    """

    def __init__(self, *modules: Module | Mapping[str, Module]) -> None:
        super().__init__()
        named: Iterable[tuple[str, Any]] = ((str(i), module) for i, module in enumerate(modules))
        if len(modules) == 1 and isinstance(modules[0], Mapping):
            named = modules[0].items()
        for name, module in named:
            self.add_module(name, module)

    def forward(self, input: Any) -> Any:
        """Apply all modules in order."""
        for module in self.__dict__.values():
            if isinstance(module, Module):
                input = module(input)
        return input


class ModuleList(_Numbered):
    """A list of modules whose parameters are found, unlike those in a plain list.

    Example:
        >>> ModuleList([Linear(4, 4), Linear(4, 4)])
        ModuleList(
          (0-1): 2 x Linear(in_features=4, out_features=4, bias=True)
        )
    """

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        super().__init__()
        self.extend(modules)

    def _child_reprs(self) -> list[str]:
        """Runs of equal modules on one line."""
        runs: list[tuple[int, str]] = []
        for shown in map(repr, self):
            if runs and runs[-1][1] == shown:
                runs[-1] = (runs[-1][0] + 1, shown)
            else:
                runs.append((1, shown))
        lines, start = [], 0
        for count, shown in runs:
            lines.append(
                f"({start}): {shown}" if count == 1 else f"({start}-{start + count - 1}): {count} x {shown}"
            )
            start += count
        return lines
