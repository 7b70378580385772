"""Shape: the same numbers arranged otherwise, so every derivative is an arrangement too.

`expand` and `sum_to_size` are each other's derivative, as are `cat` and slicing. Broadcasting in
any other operation is undone by the backward pass with `sum_to_size`.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..backend import kernels
from ..backend.arrays import Array, astype, unboxed
from ..backend.dtypes import dtype as DType
from ..backend.formats import takes_formats
from ..backend.kinds import kind_of
from ..engine import broadcast
from ..engine.graph import Value
from ..engine.primitive import primitive
from ..engine.results import make_tensor
from ..engine.sharing import share, shareable
from .dims import along, dims_of, kept_shape, normalize_dim, size_of
from .names import operator
from .operands import several

operator("torch Tensor", numpy="conjugate copy")(takes_formats(broadcast.clone))


@primitive(x=lambda g: g)
def _repeated(x: Array, *, shape: tuple[int, ...]) -> Array:
    """`broadcast.expand` for derivatives, which nobody writes to: it need not be a view."""
    return unboxed(kernels.repeated(x, shape))


@operator("torch Tensor", also="broadcast_to", numpy="broadcast_to")
def expand(x: Array, *sizes: Any) -> Array:
    """`x` repeated along its size-1 and new leading dimensions, without a copy; -1 keeps a size.

    Raises:
        ValueError: a size other than 1 would change.

    Example:
        >>> expand(tensor([[1.0], [2.0]]), 2, 3)
        tensor([[1., 1., 1.],
                [2., 2., 2.]])
    """
    shape = size_of(sizes, "expand")
    if -1 in shape:
        given = (1,) * (len(shape) - len(x.shape)) + tuple(x.shape)
        shape = tuple(old if new == -1 else new for old, new in zip(given, shape, strict=True))
    return broadcast.expand(x, shape=shape)


@operator("torch Tensor")
def sum_to_size(x: Array, *sizes: Any) -> Array:
    """The adjoint of `expand`: sum `x` over the dimensions that broadcasting `sizes` would repeat."""
    return broadcast.sum_to_size(x, shape=size_of(sizes, "sum_to_size"))


@primitive(view=True, x=lambda g, x_shape: _reshape(g, shape=x_shape))
def _reshape(x: Array, *, shape: tuple[int, ...]) -> Array:
    return x.reshape(shape)


def _sizes(shape: tuple[Any, ...], name: str) -> tuple[int, ...]:
    """The sizes of a new shape, of which NumPy would take any negative one for -1."""
    sizes = size_of(shape, name)
    if min(sizes, default=0) < -1:
        raise ValueError(f"{name}: a size cannot be negative, but for one -1, got {sizes}")
    return sizes


@operator("torch Tensor")
def reshape(x: Array, *shape: Any) -> Array:
    """The elements of `x` in row-major order in another shape, a view if possible; one size may be -1.

    Raises:
        ValueError: the number of elements differs, or a size is below -1.
    """
    return _reshape(x, shape=_sizes(shape, "reshape"))


@primitive(view=True, x=lambda g, x_shape: _reshape(g, shape=x_shape))
def _view(x: Array, *, shape: tuple[int, ...]) -> Array:
    try:
        return np.reshape(x, shape, copy=False) if isinstance(x, np.ndarray) else x.reshape(shape)
    except ValueError as error:
        if "copy" in str(error):
            raise ValueError(f"strides do not allow shape {shape} without a copy; use reshape()") from None
        raise


@operator("torch Tensor")
def view(x: Array, *shape: Any) -> Array:
    """The elements of `x` in another shape that shares its memory; one size may be -1.

    A dtype in the place of the shape reads the bytes in memory as numbers of that dtype, as PyTorch does: the last
    size grows or shrinks with the bytes per number, and no gradient flows.

    Raises:
        ValueError: the number of elements differs, a size is below -1, or the memory's layout would require a copy.

    Example:
        >>> view(tensor([1.0, -2.0]), ag.int32)
        tensor([ 1065353216, -1073741824], dtype=int32)
    """
    if len(shape) == 1 and shape[0].__class__ is not int and isinstance(shape[0], (np.dtype, DType, type)):
        return _reinterpreted(x, np.dtype(shape[0]))
    return _view(x, shape=_sizes(shape, "view"))


def _reinterpreted(x: Array, dtype: np.dtype[Any]) -> Array:
    if x.dtype == dtype:
        return _view(x, shape=tuple(x.shape))
    array = shareable(x) if isinstance(x, Value) else kind_of(x).asarray(x)
    try:
        seen = array.view(dtype)
    except ValueError as error:
        raise ValueError(
            f"view: shape {tuple(x.shape)} of {x.dtype} cannot be read as {dtype}: {error}; to convert the numbers "
            "use to(dtype)"
        ) from None
    if not isinstance(x, Value):
        return seen
    alias = make_tensor(seen, None)
    share(x, alias)
    return alias


@primitive(view=True, x=lambda g, dims: _permute(g, dims=tuple(np.argsort(dims).tolist())))
def _permute(x: Array, *, dims: tuple[int, ...]) -> Array:
    return x.transpose(dims)


@operator("torch Tensor")
def permute(x: Array, *dims: Any) -> Array:
    """`x` with its dimensions in the order `dims`, without a copy.

    Raises:
        ValueError: `dims` is no permutation of the dimensions.
    """
    ndim, given = len(x.shape), size_of(dims, "permute")
    order = tuple(normalize_dim(d, ndim, "permute") for d in given)
    if sorted(order) != list(range(ndim)):
        raise ValueError(f"permute: {given} is not a permutation of the {ndim} dimensions")
    return _permute(x, dims=order)


@operator("torch Tensor", also="swapaxes swapdims", numpy="swapaxes")
def transpose(x: Array, dim0: int, dim1: int) -> Array:
    """`x` with two dimensions exchanged, without a copy."""
    ndim = len(x.shape)
    dims = list(range(ndim))
    a, b = normalize_dim(dim0, ndim, "transpose"), normalize_dim(dim1, ndim, "transpose")
    if ndim:
        dims[a], dims[b] = dims[b], dims[a]
    return _permute(x, dims=tuple(dims))


@operator("torch Tensor")
def t(x: Array) -> Array:
    """The transpose of a matrix; a tensor of fewer dimensions stays as it is.

    Raises:
        ValueError: more than 2 dimensions.
    """
    ndim = len(x.shape)
    if ndim > 2:
        raise ValueError(f"t: expected at most 2 dimensions, got shape {tuple(x.shape)}; use transpose() or mT")
    return _permute(x, dims=tuple(range(ndim))[::-1])


@operator("torch Tensor", also="moveaxis", numpy="moveaxis")
def movedim(x: Array, source: int | Sequence[int], destination: int | Sequence[int]) -> Array:
    """`x` with the dimensions `source` moved to `destination`; the others keep their order.

    Raises:
        ValueError: there are not as many sources as destinations.
    """
    ndim = len(x.shape)
    moved, places = dims_of(source, ndim, "movedim"), dims_of(destination, ndim, "movedim")
    if len(moved) != len(places):
        raise ValueError(f"movedim: {len(moved)} dimensions to {len(places)} places")
    order = [d for d in range(ndim) if d not in moved]
    for place, dim in sorted(zip(places, moved, strict=True)):
        order.insert(place, dim)
    return _permute(x, dims=tuple(order))


@operator("torch Tensor numpy")
def ravel(x: Array) -> Array:
    """`x` as one dimension."""
    return _reshape(x, shape=(-1,))


@operator("torch Tensor")
def flatten(x: Array, start_dim: int = 0, end_dim: int = -1) -> Array:
    """`x` with the dimensions `start_dim` to `end_dim` merged into one; a 0-d tensor becomes a vector.

    Raises:
        ValueError: `start_dim` comes after `end_dim`.
    """
    shape = tuple(x.shape)
    if not shape:
        return _reshape(x, shape=(1,))
    first, last = (normalize_dim(d, len(shape), "flatten") for d in (start_dim, end_dim))
    if first > last:
        raise ValueError(f"flatten: start_dim {start_dim} comes after end_dim {end_dim}")
    merged = math.prod(shape[first : last + 1])
    return _reshape(x, shape=(*shape[:first], merged, *shape[last + 1 :]))


@operator("torch Tensor numpy")
def squeeze(x: Array, dim: int | Sequence[int] | None = None) -> Array:
    """`x` without its size-1 dimensions, or without those among `dim` that have size 1."""
    shape = tuple(x.shape)
    dims = dims_of(dim, len(shape), "squeeze")
    return _reshape(x, shape=tuple(n for i, n in enumerate(shape) if n != 1 or i not in dims))


@operator("torch Tensor")
def unsqueeze(x: Array, dim: int) -> Array:
    """`x` with a dimension of size 1 inserted at `dim`.

    Raises:
        IndexError: there is no such place.
    """
    shape = tuple(x.shape)
    if not -len(shape) - 1 <= dim <= len(shape):
        raise IndexError(f"unsqueeze: a tensor of {len(shape)} dimensions has no place {dim} for a new one")
    place = dim % (len(shape) + 1)
    return _reshape(x, shape=(*shape[:place], 1, *shape[place:]))


def _flipped(ndim: int, dims: tuple[int, ...]) -> tuple[slice, ...]:
    return tuple(slice(None, None, -1) if d in dims else slice(None) for d in range(ndim))


@primitive(x=lambda g, dims: _flip(g, dims=dims))
def _flip(x: Array, *, dims: tuple[int, ...]) -> Array:
    return x[_flipped(x.ndim, dims)].copy()


@operator("torch Tensor")
def flip(x: Array, *dims: Any) -> Array:
    """`x` with the order of its elements reversed along `dims`."""
    return _flip(x, dims=dims_of(size_of(dims, "flip"), len(x.shape), "flip"))


def _uncat(g: Array, tensors_shape: tuple[tuple[int, ...], ...], dim: int) -> list[Array]:
    """The slices of `g` that the concatenated tensors became."""
    pieces, start = [], 0
    for shape in tensors_shape:
        stop = start + shape[dim]
        pieces.append(g[along(dim, slice(start, stop))])
        start = stop
    return pieces


def _in_common_dtype(tensors: Sequence[Array]) -> Sequence[Array]:
    """The arrays in their common dtype, which is PyTorch's: if there are floats, only they decide."""
    dtypes = {t.dtype for t in tensors}
    if len(dtypes) == 1:
        return tensors
    dtype = np.result_type(*([d for d in dtypes if d.kind in "fc"] or dtypes))
    return [astype(t, dtype) for t in tensors]


@primitive(tensors=_uncat)
def _cat(*tensors: Array, dim: int) -> Array:
    return kind_of(tensors[0]).joined(_in_common_dtype(tensors), dim)


@operator("torch", also="concat concatenate", numpy="concatenate")
def cat(tensors: Sequence[Array], dim: int = 0) -> Array:
    """`tensors` one after another along `dim`; the other sizes must agree.

    Raises:
        ValueError: no tensors, or shapes that differ outside `dim`.
    """
    return joined(tensors if isinstance(tensors, (list, tuple)) else several(tensors, "cat"), dim, "cat")


def joined(tensors: Sequence[Array], dim: int, name: str) -> Array:
    """`cat` for the operation `name`. An empty vector fits beside any shape, as in PyTorch, where tensors of
    several dimensions once could not be empty.

    Raises:
        ValueError: no tensors, or shapes that differ outside `dim`.
    """
    if not tensors:
        raise ValueError(f"{name}: expected at least one tensor")
    try:
        return _cat(*tensors, dim=normalize_dim(dim, len(tensors[0].shape), name))
    except AttributeError:
        several(tensors, name)  # says which one is no tensor
        raise
    except (ValueError, IndexError):
        shapes = [tuple(t.shape) for t in tensors]
        if (0,) in shapes and (shape := next((s for s in shapes if s != (0,)), None)):
            nothing = kept_shape(shape, (normalize_dim(dim, len(shape), name),), 0)
            return joined(tuple(_reshape(t, shape=nothing) if t.shape == (0,) else t for t in tensors), dim, name)
        dim = normalize_dim(dim, len(shapes[0]), name)
        raise ValueError(
            f"{name}: shapes {', '.join(map(str, shapes))} do not fit together along dim {dim}"
        ) from None


@operator("torch numpy")
def stack(tensors: Sequence[Array], dim: int = 0) -> Array:
    """`tensors` of one shape put together along a new dimension `dim`.

    Raises:
        ValueError: no tensors, or shapes that differ.
    """
    tensors = several(tensors, "stack")
    if len({tuple(t.shape) for t in tensors}) > 1:
        raise ValueError(f"stack: shapes {', '.join(str(tuple(t.shape)) for t in tensors)} are not equal")
    return joined(tuple(unsqueeze(t, dim) for t in tensors), dim, "stack")


@operator("torch Tensor")
def split(x: Array, split_size_or_sections: int | Sequence[int], dim: int = 0) -> tuple[Array, ...]:
    """Views of `x` along `dim`: of a given size (the last may be smaller), or of the given sizes.

    Raises:
        ValueError: the sizes do not add up to that of `dim`, or the one size is not positive.
    """
    dim = normalize_dim(dim, len(x.shape), "split")
    length = x.shape[dim]
    sizes: Sequence[int] = size_of((split_size_or_sections,), "split")
    if hasattr(split_size_or_sections, "__index__"):
        (step,) = sizes
        if step < 0 or (step == 0 and length):
            raise ValueError(f"split: the size of a piece must be positive, not {step}")
        sizes = [builtins.min(step, length - i) for i in range(0, length, step or 1)] or [0]
    elif sum(sizes) != length:
        raise ValueError(f"split: sizes {sizes} do not add up to {length}, the size of dim {dim}")
    stops = np.cumsum(sizes).tolist()
    return tuple(x[along(dim, slice(b - n, b))] for n, b in zip(sizes, stops, strict=True))


@operator("torch Tensor")
def chunk(x: Array, chunks: int, dim: int = 0) -> tuple[Array, ...]:
    """At most `chunks` views of `x` along `dim`, of equal size but for the last.

    Raises:
        ValueError: `chunks` is not positive.
    """
    if chunks <= 0:
        raise ValueError(f"chunk: the number of chunks must be positive, not {chunks}")
    dim = normalize_dim(dim, len(x.shape), "chunk")
    length = x.shape[dim]
    return split(x, -(-length // chunks) if length else [0] * chunks, dim)


@operator("torch Tensor")
def unbind(x: Array, dim: int = 0) -> tuple[Array, ...]:
    """The slices of `x` along `dim`, views without that dimension.

    Raises:
        ValueError: `x` is 0-d.
    """
    dim = normalize_dim(dim, len(x.shape), "unbind")
    if not x.shape:
        raise ValueError("unbind: a 0-d tensor has no dimension to unbind")
    return tuple(x[along(dim, i)] for i in range(x.shape[dim]))
