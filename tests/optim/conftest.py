"""Fixtures that several files of this folder use."""

import pytest


@pytest.fixture
def torch():
    """PyTorch, which keeps the numbers in its states in the default dtype: here in float64. One thread will do."""
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    threads = torch.get_num_threads()
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    yield torch
    torch.set_default_dtype(torch.float32)
    torch.set_num_threads(threads)
