"""All parameters of a model as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable

from ...ops.shape import cat
from ...tensor import Tensor

__all__ = ["parameters_to_vector", "vector_to_parameters"]


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """The elements of all parameters in one vector, recorded like any operation.

    Raises:
        ValueError: there are no parameters.

    Example:
        >>> nn.utils.parameters_to_vector([tensor([[1.0, 2.0]]), tensor(3.0)])
        tensor([1., 2., 3.])
    """
    vector: Tensor = cat([p.reshape(-1) for p in parameters])
    return vector


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Give the parameters the values of a vector, as `parameters_to_vector` laid them out.

    Afterwards they are views of the vector's memory, as in PyTorch: pass a `clone()` to keep it apart.

    Raises:
        TypeError: `vec` is not a tensor.
        ValueError: the vector and the parameters differ in size; nothing has changed.

    Example:
        >>> w, b = zeros(1, 2), zeros(())
        >>> nn.utils.vector_to_parameters(tensor([1.0, 2.0, 3.0]), [w, b])
        >>> w, b
        (tensor([[1., 2.]]), tensor(3.))
    """
    if not isinstance(vec, Tensor):
        raise TypeError(f"vec must be a tensor, not a {type(vec).__name__}")
    params = list(parameters)
    size = sum(p.numel() for p in params)
    if vec.shape != (size,):
        raise ValueError(f"a vector of shape {tuple(vec.shape)} does not fit parameters with {size} elements")
    values = vec.detach()
    start = 0
    for p in params:
        p.data = values[start : start + p.numel()].reshape(p.shape)
        start += p.numel()
