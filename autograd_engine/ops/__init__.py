"""The operators: functions first, one file per family, each derivative beside its forward.

Importing the room loads every family, so that `names` knows all operators.
"""

from . import (
    arithmetic,
    arrange,
    bits,
    comparison,
    count,
    devices,
    diagonal,
    gather,
    grids,
    index,
    linear_algebra,
    losses,
    masks,
    math,
    network,
    piecewise,
    reduce,
    rounding,
    scan,
    scatter,
    shape,
    softmax,
    sort,
    special,
    stacks,
    statistics,
    windows,
)
