"""utils.tensorboard: where programs written for PyTorch look for the writer of TensorBoard's files."""

from __future__ import annotations

from typing import Any

from ..training.callbacks import summary_writer


def __getattr__(name: str) -> Any:
    if name == "SummaryWriter":
        return summary_writer()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
