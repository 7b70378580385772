"""Parameter: a tensor that a module learns."""

from __future__ import annotations

from typing import Any

from ..engine.graph import raw
from ..engine.sharing import share
from ..tensor import Tensor
from ..tensor.creation import tensor

__all__ = ["Parameter"]


class Parameter(Tensor):
    """A tensor that a module learns: `module.parameters()` finds it, and it requires a gradient.

    Args:
        data: a tensor, whose memory is shared, or anything `tensor` accepts.
        requires_grad: False for a parameter that stays fixed.

    Raises:
        RuntimeError: a gradient is required and the dtype is not floating.

    Example:
        >>> Parameter([1.0, 2.0])
        Parameter containing:
        tensor([1., 2.], requires_grad=True)
    """

    __slots__ = ()

    def __init__(self, data: Any, requires_grad: bool = True) -> None:
        source = data if isinstance(data, Tensor) else tensor(data)
        self.array = raw(source.detach())
        self.node = None
        share(source, self)
        if requires_grad:
            self.requires_grad_()

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"
