"""Averages of weights over a training.

The mean of the weights that the optimizer went through, or a running mean (EMA), often generalizes better than
the last of them. An averaged model is a module, so this is the one file of `optim` that imports `nn`.

Source: Izmailov et al., "Averaging weights leads to wider optima and better generalization" (2018).
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..engine.modes import no_grad
from ..nn.module import Module
from ..nn.normalization import BatchNorm1d, BatchNorm2d, BatchNorm3d
from ..tensor import Tensor
from ..tensor.creation import tensor
from .lr_scheduler import LRScheduler
from .lr_scheduler.scheduler import for_groups
from .optimizer import Optimizer

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]

AvgFn = Callable[[Tensor, Tensor, Any], Tensor]
"""The new mean, of the old one, the new values, and how many were averaged before."""

MultiAvgFn = Callable[[Sequence[Tensor], Sequence[Tensor], Any], None]
"""The same for lists of tensors, in place."""


def get_swa_avg_fn() -> AvgFn:
    """The mean of all: mean + (new - mean) / (n + 1)."""

    def average(averaged: Tensor, current: Tensor, num_averaged: Any) -> Tensor:
        with no_grad():
            return averaged + (current - averaged) / (num_averaged + 1)

    return average


def get_ema_avg_fn(decay: float = 0.999) -> AvgFn:
    """The running mean: decay mean + (1 - decay) new.

    Raises:
        ValueError: decay is not in [0, 1].

    Example:
        >>> get_ema_avg_fn(0.9)(tensor(1.0), tensor(2.0), 5)
        tensor(1.1000)
    """
    if not 0.0 <= decay <= 1.0:
        raise ValueError(f"decay must lie in [0, 1], not {decay}")

    def average(averaged: Tensor, current: Tensor, num_averaged: Any) -> Tensor:
        with no_grad():
            return decay * averaged + (1 - decay) * current

    return average


def _of_many(average: AvgFn) -> MultiAvgFn:
    def average_all(averaged: Sequence[Tensor], current: Sequence[Tensor], num_averaged: Any) -> None:
        with no_grad():
            for mean, new in zip(averaged, current, strict=True):
                mean.copy_(average(mean, new, num_averaged))

    return average_all


def get_swa_multi_avg_fn() -> MultiAvgFn:
    """`get_swa_avg_fn` for lists of tensors, in place."""
    return _of_many(get_swa_avg_fn())


def get_ema_multi_avg_fn(decay: float = 0.999) -> MultiAvgFn:
    """`get_ema_avg_fn` for lists of tensors, in place.

    Raises:
        ValueError: decay is not in [0, 1].
    """
    return _of_many(get_ema_avg_fn(decay))


class AveragedModel(Module):
    """A copy of a model whose parameters are the mean of those at each `update_parameters`.

    Args:
        model: what to average. It is copied, and stays as it is.
        device: where the copy lies.
        avg_fn: the mean of one tensor; `get_swa_avg_fn()` by default, `get_ema_avg_fn()` for a running mean.
        multi_avg_fn: the mean of lists of tensors, in place of `avg_fn`.
        use_buffers: whether to average buffers too; else they are those of the model.

    Attributes:
        module: the copy.
        n_averaged: how many models were averaged.

    Raises:
        ValueError: both `avg_fn` and `multi_avg_fn` are given.

    Example:
        >>> model = nn.Linear(1, 1)
        >>> averaged = AveragedModel(model)
        >>> for value in (1.0, 2.0, 6.0):
        ...     _ = nn.init.constant_(model.weight, value)
        ...     averaged.update_parameters(model)
        >>> averaged.module.weight.item()
        3.0
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: AvgFn | None = None,
        multi_avg_fn: MultiAvgFn | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise ValueError("AveragedModel takes one of avg_fn and multi_avg_fn, not both")
        self.module = copy.deepcopy(model)
        if device is not None:
            self.module.to(device=device)
        self.register_buffer("n_averaged", tensor(0, device=device))
        self.multi_avg_fn = multi_avg_fn or _of_many(avg_fn or get_swa_avg_fn())
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """The result of the averaged model."""
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Let the parameters of `model` enter the mean; the first time, copy them."""
        own, others = ([*m.parameters(), *m.buffers()] for m in (self.module, model))
        pairs = [(mean.detach(), new.detach()) for mean, new in zip(own, others, strict=True)]
        count = len(pairs) if self.use_buffers else len(list(model.parameters()))
        if self.n_averaged.item() == 0:
            count = 0
        for dtype in dict.fromkeys(mean.dtype for mean, _ in pairs[:count]):
            means, news = zip(*(pair for pair in pairs[:count] if pair[0].dtype == dtype), strict=True)
            self.multi_avg_fn(means, news, self.n_averaged)
        for mean, new in pairs[count:]:
            mean.copy_(new)
        self.n_averaged.add_(1)


def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Compute the running statistics of all `BatchNorm` layers anew, as the means over the batches of a loader.

    An averaged model needs this: in training no batch went through it.

    Args:
        loader: batches of inputs, or of lists or tuples whose first item is the input.
        model: called in training mode, and nothing is recorded.
        device: where to move the inputs.
    """
    layers = [m for m in model.modules() if isinstance(m, BatchNorm1d | BatchNorm2d | BatchNorm3d)]
    if not layers:
        return
    before = model.training, [layer.momentum for layer in layers]
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # the mean over all batches
    model.train()
    try:
        with no_grad():
            for batch in loader:
                inputs = batch[0] if isinstance(batch, list | tuple) else batch
                model(inputs if device is None else inputs.to(device))
    finally:
        model.train(before[0])
        for layer, momentum in zip(layers, before[1], strict=True):
            layer.momentum = momentum


class SWALR(LRScheduler):
    """Move the learning rates from where they are to `swa_lr` in `anneal_epochs` epochs, and leave them there.

    Args:
        optimizer, last_epoch: as for `LRScheduler`.
        swa_lr: the learning rate to reach; a list for one per group.
        anneal_epochs: in how many epochs; 0 for at once.
        anneal_strategy: along a cosine, "cos", or a straight line, "linear".

    Raises:
        ValueError: an unknown strategy, or `anneal_epochs` is negative.

    Example:
        >>> optimizer = optim.SGD([tensor([1.0], requires_grad=True)], lr=1.0)
        >>> scheduler = SWALR(optimizer, swa_lr=0.5, anneal_epochs=2, anneal_strategy="linear")
        >>> for epoch in range(4):
        ...     print(scheduler.get_last_lr(), end=" ")
        ...     optimizer.step()
        ...     scheduler.step()
        [1.0] [0.75] [0.5] [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float | list[float],
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be 'cos' or 'linear', not {anneal_strategy!r}")
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be an integer of at least 0, not {anneal_epochs!r}")
        for group, lr in zip(optimizer.param_groups, for_groups("swa_lr", optimizer, swa_lr), strict=True):
            group["swa_lr"] = lr
        self.anneal_epochs = anneal_epochs
        self._anneal_strategy = anneal_strategy
        super().__init__(optimizer, last_epoch)

    def _way(self, epoch: int) -> float:
        """How much of the way to swa_lr is done."""
        part = max(0.0, min(1.0, epoch / self.anneal_epochs)) if self.anneal_epochs else float(epoch >= 0)
        return part if self._anneal_strategy == "linear" else (1 - math.cos(math.pi * part)) / 2

    def get_lr(self) -> list[float]:
        """The learning rates, moved on along the way that is left to them."""
        groups, epoch = self.optimizer.param_groups, self.last_epoch
        before, now = self._way(epoch - 1), self._way(epoch)
        if self._is_initial and epoch > 0:
            left = 1.0
        else:
            left = (1 - now) / (1 - before) if before < 1 else 0.0
        return [group["swa_lr"] + (group["lr"] - group["swa_lr"]) * left for group in groups]
