"""Vocabularies: text to integers and back, what is unknown, and what a checkpoint keeps."""

import base64
import sys

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.data import BytePairVocabulary, CharVocabulary, WordVocabulary, vocabulary_of

from ..messages import exactly

TEXT = "Mr. Bennet replied  that he had\nnot; \u201cso\u201d, so."


def test_characters():
    vocabulary = CharVocabulary.of("hello")
    assert list(vocabulary) == ["e", "h", "l", "o"]
    numbers = vocabulary.encode("hello")
    assert (numbers.dtype, numbers.tolist()) == (np.int64, [1, 0, 2, 2, 3])
    assert vocabulary.decode(numbers) == "hello"
    assert vocabulary.decode(numbers[0]) == "h"
    assert vocabulary.encode("").shape == (0,)
    assert vocabulary.decode([]) == ""
    assert ("h" in vocabulary, "x" in vocabulary, vocabulary[3], len(vocabulary)) == (True, False, "o", 4)
    assert repr(vocabulary) == "CharVocabulary(4 tokens)"
    assert CharVocabulary("ba").encode("ab").tolist() == [1, 0]


def test_words_keep_the_whole_text():
    vocabulary = WordVocabulary.of(TEXT)
    assert vocabulary.decode(vocabulary.encode(TEXT)) == TEXT
    assert list(WordVocabulary.of("so, so good", unknown=None)) == ["so", ",", " so", " good"]
    assert list(WordVocabulary.of("a b b c c c")) == ["<unk>", " c", " b", "a"]
    assert list(WordVocabulary.of("a b b c c c", most=2)) == ["<unk>", " c"]
    assert list(WordVocabulary.of("a b b c c c", most=2, unknown=None)) == [" c", " b"]
    assert list(WordVocabulary.of("a b b c c c", least=2)) == ["<unk>", " c", " b"]


def test_unknown_pieces():
    vocabulary = CharVocabulary.of("ab", unknown="?")
    assert list(vocabulary) == ["?", "a", "b"]
    assert vocabulary.encode("bxa").tolist() == [2, 0, 1]
    assert vocabulary.decode([0, 1]) == "?a"
    assert CharVocabulary("ab?", unknown="?").encode("x").tolist() == [2]
    with pytest.raises(
        ValueError,
        match=exactly(
            "the word ' c' is not in the vocabulary of 2 words: leave it out, or make the vocabulary with "
            'unknown="<unk>"'
        ),
    ):
        WordVocabulary.of("a b", unknown=None).encode("a c")
    for number in (-1, 4):
        with pytest.raises(IndexError, match=exactly(f"token {number} is out of range for a vocabulary of 3")):
            vocabulary.decode([1, number])


def test_vocabularies_that_cannot_be():
    with pytest.raises(ValueError, match=exactly("the vocabulary has the word 'b' twice")):
        WordVocabulary(["a", "b", "b"])
    with pytest.raises(
        ValueError, match=exactly("a vocabulary of at most 1 tokens has no word: most must be 2 or more")
    ):
        WordVocabulary.of("a", most=1)
    with pytest.raises(
        ValueError, match=exactly("a vocabulary of at most 0 tokens has no word: most must be 1 or more")
    ):
        WordVocabulary.of("a", most=0, unknown=None)
    with pytest.raises(ValueError, match=exactly("least must be at least 1, not 0")):
        WordVocabulary.of("a", least=0)


@pytest.mark.parametrize(
    "vocabulary", [CharVocabulary("ba", "?"), CharVocabulary("ba"), WordVocabulary.of("so so", unknown=None)]
)
def test_a_checkpoint_keeps_a_vocabulary(vocabulary, tmp_path):
    ag.save({"weights": ag.ones(2), "vocabulary": vocabulary.state_dict()}, tmp_path / "x")
    found = vocabulary_of(ag.load(tmp_path / "x")["vocabulary"])
    assert (type(found), found.tokens, found.unknown) == (type(vocabulary), vocabulary.tokens, vocabulary.unknown)


def test_what_is_no_vocabulary():
    with pytest.raises(ValueError, match=r"whose kind is CharVocabulary, ..., not None"):
        vocabulary_of({"tokens": []})
    with pytest.raises(ValueError, match="not the state of a vocabulary"):
        vocabulary_of([])
    with pytest.raises(ValueError, match=r"the state of a WordVocabulary lacks a part.*'unknown'"):
        vocabulary_of({"kind": "WordVocabulary", "tokens": []})


# ------------------------------------------------------------------------------------------ byte pairs


def ranks(*merged):
    """The lines of a .tiktoken file: the single bytes, and what is merged."""
    tokens = [bytes([byte]) for byte in range(256)] + list(merged)
    return "".join(f"{base64.b64encode(token).decode()} {i}\n" for i, token in enumerate(tokens))


@pytest.mark.parametrize(
    ("library", "content", "message"),
    [
        ("tokenizers", "{}", 'a tokenizer.json needs tokenizers: pip install "autograd_engine[text]"'),
        ("tiktoken", ranks(), 'a .tiktoken file needs tiktoken: pip install "autograd_engine[text]"'),
    ],
)
def test_a_missing_library_is_named(library, content, message, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=exactly(message)):
        BytePairVocabulary(content)


def test_a_file_of_tokenizers(tmp_path):
    tokenizers = pytest.importorskip("tokenizers")
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=270, initial_alphabet=alphabet, show_progress=False)
    made.train_from_iterator([TEXT] * 3, trainer)
    made.save(str(tmp_path / "tokenizer.json"))
    vocabulary = BytePairVocabulary.read(tmp_path / "tokenizer.json")
    assert len(vocabulary) == made.get_vocab_size() == 270
    assert vocabulary.encode(TEXT).tolist() == made.encode(TEXT).ids
    assert len(vocabulary.encode(TEXT)) < len(TEXT.encode())
    assert vocabulary.decode(vocabulary.encode(TEXT)) == TEXT
    again = vocabulary_of(vocabulary.state_dict())
    assert again.encode(TEXT).tolist() == vocabulary.encode(TEXT).tolist()
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ValueError, match=r"tokenizer.json is no file of a tokenizer: tokenizers cannot read it: "):
        BytePairVocabulary.read(tmp_path / "tokenizer.json")


LETTERS = {"a": 0, "b": 1, "ab": 2, "c": 3, "unknown": 4}
BYTES = {f"<0x{byte:02X}>": 5 + byte for byte in range(256)}


@pytest.mark.parametrize("byte_level", [False, True])
def test_what_a_tokenizer_does_not_know_is_an_error_and_not_left_out(byte_level):
    tokenizers = pytest.importorskip("tokenizers")
    made = tokenizers.Tokenizer(tokenizers.models.BPE(LETTERS, [("a", "b")]))
    made.decoder = tokenizers.decoders.Fuse()
    made.add_tokens(["<end>"])
    if byte_level:
        made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
        made.decoder = tokenizers.decoders.ByteLevel()
    assert made.encode("abéc").ids == [2, 3]
    vocabulary = BytePairVocabulary(made.to_str())
    assert vocabulary.encode("abc<end>ab").tolist() == [2, 3, 5, 2]
    assert vocabulary.decode([2, 3, 5, 2]) == "abc<end>ab"
    assert len(vocabulary) == 6
    message = (
        "the character 'é' is not in the vocabulary of 6 tokens, whose file has no token for unknown ones and no "
        "bytes to write it with: leave it out"
    )
    with pytest.raises(ValueError, match=exactly(message)):
        vocabulary.encode("abéc☃")
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    assert BytePairVocabulary(made.to_str()).encode("ab c").tolist() == [2, 3]  # the file itself cuts the space off


def test_a_tokenizer_falls_back_on_bytes_or_its_unknown_token():
    tokenizers = pytest.importorskip("tokenizers")
    models, decoders = tokenizers.models, tokenizers.decoders
    made = tokenizers.Tokenizer(models.BPE(LETTERS | BYTES, [("a", "b")], byte_fallback=True))
    made.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    vocabulary = BytePairVocabulary(made.to_str())
    assert vocabulary.encode("abé").tolist() == [2, 5 + 0xC3, 5 + 0xA9]
    assert vocabulary.decode(vocabulary.encode("ab é c☃")) == "ab é c☃"
    known = [
        (models.BPE(LETTERS, [("a", "b")], unk_token="unknown"), [2, 4]),
        (models.WordPiece({**LETTERS, "##x": 5}, unk_token="unknown"), [4]),
        (models.Unigram([("unknown", 0.0), ("a", -1.0), ("b", -1.0)], unk_id=0), [1, 2, 0]),
    ]
    for model, numbers in known:
        assert BytePairVocabulary(tokenizers.Tokenizer(model).to_str()).encode("abé").tolist() == numbers
    for model in (models.WordPiece(LETTERS), models.Unigram([("a", -1.0), ("b", -1.0)])):
        with pytest.raises(ValueError, match="the character 'é' is not in the vocabulary of"):
            BytePairVocabulary(tokenizers.Tokenizer(model).to_str()).encode("abé")


def test_a_file_of_tiktoken(tmp_path):
    pytest.importorskip("tiktoken")
    (tmp_path / "x.tiktoken").write_text(ranks(b"so", b" so"))
    vocabulary = BytePairVocabulary.read(tmp_path / "x.tiktoken")
    assert len(vocabulary) == 258
    assert vocabulary.encode("so so,").tolist() == [256, 257, ord(",")]
    assert vocabulary.decode(vocabulary.encode(TEXT)) == TEXT
    letters = BytePairVocabulary.read(tmp_path / "x.tiktoken", r"\w| ")
    assert letters.encode("so").tolist() == [ord("s"), ord("o")]
    assert vocabulary_of(letters.state_dict()).encode("so").tolist() == [ord("s"), ord("o")]
    for content, message in (
        ("c28= 0 1", "line 1 is 'c28= 0 1', not a token in base 64 and its rank"),
        ("?? 0", "line 1 is '?? 0', not a token in base 64 and its rank"),
        ("c28= 0", "the ranks of its 1 tokens are not 0, 1, 2, ..., or a single byte has none"),
    ):
        (tmp_path / "x.tiktoken").write_text(content)
        with pytest.raises(
            ValueError, match=exactly(f"{tmp_path / 'x.tiktoken'} is no file of a tokenizer: {message}")
        ):
            BytePairVocabulary.read(tmp_path / "x.tiktoken")
