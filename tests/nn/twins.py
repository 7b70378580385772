"""The same numbers here and in PyTorch, and whether results and gradients agree."""

import numpy as np

import autograd_engine as ag


def close(found, expected, precision=1e-9):
    np.testing.assert_allclose(
        found.detach().numpy(), expected.detach().numpy(), rtol=precision, atol=precision * 1e-2
    )


def both(torch, *arrays, grad=True):
    """Each array as a tensor of PyTorch's and of ours."""
    return (
        [torch.tensor(a, requires_grad=grad) for a in arrays],
        [ag.tensor(a, requires_grad=grad) for a in arrays],
    )


def check_gradients(found, expected, results, random, precision=1e-9):
    """The gradients of tensors of ours and of PyTorch's, for one random cotangent of the first result of each."""
    given = random.standard_normal(results[0].shape).astype(results[0].dtype)
    results[0].backward(ag.tensor(given))
    results[1].backward(results[1].new_tensor(given))
    for one, other in zip(found, expected, strict=True):
        assert one.grad.shape == tuple(other.grad.shape)
        np.testing.assert_allclose(
            one.grad.numpy(), other.grad.numpy(), rtol=precision, atol=precision * np.abs(other.grad.numpy()).max()
        )
