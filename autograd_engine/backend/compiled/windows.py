"""Where the elements of windows lie inside a picture, in one dimension of it."""

from __future__ import annotations

from . import inlined

__all__ = ["reach"]


@inlined
def reach(tap: int, size: int, places: int, stride: int, offset: int, dilation: int) -> tuple[int, int, int]:
    """The first place at which an element of the window lies inside, the place after the last such one, and where
    the element lies at place 0.

    Args:
        tap: which element of the window.
        size, places: how many elements the picture has, and how many places the window.
        stride, offset, dilation: the step between places, how far the first one reaches out, and the distance of
            the elements.
    """
    at = tap * dilation - offset
    return max(0, -(at // stride)), min(places - 1, (size - 1 - at) // stride) + 1, at
