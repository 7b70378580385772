"""Products of vectors and matrices, all left to BLAS."""

from __future__ import annotations

import builtins
import itertools
import math
from collections.abc import Sequence

import numpy as np

from ...backend import kernels
from ...backend.arrays import Array
from ...engine.primitive import primitive
from ..arithmetic import add, mul
from ..dims import normalize_dim
from ..names import operator
from ..operands import several
from ..reduce import sum
from ..shape import _permute, _reshape, squeeze, transpose, unsqueeze


def _t(x: Array) -> Array:
    """The matrix (or batch of matrices) transposed."""
    return transpose(x, -1, -2)


def _rows(x: Array) -> Array:
    """All leading dimensions merged: one row per vector."""
    return x if len(x.shape) == 2 else _reshape(x, shape=(math.prod(x.shape[:-1]), x.shape[-1]))


def _matmul_left(g: Array, y: Array, x_shape: tuple[int, ...]) -> Array:
    if len(y.shape) == 1:
        return g * y if len(x_shape) == 1 else unsqueeze(g, -1) * y
    if len(x_shape) == 1:
        return squeeze(matmul(y, unsqueeze(g, -1)), -1)
    return matmul(g, _t(y))


def _matmul_right(g: Array, x: Array, y_shape: tuple[int, ...]) -> Array:
    if len(x.shape) == 1:
        return g * x if len(y_shape) == 1 else unsqueeze(x, -1) * unsqueeze(g, -2)
    if len(y_shape) == 1:
        return squeeze(matmul(_t(x), unsqueeze(g, -1)), -1)
    if len(y_shape) == 2:
        return matmul(_t(_rows(x)), _rows(g))
    return matmul(_t(x), g)


@operator("torch Tensor linalg", numpy="matmul linalg.matmul", python="__matmul__")
@primitive(promote=True, x=_matmul_left, y=_matmul_right)
def matmul(x: Array, y: Array) -> Array:
    """The matrix product x @ y, batched over leading dimensions.

    Shapes: (..., n, k) @ (..., k, m) -> (..., n, m), leading dimensions broadcast; a 1-d operand is a
    row on the left, a column on the right, and its dimension disappears.

    Raises:
        ValueError: the inner sizes differ, or an operand is 0-d.
    """
    try:
        return kernels.matmul(x, y)
    except ValueError as error:
        raise ValueError(_misfit(x, y)) from error


def _misfit(x: Array, y: Array) -> str:
    return f"the sizes of {tuple(x.shape)} and {tuple(y.shape)} do not fit"


def _misfit_of_three(x: Array, weight: Array, bias: Array, width: int) -> str:
    if bias is None or x.shape[-1] != width:
        return _misfit(x, weight)
    return f"the sizes of a weight {tuple(weight.shape)} and a bias {tuple(bias.shape)} do not fit"


def _needs(ndims: tuple[int, ...], *operands: Array, name: str) -> None:
    if tuple(len(t.shape) for t in operands) != ndims:
        shapes = " and ".join(str(tuple(t.shape)) for t in operands)
        raise ValueError(f"{name}: expected operands of {' and '.join(map(str, ndims))} dimensions, got {shapes}")


def _strict_product(ndims: tuple[int, int], x: Array, y: Array, name: str) -> Array:
    """x @ y of just these dimensions; unlike `matmul` it broadcasts no batch. A sparse x knows its products."""
    _needs(ndims, x, y, name=name)
    if x.shape[-1] != y.shape[max(-2, -ndims[1])] or x.shape[:-2] != y.shape[:-2]:
        raise ValueError(f"{name}: {_misfit(x, y)}")
    return x @ y if getattr(x, "is_sparse", False) else matmul(x, y)


@operator("torch Tensor")
def mm(x: Array, y: Array) -> Array:
    """The product of two matrices.

    Shapes: x (n, k), y (k, m) -> (n, m).

    Raises:
        ValueError: the numbers of dimensions or the sizes are others.
    """
    return _strict_product((2, 2), x, y, "mm")


@operator("torch Tensor")
def bmm(x: Array, y: Array) -> Array:
    """The products of two batches of matrices.

    Shapes: x (b, n, k), y (b, k, m) -> (b, n, m).

    Raises:
        ValueError: the numbers of dimensions or the sizes are others.
    """
    return _strict_product((3, 3), x, y, "bmm")


@operator("torch Tensor")
def mv(x: Array, y: Array) -> Array:
    """The product of a matrix and a vector.

    Shapes: x (n, k), y (k,) -> (n,).

    Raises:
        ValueError: the numbers of dimensions or the sizes are others.
    """
    return _strict_product((2, 1), x, y, "mv")


@operator("torch Tensor")
def dot(x: Array, y: Array) -> Array:
    """The inner product of two vectors.

    Shapes: x (n,), y (n,) -> ().

    Raises:
        ValueError: the numbers of dimensions or the sizes are others.
    """
    return _strict_product((1, 1), x, y, "dot")


@operator("torch Tensor numpy")
def inner(x: Array, y: Array) -> Array:
    """The inner products over the last dimensions: out[i..., j...] = sum_k x[i..., k] y[j..., k].

    Shapes: x (*n, k), y (*m, k) -> (*n, *m). A 0-d operand is a factor of all elements of the other.

    Raises:
        ValueError: the last dimensions differ in size.
    """
    if not x.shape or not y.shape:
        return mul(x, y)
    if x.shape[-1] != y.shape[-1]:
        raise ValueError(f"inner: {_misfit(x, y)}")
    shape = (*x.shape[:-1], *y.shape[:-1])
    return _reshape(matmul(_rows(x), _t(_rows(y))), shape=tuple(shape))


@operator("torch Tensor", numpy="linalg.outer")
def outer(x: Array, y: Array) -> Array:
    """The products of the elements of two vectors: out[i, j] = x[i] y[j].

    Shapes: x (n,), y (m,) -> (n, m).

    Raises:
        ValueError: an operand is no vector.
    """
    _needs((1, 1), x, y, name="outer")
    return mul(unsqueeze(x, 1), y)


@operator("torch Tensor")
def vdot(x: Array, y: Array) -> Array:
    """The inner product of two vectors: `dot`, since there are no complex tensors.

    Shapes: x (n,), y (n,) -> ().

    Raises:
        ValueError: the numbers of dimensions or the sizes are others.
    """
    return _strict_product((1, 1), x, y, "vdot")


@operator("torch linalg", numpy="vecdot linalg.vecdot")
def vecdot(x: Array, y: Array, *, dim: int = -1) -> Array:
    """The inner products of the vectors along `dim`; the other dimensions broadcast.

    Raises:
        ValueError: the sizes do not fit.
        IndexError: there is no such dimension.
    """
    try:
        products = mul(x, y)
    except ValueError as error:
        raise ValueError(f"vecdot: {_misfit(x, y)}") from error
    return sum(products, normalize_dim(dim, len(products.shape), "vecdot"))


def _plus(name: str, input: Array, product: Array, beta: float, alpha: float) -> Array:
    """beta * input + alpha * product; a `beta` of 0 ignores NaN in the input."""
    try:
        fits = np.broadcast_shapes(input.shape, product.shape) == tuple(product.shape)
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"{name}: input of shape {tuple(input.shape)} does not expand to {tuple(product.shape)}")
    if alpha != 1:
        product = mul(product, alpha)
    if beta == 0:
        return product
    return add(input if beta == 1 else mul(input, beta), product)


@operator("torch Tensor", in_place="Tensor")
def addmm(input: Array, mat1: Array, mat2: Array, *, beta: float = 1, alpha: float = 1) -> Array:
    """beta * input + alpha * (mat1 @ mat2).

    Shapes: mat1 (n, k), mat2 (k, m), input broadcastable to (n, m) -> (n, m).

    Raises:
        ValueError: the sizes do not fit.
    """
    return _plus("addmm", input, mm(mat1, mat2), beta, alpha)


@operator("torch Tensor", in_place="torch Tensor")
def addmv(input: Array, mat: Array, vec: Array, *, beta: float = 1, alpha: float = 1) -> Array:
    """beta * input + alpha * (mat @ vec).

    Shapes: mat (n, k), vec (k,), input broadcastable to (n,) -> (n,).

    Raises:
        ValueError: the sizes do not fit.
    """
    return _plus("addmv", input, mv(mat, vec), beta, alpha)


@operator("torch Tensor", in_place="Tensor")
def addr(input: Array, vec1: Array, vec2: Array, *, beta: float = 1, alpha: float = 1) -> Array:
    """beta * input + alpha * outer(vec1, vec2).

    Shapes: vec1 (n,), vec2 (m,), input broadcastable to (n, m) -> (n, m).

    Raises:
        ValueError: the sizes do not fit.
    """
    return _plus("addr", input, outer(vec1, vec2), beta, alpha)


@operator("torch Tensor", in_place="Tensor")
def addbmm(input: Array, batch1: Array, batch2: Array, *, beta: float = 1, alpha: float = 1) -> Array:
    """beta * input + alpha * sum_b batch1[b] @ batch2[b].

    Shapes: batch1 (b, n, k), batch2 (b, k, m), input broadcastable to (n, m) -> (n, m).

    Raises:
        ValueError: the sizes do not fit.
    """
    return _plus("addbmm", input, sum(bmm(batch1, batch2), 0), beta, alpha)


@operator("torch Tensor", in_place="Tensor")
def baddbmm(input: Array, batch1: Array, batch2: Array, *, beta: float = 1, alpha: float = 1) -> Array:
    """beta * input + alpha * (batch1 @ batch2).

    Shapes: batch1 (b, n, k), batch2 (b, k, m), input broadcastable to (b, n, m) -> (b, n, m).

    Raises:
        ValueError: the sizes do not fit.
    """
    return _plus("baddbmm", input, bmm(batch1, batch2), beta, alpha)


def _cheapest(sizes: Sequence[int]) -> dict[tuple[int, int], int]:
    """Where to split each product of matrices i to j so that fewest multiplications are made; matrix i is
    sizes[i] by sizes[i + 1] (Cormen et al., Introduction to Algorithms, section 15.2)."""
    n = len(sizes) - 1
    cost, split = {(i, i): 0 for i in range(n)}, {}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            cost[i, j], split[i, j] = builtins.min(
                (cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k) for k in range(i, j)
            )
    return split


def _product(tensors: Sequence[Array], split: dict[tuple[int, int], int], i: int, j: int) -> Array:
    if i == j:
        return tensors[i]
    k = split[i, j]
    return matmul(_product(tensors, split, i, k), _product(tensors, split, k + 1, j))


@operator("torch linalg", numpy="linalg.multi_dot")
def multi_dot(tensors: Sequence[Array]) -> Array:
    """The product of two or more matrices, in the order that needs the fewest multiplications.

    The first may be a vector, which is taken as a row; so may the last, which is taken as a column.

    Raises:
        ValueError: there are fewer than two tensors, or their numbers of dimensions or sizes do not fit.
    """
    tensors = list(several(tensors, "multi_dot"))
    inside = [len(t.shape) for t in tensors[1:-1]]
    if len(tensors) < 2 or inside != [2] * len(inside) or not {len(tensors[i].shape) for i in (0, -1)} <= {1, 2}:
        raise ValueError(
            f"multi_dot: expected two or more matrices (first and last may be vectors), got {_shapes(tensors)}"
        )
    drop = [d for d, t in ((0, tensors[0]), (-1, tensors[-1])) if len(t.shape) == 1]
    tensors[0], tensors[-1] = (
        unsqueeze(t, d) if len(t.shape) == 1 else t for t, d in ((tensors[0], 0), (tensors[-1], 1))
    )
    if any(a.shape[1] != b.shape[0] for a, b in itertools.pairwise(tensors)):
        raise ValueError(f"multi_dot: the sizes do not fit: {_shapes(tensors)}")
    split = _cheapest([tensors[0].shape[0], *(t.shape[1] for t in tensors)])
    out = _product(tensors, split, 0, len(tensors) - 1)
    return squeeze(out, drop) if drop else out


def _shapes(tensors: Sequence[Array]) -> str:
    return ", ".join(str(tuple(t.shape)) for t in tensors)


@operator("torch")
def chain_matmul(*matrices: Array) -> Array:
    """`multi_dot` of its arguments.

    Raises:
        ValueError: as for `multi_dot`.
    """
    return multi_dot(matrices)


# ------------------------------------------------------------------------------------------ linear


def _linear_composed(x: Array, weight: Array, bias: Array) -> Array:
    out = matmul(x, _t(weight) if len(weight.shape) > 1 else weight)
    return out if bias is None else out + bias


def _check_same_dtype(x: Array, weight: Array) -> None:
    """Raise if NumPy would silently compute in a third dtype, or a wider one; complex steps may mix."""
    if x.dtype != weight.dtype and "c" not in (x.dtype.kind, weight.dtype.kind):
        raise TypeError(f"the input has dtype {x.dtype} and the weight {weight.dtype}; convert one of them")


def _linear_rule(g: Array, weight: Array) -> Array:
    if weight.ndim == 1:
        return np.multiply.outer(g, weight)
    # One product of many rows is faster than a product for each of the leading dimensions.
    if g.ndim < 3:
        return kernels.matmul(g, weight)
    return kernels.matmul(_rows(g), weight).reshape(*g.shape[:-1], weight.shape[1])


def _linear_weight_rule(g: Array, x: Array) -> Array:
    if g.ndim == x.ndim == 2:
        return kernels.matmul(g.T, x)
    if g.ndim < x.ndim:  # the weight is one row
        return kernels.matmul(g.reshape(-1), x.reshape(g.size, x.shape[-1]))
    return kernels.matmul(_rows(g).T, _rows(x)) if g.ndim > 1 else np.multiply.outer(g, x)


@operator("torch functional")
@primitive(
    composition=_linear_composed,
    x=_linear_rule,
    weight=_linear_weight_rule,
    bias=lambda g: kernels.column_sums(_rows(g)) if g.ndim > 1 else g,
)
def linear(x: Array, weight: Array, bias: Array = None) -> Array:
    """x weight^T + bias, in one node.

    Shapes: x (..., in), weight (out, in), bias (out,) or None -> (..., out). A weight (in,) gives (...).

    Raises:
        TypeError: the dtypes of x and weight differ.
        ValueError: the sizes do not fit.
    """
    if x.dtype is not weight.dtype:
        _check_same_dtype(x, weight)
    try:
        if x.ndim < 3:
            return kernels.matmul(x, weight.T, bias)
        return kernels.matmul(_rows(x), weight.T, bias).reshape(*x.shape[:-1], *weight.shape[:-1])
    except ValueError as error:
        raise ValueError(_misfit_of_three(x, weight, bias, weight.shape[-1])) from error


def _mapped_composed(x: Array, weight: Array, bias: Array) -> Array:
    out = matmul(x, weight)
    return out if bias is None else out + bias


@primitive(
    composition=_mapped_composed,
    x=lambda g, weight: kernels.matmul(_rows(g), weight.T).reshape(*g.shape[:-1], weight.shape[0]),
    weight=lambda g, x: kernels.matmul(_rows(x).T, _rows(g)),
    bias=lambda g: kernels.column_sums(_rows(g)),
)
def mapped(x: Array, weight: Array, bias: Array) -> Array:
    """x weight + bias, in one node: `linear` for a weight with a row for each input.

    Shapes: x (..., in) of two dimensions or more, weight (in, out), bias (out,) or None -> (..., out).

    Raises:
        TypeError: the dtypes of x and weight differ.
        ValueError: the sizes do not fit.
    """
    if x.dtype is not weight.dtype:
        _check_same_dtype(x, weight)
    try:
        return kernels.matmul(_rows(x), weight, bias).reshape(*x.shape[:-1], weight.shape[1])
    except ValueError as error:
        raise ValueError(_misfit_of_three(x, weight, bias, weight.shape[0])) from error


@operator("torch functional")
def bilinear(input1: Array, input2: Array, weight: Array, bias: Array = None) -> Array:
    """out[..., o] = sum_ij input1[..., i] weight[o, i, j] input2[..., j] + bias[o].

    Shapes: input1 (..., in1), input2 (..., in2) with the same leading dimensions, weight (out, in1, in2),
    bias (out,) or None -> (..., out).

    Raises:
        ValueError: the shapes do not fit.
    """
    shapes = [tuple(t.shape) for t in (input1, input2, weight)]
    expected = () if not (shapes[0] and shapes[1]) else (shapes[0][-1], shapes[1][-1])
    if shapes[0][:-1] != shapes[1][:-1] or len(shapes[2]) != 3 or shapes[2][1:] != expected:
        raise ValueError(
            "bilinear: expected inputs (..., in1) and (..., in2) with the same leading dimensions and a weight "
            f"(out, in1, in2), got {_shapes((input1, input2, weight))}"
        )
    out, in1, in2 = shapes[2]
    maps = matmul(input1, _reshape(_permute(weight, dims=(1, 0, 2)), shape=(in1, out * in2)))
    maps = _reshape(maps, shape=(*shapes[0][:-1], out, in2))
    result = squeeze(matmul(maps, unsqueeze(input2, -1)), -1)
    return result if bias is None else add(result, bias)
