"""The machine and the versions of the software that the results were measured with."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import threadpoolctl

from .libraries import Library

__all__ = ["describe", "on_cores"]


@contextmanager
def on_cores(count: int) -> Iterator[None]:
    """A context in which this process, and those it starts, use only `count` cores, if the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(allowed)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def describe(libraries: Sequence[Library], threads: int) -> dict[str, Any]:
    """The date, the machine, its load, and the versions of all libraries."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "load_before": psutil.getloadavg()[0],
        "system": platform.platform(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "threads": threads,
        "thread_pools": [
            {key: pool.get(key) for key in ("user_api", "internal_api", "version", "architecture", "num_threads")}
            for pool in threadpoolctl.threadpool_info()
        ],
        "versions": {name: _version(name) for name in ("numpy", "scipy", *(lib.distribution for lib in libraries))},
    }
