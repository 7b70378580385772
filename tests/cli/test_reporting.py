"""`evaluate` and `summary`: the printed numbers are right."""

import numpy as np
import pytest

from autograd_engine import cli
from autograd_engine.data import digits
from autograd_engine.serialization import load


def test_evaluate_measures_the_test_set(trained, capsys):
    sk = pytest.importorskip("sklearn.metrics")
    assert cli.main(["evaluate", str(trained)]) == 0
    out = capsys.readouterr().out
    rows = np.genfromtxt(trained / "history.csv", delimiter=",", names=True)
    assert f"loss      {rows['test_loss'][-1]:.4f}" in out
    assert f"accuracy  {rows['test_accuracy'][-1]:.2%}" in out
    x, y = (t.numpy() for t in digits()[1].tensors)
    w = {name: t.numpy() for name, t in load(trained / "weights.safetensors").items()}
    scores = np.maximum(x @ w["0.weight"].T + w["0.bias"], 0) @ w["2.weight"].T + w["2.bias"]
    expected = sk.precision_recall_fscore_support(y, scores.argmax(1))
    table = [line.split() for line in out.split("\n\n")[1].splitlines()]
    np.testing.assert_allclose(np.array(table[1:11], float)[:, 1:], np.stack(expected, 1), atol=6e-5)
    assert float(table[11][3]) == pytest.approx(sk.f1_score(y, scores.argmax(1), average="macro"), abs=6e-5)
    matrix = [line.split()[1:] for line in out.split("\n\n")[-1].splitlines()[1:]]
    np.testing.assert_array_equal(np.array(matrix, int), sk.confusion_matrix(y, scores.argmax(1)))


def test_summary_shows_settings_and_parameters(trained, capsys):
    assert cli.main(["summary", str(trained)]) == 0
    out = capsys.readouterr().out
    for words in ("optimizer: sgd", "0: Linear", "(1, 32)", "parameters: 2,410", "FLOPs: 4,736"):
        assert words in out
