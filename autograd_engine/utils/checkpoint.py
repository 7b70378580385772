"""utils.checkpoint: where programs written for PyTorch look for `checkpoint`."""

from ..func.checkpoint import checkpoint

__all__ = ["checkpoint"]
