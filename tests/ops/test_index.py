"""Every mixture of up to three components of an index reads and writes what PyTorch reads and writes."""

import itertools

import numpy as np
import pytest

import autograd_engine as ag

torch = pytest.importorskip("torch", reason="PyTorch is the oracle here")

VALUES = np.arange(24.0).reshape(2, 3, 4)
COMPONENTS = {
    "0": 0,
    "-1": -1,
    ":": slice(None),
    "1:": slice(1, None),
    "None": None,
    "...": ...,
    "[1, 0]": [1, 0],
    "[[1], [0]]": [[1], [0]],
    "[True, False]": [True, False],
}


def tensors(library, names):
    found = [COMPONENTS[name] for name in names]
    return tuple(library.tensor(item) if isinstance(item, list) else item for item in found)


def outcome(library, names, write):
    x = library.tensor(VALUES, requires_grad=True)
    index = tensors(library, names)
    if write:
        y = x * 1
        y[index] = -1.5
    else:
        y = x[index]
    (y * y).sum().backward()
    return y.detach().numpy(), x.grad.numpy()


@pytest.mark.parametrize("length", [1, 2, 3])
@pytest.mark.parametrize("write", [False, True], ids=["reads", "writes"])
def test_a_mixture_of_components(length, write):
    compared = 0
    for names in itertools.product(COMPONENTS, repeat=length):
        if names.count("...") > 1:
            continue
        try:
            theirs = outcome(torch, names, write)
        except IndexError:
            with pytest.raises((IndexError, ValueError)):
                outcome(ag, names, write)
            continue
        for mine, other in zip(outcome(ag, names, write), theirs, strict=True):
            assert mine.shape == other.shape, names
            np.testing.assert_array_equal(mine, other, err_msg=str(names))
        compared += 1
    assert compared > 6 * 7 ** (length - 1)
