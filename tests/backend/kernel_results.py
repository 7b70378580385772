"""Comparing what two implementations of a kernel give."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["arrays_in", "check"]


def arrays_in(result: Any) -> list[Any]:
    """The arrays of a result, in their order."""
    if isinstance(result, (tuple, list)):
        return [array for item in result for array in arrays_in(item)]
    return [] if result is None else [np.asarray(result)]


def check(found: Any, expected: Any, precision: float) -> None:
    """Compare results: to this part of a number or, where sums cancel, of the largest one; what is not finite must
    be the same."""
    found, expected = arrays_in(found), arrays_in(expected)
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert (one.shape, one.dtype) == (other.shape, other.dtype)
        if other.dtype.kind != "f":
            np.testing.assert_array_equal(one, other)
            continue
        finite = np.isfinite(other)
        np.testing.assert_array_equal(np.where(finite, 0, one), np.where(finite, 0, other))
        largest = np.abs(other[finite]).max(initial=0.0)
        np.testing.assert_allclose(one[finite], other[finite], rtol=precision, atol=precision * min(largest, 1e3))
