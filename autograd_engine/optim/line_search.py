"""A line search: how far to go in a direction, so that a function falls enough and its slope flattens."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple


class Point(NamedTuple):
    """A point on the line x + t d.

    Attributes:
        t: how far along d.
        loss, gradient: of the objective there.
        slope: the derivative of the loss by t.
    """

    t: float
    loss: float
    gradient: Any
    slope: float


_DECREASE = 1e-4
"""The least part of the decrease promised by the slope that a step must bring (Armijo)."""

_CURVATURE = 0.9
"""The largest part of the slope that may remain after a step (strong Wolfe)."""


def _cubic_minimum(a: Point, b: Point, least: float, most: float) -> float:
    """Where the cubic with the losses and slopes of two points is smallest, within bounds; else their middle."""
    if a.t > b.t:
        a, b = b, a
    if a.t < b.t:
        u = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
        square = u * u - a.slope * b.slope
        if square >= 0:
            w = math.sqrt(square)
            divisor = b.slope - a.slope + 2 * w
            if divisor:
                return min(max(b.t - (b.t - a.t) * (b.slope + w - u) / divisor, least), most)
    return (least + most) / 2


def strong_wolfe(
    evaluate: Callable[[float], Point], start: Point, t: float, length: float, tolerance: float, most: int
) -> Point:
    """A point where the loss fell and the slope flattened enough, after at most `most` trials beyond the first.

    First the step grows until it brackets such a point, then the bracket shrinks.

    Args:
        evaluate: the point at t.
        start: the point at 0.
        t: the first trial.
        length: the largest coordinate of d.
        tolerance: the bracket's length, in coordinates, at which to give up.

    Source: Nocedal and Wright, "Numerical Optimization" (2006), algorithms 3.5 and 3.6.
    """

    def rose(point: Point) -> bool:
        return point.loss > start.loss + _DECREASE * point.t * start.slope

    def flat(point: Point) -> bool:
        return abs(point.slope) <= -_CURVATURE * start.slope

    trials = 0
    before, point = start, evaluate(t)
    bracket = None
    while trials < most and bracket is None:
        if rose(point) or (trials > 1 and point.loss >= before.loss):
            bracket = before, point
        elif flat(point):
            return point
        elif point.slope >= 0:
            bracket = before, point
        else:
            t = _cubic_minimum(before, point, point.t + 0.01 * (point.t - before.t), 10 * point.t)
            before, point = point, evaluate(t)
            trials += 1
    low, high = sorted(bracket or (start, point), key=lambda p: p.loss)
    stuck = False
    while trials < most and abs(high.t - low.t) * length >= tolerance:
        left, right = sorted((low.t, high.t))
        t = _cubic_minimum(low, high, left, right)
        margin = 0.1 * (right - left)
        near = min(right - t, t - left) < margin
        if near and (stuck or not left < t < right):
            t = right - margin if right - t < t - left else left + margin
            near = False
        stuck = near
        point = evaluate(t)
        trials += 1
        if rose(point) or point.loss >= low.loss:
            low, high = sorted((low, point), key=lambda p: p.loss)
        else:
            if flat(point):
                return point
            if point.slope * (high.t - low.t) >= 0:
                high = low
            low = point
    return low
