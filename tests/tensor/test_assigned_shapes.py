"""Assignments of values of many shapes: the values and gradients are PyTorch's wherever it takes the shape.

An assignment is the one operation whose operand may have more dimensions than the place it goes into.
"""

import numpy as np
import pytest

import autograd_engine as ag

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")

SHAPES = [(), (1,), (1, 1), (3,), (1, 3), (1, 1, 3), (2,), (1, 2), (2, 3), (1, 2, 3), (2, 1), (1, 2, 1), (1, 1, 1)]


def at(index):
    return lambda m, y, v: y.__setitem__(index(m), v)


WRITES = {
    "an integer": at(lambda m: 0),
    "a slice": at(lambda m: slice(0, 1)),
    "everything": at(lambda m: ...),
    "a new dimension": at(lambda m: (None, 0)),
    "one element": at(lambda m: (0, 0)),
    "places": at(lambda m: m.tensor([0, 1])),
    "an integer and places": at(lambda m: (0, m.tensor([0, 2]))),
    "a mask": at(lambda m: m.tensor([[True, False, True], [False, False, False]])),
    "a mask of rows": at(lambda m: m.tensor([True, False])),
    "copy_": lambda m, y, v: y.copy_(v),
    "index_put": lambda m, y, v: y.index_put((m.tensor([0, 1]),), v),
    "index_put_": lambda m, y, v: y.index_put_((m.tensor([0, 1]),), v),
    "accumulating": lambda m, y, v: y.index_put((m.tensor([0, 0]),), v, accumulate=True),
    "masked_scatter": lambda m, y, v: y.masked_scatter(m.tensor([[True, False, True], [False, False, False]]), v),
    "put": lambda m, y, v: y.put(m.tensor([0, 1]), v),
    "slice_scatter": lambda m, y, v: y.slice_scatter(v, 0, 0, 1),
    "select_scatter": lambda m, y, v: y.select_scatter(v, 0, 0),
    "index_copy": lambda m, y, v: y.index_copy(0, m.tensor([0]), v),
    "index_add": lambda m, y, v: y.index_add(0, m.tensor([0]), v),
    "add_": lambda m, y, v: y.add_(v),
}


def written(m, write, shape, base, dtypes=("float64", "float64")):
    """What is in the tensor and in its view afterwards, and the gradients of the base and the value."""
    random = np.random.default_rng(0)
    dtypes = [getattr(m, name) for name in dtypes]
    x, v = (
        m.tensor(random.uniform(1, 2, s), dtype=d, requires_grad=True)
        for s, d in zip(((2, 3), shape), dtypes, strict=True)
    )
    y = m.zeros(2, 3, dtype=dtypes[0]) if base == "zeros" else x * 1
    view = y.reshape(-1) if base == "with a view" else y
    result = write(m, y, v)
    y = y if result is None else result
    ((y * y).sum() + (view * 3).sum()).backward()
    gradients = [np.zeros(t.shape) if t.grad is None else t.grad.numpy() for t in (x, v)]
    return [y.detach().numpy(), view.detach().numpy(), *gradients]


@pytest.mark.parametrize("base", ["zeros", "a result", "with a view"])
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_values_and_gradients_of_an_assignment(write, base):
    taken = 0
    for shape in SHAPES:
        try:
            expected = written(torch, write, shape, base)
        except (RuntimeError, IndexError):
            continue
        taken += 1
        for ours, theirs in zip(written(ag, write, shape, base), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, err_msg=f"a value of shape {shape}")
    assert taken


@pytest.mark.parametrize("base", ["zeros", "a result", "with a view"])
@pytest.mark.parametrize(
    "dtypes", [("float32", "float64"), ("float64", "float32"), ("float32", "float16"), ("float16", "float32")]
)
def test_an_assigned_value_of_another_dtype(dtypes, base):
    changes = WRITES | {f"{name}_": lambda m, y, v, name=name: getattr(y, f"{name}_")(v) for name in ("mul", "div")}
    taken = 0
    for name, write in changes.items():
        try:
            expected = written(torch, write, (3,), base, dtypes)
        except (RuntimeError, IndexError):
            continue
        taken += 1
        for ours, theirs in zip(written(ag, write, (3,), base, dtypes), expected, strict=True):
            assert ours.dtype == theirs.dtype
            np.testing.assert_allclose(ours, theirs, rtol=2e-3 if "float16" in dtypes else 1e-6, err_msg=name)
    assert taken > 5
