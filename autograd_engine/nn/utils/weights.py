"""weight_norm and spectral_norm in PyTorch's older form: a hook computes the weight before each call.

What is learned has PyTorch's older names, weight_g and weight_v, or weight_orig, so that older files load.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.modes import no_grad
from ...tensor import Tensor
from ..module import Module
from ..parameter import Parameter
from .parametrizations import SpectralNorm, norm_except

__all__ = ["remove_spectral_norm", "remove_weight_norm", "spectral_norm", "weight_norm"]


class _OlderSpectralNorm(SpectralNorm):
    """The older form begins each step with the other vector."""

    def iterate(self, matrix: Tensor, times: int) -> None:
        """Bring u and v nearer to the singular vectors of the largest singular value."""
        with no_grad():
            u, v = self._u, self._v
            for _ in range(times):
                v = self.unit(matrix.mT @ u)
                u = self.unit(matrix @ v)
            self._u.copy_(u)
            self._v.copy_(v)


class _Recipe:
    """How a module's weight is computed before each call, and of what."""

    def __init__(
        self, module: Module, name: str, learned: dict[str, Tensor], compute: Callable[..., Tensor]
    ) -> None:
        self.name, self.learned, self.compute = name, [f"{name}_{ending}" for ending in learned], compute
        requires_grad = getattr(module, name).requires_grad
        del module.__dict__[name]
        for full, value in zip(self.learned, learned.values(), strict=True):
            module.register_parameter(full, Parameter(value.detach(), requires_grad))
        self(module, ())
        self.handle = module.register_forward_pre_hook(self)

    def value(self, module: Any) -> Tensor:
        """The weight."""
        return self.compute(*(getattr(module, full) for full in self.learned))

    def __call__(self, module: Any, inputs: Any) -> None:
        setattr(module, self.name, self.value(module))


def _recipe(module: Module, name: str, kind: str) -> _Recipe:
    for hook in (module._hooks or {}).values():
        if isinstance(hook.function, _Recipe) and hook.function.name == name:
            return hook.function
    raise ValueError(f"{kind}: {type(module).__name__}.{name} is not normalized")


def _weight(module: Module, name: str, kind: str) -> Parameter:
    weight = module.__dict__.get(name)
    if not isinstance(weight, Parameter):
        raise ValueError(f"{kind}: {type(module).__name__} has no parameter {name!r}")
    return weight


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Learn the length and the direction of a weight, `weight_g` and `weight_v`; returns the module. See
    `parametrizations.weight_norm`, the newer form.

    Raises:
        ValueError: there is no such parameter.

    Example:
        >>> [name for name, _ in nn.utils.weight_norm(nn.Linear(2, 3)).named_parameters()]
        ['bias', 'weight_g', 'weight_v']
    """
    weight = _weight(module, name, "weight_norm")
    parts = {"g": norm_except(weight.detach(), dim), "v": weight.detach()}
    _Recipe(module, name, parts, lambda g, v: v * (g / norm_except(v, dim)))
    return module


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Divide a weight, `weight_orig`, by its largest singular value; returns the module. See
    `parametrizations.spectral_norm`, the newer form.

    Raises:
        ValueError: there is no such parameter.

    Example:
        >>> [name for name in nn.utils.spectral_norm(nn.Linear(2, 3)).state_dict()]
        ['bias', 'weight_orig', 'weight_u', 'weight_v']
    """
    weight = _weight(module, name, "spectral_norm")
    if dim is None:
        dim = 1 if type(module).__name__.startswith("ConvTranspose") else 0
    norm = _OlderSpectralNorm(weight.detach(), n_power_iterations, dim, eps)
    module.register_buffer(f"{name}_u", norm._u)
    module.register_buffer(f"{name}_v", norm._v)

    def compute(original: Tensor) -> Tensor:
        norm.training, norm._u, norm._v = (
            module.training,
            getattr(module, f"{name}_u"),
            getattr(module, f"{name}_v"),
        )
        return norm(original)

    _Recipe(module, name, {"orig": weight}, compute)
    return module


def remove_weight_norm(module: Module, name: str = "weight") -> Module:
    """Make the weight an ordinary parameter again, of its present value; returns the module.

    Raises:
        ValueError: it is not normalized.
    """
    recipe = _recipe(module, name, "remove_weight_norm")
    recipe.handle.remove()
    value = recipe.value(module).detach()
    for full in recipe.learned:
        del module.__dict__[full]
    module.__dict__.pop(name, None)
    module.register_parameter(name, Parameter(value))
    return module


def remove_spectral_norm(module: Module, name: str = "weight") -> Module:
    """Make the weight an ordinary parameter again, of its present value; returns the module.

    Raises:
        ValueError: it is not normalized.
    """
    remove_weight_norm(module, name)
    for ending in ("u", "v"):
        del module.__dict__[f"{name}_{ending}"]
    module._buffers = {key: kept for key, kept in module._buffers.items() if key not in (f"{name}_u", f"{name}_v")}
    return module
