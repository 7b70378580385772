"""The table of operators: one registration each, from which the tests, and docs/operators.md, are made.

An operator that is not here is not tested, so a test asserts that every public function in `ops` is here.
"""

from __future__ import annotations

from .operators import Operator
from .rows import (
    activation,
    arithmetic,
    arrange,
    attention,
    bits,
    classic,
    comparison,
    convolution,
    count,
    diagonal,
    distances,
    dropout,
    embedding,
    equations,
    folding,
    gather,
    grids,
    index,
    losses,
    masks,
    math,
    matrix_functions,
    norm,
    padding,
    piecewise,
    pooling,
    products,
    recurrence,
    reduce,
    resample,
    rounding,
    sampling,
    scan,
    scatter,
    shape,
    softmax,
    sort,
    special,
    spectral,
    stacks,
    statistics,
    triangular,
    unchecked,
    windows,
)

__all__ = ["TABLE", "page"]

_ROWS = (
    *arithmetic.ROWS,
    *math.ROWS,
    *piecewise.ROWS,
    *rounding.ROWS,
    *comparison.ROWS,
    *bits.ROWS,
    *reduce.ROWS,
    *statistics.ROWS,
    *softmax.ROWS,
    *scan.ROWS,
    *shape.ROWS,
    *sort.ROWS,
    *count.ROWS,
    *arrange.ROWS,
    *stacks.ROWS,
    *grids.ROWS,
    *windows.ROWS,
    *diagonal.ROWS,
    *index.ROWS,
    *gather.ROWS,
    *masks.ROWS,
    *scatter.ROWS,
    *products.ROWS,
    *triangular.ROWS,
    *unchecked.ROWS,
    *equations.ROWS,
    *spectral.ROWS,
    *distances.ROWS,
    *matrix_functions.ROWS,
    *classic.ROWS,
    *norm.ROWS,
    *losses.ROWS,
    *special.ROWS,
    *activation.ROWS,
    *dropout.ROWS,
    *attention.ROWS,
    *embedding.ROWS,
    *padding.ROWS,
    *resample.ROWS,
    *convolution.ROWS,
    *pooling.ROWS,
    *folding.ROWS,
    *sampling.ROWS,
    *recurrence.ROWS,
)

TABLE: dict[str, Operator] = {row.name: row for row in _ROWS}
"""Every operator by its name. Other names for the same function, such as `divide`, are not repeated."""


def page() -> str:
    """docs/operators.md: each operator, its PyTorch name, and the derivatives that are checked."""
    lines = [
        "# Operators\n",
        "Generated from the table that drives the tests; `python -m tests.table` prints it.\n",
        "| operator | PyTorch | order 1 | order 2 |",
        "|---|---|---|---|",
    ]
    for row in TABLE.values():
        known = f"`torch.{row.torch}`" if isinstance(row.torch, str) else "a composition" if row.torch else "none"
        checked = ["yes" if row.order >= n else "no gradient flows" for n in (1, 2)]
        lines.append(f"| `{row.name}` | {known} | {checked[0]} | {checked[1]} |")
    return "\n".join(lines) + "\n"
