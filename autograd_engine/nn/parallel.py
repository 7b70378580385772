"""parallel: models on many devices, in the case of one: the model itself, inside a module as in PyTorch."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from .module import Module

__all__ = ["DataParallel", "DistributedDataParallel", "data_parallel"]


class DataParallel(Module):
    """A model that PyTorch would run on several GPUs. Here it runs where it lies.

    The model is the attribute `module`, so that names in `state_dict()` begin with "module.", as in PyTorch.

    Args:
        module: the model.
        device_ids, output_device, dim: for several devices; they have no effect.

    Example:
        >>> model = DataParallel(Linear(2, 3))
        >>> model(ones(1, 2)).shape, list(model.state_dict())
        ((1, 3), ['module.weight', 'module.bias'])
    """

    def __init__(self, module: Module, device_ids: Any = None, output_device: Any = None, dim: int = 0) -> None:
        super().__init__()
        self.module = module

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """What the model computes."""
        return self.module(*inputs, **kwargs)


class DistributedDataParallel(DataParallel):
    """A model that PyTorch would train in several processes. Here there is one; see `DataParallel`.

    Args:
        module: the model.
        device_ids, output_device, dim, settings: for several devices; they have no effect.
    """

    def __init__(
        self, module: Module, device_ids: Any = None, output_device: Any = None, dim: int = 0, **settings: Any
    ) -> None:
        super().__init__(module, device_ids, output_device, dim)

    def no_sync(self) -> AbstractContextManager[None]:
        """A block in which gradients are not added up over processes. There is one process."""
        return nullcontext()


def data_parallel(
    module: Module,
    inputs: Any,
    device_ids: Any = None,
    output_device: Any = None,
    dim: int = 0,
    module_kwargs: Any = None,
) -> Any:
    """What the module computes of `inputs`, a tuple of arguments or one argument."""
    arguments = inputs if isinstance(inputs, tuple) else (inputs,)
    return module(*arguments, **(module_kwargs or {}))
