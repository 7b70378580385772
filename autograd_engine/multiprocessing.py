"""multiprocessing: Python's own, under PyTorch's name. Tensors go to other processes as copies."""

from __future__ import annotations

import multiprocessing as _multiprocessing
from collections.abc import Callable
from typing import Any

__all__ = ["get_all_sharing_strategies", "get_sharing_strategy", "set_sharing_strategy", "spawn"]


def __getattr__(name: str) -> Any:
    """All names of Python's module."""
    return getattr(_multiprocessing, name)


def spawn(
    fn: Callable[..., Any],
    args: tuple[Any, ...] = (),
    nprocs: int = 1,
    join: bool = True,
    start_method: str = "spawn",
) -> None:
    """Call `fn(i, *args)` in processes i = 0, ..., nprocs - 1, and wait for all.

    Raises:
        ValueError: the processes are not to be waited for.
        RuntimeError: a process failed.
    """
    if not join:
        raise ValueError("spawn: join=False is not there; start the processes with multiprocessing.Process")
    context = _multiprocessing.get_context(start_method)
    processes = [context.Process(target=fn, args=(i, *args)) for i in range(nprocs)]  # type: ignore[attr-defined]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if failed := [i for i, process in enumerate(processes) if process.exitcode]:
        raise RuntimeError(
            f"spawn: process {failed[0]} of {nprocs} ended with code {processes[failed[0]].exitcode}"
        )


def get_all_sharing_strategies() -> set[str]:
    """How tensors may go to other processes: as copies."""
    return {"file_system"}


def get_sharing_strategy() -> str:
    """How tensors go to other processes: as copies."""
    return "file_system"


def set_sharing_strategy(new_strategy: str) -> None:
    """Choose how tensors go to other processes. It has no effect."""
