"""How a tensor prints: as in PyTorch, with as few digits as tell the values apart at a glance.

All elements share one format and one width, chosen from those that will be shown: integral (`2.`), fixed
(`2.5000`), or scientific (`2.5000e+00`) when magnitudes lie more than a factor of 1000 apart or are
very large or small. Of a large tensor only the corners are shown.

Source: the rules are those of PyTorch's `torch/_tensor_str.py`, so that the text is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from math import inf, isfinite
from typing import Any

import numpy as np

from ..backend.arrays import default_dtype
from ..backend.device import device_of
from ..backend.kinds import kind_of, others
from ..backend.spelling import spelling
from ..engine.graph import Leaf, Node


@dataclass
class _Options:
    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


_PROFILES = {"default": _Options(), "short": _Options(precision=2, edgeitems=2), "full": _Options(threshold=inf)}

_options = _Options()


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Choose how tensors print. What is left out stays as it is, except that `sci_mode` returns to automatic.

    Args:
        precision: digits after the decimal point, 4 at first.
        threshold: a tensor of more elements than this, 1000 at first, is summarized.
        edgeitems: how many elements a summary shows at both ends of each dimension, 3 at first.
        linewidth: characters per line, 80 at first.
        profile: "default", "short" or "full" (never summarize): a set of the above to start from.
        sci_mode: scientific notation always (True), never (False) or as the values need it (None).

    Raises:
        ValueError: there is no such profile.

    Example:
        >>> set_printoptions(precision=2)
        >>> tensor([3.14159])
        tensor([3.14])
        >>> set_printoptions(profile="default")
    """
    if profile is not None and profile not in _PROFILES:
        raise ValueError(f"set_printoptions: no profile {profile!r}; there are {', '.join(_PROFILES)}")
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    start = {} if profile is None else asdict(_PROFILES[profile])
    for name, value in {**start, **{n: v for n, v in given.items() if v is not None}}.items():
        setattr(_options, name, value)
    _options.sci_mode = sci_mode


def get_printoptions() -> dict[str, Any]:
    """The options in force, as `set_printoptions` takes them."""
    return asdict(_options)


@contextmanager
def printoptions(**options: Any) -> Iterator[None]:
    """Print with other options inside the block; they are those of `set_printoptions`.

    Example:
        >>> with printoptions(precision=1):
        ...     print(tensor(2.55))
        tensor(2.5)
    """
    before = get_printoptions()
    set_printoptions(**options)
    try:
        yield
    finally:
        set_printoptions(**before)


def describe(array: Any, node: Node | None) -> str:
    """`tensor(values)`, with the device and the dtype where they do not go without saying, and `requires_grad` or
    `grad_fn`."""
    values = kind_of(array).read(array)
    start = "tensor("
    notes = [f"device='{device_of(array)}'"] if array.__class__ in others else []
    hides_shape = not _options.edgeitems if values.size else values.ndim != 1
    if hides_shape:
        notes.append(f"size={values.shape}")
    if values.dtype != default_dtype() and (values.dtype not in (np.int64, np.bool_) or not values.size):
        notes.append(f"dtype={spelling.name(values.dtype.name)}")
    if isinstance(node, Leaf):
        notes.append("requires_grad=True")
    elif node is not None:
        notes.append(f"grad_fn=<{node.name}>")
    text = start + _body(values, len(start))
    last_line = len(text) - text.rfind("\n") + 1
    for note in notes:
        if last_line + len(note) + 2 > _options.linewidth:
            text += ",\n" + " " * len(start) + note
            last_line = len(start) + len(note)
        else:
            text += ", " + note
            last_line += len(note) + 2
    return text + ")"


def _body(values: Any, indent: int) -> str:
    if not values.size:
        return "[]"
    summarized = values.size > _options.threshold
    writer = _Writer(_corners(values) if summarized else values)
    return _layout(values, indent, writer, summarized)


def _corners(values: Any) -> Any:
    """The elements that a summary shows: the first and last few in each dimension."""
    edge = _options.edgeitems
    for dim, n in enumerate(values.shape):
        if edge and n > 2 * edge:
            values = values.take([*range(edge), *range(n - edge, n)], axis=dim)
    return values


class _Writer:
    """Writes one element in the format that all of `values` share, padded to the width that they share."""

    def __init__(self, values: Any) -> None:
        self._plain: Callable[[Any], str] = str
        measured = values.reshape(-1)
        if values.dtype.kind == "f":
            measured = measured[np.isfinite(measured) & (measured != 0)]
            self._plain = _float_writer(measured)
        self.width = max((len(self._plain(x)) for x in measured.tolist()), default=1)

    def __call__(self, x: Any) -> str:
        return self._plain(x).rjust(self.width)


def _float_writer(nonzero: Any) -> Callable[[float], str]:
    """Integral, fixed or scientific, whichever suits these values, which are finite and not 0."""
    integral = bool((nonzero == np.ceil(nonzero)).all())
    scientific = _options.sci_mode
    if not nonzero.size:
        scientific = False
    elif scientific is None:
        largest, smallest = float(abs(nonzero).max()), float(abs(nonzero).min())
        scientific = largest / smallest > 1000 or largest > 1e8 or smallest < 1e-4
    if scientific:
        return lambda x: f"{x:.{_options.precision}e}"
    if integral:
        return lambda x: f"{x:.0f}{'.' if isfinite(x) else ''}"
    return lambda x: f"{x:.{_options.precision}f}"


def _layout(values: Any, indent: int, write: _Writer, summarized: bool) -> str:
    """The elements between brackets, rows below each other and blocks a blank line apart."""
    if not values.ndim:
        return write(values.item())
    edge = _options.edgeitems
    cut = summarized and len(values) > 2 * edge
    first, last = (values[:edge], values[len(values) - edge :]) if cut else (values, values[:0])
    if values.ndim > 1:
        shown = [_layout(block, indent + 1, write, summarized) for block in first]
        shown += ["..."] * cut + [_layout(block, indent + 1, write, summarized) for block in last]
        return "[" + ("," + "\n" * (values.ndim - 1) + " " * (indent + 1)).join(shown) + "]"
    items = [write(x) for x in first.tolist()]
    items += [" ..." if edge else "..."] * cut + [write(x) for x in last.tolist()]
    per_line = max(1, (_options.linewidth - indent) // (write.width + 2))
    lines = [", ".join(items[i : i + per_line]) for i in range(0, len(items), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"
