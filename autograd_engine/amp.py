"""amp: mixed precision on a GPU. Products of matrices in float16, on its tensor cores, what needs more in float32.

`autocast` chooses the dtypes, operator by operator (`ops.autocast` has the list). `GradScaler` multiplies the loss
by a large factor, so that small gradients of float16 do not become 0, and takes it out of the gradients again.
On the CPU a block of `autocast` changes nothing, which the log says once: NumPy computes float16 slower than
float32, and has no bfloat16.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ContextDecorator, contextmanager
from typing import Any, NamedTuple, TypeVar

import numpy as np

from .backend import captures, gpu
from .backend.absent import without_effect
from .backend.device import device, device_of, placed, working_on
from .backend.kinds import kind_of
from .backend.nvidia import cublas
from .engine.modes import no_grad
from .engine.results import make_tensor
from .func.structure import map_structure
from .ops.autocast import Mixed, current, entered, left
from .ops.operands import to_dtype
from .optim.optimizer import Optimizer
from .tensor import Tensor

__all__ = [
    "GradScaler",
    "autocast",
    "custom_bwd",
    "custom_fwd",
    "is_autocast_available",
]

T = TypeVar("T")


@contextmanager
def _block(asked: Mixed | None) -> Iterator[None]:
    """A context in which operators compute as `asked` says."""
    state = entered(asked)
    before = gpu.round_factors("bfloat16" if asked is not None and asked.lower is None else None)
    try:
        yield
    finally:
        gpu.round_factors(before)
        left(state)


class autocast(ContextDecorator):
    """A `with` block, or a decorator, in which operators on a GPU compute in the precision that each needs.

    - Products of matrices, `linear`, convolutions, attention and recurrent layers compute in float16. A weight is
      brought to float16 once in a block, and its gradient arrives in float32.
    - Losses, norms, softmax, exponentials, logarithms, powers and sums compute in float32.
    - The others compute in the dtype of their operands.

    With `dtype=bfloat16` all tensors stay float32, for NumPy and CuPy have no bfloat16: products round their
    factors to bfloat16, on the tensor cores, and add up in float32, in all threads. They need cublasLt for it.

    The forward pass and the loss belong into the block, the backward pass does not.

    Args:
        device_type: "cuda"; for "cpu" the block changes nothing.
        dtype: float16, the default, or bfloat16.
        enabled: False for a block in which nothing of this happens, also inside of another one.
        cache_enabled: whether the float16 of a weight is kept until the end of the outermost block.

    Raises:
        ValueError: there is no such kind of devices.

    Warns:
        UserWarning: the dtype is another; then the block changes nothing.

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
        self._name = "float16" if dtype is None else getattr(dtype, "name", str(dtype))
        if enabled and self._name not in ("float16", "bfloat16"):
            warnings.warn(f"autocast knows float16 and bfloat16, not {dtype}; it changes nothing", stacklevel=2)
            self.enabled = False
        self._keeps = cache_enabled is not False
        self._blocks: list[Any] = []

    def __enter__(self) -> autocast:
        block = _block(self._asked())
        block.__enter__()
        self._blocks.append(block)
        return self

    def __exit__(self, *error: object) -> None:
        self._blocks.pop().__exit__(None, None, None)

    def _asked(self) -> Mixed | None:
        """What the block asks for; None where it changes nothing, which is said in the log."""
        if not self.enabled:
            return None
        if self.device != "cuda" or gpu.reason_without():
            without_effect("autocast", "everything is computed in the dtype of its operands, such as float32")
            return None
        if self._name == "bfloat16":
            if reason := cublas.library.reason_without():
                without_effect("autocast(dtype=bfloat16)", f"products need cublasLt for it, and {reason}")
            return Mixed("bfloat16", None, None)
        outer = current()
        kept = {} if outer is None or outer.kept is None else outer.kept
        return Mixed("float16", np.dtype(np.float16), kept if self._keeps else None)


def is_autocast_available(device_type: str) -> bool:
    """Whether `autocast` computes in half precision: on a GPU of CUDA's, if there is one."""
    return device(device_type).type == "cuda" and gpu.reason_without() is None


def custom_fwd(
    fwd: Callable[..., T] | None = None, *, device_type: str = "cuda", cast_inputs: Any = None
) -> Callable[..., Any]:
    """Decorate the `forward` of a `Function` that is called in blocks of `autocast`; also with arguments.

    Args:
        fwd: the function.
        device_type: the kind of devices whose tensors are meant.
        cast_inputs: a dtype: inside of a block, floating tensors come in this dtype (float64 stays), and the
            function computes as if there were no block. Without it, it computes as the block says.
    """
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)
    where = device(device_type).type

    def brought(item: Any) -> Any:
        if not isinstance(item, Tensor) or item.device.type != where or item.array.dtype.kind != "f":
            return item
        return item if item.array.dtype.itemsize == 8 else to_dtype(item, cast_inputs)

    @functools.wraps(fwd)
    def forward(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        ctx.autocast_block = asked = current()
        if cast_inputs is None or asked is None:
            return fwd(ctx, *args, **kwargs)
        ctx.autocast_block = None
        args, kwargs = map_structure(brought, (args, kwargs))
        with _block(None):
            return fwd(ctx, *args, **kwargs)

    return forward


def custom_bwd(bwd: Callable[..., T] | None = None, *, device_type: str = "cuda") -> Callable[..., Any]:
    """Decorate the `backward` of a `Function` whose `forward` has `custom_fwd`: it computes as that did; also with
    arguments."""
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)

    @functools.wraps(bwd)
    def backward(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        asked = ctx.autocast_block
        with _block(None if asked is None else asked._replace(kept=None)):
            return bwd(ctx, *args, **kwargs)

    return backward


# ------------------------------------------------------------------------------------------- the scaler


class _Checked(NamedTuple):
    """What was done with an optimizer's gradients since the last update.

    Attributes:
        found: for each device whether a gradient is not finite there.
        is_stepped: whether the optimizer was asked to step.
    """

    found: list[Any]
    is_stepped: bool


def _any(found: list[Any]) -> Any:
    """Whether one is true, of truth values on one device."""
    return kind_of(found[0]).joined([value.reshape(1) for value in found], 0).any()


class GradScaler:
    """What keeps small gradients of float16 from becoming 0, by a factor on the loss; the factor grows as long as
    no gradient becomes infinite by it, and falls when one does.

    In a step, `scale(loss).backward()`, `step(optimizer)` and `update()` follow each other. `step` divides the
    gradients by the factor, and leaves the optimizer out if one of them is infinite or NaN. To know that it waits
    for the GPU, once; nothing else here does but `get_scale` and `state_dict`.

    Args:
        device: "cuda", or "cpu".
        init_scale: the factor at the beginning.
        growth_factor: by what it is multiplied after `growth_interval` updates without an infinite gradient.
        backoff_factor: by what it is multiplied when there is one.
        growth_interval: see `growth_factor`.
        enabled: if not, the factor is 1, and nothing is looked at.

    Raises:
        ValueError: the factors would not let it grow and fall.

    Warns:
        UserWarning: the device is "cuda" and there is no GPU; then it is not enabled.

    Example:
        >>> scaler, w = ag.amp.GradScaler("cpu"), tensor([1.0], requires_grad=True)
        >>> optimizer = SGD([w], lr=0.5)
        >>> scaler.scale(w.sum()).backward()
        >>> w.grad
        tensor([65536.])
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
        if enabled and not (growth_factor > 1.0 > backoff_factor):
            raise ValueError(
                f"GradScaler: growth_factor must be above 1 and backoff_factor below, not {growth_factor} and "
                f"{backoff_factor}"
            )
        if enabled and device == "cuda" and (reason := gpu.reason_without()):
            warnings.warn(f"GradScaler is enabled, but there is no GPU; it is disabled: {reason}", stacklevel=2)
            enabled = False
        self._device, self._enabled = device, enabled
        self._growth_factor, self._backoff_factor = growth_factor, backoff_factor
        self._growth_interval = growth_interval
        self._initial, self._count = init_scale, 0
        self._scale: Any = None
        self._tracker: Any = None
        self._checked: dict[int, _Checked] = {}

    def scale(self, outputs: T) -> T:
        """The outputs, a tensor or lists and tuples of them, times the factor."""
        if not self._enabled:
            return outputs

        def scaled(output: Any) -> Any:
            if not isinstance(output, Tensor):
                raise TypeError(f"GradScaler.scale takes tensors, not a {type(output).__name__}")
            if self._scale is None:
                self._refuse_captures("scale")
                kind = kind_of(output.array)
                self._scale = kind.number(self._initial, np.dtype(np.float32))
                self._tracker = kind.number(self._count, np.dtype(np.int32))
            return output * make_tensor(placed(self._scale, device_of(output.array)), None)

        return map_structure(scaled, outputs)

    def _refuse_captures(self, what: str) -> None:
        if captures.current() is not None:
            raise RuntimeError(
                f"GradScaler.{what} cannot be captured: whether a step is taken is read in Python; capture the "
                "rest, and let the optimizer step outside"
            )

    def _expect_a_scale(self, what: str) -> Any:
        self._refuse_captures(what)
        if self._scale is None:
            raise RuntimeError(f"GradScaler.{what} before scale: call scaler.scale(loss).backward() first")
        return self._scale

    def unscale_(self, optimizer: Optimizer) -> None:
        """Divide the gradients of an optimizer by the factor, to clip them before `step`, for example.

        Raises:
            RuntimeError: that was done since the last `update`, or nothing was scaled, or a graph is captured.
            ValueError: a gradient is float16; parameters stay float32, and `autocast` brings them to float16.
        """
        if not self._enabled:
            return
        scale = self._expect_a_scale("unscale_")
        if (checked := self._checked.get(id(optimizer))) is not None:
            done = "step()" if checked.is_stepped else "unscale_()"
            raise RuntimeError(f"unscale_() after {done} of this optimizer; call update() in between")
        gradients = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
        if any(gradient.dtype == np.float16 for gradient in gradients):
            raise ValueError("a gradient is float16: keep the parameters in float32, autocast does the rest")
        inverse = (1 / scale.astype(np.float64)).astype(np.float32)
        together: dict[Any, list[Any]] = {}
        for gradient in gradients:
            together.setdefault(device_of(gradient.array), []).append(gradient)
        found = []
        for where, there in together.items():
            with no_grad(), working_on(where):
                found.append(_any([~np.isfinite(gradient.array).all() for gradient in there]))
                for gradient in there:
                    gradient.mul_(make_tensor(placed(inverse, where), None))
        self._checked[id(optimizer)] = _Checked(found, False)

    def step(self, optimizer: Optimizer, *args: Any, **kwargs: Any) -> Any:
        """Call `optimizer.step` with these arguments, if all gradients are finite; before that divide them by the
        factor, unless `unscale_` did. Gives what it returns, or None.

        Raises:
            RuntimeError: the optimizer stepped since the last `update`, or has no gradients, or gets a closure.
            ValueError: see `unscale_`.
        """
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if args or kwargs.get("closure") is not None:
            raise RuntimeError("GradScaler.step takes no closure: it would compute gradients that nobody looks at")
        self._expect_a_scale("step")
        checked = self._checked.get(id(optimizer))
        if checked is not None and checked.is_stepped:
            raise RuntimeError("step() after step() of this optimizer; call update() in between")
        if checked is None:
            self.unscale_(optimizer)
            checked = self._checked[id(optimizer)]
        if not checked.found:
            raise RuntimeError("GradScaler.step: the optimizer has no gradients; call scale(loss).backward() first")
        result = None if any(bool(found) for found in checked.found) else optimizer.step(*args, **kwargs)
        self._checked[id(optimizer)] = checked._replace(is_stepped=True)
        return result

    def update(self, new_scale: float | Tensor | None = None) -> None:
        """Let the factor fall if a gradient was not finite since the last update, and else grow when it is time; or
        set it.

        Raises:
            RuntimeError: there were no gradients since the last update.
        """
        if not self._enabled:
            return
        scale = self._expect_a_scale("update")
        if new_scale is not None:
            value = new_scale.array if isinstance(new_scale, Tensor) else new_scale
            self._scale = kind_of(scale).asarray(value, np.dtype(np.float32)).reshape(())[()]
        else:
            where = device_of(scale)
            found = [placed(value, where) for checked in self._checked.values() for value in checked.found]
            if not found:
                raise RuntimeError("GradScaler.update: no gradients were looked at; call step(optimizer) first")
            self._adapt(scale.astype(np.float64), _any(found))
        self._checked = {}

    def _adapt(self, scale: Any, is_bad: Any) -> None:
        """Let the factor fall or grow, without a look at what was found."""
        asarray, steps = kind_of(scale).asarray, self._tracker + 1
        with np.errstate(over="ignore"):
            smaller, larger = (
                (scale * by).astype(np.float32) for by in (self._backoff_factor, self._growth_factor)
            )
        is_time = steps == self._growth_interval
        kept = np.where(is_time & np.isfinite(larger), larger, self._scale)
        self._scale = asarray(np.where(is_bad, smaller, kept), np.dtype(np.float32))[()]
        self._tracker = asarray(np.where(is_bad | is_time, 0, steps), np.dtype(np.int32))[()]

    def get_scale(self) -> float:
        """The factor, for which this waits; 1 if it is not enabled."""
        if not self._enabled:
            return 1.0
        return self._initial if self._scale is None else float(self._scale)

    def get_growth_factor(self) -> float:
        """By what the factor grows."""
        return self._growth_factor

    def set_growth_factor(self, new_factor: float) -> None:
        """Choose by what the factor grows."""
        self._growth_factor = new_factor

    def get_backoff_factor(self) -> float:
        """By what the factor falls."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor: float) -> None:
        """Choose by what the factor falls."""
        self._backoff_factor = new_factor

    def get_growth_interval(self) -> int:
        """After how many updates without an infinite gradient the factor grows."""
        return self._growth_interval

    def set_growth_interval(self, new_interval: int) -> None:
        """Choose after how many updates without an infinite gradient the factor grows."""
        self._growth_interval = new_interval

    def is_enabled(self) -> bool:
        """Whether the loss is scaled."""
        return self._enabled

    def state_dict(self) -> dict[str, Any]:
        """The factor and the settings, in PyTorch's form; empty if it is not enabled."""
        if not self._enabled:
            return {}
        return {
            "scale": self.get_scale(),
            "growth_factor": self._growth_factor,
            "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval,
            "_growth_tracker": self._count if self._tracker is None else int(self._tracker),
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from a `state_dict()`, ours or PyTorch's. If it is not enabled, this does nothing.

        Raises:
            RuntimeError: the state is empty, as that of one that is not enabled.
        """
        if not self._enabled:
            return
        if not state_dict:
            raise RuntimeError("GradScaler: the state is empty, as that of a scaler that is not enabled")
        self._initial, self._count = float(state_dict["scale"]), int(state_dict["_growth_tracker"])
        self._growth_factor, self._backoff_factor = state_dict["growth_factor"], state_dict["backoff_factor"]
        self._growth_interval = int(state_dict["growth_interval"])
        self._scale = self._tracker = None

    def __getstate__(self) -> dict[str, Any]:
        """A copy makes its own factor where it is used first.

        Raises:
            RuntimeError: it is between `scale` and `update`.
        """
        if self._checked:
            raise RuntimeError("a GradScaler is copied or pickled after update(), not in the middle of a step")
        state = {**vars(self), "_scale": None, "_tracker": None}
        if self._enabled:
            state["_initial"], state["_count"] = self.get_scale(), self.state_dict()["_growth_tracker"]
        return state
