"""The operators of layers and losses, as in `torch.nn.functional`: those that are declared for it in `ops`.

Type checkers read operators.pyi, which `python -m tests.stubs` writes.
"""

from __future__ import annotations

from ..ops.names import names_in as _names_in

globals().update(_names_in("functional"))

__all__ = [*_names_in("functional")]
