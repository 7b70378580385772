"""parametrizations: weights of a given direction and length, of spectral norm 1, and orthogonal matrices.

weight_norm      w = g v / |v|       (Salimans and Kingma, "Weight Normalization", 2016)
spectral_norm    w / sigma(w)        (Miyato et al., "Spectral Normalization for GANs", 2018)
orthogonal       exp of a skew-symmetric matrix, or its Cayley transform
"""

from __future__ import annotations

from typing import Any

from ...engine.modes import no_grad
from ...ops.linear_algebra.equations import solve
from ...ops.linear_algebra.matrix_functions import matrix_exp
from ...ops.linear_algebra.triangular import householder_product, qr
from ...ops.reduce import sum as total
from ...ops.shape import cat
from ...tensor import Tensor
from ...tensor.creation import eye, zeros, zeros_like
from ...tensor.random import randn
from ..module import Module
from .parametrize import register_parametrization

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]


def norm_except(v: Tensor, dim: int | None) -> Tensor:
    """The norm of all elements, or of those of each slice along `dim`, with sizes 1 in the other dimensions."""
    if dim is None or dim == -1:
        return total(v * v).sqrt()
    return total(v * v, tuple(d for d in range(v.ndim) if d != dim % v.ndim), True).sqrt()


class _WeightNorm(Module):
    """g v / |v|."""

    def __init__(self, dim: int | None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        """The weight, of its length and its direction."""
        return weight_v * (weight_g / norm_except(weight_v, self.dim))

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """The length and the direction of a weight."""
        return norm_except(weight, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Learn the length g and the direction v of a weight: w = g v / |v|; returns the module.

    Args:
        name: of the weight.
        dim: each slice along this dimension has a length of its own; None for one of the whole weight.

    Example:
        >>> layer = nn.utils.parametrizations.weight_norm(nn.Linear(20, 40))
        >>> layer.parametrizations.weight.original0.shape
        (40, 1)
    """
    return register_parametrization(module, name, _WeightNorm(dim), unsafe=True)


class SpectralNorm(Module):
    """w divided by its largest singular value, which a few steps of the power iteration estimate, more at each call
    in training mode.

    Args:
        weight: the weight as it is now; slices along `dim` become the rows of a matrix.
        n_power_iterations, dim, eps: see `spectral_norm`.
    """

    _u: Tensor
    _v: Tensor

    def __init__(self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        if n_power_iterations < 1:
            raise ValueError(f"spectral_norm: n_power_iterations must be at least 1, not {n_power_iterations}")
        self.n_power_iterations, self.dim, self.eps = n_power_iterations, dim % max(weight.ndim, 1), eps
        if weight.ndim > 1:
            rows, columns = self.matrix(weight).shape
            self.register_buffer("_u", self.unit(randn(rows, dtype=weight.dtype)))
            self.register_buffer("_v", self.unit(randn(columns, dtype=weight.dtype)))
            self.iterate(self.matrix(weight.detach()), 15)

    def matrix(self, weight: Tensor) -> Tensor:
        """The weight as a matrix."""
        return weight.movedim(self.dim, 0).flatten(1)

    def unit(self, vector: Tensor) -> Tensor:
        """The vector, divided by its norm."""
        return vector / vector.norm().clamp(min=self.eps)

    def iterate(self, matrix: Tensor, times: int) -> None:
        """Bring u and v nearer to the singular vectors of the largest singular value."""
        with no_grad():
            u, v = self._u, self._v
            for _ in range(times):
                u = self.unit(matrix @ v)
                v = self.unit(matrix.mT @ u)
            self._u.copy_(u)
            self._v.copy_(v)

    def forward(self, weight: Tensor) -> Tensor:
        """The weight, divided."""
        if weight.ndim < 2:
            return self.unit(weight)
        matrix = self.matrix(weight)
        if self.training:
            self.iterate(matrix.detach(), self.n_power_iterations)
        return weight / (self._u.clone() @ (matrix @ self._v.clone()))

    def right_inverse(self, value: Tensor) -> Tensor:
        """The weight itself: nothing tells what it was before it was divided."""
        return value


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Divide a weight by its largest singular value; returns the module.

    Args:
        name: of the weight.
        n_power_iterations: steps of the power iteration for each call in training mode.
        eps: the least norm that is divided by.
        dim: slices along it are the rows of the matrix; 0, and 1 for transposed convolutions.

    Raises:
        ValueError: there is no such weight, or fewer than one iteration.

    Example:
        >>> layer = nn.utils.parametrizations.spectral_norm(nn.Linear(20, 40))
        >>> 0.9 < ag.linalg.matrix_norm(layer.weight, 2).item() < 1.1
        True
    """
    weight: Any = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"{type(module).__name__} has no parameter {name!r} to normalize")
    if dim is None:
        dim = 1 if type(module).__name__.startswith("ConvTranspose") else 0
    return register_parametrization(module, name, SpectralNorm(weight, n_power_iterations, dim, eps))


def _made_orthogonal(matrix: Tensor) -> Tensor:
    """The orthogonal factor of a matrix, with the signs that make a matrix that is orthogonal itself."""
    Q, R = qr(matrix)
    return Q * R.diagonal(dim1=-2, dim2=-1).sign().unsqueeze(-2)


class _Orthogonal(Module):
    """A matrix with orthonormal columns, or rows if there are more columns than rows."""

    base: Tensor

    def __init__(self, orthogonal_map: str) -> None:
        super().__init__()
        self.orthogonal_map = orthogonal_map

    def forward(self, X: Tensor) -> Tensor:
        """The orthogonal matrix that the lower triangle of X stands for."""
        wide = X.shape[-2] < X.shape[-1]
        X = X.mT if wide else X
        n, k = X.shape[-2], X.shape[-1]
        if self.orthogonal_map == "householder":
            A = X.tril(-1)
            Q: Tensor = householder_product(A, 2 / (1 + total(A * A, -2)))
            Q = Q * X.detach().diagonal(dim1=-2, dim2=-1).sign().unsqueeze(-2)
        else:
            A = X.tril()
            if n != k:
                A = cat([A, zeros(*X.shape[:-2], n, n - k, dtype=X.dtype)], -1)
            A = A - A.mT
            if self.orthogonal_map == "matrix_exp":
                Q = matrix_exp(A)
            else:
                identity = eye(n, dtype=A.dtype)
                Q = solve(identity - A / 2, identity + A / 2)
            Q = Q[..., :k] if n != k else Q
        Q = self.base @ Q
        return Q.mT if wide else Q

    def right_inverse(self, Q: Tensor) -> Tensor:
        """Let the orthogonal matrix next to a value be the one to start from; returns what stands for it."""
        tall = Q.detach().mT if Q.shape[-2] < Q.shape[-1] else Q.detach()
        n, k = tall.shape[-2], tall.shape[-1]
        if n != k:
            tall = cat([tall, randn(*tall.shape[:-2], n, n - k, dtype=tall.dtype)], -1)
        self.register_buffer("base", _made_orthogonal(tall))
        start = zeros_like(Q.detach())
        start.diagonal(dim1=-2, dim2=-1).fill_(-1)
        return start


def orthogonal(
    module: Module, name: str = "weight", orthogonal_map: str | None = None, *, use_trivialization: bool = True
) -> Module:
    """Keep a matrix orthogonal, or with orthonormal columns or rows; returns the module.

    Args:
        name: of the matrix; matrices of a batch are each orthogonal.
        orthogonal_map: "matrix_exp", e^A of a skew-symmetric A; "cayley", (I - A/2)^-1 (I + A/2); or
            "householder", a product of reflections. By default the first for square matrices, else the last.
        use_trivialization: start at the orthogonal matrix that the present value is near to, and learn what it is
            multiplied with. It may not be False.

    Raises:
        ValueError: there is no such matrix, no such map, or nothing to start from.

    Example:
        >>> layer = nn.utils.parametrizations.orthogonal(nn.Linear(3, 5))
        >>> (layer.weight.mT @ layer.weight - ag.eye(3)).abs().max().item() < 1e-5
        True

    Source: M. Lezcano-Casado, "Trivializations for gradient-based optimization on manifolds" (2019).
    """
    weight: Any = getattr(module, name, None)
    if not isinstance(weight, Tensor) or weight.ndim < 2:
        raise ValueError(f"{type(module).__name__} has no matrix {name!r} to make orthogonal")
    if orthogonal_map is None:
        orthogonal_map = "matrix_exp" if weight.shape[-2] == weight.shape[-1] else "householder"
    if orthogonal_map not in ("matrix_exp", "cayley", "householder"):
        raise ValueError(f"orthogonal_map is matrix_exp, cayley or householder, not {orthogonal_map!r}")
    if not use_trivialization:
        raise ValueError("orthogonal: use_trivialization=False is not there; leave it out")
    return register_parametrization(module, name, _Orthogonal(orthogonal_map), unsafe=True)
