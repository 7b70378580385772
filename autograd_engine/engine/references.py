"""Who else holds an array: the reference counts that say "nobody but the engine".

The engine adds to an array in place, or gives it away as a gradient, only when nobody else can see it: the array
is no view, and its reference count is that of the engine's own variables. What that count is depends on the
interpreter (CPython 3.14 lends a variable to a call, where older ones count it once more) and on the line that
asks. A constant that is too large is a wrong gradient without a word. So none is written down: at import each line
that compares is run once, on a graph of a few nodes, with an unknown in place of the constant, which notes what it
meets.

The comparisons stay in line where the arrays are, since a function of ours would add references of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

__all__ = ["INCREMENT", "LEAF", "SUM", "VALUE", "measure"]

LEAF: int
"""Of a gradient that has reached its leaf."""
SUM: int
"""Of the gradient so far, when a contribution is added to it."""
INCREMENT: int
"""The same, when an accumulating rule adds to it."""
VALUE: int
"""Of the array of a tensor that is to be changed in part."""

if not getattr(sys, "_is_gil_enabled", lambda: True)():
    raise ImportError(
        "autograd_engine tells by reference counts which arrays it may write to, and without the global "
        "interpreter lock they may change between the look and the write: run this program with PYTHON_GIL=1, or "
        "with the ordinary build of Python"
    )


class _Unknown(int):
    """Stands in for a constant and notes what it is compared with; every comparison is false."""

    seen = -1

    def __eq__(self, count: object) -> bool:
        self.seen = int(count)
        return False

    __hash__ = int.__hash__


def measure(run: Callable[[], object], *names: str) -> None:
    """Let `run` call the lines that compare with the constants `names`, and set these to what was found.

    A debugger that looks at variables holds them too, so no tracing meanwhile.

    Raises:
        RuntimeError: `run` reached no comparison with one of the constants.
    """
    unknown = {name: _Unknown() for name in names}
    globals().update(unknown)
    trace = sys.gettrace()
    sys.settrace(None)
    try:
        run()
    finally:
        sys.settrace(trace)
    for name, constant in unknown.items():
        if constant.seen < 0:
            raise RuntimeError(f"the reference count {name} was not measured: no line compared with it")
        globals()[name] = constant.seen
