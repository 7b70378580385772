"""distributed: PyTorch's names for many processes, in the case of one.

A program that may run on many machines runs here as the only process, number 0 of 1: a sum over all processes is
the tensor itself. More processes are refused.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import Enum
from typing import Any

from .backend.absent import names_missing
from .tensor import Tensor

__all__ = [
    "ReduceOp",
    "all_gather",
    "all_gather_object",
    "all_reduce",
    "barrier",
    "broadcast",
    "broadcast_object_list",
    "destroy_process_group",
    "gather",
    "get_backend",
    "get_rank",
    "get_world_size",
    "init_process_group",
    "is_available",
    "is_initialized",
    "is_nccl_available",
    "is_torchelastic_launched",
    "reduce",
]

_started: list[str] = []
"""The backend that the program asked for, while it has a process group."""


class ReduceOp(Enum):
    """How numbers of several processes become one. Of one process they are its numbers."""

    SUM = "sum"
    AVG = "avg"
    PRODUCT = "product"
    MIN = "min"
    MAX = "max"


def is_available() -> bool:
    """Whether these functions are there: True."""
    return True


def is_nccl_available() -> bool:
    """Whether GPUs can talk to each other: False."""
    return False


def is_torchelastic_launched() -> bool:
    """Whether `torchrun` started this program: False."""
    return False


def is_initialized() -> bool:
    """Whether `init_process_group` was called."""
    return bool(_started)


def init_process_group(
    backend: str | None = None,
    init_method: str | None = None,
    timeout: Any = None,
    world_size: int = -1,
    rank: int = -1,
    **settings: Any,
) -> None:
    """Begin to work with others; there are none.

    Args:
        backend, init_method, timeout, settings: as PyTorch's; they have no effect.
        world_size: how many processes there are; by default what the environment variable WORLD_SIZE says, or 1.
        rank: the number of this one.

    Raises:
        RuntimeError: there are several processes, or `init_process_group` was called before.
    """
    size = int(os.environ.get("WORLD_SIZE", 1)) if world_size < 0 else world_size
    if size > 1:
        raise RuntimeError(
            f"init_process_group: {size} processes are wanted; this version works with one, so start one"
        )
    if _started:
        raise RuntimeError("init_process_group: it was called before; call destroy_process_group() first")
    _started.append(backend or "gloo")


def destroy_process_group(group: Any = None) -> None:
    """End the work with others."""
    _started.clear()


def get_rank(group: Any = None) -> int:
    """The number of this process: 0."""
    return 0


def get_world_size(group: Any = None) -> int:
    """The number of processes: 1."""
    return 1


def get_backend(group: Any = None) -> str:
    """The backend that `init_process_group` was given.

    Raises:
        RuntimeError: it was not called.
    """
    if not _started:
        raise RuntimeError("get_backend: there is no process group; call init_process_group() first")
    return _started[-1]


def barrier(group: Any = None, async_op: bool = False, device_ids: Any = None) -> None:
    """Wait for all processes: for none."""


def all_reduce(tensor: Tensor, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False) -> None:
    """Combine the tensors of all processes in place: leave it as it is."""


def reduce(tensor: Tensor, dst: int = 0, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False) -> None:
    """Combine the tensors of all processes in process `dst`, in place: leave it as it is."""


def broadcast(tensor: Tensor, src: int = 0, group: Any = None, async_op: bool = False) -> None:
    """Give all processes the tensor of process `src`: leave it as it is."""


def all_gather(tensor_list: Sequence[Tensor], tensor: Tensor, group: Any = None, async_op: bool = False) -> None:
    """Copy the tensors of all processes into a list: of this one into its only element."""
    tensor_list[0].detach().copy_(tensor.detach())


def gather(tensor: Tensor, gather_list: Sequence[Tensor] | None = None, dst: int = 0, group: Any = None) -> None:
    """Copy the tensors of all processes into a list of process `dst`: of this one into its only element."""
    if gather_list:
        all_gather(gather_list, tensor)


def all_gather_object(object_list: list[Any], obj: Any, group: Any = None) -> None:
    """Write what all processes have into a list: what this one has into its only element."""
    object_list[0] = obj


def broadcast_object_list(object_list: list[Any], src: int = 0, group: Any = None, device: Any = None) -> None:
    """Give all processes the list of process `src`: leave it as it is."""


__getattr__ = names_missing(__name__)
