"""The examples are PyTorch programs: they run here, and the same text with PyTorch's imports runs there."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import autograd_engine as ag

pytest.importorskip("sklearn")

FOLDER = Path(__file__).parent.parent / "examples"
SCRIPTS = sorted(path.stem for path in FOLDER.glob("*.py"))


def text_for_pytorch(name):
    """The script with its import lines changed: the one change there may be."""
    lines = (FOLDER / f"{name}.py").read_text().splitlines()
    ours = [i for i, line in enumerate(lines) if re.match(r"(import|from) autograd_engine", line)]
    for i in ours:
        lines[i] = lines[i].replace("autograd_engine.data", "torch.utils.data").replace("autograd_engine", "torch")
        lines[i] = lines[i].removesuffix(" as torch")
    assert not any("autograd_engine" in line for line in lines)
    documented = {line for line in lines[1:20] if line.startswith(("import torch", "from torch"))}
    assert {lines[i] for i in ours} <= documented, "the docstring shows PyTorch's import lines"
    return "\n".join(lines)


def loaded(text, name):
    names = {"__name__": name}
    exec(compile(text, f"{name}.py", "exec"), names)
    return names


def ours(name):
    return loaded((FOLDER / f"{name}.py").read_text(), name)


def theirs(name):
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    torch.set_num_threads(1)  # on a busy machine, small steps on several threads take ten times as long
    return loaded(text_for_pytorch(name), name)


class Example(NamedTuple):
    """How a script is tested.

    Attributes:
        epochs: in so many it learns enough.
        learned: whether what `main` returned shows that.
        saving: the option that names a file to save to.
        start: makes, of the script's names, a model that draws no random numbers, and a function that trains it on
            these batches and returns the losses.
        inputs: the shape of the inputs of 6 batches.
    """

    epochs: int
    learned: Callable[[Any], bool]
    saving: str
    start: Callable[[Any], tuple[Any, Callable[[Any], list[float]]]]
    inputs: tuple[int, ...]


def classifier(names):
    model = names["Net"]()
    optimizer = names["optim"].Adam(model.parameters(), lr=2e-3)
    scheduler = names["optim"].lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)

    def losses(batches):
        found = []
        for epoch in range(2):
            found += names["train"](model, "cpu", batches, optimizer, epoch)
            scheduler.step()
        return found

    return model, losses


def denoiser(names):
    model = names["Autoencoder"](dropout=0.0)
    optimizer = names["SGD"](model.parameters(), lr=0.8, momentum=0.9, nesterov=True, weight_decay=1e-5)
    scheduler = names["OneCycleLR"](optimizer, max_lr=0.8, total_steps=6)

    def losses(batches):
        pairs = [(x, x.sigmoid()) for x, _ in batches]
        return names["train_epoch"](model, pairs, names["nn"].MSELoss(), optimizer, scheduler, 0.1)

    return model, losses


def convolutional(names):
    model = names["Net"](dropout=0.0)
    optimizer = names["optim"].Adadelta(model.parameters(), lr=1.0)
    scheduler = names["StepLR"](optimizer, step_size=1, gamma=0.7)
    args = names["parsed"](["--log-interval", "2"])

    def losses(batches):
        found = []
        for epoch in range(2):
            found += names["train"](args, model, "cpu", batches, optimizer, epoch)
            scheduler.step()
        return found

    return model, losses


def residual(names):
    model, optim = names["ResNet"](), names["optim"]
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=6)
    criterion = names["nn"].CrossEntropyLoss(label_smoothing=0.1)
    return model, lambda batches: names["train_epoch"](model, batches, criterion, optimizer, scheduler, "cpu")


EXAMPLES = {
    "classify_digits": Example(4, lambda accuracy: accuracy > 0.9, "--save-model", classifier, (6, 32, 64)),
    "convnet_digits": Example(3, lambda accuracy: accuracy > 0.9, "--save-model", convolutional, (6, 32, 1, 8, 8)),
    "denoise_digits": Example(8, lambda found: found[0] < 0.75 * found[1], "--checkpoint", denoiser, (6, 32, 64)),
    "resnet_digits": Example(4, lambda accuracy: accuracy > 0.9, "--checkpoint", residual, (6, 32, 1, 8, 8)),
}


def test_there_are_examples():
    assert sorted(EXAMPLES) == SCRIPTS
    for name in SCRIPTS:
        text_for_pytorch(name)


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_example_runs_and_learns(name, tmp_path, capsys):
    example, path = EXAMPLES[name], tmp_path / "saved"
    result = ours(name)["main"](["--epochs", str(example.epochs), example.saving, str(path)])
    assert example.learned(result)
    assert "epoch" in capsys.readouterr().out
    saved = ag.load(path)
    assert all(isinstance(v, ag.Tensor) for v in saved.get("model_state_dict", saved).values())


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_same_program_learns_on_pytorch(name):
    example = EXAMPLES[name]
    assert example.learned(theirs(name)["main"](["--epochs", str(example.epochs)]))


def losses_of(name, program, weights=None):
    """The losses of the first steps on the same batches, from the same weights if given; and the first weights."""
    torch = program["torch"]
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    inputs = torch.from_numpy(rng.random(EXAMPLES[name].inputs, np.float32))
    targets = torch.from_numpy(rng.integers(0, 10, inputs.shape[:2]))
    model, losses = EXAMPLES[name].start(program)
    if weights is not None:
        model.load_state_dict({key: torch.tensor(value) for key, value in weights.items()})
    start = {key: value.numpy().copy() for key, value in model.state_dict().items()}
    return losses(Sized(program["DataLoader"](list(zip(inputs, targets, strict=True)), batch_size=None))), start


class Sized:
    """A loader of whole batches, with the attributes that the scripts print."""

    def __init__(self, batches):
        self.batches, self.batch_size, self.dataset = batches, 32, range(192)

    def __iter__(self):
        return iter(self.batches)

    def __len__(self):
        return 6


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_first_losses_are_pytorchs(name):
    expected, weights = losses_of(name, theirs(name))
    losses, _ = losses_of(name, ours(name), weights)
    assert len(losses) >= 6
    assert losses == pytest.approx(expected, rel=2e-4 if "net_" in name else 2e-5)
