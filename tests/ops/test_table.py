"""Every operator, by its row in the op table: values, derivatives of both orders, dtypes, memory."""

import importlib.util
import inspect
import os
import sys

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import autograd_engine as ag
from autograd_engine.ops.names import names_in, operator
from autograd_engine.testing import NotSmoothError, arrays, check_call, check_op, indices
from autograd_engine.testing.strategies import LAYOUTS
from tests.table import TABLE, page
from tests.table.operators import Call, Operator

ROWS = [pytest.param(row, id=row.name) for row in TABLE.values()]
CALLS = [pytest.param(row, call, id=f"{row.name}({call})") for row in TABLE.values() for call in row.calls]


def method(row: Operator) -> str:
    return "complex" if row.analytic and row.order else "central"


TIERS = ["numpy", "compiled"] if importlib.util.find_spec("numba") else ["numpy"]


def compiled_kernels_run(function, arguments, settings) -> bool:
    """Whether a call, or its backward pass, comes by a compiled kernel."""
    found = False

    def watch(frame, event, argument):
        nonlocal found
        found |= f"{os.sep}compiled{os.sep}" in frame.f_code.co_filename

    sys.setprofile(watch)
    try:
        results = function(*arguments, **settings)
        for result in results if isinstance(results, (tuple, list)) else [results]:
            if isinstance(result, ag.Tensor) and result.requires_grad:
                result.backward(ag.ones_like(result), retain_graph=True)
    finally:
        sys.setprofile(None)
    return found


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize(("row", "call"), CALLS)
def test_call(row: Operator, call: Call, tier: str):
    random = np.random.default_rng(0)
    arguments, settings = call.filled(lambda place: place.random(random))
    with ag.use_kernels(tier):
        if tier == "compiled" and not compiled_kernels_run(row.function, *call.filled(lambda p: p.random(random))):
            return  # what runs is what ran for NumPy's tier
        check_call(row.function, *arguments, order=row.order, method=method(row), **settings)


def check_layout(row: Operator, call: Call, layout: str, seed: int):
    random = np.random.default_rng(seed)
    arguments, settings = call.filled(lambda place: place.random(random, layout=layout))
    check_call(row.function, *arguments, order=min(row.order, 1), method=method(row), **settings)


LAID_OUT = [r for r in ROWS if not r.values[0].contiguous]


@pytest.mark.parametrize("row", LAID_OUT)
def test_memory_layout(row: Operator):
    """Each layout, and each call, in turn."""
    for k in range(max(len(row.calls), len(LAYOUTS) - 1)):
        i = k % len(row.calls)
        check_layout(row, row.calls[i], LAYOUTS[1 + k % (len(LAYOUTS) - 1)], i)


@pytest.mark.slow
@pytest.mark.parametrize("layout", LAYOUTS[1:])
@pytest.mark.parametrize("row", LAID_OUT)
def test_every_memory_layout_of_every_call(row: Operator, layout: str):
    for i, call in enumerate(row.calls):
        check_layout(row, call, layout, i)


@pytest.mark.parametrize("row", ROWS)
def test_property(row: Operator):
    @given(row.drawn())
    def holds(filled):
        arguments, settings = filled
        try:
            check_call(row.function, *arguments, order=row.order, method=method(row), **settings)
        except NotSmoothError:
            reject()

    holds()


@pytest.mark.parametrize("row", [r for r in ROWS if r.values[0].order])
def test_float64_leaf_of_a_float32_computation(row: Operator):
    """Gradients come back in the dtype of the leaf, not of the computation."""
    random = np.random.default_rng(0)
    call = row.calls[0]
    leaves = []

    def narrowed(place):
        leaf = place.random(random)
        leaves.append(leaf)
        return leaf.float() if leaf.requires_grad else leaf

    arguments, settings = call.filled(narrowed)
    results = row.function(*arguments, **settings)
    results = results if isinstance(results, (tuple, list)) else [results]
    sum(r.sum() for r in results if r.requires_grad).backward()
    for leaf in leaves:
        if leaf.requires_grad:
            assert leaf.grad.dtype == np.float64


@pytest.mark.parametrize("kind", ["basic", "integer", "mask", "mixed"])
def test_reading_and_writing_at_every_kind_of_index(kind: str):
    reading = st.tuples(arrays((2, 3)), indices((2, 3), kind))
    check_op(ag.getitem, reading)
    writing = reading.flatmap(lambda r: st.tuples(st.just(r[0]), st.just(r[1]), arrays(r[0][r[1]].shape)))
    check_op(ag.setitem, writing)


@pytest.mark.parametrize("equation", ["ij,jk->ik", "ij,kj->", "ij,ij->j", "i...,i...->...", "ii,i", "ab,ab,b->a"])
def test_einsum_over_drawn_sizes(equation: str):
    terms = equation.partition("->")[0].replace("...", "z").split(",")
    sizes = st.fixed_dictionaries({letter: st.integers(0, 3) for letter in sorted(set("".join(terms)))})
    operands = sizes.flatmap(lambda n: st.tuples(*(arrays(tuple(n[c] for c in term)) for term in terms)))
    check_op(lambda *tensors: ag.einsum(equation, *tensors), operands, method="complex")


# ------------------------------------------------------- edges where we have a convention of our own


def gradient(function, *values):
    """The gradients of the sum of the result."""
    leaves = [ag.tensor(np.array(v, np.float64), requires_grad=True) for v in values]
    function(*leaves).sum().backward()
    return [leaf.grad.tolist() for leaf in leaves]


def test_logsumexp_of_nothing_but_minus_infinity_has_gradient_0():
    with np.errstate(divide="ignore"):
        assert gradient(lambda x: ag.logsumexp(x, 1), [[-np.inf, -np.inf], [-np.inf, 1.0]]) == [[[0, 0], [0, 1]]]


def test_clamp_between_equal_bounds_has_the_gradient_of_one_bound():
    assert gradient(ag.clamp, [2.0, 3.0], [2.5, 2.5], [2.5, 2.5]) == [[0, 0], [1, 0], [0, 1]]


def test_where_lets_nothing_infinite_through_to_the_side_not_chosen():
    x, y = (ag.tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    ag.where(ag.tensor([True, False]), x, y).backward(ag.tensor([np.inf, np.nan]))
    assert x.grad.tolist() == [np.inf, 0]
    assert y.grad.tolist()[0] == 0
    safe = gradient(lambda x: ag.where(x > 0, ag.sqrt(ag.where(x > 0, x, 1.0)), 0.0), [0.0, 4.0])
    assert safe == [[0, 0.25]]


def test_of_several_writes_to_one_element_only_the_last_has_a_gradient():
    x = [0.0, 0.0, 0.0]
    assert gradient(lambda x, v: ag.setitem(x, [1, 2, 1], v), x, [5.0, 6.0, 7.0]) == [[1, 0, 0], [0, 1, 1]]
    assert ag.setitem(ag.tensor(x), [1, 1], ag.tensor([5.0, 7.0])).tolist() == [0, 7, 0]


def test_std_and_amax_of_equal_elements():
    assert gradient(ag.std, [2.0, 2.0]) == [[0, 0]]
    assert gradient(ag.amax, [2.0, 1.0, 2.0]) == [[0.5, 0, 0.5]]


@pytest.mark.parametrize("name", ["mean", "log_softmax", "softmax", "logsumexp"])
def test_an_empty_dimension_gives_no_warning_but_for_an_infinite_result(name):
    x = ag.tensor(np.zeros((2, 0)), requires_grad=True)
    with np.errstate(divide="ignore" if name == "logsumexp" else "raise"):
        getattr(ag, name)(x, 1).sum().backward()
    assert x.grad.shape == (2, 0)


# -------------------------------------------------------------------------------- the table is complete


PLACES = {
    "torch": ag,
    "Tensor": ag.Tensor,
    "special": ag.special,
    "linalg": ag.linalg,
    "functional": ag.nn.functional,
}
"""Where users find operators, in-place forms among them."""


def public_functions():
    for place in PLACES:
        for name, function in names_in(place).items():
            if not name.endswith("_"):
                yield f"{function.__module__.removeprefix('autograd_engine.ops.')}.{function.__name__}", function


ELSEWHERE = {"comparison.allclose", "comparison.equal", "arithmetic.float_power"}
"""Operators that give a Python bool, or float64 for float32, which no row can say: tested in test_special.py."""


def test_every_public_operator_is_in_the_table():
    known = {id(row.operator) for row in TABLE.values()}
    missing = {name for name, function in public_functions() if id(function) not in known and name not in ELSEWHERE}
    assert not missing, f"not in tests/table, so not tested: {missing}"


@pytest.mark.parametrize("place", PLACES)
def test_what_is_declared_is_found_where_users_look(place):
    """A family that is not imported in time is missing there. Two functions of nn.functional are its own."""
    missing = {n for n, f in names_in(place).items() if inspect.getattr_static(PLACES[place], n, None) is not f}
    assert not missing


def test_a_declaration_names_a_place_and_takes_no_name_that_is_given():
    with pytest.raises(TypeError, match="exp: there is no place 'nowhere'; there are torch, Tensor, special"):
        operator("nowhere")(ag.exp)
    with pytest.raises(TypeError, match="exp: another function is called log in torch; choose another name"):
        operator(torch="log")(ag.exp)


@pytest.mark.parametrize("place", ["torch", "functional"])
def test_in_place_functions_are_those_of_pytorch(place):
    """But for other names of the same operator, which PyTorch gives not to all."""
    torch = pytest.importorskip("torch")
    theirs = {"torch": torch, "functional": torch.nn.functional}[place]
    ours = {name: function for name, function in names_in(place).items() if name.endswith("_")}
    assert {n for n, f in ours.items() if not hasattr(theirs, n)} <= {"absolute_"}
    known = {n for n in dir(PLACES[place]) if hasattr(theirs, f"{n}_")} - {"as_strided"}  # a tensor keeps its place
    assert {f"{n}_" for n in known} == {n for n in ours if hasattr(theirs, n)}


def test_every_operator_is_public():
    known = {id(function) for _, function in public_functions()}
    hidden = {row.name for row in TABLE.values() if id(row.operator) not in known}
    assert hidden <= {"identity"}


def test_every_row_covers_0d_and_size_0_where_it_can():
    """A row of an operator that broadcasts has both; the shapes are in one place, so check the place."""
    for row in TABLE.values():
        if row.operands:
            shapes = [[i.shape for i in call.arguments if hasattr(i, "shape")] for call in row.calls]
            assert any(s == [()] * len(row.operands) for s in shapes)
            assert any(0 in shape for s in shapes for shape in s)


def test_the_page_of_operators():
    lines = page().splitlines()
    assert lines[0] == "# Operators"
    assert sum(line.startswith("| `") for line in lines) == len(TABLE)
    assert "| `add` | `torch.add` | yes | yes |" in lines
    assert "| `eq` | `torch.eq` | no gradient flows | no gradient flows |" in lines
    assert "| `silu` | `torch.nn.functional.silu` | yes | yes |" in lines


def test_drawn_calls_reach_the_edges():
    """The strategies behind the table do draw 0-d, size-0, broadcast and non-contiguous operands."""
    seen = set()

    @given(TABLE["mul"].drawn())
    def collect(filled):
        (x, y), _ = filled
        seen.add("0-d" if not x.shape else "size-0" if 0 in x.shape else "")
        seen.add("broadcast" if x.shape != y.shape else "")
        seen.add("" if x.is_contiguous() else "non-contiguous")

    settings(max_examples=100)(collect)()
    assert {"0-d", "size-0", "broadcast", "non-contiguous"} <= seen


@pytest.mark.parametrize(
    "name", sorted({n for n, f in names_in("torch").items() if "dim" in inspect.signature(f).parameters})
)
def test_every_dim_answers_to_axis(name):
    function = names_in("torch")[name]
    with pytest.raises(TypeError) as caught:
        function(axis=0)
    assert "axis" not in str(caught.value)
