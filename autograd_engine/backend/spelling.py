"""How dtypes and sizes are written: `float32` and `(2, 3)`; or, where a program for PyTorch runs, as PyTorch does.

Programs compare such text, print it and look it up, so `as_torch()` turns the spelling of the whole process:
`torch.float32`, `torch.Size([2, 3])`, `torch.FloatTensor`.
"""

from __future__ import annotations

__all__ = ["spelling"]


class _Spelling:
    """The spelling in force.

    Attributes:
        as_pytorch: whether it is PyTorch's.
    """

    as_pytorch = False

    def name(self, name: str) -> str:
        """A dtype, or another name of the top level."""
        return f"torch.{name}" if self.as_pytorch else name

    def size(self, sizes: tuple[int, ...]) -> str:
        """A shape."""
        return f"torch.Size({[*sizes]})" if self.as_pytorch else tuple.__repr__(sizes)

    def tensor_type(self, name: str) -> str:
        """A class of tensors of one dtype."""
        return f"torch.{name}" if self.as_pytorch else f"autograd_engine.{name}"


spelling = _Spelling()
"""That of this process."""
