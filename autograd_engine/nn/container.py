"""Containers: modules that hold modules, or parameters, by number or by name.

The items are attributes like those of any module, "0", "1", ... in a list and the keys in a dictionary. So a
container behaves like Python's lists and dictionaries, and its parameters are found like those of any module.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from operator import index as as_index
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, overload

from ..tensor import Tensor
from .module import Module
from .parameter import Parameter

__all__ = ["ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "Sequential"]

if TYPE_CHECKING:
    from typing_extensions import TypeVar  # one with a default; every type checker has it

    class Layer(Module):
        """What type checkers know of an item if they know no more: it gives a tensor; its attributes vary."""

        def forward(self, *args: Any, **kwargs: Any) -> Tensor: ...

        def __getattr__(self, name: str) -> Any: ...

    M = TypeVar("M", default=Layer)
else:
    from typing import TypeVar

    M = TypeVar("M")


class _Container(Module):
    _kind: ClassVar[type[Any]] = Module

    def _names(self) -> list[str]:
        return [name for name, value in self.__dict__.items() if isinstance(value, self._kind)]

    def _put(self, name: str, item: Any) -> None:
        """Make `item` the attribute `name`."""
        if self._kind is Module and isinstance(item, Module):
            self.add_module(name, item)
        elif self._kind is Parameter and isinstance(item, Tensor):
            self.register_parameter(name, item if isinstance(item, Parameter) else Parameter(item))
        else:
            raise TypeError(
                f"{type(self).__name__}: item {name!r} must be a {self._kind.__name__}, not {type(item).__name__}"
            )

    def __len__(self) -> int:
        return len(self._names())

    def _child_reprs(self) -> list[str]:
        if self._kind is Module:
            return super()._child_reprs()
        items = ((name, self.__dict__[name]) for name in self._names())
        return [
            f"({name}): Parameter containing: [{p.dtype} of size {'x'.join(map(str, p.shape))}]"
            for name, p in items
        ]


# --------------------------------------------------------------------------------------------- lists


class _List(_Container, Generic[M]):
    def __init__(self, items: Iterable[Any] | None = None) -> None:
        super().__init__()
        self.extend(() if items is None else items)

    def __iter__(self) -> Iterator[M]:
        return iter([self.__dict__[name] for name in self._names()])

    def _name_at(self, index: Any) -> str:
        names = self._names()
        if not -len(names) <= as_index(index) < len(names):
            raise IndexError(f"index {index} is out of range for a {type(self).__name__} of {len(names)} items")
        return names[as_index(index)]

    @overload
    def __getitem__(self, index: int) -> M: ...

    @overload
    def __getitem__(self, index: slice) -> Self: ...

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return self._of(list(self)[index])
        return self.__dict__[self._name_at(index)]

    def __setitem__(self, index: Any, item: Any) -> None:
        self._put(self._name_at(index), item)

    def __delitem__(self, index: Any) -> None:
        for name in self._names()[index] if isinstance(index, slice) else [self._name_at(index)]:
            delattr(self, name)
        self._replace(list(self))

    def __add__(self, other: Iterable[Any]) -> Self:
        return self._of([*self, *other])

    def __iadd__(self, other: Iterable[Any]) -> Self:
        return self.extend(other)

    def append(self, item: Any) -> Self:
        """Add an item at the end; returns the container."""
        number = len(self)
        while str(number) in self.__dict__:  # part of a Sequential, whose items kept their names
            number += 1
        self._put(str(number), item)
        return self

    def extend(self, items: Iterable[Any]) -> Self:
        """Add items at the end; returns the container."""
        for item in list(items):
            self.append(item)
        return self

    def insert(self, index: int, item: Any) -> Self:
        """Put an item before the one at `index`; those from there on move up by one. Returns the container."""
        items = list(self)
        items.insert(index, item)
        self._replace(items)
        return self

    def pop(self, index: int = -1) -> M:
        """Take out the item at `index`, and return it; those behind it move down by one."""
        item = self[index]
        del self[index]
        return item

    def _replace(self, items: list[Any]) -> None:
        """Hold these items, numbered anew."""
        for name in self._names():
            delattr(self, name)
        self.extend(items)

    @classmethod
    def _of(cls, items: Iterable[Any]) -> Self:
        """A container of these items, whatever arguments its class asks for."""
        return cls.__new__(cls).extend(items)


class Sequential(_List["Layer"]):
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
        if len(modules) == 1 and isinstance(modules[0], Mapping) and not isinstance(modules[0], Module):
            super().__init__()
            for name, module in modules[0].items():
                self._put(name, module)
        else:
            super().__init__(modules)

    def forward(self, input: Any) -> Tensor:
        """Apply all modules in order."""
        for module in self.__dict__.values():
            if isinstance(module, Module):
                input = module(input)
        return input

    @overload
    def __getitem__(self, index: int) -> Layer: ...

    @overload
    def __getitem__(self, index: slice) -> Self: ...

    def __getitem__(self, index: Any) -> Any:
        """The module at an index; or a Sequential of those in a slice, under their old names."""
        if not isinstance(index, slice):
            return super().__getitem__(index)
        part = self._of(())
        for name in self._names()[index]:
            part._put(name, self.__dict__[name])
        return part

    def __mul__(self, times: int) -> Self:
        """The same modules, and so the same parameters, this many times in a row."""
        if as_index(times) < 1:
            raise ValueError(f"{type(self).__name__}: cannot be repeated {times} times")
        return self._of(list(self) * times)

    __rmul__ = __mul__

    def __imul__(self, times: int) -> Self:
        return self.extend((self * times)[len(self) :])


class ModuleList(_List[M]):
    """A list of modules whose parameters are found, unlike those in a plain list.

    Example:
        >>> ModuleList([Linear(4, 4), Linear(4, 4)])
        ModuleList(
          (0-1): 2 x Linear(in_features=4, out_features=4, bias=True)
        )
    """

    def __init__(self, modules: Iterable[M] | None = None) -> None:
        super().__init__(modules)

    def _child_reprs(self) -> list[str]:
        """Equal modules in a row on one line."""
        groups: list[tuple[int, str]] = []
        for shown in map(repr, self):
            if groups and groups[-1][1] == shown:
                groups[-1] = (groups[-1][0] + 1, shown)
            else:
                groups.append((1, shown))
        lines, start = [], 0
        for count, shown in groups:
            lines.append(
                f"({start}): {shown}" if count == 1 else f"({start}-{start + count - 1}): {count} x {shown}"
            )
            start += count
        return lines


class ParameterList(_List[Parameter]):
    """A list of parameters that are found; tensors that are put in become parameters.

    Example:
        >>> ParameterList([zeros(2, 3), zeros(3)])
        ParameterList(
          (0): Parameter containing: [float32 of size 2x3]
          (1): Parameter containing: [float32 of size 3]
        )
    """

    _kind = Parameter

    def __init__(self, values: Iterable[Tensor] | None = None) -> None:
        super().__init__(values)


# -------------------------------------------------------------------------------------- dictionaries


class _Dict(_Container, MutableMapping[str, M]):
    def __init__(self, items: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None) -> None:
        super().__init__()
        self.update({} if items is None else items)

    # Two modules are equal only if they are one, though mappings compare their items.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __getitem__(self, key: str) -> M:
        item: Any = self.__dict__.get(key)
        if not isinstance(item, self._kind):
            known = ", ".join(map(repr, self._names())) or "none"
            raise KeyError(f"{type(self).__name__} has no item {key!r}; it has {known}")
        return item

    def __setitem__(self, key: str, item: Any) -> None:
        self._put(key, item)

    def __delitem__(self, key: str) -> None:
        self[key]
        delattr(self, key)


class ModuleDict(_Dict[M]):
    """A dictionary of modules whose parameters are found, in the order in which they were put in.

    The keys are attributes, so the names of a module's methods ("forward", "items") cannot be keys.

    Example:
        >>> heads = ModuleDict({"left": Linear(4, 1), "right": Linear(4, 2)})
        >>> heads["right"](ones(3, 4)).shape
        (3, 2)
        >>> list(heads.state_dict())
        ['left.weight', 'left.bias', 'right.weight', 'right.bias']
    """

    def __init__(self, modules: Mapping[str, M] | Iterable[tuple[str, M]] | None = None) -> None:
        super().__init__(modules)


class ParameterDict(_Dict[Parameter]):
    """A dictionary of parameters that are found; tensors that are put in become parameters.

    The keys are attributes, as in `ModuleDict`.

    Example:
        >>> ParameterDict({"scale": ones(2), "shift": zeros(2)})
        ParameterDict(
          (scale): Parameter containing: [float32 of size 2]
          (shift): Parameter containing: [float32 of size 2]
        )
    """

    _kind = Parameter

    def __init__(self, parameters: Mapping[str, Tensor] | Iterable[tuple[str, Tensor]] | None = None) -> None:
        super().__init__(parameters)
