"""Small GPTs for tests."""

import numpy as np

import autograd_engine as ag
from autograd_engine import models

SIZES = {"vocabulary": 11, "context": 8, "layers": 2, "heads": 2, "width": 6}


def seeded(**settings):
    ag.manual_seed(0)
    return models.GPT(**{**SIZES, **settings})


def moved(model):
    """The model with numbers that are not small, and biases that are not 0."""
    random = np.random.default_rng(0)
    model.load_state_dict({n: random.normal(0, 0.5, p.shape) for n, p in model.named_parameters()})
    return model


def matrices(name):
    return name.endswith((".c_attn.weight", ".c_proj.weight", ".c_fc.weight"))
