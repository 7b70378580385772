"""Memory: keep freed arrays at hand.

By default the C library gives freed memory back to the operating system at once, and the next array of
that size pays for it again, page by page: a third of the time of a chain of 32 by 32 products. Training
allocates the same sizes in every step, so the allocator is told to keep up to `KEPT` bytes.
"""

from __future__ import annotations

import ctypes
import sys

__all__ = ["KEPT", "keep_freed_memory"]

KEPT = 512 * 2**20
"""How many bytes may stay with the process after they were freed: 512 MiB."""

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3


def keep_freed_memory(limit: int = KEPT) -> bool:
    """Let glibc keep up to `limit` freed bytes for the next arrays; False where it is not glibc.

    `keep_freed_memory(0)` returns freed memory to the system at once again.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return bool(mallopt(_M_TRIM_THRESHOLD, limit)) and bool(mallopt(_M_MMAP_THRESHOLD, limit or 128 * 1024))
