"""In place, a recorded operand of another dtype: the result keeps its dtype, each gradient its operand's."""

import numpy as np
import pytest

import autograd_engine as ag

IN_PLACE = {
    "add_": lambda t, x, y: x.add_(y),
    "add_ with alpha": lambda t, x, y: x.add_(y, alpha=3),
    "sub_": lambda t, x, y: x.sub_(y),
    "mul_": lambda t, x, y: x.mul_(y),
    "div_": lambda t, x, y: x.div_(y),
    "pow_": lambda t, x, y: x.pow_(y),
    "atan2_": lambda t, x, y: x.atan2_(y),
    "hypot_": lambda t, x, y: x.hypot_(y),
    "fmod_": lambda t, x, y: x.fmod_(y),
    "remainder_": lambda t, x, y: x.remainder_(y),
    "copysign_": lambda t, x, y: x.copysign_(y),
    "xlogy_": lambda t, x, y: x.xlogy_(y),
    "copy_": lambda t, x, y: x.copy_(y),
    "+=": lambda t, x, y: x.__iadd__(y),
    "-=": lambda t, x, y: x.__isub__(y),
    "*=": lambda t, x, y: x.__imul__(y),
    "/=": lambda t, x, y: x.__itruediv__(y),
    "**=": lambda t, x, y: x.__ipow__(y),
    "x[i] =": lambda t, x, y: (x.__setitem__(0, y[1]), x)[1],
}


def found(library, case, dtypes):
    leaves = [
        library.tensor(values, dtype=getattr(library, dtype), requires_grad=True)
        for values, dtype in zip(([1.5, 2.25, 0.5], [2.0, 1.75, 3.0]), dtypes, strict=True)
    ]
    x, y = leaves
    out = IN_PLACE[case](library, x * 1, y * 1)
    (out * out).sum().backward()
    return out, [leaf.grad for leaf in leaves]


@pytest.mark.parametrize("dtypes", [("float32", "float64"), ("float64", "float32"), ("float16", "float32")])
@pytest.mark.parametrize("case", IN_PLACE)
def test_a_recorded_operand_of_another_dtype(case, dtypes):
    torch = pytest.importorskip("torch")
    (mine, ours), (theirs, others) = found(ag, case, dtypes), found(torch, case, dtypes)
    tolerance = 5e-3 if "float16" in dtypes else 1e-5
    assert f"torch.{mine.dtype}" == str(theirs.dtype) == f"torch.{dtypes[0]}"
    np.testing.assert_allclose(mine.detach().numpy(), theirs.detach().numpy(), rtol=tolerance)
    for gradient, other, dtype in zip(ours, others, dtypes, strict=True):
        assert f"torch.{gradient.dtype}" == str(other.dtype) == f"torch.{dtype}"
        np.testing.assert_allclose(gradient.numpy(), other.numpy(), rtol=tolerance)


@pytest.mark.parametrize("index", [[0, 2], [True, False, True]])
@pytest.mark.parametrize("dtypes", [(ag.float32, ag.float64), (ag.float64, ag.float32)])
def test_a_recorded_value_of_another_dtype_is_written_at_an_index(index, dtypes):
    """PyTorch asks for one dtype here."""
    x = ag.ones(3, dtype=dtypes[0], requires_grad=True)
    y = ag.tensor([2.0, 5.0], dtype=dtypes[1], requires_grad=True)
    out = x * 1
    out[ag.tensor(index)] = y * 1
    (out * out).sum().backward()
    assert out.dtype == dtypes[0]
    assert out.tolist() == [2.0, 1.0, 5.0]
    assert (x.grad.dtype, y.grad.dtype) == dtypes
    assert x.grad.tolist() == [0.0, 2.0, 0.0]
    assert y.grad.tolist() == [4.0, 10.0]
