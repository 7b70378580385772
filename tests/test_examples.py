"""The examples are PyTorch programs: they run here, and the same text with PyTorch's imports runs there."""

import re
from pathlib import Path

import numpy as np
import pytest

import autograd_engine as ag

pytest.importorskip("sklearn")

FOLDER = Path(__file__).parent.parent / "examples"
SCRIPTS = sorted(path.stem for path in FOLDER.glob("*.py"))
ENOUGH = {"classify_digits": ["--epochs", "4"], "denoise_digits": ["--epochs", "8"]}


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


def check(name, result):
    if name == "classify_digits":
        assert result > 0.9
    else:
        error, noise = result
        assert error < 0.75 * noise


def test_there_are_examples():
    assert sorted(ENOUGH) == SCRIPTS
    for name in SCRIPTS:
        text_for_pytorch(name)


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_example_runs_and_learns(name, tmp_path, capsys):
    saving = {"classify_digits": "--save-model", "denoise_digits": "--checkpoint"}[name]
    path = tmp_path / "saved"
    check(name, ours(name)["main"]([*ENOUGH[name], saving, str(path)]))
    assert "epoch" in capsys.readouterr().out
    saved = ag.load(path)
    assert all(isinstance(v, ag.Tensor) for v in saved.get("model_state_dict", saved).values())


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_same_program_learns_on_pytorch(name):
    check(name, theirs(name)["main"](ENOUGH[name]))


def losses_of(name, program, weights=None):
    """The losses of the first steps on the same batches, from the same weights if given; and the first weights."""
    torch = program["torch"]
    rng = np.random.default_rng(0)
    x = rng.random((6, 32, 64), np.float32)
    if name == "classify_digits":
        model = program["Net"]()
        targets = torch.from_numpy(rng.integers(0, 10, (6, 32)))
    else:
        model = program["Autoencoder"](dropout=0.0)
        targets = torch.from_numpy(rng.random((6, 32, 64), np.float32))
    if weights is not None:
        model.load_state_dict({key: torch.tensor(value) for key, value in weights.items()})
    start = {key: value.numpy().copy() for key, value in model.state_dict().items()}
    batches = list(zip(torch.from_numpy(x), targets, strict=True))
    loader = program["DataLoader"](batches, batch_size=None)
    if name == "classify_digits":
        optimizer = program["optim"].Adam(model.parameters(), lr=2e-3)
        scheduler = program["optim"].lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
        losses = []
        for epoch in range(2):
            losses += program["train"](model, "cpu", Sized(loader), optimizer, epoch)
            scheduler.step()
        return losses, start
    optimizer = program["SGD"](model.parameters(), lr=0.8, momentum=0.9, nesterov=True, weight_decay=1e-5)
    scheduler = program["OneCycleLR"](optimizer, max_lr=0.8, total_steps=6)
    return program["train_epoch"](model, loader, program["nn"].MSELoss(), optimizer, scheduler, 0.1), start


class Sized:
    """A loader of whole batches, with the attributes that the script prints."""

    def __init__(self, batches):
        self.batches, self.batch_size, self.dataset = batches, 32, range(192)

    def __iter__(self):
        return iter(self.batches)


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_first_losses_are_pytorchs(name):
    expected, weights = losses_of(name, theirs(name))
    losses, _ = losses_of(name, ours(name), weights)
    assert len(losses) >= 6
    assert losses == pytest.approx(expected, rel=2e-5)
