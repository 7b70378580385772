"""Captured steps and mixed precision on a real GPU: the numbers of the plain step, and nothing that waits."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import amp, cuda, nn, optim
from autograd_engine.backend.nvidia import cublas
from autograd_engine.nn import functional as F
from tests.standin.programs import PROGRAMS

from . import need_a_gpu

need_a_gpu()
pytestmark = pytest.mark.gpu

STEPS = 9


def without_waiting(call, *arguments):
    import cupyx

    with cupyx.allow_synchronize(False):
        return call(*arguments)


def trained(name, graphed, mixed=False, optimizer="AdamW"):
    """The losses and parameters of a training, and the step."""
    program, random = PROGRAMS[name], np.random.default_rng(0)
    ag.manual_seed(0)
    model = program.build().to("cuda")
    rule = getattr(optim, optimizer)(model.parameters(), lr=0.01)
    schedule = optim.lr_scheduler.StepLR(rule, 2, 0.5)

    def step(x, y):
        rule.zero_grad()
        with amp.autocast("cuda", enabled=mixed):
            scores = model(x)
            loss = F.cross_entropy(scores.reshape(-1, scores.shape[-1]), y.reshape(-1))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        rule.step()
        return loss.detach()

    call = cuda.GraphedStep(step) if graphed else step
    losses = []
    for i in range(STEPS):
        inputs = program.inputs(random)
        x = ag.tensor(inputs, dtype=ag.float32 if inputs.dtype.kind == "f" else None).to("cuda")
        y = ag.tensor(program.targets(random)).to("cuda")
        losses.append(without_waiting(call, x, y) if i > 4 else call(x, y))
        schedule.step()
    assert not graphed or call.reason is None
    assert not graphed or call.is_captured
    state = [s["step"].item() for s in rule.state_dict()["state"].values() if "step" in s]
    assert set(state) <= {STEPS}
    return [loss.item() for loss in losses], [p.tolist() for p in model.parameters()]


@pytest.mark.parametrize("mixed", [False, True], ids=["float32", "autocast"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_graphed_training_gives_the_same(name, mixed):
    plain, graphed = (trained(name, which, mixed) for which in (False, True))
    near = 1e-2 if mixed else 1e-5
    np.testing.assert_allclose(graphed[0], plain[0], rtol=near)
    for ours, theirs in zip(graphed[1], plain[1], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=100 * near, atol=10 * near)


@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "RAdam", "NAdam", "Adagrad", "RMSprop"])
def test_numbers_of_optimizers_are_not_frozen(optimizer):
    plain, graphed = (trained("perceptron", which, optimizer=optimizer) for which in (False, True))
    np.testing.assert_allclose(graphed[0], plain[0], rtol=1e-5)


def test_dropout_draws_anew_and_the_seed_repeats_it():
    layer, x = nn.Dropout(0.5), ag.ones(1000, device="cuda")
    graphed = cuda.GraphedStep(lambda x: layer(x))
    drawn = [graphed(x).tolist() for _ in range(7)]
    assert graphed.is_captured
    assert len(set(map(tuple, drawn))) == 7
    seen = []
    for _ in range(2):
        ag.manual_seed(3)
        seen.append([graphed(x).tolist() for _ in range(3)])
    assert seen[0] == seen[1]
    ag.manual_seed(3)
    assert layer(x).tolist() == seen[0][0]
    state = cuda.get_rng_state()
    after = graphed(x).tolist()
    cuda.set_rng_state(state)
    assert graphed(x).tolist() == after


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.sum().item(),
        lambda x: x * 2 if x.sum() > 0 else x,
        lambda x: x[x > 0].sum(),
        lambda x: x * ag.tensor([1.0, 2.0], device="cuda"),
        lambda x: ag.linalg.solve(x[:2], x[0]),
        lambda x: cuda.synchronize(),
    ],
)
def test_a_failed_capture_leaves_the_gpu_usable(function):
    x = ag.ones(4, 2, device="cuda")
    before = ag.rand(3, device="cuda").tolist()
    words = "while a graph is captured nothing is computed"
    with pytest.raises(RuntimeError, match=words), cuda.graph(cuda.CUDAGraph()):
        function(x * 3)
    assert not cuda.is_current_stream_capturing()
    assert (x * 2).tolist() == [[2, 2]] * 4
    assert ag.rand(3, device="cuda").tolist() != before
    graph = cuda.CUDAGraph()
    with cuda.graph(graph):
        y = x @ x.T
    graph.replay()
    assert y.tolist() == [[2] * 4] * 4


def test_many_arrays_are_joined_in_a_capture():
    parts = [ag.full((3,), float(i), device="cuda") for i in range(30)]
    graph = cuda.CUDAGraph()
    with cuda.graph(graph):
        joined = ag.cat(parts)
    graph.replay()
    assert joined.tolist() == [float(i) for i in range(30) for _ in range(3)]


def test_graphed_callables():
    def learned(graphed):
        ag.manual_seed(0)
        model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2)).to("cuda")
        x = ag.ones(3, 4, device="cuda")
        if graphed:
            model = cuda.make_graphed_callables(model, (x,))
        rule, losses = optim.SGD(model.parameters(), lr=0.1), []
        for i in range(4):
            rule.zero_grad()
            loss = model(x * (i + 1)).square().mean()
            loss.backward()
            rule.step()
            losses.append(loss.item())
        return losses

    np.testing.assert_allclose(learned(True), learned(False), rtol=1e-5)


def test_a_graph_has_memory_of_its_own():
    x = ag.ones(1 << 20, device="cuda")
    graph = cuda.CUDAGraph()
    with cuda.graph(graph):
        y = (x + 1).exp()
    before = cuda.memory_allocated()
    for _ in range(3):
        ag.rand(1 << 20, device="cuda").exp()  # what else takes memory takes none of the graph's
        graph.replay()
    np.testing.assert_allclose(y[:3].tolist(), np.exp(2), rtol=1e-5)
    assert before >= x.nbytes + y.nbytes
    del y
    graph.reset()
    assert cuda.memory_allocated() < before


def test_mixed_precision_and_the_scaler():
    ag.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 8)).to("cuda")
    rule, scaler = optim.Adam(model.parameters()), amp.GradScaler(init_scale=2.0**12)
    x, y = ag.rand(32, 64, device="cuda"), ag.zeros(32, dtype=ag.int64, device="cuda")
    losses = []
    for i in range(10):
        rule.zero_grad()
        with amp.autocast("cuda"):
            scores = model(x)
            loss = F.cross_entropy(scores, y)
        assert (scores.dtype, loss.dtype) == (ag.float16, ag.float32)
        scaler.scale(loss * (float("inf") if i == 5 else 1.0)).backward()
        scaler.step(rule)
        scaler.update()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
    assert scaler.get_scale() == 2.0**11
    assert next(iter(rule.state.values()))["step"].item() == 9


def test_products_round_their_factors_to_bfloat16():
    x = ag.rand(256, 256, device="cuda")
    exact = x.double() @ x.double()
    with amp.autocast("cuda", dtype=ag.bfloat16):
        y = x @ x
    far = ((y - exact).abs().max() / exact.abs().max()).item()
    assert y.dtype is ag.float32
    assert far < 1e-2
    if cublas.library.here() is not None:
        assert far > 1e-5
