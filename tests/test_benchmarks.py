"""The benchmarks: the same work for every library, the arithmetic of ratios, and what a run writes."""

import json
import math

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("psutil", reason='the benchmarks need pip install "autograd_engine[bench]"')
pytest.importorskip("psutil", reason='the benchmarks need pip install "autograd_engine[bench]"')

from benchmarks import __main__ as command
from benchmarks import gpu, report
from benchmarks.case import Case, Task
from benchmarks.libraries import ENGINE, LEARNING_RATE, LIBRARIES, Library, initial_weights, named
from benchmarks.measure import Outcome, compare, growth, measure, spread_of
from benchmarks.work import CASES, chains, footprint, loading, sequences, training

MACHINE = {
    "date": "2026-01-01",
    "processor": "a processor",
    "cores": 2,
    "threads": 2,
    "python": "CPython",
    "load_before": 0.0,
    "thread_pools": [],
    "versions": {},
}


class Scripted(Library):
    """A library whose readings are written down beforehand."""

    def __init__(self, key, readings):
        self.key = self.label = key
        self.readings = readings

    def next_reading(self):
        reading = self.readings.pop(0)
        if isinstance(reading, Exception):
            raise reading
        return reading


def scripted(rounds, **settings):
    return Case(
        "case", "a case", lambda library: Task(library.next_reading), "run", reads=True, rounds=rounds, **settings
    )


def loaded(key):
    library = named(key)
    if not library.installed():
        pytest.skip(f"{library.label} is not installed")
    library.load(threads=2)
    return library


# ------------------------------------------------------------------------------------------- the command


def test_command_writes_results_of_the_engine_alone(tmp_path, capsys):
    command.main(
        ["--quick", "--libraries", "engine", "--only", "scalar-chain", "slices-250", "size", "--out", str(tmp_path)]
    )
    results = json.loads((tmp_path / "results.json").read_text())
    assert set(results) == {"machine", "libraries", "cases", "growth"}
    assert results["libraries"] == {"engine": "autograd_engine"}
    machine = results["machine"]
    assert machine["threads"] == 2
    assert machine["versions"]["numpy"] == np.__version__
    assert any("num_threads" in pool for pool in machine["thread_pools"])
    assert [case["name"] for case in results["cases"]] == ["scalar-chain", "slices-250", "size"]
    chain, _, size = results["cases"]
    measured = chain["results"]["engine"]
    assert measured["status"] == "measured"
    assert len(measured["samples"]) == 5
    assert 0 < measured["low"] <= measured["median"] <= measured["high"] < 1e-3
    assert measured["ratio"] is None
    assert chain["targets"] == {"micrograd": 1.5, "torch": 0.35}
    assert chain["met"] == {}
    assert 1e4 < size["results"]["engine"]["median"] < 1e7
    table = (tmp_path / "results.md").read_text()
    assert table in capsys.readouterr().out
    assert "<= 1.5 micrograd: not compared; <= 0.35 torch: not compared" in table
    assert not (tmp_path / "results.png").exists()


def test_command_refuses_unknown_names(capsys):
    with pytest.raises(SystemExit):
        command.main(["--only", "nothing-such"])
    assert "scalar-chain" in capsys.readouterr().err


def test_case_names_differ():
    assert len({case.name for case in CASES}) == len(CASES)


# ------------------------------------------------------------------------------------- the arithmetic


def test_spread_is_median_and_quartiles():
    spread = spread_of([5.0, 1.0, 2.0, 4.0, 3.0])
    assert (spread.low, spread.median, spread.high) == (2.0, 3.0, 4.0)


def test_ratio_is_that_of_the_medians_and_its_spread_that_of_the_rounds():
    ratio = compare(Outcome(samples=[1.0, 2.0, 9.0]), Outcome(samples=[4.0, 4.0, 6.0]))
    assert ratio.median == 2.0 / 4.0
    assert ratio.low <= ratio.median <= ratio.high
    assert (ratio.low, ratio.high) == (0.25, 1.5)


def test_ratio_uses_the_rounds_both_took_part_in():
    ratio = compare(Outcome(samples=[1.0, 1.0, 1.0, 8.0]), Outcome(samples=[2.0, 2.0]))
    assert (ratio.low, ratio.median, ratio.high) == (0.5, 0.5, 0.5)


@pytest.mark.parametrize(("ours", "theirs"), [([], [1.0]), ([1.0], []), ([0.0], [1.0]), ([1.0], [0.0])])
def test_no_ratio_without_something_to_divide(ours, theirs):
    assert compare(Outcome(samples=ours), Outcome(samples=theirs)) is None


@pytest.mark.parametrize("power", [1, 2])
def test_growth_finds_the_power(power):
    sizes = [10, 100, 1000]
    assert math.isclose(growth(sizes, [3e-6 * n**power for n in sizes]), power)


def test_results_hold_ratios_and_verdicts(tmp_path):
    outcomes = {"engine": Outcome(samples=[1.0] * 3), "torch": Outcome(samples=[4.0] * 3)}
    missing = Outcome("not installed")
    case = scripted(3, targets={"torch": 0.5, "engine": 0.9, "jax": 1.0})
    libraries = [named("engine"), named("torch"), named("jax")]
    results = report.results_of(MACHINE, libraries, [(case, outcomes | {"jax": missing})])
    (only,) = results["cases"]
    assert only["results"]["torch"]["ratio"] == {"median": 0.25, "low": 0.25, "high": 0.25}
    assert only["results"]["jax"] == {"status": "not installed"}
    assert only["met"] == {"torch": True, "engine": False}
    picture = tmp_path / "results.png"
    assert report.picture(results, picture)
    assert picture.read_bytes().startswith(b"\x89PNG")
    table = report.markdown(results)
    assert "**0.250**" in table
    assert "not installed" in table
    assert "<= 0.5 PyTorch: met; <= 900 ms: missed; <= 1 JAX: not compared" in table


# ---------------------------------------------------------------------------------------- measuring


def test_each_library_takes_its_turn_in_each_round():
    turns = []

    def prepare(library):
        return Task(lambda: turns.append(library.key) or 2.0)

    libraries = [Scripted("engine", []), Scripted("a", []), Scripted("b", [])]
    outcomes = measure(Case("case", "a case", prepare, "run", count=4, reads=True, rounds=6), libraries)
    rounds = [turns[i : i + 3] for i in range(0, len(turns), 3)]
    assert all(sorted(r) == ["a", "b", "engine"] for r in rounds)
    assert len({tuple(r) for r in rounds}) > 1
    assert outcomes["a"].samples == [0.5] * 6


def test_who_fails_takes_too_long_or_has_spent_its_budget_sits_out():
    fast = scripted(2, series="series", size=10)
    engine, broken = Scripted("engine", [1.0] * 4), Scripted("broken", [])
    slow = Scripted("slow", [])
    outcomes = {
        "engine": Outcome(samples=[1.0], seconds=0.1),
        "broken": Outcome("fails: RecursionError"),
        "slow": Outcome(samples=[1.0], seconds=60.0),
    }
    larger = scripted(2, series="series", size=100)
    outcomes = measure(larger, [engine, broken, slow], smaller=(fast, outcomes))
    assert {key: o.status for key, o in outcomes.items()} == {
        "engine": "measured",
        "broken": "fails: RecursionError",
        "slow": "left out: would take 600 s",
    }
    assert measure(scripted(2, budget=0.0), [engine])["engine"].samples == []


def test_a_peer_may_fail_and_the_engine_may_not():
    def fail(library):
        raise RecursionError

    case = Case("case", "a case", fail, "run")
    assert measure(case, [Scripted("peer", [])])["peer"].status == "fails: RecursionError"
    with pytest.raises(RecursionError):
        measure(case, [ENGINE])


# ------------------------------------------------------------------------ everybody does the same work


def number(result):
    """A result as a float, out of whatever the library wraps it in."""
    for name in ("_value", "data", "array"):
        inner = getattr(result, name, None)
        if inner is not None and not callable(inner) and not isinstance(inner, memoryview):
            result = inner
    return float(result)


def recorded(library, function, leaves):
    """The value of a function while it is recorded; its backward pass is run too."""
    seen = []

    def watching(given):
        result = function(given)
        seen.append(number(getattr(result, "primal", result)))
        return result

    library.record(watching, leaves)()
    return seen[0]


every_library = pytest.mark.parametrize("key", [library.key for library in LIBRARIES])


@every_library
def test_chain_is_the_same(key):
    library = loaded(key)
    leaves = [library.scalar(3.0), library.scalar(2.0)]
    assert recorded(library, lambda given: chains.chain(given, 3), leaves) == 24.0


@every_library
def test_training_steps_are_the_same(key):
    library = loaded(key)
    step = training.steps(library, (5, 7, 3), 4)
    if step is None:
        assert library.array(np.zeros(3)) is None
        return
    losses = [number(step()) for _ in range(3)]
    rng = np.random.default_rng(0)
    x = rng.standard_normal((4, 5)).astype(np.float32)
    np.testing.assert_allclose(losses, losses_by_hand(x, rng.integers(0, 3, 4)), rtol=1e-5)


def losses_by_hand(x, labels):
    """The losses of three steps of the network 5-7-3, its gradients written out."""
    (w1, b1), (w2, b2) = [[a.astype(np.float64) for a in layer] for layer in initial_weights((5, 7, 3))]
    one_hot, losses = np.eye(3)[labels], []
    for _ in range(3):
        hidden = x @ w1 + b1
        active = np.maximum(hidden, 0)
        logits = active @ w2 + b2
        probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
        losses.append(-np.log((probabilities * one_hot).sum(1)).mean())
        g2 = (probabilities - one_hot) / len(x)
        g1 = (g2 @ w2.T) * (hidden > 0)
        w2, b2 = w2 - LEARNING_RATE * active.T @ g2, b2 - LEARNING_RATE * g2.sum(0)
        w1, b1 = w1 - LEARNING_RATE * x.T @ g1, b1 - LEARNING_RATE * g1.sum(0)
    return losses


@every_library
@pytest.mark.parametrize(("name", "own"), [("lstm-32", "lstm-32"), ("gru-32", "gru-32"), ("gpt", "gpt-model")])
def test_steps_through_sequences_are_the_same(key, name, own):
    step = sequences.step_of(loaded(key), name)
    if step is None:
        return
    expected = sequences.step_of(loaded("engine"), own)
    losses = [expected().item() for _ in range(3)]
    assert losses[2] < losses[0] - 1e-6
    np.testing.assert_allclose([number(step()) for _ in range(3)], losses, rtol=1e-6)


@pytest.mark.parametrize("key", ["torch", "numpy"])
def test_the_same_tokens_are_generated(key):
    tokens = sequences.generation(loaded(key), temperature=0)()
    assert tokens.shape == (1, sequences.PROMPT + sequences.NEW)
    assert tokens.tolist() == sequences.generation(loaded("engine"), temperature=0)().tolist()


LENGTHY = {
    *("import", "memory", "left-behind", "mlp-1024-2048-2048-10", "lstm-64-memory", "gpt-model-memory"),
    *(case.name for case in loading.CASES),
}


SLOW = {f"{name}-memory" for name in ("lenet5", "resnet20", "vgg-like")} | {
    "first-kernel-cold",
    "first-kernel-warm",
}


def run(cases):
    library = loaded("engine")
    for case in cases:
        task = case.prepare(library)
        task.call(*(() if task.setup is None else (task.setup(),)))


def test_every_case_runs_on_the_engine():
    run(case for case in CASES if case.size <= 10_000 and case.name not in LENGTHY | SLOW)


@pytest.mark.slow
def test_slow_cases_run_on_the_engine():
    run(case for case in CASES if case.name in SLOW)


@pytest.mark.parametrize("key", loading.LOADERS)
def test_pictures_are_loaded_alike(key, tmp_path):
    """All of them, in the same classes, and about equally bright: where they are cut is random."""
    library = loaded(key)
    loading.make_pictures(tmp_path, 12, 300)
    assert loading.epoch(loading.LOADERS[key](library, str(tmp_path), batch_size=5)) == 12
    ((pictures, classes),) = loading.LOADERS[key](library, str(tmp_path), batch_size=12)
    assert (tuple(pictures.shape), str(pictures.dtype).removeprefix("torch.")) == ((12, 3, 224, 224), "float32")
    assert classes.tolist() == [0, 0, 1, 1, *range(2, 10)]
    brightness = np.array(
        [np.asarray(Image.open(path)).mean((0, 1)) / 255 for path in sorted(tmp_path.glob("*/*"))]
    )
    expected = (brightness - loading.MEAN) / loading.STD
    np.testing.assert_allclose(np.asarray(pictures).mean((2, 3)), expected, atol=0.15)


# ---------------------------------------------------------------------------------------- footprint


def test_required_distributions_follow_requirements_but_not_extras():
    required = footprint.required_distributions("autograd_engine")
    assert {"autograd-engine", "numpy", "scipy"} <= required
    assert "torch" not in required
    assert "hypothesis" not in required
    assert "pygraphviz" not in required  # it needs libraries that a bare machine lacks


def test_installed_size_counts_the_files_of_a_distribution():
    assert footprint.installed_size("numpy") > 1e7


@pytest.mark.parametrize("metadata", ["a.dist-info", "a.egg-info"])
def test_installed_size_of_a_source_tree_is_that_of_its_package(metadata, tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "__init__.py").write_bytes(b"#" * 1000)
    (tmp_path / "a" / "added_since.py").write_bytes(b"#" * 500)
    (tmp_path / metadata).mkdir()
    if metadata.endswith("dist-info"):
        (tmp_path / metadata / "METADATA").write_text("Name: a\nVersion: 1\n")
        (tmp_path / metadata / "RECORD").write_text("a/__init__.py,,\n")
        (tmp_path / metadata / "direct_url.json").write_text('{"dir_info": {"editable": true}}')
    else:
        (tmp_path / metadata / "PKG-INFO").write_text("Name: a\nVersion: 1\n")
        (tmp_path / metadata / "SOURCES.txt").write_text("a/__init__.py\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert footprint.installed_size("a") == 1500


def test_peak_memory_is_at_least_what_this_process_holds():
    held = np.ones(2**24)
    assert footprint.peak_resident() > held.nbytes


# ------------------------------------------------------------------------------------------- on a GPU


def test_the_work_of_a_gpu_is_checked_and_timed(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(gpu, "SECONDS", 0.01)
    rows = tmp_path / "rows.json"
    names = ["step 64-128-10", "step gpt autocast", "adam 60 tensors 2 M", "step 64-128-10 captured"]
    assert not gpu.main(["--device", "cpu", "--quick", "--only", *names, "--out", str(rows)])
    written = json.loads(rows.read_text())["rows"]
    assert [row["work"] for row in written] == names
    assert all(row["ms"]["autograd_engine"] > 0 for row in written)
    assert math.isfinite(float(written[0]["loss"]))
    assert (written[2]["loss"], "failed" in written[2]) == ("", False)
    printed = capsys.readouterr().out
    assert "the CPU, which measures nothing" in printed
    assert all(name in printed for name in names)


def test_work_that_fails_on_a_gpu_is_told_and_the_rest_is_tried(monkeypatch, capsys):
    def fails(library, sizes, device):
        raise MemoryError("Out of memory")

    work = gpu.WORK["gelu 16 M"]
    monkeypatch.setitem(gpu.WORK, "gelu 16 M", work._replace(build=fails))
    assert gpu.main(["--device", "cpu", "--quick", "--only", "gelu 16 M", "add 16 M"])
    printed = capsys.readouterr().out
    assert "| gelu 16 M | MemoryError: Out of memory |" in printed
    assert "| add 16 M |" in printed


def test_without_a_gpu_the_error_says_what_is_missing():
    with pytest.raises(ValueError, match="there is no device 'cuda': CuPy is not installed"):
        gpu.main([])
