"""Numbers and arrays as short text, for pictures and tables."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["array_text", "number_text", "short_text"]


def number_text(value: Any) -> str:
    """A number with four significant digits; whole numbers below a million in full.

    Example:
        >>> number_text(0.12345678), number_text(1234.0)
        ('0.1235', '1234')
    """
    if not isinstance(value, (float, np.floating)):
        return str(value)
    number = float(value) + 0.0  # -0.0 becomes 0.0
    return f"{number:.0f}" if number.is_integer() and abs(number) < 1e6 else f"{number:.4g}"


def array_text(array: Any, limit: int = 6) -> str:
    """All elements of an array of at most `limit` elements; mean and range of a larger one.

    Example:
        >>> array_text(np.array([1.0, 2.5]))
        '[1, 2.5]'
        >>> array_text(np.arange(10.0))
        '4.5 mean, 0 to 9'
    """
    array = np.asarray(array)
    if array.ndim == 0:
        return number_text(array[()])
    if array.size == 0:
        return "empty"
    if array.size <= limit:
        return _nested_text(array)
    if array.dtype.kind != "f":
        return f"{number_text(array.min())} to {number_text(array.max())}"
    finite = np.isfinite(array)
    if not finite.all():
        return f"{array.size - int(np.count_nonzero(finite)):,} of {array.size:,} not finite"
    return f"{array.mean():.3g} mean, {array.min():.3g} to {array.max():.3g}"


def _nested_text(array: Any) -> str:
    if array.ndim == 0:
        return number_text(array[()])
    return f"[{', '.join(_nested_text(a) for a in array)}]"


def short_text(text: str, limit: int = 30) -> str:
    """The text, cut to `limit` characters: a picture grows with its longest label.

    Example:
        >>> short_text("a long name", 7)
        'a long…'
    """
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
