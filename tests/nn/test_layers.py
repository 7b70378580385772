"""Layers without a state of their own but for weights: activations, dropout, embeddings, padding, resampling.

One table: how each layer is made, and inputs for it. Every entry is checked by differences, and against PyTorch's
layer of the same name. The rest holds each family to a second definition: closed forms, NumPy, SciPy, loops.
"""

import copy
import math
import pickle
import warnings
from typing import NamedTuple

import numpy as np
import pytest
import scipy.spatial.distance
import scipy.special

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.nn import functional as F
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
DISTANCES = [
    layer("CosineSimilarity", inputs=(MATRIX, MATRIX)),
    layer("CosineSimilarity", dim=-1, eps=1e-3, inputs=((2, 1, 4), (3, 4))),
    layer("PairwiseDistance", inputs=(MATRIX, MATRIX)),
    layer("PairwiseDistance", 1.0, 1e-3, True, inputs=(MATRIX, (4,))),
]
OURS = [layer("Maxout", 4, 2, 3), layer("Maxout", 4, 3, pieces=2, bias=False, inputs=((2, 3, 4),))]
SMOOTH = [*ACTIVATIONS, *DROPOUTS, *EMBEDDINGS, *PADDINGS, *RESAMPLING, *DISTANCES]
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
    files = (nn.activation, nn.dropout, nn.embedding, nn.padding, nn.resample, nn.distance)
    assert {name for file in files for name in file.__all__} == {case.name for case in [*SHARED, *OURS]}


def test_a_setting_changed_later_counts():
    module = nn.LeakyReLU(0.1)
    module.negative_slope = 0.5
    assert module(ag.tensor([-2.0])).tolist() == [-1]
    assert repr(module) == "LeakyReLU(negative_slope=0.5)"
    assert repr(nn.ELU(inplace=True)) == "ELU(alpha=1.0, inplace=True)"


# ------------------------------------------------------------------------------------- activations


def logistic(x):
    return 1 / (1 + math.exp(-x))


FORMULAS = [
    ("celu", (), lambda x: x if x > 0 else math.exp(x) - 1),
    ("elu", (), lambda x: x if x > 0 else math.exp(x) - 1),
    ("gelu", (), lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2),
    ("hardshrink", (), lambda x: x if abs(x) > 0.5 else 0),
    ("hardsigmoid", (), lambda x: min(max(x / 6 + 0.5, 0), 1)),
    ("hardswish", (), lambda x: x * min(max(x / 6 + 0.5, 0), 1)),
    ("hardtanh", (), lambda x: min(max(x, -1), 1)),
    ("leaky_relu", (), lambda x: x if x > 0 else 0.01 * x),
    ("logsigmoid", (), lambda x: math.log(logistic(x))),
    ("mish", (), lambda x: x * math.tanh(math.log1p(math.exp(x)))),
    ("relu", (), lambda x: max(x, 0)),
    ("relu6", (), lambda x: min(max(x, 0), 6)),
    ("selu", (), lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * (math.exp(x) - 1))),
    ("sigmoid", (), logistic),
    ("silu", (), lambda x: x * logistic(x)),
    ("softplus", (), lambda x: math.log1p(math.exp(x))),
    ("softshrink", (), lambda x: math.copysign(max(abs(x) - 0.5, 0), x)),
    ("softsign", (), lambda x: x / (1 + abs(x))),
    ("tanh", (), math.tanh),
    ("tanhshrink", (), lambda x: x - math.tanh(x)),
    ("celu", (2.0,), lambda x: x if x > 0 else 2 * (math.exp(x / 2) - 1)),
    ("elu", (0.5,), lambda x: x if x > 0 else (math.exp(x) - 1) / 2),
    (
        "gelu",
        ("tanh",),
        lambda x: x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2,
    ),
    ("hardtanh", (-0.6, 2.5), lambda x: min(max(x, -0.6), 2.5)),
    ("leaky_relu", (0.3,), lambda x: x if x > 0 else 0.3 * x),
    ("softplus", (2.0, 3.0), lambda x: x if 2 * x > 3 else math.log1p(math.exp(2 * x)) / 2),
    ("threshold", (0.5, 7.0), lambda x: x if x > 0.5 else 7.0),
]
POINTS = [-7.0, -3.0, -1.0, -0.6, -0.5, -0.2, 0.0, 0.3, 0.5, 1.0, 2.5, 3.0, 6.0, 8.0]


@pytest.mark.parametrize(("name", "settings", "formula"), FORMULAS)
def test_activations_compute_their_formulas(name, settings, formula):
    out = getattr(F, name)(ag.tensor(POINTS, dtype=ag.float64), *settings)
    np.testing.assert_allclose(out, [formula(x) for x in POINTS], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("name", "settings"), [formula[:2] for formula in FORMULAS])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nothing_overflows_far_out(name, settings, dtype):
    x = ag.tensor(np.array([-1000, -100, -30, 30, 100, 1000], dtype), requires_grad=True)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        out = getattr(F, name)(x, *settings)
        out.sum().backward()
    assert out.dtype == x.grad.dtype == dtype
    assert np.isfinite(out.detach().numpy()).all()
    assert (np.abs(x.grad.numpy()) <= 1.1).all()
    assert abs(out.detach().numpy()).max() <= 1100


IN_PLACE = [
    "celu", "elu", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "mish", "relu", "relu6",
    "rrelu", "selu", "silu", "dropout",
]  # fmt: skip


@pytest.mark.parametrize("name", IN_PLACE)
def test_in_place_activations_store_their_result(name):
    function = getattr(F, name)
    x = ag.tensor([-1.0, 0.5, 2.0])
    ag.manual_seed(0)
    expected = function(x.clone())
    ag.manual_seed(0)
    assert function(x, inplace=True) is x
    assert x.tolist() == expected.tolist()
    leaf = ag.tensor([-1.0, 0.5, 2.0], requires_grad=True)
    with pytest.raises(RuntimeError, match=f"{name}_: a leaf"):
        function(leaf, inplace=True)
    ag.manual_seed(0)
    hidden = leaf * 1
    function(hidden, inplace=True).sum().backward()
    grad, leaf.grad = leaf.grad, None
    ag.manual_seed(0)
    function(leaf * 1).sum().backward()
    assert grad.tolist() == leaf.grad.tolist()
    if name != "relu":
        with pytest.raises(TypeError, match="only a tensor"):
            function(np.array([-1.0]), inplace=True)


def test_functions_whose_names_end_in_an_underscore_work_in_place():
    x = ag.tensor([-1.0, 2.0])
    assert F.leaky_relu_(x, 0.5) is x
    assert F.threshold_(x, 0.0, 7.0).tolist() == [7, 2]


def test_rrelu_draws_slopes_between_its_bounds_in_training_only():
    ag.manual_seed(0)
    x = ag.tensor(np.full(20000, -1.0), requires_grad=True)
    out = nn.RReLU(0.2, 0.6)(x)
    out.sum().backward()
    slopes = -out.detach().numpy()
    assert 0.2 <= slopes.min() < 0.201 < 0.599 < slopes.max() < 0.6
    assert slopes.mean() == pytest.approx(0.4, abs=0.005)
    np.testing.assert_allclose(x.grad, slopes)
    np.testing.assert_allclose(nn.RReLU(0.2, 0.6).eval()(x).detach(), -0.4)


def test_softmin_and_softmax2d_are_softmax():
    x = ag.tensor(np.random.default_rng(0).normal(size=(2, 3, 2, 2)))
    np.testing.assert_allclose(nn.Softmin(1)(x), scipy.special.softmax(-x.numpy(), 1))
    np.testing.assert_allclose(nn.Softmax2d()(x), scipy.special.softmax(x.numpy(), 1))
    with pytest.warns(UserWarning, match="softmin: the dimension was left out"):
        F.softmin(x)
    with pytest.raises(ValueError, match=r"Softmax2d: expected an input \(N, C, H, W\)"):
        nn.Softmax2d()(ag.ones(2, 2))


def test_gumbel_softmax_draws_from_the_distribution_of_its_logits():
    ag.manual_seed(0)
    p = np.array([0.1, 0.2, 0.7])
    logits = ag.tensor(np.tile(np.log(p), (20000, 1)), requires_grad=True)
    hard = F.gumbel_softmax(logits, tau=0.5, hard=True)
    np.testing.assert_allclose(hard.detach().numpy().mean(0), p, atol=0.01)
    assert sorted(set(hard.detach().numpy().round(12).ravel())) == [0, 1]
    weight = ag.tensor(np.random.default_rng(0).normal(size=3))
    ag.manual_seed(5)
    (F.gumbel_softmax(logits, hard=True) * weight).sum().backward()
    straight, logits.grad = logits.grad, None
    ag.manual_seed(5)
    (F.gumbel_softmax(logits) * weight).sum().backward()
    np.testing.assert_allclose(straight, logits.grad)


def test_maxout_is_the_largest_of_its_maps():
    layer = nn.Maxout(3, 2, pieces=4).double()
    assert repr(layer) == "Maxout(in_features=3, out_features=2, bias=True, pieces=4)"
    assert layer.weight.shape == (8, 3)
    x = np.random.default_rng(0).normal(size=(5, 3))
    maps = np.einsum("ni,opi->nop", x, layer.weight.detach().numpy().reshape(2, 4, 3))
    maps += layer.bias.detach().numpy().reshape(2, 4)
    np.testing.assert_allclose(layer(ag.tensor(x)).detach(), maps.max(-1))


# ----------------------------------------------------------------------------------------- dropout


def test_dropout_scales_what_it_keeps_and_passes_the_gradient_through_the_same_mask():
    ag.manual_seed(0)
    x = ag.full((100, 200), 3.0, requires_grad=True)
    out = nn.Dropout(0.3)(x)
    out.sum().backward()
    kept = out.detach().numpy() != 0
    assert kept.mean() == pytest.approx(0.7, abs=0.02)
    np.testing.assert_allclose(out.detach().numpy()[kept], 3 / 0.7, rtol=1e-6)
    np.testing.assert_allclose(x.grad, kept / 0.7, rtol=1e-6)


def test_the_same_seed_drops_the_same_whatever_the_dtype():
    masks = []
    for seed, dtype in ((7, ag.float64), (7, ag.float32), (7, ag.float16), (8, ag.float32)):
        out = F.dropout(ag.ones(50, dtype=dtype), generator=ag.Generator().manual_seed(seed))
        assert out.dtype == dtype
        masks.append((out != 0).tolist())
    assert masks[0] == masks[1] == masks[2] != masks[3]
    ag.manual_seed(7)
    assert (nn.Dropout()(ag.ones(50)) != 0).tolist() == masks[0]


@pytest.mark.parametrize("name", nn.dropout.__all__)
def test_dropout_of_nothing_of_everything_and_in_evaluation(name):
    layer = getattr(nn, name)
    x = ag.tensor(np.random.default_rng(0).normal(size=(2, 3, 4, 5)), requires_grad=True)
    x = x[0] if name == "Dropout1d" else x
    assert layer(0.0)(x) is x
    assert layer(0.9).eval()(x) is x
    assert layer(1.0)(x).detach().numpy().any() == np.False_
    for p in (-0.1, 1.5):
        with pytest.raises(ValueError, match="probability p must lie"):
            layer(p)
        with pytest.raises(ValueError, match="probability p must lie"):
            F.dropout(x, p)


@pytest.mark.parametrize(
    ("function", "shape", "drawn"),
    [
        (F.dropout1d, (20, 30, 4), 2),
        (F.dropout1d, (500, 4), 1),
        (F.dropout2d, (20, 30, 2, 2), 2),
        (F.dropout2d, (20, 30, 2), 2),
        (F.dropout3d, (20, 30, 1, 2, 2), 2),
        (F.dropout3d, (500, 1, 2, 2), 1),
        (F.feature_alpha_dropout, (20, 30, 2), 2),
    ],
)
def test_channels_are_dropped_whole(function, shape, drawn):
    ag.manual_seed(0)
    channels = function(ag.ones(shape), 0.5, True).numpy().reshape(*shape[:drawn], -1)
    np.testing.assert_array_equal(channels, np.broadcast_to(channels[..., :1], channels.shape))
    assert (channels[..., 0] == channels.min()).mean() == pytest.approx(0.5, abs=0.07)
    assert len(np.unique(channels)) == 2


def test_alpha_dropout_keeps_mean_and_variance():
    ag.manual_seed(0)
    x = ag.randn(400, 500)
    for out in (F.alpha_dropout(x, 0.3, True), F.feature_alpha_dropout(x, 0.3, True)):
        assert out.mean().item() == pytest.approx(0, abs=0.02)
        assert out.std().item() == pytest.approx(1, abs=0.02)
    low = -1.0507009873554805 * 1.6732632423543772
    scale = (0.7 * (1 + 0.3 * low**2)) ** -0.5
    dropped = F.alpha_dropout(ag.zeros(100, dtype=ag.float64), 0.3, True)
    expected = [0.7 * low * scale, -0.3 * low * scale]
    np.testing.assert_allclose(np.unique(dropped.numpy().round(12)), expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("function", "shape"),
    [(F.dropout1d, (2,)), (F.dropout2d, (2, 2)), (F.dropout3d, (2, 2, 2)), (F.feature_alpha_dropout, (2,))],
)
def test_dropout_of_channels_needs_channels(function, shape):
    with pytest.raises(ValueError, match=rf"{function.__name__}: expected .* got shape \({shape[0]},"):
        function(ag.ones(shape))


# -------------------------------------------------------------------------------------- embeddings


def test_embedding_is_the_product_with_one_hot_rows():
    layer = nn.Embedding(6, 3).double()
    index = np.array([[0, 5, 5], [2, 2, 5]])
    hot = np.eye(6)[index]
    out = layer(ag.tensor(index))
    np.testing.assert_allclose(out.detach(), hot @ layer.weight.detach().numpy())
    cotangent = np.random.default_rng(0).normal(size=out.shape)
    out.backward(ag.tensor(cotangent))
    np.testing.assert_allclose(layer.weight.grad, np.einsum("abn,abd->nd", hot, cotangent))


def test_settings_change_the_gradient_of_an_embedding():
    index = ag.tensor([1, 0, 1, 2])

    def row_gradients(**settings):
        weight = ag.zeros(4, 1, requires_grad=True)
        F.embedding(index, weight, **settings).sum().backward()
        return weight.grad.ravel().tolist()

    assert row_gradients() == [1, 2, 1, 0]
    assert row_gradients(padding_idx=1) == row_gradients(padding_idx=-3) == [1, 0, 1, 0]
    assert row_gradients(scale_grad_by_freq=True) == [1, 1, 1, 0]
    assert row_gradients(scale_grad_by_freq=True, padding_idx=0) == [0, 1, 1, 0]


def test_a_padding_row_starts_at_zero():
    ag.manual_seed(0)
    layer = nn.Embedding(1000, 20, padding_idx=-1000)
    assert layer.padding_idx == 0
    assert not layer.weight[0].detach().numpy().any()
    assert layer.weight[1:].std().item() == pytest.approx(1, abs=0.02)
    assert layer.weight.is_leaf


def test_max_norm_shortens_the_rows_that_are_read_in_the_table_itself():
    table = [[3.0, 4.0], [0.3, 0.4], [6.0, 8.0]]
    weight = nn.Parameter(ag.tensor(table, dtype=ag.float64))
    saved = (weight * weight).sum()
    out = F.embedding(ag.tensor([0, 1, 0]), weight, max_norm=1.0)
    np.testing.assert_allclose(out.detach(), [[0.6, 0.8], [0.3, 0.4], [0.6, 0.8]], atol=1e-6)
    np.testing.assert_allclose(weight.detach(), [[0.6, 0.8], [0.3, 0.4], [6, 8]], atol=1e-6)
    out.sum().backward()
    assert weight.grad.tolist() == [[2, 2], [1, 1], [0, 0]]
    with pytest.raises(RuntimeError, match="changed in place"):
        saved.backward()


def test_from_pretrained_shares_the_table_and_freezes_it():
    table = ag.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    layer = nn.Embedding.from_pretrained(table, padding_idx=0)
    assert not layer.weight.requires_grad
    assert layer(ag.tensor([0, 2])).tolist() == [[1, 2], [5, 6]]
    table[2] = 9.0
    assert layer(ag.tensor([2])).tolist() == [[9, 9]]
    bag = nn.EmbeddingBag.from_pretrained(table, freeze=False, mode="sum")
    assert bag.weight.requires_grad
    assert bag(ag.tensor([[0, 1]])).tolist() == [[4, 6]]
    assert not nn.Embedding(3, 2, _freeze=True).weight.requires_grad
    with pytest.raises(ValueError, match="a table has 2 dimensions"):
        nn.Embedding.from_pretrained(ag.ones(3))
    with pytest.raises(ValueError, match=r"expected a weight of shape \(3, 2\), got \(2, 3\)"):
        nn.Embedding(3, 2, _weight=ag.ones(2, 3))


REDUCE = {"sum": np.sum, "mean": np.mean, "max": np.max}


@pytest.mark.parametrize("mode", REDUCE)
@pytest.mark.parametrize("padding", [None, 2])
def test_embedding_bags_by_a_loop(mode, padding):
    random = np.random.default_rng(0)
    weight, index = random.normal(size=(5, 3)), random.integers(0, 5, 12)
    offsets = [0, 0, 3, 4, 9, 12]
    bags = [index[a:b] for a, b in zip(offsets, [*offsets[1:], 12], strict=True)]
    bags = [bag if padding is None else bag[bag != padding] for bag in bags]
    expected = [REDUCE[mode](weight[bag], 0) if len(bag) else np.zeros(3) for bag in bags]
    arguments = {"mode": mode, "padding_idx": padding}
    out = F.embedding_bag(ag.tensor(index), ag.tensor(weight), ag.tensor(offsets), **arguments)
    np.testing.assert_allclose(out, expected)
    ends = ag.tensor([*offsets, 12])
    out = F.embedding_bag(ag.tensor(index), ag.tensor(weight), ends, include_last_offset=True, **arguments)
    np.testing.assert_allclose(out, expected)


def test_embedding_bag_counts_repeated_rows_once_per_reading_when_asked_to():
    weight = ag.zeros(4, 1, requires_grad=True)
    F.embedding_bag(ag.tensor([[0, 3, 3], [1, 0, 2]]), weight, mode="sum", scale_grad_by_freq=True).sum().backward()
    assert weight.grad.ravel().tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda w: F.embedding(ag.tensor([0, 7]), w), IndexError, "index 7 is out of range for a table of 4 rows"),
        (lambda w: F.embedding(ag.tensor([-1]), w), IndexError, "index -1 is out of range for a table of 4 rows"),
        (lambda w: F.embedding(ag.tensor([1.0]), w), TypeError, "row numbers must be integers, not float32"),
        (lambda w: F.embedding(ag.tensor([1]), w, sparse=True), ValueError, "no sparse gradients"),
        (lambda w: nn.Embedding(4, 2, sparse=True), ValueError, "no sparse gradients"),
        (lambda w: F.embedding(ag.tensor([1]), w, 4), ValueError, "padding_idx 4 is out of range"),
        (lambda w: nn.Embedding(4, 2, padding_idx=4), ValueError, "padding_idx 4 is out of range for 4 rows"),
        (lambda w: F.embedding(ag.tensor([1]), w[0]), ValueError, "must have 2 dimensions"),
        (lambda w: F.embedding_bag(ag.tensor([1]), w), ValueError, "of 1 with offsets"),
        (lambda w: F.embedding_bag(ag.tensor([[1]]), w, ag.tensor([0])), ValueError, "leave out the offsets"),
        (lambda w: F.embedding_bag(ag.tensor([1]), w, ag.tensor([1])), ValueError, "begin with 0"),
        (lambda w: F.embedding_bag(ag.tensor([1]), w, ag.tensor([0, 2])), ValueError, "not exceed the 1"),
        (lambda w: F.embedding_bag(ag.tensor([[1]]), w, mode="min"), ValueError, "'sum', 'mean' or 'max'"),
        (
            lambda w: F.embedding_bag(ag.tensor([[1]]), w, mode="max", scale_grad_by_freq=True),
            ValueError,
            "not defined for mode 'max'",
        ),
        (
            lambda w: F.embedding_bag(ag.tensor([[1]]), w, per_sample_weights=ag.ones(1, 1)),
            ValueError,
            "go with mode 'sum', not 'mean'",
        ),
        (
            lambda w: F.embedding_bag(ag.tensor([[1]]), w, mode="sum", per_sample_weights=ag.ones(1)),
            ValueError,
            r"per_sample_weights \(1,\) do not fit an input \(1, 1\)",
        ),
    ],
)
def test_embeddings_refuse_what_does_not_fit(call, error, words):
    with pytest.raises(error, match=words):
        call(ag.ones(4, 2))


# ----------------------------------------------------------------------------------------- padding


@pytest.mark.parametrize(
    ("mode", "name"),
    [("constant", "constant"), ("reflect", "reflect"), ("replicate", "edge"), ("circular", "wrap")],
)
@pytest.mark.parametrize("widths", [(2, 1), (0, 3, 1, 0), (1, 1, 2, 0, 0, 1)])
def test_padding_is_numpys(mode, name, widths):
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    pairs = [(0, 0)] * (3 - len(widths) // 2) + list(zip(widths[::2], widths[1::2], strict=True))[::-1]
    out = F.pad(ag.tensor(x), widths, mode)
    np.testing.assert_array_equal(out, np.pad(x, pairs, name))


def test_padding_keeps_integers_and_cuts_with_negative_widths():
    x = ag.arange(6).reshape(2, 3)
    assert F.pad(x, (-1, 1), value=9).tolist() == [[1, 2, 9], [4, 5, 9]]
    assert F.pad(x, (0, 0, -2, 0)).shape == (0, 3)
    assert F.pad(x, (1, 0)).dtype == np.int64
    assert F.pad(x, (-2, 1), "replicate").tolist() == [[2, 2], [5, 5]]


@pytest.mark.parametrize(
    ("widths", "mode", "value", "words"),
    [
        ((1,), "constant", None, r"for at most 2 dimensions, of an input of shape \(2, 3\); got \(1,\)"),
        ((1,) * 6, "constant", None, "at most 2 dimensions"),
        ((3, 0), "reflect", None, "mode 'reflect' can add at most 2 to dim 1 of size 3, not 3"),
        ((0, 4), "circular", None, "mode 'circular' can add at most 3 to dim 1"),
        ((-2, -2), "constant", None, "remove more than dim 1, of size 3"),
        ((1, 1), "mirror", None, "mode must be"),
        ((1, 1), "reflect", 1.0, "takes no value"),
        ((-3, 1), "replicate", None, "at most 0 to dim 1 of size 0"),
    ],
)
def test_padding_refuses_what_does_not_fit(widths, mode, value, words):
    with pytest.raises(ValueError, match=words):
        F.pad(ag.ones(2, 3), widths, mode, value)


def test_a_padding_layer_needs_its_number_of_widths():
    with pytest.raises(ValueError, match=r"ZeroPad2d: expected a number or 4 of them, got \(1, 2\)"):
        nn.ZeroPad2d((1, 2))


# -------------------------------------------------------------------------------------- resampling


def test_shuffles_put_every_element_where_they_say():
    x = np.random.default_rng(0).normal(size=(2, 12, 3, 5))
    out = F.pixel_shuffle(ag.tensor(x), 2).numpy()
    for c, i, j in np.ndindex(3, 6, 10):
        np.testing.assert_array_equal(out[:, c, i, j], x[:, 4 * c + 2 * (i % 2) + j % 2, i // 2, j // 2])
    np.testing.assert_array_equal(F.pixel_unshuffle(ag.tensor(out), 2), x)
    dealt = F.channel_shuffle(ag.tensor(x), 3).numpy()
    np.testing.assert_array_equal(dealt, x[:, [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]])
    for call, words in (
        (lambda: F.pixel_shuffle(ag.ones(3, 2, 2), 2), "3 channels are no multiple of 2"),
        (lambda: F.pixel_shuffle(ag.ones(2, 2), 2), "pixel_shuffle: expected an input"),
        (lambda: F.pixel_unshuffle(ag.ones(1, 2, 3), 2), "width 3 are no multiples of 2"),
        (lambda: F.channel_shuffle(ag.ones(1, 3, 2), 2), "a multiple of 2"),
    ):
        with pytest.raises(ValueError, match=words):
            call()


EXACT = [("linear", 1), ("bilinear", 2), ("trilinear", 3), ("bicubic", 2)]


@pytest.mark.parametrize(("mode", "dims"), EXACT)
def test_interpolation_with_aligned_corners_reproduces_a_linear_function_and_the_samples(mode, dims):
    random = np.random.default_rng(0)
    x = random.normal(size=(1, 2, *(3,) * dims))
    out = F.interpolate(ag.tensor(x), 5, mode=mode, align_corners=True).numpy()
    np.testing.assert_allclose(out[(..., *(slice(None, None, 2),) * dims)], x, atol=1e-12)
    if mode != "bicubic":
        slopes = np.indices((3,) * dims).sum(0) * 2.0 + 1
        fine = np.indices((9,) * dims).sum(0) * 0.5 + 1
        grown = F.interpolate(ag.tensor(slopes[None, None]), 9, mode=mode, align_corners=True)
        np.testing.assert_allclose(grown[0, 0], fine)


def test_interpolation_between_pixels_by_hand():
    x = np.array([1.0, 4.0, -2.0, 3.0])
    line, image = ag.tensor(x.reshape(1, 1, 4)), ag.tensor(x.reshape(1, 1, 1, 4))
    places = ((np.arange(10) + 0.5) * 0.4 - 0.5).clip(0, 3)
    np.testing.assert_allclose(F.interpolate(line, 10, mode="linear")[0, 0], np.interp(places, np.arange(4), x))
    middle = F.interpolate(image, (1, 7), mode="bicubic", align_corners=True)[0, 0, 0, 3]
    assert middle.item() == pytest.approx(np.dot(x, [-3, 19, 19, -3]) / 32)  # Keys' kernel with a = -3/4
    assert F.interpolate(line, 3)[0, 0].tolist() == x[[0, 1, 2]].tolist()
    assert F.interpolate(line, 3, mode="nearest-exact")[0, 0].tolist() == x[[0, 2, 3]].tolist()
    by_factor = F.interpolate(line, scale_factor=1.6, mode="linear", align_corners=False)
    np.testing.assert_allclose(by_factor[0, 0], np.interp((np.arange(6) + 0.5) / 1.6 - 0.5, np.arange(4), x))
    by_size = F.interpolate(line, scale_factor=1.6, mode="linear", recompute_scale_factor=True)
    np.testing.assert_allclose(by_size, F.interpolate(line, 6, mode="linear"))


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact", "area", "bilinear", "bicubic"])
def test_interpolation_keeps_constants_and_the_identity(mode):
    constant = ag.full((1, 1, 4, 5), 2.5, dtype=ag.float64)
    for size in ((1, 1), (3, 11), (8, 2)):
        np.testing.assert_allclose(F.interpolate(constant, size, mode=mode), 2.5)
    x = ag.tensor(np.random.default_rng(0).normal(size=(1, 2, 4, 5)))
    np.testing.assert_allclose(F.interpolate(x, (4, 5), mode=mode), x, atol=1e-15)


def test_whole_factors_repeat_and_average():
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 6))
    grown = F.interpolate(ag.tensor(x), scale_factor=(3, 2)).numpy()
    np.testing.assert_array_equal(grown, x.repeat(3, 2).repeat(2, 3))
    shrunk = F.interpolate(ag.tensor(x), (2, 3), mode="area")
    np.testing.assert_allclose(shrunk, x.reshape(2, 3, 2, 2, 3, 2).mean((3, 5)))
    smooth = F.interpolate(ag.tensor(x), (2, 3), mode="bilinear", antialias=True)
    assert smooth.numpy().std() < F.interpolate(ag.tensor(x), (2, 3), mode="nearest").numpy().std()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "give either size or scale_factor"),
        ({"size": 3, "scale_factor": 2}, "give either size or scale_factor"),
        ({"size": (3, 3, 3)}, "3 sizes or factors for 2 spatial dimensions"),
        ({"size": 0}, "sizes must be positive"),
        ({"size": 3, "mode": "linear"}, "mode 'linear' takes 3 dimensions"),
        ({"size": 3, "mode": "cubic"}, "mode must be one of nearest, nearest-exact, linear"),
        ({"size": 3, "align_corners": True}, "align_corners means nothing for mode 'nearest'"),
        ({"size": 3, "antialias": True}, "antialias is for"),
        ({"size": 3, "recompute_scale_factor": True}, "goes with a scale_factor"),
    ],
)
def test_interpolation_refuses_contradictions(settings, words):
    with pytest.raises(ValueError, match=words):
        F.interpolate(ag.ones(1, 1, 2, 2), **settings)


def test_interpolation_needs_batch_channel_and_one_to_three_dimensions():
    with pytest.raises(ValueError, match=r"expected 3 to 5 dimensions, \(N, C, ...\), got shape \(2, 2\)"):
        F.interpolate(ag.ones(2, 2), 3)


# --------------------------------------------------------------------------------------- distances


def test_distances_are_scipys():
    x, y = np.random.default_rng(0).normal(size=(2, 5, 4))
    cosine = [1 - scipy.spatial.distance.cosine(a, b) for a, b in zip(x, y, strict=True)]
    np.testing.assert_allclose(nn.CosineSimilarity()(ag.tensor(x), ag.tensor(y)), cosine)
    for p in (1, 2, 3.5):
        distance = [scipy.spatial.distance.minkowski(a + 0.5, b, p) for a, b in zip(x, y, strict=True)]
        np.testing.assert_allclose(nn.PairwiseDistance(p, eps=0.5)(ag.tensor(x), ag.tensor(y)), distance)
    np.testing.assert_allclose(F.normalize(ag.tensor(x)), x / np.linalg.norm(x, axis=1, keepdims=True))


def test_vectors_of_zeros_have_similarity_0_and_a_finite_gradient():
    x = ag.zeros(2, 3, requires_grad=True)
    out = F.cosine_similarity(x, ag.ones(2, 3)) + F.pairwise_distance(x, x.detach(), eps=0.0)
    out.sum().backward()
    assert out.tolist() == [0, 0]
    assert np.isfinite(x.grad.numpy()).all()
