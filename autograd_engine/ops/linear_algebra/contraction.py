"""Sums of products over named or numbered dimensions, brought into the shape of products of matrices."""

from __future__ import annotations

import builtins
import functools
import math
import string
from typing import Any

import numpy as np

from ...backend import kernels
from ...backend.arrays import Array, astype
from ...backend.kinds import kind_of
from ...backend.sums import widened
from ...engine.primitive import primitive
from ..diagonal import diagonal
from ..dims import normalize_dim
from ..names import operator
from ..reduce import sum
from ..shape import _in_common_dtype, _permute, _reshape, squeeze
from .products import matmul


@operator("torch")
def tensordot(a: Array, b: Array, dims: Any = 2) -> Array:
    """The sum of products over pairs of dimensions, as one matrix product.

    Args:
        dims: an integer n takes the last n dimensions of `a` and the first n of `b`. Two lists name dimensions of
            `a` and of `b` that form pairs; the sizes of a pair are equal, or one of them is 1.

    Shapes: the result has the other dimensions of `a`, then those of `b`.

    Raises:
        ValueError: the sizes of a pair differ, or `a` or `b` has fewer than n dimensions.

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
    pairs = [(i, j) for i, j in zip(left, right, strict=False) if a.shape[i] != b.shape[j]]
    if len(left) != len(right) or any(1 not in (a.shape[i], b.shape[j]) for i, j in pairs):
        raise ValueError(
            f"tensordot: dims {left} of {tuple(a.shape)} and {right} of {tuple(b.shape)} differ in size"
        )
    # A size of 1 is broadcast: its element is a factor of the sum over the other's dimension.
    if repeated := [i for i, j in pairs if b.shape[j] == 1]:
        a = sum(a, repeated, True)
    if repeated := [j for i, j in pairs if b.shape[j] != 1]:
        b = sum(b, repeated, True)
    summed = [a.shape[d] for d in left]
    a_rest = [d for d in range(len(a.shape)) if d not in left]
    b_rest = [d for d in range(len(b.shape)) if d not in right]
    shape = (*(a.shape[d] for d in a_rest), *(b.shape[d] for d in b_rest))
    n, k, m = (math.prod(sizes) for sizes in ([a.shape[d] for d in a_rest], summed, [b.shape[d] for d in b_rest]))
    x = _reshape(_permute(a, dims=(*a_rest, *left)), shape=(n, k))
    y = _reshape(_permute(b, dims=(*right, *b_rest)), shape=(k, m))
    return _reshape(matmul(x, y), shape=shape)


def _einsum_rule(g: Array, tensors: tuple[Array, ...], terms: tuple[str, ...], target: str) -> list[Array]:
    """Each operand's gradient is the einsum of `g` and the other operands back onto its own letters."""
    pulled = []
    for i, term in enumerate(terms):
        others, letters = (tensors[:i] + tensors[i + 1 :], terms[:i] + terms[i + 1 :])
        pulled.append(_einsum(g, *others, terms=(target, *letters), target=term))
    return pulled


@primitive(tensors=_einsum_rule)
def _einsum(*tensors: Array, terms: tuple[str, ...], target: str) -> Array:
    """The sum of products of operands; each letter of one is also in the target or in another operand."""
    tensors = tuple(_in_common_dtype(tensors))
    plan = _as_product(*terms, target) if len(tensors) == 2 else None
    if plan is None:
        wide = (widened(t) for t in tensors)
        return astype(np.einsum(f"{','.join(terms)}->{target}", *wide, optimize=len(tensors) > 2), tensors[0].dtype)
    (x, y), (x_order, y_order, batch, left, summed, order) = tensors, plan
    x, y = x.transpose(x_order), y.transpose(y_order)
    rows, columns = x.shape[batch : batch + left], y.shape[batch + summed :]
    n = math.prod(y.shape[batch : batch + summed])
    x = _blas_order(x.reshape(*x.shape[:batch], math.prod(rows), n))
    y = _blas_order(y.reshape(*y.shape[:batch], n, math.prod(columns)))
    return kernels.matmul(x, y).reshape(*x.shape[:batch], *rows, *columns).transpose(order)


@functools.lru_cache(maxsize=1024)
def _as_product(a: str, b: str, target: str) -> Any:
    """The einsum of two operands as a product of matrices, by BLAS, or None where nothing is gained by that.

    Each letter belongs to the batch, to the rows, to the columns, or is summed. Returned are the orders of
    dimensions that bring the operands into shape, how many letters are of the batch, of the rows and summed, and
    the order that gives the target.
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
    return x if x.itemsize in x.strides[-2:] else kind_of(x).array(x, order="C")


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


_BY_NUMBER = string.ascii_uppercase + string.ascii_lowercase
"""The letters in the order in which they are sorted."""


def _lettered(arguments: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """`x, [0, 1], y, [1, 2], [0, 2]` as an equation and the operands."""
    operands, lists = arguments[: len(arguments) // 2 * 2 : 2], arguments[1::2]
    result = arguments[-1:] if len(arguments) % 2 else ()

    def term(numbers: Any) -> str:
        if not isinstance(numbers, (list, tuple)) or not all(
            n is Ellipsis or (hasattr(n, "__index__") and 0 <= n < len(_BY_NUMBER)) for n in numbers
        ):
            raise TypeError(
                "einsum: takes an equation first, or a list of dimensions after each operand, integers from 0 to "
                f"{len(_BY_NUMBER) - 1} and ..., not {type(numbers).__name__}"
            )
        return "".join("..." if n is Ellipsis else _BY_NUMBER[n] for n in numbers)

    equation = ",".join(map(term, lists))
    return "->".join([equation, *map(term, result)]), operands


@operator("torch numpy")
def einsum(equation: Any, *operands: Any) -> Array:
    """Sums of products over named dimensions, as in `einsum("bij,bjk->bik", x, y)`.

    A letter names a dimension; letters absent from the result are summed over; `...` stands for
    broadcast dimensions; without `->` the result has the letters that occur once, in alphabetical
    order. A letter repeated inside one operand takes its diagonal. The dimensions may also be numbered from 0, in
    a list after each operand and one for the result: `einsum(x, [0, 1], y, [1, 2], [0, 2])`.

    Raises:
        TypeError: there is neither an equation nor a list after each operand.
        ValueError: the equation does not fit the operands, or a letter has two sizes.

    Example:
        >>> einsum("ij,j->i", ag.tensor([[1.0, 2.0], [3.0, 4.0]]), ag.tensor([1.0, 10.0]))
        tensor([21., 43.])
    """
    if not isinstance(equation, str):
        equation, operands = _lettered((equation, *operands))
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
        # A size of 1 that broadcasts is dropped, so that each letter has one size.
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
