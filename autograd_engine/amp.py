"""amp: mixed precision, for programs that ask for it. Everything is computed in the dtype of its operands.

Half precision gains on GPUs. So a block of `autocast` computes as it would without, which the log says once, and a
`GradScaler` scales by 1: its methods do what is left of theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ContextDecorator
from typing import Any, TypeVar

from .backend.absent import without_effect
from .backend.device import device
from .optim.optimizer import Optimizer

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd", "is_autocast_available"]

T = TypeVar("T")


class autocast(ContextDecorator):
    """A `with` block, or a decorator, in which PyTorch would compute in half precision. Here it changes nothing.

    Args:
        device_type: "cpu" or "cuda".
        dtype, cache_enabled: as PyTorch's.
        enabled: whether half precision is wanted; if not, the log does not say that it is not there.

    Raises:
        ValueError: there is no such kind of devices.

    Example:
        >>> with ag.amp.autocast("cpu", enabled=False):
        ...     (ones(2, 2) @ ones(2, 2)).dtype
        float32
    """

    def __init__(
        self, device_type: str, dtype: Any = None, enabled: bool = True, cache_enabled: bool | None = None
    ) -> None:
        self.device = device(device_type).type
        self.fast_dtype = dtype
        self.enabled = enabled

    def __enter__(self) -> autocast:
        if self.enabled:
            without_effect("autocast", "everything is computed in the dtype of its operands, such as float32")
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing was changed."""


class GradScaler:
    """What keeps gradients of half precision from becoming 0, by a factor on the loss. Here the factor is 1.

    Args:
        device, init_scale, growth_factor, backoff_factor, growth_interval, enabled: as PyTorch's, without
            effect.

    Example:
        >>> scaler, w = ag.amp.GradScaler("cpu"), tensor([1.0], requires_grad=True)
        >>> optimizer = SGD([w], lr=0.5)
        >>> scaler.scale(w.sum()).backward()
        >>> scaler.step(optimizer)
        >>> scaler.update()
        >>> w
        tensor([0.5000], requires_grad=True)
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 65536.0,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        """There is no state."""

    def scale(self, outputs: T) -> T:
        """The outputs as they are."""
        return outputs

    def unscale_(self, optimizer: Optimizer) -> None:
        """Leave the gradients as they are."""

    def step(self, optimizer: Optimizer, *args: Any, **kwargs: Any) -> Any:
        """Call `optimizer.step` with these arguments."""
        return optimizer.step(*args, **kwargs)

    def update(self, new_scale: Any = None) -> None:
        """Leave the factor at 1."""

    def get_scale(self) -> float:
        """The factor: 1."""
        return 1.0

    def is_enabled(self) -> bool:
        """Whether the loss is scaled: False."""
        return False

    def state_dict(self) -> dict[str, Any]:
        """Nothing, as of PyTorch's scaler that is not enabled."""
        return {}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Forget a state: the factor stays 1."""


def custom_fwd(
    fwd: Callable[..., T] | None = None, *, device_type: str = "cuda", cast_inputs: Any = None
) -> Callable[..., Any]:
    """The `forward` of a `Function` as it is; also with arguments, `@custom_fwd(device_type="cuda")`."""
    return fwd if fwd is not None else lambda function: function


def custom_bwd(bwd: Callable[..., T] | None = None, *, device_type: str = "cuda") -> Callable[..., Any]:
    """The `backward` of a `Function` as it is; also with arguments."""
    return bwd if bwd is not None else lambda function: function


def is_autocast_available(device_type: str) -> bool:
    """Whether `autocast` computes in half precision: False."""
    return False
