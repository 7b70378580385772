"""The numbers and identities that courses teach about differentiation; the notebooks show them.

CMU 10-601 lecture 14 (backpropagation), UCLA EE147 notes, NAI "Principles of Deep Learning I",
CS763 "Deep Learning for Computer Vision with Torch7".
"""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import models, nn, optim, viz
from autograd_engine.nn import functional as F
from autograd_engine.testing import gradcheck


def leaf(data):
    return ag.tensor(data, dtype=ag.float64, requires_grad=True)


def random_leaf(*shape):
    return ag.randn(*shape, dtype=ag.float64).requires_grad_()


def close(found, expected, tolerance=1e-9):
    found, expected = (t.detach().numpy() if isinstance(t, ag.Tensor) else np.asarray(t) for t in (found, expected))
    return found.shape == expected.shape and bool((np.abs(found - expected) < tolerance).all())


def gradients(y, *inputs):
    return ag.autograd.grad(y, inputs, retain_graph=True)


def jacobian(y, x, create_graph=False):
    """dy/dx of shape (*y.shape, *x.shape), one backward pass per element of y."""
    rows = [ag.autograd.grad(e, x, retain_graph=True, create_graph=create_graph)[0] for e in y.reshape(-1)]
    return ag.stack(rows).reshape(*y.shape, *x.shape)


@pytest.fixture(autouse=True)
def seed():
    ag.manual_seed(0)


# ------------------------------------------------------------- tables and quiz of CMU 10-601


def test_forward_and_backward_tables():
    x = leaf(2.0)
    t = x**2
    y = (t.sin() + 3 * t).cos()
    assert abs(y.item() - 0.2451003682) < 5e-11
    versions = [viz.backward_table(y, {"x": x}, version=v).values["x"] for v in "AB"]
    y.backward()
    assert abs(x.grad.item() - 9.0991485) < 5e-8
    assert versions == [x.grad.item()] * 2


def test_quiz():
    x, z = leaf(2.0), leaf(3.0)
    y = (x * z).exp() + x * z / x.log() + x.log().sin() / (x * z)
    dx, dz = gradients(y, x, z)
    assert abs(dx.item() - 1208.3812) < 5e-5
    assert abs(dz.item() - 809.7075) < 5e-5
    assert gradcheck(lambda x, z: (x * z).exp() + x * z / x.log() + x.log().sin() / (x * z), (x, z))


def test_derivative_of_the_sigmoid():
    a = leaf([-2.0, 0.0, 1.0])
    s = a.sigmoid()
    (ds,) = gradients(s.sum(), a)
    assert close(ds, s * (1 - s))


def logistic(theta, x, target):
    y = (theta * x).sum().sigmoid()
    return y, -(target * y.log() + (1 - target) * (1 - y).log())


def test_logistic_regression_by_hand():
    theta, x = random_leaf(4), random_leaf(4)
    for target in (0.0, 1.0):
        y, loss = logistic(theta, x, target)
        dy, dtheta, dx = gradients(loss, y, theta, x)
        assert close(dy, (1 - target) / (1 - y) - target / y)
        assert close(dtheta, (y - target) * x)
        assert close(dx, (y - target) * theta)
        assert gradcheck(lambda th, x, t=target: logistic(th, x, t)[1], (theta, x))


def network(alpha, beta, x, target):
    a = alpha @ x
    z = a.sigmoid()
    b = beta @ z
    y = b.sigmoid()
    return a, z, b, y, -(target * y.log() + (1 - target) * (1 - y).log())


def test_one_hidden_layer_by_hand():
    alpha, beta, x = random_leaf(3, 4), random_leaf(3), random_leaf(4)
    a, z, b, y, loss = network(alpha, beta, x, 1.0)
    db, dbeta, dz, da, dalpha = gradients(loss, b, beta, z, a, alpha)
    assert close(db, y - 1)
    assert close(dbeta, db * z)
    assert close(dz, db * beta)
    assert close(da, dz * z * (1 - z))
    assert close(dalpha, ag.outer(da, x))
    assert gradcheck(lambda *t: network(*t, 1.0)[-1], (alpha, beta, x))


def test_chain_rule_in_both_layouts():
    w1, w2, x = random_leaf(4, 3), random_leaf(2, 4), random_leaf(3)
    h = (w1 @ x).tanh()
    y = w2 @ h
    whole, outer, inner = jacobian(y, x), jacobian(y, h), jacobian(h, x)
    assert close(whole, outer @ inner)
    assert close(whole.T, inner.T @ outer.T)
    g = ag.randn(2, dtype=ag.float64)
    (pulled,) = ag.autograd.grad(y, x, g)
    assert close(pulled, g @ whole)


# -------------------------------------------------------------------- circuits of EE147 and NAI


def test_gates():
    x, y, z = leaf(-2.0), leaf(5.0), leaf(-4.0)
    f = (x + y) * z
    assert f.item() == -12
    assert [g.item() for g in gradients(f, x, y, z)] == [-4, -4, 3]
    x, y, z, w = leaf(3.0), leaf(-4.0), leaf(2.0), leaf(-1.0)
    f = 2 * (x * y + ag.maximum(z, w))
    assert f.item() == -20
    assert [g.item() for g in gradients(f, x, y, z, w)] == [-8, 6, 2, 0]


def test_converging_paths_add():
    x = leaf(1.5)
    u, v = x * x, x.sin()
    f = u * v
    du, dv = gradients(f, u, v)
    (dx,) = gradients(f, x)
    assert close(dx, du * 2 * x + dv * x.cos())


def test_softplus_by_its_graph():
    x = leaf([-3.0, 0.0, 2.0])
    f = (1 + x.exp()).log()
    assert close(gradients(f.sum(), x)[0], x.sigmoid())
    assert close(f, ag.softplus(x))


def test_a_relu_layer():
    w, x, b = random_leaf(4, 3), random_leaf(3), random_leaf(4)
    h = (w @ x + b).relu()
    g = ag.randn(4, dtype=ag.float64)
    dw, dx, db = ag.autograd.grad(h, (w, x, b), g)
    open_gates = g * (h > 0)
    assert close(db, open_gates)
    assert close(dw, ag.outer(open_gates, x))
    assert close(dx, w.T @ open_gates)


def batch_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(0)
    centered = x - mean
    variance = (centered * centered).mean(0)
    normalized = centered / (variance + eps).sqrt()
    return gamma * normalized + beta, normalized, variance + eps


def test_batch_norm_by_its_graph():
    x, gamma, beta = random_leaf(6, 3), random_leaf(3), random_leaf(3)
    y, normalized, variance = batch_norm(x, gamma, beta)
    g = ag.randn(6, 3, dtype=ag.float64)
    dx, dgamma, dbeta = ag.autograd.grad(y, (x, gamma, beta), g)
    assert close(dbeta, g.sum(0))
    assert close(dgamma, (g * normalized).sum(0))
    by_hand = gamma / variance.sqrt() * (g - g.mean(0) - normalized * (g * normalized).mean(0))
    assert close(dx, by_hand)
    assert gradcheck(lambda *t: batch_norm(*t)[0], (x, gamma, beta))


def test_sigmoid_neuron_with_squared_loss_and_l2():
    w, b, x, t, lam = leaf(0.7), leaf(-0.2), 1.5, 1.0, 0.1
    y = (w * x + b).sigmoid()
    cost = (y - t) ** 2 / 2 + lam * w**2 / 2
    dw, db = gradients(cost, w, b)
    assert close(db, (y - t) * y * (1 - y))
    assert close(dw, (y - t) * y * (1 - y) * x + lam * w)


def test_sigmoid_circuit():
    w0, x0, w1, x1, w2 = (leaf(v) for v in (2.0, -1.0, -3.0, -2.0, -3.0))
    f = 1 / (1 + (-(w0 * x0 + w1 * x1 + w2)).exp())
    assert round(f.item(), 2) == 0.73
    slope = f.item() * (1 - f.item())
    found = [g.item() for g in gradients(f, w0, x0, w1, x1, w2)]
    np.testing.assert_allclose(found, [-slope, 2 * slope, -2 * slope, -3 * slope, slope], atol=1e-12)
    assert [round(g, 2) for g in found] == [-0.2, 0.39, -0.39, -0.59, 0.2]


# ------------------------------------------------------------------- descent of NAI and CS763


def test_two_steps_on_a_product():
    w = [leaf(v) for v in (-2.0, 5.0, -4.0)]
    seen = []
    for _ in range(3):
        loss = w[2] * (w[0] + w[1])
        slopes = [g.item() for g in gradients(loss, *w)]
        seen.append(([t.item() for t in w], loss.item(), slopes))
        w = [leaf(t.item() - g) for t, g in zip(w, slopes, strict=True)]
    assert seen[0] == ([-2, 5, -4], -12, [-4, -4, 3])
    assert seen[1][:2] == ([2, 9, -7], -77)
    assert seen[2][:2] == ([9, 16, -18], -450)


def descend(start, rate, steps):
    w = leaf(start)
    path = [w.tolist()]
    for _ in range(steps):
        (slope,) = gradients((w * w).sum(), w)
        w = leaf((w - rate * slope).tolist())
        path.append(w.tolist())
    return path


@pytest.mark.parametrize("start", [2.0, -2.0])
def test_learning_rates_on_a_parabola(start):
    assert descend(start, 0.5, 2) == [start, 0, 0]
    assert descend(start, 0.25, 3) == [start, start / 2, start / 4, start / 8]
    assert descend(start, 1.0, 3) == [start, -start, start, -start]


def test_descent_on_a_bowl():
    path = np.array(descend([2.0, -1.0], 0.25, 10))
    np.testing.assert_allclose(path, np.array([2.0, -1.0]) * 0.5 ** np.arange(11)[:, None])


@pytest.mark.parametrize(("weight", "expected"), [(0.05, 3.125e-7), (15.0, 759_375.0)])
def test_vanishing_and_exploding_gradients(weight, expected):
    x = y = leaf(1.0)
    for _ in range(5):
        y = weight * y
    assert math.isclose(gradients(y, x)[0].item(), expected, rel_tol=1e-12)


def test_one_sided_difference_of_linear_and_cross_entropy():
    weight, bias = random_leaf(2, 1), random_leaf(2)
    x, target, h = ag.tensor([[0.7]], dtype=ag.float64), ag.tensor([1]), 1e-5

    def loss(weight, bias):
        return F.cross_entropy(F.linear(x, weight, bias), target)

    analytic = gradients(loss(weight, bias), weight, bias)
    for i, parameter in enumerate((weight, bias)):
        for k in np.ndindex(*parameter.shape):
            moved = [weight.detach().clone(), bias.detach().clone()]
            moved[i][k] += h
            numeric = (loss(*moved) - loss(weight, bias)).item() / h
            assert abs(numeric - analytic[i][k].item()) < 1e-5


# ------------------------------------------------------------------- matrix calculus of EE147


def test_softmax_jacobian():
    x = leaf([0.5, -1.0, 2.0])
    y = x.softmax(0)
    expected = np.diag(y.tolist()) - np.outer(y.tolist(), y.tolist())
    assert close(jacobian(y, x), expected)


def test_trace_and_quadratic_forms():
    a, b, x, z = random_leaf(3, 3), random_leaf(3, 3), random_leaf(3), random_leaf(3)
    trace = ((a @ b) * ag.eye(3, dtype=ag.float64)).sum()
    assert close(gradients(trace, a)[0], b.T)
    assert close(gradients(trace, b)[0], a.T)
    dx, da = gradients(x @ a @ x, x, a)
    assert close(dx, (a + a.T) @ x)
    assert close(da, ag.outer(x, x))
    m = a.detach().numpy()
    inverse = ag.from_numpy(np.linalg.inv(m @ m.T + np.eye(3)))
    dx, dz = gradients((x - z) @ inverse @ (x - z), x, z)
    assert close(dx, 2 * inverse @ (x - z))
    assert close(dz, -dx)


def test_vector_by_matrix_is_a_tensor_of_three_dimensions():
    w, x = random_leaf(2, 3), random_leaf(3)
    derivative = jacobian(w @ x, w)
    assert derivative.shape == (2, 2, 3)
    expected = np.einsum("ij,k->ijk", np.eye(2), x.detach().numpy())
    assert close(derivative, expected)


def test_jacobian_and_hessian():
    x = leaf([1.0, 2.0])
    y = ag.stack([x[0] ** 2 * x[1], 5 * x[0] + x[1].sin()])
    assert close(jacobian(y, x), [[4.0, 1.0], [5.0, math.cos(2.0)]])
    (slope,) = ag.autograd.grad(x[0] ** 3 * x[1] ** 2, x, create_graph=True)
    assert close(jacobian(slope, x), [[24.0, 12.0], [12.0, 2.0]])


# ------------------------------------------------- linear models and output units of EE147, VCLA and CS763


def test_softmax_of_the_cat():
    scores, cat = leaf([[3.2, 5.1, -1.7]]), ag.tensor([0])
    probabilities = scores.softmax(1)
    assert close(probabilities, [[0.13, 0.87, 0.00]], 0.005)
    assert abs(F.cross_entropy(scores, cat).item() - 2.04) < 0.005
    assert abs(-probabilities[0, 0].log10().item() - 0.89) < 0.005


@pytest.mark.parametrize(
    ("scores", "target", "loss", "gradient"),
    [
        ([3.2, 5.1, -1.7], 0, 2.9, [-1, 1, 0]),
        ([1.3, 4.9, 2.0], 1, 0.0, [0, 0, 0]),
        ([2.2, 2.5, -3.1], 2, 12.9, [1, 1, -2]),
    ],
)
def test_multi_class_hinge_of_cat_car_and_frog(scores, target, loss, gradient):
    scores = leaf([scores])
    hinge = 3 * F.multi_margin_loss(scores, ag.tensor([target]))  # the lecture does not divide by the classes
    assert close(hinge, loss)
    assert close(gradients(hinge, scores)[0], [gradient])


def test_penalties_of_one_weight_and_of_four():
    w1, w2 = ag.tensor([1.0, 0.0, 0.0, 0.0]), ag.full((4,), 0.25)
    assert w1.sum() == w2.sum() == w1.norm(1) == w2.norm(1) == 1
    assert (w1.square().sum().item(), w2.square().sum().item()) == (1.0, 0.25)


def test_logistic_loss_of_signs_is_binary_cross_entropy():
    z, signs = random_leaf(6), ag.tensor([1.0, -1.0, 1.0, 1.0, -1.0, -1.0], dtype=ag.float64)
    loss = F.softplus(-signs * z).mean()
    assert close(loss, F.binary_cross_entropy_with_logits(z, (signs + 1) / 2))
    assert close(gradients(loss, z)[0], -signs * (-signs * z).sigmoid() / 6)


def test_l1_distance_of_the_nearest_neighbour_table():
    test = ag.tensor([[56, 32, 10, 18], [90, 23, 128, 133], [24, 26, 178, 200], [2, 0, 255, 220]])
    known = ag.tensor([[10, 20, 24, 17], [8, 10, 89, 100], [12, 16, 178, 170], [4, 32, 233, 112]])
    assert (test - known).abs().sum().item() == 456
    assert ag.cdist(test.double().reshape(1, -1), known.double().reshape(1, -1), p=1).item() == 456


def test_least_squares_and_ridge_by_formula_and_by_gradient():
    X, y = ag.randn(20, 3, dtype=ag.float64), ag.randn(20, dtype=ag.float64)
    for strength in (0.0, 2.0):
        theta = ag.linalg.solve(X.T @ X + strength * ag.eye(3, dtype=ag.float64), X.T @ y).requires_grad_()
        cost = ((X @ theta - y) ** 2).sum() + strength * theta.square().sum()
        assert close(gradients(cost, theta)[0], ag.zeros(3, dtype=ag.float64))


def test_squared_error_saturates_where_cross_entropy_does_not():
    z, one = leaf([-50.0]), ag.tensor([1.0], dtype=ag.float64)
    assert abs(gradients(F.mse_loss(z.sigmoid(), one), z)[0].item()) < 1e-20
    assert close(gradients(F.binary_cross_entropy_with_logits(z, one), z)[0], [-1.0])


def test_both_forms_of_nesterovs_momentum_walk_the_same_path():
    w, curvature = leaf([-8.0, 2.0]), np.array([1.0, 25.0])
    optimizer = optim.SGD([w], lr=0.03, momentum=0.8, nesterov=True)
    position, velocity = np.array([-8.0, 2.0]), np.zeros(2)
    for _ in range(20):
        assert close(w, position + 0.8 * velocity)
        velocity = 0.8 * velocity - 0.03 * curvature * (position + 0.8 * velocity)
        position = position + velocity
        optimizer.zero_grad()
        ((w * w * ag.tensor(curvature)).sum() / 2).backward()
        optimizer.step()


def test_a_linear_autoencoder_spans_the_plane_of_the_principal_components():
    x = ag.randn(60, 5, dtype=ag.float64) @ ag.randn(5, 5, dtype=ag.float64)
    x = x - x.mean(0)
    start = {"in": ag.randn(2, 5, dtype=ag.float64), "out": ag.randn(5, 2, dtype=ag.float64)}
    best = optim.minimize(lambda w: F.mse_loss(x @ w["in"].T @ w["out"].T, x), start, tol=1e-14).x
    principal = ag.linalg.svd(x, full_matrices=False)[2][:2]
    span = ag.linalg.qr(best["out"])[0]
    assert close(ag.linalg.svdvals(principal @ span), [1.0, 1.0], 1e-5)


# ------------------------------------------------------- convolutional networks of CMU 10-601, NAI and EE147


def rows_of(text):
    return ag.tensor([[float(n) for n in row] for row in text.split()])[None, None]


PICTURE = rows_of("0000000 0111110 0100100 0101000 0110000 0100000 0000000")


def test_the_filter_of_the_lecture_and_its_tables_of_pooling():
    assert F.conv2d(PICTURE, rows_of("000 011 010"))[0, 0].tolist() == [
        [3, 2, 2, 3, 1],
        [2, 0, 2, 1, 0],
        [2, 2, 1, 0, 0],
        [3, 1, 0, 0, 0],
        [1, 0, 0, 0, 0],
    ]
    inner = PICTURE[:, :, 1:, 1:]
    assert F.conv2d(inner, ag.ones(1, 1, 2, 2), stride=2)[0, 0].tolist() == [[3, 3, 1], [3, 1, 0], [1, 0, 0]]
    assert F.avg_pool2d(inner, 2)[0, 0].tolist() == [[0.75, 0.75, 0.25], [0.75, 0.25, 0], [0.25, 0, 0]]
    assert F.max_pool2d(inner, 2)[0, 0].tolist() == [[1, 1, 1], [1, 1, 0], [1, 0, 0]]


def test_the_five_by_five_example_valid_and_padded():
    x, w = rows_of("11100 01110 00111 00110 01100"), rows_of("101 010 101")
    assert F.conv2d(x, w)[0, 0].tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]
    assert F.conv2d(x, w, padding=1)[0, 0].tolist() == [
        [2, 2, 3, 1, 1],
        [1, 4, 3, 4, 1],
        [1, 2, 4, 3, 3],
        [1, 2, 3, 4, 1],
        [0, 2, 2, 1, 1],
    ]


def count(model):
    return sum(p.numel() for p in model.parameters())


def test_weights_that_convolutions_save():
    convolution, linear = nn.Conv2d(1, 4, 7, bias=False), nn.Linear(28 * 28, 4 * 22 * 22, bias=False)
    assert convolution(ag.zeros(1, 1, 28, 28)).shape == (1, 4, 22, 22)
    assert (count(convolution), count(linear)) == (196, 1_517_824)
    assert (count(models.lenet5().conv1), count(models.lenet5())) == (156, 61_706)
    full = nn.Conv2d(64, 128, 3, bias=False)
    parts = nn.Conv2d(64, 64, 3, groups=64, bias=False), nn.Conv2d(64, 128, 1, bias=False)
    assert (count(full), sum(map(count, parts))) == (73_728, 8_768)


@pytest.mark.parametrize(
    ("settings", "width"),
    [
        ([{}], 3),
        ([{}, {}], 5),
        ([{}, {}, {}], 7),
        ([{"kernel_size": 7}], 7),
        ([{"stride": 2}, {}], 7),
        ([{"dilation": 4}], 9),
    ],
)
def test_receptive_fields(settings, width):
    layers = [nn.Conv2d(1, 1, **{"kernel_size": 3, "bias": False, **s}) for s in settings]
    x = leaf(np.zeros((1, 1, 25, 25)))
    out = nn.Sequential(*layers).double()(x)
    (slope,) = gradients(out[0, 0, out.shape[2] // 2, out.shape[3] // 2], x)
    columns = slope[0, 0].abs().sum(0).nonzero()[:, 0].tolist()
    assert columns[-1] - columns[0] + 1 == width


def test_a_transposed_convolution_is_the_adjoint():
    x, weight = random_leaf(1, 2, 9, 9), random_leaf(3, 2, 3, 3)
    y = F.conv2d(x, weight, stride=2)
    g = ag.randn(*y.shape, dtype=ag.float64)
    assert close((y * g).sum(), (x * F.conv_transpose2d(g, weight, stride=2)).sum())


def test_a_picture_that_slides_under_a_filter_of_zero_sum_leaves_edges_only():
    edges = rows_of("111 111 111") - 9 * rows_of("000 010 000")
    step = ag.cat([ag.zeros(1, 1, 6, 4), ag.ones(1, 1, 6, 4)], 3)
    seen = F.conv2d(step, edges)[0, 0]
    assert seen.abs().sum(0).nonzero()[:, 0].tolist() == [2, 3]


def notebook_cell(start):
    """The code cell of the notebook on convolution that has this text."""
    path = Path(__file__).parent.parent / "notebooks" / "05_convolution.ipynb"
    sources = ["".join(cell["source"]) for cell in json.loads(path.read_text())["cells"]]
    (found,) = [source for source in sources if start in source]
    return found


@pytest.mark.parametrize("library", ["autograd_engine", "torch"])
def test_the_pytorch_chapter_runs_with_its_import_changed(library, capsys):
    pytest.importorskip(library)
    program = notebook_cell("import autograd_engine as torch")
    program = re.sub(
        r"^import torch as torch$", "import torch", program.replace("autograd_engine", library), flags=re.M
    )
    names = {"__name__": "chapter"}
    exec(compile(program, "chapter", "exec"), names)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0:2] == ["Net(", "  (conv1): Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1))"]
    assert names["after"] < 0.9 * names["losses"][0]


def test_the_keras_chapters_count_their_parameters_as_keras_does():
    layers = re.search(r"nn.Sequential\((.*?)\n\)", notebook_cell("nn.LazyConv2d(8, 3),\n"), re.DOTALL)[0]
    table = viz.summary(eval(layers, {"nn": nn}), input_size=(1, 1, 32, 32))
    shown = [(row.type, row.output_shape[1:], row.parameters) for row in table.rows if row.parameters]
    assert shown == [
        ("Sequential", (10,), 7_018),
        ("Conv2d", (8, 30, 30), 80),
        ("Conv2d", (16, 13, 13), 1_168),
        ("Linear", (10,), 5_770),
    ]
