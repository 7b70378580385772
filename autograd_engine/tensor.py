"""Tensor: the user's object. Its operators and methods are the functions in `ops`.

A tensor is an array and, if it depends on something that requires a gradient, the graph node that
made it. Changing one in place never changes what the graph has saved: while recording, the tensor is
given a new array and a new node; otherwise its memory is written and the write noted, so that a
backward pass which needs the old numbers says so instead of being silently wrong.
"""

from __future__ import annotations

import builtins
import weakref
from collections.abc import Callable, Iterator, Sequence
from sys import getrefcount
from typing import Any

import numpy as np

from . import graph
from .backend.arrays import astype, can_store, dtype_of_data, form_of, is_floating
from .backend.device import check_device, cpu
from .backend.device import device as DeviceType
from .backward import backward
from .formatting import describe
from .graph import Leaf, Node, Value
from .ops import index as index_ops
from .ops import linalg, math, numpy_protocol, reduce
from .ops import shape as shape_ops
from .primitive import use_tensor_type

__all__ = ["Handle", "Tensor"]


def _reflected(operation: Callable[..., Any]) -> Callable[..., Any]:
    def reflected(self: Tensor, other: Any) -> Any:
        return operation(other, self)

    return reflected


def _comparison(operation: Callable[..., Any]) -> Callable[..., Any]:
    """A comparison that leaves what it does not know (None, strings) to Python."""

    def compare(self: Tensor, other: Any) -> Any:
        try:
            return operation(self, other)
        except TypeError:
            return NotImplemented

    return compare


def _in_place(operation: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The method that stores the result of `operation` in the tensor itself."""

    def change(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        self._check_in_place(name)
        result = operation(self, *args, **kwargs)
        return self._become(result, name)

    change.__name__ = name
    change.__doc__ = f"Like `{name.strip('_')}`, in place: the result replaces the tensor's own values."
    return change


class Handle:
    """What registering a hook returns; `remove()` takes the hook away again."""

    def __init__(self, hooks: dict[int, Any], hook: Any) -> None:
        self._hooks = hooks
        self._key = graph.tick()
        hooks[self._key] = hook

    def remove(self) -> None:
        """Take the hook away; a second call does nothing."""
        self._hooks.pop(self._key, None)


@use_tensor_type
class Tensor(Value):
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
        if isinstance(data, Value):
            data = data.array
        elif isinstance(data, (list, tuple)) and any(isinstance(d, Value) for d in data):
            data = [d.detach().array if isinstance(d, Tensor) else d for d in data]
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
        return self.shape if dim is None else self.shape[dim]

    def dim(self) -> builtins.int:
        """The number of dimensions."""
        return self.ndim

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

    def is_contiguous(self) -> builtins.bool:
        """Whether the elements lie in memory in row-major order without gaps."""
        return bool(self.array.flags.c_contiguous)

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

    def detach(self) -> Tensor:
        """A tensor that shares this one's memory and requires no gradient."""
        alias = Tensor.__new__(Tensor)
        alias.array = self._shared()
        alias.node = None
        return alias

    def detach_(self) -> Tensor:
        """Forget how this tensor was computed; it becomes a leaf that requires no gradient."""
        self.node = None
        return self

    @property
    def data(self) -> Tensor:
        """The values, as by `detach()`; assigning replaces them without being recorded."""
        return self.detach()

    @data.setter
    def data(self, value: Any) -> None:
        array = value._shared() if isinstance(value, Tensor) else np.asarray(value)
        if self.node is not None and not is_floating(array.dtype):
            raise RuntimeError(f"data of dtype {array.dtype} given to a tensor that requires gradients")
        self.array = array
        if self.node is not None:
            self.node.form = form_of(array)

    @property
    def _version(self) -> builtins.int:
        return graph.version(self.array)

    # ---------------------------------------------------------------------------- leaving Tensor

    def numpy(self) -> Any:
        """The values as a NumPy array that shares the tensor's memory.

        Raises:
            RuntimeError: the tensor requires gradients; use `x.detach().numpy()`.
        """
        if self.node is not None:
            raise RuntimeError("numpy() on a tensor that requires gradients; use x.detach().numpy()")
        return self._shared()

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

    def __contains__(self, value: Any) -> builtins.bool:
        return bool((self == value).any())

    def __repr__(self) -> str:
        return describe(self.array, self.node)

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if self.ndim == 0 and spec else str(self)

    __hash__ = object.__hash__

    # ------------------------------------------------------------------------------- conversions

    def to(self, *targets: Any, dtype: Any = None, device: Any = None, copy: builtins.bool = False) -> Tensor:
        """The tensor in another dtype or on another device, itself if nothing changes.

        `targets` are a dtype, a device, or a tensor to be like. Gradients flow through a change
        between floating dtypes; a conversion to integers ends them.
        """
        for target in targets:
            if isinstance(target, Tensor):
                dtype = target.dtype
            elif isinstance(target, DeviceType) or (isinstance(target, str) and target[:4] in ("cpu", "cuda")):
                device = target
            else:
                dtype = target
        check_device(device)
        dtype = self.dtype if dtype is None else np.dtype(dtype)
        if dtype == self.dtype:
            return shape_ops.clone(self) if copy else self
        if is_floating(dtype) and is_floating(self.dtype):
            return shape_ops.cast(self, dtype=dtype)
        result = Tensor.__new__(Tensor)
        result.array = astype(self.array, dtype)
        result.node = None
        return result

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

    def contiguous(self) -> Tensor:
        """The tensor laid out in row-major order without gaps; itself if it already is."""
        return self if self.is_contiguous() else shape_ops.clone(self)

    # ---------------------------------------------------------------------------- in-place changes

    def _check_in_place(self, name: str) -> None:
        if graph.grad_mode() is not False and self.node.__class__ is Leaf:
            raise RuntimeError(
                f"{name}: a leaf that requires gradients cannot be changed in place while recording; "
                "do it under no_grad(), or change a clone()"
            )

    def _become(self, result: Tensor, name: str) -> Tensor:
        """Take over the values, and when recorded the node, of `result`."""
        if result.shape != self.shape:
            raise RuntimeError(
                f"{name}: the result has shape {result.shape}, which does not fit in place of {self.shape}"
            )
        if not can_store(result.dtype, self.dtype):
            raise RuntimeError(f"{name}: a result of dtype {result.dtype} cannot be stored in {self.dtype}")
        if result.node is not None:
            self._check_unshared(name)
            result = result.to(self.dtype)
            self.array, self.node = result.array, result.node
        else:
            self._write(..., result.array)
        return self

    def _write(self, index: Any, values: Any) -> None:
        """Write memory in place and note that it was written."""
        if isinstance(self.array, np.generic):
            self.array = np.array(self.array)
        if not self.array.flags.writeable:
            raise RuntimeError(
                "in-place change of a read-only tensor: several elements share one memory location "
                "(expand()), or the NumPy array behind it is read-only; change a clone()"
            )
        index_ops.write(self.array, index, values)
        graph.written(self.array)

    def _check_unshared(self, name: str) -> None:
        """While recording, the tensor gets a new array; a base it is a view of would not see that."""
        base = getattr(self.array, "base", None)
        if base is not None and getrefcount(base) > 3:
            raise RuntimeError(
                f"{name}: this tensor is a view of another one, which would not see a recorded in-place "
                "change; assign to the base instead (base[index] = value), or change a clone()"
            )

    def __setitem__(self, key: Any, value: Any) -> None:
        self._check_in_place("setitem")
        recorded = self.node is not None or (isinstance(value, Tensor) and value.node is not None)
        if recorded and graph.grad_mode() is not False:
            if not is_floating(self.dtype):
                raise RuntimeError(f"setitem: cannot record a gradient through a tensor of dtype {self.dtype}")
            self._check_unshared("setitem")
            result = index_ops.put(self, key, value)
            self.array, self.node = result.array, result.node
        else:
            self._write(key, value.array if isinstance(value, Tensor) else value)

    def zero_(self) -> Tensor:
        """Fill the tensor with zeros."""
        return self.fill_(0)

    def fill_(self, value: Any) -> Tensor:
        """Fill the tensor with one value."""
        self[...] = value
        return self

    def copy_(self, source: Any) -> Tensor:
        """Copy the values of `source`, broadcast to this shape and cast to this dtype."""
        self[...] = source
        return self

    add_ = _in_place(math.add, "add_")
    sub_ = _in_place(math.sub, "sub_")
    mul_ = _in_place(math.mul, "mul_")
    div_ = _in_place(math.div, "div_")
    pow_ = _in_place(math.pow, "pow_")
    neg_ = _in_place(math.neg, "neg_")
    exp_ = _in_place(math.exp, "exp_")
    sqrt_ = _in_place(math.sqrt, "sqrt_")
    relu_ = _in_place(math.relu, "relu_")
    clamp_ = _in_place(math.clamp, "clamp_")
    masked_fill_ = _in_place(math.masked_fill, "masked_fill_")
    __iadd__, __isub__, __imul__, __itruediv__, __ipow__ = add_, sub_, mul_, div_, pow_

    # ----------------------------------------------------------------- operators, from ops

    __add__ = math.add
    __radd__ = _reflected(math.add)
    __sub__ = math.sub
    __rsub__ = _reflected(math.sub)
    __mul__ = math.mul
    __rmul__ = _reflected(math.mul)
    __truediv__ = math.div
    __rtruediv__ = _reflected(math.div)
    __floordiv__ = math.floor_divide
    __rfloordiv__ = _reflected(math.floor_divide)
    __mod__ = math.remainder
    __rmod__ = _reflected(math.remainder)
    __pow__ = math.pow
    __rpow__ = _reflected(math.pow)
    __matmul__ = linalg.matmul
    __rmatmul__ = _reflected(linalg.matmul)
    __neg__ = math.neg
    __abs__ = math.abs
    __eq__ = _comparison(math.eq)
    __ne__ = _comparison(math.ne)
    __lt__ = _comparison(math.lt)
    __le__ = _comparison(math.le)
    __gt__ = _comparison(math.gt)
    __ge__ = _comparison(math.ge)
    __and__ = __rand__ = math.bitwise_and
    __or__ = __ror__ = math.bitwise_or
    __xor__ = __rxor__ = math.bitwise_xor
    __invert__ = math.bitwise_not
    __getitem__ = index_ops.getitem

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return numpy_protocol.call_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return numpy_protocol.call_function(function, args, kwargs)

    # ------------------------------------------------------------------- methods, from ops

    abs = math.abs
    acos = math.acos
    acosh = math.acosh
    add = math.add
    asin = math.asin
    asinh = math.asinh
    atan = math.atan
    atan2 = math.atan2
    atanh = math.atanh
    ceil = math.ceil
    clamp = math.clamp
    clip = math.clip
    cos = math.cos
    cosh = math.cosh
    div = math.div
    divide = math.divide
    eq = math.eq
    exp = math.exp
    exp2 = math.exp2
    expm1 = math.expm1
    floor = math.floor
    floor_divide = math.floor_divide
    fmod = math.fmod
    ge = math.ge
    gt = math.gt
    isfinite = math.isfinite
    isinf = math.isinf
    isnan = math.isnan
    le = math.le
    log = math.log
    log1p = math.log1p
    log2 = math.log2
    log10 = math.log10
    logaddexp = math.logaddexp
    logical_and = math.logical_and
    logical_not = math.logical_not
    logical_or = math.logical_or
    logical_xor = math.logical_xor
    lt = math.lt
    masked_fill = math.masked_fill
    maximum = math.maximum
    minimum = math.minimum
    mul = math.mul
    multiply = math.multiply
    ne = math.ne
    neg = math.neg
    negative = math.negative
    pow = math.pow
    reciprocal = math.reciprocal
    relu = math.relu
    remainder = math.remainder
    round = math.round
    rsqrt = math.rsqrt
    sigmoid = math.sigmoid
    sign = math.sign
    sin = math.sin
    sinh = math.sinh
    sqrt = math.sqrt
    square = math.square
    sub = math.sub
    subtract = math.subtract
    tan = math.tan
    tanh = math.tanh
    true_divide = math.true_divide
    trunc = math.trunc
    all = reduce.all
    amax = reduce.amax
    amin = reduce.amin
    any = reduce.any
    argmax = reduce.argmax
    argmin = reduce.argmin
    count_nonzero = reduce.count_nonzero
    cumsum = reduce.cumsum
    log_softmax = reduce.log_softmax
    logsumexp = reduce.logsumexp
    max = reduce.max
    mean = reduce.mean
    min = reduce.min
    prod = reduce.prod
    softmax = reduce.softmax
    std = reduce.std
    sum = reduce.sum
    var = reduce.var
    broadcast_to = shape_ops.broadcast_to
    chunk = shape_ops.chunk
    clone = shape_ops.clone
    expand = shape_ops.expand
    flatten = shape_ops.flatten
    flip = shape_ops.flip
    movedim = shape_ops.movedim
    permute = shape_ops.permute
    ravel = shape_ops.ravel
    reshape = shape_ops.reshape
    split = shape_ops.split
    squeeze = shape_ops.squeeze
    sum_to_size = shape_ops.sum_to_size
    swapaxes = shape_ops.swapaxes
    transpose = shape_ops.transpose
    unbind = shape_ops.unbind
    unsqueeze = shape_ops.unsqueeze
    gather = index_ops.gather
    index_select = index_ops.index_select
    masked_select = index_ops.masked_select
    scatter = index_ops.scatter
    scatter_add = index_ops.scatter_add
    take = index_ops.take
    take_along_dim = index_ops.take_along_dim
    bmm = linalg.bmm
    dot = linalg.dot
    inner = linalg.inner
    matmul = linalg.matmul
    mm = linalg.mm
    mv = linalg.mv
    outer = linalg.outer
    view = shape_ops.view

    def t(self) -> Tensor:
        """The transpose of a matrix; a tensor of fewer dimensions as it is."""
        if self.ndim > 2:
            raise ValueError(f"t(): the tensor has {self.ndim} dimensions, expected at most 2")
        return self.T

    def view_as(self, other: Tensor) -> Tensor:
        """The tensor as a view of the shape of `other`."""
        return shape_ops.view(self, other.shape)

    def reshape_as(self, other: Tensor) -> Tensor:
        """The tensor reshaped to the shape of `other`."""
        return shape_ops.reshape(self, other.shape)

    def expand_as(self, other: Tensor) -> Tensor:
        """The tensor expanded to the shape of `other`."""
        return shape_ops.expand(self, other.shape)

    # ------------------------------------------------------------------------- copying, pickling

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        """Flat, so that copying and pickling a graph of a million nodes does not recurse."""
        if self.node is None or self.node.__class__ is Leaf:
            return _restore_leaf, (type(self), self.array, self.requires_grad, self.grad)
        return _restore_result, (self.array, graph.flattened(self.node))


def _restore_leaf(cls: type[Tensor], array: Any, requires_grad: bool, grad: Tensor | None) -> Tensor:
    tensor = cls.__new__(cls)
    tensor.array = array
    tensor.node = Leaf(tensor) if requires_grad else None
    tensor._grad = grad
    return tensor


def _restore_result(array: Any, flat: list[tuple[Any, ...]]) -> Tensor:
    tensor = Tensor.__new__(Tensor)
    tensor.array, tensor.node = array, graph.rebuilt(flat)
    return tensor
