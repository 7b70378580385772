"""A layer makes all its parameters and buffers on the device, and of the dtype, that it is given."""

import inspect

import pytest

import autograd_engine as ag
from autograd_engine import nn

RUNNING = {"affine": True, "track_running_stats": True}
ARGUMENTS = {
    "BatchNorm": ((3,), RUNNING),
    "Bilinear": ((2, 3, 4), {}),
    "Conv": ((2, 4, 3), {}),
    "Embedding": ((5, 3), {}),
    "EmbeddingBag": ((5, 3), {}),
    "GRU": ((2, 3), {}),
    "GRUCell": ((2, 3), {}),
    "GroupNorm": ((1, 3), {}),
    "InstanceNorm": ((3,), RUNNING),
    "LSTM": ((2, 3), {"num_layers": 2, "bidirectional": True, "proj_size": 2}),
    "LSTMCell": ((2, 3), {}),
    "LayerNorm": ((3,), {}),
    "LazyBatchNorm": ((), RUNNING),
    "LazyConv": ((4, 3), {}),
    "LazyConvTranspose": ((4, 3), {}),
    "LazyInstanceNorm": ((), RUNNING),
    "LazyLinear": ((3,), {}),
    "Linear": ((2, 3), {}),
    "Maxout": ((2, 3, 2), {}),
    "MinimalGRU": ((2, 3), {}),
    "MultiheadAttention": ((4, 2), {"add_bias_kv": True}),
    "PReLU": ((3,), {}),
    "RMSNorm": ((3,), {}),
    "RNN": ((2, 3), {}),
    "RNNBase": (("GRU", 2, 3), {}),
    "RNNCell": ((2, 3), {}),
    "RNNCellBase": ((2, 3, True, 4), {}),
    "ConvTranspose": ((2, 4, 3), {}),
    "Transformer": ((4, 2, 1, 1, 6), {}),
    "TransformerDecoderLayer": ((4, 2, 6), {}),
    "TransformerEncoderLayer": ((4, 2, 6), {}),
}
LAYERS = sorted(
    name
    for name, kind in vars(nn).items()
    if inspect.isclass(kind) and issubclass(kind, nn.Module) and "device" in inspect.signature(kind).parameters
)


class Noted(str):
    """A name of the CPU that counts how often it is looked up."""

    looked_up = 0

    def __str__(self):
        type(self).looked_up += 1
        return "cpu"


def made(name, **given):
    args, settings = ARGUMENTS[name.rstrip("123d")]
    return getattr(nn, name)(*args, **settings, **given)


@pytest.mark.parametrize("name", LAYERS)
def test_every_tensor_of_a_layer_lies_on_its_device(name):
    Noted.looked_up = 0
    layer = made(name, device=Noted("cpu"))
    assert Noted.looked_up == len([*layer.parameters(), *layer.buffers()]) > 0


@pytest.mark.parametrize("name", LAYERS)
def test_every_number_of_a_layer_has_its_dtype(name):
    layer = made(name, dtype=ag.float64)
    dtypes = {key: x.dtype for key, x in [*layer.named_parameters(), *layer.named_buffers()]}
    assert dtypes.pop("num_batches_tracked", ag.int64) == ag.int64
    assert {str(d) for d in dtypes.values()} == {"float64"}
