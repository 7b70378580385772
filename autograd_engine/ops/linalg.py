"""Products of vectors, matrices and higher arrays, all left to BLAS."""

from __future__ import annotations

import builtins
import functools
import itertools
import math
import string
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..backend.arrays import Array
from ..primitive import primitive
from .arrange import diagonal
from .dims import normalize_dim, numpy_names
from .reduce import sum
from .shape import _in_common_dtype, _permute, _reshape, squeeze, transpose, unsqueeze

__all__ = [
    "addbmm",
    "addmm",
    "addmv",
    "addr",
    "baddbmm",
    "bilinear",
    "bmm",
    "chain_matmul",
    "dot",
    "einsum",
    "inner",
    "linear",
    "matmul",
    "mm",
    "multi_dot",
    "mv",
    "outer",
    "tensordot",
    "vdot",
    "vecdot",
]


def _t(x: Array) -> Array:
    """The matrix (or batch of matrices) transposed."""
    return transpose(x, -1, -2)


def _rows(x: Array) -> Array:
    """All leading dimensions merged: one row per vector."""
    return x if len(x.shape) == 2 else _reshape(x, shape=(-1, x.shape[-1]))


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


@primitive(promote=True, x=_matmul_left, y=_matmul_right)
def matmul(x: Array, y: Array) -> Array:
    """The matrix product x @ y, batched over leading dimensions.

    Shapes: (..., n, k) @ (..., k, m) -> (..., n, m), leading dimensions broadcast; a 1-d operand is a
    row on the left, a column on the right, and its dimension disappears.

    Raises:
        ValueError: the inner sizes differ, or an operand is 0-d.
    """
    return np.matmul(x, y)


def _needs(ndims: tuple[int, ...], *operands: Array, name: str) -> None:
    if tuple(len(t.shape) for t in operands) != ndims:
        shapes = " and ".join(str(tuple(t.shape)) for t in operands)
        raise ValueError(f"{name}: expected operands of {' and '.join(map(str, ndims))} dimensions, got {shapes}")


def mm(x: Array, y: Array) -> Array:
    """The product of two matrices."""
    _needs((2, 2), x, y, name="mm")
    return matmul(x, y)


def bmm(x: Array, y: Array) -> Array:
    """The products of two batches of matrices."""
    _needs((3, 3), x, y, name="bmm")
    return matmul(x, y)


def mv(x: Array, y: Array) -> Array:
    """The product of a matrix and a vector."""
    _needs((2, 1), x, y, name="mv")
    return matmul(x, y)


def dot(x: Array, y: Array) -> Array:
    """The inner product of two vectors."""
    _needs((1, 1), x, y, name="dot")
    return matmul(x, y)


def inner(x: Array, y: Array) -> Array:
    """The inner products over the last dimensions: out[i..., j...] = sum_k x[i..., k] y[j..., k]."""
    if not x.shape or not y.shape:
        return x * y
    shape = (*x.shape[:-1], *y.shape[:-1])
    return _reshape(matmul(_rows(x), _t(_rows(y))), shape=tuple(shape))


def outer(x: Array, y: Array) -> Array:
    """out[i, j] = x[i] y[j] of two vectors."""
    _needs((1, 1), x, y, name="outer")
    return unsqueeze(x, 1) * y


def vdot(x: Array, y: Array) -> Array:
    """The inner product of two vectors: `dot`, since there are no complex tensors."""
    _needs((1, 1), x, y, name="vdot")
    return matmul(x, y)


@numpy_names
def vecdot(x: Array, y: Array, *, dim: int = -1) -> Array:
    """The inner products of the vectors along `dim`; the other dimensions broadcast.

    Raises:
        ValueError: the sizes do not fit.
        IndexError: there is no such dimension.
    """
    return sum(x * y, dim)


def _plus(name: str, input: Array, product: Array, beta: float, alpha: float) -> Array:
    """beta * input + alpha * product; a `beta` of 0 ignores NaN in the input."""
    try:
        fits = np.broadcast_shapes(input.shape, product.shape) == tuple(product.shape)
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"{name}: input of shape {tuple(input.shape)} does not expand to {tuple(product.shape)}")
    if alpha != 1:
        product = product * alpha
    if beta == 0:
        return product
    return (input if beta == 1 else input * beta) + product


def addmm(input: Array, mat1: Array, mat2: Array, *, beta: float = 1, alpha: float = 1) -> Array:
    """beta * input + alpha * (mat1 @ mat2).

    Shapes: mat1 (n, k), mat2 (k, m), input broadcastable to (n, m) -> (n, m).

    Raises:
        ValueError: the sizes do not fit.
    """
    return _plus("addmm", input, mm(mat1, mat2), beta, alpha)


def addmv(input: Array, mat: Array, vec: Array, *, beta: float = 1, alpha: float = 1) -> Array:
    """beta * input + alpha * (mat @ vec).

    Shapes: mat (n, k), vec (k,), input broadcastable to (n,) -> (n,).

    Raises:
        ValueError: the sizes do not fit.
    """
    return _plus("addmv", input, mv(mat, vec), beta, alpha)


def addr(input: Array, vec1: Array, vec2: Array, *, beta: float = 1, alpha: float = 1) -> Array:
    """beta * input + alpha * outer(vec1, vec2).

    Shapes: vec1 (n,), vec2 (m,), input broadcastable to (n, m) -> (n, m).

    Raises:
        ValueError: the sizes do not fit.
    """
    return _plus("addr", input, outer(vec1, vec2), beta, alpha)


def addbmm(input: Array, batch1: Array, batch2: Array, *, beta: float = 1, alpha: float = 1) -> Array:
    """beta * input + alpha * sum_b batch1[b] @ batch2[b].

    Shapes: batch1 (b, n, k), batch2 (b, k, m), input broadcastable to (n, m) -> (n, m).

    Raises:
        ValueError: the sizes do not fit.
    """
    return _plus("addbmm", input, sum(bmm(batch1, batch2), 0), beta, alpha)


def baddbmm(input: Array, batch1: Array, batch2: Array, *, beta: float = 1, alpha: float = 1) -> Array:
    """beta * input + alpha * (batch1 @ batch2).

    Shapes: batch1 (b, n, k), batch2 (b, k, m), input broadcastable to (b, n, m) -> (b, n, m).

    Raises:
        ValueError: the sizes do not fit.
    """
    return _plus("baddbmm", input, bmm(batch1, batch2), beta, alpha)


def tensordot(a: Array, b: Array, dims: Any = 2) -> Array:
    """The sum of products over pairs of dimensions, as one matrix product.

    Args:
        dims: an integer n for the last n of `a` and the first n of `b`; or the dimensions of each, in pairs.

    Shapes: the other dimensions of `a`, then those of `b`.

    Raises:
        ValueError: the sizes of a pair differ.

    Example:
        >>> tensordot(ag.ones(2, 3, 4), ag.ones(3, 4, 5), dims=2).shape
        (2, 5)
    """
    if isinstance(dims, int):
        if not 0 <= dims <= builtins.min(len(a.shape), len(b.shape)):
            raise ValueError(
                f"tensordot: cannot sum over {dims} dimensions of {tuple(a.shape)} and {tuple(b.shape)}"
            )
        left, right = tuple(range(len(a.shape) - dims, len(a.shape))), tuple(range(dims))
    else:
        left, right = (
            tuple(
                normalize_dim(d, len(t.shape), "tensordot")
                for d in (given if hasattr(given, "__len__") else [given])
            )
            for t, given in zip((a, b), dims, strict=True)
        )
    summed = [a.shape[d] for d in left]
    if summed != [b.shape[d] for d in right]:
        raise ValueError(
            f"tensordot: dims {left} of {tuple(a.shape)} and {right} of {tuple(b.shape)} differ in size"
        )
    a_rest = [d for d in range(len(a.shape)) if d not in left]
    b_rest = [d for d in range(len(b.shape)) if d not in right]
    shape = (*(a.shape[d] for d in a_rest), *(b.shape[d] for d in b_rest))
    n, k, m = (math.prod(sizes) for sizes in ([a.shape[d] for d in a_rest], summed, [b.shape[d] for d in b_rest]))
    x = _reshape(_permute(a, dims=(*a_rest, *left)), shape=(n, k))
    y = _reshape(_permute(b, dims=(*right, *b_rest)), shape=(k, m))
    return _reshape(matmul(x, y), shape=shape)


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


def multi_dot(tensors: Sequence[Array]) -> Array:
    """The product of two or more matrices, in the order that needs the fewest multiplications.

    The first may be a vector, taken as a row, and the last one, taken as a column.

    Raises:
        ValueError: fewer than two tensors, a wrong number of dimensions, or sizes that do not fit.
    """
    tensors = list(tensors)
    inside = [len(t.shape) for t in tensors[1:-1]]
    if len(tensors) < 2 or inside != [2] * len(inside) or not {len(tensors[i].shape) for i in (0, -1)} <= {1, 2}:
        raise ValueError(f"multi_dot: expected matrices (first and last: or vectors), got {_shapes(tensors)}")
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


def chain_matmul(*matrices: Array) -> Array:
    """`multi_dot` of its arguments.

    Raises:
        ValueError: the sizes do not fit.
    """
    return multi_dot(matrices)


# ------------------------------------------------------------------------------------------ linear


def _linear_composed(x: Array, weight: Array, bias: Array) -> Array:
    out = matmul(x, _t(weight))
    return out if bias is None else out + bias


def _check_same_dtype(x: Array, weight: Array) -> None:
    """Raise if NumPy would silently compute in a third dtype, or a wider one; complex steps may mix."""
    if x.dtype != weight.dtype and "c" not in (x.dtype.kind, weight.dtype.kind):
        raise TypeError(f"the input has dtype {x.dtype} and the weight {weight.dtype}; convert one of them")


@primitive(
    composition=_linear_composed,
    x=lambda g, weight: np.matmul(g, weight),
    weight=lambda g, x: _rows(g).T @ _rows(x) if g.ndim > 1 else np.multiply.outer(g, x),
    bias=lambda g: np.add.reduce(_rows(g), axis=0) if g.ndim > 1 else g,
)
def linear(x: Array, weight: Array, bias: Array = None) -> Array:
    """x weight^T + bias, in one node.

    Shapes: x (..., in), weight (out, in), bias (out,) or None -> (..., out).

    Raises:
        TypeError: the dtypes of x and weight differ.
        ValueError: the sizes do not fit.
    """
    if x.dtype is not weight.dtype:
        _check_same_dtype(x, weight)
    out = np.matmul(x, weight.T) if x.ndim < 3 else (_rows(x) @ weight.T).reshape(*x.shape[:-1], -1)
    if bias is not None:
        out += bias
    return out


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
    return result if bias is None else result + bias


# ------------------------------------------------------------------------------------------ einsum


def _einsum_rule(g: Array, tensors: tuple[Array, ...], terms: tuple[str, ...], target: str) -> list[Array]:
    """Each operand's gradient is the einsum of `g` and the other operands back onto its own letters."""
    pulled = []
    for i, term in enumerate(terms):
        others, letters = (tensors[:i] + tensors[i + 1 :], terms[:i] + terms[i + 1 :])
        pulled.append(_einsum(g, *others, terms=(target, *letters), target=term))
    return pulled


@primitive(tensors=_einsum_rule)
def _einsum(*tensors: Array, terms: tuple[str, ...], target: str) -> Array:
    """Sums of products of operands whose every letter is in the target or in another operand, too."""
    tensors = tuple(_in_common_dtype(tensors))
    plan = _as_product(*terms, target) if len(tensors) == 2 else None
    if plan is None:
        return np.einsum(f"{','.join(terms)}->{target}", *tensors, optimize=len(tensors) > 2)
    (x, y), (x_order, y_order, batch, left, summed, order) = tensors, plan
    x, y = x.transpose(x_order), y.transpose(y_order)
    rows, columns = x.shape[batch : batch + left], y.shape[batch + summed :]
    n = math.prod(y.shape[batch : batch + summed])
    x = _blas_order(x.reshape(*x.shape[:batch], -1 if n else math.prod(rows), n))
    y = _blas_order(y.reshape(*y.shape[:batch], n, -1 if n else math.prod(columns)))
    return np.matmul(x, y).reshape(*x.shape[:batch], *rows, *columns).transpose(order)


@functools.lru_cache(maxsize=1024)
def _as_product(a: str, b: str, target: str) -> Any:
    """The einsum of two operands as a product of matrices, by BLAS, or None where nothing is gained by that.

    Each letter belongs to the batch, to the rows, to the columns, or is summed: the orders of dimensions that
    bring the operands into shape, the numbers of such letters, and the order that gives the target.
    """
    batch = [c for c in a if c in b and c in target]
    summed = [c for c in a if c in b and c not in target]
    left, right = ([c for c in term if c not in other] for term, other in ((a, b), (b, a)))
    if not (left and summed and right):
        return None
    x_order = tuple(map(a.index, batch + left + summed))
    y_order = tuple(map(b.index, batch + summed + right))
    order = tuple(map((batch + left + right).index, target))
    return x_order, y_order, len(batch), len(left), len(summed), order


def _blas_order(x: Any) -> Any:
    """Matrices with their rows or their columns in one piece, as BLAS takes them."""
    return x if x.itemsize in x.strides[-2:] else np.ascontiguousarray(x)


def _diagonal_of(x: Array, term: str) -> tuple[Array, str]:
    """`x` with the dimensions of its first repeated letter merged into their diagonal, placed last."""
    letter = next(c for c in term if term.count(c) > 1)
    i = term.index(letter)
    j = term.index(letter, i + 1)
    if x.shape[i] != x.shape[j]:
        raise ValueError(f"einsum: letter {letter!r} has sizes {x.shape[i]} and {x.shape[j]} in one operand")
    return diagonal(x, 0, i, j), term[:i] + term[i + 1 : j] + term[j + 1 :] + letter


@functools.lru_cache(maxsize=1024)
def _parsed(equation: str, ndims: tuple[int, ...]) -> tuple[tuple[str, ...], str]:
    """The letters of each operand and of the result, with letters for what `...` stands for."""
    inputs, arrow, result = equation.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if len(terms) != len(ndims):
        raise ValueError(f"einsum: {equation!r} names {len(terms)} operands, got {len(ndims)}")
    free = [c for c in string.ascii_letters if c not in equation]
    missing = [n - len(t.replace("...", "")) for t, n in zip(terms, ndims, strict=True)]
    dots = "".join(free[: max([m for m, t in zip(missing, terms, strict=True) if "..." in t], default=0)])
    terms = [t.replace("...", dots[len(dots) - m :] if m > 0 else "") for t, m in zip(terms, missing, strict=True)]
    letters = "".join(terms)
    if not arrow:
        result = dots + "".join(sorted(c for c in set(letters) if letters.count(c) == 1 and c not in dots))
    result = result.replace("...", dots)
    for term, n in zip(terms, ndims, strict=True):
        if len(term) != n:
            raise ValueError(f"einsum: {equation!r} gives {len(term)} dimensions to an operand that has {n}")
    if len(set(result)) < len(result) or not set(result) <= set(letters):
        raise ValueError(f"einsum: {equation!r} asks for a letter twice, or for one that no operand has")
    if not set(letters) <= set(string.ascii_letters):
        raise ValueError(f"einsum: {equation!r} holds other characters than letters, ',', '->' and '...'")
    return tuple(terms), result


def einsum(equation: str, *operands: Any) -> Array:
    """Sums of products over named dimensions, as in `einsum("bij,bjk->bik", x, y)`.

    A letter names a dimension; letters absent from the result are summed over; `...` stands for
    broadcast dimensions; without `->` the result has the letters that occur once, in alphabetical
    order. A letter repeated inside one operand takes its diagonal.

    Raises:
        ValueError: the equation does not fit the operands, or a letter has two sizes.

    Example:
        >>> einsum("ij,j->i", ag.tensor([[1.0, 2.0], [3.0, 4.0]]), ag.tensor([1.0, 10.0]))
        tensor([21., 43.])
    """
    if len(operands) == 1 and isinstance(operands[0], (tuple, list)):
        operands = tuple(operands[0])
    tensors = list(operands)
    given, result = _parsed(equation, tuple(len(x.shape) for x in tensors))
    terms = list(given)
    sizes: dict[str, int] = {}
    for i, term in enumerate(terms):
        while len(set(term)) < len(term):
            tensors[i], term = _diagonal_of(tensors[i], term)
        terms[i] = term
        for c, n in zip(term, tensors[i].shape, strict=True):
            if n != 1 and sizes.setdefault(c, n) != n:
                raise ValueError(f"einsum: letter {c!r} of {equation!r} has sizes {sizes[c]} and {n}")
    for i, term in enumerate(terms):
        # A broadcast size of 1 goes, and each letter has one size.
        thin = [d for d, (c, n) in enumerate(zip(term, tensors[i].shape, strict=True)) if n == 1 and c in sizes]
        if thin:
            tensors[i] = squeeze(tensors[i], thin)
            terms[i] = "".join(c for d, c in enumerate(term) if d not in thin)
    for i, term in enumerate(terms):
        elsewhere = "".join([result, *terms[:i], *terms[i + 1 :]])
        alone = [d for d, c in enumerate(term) if c not in elsewhere]
        if alone:
            tensors[i] = sum(tensors[i], alone)
            terms[i] = "".join(c for c in term if c in elsewhere)
    if len(tensors) == 1:
        return _permute(tensors[0], dims=tuple(map(terms[0].index, result)))
    return _einsum(*tensors, terms=tuple(terms), target=result)
