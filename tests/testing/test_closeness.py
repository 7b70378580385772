"""assert_close: PyTorch's verdict, with a message that says where."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.testing import assert_close
from tests.messages import exactly

PAIRS = [
    ([1.0, 2.0], [1.0, 2.0], {}),
    ([1.0, 2.0], [1.0, 2.00001], {}),
    ([1.0, 2.0], [1.0, 2.0001], {}),
    ([1.0, 2.0], [1.0, 2.0001], {"rtol": 1e-3, "atol": 0.0}),
    ([0.0], [9e-6], {}),
    ([0.0], [1.1e-5], {}),
    ([float("nan")], [float("nan")], {}),
    ([float("nan")], [float("nan")], {"equal_nan": True}),
    ([float("inf")], [float("inf")], {}),
    ([1.0], [float("inf")], {}),
    ([1, 2], [1, 2], {}),
    ([1, 2], [1, 3], {}),
    ([1.0], [1], {}),
    ([1.0], [1], {"check_dtype": False}),
    ([True, False], [True, True], {}),
    ([[1.0]], [1.0], {}),
]


@pytest.mark.parametrize("pair", PAIRS, ids=str)
@pytest.mark.parametrize("dtype", [None, "float64", "float16"])
def test_the_verdict_is_pytorchs(pair, dtype):
    torch = pytest.importorskip("torch")
    verdicts = []
    for lib in (ag, torch):
        actual, expected = (lib.tensor(part) for part in pair[:2])
        if dtype is not None and actual.dtype == expected.dtype == lib.float32:
            actual, expected = (t.to(getattr(lib, dtype)) for t in (actual, expected))
        try:
            lib.testing.assert_close(actual, expected, **pair[2])
            verdicts.append(True)
        except AssertionError:
            verdicts.append(False)
    assert verdicts[0] == verdicts[1]


def test_sequences_mappings_and_numbers():
    assert_close({"a": [ag.ones(1), 2.0]}, {"a": [ag.ones(1), 2.0]})
    assert_close(np.ones(2), np.ones(2))
    for actual, expected, words in [
        ({"a": [1.0, 2.0]}, {"a": [1.0, 3.0]}, "['a']: [1]: 1 of 1 elements differ...by 1, ..."),
        ({"a": 1}, {"b": 1}, "expected a mapping with keys ['b'], got ['a']"),
        ([1], [1, 2], "expected a sequence of length 2, got [1]"),
        (ag.ones(2), ag.ones(3), "the shapes differ: (2,) and (3,)"),
        (ag.ones(1), ag.ones(1, dtype=ag.float64), "the dtypes differ: float32 and float64"),
        (ag.ones(1), 1.0, "a Tensor and a float are not compared"),
    ]:  # fmt: skip
        with pytest.raises(AssertionError, match=exactly(words)):
            assert_close(actual, expected)
    with pytest.raises(AssertionError, match=exactly("the strides differ, in bytes: (8, 4) and (4, 8)")):
        assert_close(ag.ones(2, 2), ag.ones(2, 2).T, check_stride=True)
    with pytest.raises(AssertionError, match=exactly("mine")):
        assert_close(1, 2, msg="mine")
    with pytest.raises(AssertionError, match=exactly("so: 1 of 1 elements...")):
        assert_close(1, 2, msg=lambda words: f"so: {words}")
    with pytest.raises(ValueError, match="both rtol and atol"):
        assert_close(1, 1, rtol=0.0)
    with pytest.raises(AssertionError, match="are not compared"):
        assert_close(ag.nn.Parameter(ag.ones(1)), ag.ones(1), allow_subclasses=False)
