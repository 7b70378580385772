"""The C library's allocator, told to keep freed memory for the next arrays.

By default glibc gives the memory of a large freed array back to the operating system at once, and the next array of
that size gets it again, page by page: in a chain of products of 32 by 32 matrices that took a third of the time.
Training allocates the same sizes in every step, so the allocator is told to keep up to `KEPT` bytes.
"""

from __future__ import annotations

import ctypes
import sys

__all__ = ["KEPT", "keep_freed_memory"]

KEPT = 512 * 2**20
"""How many freed bytes the process keeps by default: 512 MiB."""

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3


def keep_freed_memory(limit: int = KEPT) -> bool:
    """Let the C library keep up to `limit` freed bytes for the next arrays.

    Importing the package calls this. `keep_freed_memory(0)` goes back to the default: freed memory returns to the
    operating system at once.

    Returns:
        Whether the setting took effect; False where the C library is not glibc.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return bool(mallopt(_M_TRIM_THRESHOLD, limit)) and bool(mallopt(_M_MMAP_THRESHOLD, limit or 128 * 1024))
