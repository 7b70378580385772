"""Linear algebra: products, factorizations, equations, eigenvalues, norms."""
