"""How a tensor prints: like PyTorch, in as few digits as tell the values apart at a glance."""

from __future__ import annotations

from typing import Any

import numpy as np

from .backend.arrays import default_dtype
from .graph import Leaf, Node

__all__ = ["describe"]

_PRECISION = 4
_THRESHOLD = 1000
_EDGE_ITEMS = 3


def _float_formatter(array: Any) -> Any:
    """One format for all elements: integral, fixed with four decimals, or scientific."""
    finite = np.abs(array[np.isfinite(array)].astype(np.float64))
    if finite.size and np.all(finite == np.rint(finite)) and finite.max() < 1e8:
        return lambda x: f"{x:.0f}." if np.isfinite(x) else str(x)
    nonzero = finite[finite != 0]
    wide = bool(nonzero.size) and (
        nonzero.max() >= 1e8
        or nonzero.min() < 1e-4
        or (nonzero.max() > 1000 * nonzero.min() and nonzero.min() < 1e-3)
    )
    style = f".{_PRECISION}{'e' if wide else 'f'}"
    return lambda x: f"{x:{style}}"


def describe(array: Any, node: Node | None) -> str:
    """`tensor(values)`, with the dtype when it is not the default and what requires gradients."""
    values = np.asarray(array)
    formatter = {"float_kind": _aligned(values)} if values.dtype.kind == "f" else None
    body = np.array2string(
        values,
        separator=", ",
        prefix="tensor(",
        threshold=_THRESHOLD,
        edgeitems=_EDGE_ITEMS,
        max_line_width=80,
        formatter=formatter,  # type: ignore[arg-type]
    )
    notes = []
    if values.dtype not in (default_dtype(), np.dtype(np.int64), np.dtype(np.bool_)) or not values.size:
        notes.append(f"dtype={values.dtype}")
    if isinstance(node, Leaf):
        notes.append("requires_grad=True")
    elif node is not None:
        notes.append(f"grad_fn=<{node.name}>")
    return f"tensor({', '.join([body, *notes])})"


def _aligned(values: Any) -> Any:
    """The formatter of `values`, padded so that columns line up."""
    write = _float_formatter(values)
    shown = values if values.size <= _THRESHOLD else np.concatenate([values.flat[:64], values.flat[-64:]])
    width = max((len(write(x)) for x in shown.flat), default=0)
    return lambda x: write(x).rjust(width)
