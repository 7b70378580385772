"""autograd.gradcheck and gradgradcheck: the checks of `testing`, with PyTorch's arguments."""

import inspect
import subprocess
import sys

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.autograd import gradcheck, gradgradcheck

X = np.array([0.5, -1.0, 2.0])
SHARED = {
    "eps": 1e-6,
    "atol": 1e-5,
    "rtol": 1e-3,
    "raise_exception": True,
    "nondet_tol": 0.0,
    "check_undefined_grad": True,
    "check_grad_dtypes": True,
    "check_batched_grad": False,
    "fast_mode": False,
    "masked": None,
}
FIRST = {"check_batched_forward_grad": False, "check_forward_ad": False, "check_backward_ad": True}
SECOND = {"gen_non_contig_grad_outputs": True, "check_fwd_over_rev": False, "check_rev_over_rev": True}


def test_every_argument_of_pytorchs_is_taken():
    x = ag.tensor(X, requires_grad=True)
    assert gradcheck(ag.sin, (x,), **SHARED, **FIRST)
    assert gradgradcheck(ag.sin, (x,), None, **SHARED, **SECOND)


def test_these_are_all_of_pytorchs_arguments():
    torch = pytest.importorskip("torch")
    for theirs, others in ((torch.autograd.gradcheck, FIRST), (torch.autograd.gradgradcheck, SECOND)):
        named = set(inspect.signature(theirs).parameters) - {"func", "inputs", "grad_outputs"}
        assert named == {*SHARED, *others}


def test_the_checks_and_functional_are_loaded_on_first_use_only():
    code = (
        "import sys, autograd_engine as ag\n"
        "assert not {'autograd_engine.testing', 'autograd_engine.autograd.functional'} & sys.modules.keys()\n"
        "assert ag.autograd.functional.jacobian(ag.sin, ag.tensor(0.0)).item() == 1\n"
        "assert ag.autograd.gradcheck(ag.sin, ag.tensor([0.5], dtype=ag.float64, requires_grad=True))\n"
        "assert 'hypothesis' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
