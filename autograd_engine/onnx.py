"""onnx: PyTorch's names for files of graphs. Calling one says what to do instead."""

from __future__ import annotations

from typing import Any

from .backend.absent import missing, refused

__all__ = ["export"]

export = refused("onnx.export")


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
