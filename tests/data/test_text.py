"""Text as integers: a data set of characters, streams in order, and windows at random."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.data import CharDataset, DataLoader, TokenStreams, TokenWindows, read_text

from ..messages import exactly


def test_characters(tmp_path):
    text = "to be or not to be"
    (tmp_path / "x").write_text(text)
    samples = CharDataset.read(tmp_path / "x", 4)
    assert "".join(samples.vocabulary) == " benort"
    assert len(samples) == len(text) - 4
    for i in (0, 5, len(samples) - 1, -1):
        x, y = samples[i]
        assert (x.dtype, x.shape) == (np.int64, (4,))
        start = i % len(samples)
        assert samples.decode(x) == text[start : start + 4]
        assert samples.decode(y) == text[start + 1 : start + 5]
    assert samples.decode(samples.encode("robot")) == "robot"
    x, y = next(iter(DataLoader(samples, 14, shuffle=True)))
    assert (x.shape, y.shape) == ((14, 4), (14, 4))
    other = CharDataset("beet root", 2, samples.vocabulary)
    assert other.data.tolist() == samples.encode("beet root").tolist()


def test_text_that_does_not_fit_is_refused():
    with pytest.raises(
        ValueError, match=exactly("a text of 3 characters is too short: block_size 3 needs one more")
    ):
        CharDataset("abc", 3)
    with pytest.raises(ValueError, match=exactly("block_size must be at least 1, not 0")):
        CharDataset("abc", 0)
    with pytest.raises(
        ValueError,
        match=exactly(
            "the character 'c' is not in the vocabulary of 2 characters: leave it out, or make the vocabulary with "
            'unknown="<unk>"'
        ),
    ):
        CharDataset("abc", 1, "ab")
    with pytest.raises(ValueError, match=exactly("the vocabulary has the character 'a' twice")):
        CharDataset("ab", 1, "aab")
    for index in (2, -3):
        with pytest.raises(IndexError, match=exactly(f"index {index} is out of range for 2 samples")):
            CharDataset("abc", 1)[index]


def test_reading_what_is_no_text(tmp_path):
    (tmp_path / "x").write_bytes("Gr\u00fc\u00dfe\r\n".encode())
    assert read_text(tmp_path / "x") == "Gr\u00fc\u00dfe\n"
    assert read_text(tmp_path / "x", "latin-1").startswith("Gr\u00c3")
    (tmp_path / "x").write_bytes(b"ab\xff")
    with pytest.raises(ValueError, match=r"x is no text in utf-8: .*position 2"):
        read_text(tmp_path / "x")
    (tmp_path / "x").write_bytes(b"ab\0c")
    with pytest.raises(ValueError, match=r"x is no text: it has a zero byte at place 2$"):
        read_text(tmp_path / "x")


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("count", [25, 26, 28])
def test_streams_go_on_where_they_stopped(batch_first, drop_last, count):
    tokens = ag.arange(count) * 7
    streams = TokenStreams(tokens, 3, 5, batch_first, drop_last)
    batches = list(streams)
    assert len(batches) == len(streams) == (1 if drop_last else 2)
    assert [x.tolist() for x, _ in streams] == [x.tolist() for x, _ in batches]
    each = (count - 1) // 3
    assert batches[0][0].shape == ((3, 5) if batch_first else (5, 3))
    for part, shift in ((0, 0), (1, 1)):
        joined = np.concatenate([b[part].numpy() for b in batches], 1 if batch_first else 0)
        rows = joined if batch_first else joined.T
        expected = np.stack([np.arange(n * each, (n + 1) * each) for n in range(3)])[:, : rows.shape[1]] + shift
        assert (rows == 7 * expected).all()
    batches[0][0][:] = 0
    assert (next(iter(streams))[0] == next(iter(TokenStreams(tokens, 3, 5, batch_first)))[0]).all()


def test_a_state_that_is_carried_through_streams_is_that_of_the_whole_text():
    ag.manual_seed(0)
    table, layer = nn.Embedding(5, 4), nn.GRU(4, 6)
    tokens = ag.randint(0, 5, (41,))
    whole, _ = layer(table(tokens[:40].reshape(2, 20).T))
    state, parts = None, []
    for x, _ in TokenStreams(tokens, 2, 8):
        out, state = layer(table(x), state)
        parts.append(out)
    np.testing.assert_allclose(ag.cat(parts).detach().numpy(), whole.detach().numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("batch_first", [True, False])
def test_windows(batch_first):
    def windows(seed, **more):
        return TokenWindows(
            ag.arange(20) * 3, 6, 4, generator=ag.Generator().manual_seed(seed), batch_first=batch_first, **more
        )

    batches = list(windows(0, batches=50))
    assert len(batches) == 50
    starts = set()
    for x, y in batches:
        rows, next_rows = (part.numpy() if batch_first else part.numpy().T for part in (x, y))
        assert rows.shape == (6, 4)
        assert (rows == rows[:, :1] + 3 * np.arange(4)).all()
        assert (next_rows == rows + 3).all()
        starts |= set((rows[:, 0] // 3).tolist())
    assert starts == set(range(16))
    assert [x.tolist() for x, _ in windows(0, batches=50)] == [x.tolist() for x, _ in batches]
    assert [x.tolist() for x, _ in windows(1, batches=50)] != [x.tolist() for x, _ in batches]
    assert len(windows(0)) == len(list(windows(0))) == 1
    assert len(TokenWindows(ag.arange(100), 2, 10)) == 5
    assert next(iter(TokenWindows(ag.arange(5), 3, 4)))[0].tolist() == [[0, 1, 2, 3]] * 3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: TokenStreams(ag.arange(3), 3, 2),
            "a text of 3 tokens is too short for 3 streams: it must have 4 or more; take fewer streams",
        ),
        (
            lambda: TokenStreams(ag.arange(6), 3, 2, drop_last=True),
            "a text of 6 tokens is too short for 3 streams of 2 tokens: it must have 7 or more; take fewer streams "
            "or a smaller length",
        ),
        (
            lambda: TokenWindows(ag.arange(4), 1, 4),
            "a text of 4 tokens is too short for a window of 4 and the token after it: it must have 5 or more; "
            "take a smaller length",
        ),
        (lambda: TokenStreams(ag.arange(9), 0, 1), "TokenStreams: batch_size must be at least 1, not 0"),
        (lambda: TokenWindows(ag.arange(9), 1, 0), "TokenWindows: length must be at least 1, not 0"),
        (lambda: TokenWindows(ag.arange(9), 1, 1, 0), "TokenWindows: batches must be at least 1, not 0"),
        (
            lambda: TokenStreams(ag.ones(9), 1, 1),
            "TokenStreams takes the integers of a text, (tokens,), as encode() of a vocabulary gives them, not "
            "float32 of shape (9,)",
        ),
        (
            lambda: TokenWindows(ag.ones(3, 3, dtype=ag.int64), 1, 1),
            "TokenWindows takes the integers of a text, (tokens,), as encode() of a vocabulary gives them, not "
            "int64 of shape (3, 3)",
        ),
    ],
)
def test_what_cannot_be_dealt_in_batches(make, message):
    with pytest.raises(ValueError, match=exactly(message)):
        make()


def test_the_shortest_texts_that_will_do():
    assert [x.tolist() for x, _ in TokenStreams(ag.arange(4), 3, 2)] == [[[0, 1, 2]]]
    assert [x.tolist() for x, _ in TokenStreams(ag.arange(7), 3, 2, drop_last=True)] == [[[0, 2, 4], [1, 3, 5]]]
