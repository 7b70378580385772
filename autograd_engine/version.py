"""version: which PyTorch's interface this package has, for programs that ask for a version of PyTorch."""

from __future__ import annotations

from .swap.imports import VERSIONS

__all__ = ["cuda", "debug", "git_version", "hip", "torch_version"]

torch_version = VERSIONS["torch"]
"""The version of PyTorch whose names, arguments and defaults these are."""

cuda: str | None = None
hip: str | None = None
debug = False
git_version = "autograd_engine"
