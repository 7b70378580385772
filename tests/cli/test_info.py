"""`info` says what the package runs on."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import cli
from autograd_engine.backend.kernels import choice
from tests.gpus import ABSENT


@pytest.fixture
def printed(capsys):
    def show():
        assert cli.main(["info"]) == 0
        found = capsys.readouterr()
        assert found.err == ""
        return found.out.splitlines()

    return show


def test_versions_threads_and_devices(printed):
    lines = printed()
    assert lines[0] == f"autograd_engine {ag.__version__}"
    assert f"numpy {np.__version__}" in lines
    assert any(line.startswith(f"threads: {ag.get_num_threads()}, on ") for line in lines)
    assert f"devices: cpu, no GPU ({ABSENT})" in lines
    assert any(line.startswith("BLAS: ") and any(c.isdigit() for c in line) for line in lines)


def test_each_kernel_is_shown_with_what_runs(printed):
    pytest.importorskip("numba")
    with ag.use_kernels("auto"):
        lines = printed()
    assert "kernels: compiled for arrays from 32,768 elements on" in lines
    shown = dict(line.split() for line in lines[-len(choice.KERNELS) :])
    assert shown.keys() == choice.KERNELS.keys()
    assert shown["activations.relu"] == "compiled"


@pytest.mark.parametrize(
    ("tier", "words"),
    [
        ("numpy", "NumPy's alone, as AUTOGRAD_ENGINE_KERNELS or use_kernels says"),
        ("compiled", "compiled, for small arrays too"),
        ("cuda", "compiled for arrays from 32,768 elements on; on a GPU, CUDA's source"),
    ],
)
def test_the_choice_is_told(printed, tier, words):
    pytest.importorskip("numba")
    with ag.use_kernels(tier):
        assert f"kernels: {words}" in printed()


def test_without_numba_the_remedy_is_told(printed, monkeypatch):
    monkeypatch.setattr(
        choice, "reason_without", lambda kind: 'numba is missing: pip install "autograd_engine[fast]"'
    )
    assert printed()[-1] == 'kernels: NumPy\'s alone; numba is missing: pip install "autograd_engine[fast]"'
