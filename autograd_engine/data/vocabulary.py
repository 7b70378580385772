"""Vocabularies: the pieces that a text is cut into, and the integer of each.

A vocabulary of characters, or of words, is a list of tokens; one of byte pairs is read from the file of a trained
tokenizer, and the library that the file belongs to does the work. What decode makes of encode is the text again.
"""

from __future__ import annotations

import base64
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..backend.extras import from_extra
from ..engine.graph import raw
from ..tensor import Tensor
from ..tensor.creation import from_numpy

__all__ = ["BytePairVocabulary", "CharVocabulary", "Vocabulary", "WordVocabulary", "vocabulary_of"]


class Vocabulary:
    """What vocabularies of all kinds have. A subclass defines `_numbers`, `_text`, `__len__` and `state_dict`."""

    def encode(self, text: str) -> Tensor:
        """The tokens of `text` as integers, int64 (tokens,).

        Raises:
            ValueError: a piece of the text is not in the vocabulary, and there is no token for unknown ones.
        """
        return from_numpy(np.array(self._numbers(text), np.int64))

    def decode(self, numbers: Any) -> str:
        """The text of integers, (tokens,) or a single one: the inverse of `encode`.

        Raises:
            IndexError: a number is not that of a token.
        """
        found = np.asarray(raw(numbers)).reshape(-1).tolist()
        for number in found:
            if not 0 <= number < len(self):
                raise IndexError(f"token {number} is out of range for a vocabulary of {len(self)}")
        return self._text([int(number) for number in found])

    def state_dict(self) -> dict[str, Any]:
        """Plain values that `save` writes beside a model's state; `vocabulary_of` makes the vocabulary of them."""
        raise NotImplementedError(f"{type(self).__name__} does not define state_dict()")

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} does not define __len__()")

    def _numbers(self, text: str) -> list[int]:
        raise NotImplementedError(f"{type(self).__name__} does not define _numbers()")

    def _text(self, numbers: list[int]) -> str:
        raise NotImplementedError(f"{type(self).__name__} does not define _text()")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} tokens)"


class _Listed(Vocabulary):
    """A vocabulary that is a list of tokens, whose integers are their places in it."""

    _noun: str

    def __init__(self, tokens: Iterable[str], unknown: str | None = None) -> None:
        self.tokens = list(tokens)
        if unknown is not None and unknown not in self.tokens:
            self.tokens.insert(0, unknown)
        self.unknown = unknown
        self._number = {token: i for i, token in enumerate(self.tokens)}
        if len(self._number) != len(self.tokens):
            twice = next(token for token, count in Counter(self.tokens).items() if count > 1)
            raise ValueError(f"the vocabulary has the {self._noun} {twice!r} twice")

    def __len__(self) -> int:
        return len(self.tokens)

    def __iter__(self) -> Iterator[str]:
        return iter(self.tokens)

    def __getitem__(self, number: int) -> str:
        return self.tokens[number]

    def __contains__(self, token: object) -> bool:
        return token in self._number

    def _pieces(self, text: str) -> Iterable[str]:
        raise NotImplementedError(f"{type(self).__name__} does not define _pieces()")

    def _numbers(self, text: str) -> list[int]:
        number = self._number
        if self.unknown is not None:
            other = number[self.unknown]
            return [number.get(piece, other) for piece in self._pieces(text)]
        try:
            return [number[piece] for piece in self._pieces(text)]
        except KeyError as error:
            raise ValueError(
                f"the {self._noun} {error.args[0]!r} is not in the vocabulary of {len(self)} {self._noun}s: leave "
                'it out, or make the vocabulary with unknown="<unk>"'
            ) from None

    def _text(self, numbers: list[int]) -> str:
        return "".join([self.tokens[number] for number in numbers])

    def state_dict(self) -> dict[str, Any]:
        """The tokens in their order, and which of them stands for unknown ones."""
        return {"kind": type(self).__name__, "tokens": list(self.tokens), "unknown": self.unknown}


class CharVocabulary(_Listed):
    """Characters.

    Args:
        tokens: the characters, in the order of their integers; `CharVocabulary.of(text)` takes those of a text.
        unknown: the token for characters that are not in the vocabulary, which comes first if it is not among the
            tokens. Without it such a character is an error.

    Raises:
        ValueError: a character comes twice.

    Example:
        >>> vocabulary = CharVocabulary.of("hello")
        >>> list(vocabulary), vocabulary.encode("hole")
        (['e', 'h', 'l', 'o'], tensor([1, 3, 2, 0]))
        >>> vocabulary.decode([1, 0, 2, 2, 3])
        'hello'
        >>> CharVocabulary.of("hello", unknown="<unk>").encode("help")
        tensor([2, 1, 3, 0])
    """

    _noun = "character"

    @classmethod
    def of(cls, text: str, unknown: str | None = None) -> CharVocabulary:
        """The characters of a text, sorted."""
        return cls(sorted(set(text)), unknown)

    def _pieces(self, text: str) -> Iterable[str]:
        return text


class WordVocabulary(_Listed):
    """Words, each with the space before it if there is one, signs, and runs of white space.

    So no piece of a text gets lost: "so, so" is "so", ",", " so".

    Args:
        tokens: the words, in the order of their integers; `WordVocabulary.of(text)` takes those of a text.
        unknown: the token for words that are not in the vocabulary, which comes first if it is not among the
            tokens. None makes such a word an error.

    Raises:
        ValueError: a word comes twice.

    Example:
        >>> vocabulary = WordVocabulary.of("so, so good", least=2)
        >>> list(vocabulary)
        ['<unk>']
        >>> vocabulary = WordVocabulary.of("to be or not to be", most=4)
        >>> list(vocabulary), vocabulary.encode("not to be")
        (['<unk>', ' be', 'to', ' or'], tensor([0, 0, 1]))
    """

    _noun = "word"
    _cut = re.compile(r" ?\w+| ?[^\w\s]|\s+")

    def __init__(self, tokens: Iterable[str], unknown: str | None = "<unk>") -> None:
        super().__init__(tokens, unknown)

    @classmethod
    def of(
        cls, text: str, most: int | None = None, least: int = 1, unknown: str | None = "<unk>"
    ) -> WordVocabulary:
        """The words of a text, the frequent first, and of equally frequent ones the earlier.

        Args:
            text: the text.
            most: how many tokens the vocabulary may have, the unknown one included.
            least: how often a word must come.
            unknown: see the class.

        Raises:
            ValueError: `most` leaves no word, or `least` is not positive.
        """
        reserved = unknown is not None
        if most is not None and most <= reserved:
            raise ValueError(
                f"a vocabulary of at most {most} tokens has no word: most must be {reserved + 1} or more"
            )
        if least < 1:
            raise ValueError(f"least must be at least 1, not {least}")
        counted = Counter(cls._cut.findall(text))
        counted.pop(unknown or "", None)
        frequent = [word for word, count in counted.most_common(None if most is None else most - reserved)]
        return cls([word for word in frequent if counted[word] >= least], unknown)

    def _pieces(self, text: str) -> Iterable[str]:
        return self._cut.findall(text)


# ------------------------------------------------------------------------------------------ byte pairs

_GPT2_WORDS = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
"""Where GPT-2 cuts a text before it merges bytes."""


class BytePairVocabulary(Vocabulary):
    """Pieces of words that a tokenizer has learned, by merging what stands together most often.

    Make one with `BytePairVocabulary.read(path)`. It learns nothing and downloads nothing. What the tokenizer does
    not know becomes bytes or the file's token for unknown ones, if the file has such, and is an error otherwise.

    Args:
        content: what stands in a tokenizer.json of the library `tokenizers`, or in a .tiktoken file: a line for
            each token, its bytes in base 64 and its rank.
        pattern: of a .tiktoken file, the regular expression that cuts a text into words; by default GPT-2's.

    Raises:
        ImportError: the library that the file belongs to is not installed; the message says which pip install
            brings it.
        ValueError: the content is not that of such a file.

    Source: Sennrich et al., "Neural machine translation of rare words with subword units", 2016.
    """

    def __init__(self, content: str, pattern: str | None = None) -> None:
        self.content, self.pattern = content, pattern
        self._json = content.lstrip().startswith("{")
        self._tokenizer = _of_tokenizers(content) if self._json else _of_tiktoken(content, pattern or _GPT2_WORDS)

    @classmethod
    def read(cls, path: str | os.PathLike[str], pattern: str | None = None) -> BytePairVocabulary:
        """The vocabulary in a file, tokenizer.json or .tiktoken.

        Raises:
            FileNotFoundError: there is no such file.
            ImportError, ValueError: see the class.
        """
        try:
            return cls(Path(path).read_text("utf-8"), pattern)
        except ValueError as error:
            raise ValueError(f"{os.fspath(path)} is no file of a tokenizer: {error}") from error

    def __len__(self) -> int:
        return int(self._tokenizer.get_vocab_size() if self._json else self._tokenizer.n_vocab)

    def _numbers(self, text: str) -> list[int]:
        if not self._json:
            numbers: list[int] = self._tokenizer.encode_ordinary(text)
            return numbers
        try:
            return self._by_tokenizers(text)
        except Exception as error:  # the library raises nothing more special
            strange = next((c for c in dict.fromkeys(text) if not self._knows(c)), None)
            if strange is None:
                raise ValueError(f"tokenizers cannot cut this text: {error}") from None
            raise ValueError(
                f"the character {strange!r} is not in the vocabulary of {len(self)} tokens, whose file has no "
                "token for unknown ones and no bytes to write it with: leave it out"
            ) from None

    def _by_tokenizers(self, text: str) -> list[int]:
        found: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return found

    def _knows(self, character: str) -> bool:
        try:
            self._by_tokenizers(character)
        except Exception:  # as above
            return False
        return True

    def _text(self, numbers: list[int]) -> str:
        return str(self._tokenizer.decode(numbers))

    def state_dict(self) -> dict[str, Any]:
        """The content of the file, and the pattern."""
        return {"kind": type(self).__name__, "content": self.content, "pattern": self.pattern}


def _of_tokenizers(content: str) -> Any:
    with from_extra("text", "a tokenizer.json needs tokenizers"):
        from tokenizers import Tokenizer, models
    try:
        tokenizer = Tokenizer.from_str(content)
    except Exception as error:  # the library raises nothing more special
        raise ValueError(f"tokenizers cannot read it: {error}") from None
    model = tokenizer.model
    if isinstance(model, models.BPE) and model.unk_token is None:
        # The library leaves out what it does not know if there is no token for it, and refuses it if that token is
        # not in the vocabulary. Bytes to fall back on, if the file has any, are tried first.
        name = "unknown"
        while tokenizer.token_to_id(name) is not None:
            name += "?"
        model.unk_token = name
    return tokenizer


def _of_tiktoken(content: str, pattern: str) -> Any:
    with from_extra("text", "a .tiktoken file needs tiktoken"):
        import tiktoken
    ranks: dict[bytes, int] = {}
    for i, line in enumerate(content.splitlines(), 1):
        try:
            token, rank = line.split()
            ranks[base64.b64decode(token, validate=True)] = int(rank)
        except ValueError:
            raise ValueError(f"line {i} is {line[:40]!r}, not a token in base 64 and its rank") from None
    if sorted(ranks.values()) != list(range(len(ranks))) or any(bytes([byte]) not in ranks for byte in range(256)):
        raise ValueError(f"the ranks of its {len(ranks)} tokens are not 0, 1, 2, ..., or a single byte has none")
    return tiktoken.Encoding("read", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})


# ------------------------------------------------------------------------------------------- from a file


def vocabulary_of(state: Mapping[str, Any]) -> CharVocabulary | WordVocabulary | BytePairVocabulary:
    """The vocabulary that a `state_dict()` describes.

    Raises:
        ValueError: it describes none.
        ImportError: a library is missing, see `BytePairVocabulary`.

    Example:
        >>> save({"model": nn.Linear(2, 2).state_dict(), "vocabulary": CharVocabulary("abc").state_dict()}, "file")
        >>> vocabulary_of(load("file")["vocabulary"]).encode("cab")
        tensor([2, 0, 1])
    """
    kind = state.get("kind") if isinstance(state, Mapping) else None
    try:
        if kind == "CharVocabulary":
            return CharVocabulary(state["tokens"], state["unknown"])
        if kind == "WordVocabulary":
            return WordVocabulary(state["tokens"], state["unknown"])
        if kind == "BytePairVocabulary":
            return BytePairVocabulary(state["content"], state["pattern"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the state of a {kind} lacks a part, or has a wrong one: {error!r}") from None
    raise ValueError(f"this is not the state of a vocabulary, whose kind is CharVocabulary, ..., not {kind!r}")
