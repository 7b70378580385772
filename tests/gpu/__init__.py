"""Tests of a real GPU: `python -m pytest -m gpu tests/gpu`. Without one they are skipped, with the reason."""

import pytest

from autograd_engine.backend import gpu
from tests import gpus

with gpus.found():
    reason = gpu.reason_without()


def need_a_gpu() -> None:
    """Skip the module that calls this where there is no GPU."""
    if reason:
        pytest.skip(f"no GPU: {reason}", allow_module_level=True)
