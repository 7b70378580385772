"""Steps captured as CUDA graphs give the numbers that they give without, and a replay sends nothing but numbers.

In the substitute, what is captured is not computed, so who reads too early finds NaN; nor does memory that was
given back keep what it held.
"""

import contextlib
import gc
import logging
import re

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import cuda, nn, optim
from autograd_engine.backend.nvidia import cublas
from autograd_engine.nn import functional as F
from tests import gpus
from tests.optim.cases import SETTINGS

from . import counts, machine
from .cuda import compiler
from .programs import PROGRAMS


@pytest.fixture(autouse=True, scope="module")
def garbage():
    """Each capture collects garbage, but not all that the tests before this module left."""
    gc.freeze()
    yield
    gc.unfreeze()


FEW = dict(SETTINGS)


def small():
    return nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3))


class Training:
    """A network on the GPU, its optimizer, and its step, graphed or not.

    Attributes:
        losses: what the calls gave.
        reasons: why they ran operation by operation.
    """

    def __init__(self, build, graphed, optimizer="Adam", settings=None, zero=True, clip=True, each=1):
        ag.manual_seed(0)
        self.model = build().to("cuda")
        self.optimizer = getattr(optim, optimizer)(self.model.parameters(), **(settings or {"lr": 0.01}))
        self.losses, self.reasons, self.counts = [], [], []

        def step(x, y):
            if zero:
                self.optimizer.zero_grad()
            scores = self.model(x)
            loss = F.cross_entropy(scores.reshape(-1, scores.shape[-1]), y.reshape(-1))
            loss.backward()
            if clip:
                nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            return loss

        self.plain = step
        self.step = cuda.GraphedStep(step) if graphed else step

    def __call__(self, x, y):
        counts.clear()
        self.losses.append(self.step(x, y).detach())
        self.counts.append((counts.launches, counts.uploads, counts.reads, counts.waits))
        self.reasons.append(getattr(self.step, "reason", None))

    def state(self):
        """All that a training leaves."""
        state = self.optimizer.state_dict()["state"]
        return {
            "losses": [loss.item() for loss in self.losses],
            "parameters": [p.tolist() for p in self.model.parameters()],
            "buffers": [b.tolist() for b in self.model.buffers()],
            "gradients": [None if p.grad is None else p.grad.tolist() for p in self.model.parameters()],
            "state": {i: {name: value.tolist() for name, value in s.items()} for i, s in state.items()},
            "drawn": ag.rand(2, device="cuda").tolist(),
        }


def batches(program=None, count=8, shape=(5, 6)):
    random = np.random.default_rng(0)
    for _ in range(count):
        inputs = random.normal(size=shape) if program is None else program.inputs(random)
        x = ag.tensor(inputs, dtype=ag.float32 if inputs.dtype.kind == "f" else None).to("cuda")
        targets = random.integers(0, 3, shape[0]) if program is None else program.targets(random)
        yield x, ag.tensor(targets).to("cuda")


def both(build, run, **settings):
    """The same with and without a graph; gives the graphed training."""
    plain, graphed = (Training(build, which, **settings) for which in (False, True))
    states = []
    for training in (plain, graphed):
        ag.manual_seed(1)
        run(training)
        states.append(training.state())
    for name, expected in states[0].items():
        assert str(states[1][name]) == str(expected), name
    return graphed


def over(program=None, count=8, **settings):
    def run(training):
        for x, y in batches(program, count, **settings):
            training(x, y)

    return run


def tiers(names, usual):
    """Each with CuPy's functions, and the usual ones with CUDA's kernels; the slow tests take all of them so."""
    by_gcc = pytest.mark.skipif(compiler is None, reason="g++ makes the kernels")
    cases = [pytest.param(name, "auto", id=f"{name}-auto") for name in names]
    for name in names:
        marks = [by_gcc] if name in usual else [by_gcc, pytest.mark.slow]
        cases.append(pytest.param(name, "cuda", id=f"{name}-cuda", marks=marks))
    return cases


REPLAYED = (1, 1, 0, 0)
"""A launch, the numbers sent, and neither a read nor a wait."""


@pytest.mark.parametrize(("name", "tier"), tiers(PROGRAMS, ["perceptron", "convolutional"]))
def test_a_graphed_training_gives_the_same_bits(name, tier):
    program = PROGRAMS[name]

    def run(training):
        schedule = optim.lr_scheduler.StepLR(training.optimizer, 2, 0.5)
        for x, y in batches(program):
            training(x, y)
            schedule.step()

    with ag.use_kernels(tier):
        graphed = both(program.build, run)
    assert graphed.counts[4:] == [REPLAYED] * 4
    assert graphed.reasons == [None] * 8
    assert graphed.step.is_captured


@pytest.mark.parametrize(("name", "tier"), tiers(FEW, ["AdamW", "RAdam"]))
def test_every_optimizer(name, tier):
    with ag.use_kernels(tier):
        graphed = both(small, over(count=12), optimizer=name, settings=FEW[name])
    assert graphed.reasons == [None] * 12
    assert graphed.step.is_captured
    # RAdam decides in step 6 that it knows the variance; for the settings here that step is captured anew
    assert sum(launched for launched, *_ in graphed.counts) >= 7


def test_a_decision_that_changes_is_captured_anew():
    graphed = both(small, over(count=12), optimizer="RAdam")
    launches = [launched for launched, *_ in graphed.counts]
    assert launches == [0, 0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1]


def test_learning_rates_and_several_groups():
    def run(training):
        training.optimizer.add_param_group({"params": [ag.ones(3, device="cuda", requires_grad=True)], "lr": 1.0})
        for i, (x, y) in enumerate(batches()):
            training.optimizer.param_groups[0]["lr"] = 0.1 / (1 + i)
            training(x, y)

    both(small, run)


def with_dropout():
    return nn.Sequential(nn.Linear(6, 8), nn.Dropout(0.5), nn.Linear(8, 3))


def test_dropout_draws_anew_at_each_replay_and_the_seed_repeats_it():
    graphed = both(with_dropout, over(), settings={"lr": 0.0})
    model, seen = graphed.model, []
    (x, y), *_ = batches()
    assert len({graphed.step(x, y).item() for _ in range(5)}) == 5
    for _ in range(2):
        ag.manual_seed(7)
        seen.append([graphed.step(x, y).item() for _ in range(3)])
    assert seen[0] == seen[1]
    ag.manual_seed(7)
    assert graphed.plain(x, y).item() == seen[0][0]
    assert model.training


class Attending(nn.Module):
    """Attention with dropout."""

    def __init__(self):
        super().__init__()
        self.inside = nn.Linear(4, 12)
        self.head = nn.Linear(4, 3)

    def forward(self, x):
        q, k, v = self.inside(x).chunk(3, -1)
        return self.head(F.scaled_dot_product_attention(q, k, v, dropout_p=0.5, is_causal=True)[:, 0])


def test_dropout_of_attention():
    graphed = both(Attending, over(shape=(5, 7, 4)), settings={"lr": 0.0})
    (x, y), *_ = batches(shape=(5, 7, 4))
    assert len({graphed.step(x, y).item() for _ in range(4)}) > 1


# --------------------------------------------------------------------------------------------- gradients


def test_gradients_forgotten_outside():
    def run(training):
        for x, y in batches():
            training.optimizer.zero_grad()
            training(x, y)

    graphed = both(small, run, zero=False)
    assert sum(launched for launched, *_ in graphed.counts) == 5


@pytest.mark.parametrize("to_none", [True, False])
def test_gradients_added_up_over_several_calls(to_none):
    def run(training):
        for i, (x, y) in enumerate(batches(count=16)):
            if i % 3 == 0:
                training.optimizer.zero_grad(set_to_none=to_none)
            training(x, y)

    graphed = both(small, run, zero=False, clip=False)
    assert sum(launched for launched, *_ in graphed.counts) >= 12
    assert graphed.reasons == [None] * 16


def test_gradients_added_up_inside():
    def training(graphed):
        ag.manual_seed(0)
        model = small().to("cuda")
        optimizer = optim.Adam(model.parameters())

        def step(xs, ys):
            optimizer.zero_grad(set_to_none=False)
            for x, y in zip(xs, ys, strict=True):
                (F.cross_entropy(model(x), y) / len(xs)).backward()
            optimizer.step()
            return {"gradient": model[0].weight.grad}

        call, found = cuda.GraphedStep(step) if graphed else step, []
        data = list(batches(count=14))
        for i in range(0, 14, 2):
            xs, ys = zip(*data[i : i + 2], strict=True)
            found.append(call(xs, ys=[*ys])["gradient"].tolist())
        assert not graphed or call.is_captured
        return found, [p.tolist() for p in model.parameters()]

    assert training(True) == training(False)


def test_a_gradient_that_was_kept_and_one_that_was_forgotten_are_captured_apart():
    def run(training):
        for i, (x, y) in enumerate(batches()):
            if i == 3:  # the call that is captured finds no gradients, though the step forgets them itself
                training.optimizer.zero_grad()
            training(x, y)

    both(small, run)


def test_a_step_that_finds_its_gradients_elsewhere_each_time_is_given_up():
    def run(training):
        for x, y in batches(count=14):
            for p in training.model.parameters():
                p.grad = ag.ones_like(p)
            training(x, y)

    graphed = both(small, run, zero=False)
    assert graphed.reasons[-1] == "the step was captured 4 times, and never was what it is now"


# ------------------------------------------------------------------------------ what happens in between


def test_other_shapes_run_as_they_are_and_the_graph_stays():
    def run(training):
        for x, y in batches(count=12):
            training(x, y)
            if len(training.losses) % 4 == 0:
                training(x[:3], y[:3])

    graphed = both(small, run)
    assert "captured for other arguments: " in graphed.reasons[4]
    assert "float32[5, 6]" in graphed.reasons[4]
    assert "float32[3, 6]" in graphed.reasons[4]
    assert graphed.reasons[-2] is None
    assert graphed.counts[-2] == REPLAYED


def test_a_state_that_is_loaded_and_parameters_that_get_other_memory():
    def run(training):
        for i, (x, y) in enumerate(batches(count=16)):
            if i == 5:
                kept = {k: v.clone() for k, v in training.model.state_dict().items()}
                state = training.optimizer.state_dict()
                state["state"] = {
                    n: {k: v.clone() for k, v in entries.items()} for n, entries in state["state"].items()
                }
            if i == 8:
                training.model.load_state_dict(kept)
                training.optimizer.load_state_dict(state)
            if i == 12:
                for p in training.model.parameters():
                    p.data = p.data * 2
            training(x, y)

    graphed = both(small, run)
    assert graphed.reasons == [None] * 16
    assert [launched for launched, *_ in graphed.counts] == [0, 0, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1]


def test_results_are_copies_and_arguments_may_be_the_same_tensor():
    training = Training(small, True)
    (x, y), *_ = batches()
    for _ in range(6):
        training(x, y)
        x += 0.1
    values = [loss.item() for loss in training.losses]
    assert len(set(values)) == 6
    assert not training.step(x, y).requires_grad


def test_a_graph_has_memory_of_its_own():
    before = cuda.memory_allocated()
    training = Training(small, True)
    (x, y), *_ = batches()
    for _ in range(3):
        training(x, y)
    default = machine.taken[0]
    training(x, y)
    assert training.step.is_captured
    assert cuda.memory_allocated() > machine.taken[0], "the graph's memory is counted, and is none of the others'"
    assert machine.taken[0] - default < 20_000, "in which only the numbers, the inputs and the loss were put"
    assert cuda.memory_reserved() > cuda.memory_allocated()
    del training
    gc.collect()
    del x, y
    assert cuda.memory_allocated() == machine.taken[0] <= before + 16_000, "the generator is left"


# --------------------------------------------------------------------------------------- what is refused


def reading(x):
    return x * 2 if x.sum().item() > 0 else x


def branching(x):
    return x * 2 if x.sum() > 0 else x


def masking(x):
    return x[x > 0].sum()


def sending(x):
    return x * ag.tensor([1.0] * 6, device="cuda")


def solving(x):
    return ag.linalg.solve(x[:, :5], x[:, 5])


def waiting(x):
    cuda.synchronize()
    return x


def copying(x):
    return x.cpu().sum()


WHILE = "; while a graph is captured nothing is computed: "
READ = (
    f"the current stream is capturing, so D2H transfers are disallowed.*{WHILE}take the value after the replay, of"
)
SENT = (
    f"the current stream is capturing, so H2D transfers are disallowed{WHILE}make what is sent before the capture"
)
REFUSED = [
    (reading, "return x * 2 if x.sum().item() > 0 else x", READ),
    (branching, "return x * 2 if x.sum() > 0 else x", READ),
    (masking, "return x[x > 0].sum()", f"getitem: {READ}"),
    (copying, "return x.cpu().sum()", f"moved: {READ}"),
    (sending, 'return x * ag.tensor([1.0] * 6, device="cuda")', SENT),
    (solving, "return ag.linalg.solve(x[:, :5], x[:, 5])", f"solve: calling cuSOLVER API .*{WHILE}compute this"),
    (waiting, "cuda.synchronize()", f"cudaErrorStreamCaptureUnsupported: .*{WHILE}leave it out of the capture"),
]


@pytest.mark.parametrize(("function", "line", "words"), REFUSED, ids=[f.__name__ for f, *_ in REFUSED])
def test_what_cannot_be_captured_is_named_and_leaves_all_as_it_was(function, line, words, caplog):
    words = f"{re.escape(__file__)}, line \\d+, {re.escape(repr(line))}: {words}"
    (x, _), *_ = batches(shape=(5, 6))
    with pytest.raises(RuntimeError, match=words), cuda.graph(cuda.CUDAGraph()):
        function(x)
    assert not cuda.is_current_stream_capturing()
    assert cuda.current_stream() == cuda.default_stream()
    assert (x * 2).sum().item() == pytest.approx(2 * x.cpu().numpy().sum(), abs=1e-5)

    class Refused(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = with_dropout()

        def forward(self, x):
            function(x)
            return self.layers(x)

    with caplog.at_level(logging.WARNING):
        graphed = both(Refused, over(count=6))
    assert re.search(words, graphed.reasons[3])
    assert graphed.reasons[4:] == graphed.reasons[3:4] * 2
    assert len(caplog.records) == 1
    assert "GraphedStep runs operation by operation: " in caplog.text


def test_what_the_host_drew_in_a_failed_capture_is_drawn_again():
    seen, x = [], ag.ones(2, device="cuda")

    def step(x):
        seen.append(ag.rand(1).item())
        return x if x.sum().item() else x * 2

    graphed = cuda.GraphedStep(step, warmup=1)
    ag.manual_seed(0)
    for _ in range(3):
        graphed(x)
    ag.manual_seed(0)
    first, second, third = (ag.rand(1).item() for _ in range(3))
    assert seen == [first, second, second, third]


def test_an_error_of_cudas_is_given_a_second_try():
    tries = []

    def step(x):
        if cuda.is_current_stream_capturing():
            tries.append(1)
            if len(tries) == 1:
                cuda.synchronize()
        return x * 2

    graphed, x = cuda.GraphedStep(step, warmup=1), ag.ones(2, device="cuda")
    assert [graphed(x).tolist() for _ in range(4)] == [[2, 2]] * 4
    assert (len(tries), graphed.is_captured, graphed.reason) == (2, True, None)


def test_products_without_cublaslt(monkeypatch):
    monkeypatch.setattr(cublas.library, "enabled", False)
    x = ag.ones(2, 2, device="cuda")
    with (
        pytest.raises(RuntimeError, match=r"matmul: calling cuBLAS API .* captured through cublasLt"),
        cuda.graph(cuda.CUDAGraph()),
    ):
        x @ x


def test_a_schedule_steps_outside():
    def run(training):
        schedules = [
            optim.lr_scheduler.StepLR(training.optimizer, 2),
            optim.lr_scheduler.CosineAnnealingWarmRestarts(training.optimizer, 2),
            optim.lr_scheduler.ReduceLROnPlateau(training.optimizer),
            optim.lr_scheduler.ChainedScheduler([optim.lr_scheduler.ExponentialLR(training.optimizer, 0.9)]),
        ]
        states = [schedule.state_dict() for schedule in schedules]
        for schedule in schedules:
            words = rf"{type(schedule).__name__}.step\(\) is no work of the GPU, .* step the schedule after"
            with pytest.raises(RuntimeError, match=words), cuda.graph(cuda.CUDAGraph()):
                schedule.step(*([1.0] if "Plateau" in type(schedule).__name__ else []))
        assert [schedule.state_dict() for schedule in schedules] == states

    run(Training(small, False))


def test_what_is_no_fault_of_a_capture_comes_out_as_it_is():
    def step(x):
        if cuda.is_current_stream_capturing():
            raise KeyError("mine")
        return x * 2

    graphed, x = cuda.GraphedStep(step, warmup=1), ag.ones(2, device="cuda")
    graphed(x)
    with pytest.raises(KeyError, match="mine"):
        graphed(x)
    assert (x + 1).tolist() == [2, 2]


def test_the_state_of_an_optimizer_is_made_before():
    w = ag.ones(2, device="cuda", requires_grad=True)
    w.grad = ag.ones(2, device="cuda")
    optimizer = optim.Adam([w])
    with (
        pytest.raises(RuntimeError, match="Adam: other parameters have gradients than in the step before"),
        cuda.graph(cuda.CUDAGraph()),
    ):
        optimizer.step()
    optimizer.step()
    assert optimizer.state[w]["step"] == 1


def test_a_generator_is_seeded_before():
    x = ag.ones(4, device="cuda")
    with (
        pytest.raises(RuntimeError, match="a generator would be seeded while a graph is captured"),
        cuda.graph(cuda.CUDAGraph()),
    ):
        F.dropout(x, generator=ag.Generator().manual_seed(0))


def test_parameters_on_the_cpu_and_formulas_that_cannot_be_read():
    class Odd(optim.Optimizer):
        def __init__(self, params):
            super().__init__(params, {})

        def _slots(self, group):
            return {}

        def _coefficients(self, group, scalars):
            return (0.5,)

        @classmethod
        def _update(cls, p, g, state, c):
            return p - c[0] * g / np.linalg.norm(g)

    for device, make, words in [
        ("cpu", optim.SGD, "parameters lie on the CPU"),
        ("cuda", Odd, "formula cannot be read"),
    ]:
        w = ag.ones(2, device=device, requires_grad=True)
        w.grad = ag.ones(2, device=device)
        optimizer = make([w])
        optimizer.step()
        before = w.tolist()
        with pytest.raises(RuntimeError, match=words), cuda.graph(cuda.CUDAGraph()):
            optimizer.step()
        assert w.tolist() == before


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (lambda x: (x.cpu(),), "no argument lies on a GPU"),
        (lambda x: (x, x.cpu()), "arguments lie on cpu and cuda:0; move all to one GPU"),
        (lambda x: ({"x": x, "y": np.ones(2)},), "arguments lie on cpu and cuda:0; move all to one GPU"),
        (lambda x: (x.clone().requires_grad_(),), "an argument requires gradients"),
        (lambda x: (3.0,), "no argument lies on a GPU"),
    ],
)
def test_arguments_that_are_no_matter_for_a_graph(arguments, reason):
    graphed = cuda.GraphedStep(lambda *args: args, warmup=1)
    given = arguments(ag.ones(2, device="cuda"))
    for _ in range(3):
        assert graphed(*given) == given
        assert graphed.reason.startswith(reason)
    assert not graphed.is_captured


def test_a_step_begins_anew():
    calls = []

    def step(x, factor):
        calls.append(cuda.is_current_stream_capturing())
        return x * factor

    graphed, x = cuda.GraphedStep(step, warmup=1), ag.ones(2, device="cuda")
    for _ in range(4):
        assert graphed(x, 2).tolist() == [2, 2]
    assert calls == [False, True]
    assert graphed(x, 3).tolist() == [3, 3]
    assert "captured for other arguments" in graphed.reason
    graphed.reset()
    assert not graphed.is_captured
    for _ in range(3):
        assert graphed(x, 3).tolist() == [3, 3]
    assert calls == [False, True, False, False, True]
    with pytest.raises(ValueError, match="warmup must be at least 1"):
        cuda.GraphedStep(step, warmup=0)


# ----------------------------------------------------------------------------------- graphs by themselves


def test_a_graph_is_captured_and_replayed():
    x = ag.ones(3, device="cuda")
    g = cuda.CUDAGraph()
    with cuda.graph(g):
        assert cuda.is_current_stream_capturing()
        y = x * 2
        z = y.sum()
    assert not cuda.is_current_stream_capturing()
    assert np.isnan(y.tolist()).all(), "nothing was computed yet"
    for value in (1.0, 4.0):
        x.fill_(value)
        g.replay()
        assert (y.tolist(), z.item()) == ([2 * value] * 3, 6 * value)


def test_a_graph_of_a_whole_step_counts_its_steps_when_it_is_replayed():
    w = ag.ones(2, device="cuda", requires_grad=True)
    twin = ag.ones(2, device="cuda", requires_grad=True)
    optimizer, other = (optim.Adam([p], lr=0.1) for p in (w, twin))
    x = ag.ones(2, device="cuda")

    def step(p, optimizer):
        optimizer.zero_grad()
        (p * x).sum().backward()
        optimizer.step()

    step(w, optimizer)
    g = cuda.CUDAGraph()
    with cuda.graph(g):
        step(w, optimizer)
    assert optimizer.state[w]["step"] == 1
    g.replay()
    optimizer.param_groups[0]["lr"] = 0.01
    g.replay()
    for i in range(3):
        other.param_groups[0]["lr"] = 0.01 if i == 2 else 0.1
        step(twin, other)
    assert w.tolist() == twin.tolist()
    assert optimizer.state[w]["step"] == 3
    w.data = w.data.clone()
    with pytest.raises(RuntimeError, match=r"the captured graph no longer fits: .* capture the step again"):
        g.replay()
    assert optimizer.state[w]["step"] == 3


def test_graphs_share_memory():
    pool = cuda.graph_pool_handle()
    first, second, x = cuda.CUDAGraph(), cuda.CUDAGraph(), ag.ones(300, device="cuda")
    with cuda.graph(first, pool=pool):
        y = x + 1
    with cuda.graph(second, pool=first.pool(), stream=cuda.Stream()):
        z = y * 2
    assert second.pool() is first.pool() is pool
    first.replay()
    second.replay()
    assert z.tolist() == [4] * 300
    first.reset()
    with pytest.raises(RuntimeError, match="replay of a CUDAGraph that was not captured"):
        first.replay()


def test_misuse_of_graphs(tmp_path):
    g = cuda.CUDAGraph()
    with pytest.raises(RuntimeError, match="default stream cannot be captured"):
        g.capture_begin()
    with pytest.raises(ValueError, match="capture_error_mode is one of 'global', 'thread_local', 'relaxed', not"):
        g.capture_begin(capture_error_mode="none")
    for call in (g.capture_end, g.replay, lambda: g.debug_dump(tmp_path / "g.dot")):
        with pytest.raises(RuntimeError, match="capture"):
            call()
    with cuda.graph(g, capture_error_mode="thread_local"):
        x = ag.ones(2, device="cuda")
        with pytest.raises(RuntimeError, match="graphs do not nest"):
            cuda.CUDAGraph().capture_begin()
    with pytest.raises(RuntimeError, match="the graph was captured already"), cuda.graph(g):
        """It is not entered."""
    assert cuda.current_stream() == cuda.default_stream()
    g.enable_debug_mode()
    g.debug_dump(tmp_path / "g.dot")
    assert (tmp_path / "g.dot").read_text().startswith("digraph")
    g.replay()
    assert x.tolist() == [1, 1]


def test_begin_and_end_by_hand():
    g, x = cuda.CUDAGraph(), ag.ones(2, device="cuda")
    with cuda.stream(cuda.Stream()):
        g.capture_begin()
        y = x + 1
        g.capture_end()
        g.replay()
    assert y.tolist() == [2, 2]
    broken = cuda.CUDAGraph()
    with cuda.stream(cuda.Stream()):
        broken.capture_begin()
        with contextlib.suppress(RuntimeError):
            cuda.synchronize()
        with pytest.raises(
            RuntimeError, match="the graph could not be captured: cudaErrorStreamCaptureInvalidated"
        ):
            broken.capture_end()
        with pytest.raises(RuntimeError, match="not captured"):
            broken.replay()
    assert (x + 1).tolist() == [2, 2]


def test_memory_that_nobody_keeps_is_lost_to_a_graph():
    x, g = ag.ones(2, device="cuda"), cuda.CUDAGraph()
    with cuda.graph(g):
        y = x + 1
    del x
    gc.collect()
    g.replay()
    assert np.isnan(y.tolist()).all(), "which the substitute shows"


# --------------------------------------------------------------------------------- functions and modules


def test_modules_and_functions_are_graphed_callables():
    def trained(graphed):
        ag.manual_seed(0)
        body, head = small().to("cuda"), nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.5)).to("cuda")

        def loss_of(scores, y):
            return F.cross_entropy(scores, y), scores.argmax(-1)

        optimizer = optim.SGD([*body.parameters(), *head.parameters()], lr=0.1)
        (x, y), *_ = batches()
        F.dropout(x)
        if graphed:
            samples = ((x,), (ag.randn(5, 3, device="cuda").requires_grad_(),))
            body, head = cuda.make_graphed_callables((body, head), samples)
            loss_of = cuda.make_graphed_callables(loss_of, (ag.randn(5, 3, device="cuda").requires_grad_(), y))
        ag.manual_seed(1)
        found = []
        for x, y in batches():
            optimizer.zero_grad()
            counts.clear()
            loss, best = loss_of(head(body(x)), y)
            loss.backward()
            if graphed:
                assert (counts.launches, counts.uploads, counts.reads) == (6, 0, 0)
            optimizer.step()
            found.append((loss.item(), best.tolist(), [p.grad.tolist() for p in body.parameters()]))
        body.eval()
        counts.clear()
        found.append(body(x[:2]).tolist())
        assert counts.launches == 0
        return found

    assert trained(True) == trained(False)


def test_what_graphed_callables_refuse():
    x = ag.ones(2, device="cuda")
    for sample in ((), (ag.ones(2),), (x, 3)):
        with pytest.raises(TypeError, match="sample_args is a tuple of tensors on a GPU"):
            cuda.make_graphed_callables(lambda *args: args[0] * 2, sample)
    double = cuda.make_graphed_callables(lambda x: x * 2, (x,))
    assert double(x + 1).tolist() == [4, 4]
    assert not double(x).requires_grad
    with pytest.raises(ValueError, match=re.escape("captured with float32[2], called with float32[3]")):
        double(ag.ones(3, device="cuda"))
    with pytest.raises(TypeError, match="captured with 1 arguments, called with 2"):
        double(x, x)
    w = ag.ones(2, device="cuda", requires_grad=True)
    with pytest.raises(RuntimeError, match="do not depend on input 0"):
        cuda.make_graphed_callables(lambda x, w: w * 2, (w, w.detach().clone().requires_grad_()))
    unused = cuda.make_graphed_callables(
        lambda x, w: w * 2, (w, w.detach().clone().requires_grad_()), allow_unused_input=True
    )
    unused(w, w * 3).sum().backward()
    assert w.grad.tolist() == [6, 6]
    square = unused(w, w) ** 2
    unused(w, w)
    with pytest.raises(RuntimeError, match="changed in place since"):
        square.sum().backward()


def test_without_a_gpu():
    with gpus.hidden():
        assert not cuda.is_current_stream_capturing()
        graphed = cuda.GraphedStep(lambda x: x * 2)
        assert graphed(ag.ones(2)).tolist() == [2, 2]
        assert graphed.reason == "no argument lies on a GPU"
        for call in (
            cuda.graph_pool_handle,
            cuda.CUDAGraph().capture_begin,
            lambda: cuda.make_graphed_callables(lambda x: x, (ag.ones(1),)),
        ):
            with pytest.raises(ValueError, match="CuPy is not installed: pip install"):
                call()


def test_each_gpu_draws_by_itself():
    ag.manual_seed(5)
    first, second = (ag.rand(3, device=f"cuda:{i}").tolist() for i in (0, 1))
    assert first == second
    with cuda.device(1):
        cuda.manual_seed(5)
    again = [ag.rand(3, device=f"cuda:{i}").tolist() for i in (0, 1)]
    assert (again[0] != first, again[1]) == (True, first)
    cuda.manual_seed_all(5)
    assert [ag.rand(3, device=f"cuda:{i}").tolist() for i in (0, 1)] == [first, first]
