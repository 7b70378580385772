"""Convolutions by cuDNN, of arrays that have their channels last in memory.

Its kernels for tensor cores take them so, and other arrays are copied into that order first; so is a weight, at
each call, which is small. Pictures of one dimension are those of two with one row.
"""

from __future__ import annotations

import functools
import math
from typing import Any

from .. import gpu
from ..kernels import convolution as kernels
from ..kernels.convolution import Geometry, places_of
from ..kernels.layout import channels_last, channels_to_last, first, in_order, last
from ..kinds import kind_of
from . import cudnn
from .trust import Library

__all__ = ["convolve", "convolve_input", "convolve_weight"]

Sizes = tuple[int, ...]

PICTURES, FILTERS, RESULTS = 1, 2, 3
"""The numbers of the tensors in a graph."""

_ALIGNED = 16
"""Each tensor begins at a multiple of so many bytes."""


def declare(graph: Any, what: int, shapes: dict[int, Sizes], geometry: Geometry) -> None:
    """Add a convolution to a graph, or one of its gradients.

    Args:
        graph: cuDNN's.
        what: the number of the tensor that is computed from the other two.
        shapes: those of the tensors, (N, C, ...), by their numbers.
        geometry: how the window moves; `before` and `after` are equal.
    """
    flat = len(shapes[PICTURES]) == 3
    rows = (0,) if flat else ()
    steps = (1,) if flat else ()
    way = {
        "pre_padding": [*rows, *geometry.before],
        "post_padding": [*rows, *geometry.after],
        "stride": [*steps, *geometry.stride],
        "dilation": [*steps, *geometry.dilation],
    }

    def sizes(number: int) -> tuple[list[int], list[int]]:
        """The shape of a tensor and its strides, with the channels last."""
        count, channels, *places = shapes[number]
        places = [1, *places] if flat else places
        strides = [channels * math.prod(places[i:]) for i in range(len(places) + 1)]
        return [count, channels, *places], [strides[0], 1, *strides[1:]]

    def tensor(number: int) -> Any:
        shape, strides = sizes(number)
        return graph.tensor(dim=shape, stride=strides, uid=number)

    if what == RESULTS:
        made = graph.conv_fprop(image=tensor(PICTURES), weight=tensor(FILTERS), **way)
    elif what == PICTURES:
        made = graph.conv_dgrad(loss=tensor(RESULTS), filter=tensor(FILTERS), **way)
    else:
        made = graph.conv_wgrad(image=tensor(PICTURES), loss=tensor(RESULTS), **way)
    shape, strides = sizes(what)
    made.set_output(True).set_uid(what).set_dim(shape).set_stride(strides)


@functools.lru_cache(maxsize=1024)
def _plan(
    handle: Any, letter: str, what: int, x: Sizes, w: Sizes, y: Sizes, geometry: Geometry, strict: bool, same: bool
) -> cudnn.Plan | None:
    shapes = {PICTURES: x, FILTERS: w, RESULTS: y}
    try:
        return cudnn.Plan(
            handle.frontend,
            letter,
            lambda graph: declare(graph, what, shapes, geometry),
            strict,
            same,
            {"handle": handle.address},
        )
    except Exception:  # of a class that differs between versions: there is no plan
        return None


def _computed(what: int, given: dict[int, Any], made: Any, shapes: dict[int, Sizes], geometry: Geometry) -> bool:
    """Whether cuDNN has computed a tensor.

    Args:
        what: its number.
        given: the other two (N, ..., C), by their numbers.
        made: where it is written to, (N, ..., C).
        shapes: those of all three, (N, C, ...).
        geometry: how the window moves.
    """
    here = library.here()
    if here is None:
        return False
    index, handle = here
    letter = made.dtype.char
    precise = gpu.product_precision() not in ("float16", "bfloat16") and not cudnn.settings.allow_tf32
    plan = _plan(
        handle,
        letter,
        what,
        shapes[PICTURES],
        shapes[FILTERS],
        shapes[RESULTS],
        geometry,
        precise and letter == "f",
        cudnn.settings.deterministic,
    )
    if plan is None:
        return False
    places = {number: array.data for number, array in (*given.items(), (what, made))}
    if any(place.device_id != index for place in places.values()):
        return False  # CuPy says which they are
    try:
        handle.run(plan, {number: place.ptr for number, place in places.items()})
    except MemoryError:
        raise
    except Exception as error:
        library.refuse(index, f"{type(error).__name__}: {error}, for {shapes[PICTURES]} by {shapes[FILTERS]}")
        return False
    return True


def _is_for_it(x: Any, y: Any, geometry: Geometry) -> bool:
    """Whether cuDNN may be able to: float16 or float32, some elements, as many zeros before as after."""
    return (
        x.dtype.char in "ef"
        and y.__class__ is x.__class__
        and y.dtype == x.dtype
        and geometry.before == geometry.after
        and min(geometry.before) >= 0
        and x.size > 0
        and y.size > 0
    )


def _rows(x: Any) -> Any:
    """(N, C, ...) as (N, ..., C) in row-major memory that begins where cuDNN can read it."""
    rows = channels_to_last(x)
    return rows if rows.data.ptr % _ALIGNED == 0 else kind_of(rows).array(rows, order="C")


def convolve(x: Any, w: Any, bias: Any, geometry: Geometry) -> Any:
    places = places_of(x.shape[2:], w.shape[2:], geometry)
    if not _is_for_it(x, w, geometry) or min(places) < 1:
        return NotImplemented
    shapes = {PICTURES: x.shape, FILTERS: w.shape, RESULTS: (len(x), len(w), *places)}
    out = channels_last(shapes[RESULTS], x)
    if not _computed(RESULTS, {PICTURES: _rows(x), FILTERS: _rows(w)}, last(out), shapes, geometry):
        return NotImplemented
    return _plus(out, bias)


def convolve_input(g: Any, w: Any, bias: Any, size: Sizes, geometry: Geometry) -> Any:
    if not _is_for_it(g, w, geometry):
        return NotImplemented
    shapes = {PICTURES: (len(g), w.shape[1] * geometry.groups, *size), FILTERS: w.shape, RESULTS: g.shape}
    out = channels_last(shapes[PICTURES], g)
    if not _computed(PICTURES, {RESULTS: _rows(g), FILTERS: _rows(w)}, last(out), shapes, geometry):
        return NotImplemented
    return _plus(out, bias)


def convolve_weight(g: Any, x: Any, size: Sizes, geometry: Geometry) -> Any:
    if not _is_for_it(g, x, geometry):
        return NotImplemented
    shape = (g.shape[1], x.shape[1] // geometry.groups, *size)
    shapes = {PICTURES: x.shape, FILTERS: shape, RESULTS: g.shape}
    made = kind_of(g).empty((shape[0], *size, shape[1]), g.dtype)
    if not _computed(FILTERS, {PICTURES: _rows(x), RESULTS: _rows(g)}, made, shapes, geometry):
        return NotImplemented
    return in_order(first(made))


def _plus(out: Any, bias: Any) -> Any:
    if bias is not None:
        places = last(out)
        places += bias
    return out


def _try() -> None:
    """Compute a small convolution and its gradients.

    Raises:
        RuntimeError: CuPy's functions give others.
    """
    random = gpu.kind().stream(0)
    x, w, g = (random.random(shape, "float32") for shape in ((2, 4, 6, 5), (8, 4, 3, 3), (2, 8, 3, 5)))
    geometry = Geometry((2, 1), (1, 1), (1, 1), (1, 1), 1)
    for ours, theirs, arguments in (
        (convolve, kernels.convolve, (x, w, None, geometry)),
        (convolve_input, kernels.convolve_input, (g, w, None, x.shape[2:], geometry)),
        (convolve_weight, kernels.convolve_weight, (g, x, w.shape[2:], geometry)),
    ):
        found = ours(*arguments)
        if found is NotImplemented or not float(abs(found - theirs.numpy(*arguments)).max()) < 0.1:
            raise RuntimeError(f"{theirs.__name__} of a small picture is wrong")


library = Library("cuDNN", cudnn.Handle, _try)
