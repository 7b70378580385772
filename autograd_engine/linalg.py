"""Linear algebra under the names of `torch.linalg`: `autograd_engine.linalg.solve(A, B)`.

These are the operators that are declared for it in `ops`. Type checkers read linalg.pyi, which
`python -m tests.stubs` writes.
"""

from __future__ import annotations

from .ops.linear_algebra.matrices import LinAlgError
from .ops.names import names_in as _names_in

globals().update(_names_in("linalg"))

__all__ = ["LinAlgError", *_names_in("linalg")]
