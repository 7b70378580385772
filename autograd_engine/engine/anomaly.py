"""Anomaly detection: find the operation, and the user's line, that made a number which is not finite."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..backend.checks import checking_values
from .graph import Node, raw
from .modes import observers, restore_observers, set_observers
from .plan import Increment

__all__ = ["detect_anomaly", "recorded_at", "set_detect_anomaly"]


def recorded_at(depth_limit: int = 64) -> str:
    """The source line outside this package that is running now, as `file:line, in function: code`."""
    package = __name__.partition(".")[0]
    frame = sys._getframe(1)
    for _ in range(depth_limit):
        if frame.f_globals.get("__name__", "").partition(".")[0] != package:
            break
        if frame.f_back is None:
            break
        frame = frame.f_back
    summary = traceback.extract_stack(frame, limit=1)[0]
    return f"{summary.filename}:{summary.lineno}, in {summary.name}: {summary.line}"


class _AnomalyCheck:
    """An observer that raises at the first number that is not finite."""

    def recorded(self, node: Node, result: Any) -> None:
        """Check the result of an operation."""
        where = node.annotate().where = recorded_at()
        if bad := _not_finite(result if isinstance(result, tuple) else (result,)):
            raise RuntimeError(f"the result of {node.name} contains {bad}\n  recorded at {where}")

    def ran(self, node: Node, contributions: Sequence[Any]) -> None:
        """Check the derivatives that an operation handed on."""
        arrays = [c.arguments[0] if isinstance(c, Increment) else c for c in contributions]
        if bad := _not_finite(arrays):
            where = None if node.extras is None else node.extras.where
            place = f"recorded at {where}" if where else "recorded outside detect_anomaly()"
            raise RuntimeError(f"the derivative of {node.name} contains {bad}\n  {place}")


class set_detect_anomaly:
    """Switch the checks of `detect_anomaly` on or off from here on, or, as a `with` block, until its end.

    Example:
        >>> with set_detect_anomaly(True):
        ...     tensor(-1.0, requires_grad=True).log()
        Traceback (most recent call last):
            ...
        RuntimeError: the result of log contains NaN
          recorded at ...
    """

    def __init__(self, mode: bool) -> None:
        others = tuple(o for o in observers() if not isinstance(o, _AnomalyCheck))
        self._previous = set_observers((*others, _AnomalyCheck()) if mode else others)

    def __enter__(self) -> None:
        """The checks are switched already."""

    def __exit__(self, *exception: object) -> None:
        restore_observers(self._previous)


class detect_anomaly:
    """Find the operation behind a NaN or an infinity.

    Inside the block every recorded result and every derivative is checked, and the first bad one
    raises, naming the operation and the line that recorded it. Run the forward pass inside too,
    or that line is unknown. It makes everything slower: for debugging only. On a device targets and indices that
    are out of range raise here too; outside nobody waits for the device to look at them.

    Raises:
        RuntimeError: on leaving an operation whose result, or whose derivative, is not finite.

    Example:
        >>> x = tensor(0.0, requires_grad=True)
        >>> with detect_anomaly():
        ...     (x * x).sqrt().backward()
        Traceback (most recent call last):
            ...
        RuntimeError: the derivative of sqrt contains an infinity
          recorded at ...
    """

    def __enter__(self) -> detect_anomaly:
        self._checks = set_detect_anomaly(True)
        self._silenced = np.errstate(all="ignore")
        self._silenced.__enter__()
        self._checking = checking_values()
        self._checking.__enter__()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._checking.__exit__(*exception)
        self._silenced.__exit__(*exception)
        self._checks.__exit__(*exception)


def _not_finite(arrays: Sequence[Any]) -> str | None:
    for array in arrays:
        values = raw(array)
        if values is None or values.dtype.kind != "f" or np.isfinite(values).all():
            continue
        return "NaN" if np.isnan(values).any() else "an infinity"
    return None
