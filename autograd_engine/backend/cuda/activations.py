"""Activation functions: each is the formula that `kernels.activations` has for it, in one launch."""

from __future__ import annotations

from ..kernels import activations
from .elementwise import elementwise

__all__ = activations.__all__

for _name in __all__:
    globals()[_name] = elementwise(getattr(activations, _name).numpy.formula)
