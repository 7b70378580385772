"""How plots look: texts of ticks and legends, colors, scales and sizes, as read back from matplotlib."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import viz

matplotlib = pytest.importorskip("matplotlib")

BLUE, RED, GREEN, VIOLET, BROWN, GREY = "#1f5fa8", "#c8501e", "#22753a", "#7a4fa3", "#b07a00", "#767676"
CLASSES = (BLUE, RED, GREEN, VIOLET, BROWN, "#2a8f9c", "#9c1c55", "#555555")


def ticks(axis):
    """The texts of the ticks within the view."""
    low, high = sorted(axis.get_view_interval())
    axis.figure.canvas.draw()
    return [
        t.get_text() for t, at in zip(axis.get_ticklabels(), axis.get_ticklocs(), strict=True) if low <= at <= high
    ]


def is_plain(axes):
    """Whether there is a frame on two sides only, and a grid behind the data."""
    return (
        not axes.spines["top"].get_visible()
        and not axes.spines["right"].get_visible()
        and axes.spines["left"].get_visible()
        and axes.spines["bottom"].get_visible()
        and axes.get_axisbelow() is True
        and all(line.get_visible() and line.get_color() == "#dddddd" for line in axes.get_xgridlines())
    )


def test_a_history():
    columns = {
        "train_loss": [2.0, 1.0],
        "test_loss": [2.0, 1.5],
        "val_loss": [2.0, 1.5],
        "a_loss": [1.0, 1.0],
        "b_loss": [1.0, 1.0],
        "c_loss": [1.0, 1.0],
        "d_loss": [1.0, 1.0],
        "train_accuracy": [0.25, 1.0],
        "x_accuracy": [0.5, 0.5],
        "lr": [0.1, 0.2],
    }
    figure = viz.plot_history(columns)
    loss, accuracy, rate = sorted(figure.axes, key=lambda axes: axes.get_position().x0)
    assert tuple(figure.get_size_inches()) == pytest.approx((15.6, 3.6))
    assert [axes.get_ylabel() for axes in (loss, accuracy, rate)] == ["loss", "accuracy", "learning rate"]
    assert [axes.get_xlabel() for axes in figure.axes] == ["epoch"] * 3
    assert [line.get_color() for line in loss.get_lines()] == [BLUE, RED, GREEN, VIOLET, BROWN, GREY, VIOLET]
    assert [line.get_color() for line in accuracy.get_lines()] == [BLUE, VIOLET]
    assert [line.get_label() for line in accuracy.get_lines()] == ["train: 100.0%", "x: 50.0%"]
    assert rate.get_lines()[0].get_color() == BLUE
    assert loss.get_legend().get_title().get_text() == "after the last epoch"
    assert not loss.get_legend().get_frame_on()
    assert rate.get_legend() is None
    assert all(map(is_plain, figure.axes))
    accuracy.set_ylim(0.25, 1.25)
    assert ticks(accuracy.yaxis)[-3:] in (["80%", "100%", ""], ["100%", "", ""], ["90%", "100%", ""])
    assert ticks(loss.xaxis) == ["1", "2"]
    assert ticks(rate.xaxis) == ["1", "2"]
    assert {(line.get_marker(), line.get_markersize()) for axes in figure.axes for line in axes.get_lines()} == {
        ("o", 3.5)
    }


def test_a_history_of_no_epochs():
    (axes,) = viz.plot_history({"loss": []}).axes
    assert [line.get_label() for line in axes.get_lines()] == ["loss: nan"]


@pytest.mark.parametrize(("count", "marker"), [(30, "o"), (31, "")])
def test_a_point_is_marked_only_where_there_are_few(count, marker):
    loss, rate = viz.plot_history({"loss": [1.0] * count, "lr": [0.1, *[0.2] * (count - 1)]}).axes
    (schedule,) = viz.plot_schedule([0.1] * count).axes
    for axes in (loss, rate, schedule):
        assert axes.get_lines()[0].get_marker().replace("None", "") == marker


def test_a_loss_below_0_is_shown_and_one_at_0_starts_there():
    (below,) = viz.plot_history({"loss": [1.0, -0.5], "lr": [0.1, 0.1]}).axes
    (at,) = viz.plot_history({"loss": [1.0, 0.0]}).axes
    assert below.get_ylim()[0] < -0.5
    assert at.get_ylim()[0] == 0


def test_a_schedule():
    figure = viz.plot_schedule({"one": [0.1, 0.2], "a" * 40: [0.3, 0.1]})
    (axes,) = figure.axes
    assert tuple(figure.get_size_inches()) == pytest.approx((5.2, 3.6))
    assert [line.get_color() for line in axes.get_lines()] == [BLUE, RED]
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["one", "a" * 29 + "…"]
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_ylim()[0]) == ("step", "learning rate", 0)
    assert ticks(axes.xaxis) == ["0", "1"]
    assert is_plain(axes)
    assert {line.get_markersize() for line in axes.get_lines()} == {3.5}
    assert not axes.get_legend().get_frame_on()
    assert len(viz.plot_schedule({str(i): [0.1] for i in range(9)}).axes[0].get_lines()) == 9


@pytest.mark.parametrize(
    ("rates", "scale"),
    [
        ([1.0, 0.099, 0.099], "log"),
        ([1.0, 0.1, 0.1], "linear"),
        ([1.0, 1.0, 0.001], "linear"),
        ([1.0, 0.01, 0.0], "linear"),
    ],
)
def test_rates_far_below_the_highest_are_on_a_logarithmic_axis(rates, scale):
    assert viz.plot_schedule(rates).axes[0].get_yscale() == scale


@pytest.mark.parametrize(("names", "turned"), [(["abc", "b"], False), (["abcd", "b"], True)])
def test_a_confusion_matrix(names, turned):
    figure = viz.plot_confusion_matrix([[1000, 1000], [1, 0]], names)
    axes, bar = figure.axes
    assert tuple(figure.get_size_inches()) == pytest.approx((2.2 + 0.84 + 0.9, 2.2 + 0.84))
    shown = {t.get_position(): (t.get_text(), t.get_color()) for t in axes.texts}
    assert shown == {
        (0, 0): ("1,000", "#1c1c1c"),
        (1, 0): ("1,000", "#1c1c1c"),
        (0, 1): ("1", "white"),
    }
    assert {(t.get_ha(), t.get_va(), t.get_fontsize()) for t in axes.texts} == {("center", "center", 9)}
    assert (axes.get_title(), axes.title.get_fontsize()) == ("50.0% right: 1,000 of 2,001", 11)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")
    for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
        assert [t.get_text() for t in labels] == names
    label = axes.get_xticklabels()[0]
    assert (label.get_rotation(), label.get_ha()) == ((45, "right") if turned else (0, "center"))
    assert label.get_rotation_mode() == ("anchor" if turned else "default")
    assert axes.images[0].get_clim() == (0, 1)
    assert axes.images[0].get_cmap().name == "Blues"
    assert bar.get_ylabel() == "share of the true class"
    assert ticks(bar.yaxis) == ["0%", "20%", "40%", "60%", "80%", "100%"]
    assert all(tick.tick1line.get_markersize() == 0 for tick in axes.xaxis.get_major_ticks())


def test_confusion_matrices_at_their_limits():
    assert len(viz.plot_confusion_matrix(np.eye(20, dtype=int)).axes[0].texts) == 20
    large = viz.plot_confusion_matrix(np.eye(21, dtype=int))
    assert not large.axes[0].texts
    assert [t.get_text() for t in large.axes[0].get_xticklabels()] == [str(i) for i in range(21)]
    assert tuple(large.get_size_inches()) == pytest.approx((2.2 + 0.42 * 21 + 0.9, 2.2 + 0.42 * 21))
    assert tuple(viz.plot_confusion_matrix(np.eye(30)).get_size_inches()) == pytest.approx((12.9, 12.0))
    assert viz.plot_confusion_matrix(np.zeros((2, 2), int)).axes[0].get_title() == "nothing counted"
    with pytest.raises(ValueError, match=r"^a confusion matrix has shape \(C, C\), not \(0, 0\)$"):
        viz.plot_confusion_matrix(np.zeros((0, 0)))
    with pytest.raises(ValueError, match=r"^a confusion matrix has shape \(C, C\), not \(2,\)$"):
        viz.plot_confusion_matrix([1, 2])


def test_roc_curves():
    pytest.importorskip("sklearn")
    labels = np.arange(10)
    figure = viz.plot_roc(np.eye(10), labels)
    (axes,) = figure.axes
    assert tuple(figure.get_size_inches()) == pytest.approx((4.8, 4.4))
    *curves, diagonal = axes.get_lines()
    assert [line.get_color() for line in curves] == [*CLASSES, *CLASSES[:2]]
    assert [line.get_linestyle() for line in curves] == ["-"] * 8 + ["--"] * 2
    assert [line.get_label() for line in curves] == [f"class {k}: 1.0000" for k in range(10)]
    assert (np.array(diagonal.get_data()) == [[0, 1], [0, 1]]).all()
    assert (diagonal.get_color(), diagonal.get_linestyle()) == ("#aaaaaa", "--")
    assert len(axes.get_legend().get_texts()) == 10
    assert axes.get_legend().get_title().get_text() == "area under the curve"
    assert {t.get_fontsize() for t in axes.get_legend().get_texts()} == {8}
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("false positive rate", "true positive rate")
    assert axes.get_aspect() == 1
    for axis in (axes.xaxis, axes.yaxis):
        assert ticks(axis) == ["0%", "20%", "40%", "60%", "80%", "100%"]
    assert is_plain(axes)
    one = viz.plot_roc([0.1, 0.9, 0.8], [0, 1, 1], ["no", "yes"]).axes[0]
    assert [t.get_text() for t in one.get_legend().get_texts()] == ["yes: 1.0000"]
    with pytest.raises(ValueError, match=r"^1 class names for 2 classes$"):
        viz.plot_roc([0.1, 0.9, 0.8], [0, 1, 1], ["no"])
    with pytest.raises(ValueError, match=r"^class 1 has 0 of 3 samples: there is nothing to tell apart$"):
        viz.plot_roc([0.1, 0.9, 0.8], [0, 0, 0])
    with pytest.raises(ValueError, match=r"^scores .* expected, not \(2, 1, 1\) and \(2,\)$"):
        viz.plot_roc(np.ones((2, 1, 1)), [0, 1])


def test_a_decision_boundary():
    asked = []

    def predict(plane):
        asked.append(plane)
        return (plane[:, 0] > 0).astype(int)

    points, labels = np.array([[-1.0, 0.0], [1.0, 2.0], [0.5, 1.0]]), [0, 1, 5]
    figure = viz.plot_decision_boundary(predict, points, labels)
    (axes,) = figure.axes
    (plane,) = asked
    assert (plane.shape, plane.dtype) == ((200 * 200, 2), np.float32)
    np.testing.assert_allclose((plane.min(0), plane.max(0)), [[-1.16, -0.16], [1.16, 2.16]], rtol=1e-6)
    assert plane[0].tolist() == plane.min(0).tolist()
    assert plane[1, 1] == plane[0, 1]
    (image,) = axes.images
    np.testing.assert_allclose(image.get_extent(), [-1.16, 1.16, -0.16, 2.16])
    assert image.get_array().shape == (200, 200)
    assert image.get_clim() == (-0.5, 5.5)
    assert image.get_cmap().colors == list(CLASSES[:6])
    assert (image.origin, image.get_alpha(), image.get_interpolation()) == ("lower", 0.28, "nearest")
    assert [c.get_label() for c in axes.collections] == ["class 0", "class 1", "class 5"]
    assert [c.get_sizes().tolist() for c in axes.collections] == [[16], [16], [32]]
    shown = [matplotlib.colors.to_hex(c.get_facecolor()[0]) for c in axes.collections]
    assert shown == [CLASSES[0], CLASSES[1], CLASSES[5]]
    assert len({len(c.get_paths()[0].vertices) for c in axes.collections}) == 3
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["class 0", "class 1", "class 5"]
    assert tuple(figure.get_size_inches()) == pytest.approx((4.6, 4.2))
    assert not axes.spines["top"].get_visible()


def test_a_decision_boundary_of_many_classes_and_of_one_point():
    axes = viz.plot_decision_boundary(lambda p: np.full(len(p), 9), [[2.0, 3.0]], [8], resolution=3).axes[0]
    assert axes.images[0].get_cmap().colors == [*CLASSES, *CLASSES[:2]]
    np.testing.assert_allclose(axes.images[0].get_extent(), [2 - 8e-8, 2 + 8e-8, 3 - 8e-8, 3 + 8e-8], atol=1e-12)
    assert len(axes.collections) == 1
    with pytest.raises(ValueError, match=r"^points \(N, 2\) and labels \(N,\) expected, not \(2,\) and \(1,\)$"):
        viz.plot_decision_boundary(lambda p: p, [1.0, 2.0], [0])


@pytest.mark.parametrize(("count", "size"), [(1, (3.6, 2.7)), (3, (10.8, 2.7)), (4, (10.8, 5.2))])
def test_histograms_stand_in_rows_of_three(count, size):
    figure = viz.plot_histograms({f"t{i}": np.arange(5.0) for i in range(count)})
    assert tuple(figure.get_size_inches()) == pytest.approx(size)
    assert [axes.get_title() for axes in figure.axes] == [f"t{i}\n2 ± 1.4, 20% zero" for i in range(count)]
    assert {len(axes.patches) for axes in figure.axes} == {50}
    for axes in figure.axes:
        assert axes.title.get_fontsize() == 9
        assert {label.get_fontsize() for label in (*axes.get_xticklabels(), *axes.get_yticklabels())} == {8}
        assert len(ticks(axes.xaxis)) <= 6
        assert {(matplotlib.colors.to_hex(bar.get_facecolor()), bar.get_alpha()) for bar in axes.patches} == {
            (BLUE, 0.85)
        }
    assert all(map(is_plain, figure.axes))
    assert len({round(axes.get_subplotspec().get_geometry()[0]) for axes in figure.axes}) == 1


def test_histograms_of_booleans_and_of_many_that_are_not_finite():
    axes = viz.plot_histograms({"a": ag.tensor([True, False]), "b": np.full(1500, np.nan)}).axes
    assert [a.get_title() for a in axes] == ["a\n0.5 ± 0.5, 50% zero", "b\n1,500 not finite"]


def test_a_figure_is_saved_sharp_enough(tmp_path):
    viz.plot_schedule([1.0, 2.0], tmp_path / "x.PNG")
    content = (tmp_path / "x.PNG").read_bytes()
    width, height = (int.from_bytes(content[i : i + 4]) for i in (16, 20))
    assert width == pytest.approx(5.2 * 144, rel=0.1)
    assert height == pytest.approx(3.6 * 144, rel=0.1)
