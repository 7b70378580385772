"""Layers without parameters, dropout and embeddings: every one of them against PyTorch."""

import copy
import inspect
import pickle
import warnings
from typing import NamedTuple

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.nn import configured
from autograd_engine.testing import gradcheck, gradgradcheck

IMAGE, LINE, VOLUME, MATRIX = (2, 4, 3, 4), (2, 3, 5), (1, 2, 3, 2, 4), (3, 4)
INDEX = np.array([[0, 3, 3], [1, 4, 2]])


class Layer(NamedTuple):
    """How to make a layer, and its inputs: shapes, or integers themselves."""

    name: str
    args: tuple = ()
    settings: dict = {}  # noqa: RUF012
    inputs: tuple = (MATRIX,)
    random: bool = False

    def made(self, module):
        return getattr(module, self.name)(*self.args, **self.settings)

    def arrays(self):
        random = np.random.default_rng(0)
        return [random.uniform(-2, 2, i) if isinstance(i, tuple) else i for i in self.inputs]

    def __str__(self):
        return f"{self.name}({', '.join([*map(str, self.args), *(f'{k}={v}' for k, v in self.settings.items())])})"


def layer(name, *args, inputs=(MATRIX,), random=False, **settings):
    return Layer(name, args, settings, inputs, random)


PLAIN = [
    "CELU", "ELU", "GELU", "GLU", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "LeakyReLU",
    "LogSigmoid", "Mish", "PReLU", "ReLU", "ReLU6", "SELU", "SiLU", "Sigmoid", "Softplus",
    "Softshrink", "Softsign", "Tanh", "Tanhshrink",
]  # fmt: skip
ACTIVATIONS = [
    *map(layer, PLAIN),
    layer("CELU", 2.0),
    layer("ELU", alpha=0.5),
    layer("GELU", "tanh"),
    layer("GLU", 1, inputs=(IMAGE,)),
    layer("Hardshrink", 1.0),
    layer("Softshrink", 1.0),
    layer("Hardtanh", -0.5, 1.5),
    layer("LeakyReLU", 0.2),
    layer("PReLU", 4, init=0.1, inputs=(IMAGE,)),
    layer("RReLU", random=True),
    layer("RReLU", 0.1, 0.9, random=True),
    layer("Softplus", 2.0, 1.0),
    layer("Threshold", 0.1, 20.0),
    layer("Softmax", 1),
    layer("Softmax", dim=0, inputs=(LINE,)),
    layer("Softmin", -1),
    layer("LogSoftmax", 1),
    layer("Softmax2d", inputs=(IMAGE,)),
    layer("Softmax2d", inputs=((3, 2, 2),)),
]
DROPOUTS = [
    layer("Dropout", random=True),
    layer("Dropout", 0.2, random=True),
    layer("Dropout", 1.0),
    layer("Dropout1d", 0.3, inputs=(LINE,), random=True),
    layer("Dropout2d", 0.3, inputs=(IMAGE,), random=True),
    layer("Dropout3d", 0.3, inputs=(VOLUME,), random=True),
    layer("AlphaDropout", 0.3, random=True),
    layer("FeatureAlphaDropout", 0.3, inputs=(IMAGE,), random=True),
]
EMBEDDINGS = [
    layer("Embedding", 5, 3, inputs=(INDEX,)),
    layer("Embedding", 5, 3, norm_type=2.0, inputs=(np.array(2),)),
    *(layer("EmbeddingBag", 5, 3, mode=mode, inputs=(INDEX,)) for mode in ("sum", "mean", "max")),
    *(
        layer("EmbeddingBag", 5, 3, mode=mode, padding_idx=3, inputs=(INDEX.ravel(), np.array([0, 0, 1, 4])))
        for mode in ("sum", "mean", "max")
    ),
    layer("EmbeddingBag", 5, 3, include_last_offset=True, inputs=(INDEX.ravel(), np.array([0, 2, 6]))),
]
CHANGED_GRADIENTS = [  # not the derivative, on purpose: differences cannot judge
    layer("Embedding", 5, 3, padding_idx=3, inputs=(INDEX,)),
    layer("Embedding", 5, 3, -1, scale_grad_by_freq=True, inputs=(INDEX,)),
    layer("Embedding", 5, 3, max_norm=1.0, inputs=(INDEX,)),
    layer("Embedding", 5, 3, max_norm=1.5, norm_type=1.0, inputs=(INDEX,)),
    layer("EmbeddingBag", 5, 3, max_norm=1.0, norm_type=3.0, mode="sum", inputs=(INDEX,)),
]
PADDINGS = [
    *(
        layer(f"{family}Pad{n}d", padding, *more, inputs=(shape,))
        for family, more in {
            "Constant": (3.5,),
            "Zero": (),
            "Reflection": (),
            "Replication": (),
            "Circular": (),
        }.items()
        for n, shape, paddings in (
            (1, LINE, (2, (1, 3))),
            (2, IMAGE, (1, (1, 2, 2, 0))),
            (3, VOLUME, (1, (2, 1, 0, 1, 1, 2))),
        )
        for padding in paddings
    ),
    layer("ZeroPad2d", (-1, 2, 1, -2), inputs=(IMAGE,)),
]
RESAMPLING = [
    layer("PixelShuffle", 2, inputs=(IMAGE,)),
    layer("PixelUnshuffle", 2, inputs=((1, 2, 2, 4),)),
    layer("ChannelShuffle", 2, inputs=(IMAGE,)),
    layer("Upsample", 7, inputs=(LINE,)),
    layer("Upsample", scale_factor=2, inputs=(VOLUME,)),
    layer("Upsample", scale_factor=(1.5, 2.5), mode="nearest-exact", inputs=(IMAGE,)),
    layer("Upsample", (2, 7), mode="area", inputs=(IMAGE,)),
    layer("Upsample", 8, None, "linear", True, inputs=(LINE,)),
    layer("Upsample", None, 1.7, "bilinear", inputs=(IMAGE,)),
    layer("Upsample", None, 1.7, "bicubic", False, True, inputs=(IMAGE,)),
    layer("Upsample", scale_factor=2, mode="trilinear", align_corners=True, inputs=(VOLUME,)),
    layer("UpsamplingNearest2d", scale_factor=2, inputs=(IMAGE,)),
    layer("UpsamplingBilinear2d", (5, 2), inputs=(IMAGE,)),
]
FOLDING = [
    layer("Unfold", 2, inputs=(IMAGE,)),
    layer("Unfold", (3, 2), dilation=(1, 2), padding=1, stride=(2, 1), inputs=(IMAGE,)),
    layer("Fold", (3, 4), 2, inputs=((2, 8, 6),)),
    layer("Fold", 5, (3, 2), dilation=(1, 2), padding=1, stride=(2, 1), inputs=((6, 15),)),
]
DISTANCES = [
    layer("CosineSimilarity", inputs=(MATRIX, MATRIX)),
    layer("CosineSimilarity", dim=-1, eps=1e-3, inputs=((2, 1, 4), (3, 4))),
    layer("PairwiseDistance", inputs=(MATRIX, MATRIX)),
    layer("PairwiseDistance", 1.0, 1e-3, True, inputs=(MATRIX, (4,))),
]
OURS = [layer("Maxout", 4, 2, 3), layer("Maxout", 4, 3, pieces=2, bias=False, inputs=((2, 3, 4),))]
SMOOTH = [*ACTIVATIONS, *DROPOUTS, *EMBEDDINGS, *PADDINGS, *RESAMPLING, *FOLDING, *DISTANCES]
SHARED = [*SMOOTH, *CHANGED_GRADIENTS]


def tensors(arrays):
    return [ag.tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]


# ------------------------------------------------------------------------------------- every layer


@pytest.mark.parametrize("case", [*SMOOTH, *OURS], ids=str)
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
def test_derivatives_of_both_orders_with_respect_to_inputs_and_parameters(case, training):
    ag.manual_seed(0)
    module = case.made(nn).double().train(training)
    inputs = tensors(case.arrays())
    names = [name for name, _ in module.named_parameters()]
    leaves = [t for t in inputs if t.requires_grad]

    def call(*values):
        given = iter(values)
        ag.manual_seed(1)
        arguments = [next(given) if t.requires_grad else t for t in inputs]
        module.__dict__.update(zip(names, given, strict=True))
        return module(*arguments)

    parameters = [ag.tensor(p.detach().numpy(), requires_grad=True) for p in module.parameters()]
    assert gradcheck(call, [*leaves, *parameters], rtol=1e-4, atol=1e-6)
    if call(*leaves, *parameters).is_leaf:
        assert not training or case.name == "Embedding"
        return
    assert gradgradcheck(call, [*leaves, *parameters], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("case", [*SHARED, *OURS], ids=str)
def test_layers_copy_pickle_and_keep_float32(case):
    module = case.made(nn)
    inputs = [ag.tensor(a.astype(np.float32) if a.dtype.kind == "f" else a) for a in case.arrays()]
    results = []
    for twin in (module, copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        ag.manual_seed(3)
        results.append(twin(*inputs))
    assert {r.dtype for r in results} == {np.dtype(np.float32)}
    for result in results[1:]:
        np.testing.assert_array_equal(result.detach(), results[0].detach())
    assert repr(module) == repr(results and copy.deepcopy(module))


@pytest.mark.parametrize("case", SHARED, ids=str)
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
def test_pytorch_agrees(case, training):
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = case.made(torch.nn).double().train(training)
    ours = case.made(nn).double().train(training)
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict())
    arrays = case.arrays()
    inputs = tensors(arrays)
    wanted_inputs = [torch.tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]
    if case.random and training:
        assert ours(*inputs).shape == tuple(theirs(*wanted_inputs).shape)
        return
    out, wanted = ours(*inputs), theirs(*wanted_inputs)
    assert out.shape == tuple(wanted.shape)
    np.testing.assert_allclose(out.detach(), wanted.detach().numpy(), rtol=1e-9, atol=1e-9)
    cotangent = np.random.default_rng(1).uniform(0.5, 1.5, out.shape)
    (out * ag.tensor(cotangent)).sum().backward()
    (wanted * torch.tensor(cotangent)).sum().backward()
    pairs = [
        *zip(inputs, wanted_inputs, strict=True),
        *zip(ours.parameters(), theirs.parameters(), strict=True),
    ]
    for mine, other in pairs:
        np.testing.assert_allclose(mine.detach(), other.detach().numpy(), rtol=1e-9, atol=1e-9)
        if mine.requires_grad:
            np.testing.assert_allclose(mine.grad, other.grad.numpy(), rtol=1e-7, atol=1e-9)


def test_the_table_has_every_layer_of_these_files():
    files = (nn.activation, nn.dropout, nn.embedding, nn.padding, nn.resample, nn.fold, nn.distance)
    assert {name for file in files for name in file.__all__} == {case.name for case in [*SHARED, *OURS]}


def test_a_setting_changed_later_counts():
    module = nn.LeakyReLU(0.1)
    module.negative_slope = 0.5
    assert module(ag.tensor([-2.0])).tolist() == [-1]
    assert repr(module) == "LeakyReLU(negative_slope=0.5)"
    assert repr(nn.ELU(inplace=True)) == "ELU(alpha=1.0, inplace=True)"


def test_a_written_forward_shows_what_it_calls_and_takes_its_arguments_by_name():
    assert "return function(input, self.lower, self.upper, self.training, self.inplace)" in inspect.getsource(
        nn.RReLU.forward
    )
    assert nn.Threshold(1.0, 7.0)(input=ag.tensor([0.0, 2.0])).tolist() == [7, 2]


def test_a_layer_passes_its_settings_on_past_parameters_that_it_leaves_alone():
    def scaled(x, shift=5.0, *, factor=2.0):
        return x * factor + shift

    @configured.layer(scaled)
    class Scaled(configured.Configured):
        factor: float = 3.0

    assert Scaled()(1.0) == 8.0
    assert Scaled(factor=4.0)(1.0) == 9.0
    assert repr(Scaled()) == "Scaled(factor=3.0)"


def test_the_forward_that_is_written_out_says_whose_it_is():
    assert nn.GELU.forward.__qualname__ == "GELU.forward"
    assert nn.GELU.forward.__doc__ == "`gelu` of the arguments, with the settings of the layer."
