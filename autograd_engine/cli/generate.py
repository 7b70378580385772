"""`generate`: write from a run that learned a text, character by character."""

from __future__ import annotations

import argparse
import sys
from itertools import islice

import numpy as np

from ..backend.random import Generator
from ..data import CharVocabulary
from ..models import LanguageModel
from .folder import UserError, open_run
from .text_settings import TEXT_MODELS

__all__ = ["generate"]


def generate(options: argparse.Namespace) -> int:
    """Print the prompt and what follows it, each character as soon as it is drawn; returns the exit code.

    Raises:
        UserError: there is no such run, it did not learn a text, or the prompt has a character that it does not
            know.
    """
    folder, config, model = open_run(options.folder)
    if config["model"] not in TEXT_MODELS:
        raise UserError(
            f"{folder} classifies, and writes no text: `python -m autograd_engine predict {folder}` uses it"
        )
    vocabulary = CharVocabulary(config["vocabulary"])
    for character in options.prompt:
        if character not in vocabulary:
            raise UserError(
                f"the character {character!r} of the prompt is not among the {len(vocabulary)} of the text that "
                f"{folder} was trained on: leave it out"
            )
    begin = options.prompt or ("\n" if "\n" in vocabulary else vocabulary[0])
    seed = np.random.SeedSequence().generate_state(1)[0] if options.seed is None else options.seed
    random = Generator().manual_seed(int(seed))
    assert isinstance(model, LanguageModel)
    keep = None if model.context is None else max(1, model.context // 2)  # so that half a context is free again
    prompt = vocabulary.encode(begin)
    tokens = model.stream(prompt, options.temperature, options.top_k, options.top_p, random, keep=keep)
    sys.stdout.write(options.prompt)
    for token in islice(tokens, options.length):
        sys.stdout.write(vocabulary[int(token.item())])
        sys.stdout.flush()
    sys.stdout.write("\n")
    return 0
