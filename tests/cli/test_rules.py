"""What each setting may be, at the bounds; the defaults; and what the schedules and optimizers make of them."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import cli, optim
from autograd_engine.cli import settings
from autograd_engine.serialization import load

from ..messages import exactly
from .runs import train

LARGEST = float(np.finfo(np.float32).max)
BELOW = float(np.nextafter(np.float32(LARGEST), np.float32(0)))

BOUNDS = {
    "data": ("a name or path", ["x", " "], ["", "a\0b", None, 3]),
    "model": ("one of mlp, ...", ["mlp", "lenet5"], ["MLP", "", None, ["mlp"]]),
    "size": ("a positive whole number below 4097", [1, 4096], [0, 4097, 1.0, True]),
    "flip": ("true or false", [True, False], [0, 1, None, "true"]),
    "crop": ("a whole number from 0 on below 4097", [0, 4096], [-1, 4097, 1.0, False]),
    "rotation": ("a number from 0 on below 361", [0, 360.5], [-1, 361, math.nan, False]),
    "epochs": ("a positive whole number below 1e+09", [1, 10**9 - 1], [0, -1, 10**9, 1.0, True, "1"]),
    "hidden": ("a list of positive whole numbers below 1e+09", [[], [1], [5, 3]], [[0], [1.0], 1, (1,), [1, "a"]]),
    "activation": (
        "one of relu, tanh, sigmoid, leakyrelu, elu, selu, gelu, silu, mish, softplus",
        ["relu", "softplus"],
        ["ReLU", "", ["relu"], None],
    ),
    "dropout": ("a number from 0 on below 1", [0, 0.0, 0.999], [1, 1.0, -1e-9, False, math.nan]),
    "optimizer": (
        "one of asgd, adadelta, adagrad, adam, adamw, adamax, lbfgs, nadam, radam, rmsprop, rprop, sgd",
        ["sgd", "lbfgs"],
        ["SGD", "optimizer", 1],
    ),
    "lr": (
        f"a positive number below {LARGEST:g}",
        [1e-45, 1, BELOW],
        [0, 0.0, -1, LARGEST, math.inf, math.nan, True],
    ),
    "weight_decay": (f"a number from 0 on below {LARGEST:g}", [0, 0.0, BELOW], [-1e-9, LARGEST, math.nan, False]),
    "schedule": (
        "one of constant, cosine, exponential, onecycle, plateau, step",
        ["constant", "step"],
        ["Step", None],
    ),
    "batch_size": ("a positive whole number below 1e+09", [1], [0, 2.0]),
    "label_smoothing": ("a number from 0 to 1", [0, 1, 0.0, 1.0, 0.5], [-1e-9, 1.0000001, True, math.nan, "0"]),
    "patience": ("a positive whole number below 1e+09", [1], [0, None]),
    "seed": ("a whole number from 0 on below 1.84467e+19", [0, 2**64 - 1], [-1, 2**64, 0.0, False]),
}


@pytest.mark.parametrize("name", settings.RULES)
def test_a_setting_at_its_bounds(name):
    words, right, wrong = BOUNDS[name]
    rule = settings.RULES[name]
    assert re.fullmatch(exactly(words), rule.words)
    assert [value for value in right if not rule.accepts(value)] == []
    assert [value for value in wrong if rule.accepts(value)] == []


IN_FILE = {
    **{
        name: (
            f"{BOUNDS[name][0]}, or null",
            [None, *BOUNDS[name][1]],
            [w for w in BOUNDS[name][2] if w is not None],
        )
        for name in ("hidden", "activation", "dropout", "size")
    },
    "sizes": (
        "a list of two or more positive whole numbers below 1e+09, or null",
        [None, [1, 1], [3, 2, 1]],
        [[1], [1, 0], [1, True]],
    ),
    "weight_decay": (f"a number from 0 on below {LARGEST:g}, or null", [None, 0], [-1, "0"]),
    "patience": ("a positive whole number below 1e+09, or null", [None, 1], [0, 1.0]),
    "classes": ("a list of two or more names", [["a", "b"]], [["a"], ["a", 1], "ab", []]),
    "offset": ("a list of finite numbers", [[0], [-LARGEST, LARGEST]], [[], [math.nan], [2 * LARGEST], [True], 0]),
    "unit": ("a list of finite numbers above 0", [[1e-9], [1, BELOW]], [[], [0], [-1.0], [math.inf]]),
    "picture": (
        "a height and a width, after the number of channels if there are several, or null",
        [None, [1, 2], [3, 1, 2]],
        [[1], [1, 2, 3, 4], [0, 1], [1.0, 1], (1, 2), [4097, 1]],
    ),
}


@pytest.mark.parametrize("name", settings._IN_FILE)
def test_an_entry_of_a_file_at_its_bounds(name):
    rule = settings._IN_FILE[name]
    words, right, wrong = IN_FILE.get(name) or BOUNDS[name]
    assert re.fullmatch(exactly(words), rule.words)
    assert [value for value in right if not rule.accepts(value)] == []
    assert [value for value in wrong if rule.accepts(value)] == []


def test_a_long_value_is_shown_shortened():
    assert settings.shown("a" * 50) == "'aaaaaaaaaaaa...aaaaaaaaaaaaa'"
    assert settings.shown([1, 2]) == "[1, 2]"


# ------------------------------------------------------------------------------------------ defaults

DEFAULTS = {
    "data": "digits",
    "model": "mlp",
    "epochs": 30,
    "hidden": [128],
    "activation": "relu",
    "dropout": 0.0,
    "size": None,
    "flip": False,
    "crop": 0,
    "rotation": 0.0,
    "optimizer": "sgd",
    "lr": 0.1,
    "weight_decay": 0.0001,
    "schedule": "constant",
    "batch_size": 16,
    "label_smoothing": 0.1,
    "patience": None,
    "seed": 0,
}


def test_without_options_a_run_has_the_defaults_that_the_help_tells(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "1000")
    with pytest.raises(SystemExit) as exit:
        cli.main(["train", "--help"])
    assert exit.value.code == 0
    out = capsys.readouterr().out
    told = {}
    for line in out.splitlines():
        if line[:3].strip():
            name = line.split()[0].strip("-,").replace("-", "_").lower()
        if "(default: " in line:
            told[name] = line.rpartition("(default: ")[2].removesuffix(")")
    assert told == {
        **{name: str(value) for name, value in DEFAULTS.items() if name not in ("hidden", "lr", "weight_decay")
           and value is not None},
        "hidden": "128",
        "epochs": "30; of a text those that take about so many steps: 1000 for lstm, 1000 for gru, 1600 for gpt; "
        "but at most 20",
        "size": "the size the network was made for",
        "flip": "for colored pictures, but not with mlp",
        "crop": "2 for gray pictures, 4 for colored ones, 0 with mlp",
        "rotation": "10 for gray pictures, 0 for colored ones and with mlp",
        "width": "192 for lstm, 192 for gru, 128 for gpt",
        "layers": "1 for lstm, 1 for gru, 2 for gpt",
        "heads": "4 for gpt",
        "context": "64 for lstm, 64 for gru, 64 for gpt",
        "workers": "half as many as cores, at most 4, for folders of pictures; else 0",
        "lr": "0.1 for sgd, 0.003 for adam, 0.003 for adamw; else the optimizer's own",
        "weight_decay": "0.0001 for sgd; else the optimizer's own",
        "out": "runs/DATA, or runs/DATA-2, ... when that is taken",
    }  # fmt: skip
    models = ",".join([*settings.MODELS, "lstm", "gru", "gpt"])
    assert out.startswith(
        f"usage: python -m autograd_engine train [-h] [--model {{{models}}}] [--epochs N] [--hidden [N ...]] "
        "[--activation {"
    )
    assert cli.main(["train", "--epochs", "1", "--no-progress"]) == 0
    config = json.loads(Path("runs/digits/config.json").read_text())
    assert {name: config[name] for name in DEFAULTS} == {**DEFAULTS, "epochs": 1}
    assert list(config) == [*DEFAULTS, "sizes", "classes", "offset", "unit", "picture"]
    assert (config["sizes"], config["classes"], config["picture"]) == ([64, 128, 10], [*"0123456789"], [8, 8])
    assert (config["offset"], config["unit"]) == ([0.0] * 64, [16.0] * 64)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.0001}),
        (["--lr", "0.5", "--weight-decay", "0"], {"lr": 0.5, "momentum": 0.9, "weight_decay": 0.0}),
        (["--optimizer", "adam"], {"lr": 0.003, "weight_decay": 0.0, "betas": (0.9, 0.999)}),
        (["--optimizer", "adamw"], {"lr": 0.003, "weight_decay": 0.01}),
        (["--optimizer", "adamw", "--lr", "0.25"], {"lr": 0.25, "weight_decay": 0.01}),
        (["--optimizer", "rmsprop"], {"lr": 0.01, "weight_decay": 0.0}),
    ],
)
def test_an_optimizer_has_what_was_asked_or_what_is_usual(arguments, expected):
    assert train("--out", "run", *arguments) == 0
    group = load("run/checkpoint.safetensors")["optimizer"]["param_groups"][0]
    assert {name: group[name] for name in expected} == expected
    config = json.loads(Path("run/config.json").read_text())
    assert (config["lr"], config["weight_decay"]) == (expected["lr"], expected["weight_decay"])


# ------------------------------------------------------------------------------------------ schedules


def rates(name, epochs, steps):
    """The learning rate of each step, epoch by epoch."""
    optimizer = optim.SGD([ag.ones(1, requires_grad=True)], 0.4)
    schedule = settings.SCHEDULES[name]
    made = schedule.kind(optimizer, **schedule.arguments(0.4, epochs, steps))
    found = []
    for _ in range(epochs):
        for _ in range(steps):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if schedule.per == "step":
                made.step()
        if schedule.per == "epoch":
            made.step(*([1.0] if schedule.watches else []))
    return found


def test_the_schedules_fill_the_training():
    k = np.arange(6)
    np.testing.assert_allclose(rates("cosine", 6, 1), 0.2 * (1 + np.cos(np.pi * k / 6)))
    np.testing.assert_allclose(rates("exponential", 6, 1), 0.4 * 0.01 ** (k / 6))
    np.testing.assert_allclose(rates("step", 6, 2), np.repeat([0.4, 0.4, 0.04, 0.04, 0.004, 0.004], 2))
    np.testing.assert_allclose(rates("step", 7, 1), [0.4, 0.4, 0.4, 0.04, 0.04, 0.04, 0.004])
    cycle = rates("onecycle", 5, 4)
    assert max(cycle) == pytest.approx(0.4)
    assert cycle.index(max(cycle)) == 5
    assert cycle[-1] == pytest.approx(0.4 / 25 / 1e4)
    np.testing.assert_allclose(rates("plateau", 10, 1), [0.4] * 5 + [0.04] * 4 + [0.004])
    assert [name for name, schedule in settings.SCHEDULES.items() if schedule.watches] == ["plateau"]
    assert [name for name, schedule in settings.SCHEDULES.items() if schedule.per == "step"] == ["onecycle"]
