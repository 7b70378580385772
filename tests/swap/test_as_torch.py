"""`import torch` means this package after `as_torch()`, in a process of its own, and nowhere else."""

import subprocess
import sys

import pytest

from autograd_engine.cli import main
from autograd_engine.swap import absent_names

PROGRAM = """
import sys
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
import torch.multiprocessing as mp
import torch.backends.cudnn as cudnn
import torch.utils.data.distributed
import torchvision
import torchvision.transforms as transforms
from torch import Tensor, optim as same
from torch.autograd import Variable
from torch.cuda.amp import GradScaler, autocast
from torch.nn.modules.batchnorm import BatchNorm1d
from torch.nn.parallel import DistributedDataParallel
from torch.nn.utils.parametrizations import weight_norm
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.sampler import RandomSampler
from torchvision import datasets, models

import autograd_engine

assert torch.nn is nn is autograd_engine.nn and same is optim and F is nn.functional
assert torch.nn.functional.__spec__.name == "autograd_engine.nn.functional"
assert isinstance(torch.ones(2), Tensor) and BatchNorm1d is nn.BatchNorm1d
assert tuple(map(int, torch.__version__.split(".")[:2])) >= (2, 0)
assert torch.version.__name__ == "autograd_engine.version" and torch.utils.data.DataLoader is DataLoader
assert "nn" in dir(torch) and "datasets" in dir(torchvision)
cudnn.benchmark = True
assert torch.backends.cudnn.benchmark
for name in ("fft", "nothing"):
    try:
        getattr(torch, name)
    except AttributeError as error:
        print(error)
for name in ("torch.fx", "torch.nn.functionals", "torchvision.ops"):
    try:
        __import__(name)
    except ModuleNotFoundError as error:
        print(error, error.name)
try:
    torchvision.ops
except AttributeError as error:
    print(error)
x = torch.zeros(2, 3, dtype=torch.float64)
print(x.shape, x.size()[1:], x.dtype, x.type())
print(x[0])
from torch.nn.modules.activation import MultiheadAttention, ReLU
from torch.nn.modules.rnn import LSTMCell
from torchvision.utils import make_grid
assert torch.nn.modules.activation.ReLU is nn.ReLU and make_grid(x[None]).shape == x[None].expand(3, 2, 3).shape
print(sys.argv, __name__, __file__)
"""


def run(*arguments, **settings):
    command = [sys.executable, "-m", "autograd_engine", "as-torch", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **settings)


def test_a_program_for_pytorch_runs_as_it_is(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    done = run(path, "--lr", "0.1")
    assert (done.stderr, done.returncode) == ("", 0)
    numbers = "there are no complex numbers; compute with the real and the imaginary part"
    graphs = "programs run as they are written, and no graph of one can be kept; save the weights with save()"
    assert done.stdout.splitlines() == [
        f"module 'torch' has no attribute 'fft': {numbers}",
        "module 'torch' has no attribute 'nothing'",
        f"No module named 'torch.fx' in autograd_engine: {graphs} torch.fx",
        "No module named 'torch.nn.functionals' in autograd_engine: the nearest name is functional "
        "torch.nn.functionals",
        "No module named 'torchvision.ops': autograd_engine has nothing like it torchvision.ops",
        "module 'torchvision' has no attribute 'ops'",
        "torch.Size([2, 3]) torch.Size([3]) torch.float64 torch.DoubleTensor",
        "tensor([0., 0., 0.], dtype=torch.float64)",
        f"['{path}', '--lr', '0.1'] __main__ {path}",
    ]


def test_an_error_of_the_program_shows_the_programs_lines(tmp_path):
    path = tmp_path / "program.py"
    path.write_text("import sys\nimport helper\n\nhelper.fail()\n")
    (tmp_path / "helper.py").write_text("def fail():\n    raise OSError('no disk')\n")
    done = run(path)
    assert done.returncode == 1
    first, second, *_, last = done.stderr.splitlines()
    assert (first, last) == ("Traceback (most recent call last):", "OSError: no disk")
    assert second == f'  File "{path}", line 4, in <module>'
    path.write_text("import sys\nsys.exit(3)\n")
    assert run(path).returncode == 3


def test_pytorch_itself_may_not_be_imported_already():
    code = """
import sys, types
import autograd_engine as ag
sys.modules["torch"] = types.ModuleType("torch")
try:
    ag.as_torch()
except RuntimeError as error:
    assert str(error) == "torch itself is imported already; call as_torch() before anything imports it", error
    del sys.modules["torch"]
torch = ag.as_torch()
assert ag.as_torch() is torch
import torch as again
assert again is torch and again.ones(1).tolist() == [1.0]
"""
    subprocess.run([sys.executable, "-c", code], check=True)


CHECKED = """import torch, torch.nn as nn
from torch import optim as o
from torch.utils.data import DataLoader, NoSuchThing
from torch.nn.functional import *
import numpy as np
import torchvision.ops

model = nn.Linear(2, 3)
loss = nn.functional.no_such_loss(model(torch.ones(2)))
torch.hub.load("a", "b")
torch.hub.load("a", "c")
o.SGD, o.Adamm, np.no_such_name, model.no_such_attribute
torch.backends.cudnn.benchmark = True
torch.float32.is_floating_point
"""

FOUND = [
    "3: torch.utils.data.NoSuchThing",
    "6: torchvision.ops: autograd_engine has nothing like it",
    "9: torch.nn.functional.no_such_loss",
    "10: torch.hub.load: it fetches programs and runs them; take a model of `models`, and read its file of weights "
    "with load()",
    "12: torch.optim.Adamm: the nearest name is Adam",
]


def test_the_names_that_are_not_here_are_listed(tmp_path, capsys):
    path = tmp_path / "program.py"
    path.write_text(CHECKED)
    assert [str(absent) for absent in absent_names([path])] == [f"{path}:{line}" for line in FOUND]
    assert main(["as-torch", "--check", str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        *(f"{path}:{line}" for line in FOUND),
        "5 names of PyTorch's that are not here",
    ]
    path.write_text("import torch\ntorch.ones(2)\n")
    assert main(["as-torch", "--check", str(path)]) == 0
    assert capsys.readouterr().out == "0 names of PyTorch's that are not here\n"


def test_a_notebook_is_checked_without_its_commands(tmp_path):
    path = tmp_path / "book.ipynb"
    cell = '{"cell_type": "%s", "source": ["%s"]}'
    cells = ("code", "!pip install torch\\nimport torch"), ("markdown", "# torch.fx"), ("code", "torch.fx")
    path.write_text('{"cells": [' + ", ".join(cell % each for each in cells) + "]}")
    (absent,) = absent_names([path])
    assert absent[:3] == (str(path), 3, "torch.fx")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "error: as-torch: which program? Give the path of a .py file"),
        (["no-such.py"], "error: as-torch: there is no file no-such.py"),
        (["--check", "no-such.py"], "error: as-torch: there is no file no-such.py"),
    ],
)
def test_what_is_wrong_is_said(arguments, words, capsys):
    assert main(["as-torch", *arguments]) == 1
    assert capsys.readouterr().err == words + "\n"


def test_a_file_that_is_no_program_is_named(tmp_path, capsys):
    path = tmp_path / "program.py"
    path.write_text("import torch\nimport (\n")
    assert main(["as-torch", "--check", str(path)]) == 1
    assert capsys.readouterr().err == f"error: as-torch: {path}:2: this is no Python: invalid syntax\n"
