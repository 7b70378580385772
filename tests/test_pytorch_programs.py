"""examples/pytorch: programs for PyTorch run as they are after `as_torch()`, one of each kind, and learn."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "examples" / "pytorch"

LEARNED = {
    "actor_critic": lambda steps: steps > 12,
    "char_rnn": lambda loss: loss < 0.5,
    "gan": lambda error: error < 1,
    "gcn": lambda accuracy: accuracy > 0.6,
    "linear_regression": lambda error: error < 0.02,
    "logistic_regression": lambda accuracy: accuracy > 0.9,
    "neural_ode": lambda error: error < 0.8,
    "normalizing_flow": lambda nll: nll < 1.6,
    "policy_gradient": lambda reward: reward > 0.6,
    "seq2seq_attention": lambda share: share > 0.4,
    "siren": lambda decibels: decibels > 25,
    "transfer_learning": lambda accuracy: accuracy > 0.75,
    "vae": lambda loss: loss < 10,
    "vit": lambda accuracy: accuracy > 0.8,
    "word_language_model": lambda perplexity: perplexity < 3,
}
"""Of each program, whether the number that it prints last shows that it learned."""

RUN = """
import contextlib, io, runpy, sys
{start}
for path in sys.argv[1:]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        runpy.run_path(path, run_name="__main__")
    print(path, out.getvalue().split()[-1], flush=True)
"""
"""Runs several programs, each as its own main module, and prints the last word of each."""


@cache
def last_words(start):
    """What each program prints last, run one after the other in one process, so that it starts once."""
    paths = [str(path) for path in sorted(FOLDER.glob("*.py"))]
    code = RUN.format(start=start)
    settings = os.environ | {"AUTOGRAD_ENGINE_KERNELS": "numpy"}  # for a second of work, compiling takes too long
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *paths],
        capture_output=True,
        text=True,
        check=False,
        env=settings,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return {Path(path).stem: float(word) for path, word in map(str.split, done.stdout.splitlines())}


def test_every_program_is_run():
    assert sorted(LEARNED) == sorted(path.stem for path in FOLDER.glob("*.py"))
    for path in FOLDER.glob("*.py"):
        assert "autograd_engine" not in path.read_text()


@pytest.mark.parametrize("name", LEARNED)
def test_the_program_learns_here(name):
    assert LEARNED[name](last_words("import autograd_engine; autograd_engine.as_torch()")[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", LEARNED)
def test_the_program_learns_on_pytorch(name):
    pytest.importorskip("torch", reason="PyTorch is the second opinion")
    assert LEARNED[name](last_words("import torch; torch.set_num_threads(1)")[name])
