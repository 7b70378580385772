"""Everything that must hold for an operator, checked on one call or on many.

`check_call` takes one call apart: values, derivatives of both orders, dtypes, shapes, memory. `check_op`
draws calls with hypothesis, from 0-d and size-0 arrays to broadcast and reversed ones, and checks each. The
project's own operators pass the same checks, from the list in `table`.
"""

from __future__ import annotations

import gc
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..backend.arrays import is_floating
from ..engine.backward import backward, grad
from ..engine.graph import Node, raw
from ..engine.modes import no_grad
from ..tensor import Tensor
from ..tensor.creation import from_numpy
from .gradcheck import NotSmoothError, gradcheck, gradgradcheck
from .strategies import arrays, broadcastable_shapes, hypothesis, shapes

__all__ = ["bind", "check_call", "check_op", "flat"]


def flat(results: Any) -> list[Any]:
    """What a function returned as a list: one result, or each of several."""
    return [r for item in results for r in flat(item)] if isinstance(results, (tuple, list)) else [results]


def _rebuilt(value: Any, change: Callable[[Any], Any]) -> Any:
    """Nested tuples and lists of arguments with every other value changed."""
    if isinstance(value, (tuple, list)):
        return type(value)(_rebuilt(v, change) for v in value)
    return change(value)


def bind(
    function: Callable[..., Any], arguments: Sequence[Any], settings: dict[str, Any] | None = None
) -> tuple[Callable[..., tuple[Any, ...]], list[Tensor]]:
    """A call as a function of its tensors that require gradients, and those tensors.

    The tensors may lie in nested lists of arguments, as for `cat`, or be keyword arguments. Called with
    raw arrays in their place, the function replaces every other tensor by its raw array too.
    """
    leaves = [
        t
        for t in (*flat(tuple(arguments)), *flat(tuple((settings or {}).values())))
        if isinstance(t, Tensor) and t.requires_grad
    ]

    def call(*values: Any) -> tuple[Any, ...]:
        given = {id(leaf): value for leaf, value in zip(leaves, values, strict=True)}
        any_raw = any(not isinstance(v, Tensor) for v in values)

        def change(value: Any) -> Any:
            if id(value) in given:
                return given[id(value)]
            return raw(value) if any_raw else value

        changed = {name: _rebuilt(value, change) for name, value in (settings or {}).items()}
        return tuple(flat(function(*_rebuilt(tuple(arguments), change), **changed)))

    return call, leaves


def _like(tensor: Any, array: Any) -> Any:
    """A tensor around this very array that requires gradients if `tensor` does."""
    array = array[...] if isinstance(array, np.ndarray) else np.asarray(array)
    return from_numpy(array).requires_grad_(tensor.requires_grad)


def _converted(value: Any, dtype: Any) -> Any:
    """Floating tensors in another dtype, as fresh leaves that keep their layout in memory."""
    if isinstance(value, Tensor) and is_floating(value.dtype):
        return _like(value, value.array.astype(dtype))
    return value


def check_call(
    function: Callable[..., Any],
    *arguments: Any,
    reference: Callable[..., Any] | None = None,
    order: int = 2,
    raw: bool = True,
    method: str = "central",
    rtol: float = 1e-4,
    atol: float = 1e-6,
    **settings: Any,
) -> None:
    """Check one call of an operator, `function(*arguments, **settings)`, in every respect.

    Tensors that require gradients (float64, also in nested lists) are the inputs it is differentiated by.

    - Values: raw arrays instead of tensors give the same, in the same dtypes; so do contiguous copies, and so does
      `reference`.
    - Derivatives: `gradcheck` and `gradgradcheck`; the gradients for float32 agree with float64's.
    - Dtypes and shapes: float32 gives float32 results and gradients; a gradient has its input's shape.
    - Memory: no gradient shares memory with another, with the cotangent, with data, or is read-only; inputs
      and cotangents keep their values; a second backward adds to `.grad`; the graph is freed by
      reference counts alone.

    Args:
        reference: a function of raw arrays that gives the right values.
        order: derivatives that exist: 2, 1, or 0 for an operator through which no gradient flows.
        raw: also call `function` with raw arrays, which not every function of tensors takes.
        method: for `gradcheck`.
        rtol, atol: tolerances of the derivatives.

    Raises:
        AssertionError: something does not hold; says what.
        GradcheckError: a derivative is wrong.
        NotSmoothError: the function has no derivative at this point.

    Example:
        >>> x = ag.tensor([0.5, 1.5], dtype=ag.float64, requires_grad=True)
        >>> check_call(ag.exp, x, reference=np.exp)
    """
    call, leaves = bind(function, arguments, settings)
    before = [leaf.array.copy() for leaf in leaves]
    results = call(*leaves)
    _check_values(call, leaves, results, reference, raw, order)
    if order:
        expected = _check_gradients(call, leaves)
        _check_freed(call, leaves)
        contiguous = [_like(leaf, np.array(leaf.array, order="C")) for leaf in leaves]
        for i, (ours, theirs) in enumerate(zip(expected, _check_gradients(call, contiguous), strict=True)):
            np.testing.assert_allclose(
                ours, theirs, 1e-9, 1e-12, err_msg=f"gradient {i} depends on the layout in memory"
            )
    narrow_arguments, narrow_settings = (
        _rebuilt(tuple(arguments), lambda v: _converted(v, np.float32)),
        {name: _rebuilt(v, lambda v: _converted(v, np.float32)) for name, v in settings.items()},
    )
    narrow, narrow_leaves = bind(function, narrow_arguments, narrow_settings)
    narrow_results = narrow(*narrow_leaves)
    if raw:
        _plain(narrow, narrow_results, [leaf.array for leaf in narrow_leaves])
    for i, (result, wide) in enumerate(zip(narrow_results, results, strict=True)):
        wanted = np.dtype(np.float32) if is_floating(wide.dtype) else wide.dtype
        assert result.dtype == wanted, f"result {i} is {result.dtype} for float32 inputs, not {wanted}"
    if not order:
        return
    for i, (ours, theirs) in enumerate(zip(_check_gradients(narrow, narrow_leaves), expected, strict=True)):
        scale = float(np.abs(theirs).max(initial=1.0))
        np.testing.assert_allclose(
            ours, theirs, 1e-3, 1e-3 * scale, err_msg=f"float32 gradient {i} differs from the float64 one"
        )
    for i, (leaf, copy) in enumerate(zip(leaves, before, strict=True)):
        assert np.array_equal(leaf.array, copy), f"the call changed input {i} in place"
    if method == "complex":
        gradcheck(call, leaves, method=method, rtol=1e-9, atol=1e-11)
    else:
        gradcheck(call, leaves, rtol=rtol, atol=atol)
    if order > 1:
        gradgradcheck(call, leaves, rtol=rtol, atol=atol)


def _check_values(
    call: Callable[..., Any],
    leaves: list[Tensor],
    results: Sequence[Any],
    reference: Callable[..., Any] | None,
    raw_arrays: bool,
    order: int,
) -> None:
    """The values do not depend on how the operator is called, and gradients flow where they should."""
    arrays = [leaf.array for leaf in leaves]
    for i, result in enumerate(results):
        assert isinstance(result, Tensor), f"result {i} is a {type(result).__name__}, not a tensor"
        wanted = bool(order) and is_floating(result.dtype)
        assert result.requires_grad == wanted, (
            f"result {i} {'requires no' if wanted else 'requires a'} gradient, though the operator is "
            f"{'' if order else 'not '}differentiable"
        )
    with no_grad():
        unrecorded = call(*leaves)
    assert not any(r.requires_grad for r in unrecorded), "a result requires gradients under no_grad()"
    versions = {
        "under no_grad()": [r.array for r in unrecorded],
        "for contiguous copies": [r.array for r in call(*(_like(t, np.array(t.array, order="C")) for t in leaves))],
    }
    if raw_arrays:
        versions["for raw arrays"] = _plain(call, results, arrays)
    if reference is not None:
        versions["by the reference"] = flat(reference(*arrays))
    for how, values in versions.items():
        for i, (result, value) in enumerate(zip(results, values, strict=True)):
            value = np.asarray(value)
            assert result.shape == value.shape, f"result {i} has shape {result.shape}, and {value.shape} {how}"
            np.testing.assert_allclose(
                np.asarray(result.array), value, 1e-9, 1e-12, err_msg=f"result {i} differs {how}"
            )


def _plain(call: Callable[..., Any], results: Sequence[Any], arrays: Sequence[Any]) -> list[Any]:
    """The results for raw arrays, once their dtypes are those of the results for tensors."""
    plain = [raw(value) for value in call(*arrays)]
    for i, (result, value) in enumerate(zip(results, plain, strict=True)):
        dtype = np.asarray(value).dtype
        assert dtype == result.dtype, f"result {i} is {dtype} for raw arrays, and {result.dtype} for tensors"
    return plain


def _check_gradients(call: Callable[..., Any], leaves: list[Tensor]) -> list[Any]:
    """The gradients of the inputs, once all about their dtype, shape and memory is as it must be."""
    random = np.random.default_rng(0)
    inputs = [_like(leaf, leaf.array) for leaf in leaves]
    results = [r for r in call(*inputs) if r.requires_grad]
    cotangents = [from_numpy(np.asarray(random.uniform(0.5, 1.5, r.shape), r.dtype)) for r in results]
    copies = [np.array(t.array) for t in (*inputs, *cotangents)]
    backward(results, cotangents, retain_graph=True)
    first = []
    for i, leaf in enumerate(inputs):
        assert leaf.grad is not None, f"input {i} received no gradient"
        gradient = leaf.grad.array
        assert gradient.shape == leaf.shape, f"gradient {i} has shape {gradient.shape}, its input {leaf.shape}"
        assert gradient.dtype == leaf.dtype, f"gradient {i} is {gradient.dtype}, its input {leaf.dtype}"
        first.append(np.array(gradient))
    held = {
        **{f"gradient {i}": leaf.grad.array for i, leaf in enumerate(inputs) if leaf.grad is not None},
        **{f"input {i}": leaf.array for i, leaf in enumerate(inputs)},
        **{f"result {i}": r.array for i, r in enumerate(results)},
        **{f"the gradient of result {i}": c.array for i, c in enumerate(cotangents)},
    }
    for name, other in itertools.combinations(held, 2):
        if name.startswith("gradient"):
            assert not _shared(held[name], held[other]), f"{name} shares memory with {other}"
    for i in range(len(inputs)):
        gradient = held[f"gradient {i}"]
        assert not isinstance(gradient, np.ndarray) or gradient.flags.writeable, f"gradient {i} is read-only"
    backward(results, cotangents, retain_graph=True)
    for i, (leaf, once) in enumerate(zip(inputs, first, strict=True)):
        assert leaf.grad is not None
        np.testing.assert_allclose(
            np.asarray(leaf.grad.array), 2 * once, 1e-5, err_msg=f"a second backward did not add to gradient {i}"
        )
    recorded = grad(results, inputs, cotangents, create_graph=True, materialize_grads=True) if inputs else ()
    for i, (once, again, leaf) in enumerate(zip(first, recorded, inputs, strict=True)):
        assert again.dtype == leaf.dtype, f"gradient {i} is {again.dtype} with create_graph, its input {leaf.dtype}"
        np.testing.assert_allclose(
            np.asarray(again.array), once, 1e-4, 1e-5, err_msg=f"create_graph=True changes gradient {i}"
        )
    for i, (tensor, copy) in enumerate(zip((*inputs, *cotangents), copies, strict=True)):
        what = f"input {i}" if i < len(inputs) else f"the gradient of result {i - len(inputs)}"
        assert np.array_equal(tensor.array, copy), f"backward changed {what} in place"
    return first


def _shared(a: Any, b: Any) -> bool:
    return isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and bool(np.shares_memory(a, b))


def _check_freed(call: Callable[..., Any], leaves: list[Tensor]) -> None:
    """Nodes made here are gone when their results are, without the garbage collector.

    Freezing hides every older object from the collector, so that only new nodes are found.
    """
    random = np.random.default_rng(0)
    enabled = gc.isenabled()
    gc.disable()
    gc.freeze()
    try:
        results = [r for r in call(*leaves) if r.requires_grad]
        cotangents = [from_numpy(np.asarray(random.uniform(size=r.shape), r.dtype)) for r in results]
        backward(results, cotangents, inputs=leaves)
        results.clear()
        left = [node.name for node in gc.get_objects() if isinstance(node, Node)]
    finally:
        gc.unfreeze()
        if enabled:
            gc.enable()
    for leaf in leaves:
        leaf.grad = None
    assert not left, f"graph nodes outlive their results, held by a reference cycle or a cache: {left}"


def check_op(
    function: Callable[..., Any],
    inputs: Any = 1,
    *,
    domain: tuple[float, float] | Sequence[tuple[float, float]] = (-2.0, 2.0),
    broadcast: bool = True,
    reference: Callable[..., Any] | None = None,
    order: int = 2,
    raw: bool = True,
    method: str = "central",
    examples: int | None = None,
    derandomize: bool | None = None,
) -> None:
    """Property-test an operator: `check_call` on arrays of many shapes and layouts that hypothesis draws.

    Points where the function has a kink or a jump are passed over. A failure is shrunk to a
    small one and shows the arguments.

    Args:
        function: takes tensors, returns a tensor or several.
        inputs: how many arrays it takes, or a strategy for tuples of arguments, in which floating
            arrays become tensors that require gradients.
        domain: the open interval of the values; one, or one per input.
        broadcast: the shapes of several inputs may differ and broadcast; otherwise they are equal.
        reference: a function of raw arrays that gives the right values.
        order: derivatives that exist: 2, 1, or 0 for an operator through which no gradient flows.
        raw: also call `function` with raw arrays, which not every function of tensors takes.
        method: for `gradcheck`; "complex" for analytic functions.
        examples: how many calls to draw; by default what the hypothesis profile says.
        derandomize: draw the same calls every time; by default what the hypothesis profile says.

    Raises:
        AssertionError, GradcheckError: see `check_call`.
        ImportError: hypothesis is not installed.

    Example:
        >>> check_op(lambda x, y: x * ag.tanh(y), 2, examples=10)
    """
    package = hypothesis()
    st = package.strategies
    if isinstance(inputs, int):
        count = inputs
        domains: Any = [domain] * count if not isinstance(domain[0], Sequence) else domain
        if len(domains) != count:
            raise ValueError(f"check_op: {count} inputs but {len(domains)} domains")
        drawn_shapes = broadcastable_shapes(count) if broadcast else shapes().map(lambda s: (s,) * count)
        inputs = drawn_shapes.flatmap(
            lambda drawn: st.tuples(*(arrays(s, domain=d) for s, d in zip(drawn, domains, strict=True)))
        )
    chosen: dict[str, Any] = {"deadline": None}
    if examples is not None:
        chosen["max_examples"] = examples
    if derandomize is not None:
        chosen |= {"derandomize": derandomize} | ({"database": None} if derandomize else {})

    def leaf(value: Any) -> Any:
        floating = isinstance(value, np.ndarray) and is_floating(value.dtype)
        return from_numpy(value).requires_grad_() if floating else value

    def holds(arguments: Any) -> None:
        tensors = _rebuilt(tuple(arguments), leaf)
        try:
            check_call(function, *tensors, reference=reference, order=order, raw=raw, method=method)
        except NotSmoothError:
            package.reject()

    package.settings(**chosen)(package.given(inputs)(holds))()
