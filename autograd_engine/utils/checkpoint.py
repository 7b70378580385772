"""utils.checkpoint: where programs written for PyTorch look for `checkpoint`."""

from ..func.recomputation import checkpoint

__all__ = ["checkpoint"]
