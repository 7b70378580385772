"""Mixed precision: which operators compute in which dtype, by PyTorch's lists; and the scaler, beside PyTorch's.

Numbers of float16 are computed by NumPy here, in the substitute for CuPy.
"""

import contextlib
import copy
import pickle
import re
import threading
from pathlib import Path

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import amp, cuda, nn, optim
from autograd_engine.backend import gpu
from autograd_engine.backend.nvidia import cublas
from autograd_engine.engine.graph import raw
from autograd_engine.engine.modes import observing
from autograd_engine.nn import functional as F
from autograd_engine.ops import autocast
from tests.table import TABLE

from . import StandIn, counts
from .comparison import on_device
from .nvidia import lt
from .programs import PROGRAMS

# ------------------------------------------------------------------------------------------------ the lists

UNDER_OTHER_NAMES = {
    "linalg_vecdot": "vecdot",
    "linalg_multi_dot": "multi_dot",
    "linalg_vector_norm": "vector_norm",
    "linalg_matrix_norm": "matrix_norm",
    "frobenius_norm": "norm",
    "nuclear_norm": "norm",
    "grid_sampler": "grid_sample",
}
INSIDE_OF_OTHERS = {"conv_tbc", "convolution", "native_layer_norm", "nll_loss2d", "pdist"}
"""What PyTorch's functions are made of, and what is not here."""
MADE_OF_LISTED_ONES = {
    "cross_entropy", "gaussian_nll_loss", "interpolate", "local_response_norm", "multilabel_soft_margin_loss",
    "normalize", "pairwise_distance",
}  # fmt: skip
"""Functions that PyTorch makes of others, on its lists, and that are operators here."""


def theirs(name):
    """PyTorch's list of this name, with our names."""
    torch = pytest.importorskip("torch")
    text = (Path(torch.__file__).parent / "include" / "ATen" / "autocast_mode.h").read_text()
    body = re.search(rf"#define AT_FORALL_{name}\(_\)(.*?)\n\n", text, re.S)[1]
    names = {UNDER_OTHER_NAMES.get(n, n) for n in re.findall(r"_\((\w+)", body)}
    return {n for n in names if n[0] != "_" and not n.startswith("upsample")} - INSIDE_OF_OTHERS


def test_the_lists_are_pytorchs():
    assert theirs("LOWER_PRECISION_FP") == autocast.LOWER
    assert theirs("FP32") | theirs("FP32_SET_OPT_DTYPE") == autocast.FLOAT32 - MADE_OF_LISTED_ONES
    assert theirs("PROMOTE") == autocast.WIDEST


LISTED = {
    row.name: row
    for row in TABLE.values()
    if row.name.rpartition(".")[2] in autocast.LOWER | autocast.FLOAT32 and row.calls
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", LISTED)
def test_listed_operators_compute_in_their_dtype(name):
    row, is_lower = LISTED[name], name.rpartition(".")[2] in autocast.LOWER
    given, wanted = (np.float32, np.float16) if is_lower else (np.float16, np.float32)
    random, leaves = np.random.default_rng(0), []

    def fill(place):
        made = on_device(raw(place.random(random, given)))
        if place.differentiated and made.is_floating_point():
            leaves.append(made.requires_grad_())
        return made

    arguments, settings = row.calls[0].filled(fill)
    with amp.autocast("cuda"):
        results = row.function(*arguments, **settings)
    results = [r for r in (results if isinstance(results, tuple) else (results,)) if r.is_floating_point()]
    assert {r.dtype for r in results} == {np.dtype(wanted)}
    differentiable = [r for r in results if r.requires_grad]
    for result in differentiable[:1]:
        result.sum().backward()
    assert {leaf.grad.dtype for leaf in leaves if leaf.grad is not None} <= {np.dtype(given)}
    assert not differentiable or any(leaf.grad is not None for leaf in leaves)


# ------------------------------------------------------------------------------------------------ programs


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_in_mixed_precision(name):
    program, random = PROGRAMS[name], np.random.default_rng(0)
    ag.manual_seed(0)
    model, inputs = program.build().to("cuda"), program.inputs(random)
    x = ag.tensor(inputs, dtype=ag.float32 if inputs.dtype.kind == "f" else None).to("cuda")
    y = ag.tensor(program.targets(random)).to("cuda").reshape(-1)

    def losses():
        scores = model(x)
        return scores, F.cross_entropy(scores.reshape(-1, scores.shape[-1]), y)

    _, expected = losses()
    expected.backward()
    gradients = [p.grad.clone() for p in model.parameters()]
    model.zero_grad()
    for _ in range(2):  # the first makes the constants of float16
        model.zero_grad()
        counts.clear()
        with amp.autocast("cuda"):
            scores, loss = losses()
        loss.backward()
    assert (counts.reads, counts.uploads, counts.waits) == (0, 0, 0)
    assert (scores.dtype, loss.dtype) == (ag.float16, ag.float32)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-3)
    for p, gradient in zip(model.parameters(), gradients, strict=True):
        assert p.grad.dtype is ag.float32
        far = np.abs((p.grad - gradient).array.get()).max()
        assert far <= 0.03 * np.abs(gradient.array.get()).max() + 1e-4


# ------------------------------------------------------------------------------------------------ the block


class Casts:
    """An observer that counts conversions."""

    def __init__(self):
        self.count = 0

    def recorded(self, node, result):
        self.count += node.name == "cast"

    def ran(self, node, contributions):
        """Nothing."""


@pytest.fixture
def w():
    return ag.full((2, 2), 0.5, device="cuda", requires_grad=True)


@pytest.fixture
def x():
    return ag.ones(2, 2, device="cuda")


def test_a_weight_is_converted_once_in_a_block(w, x):
    for settings, count in (({}, 1), ({"cache_enabled": False}, 3)):
        casts = Casts()
        with observing(casts), amp.autocast("cuda", **settings):
            y = x @ w
            with amp.autocast("cuda", **settings):
                z = x @ w + y @ w
        assert casts.count == count
        w.grad = None
        z.sum().backward()
        assert w.grad.dtype is ag.float32
        np.testing.assert_allclose(w.grad.tolist(), [[6, 6], [6, 6]])
        with observing(casts), amp.autocast("cuda", **settings):
            x @ w
        assert casts.count == count + 1, "the next block converts it anew"


def test_a_kept_conversion_is_not_taken_where_it_would_not_do(w, x):
    with amp.autocast("cuda"):
        with ag.no_grad():
            x @ w
        for times in (1, 2):
            (x @ w).sum().backward()
            assert w.grad.tolist() == [[2 * times] * 2] * 2
    del w
    with amp.autocast("cuda"):
        for value in (1.0, 2.0):
            other = ag.full((2, 2), value, device="cuda", requires_grad=True)
            assert (x @ other)[0, 0].item() == 2 * value
            del other


def test_what_a_block_leaves_as_it_is(w, x):
    double, here, raw = x.double(), ag.ones(2, 2), StandIn(np.ones((2, 2), np.float32))
    with amp.autocast("cuda"):
        assert (x @ w).dtype is (w @ x).dtype is F.linear(x, w).dtype is ag.float16
        assert (x * x).dtype is F.relu(x).dtype is ag.float32
        assert ag.exp(x.half()).dtype is (x.half() ** 2).dtype is x.half().sum().dtype is ag.float32
        assert (double @ double).dtype is ag.float64
        assert (here @ here).dtype is ag.float32
        assert ag.matmul(raw, raw).dtype == np.float32
        assert ag.atan2(x, x.half()).dtype is ag.dot(x[0], x[1].half()).dtype is ag.float32
        assert ag.dot(x[0].half(), x[1].half()).dtype is ag.float16
        assert ag.chain_matmul(x, x, x).dtype is ag.linalg.multi_dot([x, x]).dtype is ag.float16
        assert F.layer_norm(x.half(), (2,)).dtype is ag.float32
        assert F.dropout(x.half()).dtype is ag.float16
    assert (x @ w).dtype is ag.float32


def test_blocks_nest_and_end_by_errors_too(w, x):
    before = ag.matmul.__code__, ag.matmul.__kwdefaults__, F.cross_entropy.__code__
    assert not ag.is_autocast_enabled()
    with contextlib.suppress(KeyError), amp.autocast("cuda"):
        assert ag.is_autocast_enabled()
        assert ag.is_autocast_enabled("cuda")
        assert not ag.is_autocast_enabled("cpu")
        assert ag.matmul.__code__ is not before[0]
        with amp.autocast("cuda", enabled=False):
            assert (x @ w).dtype is ag.float32
            assert not ag.is_autocast_enabled()
            with cuda.amp.autocast():
                assert (x @ w).dtype is ag.float16
        assert (x @ w).dtype is ag.float16
        raise KeyError
    assert (ag.matmul.__code__, ag.matmul.__kwdefaults__, F.cross_entropy.__code__) == before
    assert not ag.is_autocast_enabled()

    @amp.autocast("cuda")
    def product(depth):
        return product(depth - 1) if depth else x @ w

    assert product(2).dtype is ag.float16
    assert (x @ w).dtype is ag.float32
    assert ag.matmul.__code__ is before[0]


def test_a_block_is_its_own_threads(w, x):
    seen, entered, done = [], threading.Event(), threading.Event()

    def inside():
        with amp.autocast("cuda"):
            seen.append((x @ w).dtype)
            entered.set()
            done.wait(10)

    thread = threading.Thread(target=inside)
    thread.start()
    entered.wait(10)
    seen.append((x @ w).dtype)
    seen.append(ag.sum(x.half(), dim=0).dtype)
    done.set()
    thread.join()
    assert seen == [ag.float16, ag.float32, ag.float16]
    assert ag.matmul(x, w).dtype is ag.float32


def test_dtypes_of_blocks(w, x):
    assert amp.is_autocast_available("cuda")
    assert not amp.is_autocast_available("cpu")
    assert (ag.get_autocast_dtype("cuda"), ag.get_autocast_dtype("cpu")) == (ag.float16, ag.bfloat16)
    with pytest.warns(UserWarning, match="autocast knows float16 and bfloat16, not float32; it changes nothing"):
        block = amp.autocast("cuda", dtype=ag.float32)
    with block:
        assert (x @ w).dtype is ag.float32
        assert not ag.is_autocast_enabled()
    with pytest.raises(ValueError, match="no device 'gpu'"):
        amp.autocast("gpu")


def test_products_round_their_factors_to_bfloat16(w, x, caplog):
    lt.clear()
    with amp.autocast("cuda", dtype=ag.bfloat16):
        assert ag.get_autocast_gpu_dtype() is ag.bfloat16
        assert gpu.product_precision() == "bfloat16"
        y = x @ w
        with amp.autocast("cuda", enabled=False):
            x @ w
        with amp.autocast("cuda"):
            assert (x @ w).dtype is ag.float16
        x @ w
    x @ w
    assert (y.dtype, gpu.product_precision()) == (ag.float32, "float32")
    assert [how for _, how, _ in lt.products] == [75, 68, 68, 75, 68]
    assert not caplog.records


def test_without_cublaslt_bfloat16_is_told_once(w, x, caplog, monkeypatch):
    monkeypatch.setattr(cublas.library, "enabled", False)
    for _ in range(2):
        with amp.autocast("cuda", dtype=ag.bfloat16):
            assert (x @ w).dtype is ag.float32
    (record,) = caplog.records
    assert record.getMessage() == (
        "autocast(dtype=bfloat16) has no effect here: products need cublasLt for it, and cublasLt is switched off"
    )


# -------------------------------------------------------------------------------------- functions of users


class Square(ag.autograd.Function):
    """A product that computes as the block around it says."""

    @staticmethod
    @amp.custom_fwd
    def forward(ctx, x):
        ctx.save_for_backward(x)
        ctx.seen = (x @ x).dtype
        return x @ x

    @staticmethod
    @amp.custom_bwd
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g @ x.mT + x.mT @ g


class InFloat32(Square):
    """The same in float32, whatever the block says."""

    @staticmethod
    @amp.custom_fwd(device_type="cuda", cast_inputs=ag.float32)
    def forward(ctx, x):
        return Square.forward(ctx, x)


def test_functions_of_users(x):
    given = x.half().requires_grad_()
    with amp.autocast("cuda"):
        y = Square.apply(x.clone().requires_grad_())
        assert y.dtype is ag.float16
        y.sum().backward()
        z = InFloat32.apply(given)
        assert z.dtype is ag.float32
    z.sum().backward()
    assert given.grad.dtype is ag.float16
    assert given.grad.tolist() == [[4, 4], [4, 4]]
    assert InFloat32.apply(given).dtype is Square.apply(given).dtype is ag.float16, "outside of blocks as it comes"
    numbers = x.double()
    with amp.autocast("cuda"):
        assert InFloat32.apply(numbers).dtype is ag.float64


# ------------------------------------------------------------------------------------------------ the scaler


def in_both(steps, device="cpu", **settings):
    """The same gradients, given as multiples of the factor, to both scalers: factors, counts, and parameters."""
    torch = pytest.importorskip("torch")
    found = []
    for library, where in ((torch, "cpu"), (ag, device)):
        weights = [library.ones(2, device=where).requires_grad_(), library.ones(3, device=where).requires_grad_()]
        rule = library.optim.SGD(weights, lr=0.1)
        scaler = library.amp.GradScaler(where, **settings)
        seen = []
        for values in steps:
            rule.zero_grad()
            losses = [(w * value).sum() for w, value in zip(weights, values, strict=True)]
            first, second = scaler.scale(losses)
            (first + second).backward()
            scaler.step(rule)
            scaler.update()
            state = scaler.state_dict()
            seen.append((state, [w.detach().cpu().tolist() for w in weights]))
        found.append(seen)
    return found


INF, NAN = float("inf"), float("nan")
STEPS = [
    (1.0, 2.0),
    (0.5, 1.0),
    (INF, 1.0),
    (1.0, 1.0),
    (1.0, NAN),
    (1e-3, 1.0),
    (1.0, 1.0),
    (2.0, -INF),
    (1.0, 1.0),
]


@pytest.mark.parametrize("device", ["cpu", "cuda"])
@pytest.mark.parametrize(
    "settings",
    [
        {"growth_interval": 2},
        {"init_scale": 3.0, "growth_factor": 1.1, "backoff_factor": 0.3, "growth_interval": 1},
        {"init_scale": 2.0**127, "growth_interval": 1, "growth_factor": 4.0},
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_factors_are_pytorchs(settings, device):
    theirs, ours = in_both([*STEPS, *STEPS], device, **settings)
    assert [state for state, _ in ours] == [state for state, _ in theirs]
    for (_, mine), (_, other) in zip(ours, theirs, strict=True):
        for one, two in zip(mine, other, strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-6, atol=1e-6)


def test_a_step_of_the_scaler_reads_one_value(w, x):
    rule, scaler = optim.SGD([w], lr=0.1), amp.GradScaler()
    for _ in range(3):
        rule.zero_grad()
        with amp.autocast("cuda"):
            loss = (x @ w).float().mean()
        counts.clear()
        scaler.scale(loss).backward()
        scaler.unscale_(rule)
        nn.utils.clip_grad_norm_([w], 1.0)
        assert counts.reads == 0
        scaler.step(rule)
        assert counts.reads == 1
        scaler.update()
        assert (counts.reads, counts.uploads, counts.waits) == (1, 0, 0)
    assert (scaler.is_enabled(), scaler.get_scale()) == (True, 65536.0)


def test_the_scaler_keeps_small_gradients(x):
    found = []
    for factor in (1.0, 2.0**14):
        w = ag.full((2, 2), 1.0, device="cuda", requires_grad=True)
        scaler = amp.GradScaler(init_scale=factor)
        with amp.autocast("cuda"):
            loss = (x @ w * 2.0**-14 * 2.0**-14).float().sum()
        scaler.scale(loss).backward()
        scaler.unscale_(optim.SGD([w]))
        found.append(w.grad.tolist()[0][0])
    assert found[0] == 0.0
    assert found[1] == 2 * 2.0**-28


def test_a_state_goes_between_both():
    torch = pytest.importorskip("torch")
    theirs, ours = torch.amp.GradScaler("cpu", init_scale=8.0), amp.GradScaler("cpu", init_scale=2.0)
    ours.load_state_dict(theirs.state_dict())
    assert ours.state_dict() == theirs.state_dict()
    w = ag.ones(1, requires_grad=True)
    rule = optim.SGD([w])
    ours.scale(w.sum()).backward()
    assert w.grad.tolist() == [8.0]
    ours.step(rule)
    ours.update()
    theirs.load_state_dict(ours.state_dict())
    assert theirs.get_scale() == 8.0
    for twin in (copy.deepcopy(ours), pickle.loads(pickle.dumps(ours))):
        assert twin.state_dict() == ours.state_dict() == {
            "scale": 8.0, "growth_factor": 2.0, "backoff_factor": 0.5, "growth_interval": 2000,
            "_growth_tracker": 1,
        }  # fmt: skip
    ours.load_state_dict({**ours.state_dict(), "scale": 4.0})
    assert ours.get_scale() == 4.0
    ours.set_growth_factor(3.0)
    ours.set_backoff_factor(0.25)
    ours.set_growth_interval(2)
    assert (ours.get_growth_factor(), ours.get_backoff_factor(), ours.get_growth_interval()) == (3.0, 0.25, 2)
    ours.scale(w.sum()).backward()
    ours.step(rule)
    ours.update()
    assert ours.get_scale() == 12.0
    ours.update(5.0)
    assert ours.get_scale() == 5.0
    ours.update(ag.tensor(6.0))
    assert ours.get_scale() == 6.0


def test_misuse_of_the_scaler():
    for factors in ({"growth_factor": 1.0}, {"backoff_factor": 1.0}):
        with pytest.raises(ValueError, match="growth_factor must be above 1 and backoff_factor below"):
            amp.GradScaler("cpu", **factors)
    w = ag.ones(1, requires_grad=True)
    rule, scaler = optim.SGD([w]), amp.GradScaler("cpu")
    for name, call in (("unscale_", scaler.unscale_), ("step", scaler.step)):
        with pytest.raises(RuntimeError, match=rf"GradScaler.{name} before scale: call scaler.scale"):
            call(rule)
    with pytest.raises(RuntimeError, match=r"GradScaler.update before scale"):
        scaler.update()
    with pytest.raises(TypeError, match="takes tensors, not a float"):
        scaler.scale([1.0])
    loss = scaler.scale(w.sum())
    with pytest.raises(RuntimeError, match="the optimizer has no gradients"):
        scaler.step(rule)
    scaler = amp.GradScaler("cpu")
    scaler.scale(w.sum()).backward()
    with pytest.raises(RuntimeError, match="no gradients were looked at"):
        scaler.update()
    scaler.unscale_(rule)
    with pytest.raises(RuntimeError, match=r"unscale_\(\) after unscale_\(\) of this optimizer"):
        scaler.unscale_(rule)
    with pytest.raises(RuntimeError, match="not in the middle of a step"):
        copy.deepcopy(scaler)
    with pytest.raises(RuntimeError, match="takes no closure"):
        scaler.step(rule, closure=lambda: loss)
    scaler.step(rule)
    with pytest.raises(RuntimeError, match=r"unscale_\(\) after step\(\) of this optimizer"):
        scaler.unscale_(rule)
    with pytest.raises(RuntimeError, match=r"step\(\) after step\(\) of this optimizer"):
        scaler.step(rule)
    scaler.update()
    half = ag.ones(1, dtype=ag.float16, requires_grad=True)
    half.grad = ag.ones(1, dtype=ag.float16)
    with pytest.raises(ValueError, match="a gradient is float16: keep the parameters in float32"):
        scaler.unscale_(optim.SGD([half]))
    with pytest.raises(RuntimeError, match="the state is empty"):
        scaler.load_state_dict({})


def test_gradients_on_two_gpus():
    weights = [ag.ones(2, device=f"cuda:{i}", requires_grad=True) for i in (0, 1)]
    rule, scaler = optim.SGD(weights, lr=1.0), amp.GradScaler(init_scale=4.0)
    for bad in (False, True):
        for i, w in enumerate(weights):
            with cuda.device(i):
                loss = (w * (INF if bad and i else 1.0)).sum()
                scaler.scale(loss).backward()
        scaler.unscale_(rule)
        assert weights[0].grad.tolist() == [1, 1]
        scaler._checked[id(rule)] = scaler._checked[id(rule)]._replace(is_stepped=True)
        scaler.update()
        rule.zero_grad()
    assert scaler.get_scale() == 2.0


# ------------------------------------------------------------------------------------------- in a graph


def test_a_graphed_step_in_mixed_precision():
    def trained(graphed):
        ag.manual_seed(0)
        model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.LayerNorm(8), nn.Linear(8, 3)).to("cuda")
        rule = optim.Adam(model.parameters())

        def step(x, y):
            rule.zero_grad()
            with amp.autocast("cuda"):
                loss = F.cross_entropy(model(x), y)
            loss.backward()
            rule.step()
            return loss.detach()

        call, random = cuda.GraphedStep(step) if graphed else step, np.random.default_rng(0)
        losses = []
        for _ in range(6):
            x = ag.tensor(random.normal(size=(5, 4)).astype(np.float32), device="cuda")
            losses.append(call(x, ag.tensor(random.integers(0, 3, 5), device="cuda")).item())
        assert not graphed or call.is_captured
        return losses, [p.tolist() for p in model.parameters()]

    assert trained(True) == trained(False)


def test_a_scaler_reads_and_is_not_captured(w, x):
    rule, scaler = optim.SGD([w], lr=0.1), amp.GradScaler()

    def step(x):
        rule.zero_grad()
        scaler.scale((x @ w).sum()).backward()
        scaler.step(rule)
        scaler.update()

    graphed = cuda.GraphedStep(step, warmup=1)
    for _ in range(3):
        graphed(x)
    assert "scaler.step(rule)" in graphed.reason
    assert "GradScaler.step cannot be captured: whether a step is taken is read in Python" in graphed.reason
    np.testing.assert_allclose(w.tolist(), np.full((2, 2), 0.5 - 3 * 0.1 * 2), rtol=1e-6)
    fresh = amp.GradScaler()
    with pytest.raises(RuntimeError, match=r"GradScaler.scale cannot be captured"), cuda.graph(cuda.CUDAGraph()):
        fresh.scale(w.sum())
    assert fresh.get_scale() == 65536.0
