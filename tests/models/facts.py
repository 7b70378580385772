"""What torchvision's models are, and timm's Inception-v4, recorded in a file for machines without these packages.

`PYTHONPATH=folder/with/both python -m tests.models.facts` records it. Of each model: how many parameters it has; a
digest of the names and shapes in its state_dict, in their order; some of its scores in evaluation, when its state
is filled with certain numbers; and of a few, in training, the loss and the gradient of each parameter, multiplied
with certain numbers too.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).with_name("facts.json")

VGGS = [f"vgg{depth}{ending}" for depth in (11, 13, 16, 19) for ending in ("", "_bn")]
RESNETS = ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d", "resnext101_32x8d"]
RESNETS += ["resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2"]
NAMES = {"torchvision": ["alexnet", "googlenet", "mobilenet_v2", *RESNETS, *VGGS], "timm": ["inception_v4"]}

SETTINGS = {"googlenet": {"init_weights": False}}
TRAINED = {
    "resnet18": {},
    "mobilenet_v2": {"dropout": 0.0},
    "googlenet": {"init_weights": False, "dropout": 0.0, "dropout_aux": 0.0},
}
"""Models of which a training step is recorded, without what is drawn at random."""

SIZES = {"inception_v4": 96}
"""Of the pictures in pixels, if not 64."""


def library(name: str) -> Any:
    """The package. torchvision's compiled part may be made for another build of PyTorch; its models need none of
    it, but the package asks for functions of it as it is imported."""
    import torch

    try:
        return importlib.import_module(name)
    except RuntimeError:
        for module in [m for m in sys.modules if m.startswith("torchvision")]:
            del sys.modules[module]
        operators = torch.library.Library("torchvision", "DEF")
        for function in ("nms", "qnms"):
            operators.define(f"{function}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        globals()["_operators"] = operators  # which live as long as the object
        return importlib.import_module(name)


def theirs(package: str, name: str, **settings: Any) -> Any:
    """The model of the package."""
    if package == "timm":
        return library(package).create_model(name, pretrained=False, **settings)
    return getattr(library("torchvision").models, name)(**{**SETTINGS.get(name, {}), **settings})


def shapes(model: Any) -> dict[str, Any]:
    """How many parameters the model has, and the digest of its state."""
    lines = "".join(f"{name} {list(value.shape)}\n" for name, value in model.state_dict().items())
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "state": hashlib.sha256(lines.encode()).hexdigest()[:16],
    }


def numbers(name: str, shape: tuple[int, ...]) -> Any:
    """The numbers for the tensor of this name: some that keep the size of activations."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    ending = name.rpartition(".")[2]
    if ending == "num_batches_tracked":
        return np.zeros(shape, np.int64)
    if ending == "running_var" or (ending == "weight" and len(shape) == 1):
        return rng.uniform(0.5, 1.5, shape)
    if len(shape) > 1:
        return rng.standard_normal(shape, np.float32) * np.sqrt(2 / np.prod(shape[1:]))
    return 0.1 * rng.standard_normal(shape)


def filled(model: Any, tensor: Any) -> Any:
    """The model with these numbers, made tensors by `tensor`."""
    state = {name: tensor(numbers(name, tuple(v.shape))) for name, v in model.state_dict().items()}
    model.load_state_dict(state)
    return model


def pictures(name: str, count: int) -> Any:
    """Pictures for the model."""
    size = SIZES.get(name, 64)
    return np.random.default_rng(7).standard_normal((count, 3, size, size)).astype(np.float32)


def scores(model: Any, name: str, tensor: Any) -> list[float]:
    """The first scores in evaluation."""
    return model.eval()(tensor(pictures(name, 1)))[0, :5].tolist()


def step(model: Any, name: str, lib: Any) -> list[float]:
    """The loss in training, and for each parameter the product of its gradient with certain numbers."""
    model.double().train()
    out = model(lib.tensor(pictures(name, 3)).double())
    outputs = out if isinstance(out, tuple) else (out,)
    weights = (1.0, 0.3, 0.3)
    labels = lib.tensor([1, 3, 0])
    loss = sum(w * lib.nn.functional.cross_entropy(o, labels) for w, o in zip(weights, outputs, strict=False))
    loss.backward()
    products = [
        float((np.asarray(p.grad) * numbers(f"{n} grad", tuple(p.shape))).sum())
        for n, p in model.named_parameters()
    ]
    return [loss.item(), *products]


def collected() -> dict[str, Any]:
    """All facts."""
    import torch

    facts = {}
    for package, names in NAMES.items():
        for name in names:
            model = theirs(package, name)
            facts[name] = shapes(model)
            with torch.no_grad():
                facts[name]["scores"] = scores(filled(model, torch.tensor), name, torch.tensor)
            if name in TRAINED:
                facts[name]["step"] = step(
                    filled(theirs(package, name, **TRAINED[name]), torch.tensor), name, torch
                )
    return facts


def read() -> dict[str, Any]:
    """What was recorded."""
    return json.loads(FILE.read_text())


def rounded(value: Any) -> Any:
    """Six digits of each number."""
    if isinstance(value, list):
        return [float(f"{v:.7g}") for v in value]
    return value


if __name__ == "__main__":
    lines = [
        f"{json.dumps(name)}: {json.dumps({k: rounded(v) for k, v in fact.items()}, separators=(',', ':'))}"
        for name, fact in collected().items()
    ]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
