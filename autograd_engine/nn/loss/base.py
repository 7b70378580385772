"""What losses share: the reduction of their values to one, and the weights that some of them have."""

from __future__ import annotations

from dataclasses import KW_ONLY, InitVar, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ...ops.losses.regression import reduction_of
from ...tensor import Tensor
from ..configured import Configured


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
    size_average: InitVar[bool | None] = None
    reduce: InitVar[bool | None] = None

    def __post_init__(self, size_average: bool | None, reduce: bool | None) -> None:
        if size_average is not None or reduce is not None:
            self.reduction = reduction_of(size_average, reduce, 4)
        if self.reduction not in self._reductions:
            *most, last = map(repr, self._reductions)
            raise ValueError(f"reduction must be {', '.join(most)} or {last}, not {self.reduction!r}")
        for name in ("weight", "pos_weight"):
            if name in self.__dict__:
                factors, self.__dict__[name] = self.__dict__[name], None
                self.register_buffer(name, factors)

    if TYPE_CHECKING:

        def forward(self, input: Any, target: Any) -> Tensor:  # type: ignore[override]
            """`layer` writes it; some losses have other arguments."""

    def extra_repr(self) -> str:
        """Nothing, as in PyTorch."""
        return ""
