"""What losses share: the reduction of their values to one, and the weights that some of them have."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from ..configured import Configured

__all__ = ["Loss"]


@dataclass(repr=False, eq=False)
class Loss(Configured):
    """A loss whose values are averaged, summed or given each. Weights among its settings are buffers.

    Raises:
        ValueError: an unknown reduction.
        TypeError: a weight that is no tensor.
    """

    _reductions: ClassVar[tuple[str, ...]] = ("mean", "sum", "none")
    _: KW_ONLY
    reduction: str = "mean"

    def __post_init__(self) -> None:
        if self.reduction not in self._reductions:
            *most, last = map(repr, self._reductions)
            raise ValueError(f"reduction must be {', '.join(most)} or {last}, not {self.reduction!r}")
        for name in ("weight", "pos_weight"):
            if name in self.__dict__:
                factors, self.__dict__[name] = self.__dict__[name], None
                self.register_buffer(name, factors)

    def extra_repr(self) -> str:
        """Nothing, as in PyTorch."""
        return ""
