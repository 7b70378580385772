"""Plots of training: what the figures show, as read back from matplotlib."""

import sys

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import viz
from autograd_engine.viz import figures

from ..messages import exactly

matplotlib = pytest.importorskip("matplotlib")


@pytest.fixture
def history():
    return {
        "epoch": [1, 2, 3],
        "train_loss": [2.0, 1.0, 0.5],
        "test_loss": [2.1, 1.2, 0.8],
        "train_accuracy": [0.5, 0.8, 0.9],
        "test_accuracy": [0.4, 0.7, 0.85],
    }


def curves(axes):
    return {line.get_label(): [list(map(float, v)) for v in line.get_data()] for line in axes.get_lines()}


def test_history_has_a_panel_each_for_loss_and_accuracy(history):
    figure = viz.plot_history(history)
    loss, accuracy = figure.axes
    assert curves(loss) == {
        "train: 0.5000": [[1, 2, 3], [2.0, 1.0, 0.5]],
        "test: 0.8000": [[1, 2, 3], [2.1, 1.2, 0.8]],
    }
    assert list(curves(accuracy)) == ["train: 90.0%", "test: 85.0%"]
    assert (loss.get_ylabel(), accuracy.get_ylabel(), loss.get_xlabel()) == ("loss", "accuracy", "epoch")
    assert loss.get_ylim()[0] == 0
    assert isinstance(figure, matplotlib.figure.Figure)


def test_history_with_epochs_that_were_not_measured():
    axes, _ = viz.plot_history({"val_loss": [float("nan"), 1.0, 0.9], "val_accuracy": [0.1, 0.2, 0.3]}).axes
    assert axes.get_ylim()[0] == 0


def test_history_without_accuracy_or_epochs():
    (axes,) = viz.plot_history({"train_loss": [-1.0, -2.0], "loss": [1.0, 2.0], "learning_rate": [0.1, 0.1]}).axes
    assert curves(axes) == {"train: -2.0000": [[1, 2], [-1, -2]], "loss: 2.0000": [[1, 2], [1, 2]]}
    assert axes.get_ylim()[0] < -2


def test_history_from_a_csv_file(history, tmp_path):
    path = tmp_path / "history.csv"
    rows = [history.keys(), *zip(*history.values(), strict=True)]
    path.write_text("\n".join(",".join(map(str, row)) for row in rows))
    figure = viz.plot_history(path)
    assert [curves(a) for a in figure.axes] == [curves(a) for a in viz.plot_history(history).axes]


@pytest.mark.parametrize(("suffix", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_figures_are_saved_by_suffix(history, tmp_path, suffix, start):
    path = tmp_path / f"curves.{suffix}"
    viz.plot_history(history, path)
    assert path.read_bytes().startswith(start)
    assert list(tmp_path.iterdir()) == [path]


def test_history_errors(history, tmp_path):
    with pytest.raises(ValueError, match=exactly("no column of the history ends in 'loss' or 'accuracy': epoch")):
        viz.plot_history({"epoch": [1]})
    with pytest.raises(
        ValueError,
        match=exactly(
            "the columns of the history differ in length: {'epoch': 3, 'train_loss': 3, 'test_loss': 1, "
            "'train_accuracy': 3, 'test_accuracy': 3}"
        ),
    ):
        viz.plot_history({**history, "test_loss": [1.0]})
    with pytest.raises(ValueError, match=exactly("cannot save a plot as 'curves.doc': use ...")):
        viz.plot_history(history, tmp_path / "curves.doc")


def test_confusion_matrix_shows_counts_and_accuracy(tmp_path):
    path = tmp_path / "confusion.png"
    figure = viz.plot_confusion_matrix(ag.tensor([[8, 2], [0, 0]]), ["cat", "mouse"], path)
    axes = figure.axes[0]
    assert sorted((t.get_position(), t.get_text()) for t in axes.texts) == [((0, 0), "8"), ((1, 0), "2")]
    np.testing.assert_allclose(axes.images[0].get_array(), [[0.8, 0.2], [0, 0]])
    assert axes.get_title() == "80.0% right: 8 of 10"
    assert [t.get_text() for t in axes.get_yticklabels()] == ["cat", "mouse"]
    assert axes.get_xlabel() == "predicted class"
    assert path.read_bytes().startswith(b"\x89PNG")


def test_confusion_matrix_of_many_classes_has_colors_only():
    axes = viz.plot_confusion_matrix(np.eye(30, dtype=int)).axes[0]
    assert not axes.texts
    assert axes.get_title() == "100.0% right: 30 of 30"


def test_confusion_matrix_errors():
    with pytest.raises(ValueError, match=exactly("a confusion matrix has shape (C, C), not (2, 3)")):
        viz.plot_confusion_matrix(np.ones((2, 3)))
    with pytest.raises(ValueError, match=exactly("3 class names for a confusion matrix of shape (2, 2)")):
        viz.plot_confusion_matrix(np.ones((2, 2)), "abc")


def test_decision_boundary_colors_the_plane_by_the_prediction():
    points, labels = [[-1.0, 0.0], [1.0, 0.0], [0.5, 1.0]], [0, 1, 1]
    by_class = viz.plot_decision_boundary(lambda p: p[:, 0] > 0, points, labels, resolution=20)
    scores = viz.plot_decision_boundary(
        lambda p: ag.tensor(np.stack([-p[:, 0], p[:, 0]], 1)), points, labels, resolution=20
    )
    regions = [f.axes[0].images[0].get_array() for f in (by_class, scores)]
    assert (regions[0] == regions[1]).all()
    assert (regions[0][:, :10] == 0).all()
    assert (regions[0][:, 10:] == 1).all()
    assert [len(c.get_offsets()) for c in by_class.axes[0].collections] == [1, 2]


def test_decision_boundary_errors():
    with pytest.raises(ValueError, match=exactly("points (N, 2) and labels (N,) expected, not (1, 3) and (1,)")):
        viz.plot_decision_boundary(lambda p: p[:, 0], [[1, 2, 3]], [0])
    with pytest.raises(
        ValueError, match=exactly("predict returned shape (3,) for 4 points; classes or scores expected")
    ):
        viz.plot_decision_boundary(lambda p: p[:3, 0], [[1, 2], [3, 4]], [0, 1], resolution=2)


def test_history_shows_the_learning_rate_if_it_changes(history):
    rates = {a.get_ylabel(): curves(a) for a in viz.plot_history({**history, "lr": [0.3, 0.2, 0.1]}).axes}
    assert list(rates["learning rate"].values()) == [[[1, 2, 3], [0.3, 0.2, 0.1]]]
    assert len(viz.plot_history({**history, "lr": [0.3, 0.3, 0.3]}).axes) == 2


def test_schedules_keep_their_shape(tmp_path):
    cosine = 0.05 * (1 + np.cos(np.arange(100) * np.pi / 100))
    axes = viz.plot_schedule(cosine, tmp_path / "a.png").axes[0]
    np.testing.assert_allclose(axes.get_lines()[0].get_ydata(), cosine)
    assert (axes.get_yscale(), axes.get_xlabel(), axes.get_legend()) == ("linear", "step", None)
    decay = ag.tensor(0.1 * 0.9 ** np.arange(100))
    assert viz.plot_schedule(decay, unit="epoch").axes[0].get_yscale() == "log"
    axes = viz.plot_schedule({"cosine": cosine, "decay": decay}).axes[0]
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["cosine", "decay"]
    for nothing in ([], {}, [[1.0]]):
        with pytest.raises(ValueError, match=exactly("a schedule is a list of learning rates, one per step")):
            viz.plot_schedule(nothing)


def test_histograms_count_every_number():
    tensors = {"a": ag.tensor([0.0, 1.0, 1.0, 3.0]), "none": None, "b": np.array([1.0, np.nan, np.inf]), "c": [[2]]}
    axes = viz.plot_histograms({**tensors, "d": ag.zeros(0)}, bins=4).axes
    assert [a.get_title() for a in axes] == [
        "a\n1.2 ± 1.1, 25% zero",
        "b\n1 ± 0, 2 not finite",
        "c\n2 ± 0",
        "d\nempty",
    ]
    assert [p.get_height() for p in axes[0].patches] == [1, 2, 0, 1]
    with pytest.raises(ValueError, match=exactly("there is nothing to draw: no tensors, or all of them are None")):
        viz.plot_histograms({"none": None})


def test_roc_has_the_area_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 50)
    scores = rng.normal(size=(50, 3)) + np.eye(3)[y]
    axes = viz.plot_roc(ag.tensor(scores), ag.tensor(y), ["x", "y", "z"]).axes[0]
    shown = [t.get_text() for t in axes.get_legend().get_texts()]
    assert shown == [f"{n}: {metrics.roc_auc_score(y == k, scores[:, k]):.4f}" for k, n in enumerate("xyz")]
    two = viz.plot_roc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]).axes[0]
    np.testing.assert_allclose(two.get_lines()[0].get_data(), [[0, 0, 0.5, 0.5, 1], [0, 0.5, 0.5, 1, 1]])
    for arguments, words in (
        (([1.0], [0, 1]), "scores (N,) or (N, C) and labels (N,) expected, not (1,) and (2,)"),
        (([1.0, 2.0], [1, 1]), "class 1 has 2 of 2 samples: there is nothing to tell apart"),
        ((scores, y, ["x"]), "1 class names for 3 classes"),
    ):
        with pytest.raises(ValueError, match=exactly(words)):
            viz.plot_roc(*arguments)


def test_figures_show_themselves_and_leave_pyplot_alone(history):
    loaded = "matplotlib.pyplot" in sys.modules
    assert viz.plot_history(history)._repr_png_().startswith(b"\x89PNG")
    assert ("matplotlib.pyplot" in sys.modules) == loaded


def test_without_matplotlib(history, monkeypatch):
    figures._figure_type.cache_clear()
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=exactly('plots need matplotlib: pip install "autograd_engine[train]"')):
        viz.plot_history(history)


def test_no_text_is_cut_off(tmp_path):
    """Around the picture, also around long names, there is a white border."""
    image = pytest.importorskip("PIL.Image")
    names = [f"a class with a long name {i}" for i in range(10)]
    viz.plot_confusion_matrix(np.eye(10, dtype=int), names, tmp_path / "x.png")
    pixels = np.asarray(image.open(tmp_path / "x.png").convert("L"))
    for edge in (pixels[:5], pixels[-5:], pixels[:, :5], pixels[:, -5:]):
        assert (edge == 255).all()


def test_a_long_name_does_not_stretch_a_picture(tmp_path):
    """Its pixels would take gigabytes: a picture grows with its longest label."""
    names = ["a" * 5_000, "b"]
    scores, labels = np.array([[0.2, 0.8], [0.7, 0.3]]), np.array([1, 0])
    for i, draw in enumerate(
        [
            lambda path: viz.plot_confusion_matrix([[1, 2], [3, 4]], names, path),
            lambda path: viz.plot_roc(scores, labels, names, path=path),
            lambda path: viz.plot_histograms({names[0]: np.ones(3)}, path=path),
            lambda path: viz.plot_history({f"{names[0]}_loss": [1.0, 2.0]}, path),
        ]
    ):
        path = tmp_path / f"{i}.png"
        draw(path)
        width, height = np.frombuffer(path.read_bytes()[16:24], ">u4")
        assert width < 3_000, i
        assert height < 3_000, i
