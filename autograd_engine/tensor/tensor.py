"""Tensor: the user's object, an array and, if it requires a gradient, the graph node that made it.

Here is what a tensor is: its attributes, its derivative, its way in and out. Its operators and methods are those of
`methods`, how it is changed in place is written in `inplace`, how it prints in `formatting`.
"""

from __future__ import annotations

import builtins
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..backend.arrays import dtype_of_data, form_of, is_floating, unboxed
from ..backend.device import check_device, cpu
from ..backend.device import device as DeviceType
from ..backend.random import Generator, resolve
from ..engine import broadcast
from ..engine.backward import backward
from ..engine.graph import Leaf, Node, Value, raw, tick
from ..engine.order import flattened, rebuilt
from ..engine.results import make_tensor, use_tensor_type
from ..engine.sharing import leave, memory_of, share
from ..engine.writes import version
from ..ops import shape as shape_ops
from ..ops.dims import normalize_dim, size_of
from ..ops.operands import to_dtype
from .formatting import describe
from .methods import Methods

__all__ = ["Handle", "Tensor"]


_TYPE_NAMES = {
    "float16": "Half",
    "float32": "Float",
    "float64": "Double",
    "uint8": "Byte",
    "int8": "Char",
    "int16": "Short",
    "int32": "Int",
    "int64": "Long",
}


class Handle:
    """What registering a hook returns; `remove()` takes the hook away again."""

    def __init__(self, hooks: dict[int, Any], hook: Any) -> None:
        self._hooks = hooks
        self._key = tick()
        hooks[self._key] = hook

    def remove(self) -> None:
        """Take the hook away; a second call does nothing."""
        self._hooks.pop(self._key, None)


@use_tensor_type
class Tensor(Methods):
    """An n-dimensional array that remembers how it was computed.

    Args:
        data: numbers, nested sequences of them, a NumPy array (copied) or a tensor (copied).
        dtype: by default that of the data; Python floats give the default dtype (float32), Python
            ints int64.
        requires_grad: whether derivatives with respect to this tensor are wanted.

    Raises:
        RuntimeError: `requires_grad` for a dtype that is not floating.

    Example:
        >>> x = Tensor([1.0, 2.0], requires_grad=True)
        >>> (x * x).sum().backward()
        >>> x.grad
        tensor([2., 4.])
    """

    __slots__ = ("_grad",)

    _grad: Tensor | None

    def __init__(self, data: Any, dtype: Any = None, requires_grad: builtins.bool = False) -> None:
        data = raw(data)
        if isinstance(data, (list, tuple)) and any(isinstance(d, Value) for d in data):
            data = [raw(d) for d in data]
        array = np.array(data, dtype=dtype_of_data(data) if dtype is None else dtype)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"a tensor holds numbers or booleans, not {array.dtype} ({type(data).__name__})")
        self.array = array if array.ndim else array[()]
        self.node = None
        if requires_grad:
            self.requires_grad_()

    # ------------------------------------------------------------------------------- attributes

    @property
    def shape(self) -> tuple[int, ...]:
        """The size of each dimension."""
        return self.array.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the elements, a NumPy dtype."""
        return self.array.dtype

    @property
    def device(self) -> DeviceType:
        """Where the array lives."""
        return cpu

    @property
    def is_cuda(self) -> builtins.bool:
        """Whether the array lives on a GPU."""
        return self.device.type == "cuda"

    @property
    def ndim(self) -> builtins.int:
        """The number of dimensions."""
        return self.array.ndim

    @property
    def T(self) -> Tensor:
        """The tensor with its dimensions in reverse order."""
        return shape_ops._permute(self, dims=tuple(range(self.ndim))[::-1])

    @property
    def mT(self) -> Tensor:
        """The matrix, or each matrix of a batch, transposed."""
        return shape_ops.transpose(self, -2, -1)

    @property
    def itemsize(self) -> builtins.int:
        """Bytes per element."""
        return self.array.itemsize

    @property
    def nbytes(self) -> builtins.int:
        """Bytes of all elements."""
        return self.array.nbytes

    def size(self, dim: builtins.int | None = None) -> Any:
        """The shape, or the size of one dimension."""
        return self.shape if dim is None else self.shape[normalize_dim(dim, self.ndim, "size")]

    def dim(self) -> builtins.int:
        """The number of dimensions."""
        return self.ndim

    ndimension = dim

    def numel(self) -> builtins.int:
        """The number of elements."""
        return int(self.array.size)

    nelement = numel

    def element_size(self) -> builtins.int:
        """Bytes per element."""
        return self.itemsize

    def is_floating_point(self) -> builtins.bool:
        """Whether the elements are floating-point numbers, so that gradients exist."""
        return is_floating(self.dtype)

    def is_complex(self) -> builtins.bool:
        """Whether the elements are complex numbers: never, all tensors are real."""
        return False

    def is_nonzero(self) -> builtins.bool:
        """Whether the only element is not 0.

        Raises:
            ValueError: there are more elements than one.
        """
        return bool(self)

    def is_signed(self) -> builtins.bool:
        """Whether the elements can be negative."""
        return bool(self.dtype.kind in "if")

    def is_contiguous(self) -> builtins.bool:
        """Whether the elements lie in memory in row-major order without gaps."""
        return bool(self.array.flags.c_contiguous)

    def is_same_size(self, other: Tensor) -> builtins.bool:
        """Whether `other` has the same shape."""
        return self.shape == other.shape

    def stride(self, dim: builtins.int | None = None) -> Any:
        """How many elements apart in memory neighbours along each dimension, or one dimension, lie."""
        strides = tuple(step // self.itemsize for step in getattr(self.array, "strides", ()))
        return strides if dim is None else strides[normalize_dim(dim, self.ndim, "stride")]

    def data_ptr(self) -> builtins.int:
        """The address in memory of the first element."""
        return int(self._shared().ctypes.data)

    def get_device(self) -> builtins.int:
        """The number of the GPU that holds the tensor; -1 on the CPU."""
        return -1

    # ------------------------------------------------------------------------------- derivatives

    @property
    def requires_grad(self) -> builtins.bool:
        """Whether derivatives flow to this tensor; set it on leaves to ask for them."""
        return self.node is not None

    @requires_grad.setter
    def requires_grad(self, value: builtins.bool) -> None:
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: builtins.bool = True) -> Tensor:
        """Ask, or stop asking, for derivatives with respect to this leaf; returns it.

        Raises:
            RuntimeError: the dtype is not floating, or the tensor is a result and not a leaf.
        """
        if requires_grad == (self.node is not None):
            return self
        if requires_grad:
            if not is_floating(self.dtype):
                raise RuntimeError(
                    f"only floating-point tensors can require gradients, this one is {self.dtype}; "
                    "convert it first: x.float() or tensor(data, dtype=float32)"
                )
            self.node = Leaf(self)
        elif isinstance(self.node, Leaf):
            self.node = None
        else:
            raise RuntimeError("only a leaf can stop requiring gradients; use x.detach() for a result")
        return self

    @property
    def is_leaf(self) -> builtins.bool:
        """Whether the tensor was made by the user and not by a recorded operation."""
        return self.node is None or self.node.__class__ is Leaf

    @property
    def grad_fn(self) -> Node | None:
        """The graph node of the operation that made this tensor; None for a leaf."""
        return None if self.is_leaf else self.node

    @property
    def grad(self) -> Tensor | None:
        """The accumulated derivative, on leaves and after `retain_grad()`; None before backward."""
        try:
            return self._grad
        except AttributeError:
            return None

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            if not isinstance(value, Tensor):
                raise TypeError(f"grad must be a tensor or None, not {type(value).__name__}")
            if value.shape != self.shape:
                raise RuntimeError(f"grad of shape {value.shape} given to a tensor of shape {self.shape}")
        self._grad = value

    def backward(
        self,
        gradient: Any = None,
        retain_graph: builtins.bool | None = None,
        create_graph: builtins.bool = False,
        inputs: Sequence[Tensor] | Tensor | None = None,
    ) -> None:
        """Compute the derivatives of this tensor with respect to the leaves; add them to their `.grad`.

        Args:
            gradient: d(objective)/d(self), of the same shape; may be left out for a single element.
            retain_graph: keep the graph for another backward; by default only with `create_graph`.
            create_graph: record the derivatives too, so that they can be differentiated.
            inputs: only these tensors receive a `.grad`.

        Raises:
            RuntimeError: the tensor requires no gradient, has several elements and no `gradient`, or
                its graph was freed by an earlier backward.
        """
        backward(self, gradient, retain_graph, create_graph, inputs)

    def retain_grad(self) -> None:
        """Keep `.grad` of this result, as leaves do.

        Raises:
            RuntimeError: the tensor requires no gradient.
        """
        if self.node is None:
            raise RuntimeError("retain_grad on a tensor that does not require gradients")
        if not self.is_leaf and not self.retains_grad:
            self.node.annotate().retain.append(weakref.ref(self))

    @property
    def retains_grad(self) -> builtins.bool:
        """Whether this result keeps its `.grad`."""
        extras = None if self.node is None else self.node.extras
        return extras is not None and any(r() is self for r in extras.retain)

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> Handle:
        """Call `hook(grad)` when this tensor's gradient is complete; what it returns, if anything,
        takes the gradient's place.

        Raises:
            RuntimeError: the tensor requires no gradient.
        """
        if self.node is None:
            raise RuntimeError("register_hook on a tensor that does not require gradients")
        return Handle(self.node.annotate().hooks, hook)

    def _shared(self) -> Any:
        """The array in a form that an alias can share: a scalar becomes a 0-d array first."""
        if isinstance(self.array, np.generic):
            self.array = np.array(self.array)
        return self.array

    def _exported(self) -> Any:
        """The array, to be held by others, who have to see every change."""
        memory_of(self).exported = True
        return self._shared()

    def detach(self) -> Tensor:
        """A tensor that shares this one's memory and requires no gradient."""
        alias = make_tensor(self._shared(), None)
        share(self, alias)
        return alias

    def detach_(self) -> Tensor:
        """Forget how this tensor was computed; it becomes a leaf that requires no gradient."""
        self.node = self.view_of = None
        return self

    @property
    def data(self) -> Tensor:
        """The values, as by `detach()`, but writing to them does not count as a change of what a graph has saved;
        assigning replaces them without being recorded."""
        alias = make_tensor(self._shared(), None)
        memory = share(self, alias)
        memory.uncounted = (*(r for r in memory.uncounted if r() is not None), weakref.ref(alias))
        return alias

    @data.setter
    def data(self, value: Any) -> None:
        array = value._shared() if isinstance(value, Tensor) else np.asarray(value)
        if self.node is not None and not is_floating(array.dtype):
            raise RuntimeError(f"data of dtype {array.dtype} given to a tensor that requires gradients")
        self.array = array
        leave(self)
        if isinstance(value, Tensor):
            share(value, self)
        if self.node is not None:
            self.node.form = form_of(array)

    @property
    def _version(self) -> builtins.int:
        return version(self.array)

    # ---------------------------------------------------------------------------- leaving Tensor

    def numpy(self) -> Any:
        """The values as a NumPy array that shares the tensor's memory.

        Raises:
            RuntimeError: the tensor requires gradients; use `x.detach().numpy()`.
        """
        if self.node is not None:
            raise RuntimeError("numpy() on a tensor that requires gradients; use x.detach().numpy()")
        return self._exported()

    def item(self) -> Any:
        """The only element as a Python number.

        Raises:
            ValueError: there are more elements than one.
        """
        if self.array.size != 1:
            raise ValueError(f"item(): the tensor of shape {self.shape} has {self.array.size} elements, not one")
        return self.array.item()

    def tolist(self) -> Any:
        """The values as nested lists of Python numbers."""
        return self.array.tolist()

    def __array__(self, dtype: Any = None, copy: builtins.bool | None = None) -> Any:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __dlpack__(self, **options: Any) -> Any:
        """The memory for another library's `from_dlpack`, which then shares it.

        Raises:
            BufferError: the tensor requires gradients; use `x.detach()`.
        """
        if self.node is not None:
            raise BufferError("DLPack on a tensor that requires gradients; share x.detach()")
        return self._exported().__dlpack__(**options)

    def __dlpack_device__(self) -> tuple[builtins.int, builtins.int]:
        return self._shared().__dlpack_device__()

    def __float__(self) -> builtins.float:
        return float(self.item())

    def __int__(self) -> builtins.int:
        return int(self.item())

    def __index__(self) -> builtins.int:
        if self.dtype.kind not in "iub":
            raise TypeError(f"a tensor of dtype {self.dtype} cannot be used as an index")
        return int(self.item())

    def __bool__(self) -> builtins.bool:
        if self.array.size != 1:
            raise ValueError(f"the truth value of a tensor of shape {self.shape} is ambiguous; use any() or all()")
        return bool(self.array.item())

    def __len__(self) -> builtins.int:
        if not self.shape:
            raise TypeError("len() of a 0-d tensor")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        if not self.shape:
            raise TypeError("iteration over a 0-d tensor")
        return iter(shape_ops.unbind(self))

    def __reversed__(self) -> Tensor:
        return shape_ops.flip(self, 0) if self.shape else self

    def __contains__(self, value: Any) -> builtins.bool:
        return bool((self == value).any())

    def __repr__(self) -> str:
        return describe(self.array, self.node)

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if self.ndim == 0 else object.__format__(self, spec)

    __hash__ = object.__hash__

    # ------------------------------------------------------------------------------- conversions

    def to(
        self,
        *targets: Any,
        dtype: Any = None,
        device: Any = None,
        non_blocking: builtins.bool = False,
        copy: builtins.bool = False,
    ) -> Tensor:
        """The tensor in another dtype or on another device, itself if nothing changes.

        `targets` are a dtype, a device, or a tensor to be like. Gradients flow through a change
        between floating dtypes; a conversion to integers ends them. `non_blocking` is for programs written
        for GPUs: on the CPU nothing is waited for. It and `copy` may be given by position, in this order.
        """
        flags: list[builtins.bool] = []
        for target in targets:
            if isinstance(target, Tensor):
                dtype = target.dtype
            elif isinstance(target, DeviceType) or (isinstance(target, str) and target[:4] in ("cpu", "cuda")):
                device = target
            elif isinstance(target, builtins.bool):
                flags.append(target)
            else:
                dtype = target
        copy = copy or flags[1:2] == [True]
        check_device(device)
        dtype = self.dtype if dtype is None else np.dtype(dtype)
        if dtype == self.dtype:
            return broadcast.clone(self) if copy else self
        return to_dtype(self, dtype)

    def type(self, dtype: Any = None) -> Any:
        """The tensor in another dtype, as by `to`; without one, the name of its type in PyTorch's manner."""
        if dtype is not None:
            return self.to(dtype)
        return f"autograd_engine.{_TYPE_NAMES.get(self.dtype.name, self.dtype.name.title())}Tensor"

    def type_as(self, other: Tensor) -> Tensor:
        """The tensor in the dtype of `other`."""
        return self.to(other.dtype)

    def half(self) -> Tensor:
        """The tensor in float16."""
        return self.to(np.float16)

    def float(self) -> Tensor:
        """The tensor in float32."""
        return self.to(np.float32)

    def double(self) -> Tensor:
        """The tensor in float64."""
        return self.to(np.float64)

    def byte(self) -> Tensor:
        """The tensor in uint8."""
        return self.to(np.uint8)

    def char(self) -> Tensor:
        """The tensor in int8."""
        return self.to(np.int8)

    def short(self) -> Tensor:
        """The tensor in int16."""
        return self.to(np.int16)

    def int(self) -> Tensor:
        """The tensor in int32."""
        return self.to(np.int32)

    def long(self) -> Tensor:
        """The tensor in int64."""
        return self.to(np.int64)

    def bool(self) -> Tensor:
        """The tensor as booleans: whether each element is nonzero."""
        return self.to(np.bool_)

    def cpu(self) -> Tensor:
        """The tensor on the CPU."""
        return self.to(device="cpu")

    def cuda(self, device: Any = None) -> Tensor:
        """The tensor on a GPU.

        Raises:
            ValueError: there is no such device.
        """
        return self.to(device="cuda" if device is None else device)

    def contiguous(self) -> Tensor:
        """The tensor laid out in row-major order without gaps; itself if it already is."""
        return self if self.is_contiguous() else broadcast.clone(self)

    # -------------------------------------------------------------------- new tensors like this one

    def new_tensor(
        self, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: builtins.bool = False
    ) -> Tensor:
        """A tensor with a copy of `data`, in this tensor's dtype unless another is given."""
        check_device(device)
        return Tensor(data, dtype or self.dtype, requires_grad)

    def new_full(
        self,
        size: Any,
        fill_value: Any,
        *,
        dtype: Any = None,
        device: Any = None,
        requires_grad: builtins.bool = False,
    ) -> Tensor:
        """A tensor of `size` with one value everywhere, in this tensor's dtype unless another is given."""
        check_device(device)
        result = Tensor.__new__(Tensor)
        result.array = unboxed(np.full(size_of((size,)), fill_value, dtype or self.dtype))
        result.node = None
        return result.requires_grad_(requires_grad)

    def new_zeros(self, *size: Any, **options: Any) -> Tensor:
        """Zeros of this size in this tensor's dtype; options as for `new_full`."""
        return self.new_full(size_of(size), 0, **options)

    def new_ones(self, *size: Any, **options: Any) -> Tensor:
        """Ones of this size in this tensor's dtype; options as for `new_full`."""
        return self.new_full(size_of(size), 1, **options)

    def new_empty(self, *size: Any, **options: Any) -> Tensor:
        """A tensor of this size to be filled, in this tensor's dtype; options as for `new_full`."""
        return self.new_full(size_of(size), 0, **options)

    # ------------------------------------------------------------------- draws by this one's numbers

    def bernoulli(self, p: Any = None, *, generator: Generator | None = None) -> Tensor:
        """Ones and zeros in this shape and dtype: 1 with the probability that the element, or `p`, states."""
        return self.new_empty(self.shape).bernoulli_(self if p is None else p, generator=generator)

    def multinomial(
        self, num_samples: builtins.int, replacement: builtins.bool = False, *, generator: Generator | None = None
    ) -> Tensor:
        """Draw categories by weight: `num_samples` indices into each row; see `ag.multinomial`."""
        weights = np.asarray(self.array, np.float64)
        if weights.ndim not in (1, 2) or num_samples < 1:
            raise ValueError(
                f"multinomial: expected weights of 1 or 2 dimensions and num_samples above 0, "
                f"got shape {weights.shape} and {num_samples}"
            )
        if not np.isfinite(weights).all() or (weights < 0).any():
            raise ValueError("multinomial: weights must be finite and not negative")
        possible = int((weights > 0).sum(-1).min(initial=weights.shape[-1]))
        if possible < (1 if replacement else num_samples):
            raise ValueError(
                f"multinomial: {num_samples} draws with{'' if replacement else 'out'} replacement from a row "
                f"with {possible} positive weights"
            )
        stream = resolve(generator)
        if replacement:
            upper = weights.cumsum(-1)
            points = stream.random((*weights.shape[:-1], num_samples)) * upper[..., -1:]
            drawn = (points[..., None] >= upper[..., None, :]).sum(-1)
        else:
            with np.errstate(divide="ignore"):
                drawn = (stream.standard_exponential(weights.shape) / weights).argsort(-1)[..., :num_samples]
        return self.new_tensor(drawn, dtype=np.int64)

    # ------------------------------------------------------------------------- copying, pickling

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        """Flat, so that copying and pickling a graph of a million nodes does not recurse."""
        if self.node is None or self.node.__class__ is Leaf:
            return _restore_leaf, (type(self), self.array, self.requires_grad, self.grad)
        return _restore_result, (self.array, flattened(self.node))


def _restore_leaf(cls: type[Tensor], array: Any, requires_grad: bool, grad: Tensor | None) -> Tensor:
    tensor = cls.__new__(cls)
    tensor.array = array
    tensor.node = Leaf(tensor) if requires_grad else None
    tensor._grad = grad
    return tensor


def _restore_result(array: Any, flat: list[tuple[Any, ...]]) -> Tensor:
    tensor = Tensor.__new__(Tensor)
    tensor.array, tensor.node = array, rebuilt(flat)
    return tensor
