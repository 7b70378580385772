"""Every distribution gives PyTorch's densities, moments and gradients, and draws that have them."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import distributions
from autograd_engine.testing import gradcheck
from tests.messages import exactly

P = np.array([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]])
SPREAD = np.array([[2.0, 0.3], [0.3, 1.0]])

DISTRIBUTIONS = {
    "Normal": ("Normal", {"loc": [0.5, -1.0], "scale": [1.5, 0.5]}, [0.3, 2.0]),
    "Laplace": ("Laplace", {"loc": [0.5, -1.0], "scale": [1.5, 0.5]}, [0.3, 2.0]),
    "Cauchy": ("Cauchy", {"loc": [0.5, -1.0], "scale": [1.5, 0.5]}, [0.3, 2.0]),
    "Gumbel": ("Gumbel", {"loc": [0.5, -1.0], "scale": [1.5, 0.5]}, [0.3, 2.0]),
    "LogNormal": ("LogNormal", {"loc": [0.5, -1.0], "scale": [0.5, 0.25]}, [0.3, 2.0]),
    "HalfNormal": ("HalfNormal", {"scale": [1.5, 0.5]}, [0.3, 2.0]),
    "HalfCauchy": ("HalfCauchy", {"scale": [1.5, 0.5]}, [0.3, 2.0]),
    "Uniform": ("Uniform", {"low": [0.0, -1.0], "high": [1.0, 3.0]}, [0.3, 2.0]),
    "Exponential": ("Exponential", {"rate": [0.5, 2.0]}, [0.3, 2.0]),
    "Weibull": ("Weibull", {"scale": [0.5, 2.0], "concentration": [1.5, 3.0]}, [0.3, 2.0]),
    "Gamma": ("Gamma", {"concentration": [0.5, 3.0], "rate": [1.5, 2.0]}, [0.3, 2.0]),
    "Chi2": ("Chi2", {"df": [1.5, 5.0]}, [0.3, 2.0]),
    "Beta": ("Beta", {"concentration1": [0.5, 3.0], "concentration0": [1.5, 2.0]}, [0.3, 0.9]),
    "Dirichlet": ("Dirichlet", {"concentration": 5 * P}, [[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]]),
    "StudentT": ("StudentT", {"df": [3.5, 5.0], "loc": [0.5, -1.0], "scale": [1.5, 0.5]}, [0.3, 2.0]),
    "Bernoulli": ("Bernoulli", {"probs": [0.2, 0.7]}, [1.0, 0.0]),
    "Bernoulli by logits": ("Bernoulli", {"logits": [0.2, -0.7]}, [1.0, 0.0]),
    "Geometric": ("Geometric", {"probs": [0.2, 0.7]}, [3.0, 0.0]),
    "Geometric by logits": ("Geometric", {"logits": [0.2, -0.7]}, [3.0, 0.0]),
    "Binomial": ("Binomial", {"total_count": [5.0, 5.0], "probs": [0.2, 0.7]}, [3.0, 0.0]),
    "Binomial by logits": ("Binomial", {"total_count": [5.0, 5.0], "logits": [0.2, -0.7]}, [3.0, 0.0]),
    "Poisson": ("Poisson", {"rate": [0.5, 4.0]}, [0.0, 3.0]),
    "Categorical": ("Categorical", {"probs": 2 * P}, [2.0, 0.0]),
    "Categorical by logits": ("Categorical", {"logits": P}, [2.0, 0.0]),
    "OneHotCategorical": ("OneHotCategorical", {"probs": P}, [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]),
    "Multinomial": ("Multinomial", {"total_count": 4, "probs": P}, [[1.0, 0.0, 3.0], [2.0, 2.0, 0.0]]),
    "MultivariateNormal": (
        "MultivariateNormal", {"loc": [0.5, -1.0], "covariance_matrix": SPREAD}, [0.3, 2.0],
    ),
    "MultivariateNormal by precision": (
        "MultivariateNormal", {"loc": [0.5, -1.0], "precision_matrix": SPREAD}, [0.3, 2.0],
    ),
    "MultivariateNormal by factor": (
        "MultivariateNormal", {"loc": [[0.5, -1.0], [0.0, 1.0]], "scale_tril": np.linalg.cholesky(SPREAD)},
        [[0.3, 2.0], [0.0, 0.0]],
    ),
}  # fmt: skip
ABSENT = {
    *((what, "Binomial") for what in ("entropy", "perplexity")),
    *((what, "Multinomial") for what in ("entropy", "perplexity")),
    *((what, "Weibull") for what in ("entropy", "perplexity")),
    *(("cdf", kind) for kind in ("Gamma", "Chi2")),
}
"""What has no closed form, or none that is written here."""
ATTRIBUTES = ("mean", "variance", "stddev", "mode")


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def made(lib, name):
    kind, parameters, value = DISTRIBUTIONS[name]
    given = {
        k: v if isinstance(v, int) else lib.tensor(np.array(v), requires_grad=True) for k, v in parameters.items()
    }
    distribution = getattr(lib.distributions, kind)(**given)
    return distribution, [p for p in given.values() if not isinstance(p, int)], lib.tensor(np.array(value))


def same(ours, theirs):
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_densities_moments_and_gradients_are_pytorchs(name, torch):
    ours, parameters, value = made(ag, name)
    theirs, their_parameters, their_value = made(torch, name)
    assert (ours.batch_shape, ours.event_shape) == (tuple(theirs.batch_shape), tuple(theirs.event_shape))
    same(ours.log_prob(value), theirs.log_prob(their_value))
    ours.log_prob(value).sum().backward()
    theirs.log_prob(their_value).sum().backward()
    for p, q in zip(parameters, their_parameters, strict=True):
        assert (p.grad is None) == (q.grad is None)
        if q.grad is not None:
            same(p.grad, q.grad)
    for what in ATTRIBUTES:
        try:
            expected = getattr(theirs, what)
        except (NotImplementedError, AttributeError):
            continue
        if what != "mode" or name in ("Normal", "Gamma", "Exponential", "LogNormal", "Categorical", "Bernoulli"):
            same(getattr(ours, what), expected)
    for what, argument in (("entropy", None), ("cdf", "value"), ("icdf", "share"), ("perplexity", None)):
        given = {None: (), "value": (their_value,), "share": (torch.tensor([0.3, 0.8]).double(),)}[argument]
        try:
            expected = getattr(theirs, what)(*given)
        except (NotImplementedError, AttributeError, RuntimeError):
            continue
        if (what, name.split()[0]) in ABSENT:
            continue
        same(getattr(ours, what)(*(ag.tensor(v.numpy()) for v in given)), expected)
    assert repr(ours).startswith(type(ours).__name__ + "(")


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_draws_have_the_mean_and_the_variance(name):
    ag.manual_seed(0)
    distribution, _, _ = made(ag, name)
    drawn = distribution.sample((20000,))
    assert drawn.shape == (20000, *distribution.batch_shape, *distribution.event_shape)
    assert not drawn.requires_grad
    assert distribution.support.check(drawn).all().item()
    if "Cauchy" in name:
        assert abs(np.median(drawn.numpy()[:, 0]) - (0.5 if name == "Cauchy" else 1.5)) < 0.1
        return
    if name.startswith("Categorical"):
        counts = np.stack([np.bincount(drawn.numpy()[:, i], minlength=3) / 20000 for i in (0, 1)])
        np.testing.assert_allclose(counts, distribution.probs.detach().numpy(), atol=0.015)
        return
    variance = distribution.variance.detach().numpy()
    assert (abs(drawn.numpy().mean(0) - distribution.mean.detach().numpy()) < 5 * np.sqrt(variance / 20000)).all()
    np.testing.assert_allclose(drawn.numpy().var(0), variance, rtol=0.35 if name == "StudentT" else 0.1)
    assert distribution.sample().shape == (*distribution.batch_shape, *distribution.event_shape)
    assert distribution.sample_n(3).shape[0] == 3


@pytest.mark.parametrize(
    "name", [n for n in DISTRIBUTIONS if getattr(distributions, DISTRIBUTIONS[n][0]).has_rsample]
)
def test_gradients_flow_through_draws(name, torch):
    """The derivative of a draw by a parameter is that of PyTorch's formula, at the same draw."""
    distribution, parameters, _ = made(ag, name)
    ag.manual_seed(1)
    drawn = distribution.rsample((4000,))
    assert drawn.requires_grad
    drawn.sum().backward()
    gradients = [p.grad.numpy() / 4000 for p in parameters]
    theirs, their_parameters, _ = made(torch, name)
    if "Cauchy" in name:
        return  # means of draws mean nothing
    try:
        expected = torch.autograd.grad(theirs.mean.sum(), their_parameters, allow_unused=True)
    except RuntimeError:
        return
    for g, e in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(g, 0 if e is None else e.numpy(), atol=0.12)


@pytest.mark.parametrize("a", [0.05, 0.5, 1.0, 3.0, 20.0, 500.0])
def test_a_gamma_draw_moves_with_its_concentration_as_pytorchs(a, torch):
    gammas = pytest.importorskip("autograd_engine.distributions.gammas")
    for share in (0.01, 0.3, 0.6, 0.99, 0.999999):
        from scipy.special import gammaincinv

        x = gammaincinv(a, share)
        if x < 1e-30:
            continue
        expected = torch._standard_gamma_grad(torch.tensor(a).double(), torch.tensor(x).double()).item()
        np.testing.assert_allclose(gammas._slope(a, x), expected, rtol=5e-3)
        h = 1e-4 * min(a, 1)
        quotient = (gammaincinv(a + h, share) - gammaincinv(a - h, share)) / (2 * h)
        np.testing.assert_allclose(gammas._slope(a, x), quotient, rtol=1e-4)


def test_a_gamma_draw_has_no_second_derivative():
    a = ag.tensor(2.0, requires_grad=True)
    with pytest.raises(RuntimeError, match=exactly("the gradient of a gamma draw cannot be differentiated again")):
        ag.grad(distributions.Gamma(a, 1.0).rsample(), a, create_graph=True)


PAIRS = [
    n for n in DISTRIBUTIONS if n.split()[0] not in ("StudentT", "Weibull", "Chi2", "Multinomial", "HalfCauchy")
]


@pytest.mark.parametrize("name", PAIRS)
def test_divergences_are_pytorchs(name, torch):
    found = []
    for lib in (ag, torch):
        (p, _, _), (kind, parameters, _) = made(lib, name), DISTRIBUTIONS[name]
        shifted = {
            k: v if isinstance(v, int) or k == "total_count" else np.array(v) * (1 if "prob" in k else 1.25)
            for k, v in parameters.items()
        }
        if "probs" in shifted:
            probs = np.array(parameters["probs"])[::-1].copy()
            shifted["probs"] = probs
        if name == "Uniform":
            shifted = {"low": np.array([-1.0, -2.0]), "high": np.array([2.0, 2.5])}
        q = getattr(lib.distributions, kind)(
            **{k: v if isinstance(v, int) else lib.tensor(v) for k, v in shifted.items()}
        )
        found.append(lib.distributions.kl_divergence(p, q))
    same(*found)
    assert (found[0] > 0).all().item()


def test_no_closed_divergence_is_named():
    with pytest.raises(NotImplementedError, match="no closed form for Normal and Gamma"):
        distributions.kl_divergence(distributions.Normal(0.0, 1.0), distributions.Gamma(1.0, 1.0))


def composed(lib):
    d, t = lib.distributions, lib.tensor
    normal = d.Normal(t([0.5, -1.0]), t([1.5, 0.5]))
    inner = d.Independent(normal, 1)
    mixture = d.MixtureSameFamily(d.Categorical(t([0.3, 0.7])), normal)
    two = d.Independent(d.Normal(t([[0.0, 1.0], [2.0, 3.0]]), 1.0), 1)
    vectors = d.MixtureSameFamily(d.Categorical(t([0.3, 0.7])), two)
    chain = d.ComposeTransform([d.ExpTransform(), d.AffineTransform(1.0, 3.0)])
    affine = d.AffineTransform(t([1.0, 2.0]), t([3.0, 2.0]), event_dim=1)
    return {
        "exp": (d.TransformedDistribution(normal, d.ExpTransform()), [0.5, 2.0]),
        "sigmoid": (d.TransformedDistribution(normal, [d.SigmoidTransform()]), [0.5, 0.25]),
        "tanh, affine": (
            d.TransformedDistribution(normal, [d.TanhTransform(), d.AffineTransform(1.0, t(-2.0))]), [0.5, 2.0],
        ),
        "softplus": (d.TransformedDistribution(normal, [d.SoftplusTransform()]), [0.5, 2.0]),
        "inverse": (d.TransformedDistribution(normal, [d.ExpTransform(), d.ExpTransform().inv]), [0.5, 2.0]),
        "power": (d.TransformedDistribution(d.Exponential(t([1.0, 2.0])), [d.PowerTransform(t(2.0))]), [0.5, 2.0]),
        "composed": (d.TransformedDistribution(normal, [chain]), [1.5, 2.0]),
        "affine of vectors": (d.TransformedDistribution(normal, [affine]), [1.5, 2.0]),
        "independent": (inner, [0.5, 2.0]),
        "independent, exp": (d.TransformedDistribution(inner, [d.ExpTransform()]), [0.5, 2.0]),
        "mixture": (mixture, 0.5),
        "mixture of vectors": (vectors, [0.5, 2.0]),
    }  # fmt: skip


@pytest.mark.parametrize("name", composed(ag))
def test_distributions_of_distributions_are_pytorchs(name, torch):
    (ours, value), (theirs, _) = composed(ag)[name], composed(torch)[name]
    assert (ours.batch_shape, ours.event_shape) == (tuple(theirs.batch_shape), tuple(theirs.event_shape))
    np.testing.assert_allclose(
        ours.log_prob(ag.tensor(value)).numpy(), theirs.log_prob(torch.tensor(value)).numpy(), rtol=1e-4
    )
    for what in ("cdf", "icdf"):
        given = value if what == "cdf" else [0.3, 0.6]
        try:
            expected = getattr(theirs, what)(torch.tensor(given))
        except (NotImplementedError, RuntimeError):
            continue
        np.testing.assert_allclose(getattr(ours, what)(ag.tensor(given)).numpy(), expected.numpy(), rtol=1e-4)
    for what in ("mean", "variance"):
        try:
            expected = getattr(theirs, what)
        except NotImplementedError:
            continue
        np.testing.assert_allclose(getattr(ours, what).numpy(), expected.numpy(), rtol=1e-5)
    assert ours.sample((3,)).shape == (3, *ours.batch_shape, *ours.event_shape)
    if ours.has_rsample:
        assert ours.rsample((3,)).shape == (3, *ours.batch_shape, *ours.event_shape)
    assert repr(ours)


def test_more_batches_of_the_same():
    for name in ("Normal", "Categorical", "MultivariateNormal", "LogNormal", "Dirichlet", "Gamma"):
        distribution, _, value = made(ag, name)
        wide = distribution.expand((4, *distribution.batch_shape))
        assert wide.batch_shape == (4, *distribution.batch_shape)
        assert wide.sample().shape == (4, *distribution.batch_shape, *distribution.event_shape)
        np.testing.assert_allclose(
            wide.log_prob(value).detach().numpy(),
            np.broadcast_to(distribution.log_prob(value).detach().numpy(), wide.batch_shape),
        )
    wide = distributions.Independent(distributions.Normal(ag.zeros(3), 1.0), 1).expand((2,))
    assert (wide.batch_shape, wide.event_shape) == ((2,), (3,))


def test_all_values_are_listed():
    d = distributions
    assert d.Bernoulli(ag.tensor([0.5, 0.5])).enumerate_support().tolist() == [[0, 0], [1, 1]]
    assert d.Categorical(ag.ones(3)).enumerate_support().tolist() == [0, 1, 2]
    assert d.Categorical(ag.ones(2, 3)).enumerate_support(expand=False).shape == (3, 1)
    assert d.OneHotCategorical(ag.ones(2)).enumerate_support().tolist() == [[1, 0], [0, 1]]


def test_a_policy_gradient_learns():
    """Reinforce on a bandit with three arms, of which the last pays."""
    ag.manual_seed(0)
    scores = ag.zeros(3, requires_grad=True)
    optimizer = ag.optim.Adam([scores], lr=0.2)
    for _ in range(60):
        policy = distributions.Categorical(logits=scores)
        arm = policy.sample()
        loss = -policy.log_prob(arm) * float(arm.item() == 2)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert distributions.Categorical(logits=scores).probs[2].item() > 0.9


D = distributions
WRONG = {
    "Normal: scale of shape (2,) must be greater_than(0.0); got tensor([ 1., -1.])": (
        lambda: D.Normal(0.0, ag.tensor([1.0, -1.0]))
    ),
    "Bernoulli: give either probs or logits": D.Bernoulli,
    "Categorical: give either probs or logits": lambda: D.Categorical(ag.ones(2), ag.ones(2)),
    "Categorical: a weight is negative or NaN; got tensor([-1.,  1.])": lambda: D.Categorical(
        ag.tensor([-1.0, 1.0])
    ),
    "Normal: a value must be a tensor, not a float": lambda: D.Normal(0.0, 1.0).log_prob(1.0),
    "Exponential: a value must be greater_than_eq(0.0); got -1.0": (
        lambda: D.Exponential(1.0).log_prob(ag.tensor(-1.0))
    ),
    "Dirichlet: one draw has shape (3,), the value (2,)": (
        lambda: D.Dirichlet(ag.ones(3)).log_prob(ag.tensor([0.5, 0.5]))
    ),
    "Uniform: low must be below high; got 1.0 and 0.0": lambda: D.Uniform(1.0, 0.0),
    "Independent: 2 dimensions of a batch of shape (3,)": lambda: D.Independent(D.Normal(ag.zeros(3), 1.0), 2),
    "MultivariateNormal: give one of covariance_matrix, precision_matrix, scale_tril; got none": (
        lambda: D.MultivariateNormal(ag.zeros(2))
    ),
    "Multinomial: total_count must be one integer, not 2.5": lambda: D.Multinomial(2.5, ag.ones(2)),
    "MixtureSameFamily: 2 probabilities for 3 components": (
        lambda: D.MixtureSameFamily(D.Categorical(ag.ones(2)), D.Normal(ag.zeros(3), 1.0))
    ),
}


@pytest.mark.parametrize("text", WRONG)
def test_what_cannot_be_is_named(text):
    with pytest.raises(ValueError, match=exactly(text)):
        WRONG[text]()


def test_what_is_not_there_is_named():
    words = "Bernoulli: no gradient flows through its draws; use sample() and log_prob()"
    with pytest.raises(NotImplementedError, match=exactly(words)):
        D.Bernoulli(0.5).rsample()
    with pytest.raises(NotImplementedError, match=exactly("Gamma has no cdf")):
        D.Gamma(1.0, 1.0).cdf(ag.tensor(1.0))


def test_checks_can_be_left_out():
    assert distributions.Normal(0.0, -1.0, validate_args=False).scale.item() == -1
    distributions.Distribution.set_default_validate_args(False)
    try:
        assert distributions.Uniform(1.0, 0.0).low.item() == 1
    finally:
        distributions.Distribution.set_default_validate_args(True)


def test_log_densities_are_differentiated_by_their_values_too():
    x = ag.tensor([0.3, 0.6], dtype=ag.float64, requires_grad=True)
    for name in ("Normal", "Gamma", "Beta", "StudentT", "LogNormal"):
        assert gradcheck(lambda x, name=name: made(ag, name)[0].log_prob(x), [x])
