"""Tensor: the user's object, which is an array and, if it requires a gradient, the graph node that made it.

Here stands what a tensor is: its attributes and its derivative. Its operators come from `ops` (by way of `derived`
and `methods`). How it is changed in place stands in `inplace`, random numbers in `draws`, its conversions to other
types in `conversions`, and how it prints in `formatting`.
"""

from __future__ import annotations

import builtins
import warnings
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

import numpy as np

from ..backend.arrays import default_dtype, form_of, is_floating, unboxed
from ..backend.device import check_device, device_of, kind_at, settled, working_on
from ..backend.device import device as DeviceType
from ..backend.dtypes import dtype as DType
from ..backend.dtypes import dtypes
from ..backend.kinds import is_array, kind_of
from ..backend.portable import portable, unpacked
from ..engine.backward import backward
from ..engine.graph import Leaf, Node, Value, tick
from ..engine.order import flattened, rebuilt
from ..engine.results import make_tensor, use_tensor_type
from ..engine.sharing import leave, share, shareable
from ..engine.writes import version
from ..ops import shape as shape_ops
from ..ops.dims import normalize_dim, size_of
from .conversions import Conversions
from .draws import Draws
from .formatting import describe
from .methods import Methods
from .nested import array_of
from .placement import Placement
from .siblings import Siblings
from .size import Size


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
class Tensor(Methods, Draws, Conversions, Siblings, Placement):
    """An n-dimensional array that remembers how it was computed.

    The constructor is PyTorch's old one. It turns all numbers into the default dtype, and takes integers not as
    data but as sizes. Use `tensor(data)`, which keeps dtypes.

    Args:
        data: nested sequences of numbers, a NumPy array (copied) or a tensor (copied, in its own dtype); or the
            sizes of a tensor whose values are whatever the memory held.
        dtype: another dtype than the default one (float32).
        device: where the tensor lies; by default where new tensors go, see `set_default_device`.
        requires_grad: whether derivatives with respect to this tensor are wanted.

    Raises:
        TypeError: the data are a single number that is no size, or hold something else than numbers.
        RuntimeError: `requires_grad` is set for a dtype that is not floating.

    Example:
        >>> Tensor([[0, 1]]), Tensor(2, 3).shape
        (tensor([[0., 1.]]), (2, 3))
        >>> x = Tensor([1.0, 2.0], requires_grad=True)
        >>> (x * x).sum().backward()
        >>> x.grad
        tensor([2., 4.])
    """

    __slots__ = ("_grad",)

    _grad: Tensor | None

    def __init__(
        self, *data: Any, dtype: Any = None, device: Any = None, requires_grad: builtins.bool = False
    ) -> None:
        only = data[0] if len(data) == 1 else None
        if isinstance(only, (builtins.bool, builtins.float, np.floating, np.bool_)):
            raise TypeError(f"Tensor: takes sequences or sizes, not the number {only}; use tensor({only})")
        if isinstance(only, (Value, list, tuple, range)) or (is_array(only) and not isinstance(only, np.integer)):
            array = array_of(only, "Tensor")
            kept = isinstance(only, Value) and dtype is None
            array = array if kept else array.astype(dtype or default_dtype(), copy=False)
        else:
            where = check_device(device)
            with working_on(where):
                array = kind_at(where).empty(size_of(data or (0,), "Tensor"), dtype or default_dtype())
        self.array, self.node = unboxed(settled(array, device)), None
        if requires_grad:
            self.requires_grad_()

    # ------------------------------------------------------------------------------- attributes

    @property
    def shape(self) -> Size:
        """The size of each dimension."""
        return Size(self.array.shape)

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return dtypes[self.array.dtype]

    @property
    def device(self) -> DeviceType:
        """The device on which the array lives."""
        return device_of(self.array)

    @property
    def is_cuda(self) -> builtins.bool:
        """Whether the array lives on a GPU."""
        return self.device.index is not None

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

    @overload
    def size(self, dim: None = None) -> Size: ...
    @overload
    def size(self, dim: builtins.int) -> builtins.int: ...
    def size(self, dim: builtins.int | None = None) -> Size | builtins.int:
        """The shape, or the size of one dimension."""
        return self.shape if dim is None else self.array.shape[normalize_dim(dim, self.ndim, "size")]

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
        return self.dtype.is_floating_point

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
        return self.dtype.is_signed

    def is_contiguous(self) -> builtins.bool:
        """Whether the elements lie in memory in row-major order without gaps."""
        return bool(self.array.flags.c_contiguous)

    def is_same_size(self, other: Tensor) -> builtins.bool:
        """Whether `other` has the same shape."""
        return self.shape == other.shape

    @overload
    def stride(self, dim: None = None) -> tuple[builtins.int, ...]: ...
    @overload
    def stride(self, dim: builtins.int) -> builtins.int: ...
    def stride(self, dim: builtins.int | None = None) -> tuple[builtins.int, ...] | builtins.int:
        """The distance in memory, in elements, between neighbours along each dimension, or along `dim`."""
        strides = tuple(step // self.itemsize for step in getattr(self.array, "strides", ()))
        return strides if dim is None else strides[normalize_dim(dim, self.ndim, "stride")]

    def data_ptr(self) -> builtins.int:
        """The address in memory of the first element."""
        return kind_of(self.array).address(shareable(self))

    def get_device(self) -> builtins.int:
        """The number of the GPU that holds the tensor; -1 on the CPU."""
        index = self.device.index
        return -1 if index is None else index

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
            if not self.dtype.is_floating_point:
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
        """The accumulated derivative, on leaves and after `retain_grad()`; None before backward.

        Warns:
            UserWarning: the tensor is a result, and backward keeps no gradient of it.
        """
        try:
            if self._grad is not None:
                return self._grad
        except AttributeError:
            pass
        if self.node is not None and self.node.__class__ is not Leaf and not self.retains_grad:
            warnings.warn(
                "this tensor is a result, not a leaf, and backward() keeps no gradient of it: .grad is None; call "
                "retain_grad() on it before backward() to have it kept",
                stacklevel=2,
            )
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
        """Keep the `.grad` of this result in backward, as that of a leaf is kept.

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

    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> Handle:
        """Call `hook(self)` whenever a backward pass has added to the `.grad` of this leaf.

        Raises:
            RuntimeError: the tensor requires no gradient, or is a result.
        """
        if not isinstance(self.node, Leaf):
            raise RuntimeError("register_post_accumulate_grad_hook takes a leaf that requires gradients")
        return Handle(self.node.annotate().after, hook)

    def detach(self) -> Tensor:
        """A tensor that shares this one's memory and requires no gradient."""
        alias = make_tensor(shareable(self), None)
        share(self, alias)
        return alias

    def detach_(self) -> Tensor:
        """Forget how this tensor was computed; it becomes a leaf that requires no gradient."""
        self.node = self.view_of = None
        return self

    @property
    def data(self) -> Tensor:
        """The values in the same memory, as `detach()` gives them. But writing to them does not count as a change
        of what a graph has saved. Assigning a tensor or an array replaces the values, and is not recorded."""
        alias = make_tensor(shareable(self), None)
        memory = share(self, alias)
        memory.uncounted = (*(r for r in memory.uncounted if r() is not None), weakref.ref(alias))
        return alias

    @data.setter
    def data(self, value: Any) -> None:
        array = shareable(value) if isinstance(value, Tensor) else kind_of(self.array).asarray(value)
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

    # --------------------------------------------------------------------------- as a Python object

    def __len__(self) -> builtins.int:
        if not self.array.shape:
            raise TypeError("len() of a 0-d tensor")
        return self.array.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        if not self.array.shape:
            raise TypeError("iteration over a 0-d tensor")
        return iter(shape_ops.unbind(self))

    def __reversed__(self) -> Tensor:
        return shape_ops.flip(self, 0) if self.array.shape else self

    def __contains__(self, value: Any) -> builtins.bool:
        return bool((self == value).any())

    def __repr__(self) -> str:
        return describe(self.array, self.node)

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if self.ndim == 0 else object.__format__(self, spec)

    __hash__ = object.__hash__

    # ------------------------------------------------------------------------- copying, pickling

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        """Write the graph as a flat list, so that copying and pickling a million nodes does not recurse."""
        if self.node is None or self.node.__class__ is Leaf:
            return _restore_leaf, (type(self), portable(self.array), self.requires_grad, self.grad)
        return _restore_result, (portable(self.array), flattened(self.node))


def _restore_leaf(cls: type[Tensor], array: Any, requires_grad: bool, grad: Tensor | None) -> Tensor:
    tensor = cls.__new__(cls)
    tensor.array = unpacked(array)
    tensor.node = Leaf(tensor) if requires_grad else None
    tensor._grad = grad
    return tensor


def _restore_result(array: Any, flat: list[tuple[Any, ...]]) -> Tensor:
    return make_tensor(unpacked(array), rebuilt(flat))
