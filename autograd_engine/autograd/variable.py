"""Variable: what a tensor that takes part in derivatives was called before tensors did."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from ..tensor import Tensor
from ..tensor.creation import as_tensor

__all__ = ["Variable", "set_multithreading_enabled"]


class _Tensors(type):
    """The class of `Variable`: its instances are all tensors."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor)

    def __call__(cls, data: Any, requires_grad: bool = False, volatile: bool = False) -> Tensor:
        tensor = as_tensor(data).detach()
        return tensor.requires_grad_() if requires_grad else tensor if data.requires_grad is False else data


class Variable(metaclass=_Tensors):
    """A tensor, under the name that it had in PyTorch before 0.4: `Variable(x, requires_grad=True)`.

    Args:
        data: a tensor.
        requires_grad: whether derivatives with respect to the result are wanted.
        volatile: of old programs; it has no effect.

    Example:
        >>> x = ag.autograd.Variable(ones(2), requires_grad=True)
        >>> x.is_leaf, isinstance(x, ag.autograd.Variable)
        (True, True)
    """


class set_multithreading_enabled(nullcontext[None]):
    """Choose whether the backward pass uses several threads for GPUs; also a `with` block. It has no effect."""

    def __init__(self, mode: bool) -> None:
        super().__init__()
