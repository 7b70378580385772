"""Text as a data set of characters."""

import numpy as np
import pytest

from autograd_engine.data import (
    CharDataset,
    DataLoader,
)

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
    with pytest.raises(ValueError, match=exactly("the character 'c' is not in the vocabulary")):
        CharDataset("abc", 1, "ab")
    with pytest.raises(ValueError, match=exactly("the vocabulary has a character twice")):
        CharDataset("ab", 1, "aab")
    for index in (2, -3):
        with pytest.raises(IndexError, match=exactly(f"index {index} is out of range for 2 samples")):
            CharDataset("abc", 1)[index]
