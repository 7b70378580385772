"""Products of matrices by cublasLt."""

from __future__ import annotations

from .cublas import multiply as product

__all__ = ["product"]
