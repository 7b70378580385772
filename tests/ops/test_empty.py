"""Empty tensors: every call of the table, with size 0 in every dimension, gives what PyTorch gives.

Each size of each input becomes 0, by itself and together with all equal sizes of the call, so that sizes which have
to agree still do. Where PyTorch has a result, ours is the same, with the same gradients. Where it refuses, we may
too, but with an error that says what is wrong.
"""

import dataclasses
import itertools

import numpy as np
import pytest

import autograd_engine as ag
from tests.ops.test_oracle import compare, counterpart, flat, theirs
from tests.table import TABLE
from tests.table.operators import Call, Input

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # PyTorch's: degrees of freedom, is in beta

KILLS_TORCH = {"embedding_bag", "lstm"}
"""PyTorch 2.13 itself dies of a segmentation fault here."""

REFUSED = {
    "adaptive_avg_pool2d(": "PyTorch takes the mean of nothing as NaN",
    "batch_norm(": "PyTorch lets weights of other sizes pass when there is nothing to normalize",
    "bincount(": "PyTorch lets weights of another size pass when there is nothing to count",
    "cumulative_trapezoid(": "PyTorch lets coordinates of another size pass",
    "fractional_max_pool2d(f[0, 3, ": "PyTorch lets samples of another size pass when there is nothing to pool",
    "fractional_max_pool3d(f[0, 2, ": "the same",
    "index_add(f[0, 4], ": "PyTorch lets any index pass when there is nothing to add to",
    "index_add(f[3, 0], -1, given[2], f[3, 2], ": "the same",
    "instance_norm(": "as for batch_norm",
    "qr(f[2, 0], False)": "the last columns of Q are arbitrary: we refuse a derivative",
    **dict.fromkeys(
        ("rnn_tanh", "rnn_relu", "gru", "lstm"),
        "PyTorch lets states of no sequence pass, and parameters of other sizes where there is no sequence",
    ),
    "repeat_interleave": "PyTorch lets an output_size pass that is not that of the result",
    "scaled_dot_product_attention(": "PyTorch lets other lengths pass when there is nothing to attend to",
    "trapezoid(": "PyTorch lets coordinates of another size pass",
}
"""Where we refuse what PyTorch takes, and why."""

OTHERS = {
    "addmv(f[], ": "PyTorch gives the result the shape of the input, not that of the product",
    "bincount(given[0], f[0])": "PyTorch forgets the weights where there is nothing to count, and so their dtype",
    "block_diag(f[0], ": "PyTorch's gradient of the others lies in the wrong place",
    "conv1d(f[2, 0, ": "PyTorch forgets the filters where there are no channels to sum over",
    "conv1d(f[0, 7], f[4, 0, ": "the same",
    "conv2d(f[2, 0, ": "the same",
    "conv2d(f[0, 0, ": "the same",
    "conv2d(f[1, 0, ": "the same",
    "conv2d(f[0, 5, 5], f[3, 0, ": "the same",
    "conv3d(f[1, 0, ": "the same",
    "conv3d(f[2, 0, ": "the same",
    "cross_entropy(f[4, 0], f[4, 0])": "PyTorch takes the mean of losses that are all 0 as NaN",
    "group_norm(f[2, 4, 0], ": "PyTorch's gradient of the weight is NaN, ours the sum of nothing",
    "multi_margin_loss(f[0, 3], ": "PyTorch reads memory that nobody has set",
    "multilabel_margin_loss(f[0, 4], ": "the same",
    "scaled_dot_product_attention(f[0, 1, 3, 0], ": "PyTorch gives the result the leading dimensions of the query",
    "scaled_dot_product_attention(f[2, 1, ": "the same",
    "pixel_unshuffle(": "PyTorch returns an empty input as it is, in its old shape",
}
"""Where we differ, and why."""


def inputs(call: Call) -> list[Input]:
    found: list[Input] = []
    call.filled(found.append)
    return found


def without(place: Input, dims) -> Input:
    """The input with size 0 in these dimensions."""
    shape = tuple(0 if d in dims else n for d, n in enumerate(place.shape))
    if place.values is None:
        return dataclasses.replace(place, shape=shape)
    kept = tuple(slice(0, 0 if d in dims else None) for d in range(len(shape)))
    return dataclasses.replace(place, shape=shape, values=np.array(place.values)[kept])


def emptied(call: Call) -> dict[str, Call]:
    """The call with size 0 in one dimension of one input, or in all dimensions of one size."""
    places = inputs(call)
    choices = [{(i, d)} for i, place in enumerate(places) for d, n in enumerate(place.shape) if n]
    for size in {n for place in places for n in place.shape if n}:
        choices.append({(i, d) for i, place in enumerate(places) for d, n in enumerate(place.shape) if n == size})
    calls = {}
    for chosen in choices:
        number = itertools.count()

        def make(place: Input, chosen=chosen, number=number) -> Input:
            i = next(number)
            return without(place, {d for j, d in chosen if j == i})

        arguments, settings = call.filled(make)
        made = Call(arguments, settings)
        calls[str(made)] = made
    return calls


def known_to_torch(row, call: Call) -> bool:
    """Whether PyTorch has a result, and gradients of it."""
    random = np.random.default_rng(0)
    arguments, settings = call.filled(lambda place: place.random(random))
    try:
        results = counterpart(row)(*theirs(arguments), **{name: theirs(value) for name, value in settings.items()})
        recorded = [r for r in flat(list(flat(results))) if isinstance(r, torch.Tensor) and r.requires_grad]
        torch.autograd.backward(recorded, [torch.ones_like(r) for r in recorded])
    except (ArithmeticError, AssertionError, IndexError, RuntimeError, TypeError, ValueError):
        return False
    return True


def refusal(row, call: Call) -> str:
    """What our error says; nothing if there is none."""
    random = np.random.default_rng(0)
    arguments, settings = call.filled(lambda place: place.random(random))
    try:
        row.function(*arguments, **settings)
    except (ValueError, IndexError, TypeError, RuntimeError) as error:
        return str(error)
    return ""


def starts(name: str, listed: dict[str, str]) -> bool:
    return any(name.startswith(start) for start in listed)


ROWS = [row for row in TABLE.values() if row.torch is not None and row.name not in KILLS_TORCH]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_empty_tensors(row):
    calls = {}
    for call in row.calls:
        if call.in_torch:
            calls |= emptied(call)
    faults = []
    for name, call in calls.items():
        named = f"{row.name}({name})"
        try:
            with np.errstate(all="ignore"):
                if (
                    known_to_torch(row, call)
                    and not starts(named, OTHERS)
                    and not (starts(named, REFUSED) and refusal(row, call))
                ):
                    compare(row, call, rtol=1e-7, atol=1e-10)
                else:
                    said = refusal(row, call)
                    assert not said or ": " in said, said
        except Exception as error:
            faults.append(f"{named}: {type(error).__name__}: {str(error)[:200]}")
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize(("features", "shape"), [((3, 4), (0, 5, 3)), ((0, 4), (2, 5, 0)), ((3, 0), (2, 5, 3))])
def test_a_linear_layer_of_an_empty_batch_or_without_features(features, shape):
    layer = ag.nn.Linear(*features)
    x = ag.ones(shape, requires_grad=True)
    out = layer(x)
    assert out.shape == (*shape[:-1], features[1])
    out.sum().backward()
    assert x.grad.shape == shape
    assert layer.weight.grad.shape == layer.weight.shape
    np.testing.assert_array_equal(layer.bias.grad.numpy(), shape[0] * shape[1])


def test_what_has_no_elements_can_be_split_into_pieces_of_size_0():
    assert [piece.shape for piece in ag.zeros(0, 3).split(0)] == [(0, 3)]
    with pytest.raises(ValueError, match="split: the size of a piece must be positive, not 0"):
        ag.ones(2, 3).split(0)


def test_a_size_beside_0_cannot_be_inferred():
    with pytest.raises(ValueError, match=r"unflatten: beside a size of 0, -1 could be any number.* \(0, -1\)"):
        ag.zeros(0, 3).unflatten(0, (0, -1))
    with pytest.raises(IndexError, match=r"index_put: index 0 is out of bounds .* \(0, 4\)"):
        ag.zeros(0, 4).index_put((ag.tensor([0]),), ag.tensor(1.0), accumulate=True)
