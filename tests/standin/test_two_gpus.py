"""Work on tensors of a GPU that is not the current one, as PyTorch does it; and the random streams of two GPUs."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import amp, cuda, nn, optim
from autograd_engine.backend import gpu
from autograd_engine.nn import functional as F
from autograd_engine.nn.utils import clip_grad_norm_
from autograd_engine.training import Checkpoint, fit
from tests import gpus
from tests.table import TABLE

from . import StandIn, counts, machine
from .array import Device
from .comparison import check_same, draws_its_own, on_host, outcomes
from .programs import PROGRAMS


def on_the_second(values):
    """A tensor on the second GPU."""
    with Device(1):
        return ag.as_tensor(StandIn(np.array(values)))


ROWS = [row for row in TABLE.values() if row.calls and row.function.__module__.startswith("autograd_engine")]
SAMPLE = [
    *(pytest.param(row, id=row.name) for row in ROWS[::20]),
    *(pytest.param(row, id=row.name, marks=pytest.mark.slow) for i, row in enumerate(ROWS) if i % 20),
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("row", SAMPLE)
def test_operators_compute_where_their_operands_lie(row):
    gpu.use(0)
    gpu.on(1)
    for call in row.calls:
        expected = outcomes(row, call, on_host, np.float64)
        found = outcomes(row, call, on_the_second, np.float64)
        assert machine.current == 0
        assert {r.array._place for r in found if isinstance(r, ag.Tensor)} <= {1}
        if not draws_its_own(row, call):
            check_same(found, expected, np.float64)


def trained(build, places, steps=4):
    """The losses and parameters of a training of parts on several devices."""
    ag.manual_seed(0)
    parts = [part.to(where) for part, where in zip(build(), places, strict=True)]
    parameters = [p for part in parts for p in part.parameters()]
    rule, random, losses = optim.Adam(parameters, lr=0.01), np.random.default_rng(0), []
    for _ in range(steps):
        x = ag.tensor(random.normal(size=(5, 6)).astype(np.float32)).to(places[0])
        y = ag.tensor(random.integers(0, 3, 5)).to(places[-1])
        rule.zero_grad()
        for part, where in zip(parts, places, strict=True):
            x = part(x.to(where))
        loss = F.cross_entropy(x, y)
        loss.backward()
        clip_grad_norm_(parameters, 1.0)
        rule.step()
        losses.append(loss.item())
    return losses, [p.tolist() for p in parameters], rule


def layers():
    return [
        nn.Sequential(nn.Linear(6, 8), nn.LayerNorm(8), nn.GELU()),
        nn.Sequential(nn.Linear(8, 100), nn.Tanh(), nn.Linear(100, 3)),
    ]


@pytest.mark.parametrize("places", [("cuda:0", "cuda:1"), ("cuda:1", "cuda:1"), ("cuda:1", "cuda:0")])
def test_a_network_on_two_gpus(places):
    ag.zeros(1, device="cuda:0")
    losses, parameters, rule = trained(layers, places)
    expected, here, _ = trained(layers, ("cpu", "cpu"))
    np.testing.assert_allclose(losses, expected, rtol=1e-5)
    for one, two in zip(parameters, here, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-3, atol=1e-5)
    assert machine.current == 0
    state = rule.state_dict()
    rule.load_state_dict(state)
    for p in rule.param_groups[0]["params"]:
        assert rule.state[p]["exp_avg"].device == p.device
        p.grad = ag.zeros_like(p)
        assert p.grad.device == p.device
    rule.step()


@pytest.mark.parametrize("name", PROGRAMS)
def test_whole_programs_on_the_second_gpu(name):
    ag.zeros(1, device="cuda:0")
    program, random = PROGRAMS[name], np.random.default_rng(0)
    ag.manual_seed(0)
    model = program.build().to("cuda:1")
    inputs = program.inputs(random)
    x = ag.tensor(inputs, dtype=ag.float32 if inputs.dtype.kind == "f" else None).to("cuda:1")
    y = ag.tensor(program.targets(random)).to("cuda:1").reshape(-1)
    for block in (amp.autocast("cuda", enabled=False), amp.autocast("cuda")):
        with block:
            scores = model(x)
            loss = F.cross_entropy(scores.reshape(-1, scores.shape[-1]), y)
        loss.backward()
    assert machine.current == 0
    assert {p.grad.device.index for p in model.parameters()} == {1}


def test_one_gpu_pays_nothing_for_a_second_one():
    before = ag.matmul.__code__, F.relu.__code__
    x = ag.ones(2, 2, device="cuda:1", requires_grad=True)
    (x @ x).sum().backward()
    assert (ag.matmul.__code__, F.relu.__code__) == before
    assert not gpu.state.several
    ag.ones(1, device="cuda:0")
    assert ag.matmul.__code__ is not before[0]
    with amp.autocast("cuda"):
        assert (x @ x).dtype is ag.float16
    assert (x @ x).dtype is ag.float32
    gpu.forget()
    assert (ag.matmul.__code__, F.relu.__code__) == before


def test_a_step_is_graphed_on_the_second_gpu():
    ag.zeros(1, device="cuda:0")
    w = ag.ones(3, device="cuda:1", requires_grad=True)
    rule = optim.SGD([w], lr=0.1, momentum=0.9)

    def step(x):
        rule.zero_grad()
        loss = (w * x).sum()
        loss.backward()
        rule.step()
        return loss.detach()

    graphed, x = cuda.GraphedStep(step), ag.ones(3, device="cuda:1")
    losses = [graphed(x).item() for _ in range(6)]
    assert graphed.is_captured
    assert machine.current == 0
    w.data = ag.ones(3, device="cuda:1")
    rule.state[w]["momentum_buffer"].zero_()
    assert losses == [step(x).item() for _ in range(6)]


# ------------------------------------------------------------------------------------- random streams


def test_streams_of_gpus_are_told_and_continued():
    ag.manual_seed(1)
    draw = [lambda i=i: ag.rand(3, device=f"cuda:{i}").tolist() for i in (0, 1)]
    for one in draw:
        one()
    states = cuda.get_rng_state_all()
    assert [(s.dtype, s.device.type) for s in states] == [(ag.uint8, "cpu")] * 2
    first = [one() for one in draw]
    cuda.set_rng_state_all(states)
    assert [one() for one in draw] == first
    cuda.set_rng_state(states[0])
    cuda.set_rng_state(cuda.get_rng_state(1), "cuda:1")
    assert (draw[0](), draw[1]() != first[1]) == (first[0], True)
    with ag.random.fork_rng():
        inside = [one() for one in draw]
    assert [one() for one in draw] == inside
    with pytest.raises(
        ValueError, match="a state of random numbers of 3 bytes does not fit this GPU, whose has 40"
    ):
        cuda.set_rng_state(ag.zeros(3, dtype=ag.uint8))
    with gpus.hidden(), pytest.raises(ValueError, match="CuPy is not installed"):
        cuda.get_rng_state()


def test_a_checkpoint_holds_the_streams_of_gpus(tmp_path):
    file = tmp_path / "run.safetensors"

    def trained(epochs, resume=None):
        ag.manual_seed(3)
        model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.Linear(8, 2)).to("cuda")
        random = np.random.default_rng(0)
        x = ag.tensor(random.normal(size=(8, 4)).astype(np.float32), device="cuda")
        y = ag.tensor(random.integers(0, 2, 8), device="cuda")
        fit(
            model, [(x, y)] * 2, optim.SGD(model.parameters(), lr=0.1), F.cross_entropy, epochs,
            callbacks=[Checkpoint(file)], progress=False, resume=resume,
        )  # fmt: skip
        return [p.tolist() for p in model.parameters()]

    whole = trained(4)
    trained(2)
    assert trained(4, file) == whole
    saved = ag.load(file)
    assert [index for index, _ in saved["random"]["gpus"][0]] == [0]
    saved["random"]["gpus"][0][0][1] = ag.zeros(3, dtype=ag.uint8)
    ag.save(saved, file)
    with pytest.warns(UserWarning, match="it comes from another kind of GPU"):
        trained(5, file)


# ------------------------------------------------------------------------------------------- memory


def test_memory_is_summed_up():
    x = ag.zeros(1 << 18, device="cuda")
    counts.clear()
    text = cuda.memory_summary()
    assert text.splitlines()[0] == "memory of cuda:0, in MiB"
    stats = cuda.memory_stats()
    assert stats["allocated_bytes.all.peak"] >= stats["allocated_bytes.all.current"] >= x.nbytes
    assert f"{stats['allocated_bytes.all.current'] / 2**20:12.1f}" in text
    with gpus.hidden():
        assert (cuda.memory_summary(), cuda.memory_stats()) == ("", {})
