"""What the tests of optimizers share: settings of each, leaves, and gradients."""

import itertools

import numpy as np

import autograd_engine as ag
from autograd_engine.func.structure import map_structure


def product(**choices):
    return [dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values())]


WEIGHT_DECAY_AND_MAXIMIZE = product(weight_decay=(0, 0.1), maximize=(False, True))
DECOUPLED = [
    *WEIGHT_DECAY_AND_MAXIMIZE,
    {"weight_decay": 0.1, "decoupled_weight_decay": True},
    {"weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True},
]
OPTIONS = {
    "SGD": [
        {"lr": 0.1, **s}
        for s in product(
            momentum=(0, 0.9),
            dampening=(0, 0.3),
            weight_decay=(0, 0.1),
            nesterov=(False, True),
            maximize=(False, True),
        )
        if not (s["nesterov"] and (s["momentum"] == 0 or s["dampening"]))
    ],
    "ASGD": [*WEIGHT_DECAY_AND_MAXIMIZE, {"lr": 0.1, "lambd": 0.5, "alpha": 0.6, "t0": 5}, {"lambd": 0}],
    "Adam": [{"lr": 0.1, **s, "amsgrad": a} for s in DECOUPLED for a in (False, True)],
    "AdamW": [{"lr": 0.1, **s, "amsgrad": a} for s in WEIGHT_DECAY_AND_MAXIMIZE for a in (False, True)],
    "Adamax": [*WEIGHT_DECAY_AND_MAXIMIZE, {"betas": (0.5, 0.7), "eps": 0.1, "lr": 0.5}],
    "NAdam": [*DECOUPLED, {"betas": (0.5, 0.7), "eps": 0.1, "lr": 0.5, "momentum_decay": 0.3}],
    "RAdam": [*DECOUPLED, {"betas": (0.5, 0.95), "eps": 0.1, "lr": 0.5}, {"betas": (0.9, 0.5)}],
    "Adagrad": [
        *WEIGHT_DECAY_AND_MAXIMIZE,
        {"lr": 0.5, "lr_decay": 0.3, "initial_accumulator_value": 0.2, "eps": 0.1},
    ],
    "Adadelta": [*WEIGHT_DECAY_AND_MAXIMIZE, {"lr": 0.5, "rho": 0.6, "eps": 0.1}],
    "RMSprop": [
        {"lr": 0.02, **s}
        for s in product(momentum=(0, 0.9), centered=(False, True), weight_decay=(0, 0.1), maximize=(False, True))
    ]
    + [{"alpha": 0.6, "eps": 0.1}],
    "Rprop": [{}, {"maximize": True}, {"lr": 0.5, "etas": (0.3, 2.0), "step_sizes": (0.1, 0.8)}],
}
SETTINGS = [(name, settings) for name, choices in OPTIONS.items() for settings in choices]
SHAPES = [(3, 4), (), (12_000,), (7,), (90, 70), (1,), (2, 0)]


def leaf(*values):
    return ag.tensor(np.array(values), requires_grad=True)


def give_grad(parameter, *values):
    parameter.grad = ag.tensor(np.array(values, parameter.dtype))


def in_torch(torch, structure):
    """The structure with PyTorch's tensors in the place of ours."""
    return map_structure(lambda x: torch.tensor(x.numpy()) if isinstance(x, ag.Tensor) else x, structure)
