"""The base of all schedules: count epochs, and write what `get_lr` says into the optimizer's groups."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType
from typing import Any, TypeVar

from ...backend.captures import current
from ..optimizer import Optimizer

F = TypeVar("F", bound=Callable[..., Any])


def outside_captures(step: F) -> F:
    """The step of a schedule, which is refused while a graph is captured: a replay would not repeat it."""

    @functools.wraps(step)
    def refusing(self: Any, *args: Any, **kwargs: Any) -> Any:
        if current() is not None:
            raise RuntimeError(
                f"{type(self).__name__}.step() is no work of the GPU, and a captured graph would not repeat it; "
                "step the schedule after the captured step, outside"
            )
        return step(self, *args, **kwargs)

    return refusing  # type: ignore[return-value]


class LRScheduler:
    """The base of all schedules. A subclass defines `get_lr`; it may use the attributes.

    Making one sets the learning rates of the first epoch. A step moves on to the next epoch, whatever the user
    calls an epoch: many schedules are meant to step after each batch.

    Args:
        optimizer: whose learning rates are set.
        last_epoch: -1 to begin; to resume, the epoch after which to go on. Then the optimizer's groups must have
            an "initial_lr", which is in its `state_dict()`, and the learning rates of the epoch that comes next.
            `load_state_dict` is easier.

    Attributes:
        last_epoch: the present epoch, counted from 0.
        base_lrs: the learning rate of each group before any schedule.

    Raises:
        TypeError: not an optimizer.
        KeyError: resuming, and a group has no "initial_lr".

    Example:
        >>> class Halved(optim.lr_scheduler.LRScheduler):
        ...     def get_lr(self):
        ...         return [lr * 0.5**self.last_epoch for lr in self.base_lrs]
        >>> optimizer = optim.SGD([tensor([1.0], requires_grad=True)], lr=0.4)
        >>> scheduler = Halved(optimizer)
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.2]
    """

    optimizer: Optimizer
    last_epoch: int
    _step_count: int
    _last_lr: list[float]
    _is_initial: bool = False

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise KeyError(
                    f"group {i} has no 'initial_lr', which a schedule that goes on after epoch {last_epoch} needs: "
                    "load the optimizer's state first"
                )
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._initial_step()

    def _initial_step(self) -> None:
        """Enter the first epoch."""
        self._step_count = 0
        self._is_initial = True
        self.step()
        self._is_initial = False

    def get_lr(self) -> list[float]:
        """The learning rate of each group in epoch `last_epoch`; `group["lr"]` still is that of the one before."""
        raise NotImplementedError(f"{type(self).__name__} does not define get_lr()")

    def _restart_lr(self) -> list[float]:
        """The learning rate of each group in epoch 0, whatever it was before."""
        return self.get_lr()

    def get_last_lr(self) -> list[float]:
        """The learning rate of each group, as it was set last."""
        return self._last_lr

    @outside_captures
    def step(self) -> None:
        """Enter the next epoch.

        Warns:
            UserWarning: the optimizer took no step in the first epoch, so that its learning rate was not used.
        """
        if self._step_count == 1:
            self._expect_a_step()
        self._step_count += 1
        self.last_epoch += 1
        self._set(self.get_lr())

    def _expect_a_step(self) -> None:
        optimizer = self.optimizer
        if type(optimizer).step is Optimizer.step and not optimizer._stepped:
            warnings.warn(
                "lr_scheduler.step() was called before optimizer.step(): the first learning rate of the schedule "
                "was never used. Step the optimizer first",
                stacklevel=4,  # past the decorator of `step`
            )

    def _undo(self) -> None:
        """Take back the epoch that was entered last, but not the learning rates, which the caller sets."""
        self.last_epoch -= 1

    def _restart(self) -> None:
        """Enter epoch 0."""
        self.last_epoch = 0
        self._set(self._restart_lr())

    def _set(self, lrs: Sequence[float]) -> None:
        for group, lr in zip(self.optimizer.param_groups, lrs, strict=True):
            group["lr"] = lr
        self._note()

    def _note(self) -> None:
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """All attributes but the optimizer. Functions are left out; of callable objects, attributes are saved."""
        return {name: _saved(value) for name, value in self.__dict__.items() if name != "optimizer"}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from a `state_dict()`, ours or PyTorch's. Load the optimizer's too: it holds the learning rates."""
        for name, saved in state_dict.items():
            self.__dict__[name] = _restored(self.__dict__.get(name), saved)


def _saved(value: Any) -> Any:
    if isinstance(value, LRScheduler):
        return value.state_dict()
    if callable(value):
        return None if isinstance(value, FunctionType) else value.__dict__.copy()
    return [_saved(item) for item in value] if isinstance(value, list) else value


def _restored(own: Any, saved: Any) -> Any:
    """The value of an attribute: what was saved, but schedules and functions stay the objects they are."""
    if isinstance(own, LRScheduler):
        own.load_state_dict(saved)
        return own
    if callable(own):
        own.__dict__.update(saved or {})
        return own
    if isinstance(own, list) and isinstance(saved, list) and len(own) == len(saved):
        return [_restored(a, b) for a, b in zip(own, saved, strict=True)]
    return saved


def check_optimizer(optimizer: Any) -> None:
    """Raise TypeError for what is no optimizer."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"a schedule belongs to an optimizer, not to a {type(optimizer).__name__}")


def for_groups(name: str, optimizer: Optimizer, value: Any) -> list[Any]:
    """One value per group: a list as it is, anything else for all.

    Raises:
        TypeError: not an optimizer.
        ValueError: a list of another length.
    """
    check_optimizer(optimizer)
    count = len(optimizer.param_groups)
    if not isinstance(value, list | tuple):
        return [value] * count
    if len(value) != count:
        raise ValueError(f"{name} has {len(value)} values, the optimizer {count} groups")
    return list(value)
