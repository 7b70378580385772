"""Rebasing: what a recorded change of a memory means for the nodes of all who look into it.

Once the memory is written, the base gets a new node, and the node of every view becomes "this part of the new
base". So values and derivatives are what they would be had each view been taken after the change.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..backend.arrays import Array, form_of
from ..backend.kinds import kind_of
from ..backend.sums import add_at
from .broadcast import with_leading_dims
from .graph import Node, Value, record
from .modes import grad_mode
from .primitive import primitive
from .sharing import base_of

__all__ = ["overwritten", "part_of", "rebase", "set_node", "spread"]


class Layout(NamedTuple):
    """Where the elements of a view lie in its base.

    Attributes:
        order: the dimensions of the base as they lie in memory, the slowest first.
        shape: of the view.
        strides: of the view, and `offset`: of its first element, counted in elements of the base's memory.
        distinct: whether no two elements of the view are the same element of the base.
    """

    order: tuple[int, ...]
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int
    distinct: bool


def layout_of(base: Any, view: Any) -> Layout:
    """Where the array `view` lies in the array `base`.

    Raises:
        RuntimeError: the base has gaps, so that its elements do not fill its memory.
    """
    order = tuple(sorted(range(base.ndim), key=lambda i: (-abs(base.strides[i]), i)))
    if not base.transpose(order).flags.c_contiguous:
        raise RuntimeError(
            f"a view of a tensor of shape {tuple(base.shape)} and strides {base.strides}, whose elements do not "
            "lie side by side, cannot be changed in place while recording; change a clone()"
        )
    kind = kind_of(base)
    offset = 0 if view is base else kind.address(view) - kind.address(base)
    size = base.itemsize
    strides = tuple(s // size for s in view.strides)
    reach = 1
    distinct = True
    for n, stride in sorted(zip(view.shape, map(abs, strides), strict=True), key=lambda pair: pair[1]):
        distinct = distinct and (n <= 1 or stride >= reach)
        reach += stride * max(n - 1, 0)
    return Layout(order, tuple(view.shape), strides, offset // size if view.size else 0, distinct)


def _part(flat: Any, layout: Layout) -> Any:
    """The view itself, of an array that lies in memory as the base does."""
    strides = tuple(s * flat.itemsize for s in layout.strides)
    return kind_of(flat).as_strided(flat.reshape(-1)[layout.offset :], layout.shape, strides)


def _in_memory_order(x: Any, layout: Layout) -> Any:
    return kind_of(x).array(np.transpose(x, layout.order), order="C")


def _in_its_order(flat: Any, layout: Layout) -> Any:
    return flat.transpose(np.argsort(layout.order))


@primitive(x=lambda g, layout, x_shape: spread(g, layout=layout, shape=x_shape))
def part_of(x: Array, *, layout: Layout) -> Array:
    """The elements of a base that a view shows."""
    return kind_of(x).array(_part(_in_memory_order(x, layout), layout))


@primitive(x=lambda g, layout: part_of(g, layout=layout))
def spread(x: Array, *, layout: Layout, shape: tuple[int, ...]) -> Array:
    """Zeros in the shape of a base, with `x` added to the elements that a view shows: the adjoint of `part_of`."""
    kind = kind_of(x)
    flat = kind.zeros(tuple(shape[i] for i in layout.order), x.dtype)
    if layout.distinct:
        _part(flat, layout)[...] = x
    else:
        places = _part(kind.arange(flat.size), layout)
        add_at(flat.reshape(-1), places, x)
    return _in_its_order(flat, layout)


@primitive(
    x=lambda g, layout: overwritten(g, g.dtype.type(0), layout=layout),
    value=lambda g, layout, value_shape: with_leading_dims(part_of(g, layout=layout), value_shape),
)
def overwritten(x: Array, value: Array, *, layout: Layout) -> Array:
    """A base with other numbers in the elements that a view shows."""
    flat = _in_memory_order(x, layout)
    _part(flat, layout)[...] = value
    return _in_its_order(flat, layout)


def _recorded(operation: Any, parents: tuple[Node | None, ...], array: Any, **saved: Any) -> Node:
    """The node of an operation whose result is in memory already."""
    mode = grad_mode()
    node = record(operation.primitive, parents, tuple(saved[n] for n in operation.primitive.saves), form_of(array))
    if mode is not True and mode is not False:
        mode.recorded(node, array)
    return node


def set_node(value: Value, node: Node | None) -> None:
    """Give `value` a new node; its `.grad`, if it is retained, is that of the new one from now on."""
    old = value.node
    extras = None if old is None else old.extras
    value.node = node
    if extras is not None and node is not None:
        node.annotate().retain += [r for r in extras.retain if r() is value]
        extras.retain = [r for r in extras.retain if r() is not value]


def rebase(value: Value, node: Node | None) -> None:
    """The memory of `value` was written, recorded as `node`, None for constants: tell its base and all views."""
    base = base_of(value)
    whole = value is base
    if whole and node is not None:
        set_node(base, node)
    else:
        layout = layout_of(base.array, value.array)
        shape = None if node is None else node.shape
        parents = (base.node, node)
        set_node(base, _recorded(overwritten, parents, base.array, layout=layout, value_shape=shape))
    memory = getattr(value, "memory", None)
    for view in () if memory is None else memory.living():
        if view is not base and base_of(view) is base:
            layout = layout_of(base.array, view.array)
            part = _recorded(part_of, (base.node,), view.array, layout=layout, x_shape=tuple(base.array.shape))
            set_node(view, part)
