"""Linear algebra: products, factorizations, equations, eigenvalues, norms."""

from . import (
    classic,
    contraction,
    distances,
    equations,
    matrices,
    matrix_functions,
    products,
    spectral,
    triangular,
    unchecked,
)
