"""Checks of all that must hold for an operator, on one call or on many.

`check_call` checks the values, first and second derivatives, dtypes, shapes and memory of one call. `check_op` lets
hypothesis draw calls, with 0-d, size-0, broadcast and reversed arrays among the arguments, and checks each of them.
All operators of this package pass the same checks (tests/ops/test_table.py).
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


def _flat(results: Any) -> list[Any]:
    """The results of a function as a flat list: its only result, or all items of nested tuples and lists."""
    return [r for item in results for r in _flat(item)] if isinstance(results, (tuple, list)) else [results]


def _rebuilt(value: Any, change: Callable[[Any], Any]) -> Any:
    """Nested tuples and lists with `change` applied to every value inside."""
    if isinstance(value, (tuple, list)):
        return type(value)(_rebuilt(v, change) for v in value)
    return change(value)


def _bind(
    function: Callable[..., Any], arguments: Sequence[Any], settings: dict[str, Any] | None = None
) -> tuple[Callable[..., tuple[Any, ...]], list[Tensor]]:
    """A call as a function of those of its tensors that require gradients, and these tensors.

    The tensors may lie in nested lists of arguments, as for `cat`, or be keyword arguments. If the returned
    function is called with raw arrays, it replaces all other tensors of the call by their raw arrays too.
    """
    leaves = [
        t
        for t in (*_flat(tuple(arguments)), *_flat(tuple((settings or {}).values())))
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
        return tuple(_flat(function(*_rebuilt(tuple(arguments), change), **changed)))

    return call, leaves


def _like(tensor: Any, array: Any) -> Any:
    """A tensor around this very array that requires gradients if `tensor` does."""
    array = array[...] if isinstance(array, np.ndarray) else np.asarray(array)
    return from_numpy(array).requires_grad_(tensor.requires_grad)


def _converted(value: Any, dtype: Any) -> Any:
    """A floating-point tensor as a new leaf of another dtype, with the same layout in memory; other values
    unchanged."""
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
    """Check one call of an operator, `function(*arguments, **settings)`.

    The inputs are those tensors, also in nested lists, that require gradients; they must be float64. It checks that

    - values: tensors, raw arrays, contiguous copies and `reference` give the same results, raw arrays in the same
      dtypes;
    - derivatives: `gradcheck` and `gradgradcheck` pass, and gradients in float32 agree with those in float64;
    - dtypes and shapes: float32 inputs give float32 results and gradients, and gradients have their inputs' shapes;
    - memory: no gradient is read-only, or shares memory with another gradient, the cotangent, an input or a result;
      inputs and cotangents keep their values; a second backward pass adds to `.grad`; and the graph is freed
      without the garbage collector.

    Args:
        function: the operator; takes tensors, returns a tensor or several.
        arguments: its arguments.
        reference: a function of raw arrays that computes the right results; None does not compare.
        order: the order of derivatives that exist: 2, 1, or 0 if no gradient flows through the operator.
        raw: whether to call `function` with raw arrays too.
        method: the method of `gradcheck`.
        rtol, atol: the tolerances of `gradcheck` and `gradgradcheck`.
        settings: keyword arguments of the call.

    Raises:
        AssertionError: something does not hold; the message says what.
        GradcheckError: a derivative is wrong.
        NotSmoothError: the function has no derivative at this point.
        ValueError: an input is not float64.

    Example:
        >>> x = ag.tensor([0.5, 1.5], dtype=ag.float64, requires_grad=True)
        >>> check_call(ag.exp, x, reference=np.exp)
    """
    call, leaves = _bind(function, arguments, settings)
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
    narrow, narrow_leaves = _bind(function, narrow_arguments, narrow_settings)
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
    """Check that the values do not depend on how the operator is called, and that gradients flow where they
    should."""
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
        versions["by the reference"] = _flat(reference(*arrays))
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
    """Check dtype, shape and memory of the gradients; returns the gradients of the inputs."""
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
    """Check that the nodes of a graph are freed with its results, without the garbage collector.

    `gc.freeze` hides all older objects from `gc.get_objects`, so that only nodes made here are found.
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
    """Property-test an operator: `check_call` for arrays of many shapes and memory layouts, which hypothesis draws.

    Points where the function has a kink or a jump are skipped. If a call fails, hypothesis looks for a smaller one
    that fails too, and prints its arguments.

    Args:
        function: the operator; takes tensors, returns a tensor or several.
        inputs: how many arrays it takes; or a strategy that draws tuples of arguments, in which floating-point
            arrays become tensors that require gradients.
        domain: the open interval (low, high) that the values lie in; or one for each input.
        broadcast: let the shapes of several inputs differ, so that they broadcast; otherwise they are equal.
        reference: a function of raw arrays that computes the right results; None does not compare.
        order: the order of derivatives that exist: 2, 1, or 0 if no gradient flows through the operator.
        raw: whether to call `function` with raw arrays too, which every operator of this package takes.
        method: the method of `gradcheck`; "complex" is more exact, for analytic functions.
        examples: how many calls to draw; by default, the hypothesis profile decides.
        derandomize: draw the same calls every time; by default, the hypothesis profile decides.

    Raises:
        AssertionError, GradcheckError: see `check_call`.
        ValueError: the number of domains is not that of the inputs.
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
