"""The recurrent language model: its numbers against PyTorch's layers, what it generates, and the carried state."""

import itertools

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn, optim
from autograd_engine.data import CharVocabulary, TokenStreams
from autograd_engine.models import RecurrentLM, sample_tokens
from autograd_engine.training import SequenceStep, evaluate, fit

from ..messages import exactly

KINDS = ("rnn", "lstm", "gru")


def seeded(kind="lstm", **settings):
    ag.manual_seed(0)
    return RecurrentLM(11, kind, **{"width": 6, "layers": 2, **settings})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tied", [True, False])
def test_scores_states_and_gradients_are_those_of_pytorchs_layers(kind, tied):
    torch = pytest.importorskip("torch")
    model = seeded(kind, tied=tied, embedding=None if tied else 4)
    like = torch.nn.Module()
    like.embedding = torch.nn.Embedding(11, 6 if tied else 4)
    like.rnn = getattr(torch.nn, kind.upper())(6 if tied else 4, 6, 2)
    like.output = torch.nn.Linear(6, 11)
    if tied:
        like.output.weight = like.embedding.weight
    like.load_state_dict({n: torch.tensor(p.numpy()) for n, p in model.state_dict().items()})
    tokens = np.random.default_rng(0).integers(0, 11, (10, 3))
    state = like_state = None
    for part in (slice(0, 4), slice(4, 10)):
        scores, state = model(ag.tensor(tokens[part]), state)
        out, like_state = like.rnn(like.embedding(torch.tensor(tokens[part])), like_state)
        like_scores = like.output(out)
        np.testing.assert_allclose(scores.detach().numpy(), like_scores.detach().numpy(), rtol=1e-5, atol=1e-6)
    scores.square().sum().backward()
    like_scores.square().sum().backward()
    for name, parameter in like.named_parameters():
        np.testing.assert_allclose(
            model.get_parameter(name).grad.numpy(), parameter.grad.numpy(), rtol=1e-4, atol=1e-5, err_msg=name
        )


@pytest.mark.parametrize("kind", KINDS)
def test_it_generates_what_it_scores(kind):
    model = seeded(kind, dropout=0.5)
    prompts = ag.tensor([[1, 2, 3], [4, 5, 10]])
    ag.manual_seed(1)
    found = model.generate(prompts, 6, temperature=0.7, top_k=5)
    model.eval()
    random, seen = ag.Generator().manual_seed(1), prompts
    for _ in range(6):
        scores, _ = model(seen.T)
        seen = ag.cat([seen, sample_tokens(scores[-1], 0.7, 5, generator=random)[:, None]], 1)
    assert found.tolist() == seen.tolist()
    alone = model.generate(prompts[1], 4, temperature=0)
    scores, _ = model(alone[:-1, None])
    assert alone[3:].tolist() == scores[2:, 0].argmax(-1).tolist()
    assert model.generate([1, 2], 0).tolist() == [1, 2]
    stream = model.stream(prompts[1], temperature=0)
    assert [t.item() for t in itertools.islice(stream, 4)] == alone[3:].tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_learns_to_write_hello(kind):
    vocabulary = CharVocabulary.of("hello")
    ag.manual_seed(0)
    model = RecurrentLM(len(vocabulary), kind, width=16, tied=False)
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    text = vocabulary.encode("hello")
    for _ in range(40):
        scores, _ = model(text[:-1, None])
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), text[1:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.01
    assert vocabulary.decode(model.generate(vocabulary.encode("h"), 4)) == "hello"


def test_dropout_and_initial_values():
    model = seeded(dropout=0.5)
    tokens = ag.zeros(5, 2, dtype=ag.int64)
    assert (model(tokens)[0] != model(tokens)[0]).any()
    assert model.rnn.dropout == 0.5
    model.eval()
    assert (model(tokens)[0] == model(tokens)[0]).all()
    table = RecurrentLM(500, width=20).embedding.weight
    assert 0.09 < table.max().item() <= 0.1
    assert -0.1 <= table.min().item() < -0.09
    assert (model.output.bias == 0).all()
    assert model.output.weight is model.embedding.weight
    assert seeded(tied=False).output.weight.abs().max() > 0.2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "mgu"}, "RecurrentLM: kind must be one of rnn, lstm, gru, not 'mgu'"),
        ({"width": 0}, "RecurrentLM: width must be at least 1, not 0"),
        ({"layers": 0}, "RecurrentLM: layers must be at least 1, not 0"),
        (
            {"embedding": 5},
            "RecurrentLM: tied weights need an embedding of the width 6, not 5; or tied=False",
        ),
    ],
)
def test_settings_that_cannot_be(settings, message):
    with pytest.raises(ValueError, match=exactly(message)):
        seeded(**settings)


def test_tokens_that_cannot_be():
    model = seeded()
    with pytest.raises(ValueError, match=exactly("RecurrentLM takes tokens (T, N), got shape (3,)")):
        model(ag.zeros(3, dtype=ag.int64))
    with pytest.raises(
        ValueError,
        match=exactly("RecurrentLM: a prompt is one or more integers, (T,) or (N, T), not float64 of shape (0,)"),
    ):
        model.generate([], 3)
    with pytest.raises(
        IndexError, match=exactly("RecurrentLM: token 11 of the prompt is out of range for a vocabulary of 11")
    ):
        model.stream([1, 11])
    with pytest.raises(ValueError, match=exactly("RecurrentLM: length must not be negative, but is -1")):
        model.generate([1], -1)
    with pytest.raises(ValueError, match=exactly("temperature must be at least 0, not -1")):
        model.stream([1], -1)
    message = "RecurrentLM: keep = 3 is for a model with a context; this one forgets nothing"
    with pytest.raises(ValueError, match=exactly(message)):
        model.generate([1], 2, keep=3)


def test_a_state_is_carried_through_an_epoch_and_a_measurement_and_no_further():
    model = seeded(layers=1)
    tokens = ag.randint(0, 11, (61,))
    streams, loss = TokenStreams(tokens, 3, 7), nn.CrossEntropyLoss()
    whole = model(tokens[:60].reshape(3, 20).T)[0]
    expected = loss(whole.flatten(0, 1), tokens[1:].reshape(3, 20).T.flatten()).item()
    assert evaluate(model, streams, step=SequenceStep(loss))["loss"] == pytest.approx(expected, rel=1e-5)
    step = SequenceStep(loss)
    still = optim.SGD(model.parameters(), lr=0.0)
    held_out = {"val": streams, "test": streams}
    history = fit(model, streams, still, epochs=2, step=step, callbacks=[step], validation=held_out, progress=False)
    for name in ("train_loss", "val_loss", "test_loss"):
        assert history[name] == pytest.approx([expected] * 2, rel=1e-5), name


def test_the_gradient_ends_where_a_batch_begins():
    model = seeded(layers=1)
    batches, loss = list(TokenStreams(ag.arange(23) % 11, 2, 5)), nn.CrossEntropyLoss()
    step = SequenceStep(loss)
    step(model, batches[0]).backward()
    model.zero_grad()
    step(model, batches[1]).backward()
    found = model.rnn.weight_hh_l0.grad.clone()
    model.zero_grad()
    with ag.no_grad():
        _, state = model(batches[0][0])
    scores, _ = model(batches[1][0], state)
    loss(scores.flatten(0, 1), batches[1][1].flatten()).backward()
    np.testing.assert_allclose(found.numpy(), model.rnn.weight_hh_l0.grad.numpy(), rtol=1e-6)
