"""sparse: the names of `torch.sparse`. There are sparse matrices, and their products with dense ones."""

from __future__ import annotations

from typing import Any

from .backend.absent import names_missing as _names_missing
from .tensor.sparse import SparseTensor, mm
from .tensor.sparse import sparse_coo_tensor as _sparse_coo_tensor

__all__ = ["FloatTensor", "SparseTensor", "mm"]


class FloatTensor(SparseTensor):
    """`sparse_coo_tensor` with values of float32, of older programs.

    Example:
        >>> ag.sparse.FloatTensor(tensor([[0], [1]]), tensor([3.0]), (1, 2)).to_dense()
        tensor([[0., 3.]])
    """

    def __new__(cls, indices: Any, values: Any, size: Any = None) -> SparseTensor:  # type: ignore[misc]  # noqa: D102
        return _sparse_coo_tensor(indices, values, size).float()


__getattr__ = _names_missing(__name__)
