"""Parameter: a tensor that a module learns. And one, or a buffer, whose shape is not known yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Self, TypeGuard

from ..backend.device import device as DeviceType
from ..backend.device import device_of
from ..backend.dtypes import dtype as DType
from ..backend.dtypes import shown
from ..engine.graph import Value, raw
from ..engine.results import make_tensor
from ..engine.sharing import share
from ..tensor import Tensor
from ..tensor.creation import empty, tensor

__all__ = ["Buffer", "Parameter", "UninitializedBuffer", "UninitializedParameter", "is_lazy"]


class Parameter(Tensor):
    """A tensor that a module learns: `module.parameters()` finds it, and it requires a gradient.

    Args:
        data: a tensor, whose memory is shared, or anything `tensor` accepts.
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
        source = data if isinstance(data, Tensor) else tensor(data)
        self.array = raw(source.detach())
        self.node = None
        share(source, self)
        if requires_grad:
            self.requires_grad_()

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"


class Buffer(Tensor):
    """A tensor that belongs to a module's state and is not learned: assigning it to an attribute registers it.

    Args:
        data: a tensor, whose memory is shared, or anything `tensor` accepts.
        persistent: whether it is part of `state_dict()`.

    Example:
        >>> layer = Linear(1, 1)
        >>> layer.steps = Buffer(zeros(2))
        >>> [name for name, _ in layer.named_buffers()]
        ['steps']
    """

    __slots__ = ("persistent",)

    persistent: bool

    def __init__(self, data: Any, *, persistent: bool = True) -> None:
        source = data if isinstance(data, Tensor) else tensor(data)
        self.array, self.node = raw(source.detach()), None
        share(source, self)
        self.persistent = persistent


_slot: Any = vars(Value)["array"]
"""Where the array of a tensor lies. While there is no shape it is an empty one, of which only the dtype counts."""


class _Uninitialized(Tensor):
    """A tensor that has a dtype and no shape yet: whoever asks for its values is told so."""

    __slots__ = ()

    _becomes: ClassVar[type[Tensor]]

    def __init__(self, device: Any, dtype: Any) -> None:
        self.array, self.node = raw(empty(0, device=device, dtype=dtype)), None

    @property
    def array(self) -> Any:
        """Refused: there are no values yet."""
        raise RuntimeError(
            f"this {type(self).__name__} has no shape and no values yet: call the model once, with an input like "
            "those it will get, so that its lazy layers see their sizes"
        )

    @array.setter
    def array(self, value: Any) -> None:
        _slot.__set__(self, value)

    @property
    def dtype(self) -> DType:
        """The type that the elements will have."""
        return shown(_slot.__get__(self).dtype)

    @property
    def device(self) -> DeviceType:
        """The device on which they will lie."""
        return device_of(_slot.__get__(self))

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Ask, or stop asking, for gradients; returns the tensor."""
        kind, ordinary = type(self), self._becomes
        self.__class__ = ordinary  # type: ignore[assignment] # a leaf reads the array
        try:
            ordinary.requires_grad_(self, requires_grad)
        finally:
            self.__class__ = kind
        return self

    def detach(self) -> Tensor:
        """The tensor itself: there are no values that another one could share."""
        return self

    def to(self, *args: Any, **kwargs: Any) -> Tensor:
        """One of another dtype, or for another device."""
        like = make_tensor(_slot.__get__(self), None).to(*args, **kwargs)
        return _restored(type(self), like.dtype, self.requires_grad, like.device)

    @property
    def data(self) -> Tensor:
        """The tensor itself. Assigning one without a shape takes over its dtype and device."""
        return self

    @data.setter
    def data(self, value: Any) -> None:
        self.array = raw(empty(0, device=value.device, dtype=value.dtype))

    def materialize(self, shape: Any, device: Any = None, dtype: Any = None) -> None:
        """Become an ordinary tensor of this shape, the same object, whose values are whatever the memory held."""
        made = empty(shape, device=device or self.device, dtype=dtype or self.dtype)
        self.__class__ = self._becomes  # type: ignore[assignment]
        self.data = made

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return _restored, (type(self), self.dtype, self.requires_grad)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class UninitializedParameter(_Uninitialized, Parameter):
    """A parameter of a lazy layer that has seen no input yet: it has a dtype, and no shape.

    It may be converted by `module.to`, frozen and copied. Whoever asks for its values or its shape gets a
    RuntimeError. `materialize(shape)` makes it an ordinary `Parameter`; lazy layers do so by themselves.

    Args:
        requires_grad: False for a parameter that stays fixed.
        device, dtype: where it will live, and the type of its elements.

    Example:
        >>> weight = UninitializedParameter()
        >>> weight.materialize((2, 3))
        >>> type(weight).__name__, weight.shape
        ('Parameter', (2, 3))
    """

    __slots__ = ()

    _becomes = Parameter

    def __init__(self, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> None:
        _Uninitialized.__init__(self, device, dtype)
        self.requires_grad_(requires_grad)


class UninitializedBuffer(_Uninitialized):
    """What `UninitializedParameter` is, for a buffer: the running mean of a lazy batch normalization."""

    __slots__ = ()

    _becomes = Tensor

    def __init__(self, requires_grad: bool = False, device: Any = None, dtype: Any = None) -> None:
        super().__init__(device, dtype)
        self.requires_grad_(requires_grad)


def _restored(kind: Callable[..., Tensor], dtype: Any, requires_grad: bool, device: Any = None) -> Tensor:
    return kind(requires_grad, device=device, dtype=dtype)


def is_lazy(param: Any) -> TypeGuard[_Uninitialized]:
    """Whether a parameter or buffer has no shape yet."""
    return isinstance(param, _Uninitialized)
