"""Special functions under the names of `torch.special`: the operators that are declared for it in `ops`.

Type checkers read special.pyi, which `python -m tests.stubs` writes.
"""

from __future__ import annotations

from .ops.names import names_in as _names_in

globals().update(_names_in("special"))

__all__ = [*_names_in("special")]
