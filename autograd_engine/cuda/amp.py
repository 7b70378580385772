"""cuda.amp: the names of `amp` in their older place, where the device is CUDA's."""

from __future__ import annotations

from typing import Any

from .. import amp
from ..amp import GradScaler, custom_bwd, custom_fwd

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd"]


class autocast(amp.autocast):
    """`amp.autocast` for CUDA's devices: a block that changes nothing."""

    def __init__(self, enabled: bool = True, dtype: Any = None, cache_enabled: bool = True) -> None:
        super().__init__("cuda", dtype, enabled, cache_enabled)
