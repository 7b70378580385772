"""onnx: PyTorch's names for files of graphs. Calling one says what to do instead."""

from __future__ import annotations

from .backend.absent import names_missing, refused

__all__ = ["export"]

export = refused("onnx.export")


__getattr__ = names_missing(__name__)
