"""Sparse matrices: the places and the values of the elements that are not 0, as in PyTorch's `sparse_coo_tensor`.

A product with a dense matrix gathers rows, multiplies and adds, so gradients flow to the values and to the dense
matrix. Sums with dense matrices are dense. For all other operations there is `to_dense()`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..backend.device import cpu, device
from ..backend.dtypes import dtype as DType
from ..backend.dtypes import shown
from ..engine.graph import Value, raw
from ..engine.results import make_tensor
from ..ops import arithmetic, gather, scatter, shape
from .nested import array_of
from .size import Size

if TYPE_CHECKING:
    from .tensor import Tensor

__all__ = ["SparseTensor", "mm", "sparse_coo_tensor", "spmm"]


class SparseTensor:
    """A matrix of which few elements are not 0. `sparse_coo_tensor` makes one, and so does `x.to_sparse()`.

    Attributes:
        shape: its size.
        is_sparse: True.
    """

    is_sparse = True
    ndim = 2

    def __init__(self, places: Any, values: Any, size: Sequence[int], is_coalesced: bool = False) -> None:
        if (where := values.device) != cpu:
            raise ValueError(f"sparse matrices lie on the CPU, but the values are on {where}; use values.cpu()")
        self._places, self._entries, self.shape = places, values, Size(size)
        self._is_coalesced = is_coalesced

    @property
    def dtype(self) -> DType:
        """The type of the values."""
        return shown(self._entries.array.dtype)

    @property
    def device(self) -> device:
        """Where the values lie: on the CPU."""
        return cpu

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to the values."""
        return self._entries.node is not None

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the size of one dimension."""
        return self.shape if dim is None else self.shape[dim]

    def indices(self) -> Tensor:
        """The places, (2, n): rows, then columns."""
        return make_tensor(self._places, None)

    def values(self) -> Tensor:
        """The values at these places, (n,)."""
        return self._entries

    _indices, _values = indices, values

    def _nnz(self) -> int:
        return int(self._places.shape[1])

    def is_coalesced(self) -> bool:
        """Whether each place comes once, in order."""
        return self._is_coalesced

    def coalesce(self) -> SparseTensor:
        """The same matrix with each place once, in order; values of one place are added."""
        rows, columns = self._places
        flat, order = np.unique(rows * self.shape[1] + columns, return_inverse=True)
        zeros = make_tensor(np.zeros(flat.shape, self._entries.array.dtype), None)
        places = np.stack([flat // self.shape[1], flat % self.shape[1]])
        return SparseTensor(places, scatter.index_add(zeros, 0, order, self._entries), self.shape, True)

    def to_dense(self) -> Tensor:
        """The matrix with its zeros."""
        rows, columns = self._places
        zeros = make_tensor(np.zeros(self.shape.numel(), self._entries.array.dtype), None)
        dense = scatter.index_add(zeros, 0, rows * self.shape[1] + columns, self._entries)
        return shape.reshape(dense, tuple(self.shape))

    def to(self, *targets: Any, **settings: Any) -> SparseTensor:
        """The matrix with values of another dtype.

        Raises:
            ValueError: a GPU is named, where no sparse matrix lies.
        """
        return SparseTensor(self._places, self._entries.to(*targets, **settings), self.shape, self._is_coalesced)

    def astype(self, dtype: Any, copy: bool = True) -> SparseTensor:
        """The matrix with values of another dtype, under NumPy's name."""
        return self.to(dtype)

    def float(self) -> SparseTensor:
        """The matrix with values of float32."""
        return self.to(np.float32)

    def double(self) -> SparseTensor:
        """The matrix with values of float64."""
        return self.to(np.float64)

    def cpu(self) -> SparseTensor:
        """The matrix itself."""
        return self

    def cuda(self, device: Any = None) -> SparseTensor:
        """Refused: sparse matrices lie on the CPU.

        Raises:
            ValueError: always.
        """
        return self.to(device="cuda" if device is None else device)

    def detach(self) -> SparseTensor:
        """The matrix, without gradients of its values."""
        return SparseTensor(self._places, self._entries.detach(), self.shape, self._is_coalesced)

    def t(self) -> SparseTensor:
        """The transpose."""
        return SparseTensor(self._places[::-1], self._entries, self.shape[::-1])

    def transpose(self, *dims: Any) -> SparseTensor:
        """The transpose, which exchanges the only two dimensions."""
        return self.t()

    def mm(self, mat2: Any) -> Tensor:
        """The product with a dense matrix; see `spmm`."""
        return spmm(self, mat2)

    matmul = __matmul__ = mm

    def __mul__(self, factor: Any) -> SparseTensor:
        return SparseTensor(self._places, arithmetic.mul(self._entries, factor), self.shape, self._is_coalesced)

    __rmul__ = __mul__

    def __add__(self, other: Any) -> Any:
        if isinstance(other, SparseTensor):
            if other.shape != self.shape:
                raise ValueError(f"add: sizes {self.shape} and {other.shape} of sparse matrices do not fit")
            places = np.concatenate([self._places, other._places], 1)
            return SparseTensor(places, shape.cat([self._entries, other._entries], 0), self.shape)
        return arithmetic.add(self.to_dense(), other)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **settings: Any) -> Any:
        """The sum or product of an array with this matrix, where a dense tensor stands on the left."""
        if ufunc not in (np.add, np.matmul) or method != "__call__":
            return NotImplemented
        if any(isinstance(x, SparseTensor) and x.requires_grad for x in inputs):
            raise RuntimeError(
                f"{ufunc.__name__}: with the dense matrix on the left, the sparse values get no gradient; write "
                "the sparse one first, or take to_dense()"
            )
        return ufunc(*(raw(x.to_dense()) if isinstance(x, SparseTensor) else x for x in inputs), **settings)

    def __repr__(self) -> str:
        return f"sparse_coo_tensor(indices={self._places.tolist()}, values={self._entries}, size={self.shape})"


def sparse_coo_tensor(
    indices: Any,
    values: Any,
    size: Sequence[int] | None = None,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
    is_coalesced: bool | None = None,
) -> SparseTensor:
    """A sparse matrix with these values at these places, and 0 elsewhere. Values of one place are added.

    Args:
        indices: the places, (2, n): rows, then columns.
        values: the values, (n,); gradients flow to them.
        size: of the matrix; by default as large as the places need.
        is_coalesced: whether each place comes once, in order.
        check_invariants: they are always checked.

    Raises:
        ValueError: there are not two rows of indices, not as many values, or a place lies outside; or the values
            lie on a GPU.

    Example:
        >>> sparse_coo_tensor([[0, 1], [2, 0]], [3.0, 4.0], (2, 3)).to_dense()
        tensor([[0., 0., 3.],
                [4., 0., 0.]])
    """
    places = np.asarray(array_of(indices, "sparse_coo_tensor"), np.int64)
    known = values if isinstance(values, Value) else make_tensor(array_of(values, "sparse_coo_tensor", dtype), None)
    entries: Any = known
    entries = entries.to(dtype=dtype, device=device)
    if places.ndim != 2 or places.shape[0] != 2 or entries.array.shape != places.shape[1:]:
        raise ValueError(
            "sparse_coo_tensor: matrices only: indices of shape (2, n) and values of shape (n,), not "
            f"{places.shape} and {entries.array.shape}"
        )
    needed = tuple(int(n) + 1 for n in places.max(1, initial=-1))
    given = needed if size is None else tuple(int(n) for n in size)
    if len(given) != 2 or any(n > m for n, m in zip(needed, given, strict=True)) or places.min(initial=0) < 0:
        raise ValueError(f"sparse_coo_tensor: a place lies outside of size {given}; the places need {needed}")
    if requires_grad:
        entries = entries.detach().requires_grad_()
    return SparseTensor(places, entries, given, bool(is_coalesced))


def spmm(input: Any, mat2: Any) -> Tensor:
    """The product of a sparse matrix and a dense one, which is dense. Gradients flow to both.

    Shapes: (n, m) and (m, k) -> (n, k); or (m,) -> (n,).

    Raises:
        TypeError: the first is not sparse.
        ValueError: the sizes do not fit.

    Example:
        >>> ag.spmm(ag.sparse_coo_tensor([[0, 1], [2, 0]], [3.0, 4.0], (2, 3)), ones(3, 1))
        tensor([[3.],
                [4.]])
    """
    if not isinstance(input, SparseTensor):
        raise TypeError(f"spmm: the first matrix must be sparse, not a {type(input).__name__}; use x.to_sparse()")
    if isinstance(mat2, SparseTensor):
        mat2 = mat2.to_dense()
    sizes = tuple(mat2.shape)
    if len(sizes) not in (1, 2) or sizes[0] != input.shape[1]:
        raise ValueError(f"spmm: sizes {input.shape} and {sizes} do not fit")
    rows, columns = input._places
    entries = input._entries if len(sizes) == 1 else shape.unsqueeze(input._entries, -1)
    products = arithmetic.mul(gather.index_select(mat2, 0, columns), entries)
    zeros = make_tensor(np.zeros((input.shape[0], *sizes[1:]), raw(products).dtype), None)
    return scatter.index_add(zeros, 0, rows, products)


def mm(mat1: Any, mat2: Any) -> Tensor:
    """`spmm`, under the name of `torch.sparse.mm`."""
    return spmm(mat1, mat2)


def sparsified(x: Value) -> SparseTensor:
    """What `x.to_sparse()` gives."""
    if len(x.array.shape) != 2:
        raise ValueError(f"to_sparse: matrices only, not shape {tuple(x.array.shape)}")
    rows, columns = np.nonzero(x.array)
    flat = shape.reshape(x, (-1,))
    values = gather.index_select(flat, 0, rows * x.array.shape[1] + columns)
    return SparseTensor(np.stack([rows, columns]), values, x.array.shape, True)
