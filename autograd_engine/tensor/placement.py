"""Questions about the kind of a tensor that have one answer here: programs for PyTorch ask them of every tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..backend.formats import layout, strided
from ..backend.kinds import kind_of
from ..engine.graph import Value
from ..engine.sharing import shareable

if TYPE_CHECKING:
    from .tensor import Tensor


class _Never:
    """An attribute that is False."""

    def __init__(self, what: str) -> None:
        self.__doc__ = f"{what}: never."

    def __get__(self, instance: Any, owner: Any = None) -> bool:
        return False


class Placement(Value):
    """The part of a tensor that tells what it is not."""

    __slots__ = ()

    is_meta = _Never("Whether there are sizes without numbers")
    is_mkldnn = _Never("Whether the numbers lie in an order of oneDNN's")
    is_mps = _Never("Whether the tensor lies on a GPU of Apple's")
    is_nested = _Never("Whether rows have different lengths")
    is_quantized = _Never("Whether the numbers have few bits and a scale")
    is_sparse = _Never("Whether only some numbers are kept; `to_sparse()` gives another class")
    is_sparse_csr = _Never("Whether the rows of a sparse matrix are compressed")
    is_xpu = _Never("Whether the tensor lies on a GPU of Intel's")

    @property
    def layout(self) -> layout:
        """How the numbers lie in memory: each has a place."""
        return strided

    def is_inference(self) -> bool:
        """Whether the tensor may never be differentiated: False. `inference_mode` is a stricter `no_grad`."""
        return False

    def is_shared(self) -> bool:
        """Whether other processes see the memory: False."""
        return False

    def share_memory_(self) -> Tensor:
        """The tensor itself; workers get copies."""
        same: Any = self
        return same

    def storage_offset(self) -> int:
        """How many elements of the memory that a view looks into lie before its first one."""
        array = shareable(self)
        base = array
        while getattr(base, "base", None) is not None and hasattr(base.base, "__array_interface__"):
            base = base.base
        address = kind_of(array).address
        return (address(array) - address(base)) // array.itemsize
