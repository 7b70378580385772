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
        settings: of the command line, with which it learns enough.
        learned: whether what `main` returned shows that.
        saving: the option that names a file to save to.
        start: makes, of the script's names, a model that draws no random numbers, and a function that trains it on
            these batches and returns the losses.
        batches: makes, of a random generator, the inputs and targets of 6 batches.
    """

    settings: str
    learned: Callable[[Any], bool]
    saving: str
    start: Callable[[Any], tuple[Any, Callable[[Any], list[float]]]]
    batches: Callable[[Any], tuple[Any, Any]]


def pictures(*shape):
    return lambda rng: (rng.random((6, 32, *shape), np.float32), rng.integers(0, 10, (6, 32)))


def words(rng):
    """The letters of words, which end with zeros."""
    lengths = rng.integers(1, 10, (6, 32, 1))
    letters = rng.integers(1, 30, (6, 32, 9))
    return np.where(np.arange(9) < lengths, letters, 0), rng.integers(0, 4, (6, 32))


def tokens(*shape):
    """Tokens, and those that follow each."""

    def batches(rng):
        both = rng.integers(0, 60, (6, *shape[:-1], shape[-1] + 1))
        return both[..., :-1], both[..., 1:]

    return batches


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


def words_classifier(names):
    model = names["Net"]()
    optimizer = names["torch"].optim.Adam(model.parameters(), lr=5e-3)
    criterion = names["nn"].CrossEntropyLoss()
    return model, lambda batches: names["train"](model, batches, criterion, optimizer)


def language_model(names):
    """Of columns of text, as the program reads it, in six pieces of 16 characters."""
    model = names["RNNModel"](60, nlayers=2, dropout=0.0)
    optimizer = names["optim"].Adam(model.parameters(), lr=5e-3)
    criterion = names["nn"].CrossEntropyLoss()

    def losses(batches):
        columns = names["torch"].cat([x for x, _ in batches], 0)
        return names["train"](model, columns, criterion, optimizer, 16, 0.25)

    return model, losses


def transformer(names):
    config = names["GPTConfig"](vocab_size=60, block_size=16, n_layer=2, n_head=2, n_embd=32)
    model = names["GPT"](config)
    optimizer = model.configure_optimizers(0.1, 1e-3, (0.9, 0.95))
    rates = [names["get_lr"](k, 6, 1e-3) for k in range(6)]
    return model, lambda batches: names["train"](model, batches, optimizer, rates)


EXAMPLES = {
    "classify_digits": Example(
        "--epochs 4", lambda accuracy: accuracy > 0.9, "--save-model", classifier, pictures(64)
    ),
    "classify_words": Example(
        "--epochs 7", lambda accuracy: accuracy > 0.5, "--save-model", words_classifier, words
    ),
    "convnet_digits": Example(
        "--epochs 3", lambda accuracy: accuracy > 0.9, "--save-model", convolutional, pictures(1, 8, 8)
    ),
    "denoise_digits": Example(
        "--epochs 8", lambda found: found[0] < 0.75 * found[1], "--checkpoint", denoiser, pictures(64)
    ),
    "gpt_text": Example(
        "--epochs 2 --steps 20 --block-size 16 --lr 0.01",
        lambda losses: losses[1] < 3.6,
        "--checkpoint",
        transformer,
        tokens(8, 16),
    ),
    "lstm_text": Example(
        "--epochs 2 --characters 12000",
        lambda bits: bits[1] < bits[0] < 5,
        "--save",
        language_model,
        tokens(16, 4),
    ),
    "resnet_digits": Example(
        "--epochs 4", lambda accuracy: accuracy > 0.9, "--checkpoint", residual, pictures(1, 8, 8)
    ),
}


def test_there_are_examples():
    assert sorted(EXAMPLES) == SCRIPTS
    for name in SCRIPTS:
        text_for_pytorch(name)


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_example_runs_and_learns(name, tmp_path, capsys):
    example, path = EXAMPLES[name], tmp_path / "saved"
    result = ours(name)["main"]([*example.settings.split(), example.saving, str(path)])
    assert example.learned(result)
    assert "epoch" in capsys.readouterr().out
    saved = ag.load(path)
    assert all(isinstance(v, ag.Tensor) for v in saved.get("model_state_dict", saved).values())


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_same_program_learns_on_pytorch(name):
    example = EXAMPLES[name]
    assert example.learned(theirs(name)["main"](example.settings.split()))


def losses_of(name, program, weights=None):
    """The losses of the first steps on the same batches, from the same weights if given; and the first weights."""
    torch = program["torch"]
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    inputs, targets = map(torch.from_numpy, EXAMPLES[name].batches(rng))
    model, losses = EXAMPLES[name].start(program)
    if weights is not None:
        model.load_state_dict({key: torch.tensor(value) for key, value in weights.items()})
    start = {key: value.numpy().copy() for key, value in model.state_dict().items()}
    return losses(Sized(list(zip(inputs, targets, strict=True)))), start


class Sized:
    """Batches, with the attributes that the scripts print."""

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
