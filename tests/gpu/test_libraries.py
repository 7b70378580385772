"""NVIDIA's libraries on a real GPU: they are in use, give NumPy's numbers, and are captured into CUDA graphs."""

import copy

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.backend import gpu, kernels
from autograd_engine.backend.nvidia import convolution, cublas, layers

from . import need_a_gpu

need_a_gpu()
pytestmark = pytest.mark.gpu

RANDOM = np.random.default_rng(0)
NEAR = {np.float16: 1e-2, np.float32: 1e-5, np.float64: 1e-12}


def sent(x, way):
    """An array on the GPU with these values: in rows, transposed in memory, or as a part of another."""
    cupy = gpu.library()
    if way == "rows":
        return cupy.array(x)
    if way == "transposed":
        return cupy.array(np.ascontiguousarray(x.swapaxes(-1, -2))).swapaxes(-1, -2)
    return cupy.array(np.pad(x, [(1, 1)] * x.ndim))[(slice(1, -1),) * x.ndim]


def close(found, expected, near):
    np.testing.assert_allclose(found.get(), expected, rtol=near, atol=near * np.abs(expected).max())


def test_both_are_in_use():
    for library in (cublas.library, convolution.library):
        assert library.reason_without() is None
        assert library.version() > 9000
    assert ag.backends.cudnn.is_available()
    assert ag.backends.cuda.preferred_blas_library() == "cublaslt"


@pytest.mark.parametrize("dtype", NEAR)
@pytest.mark.parametrize("right", ["rows", "transposed", "part"])
@pytest.mark.parametrize("left", ["rows", "transposed", "part"])
def test_products(left, right, dtype):
    for shapes in [
        ((3, 4), (4, 5)), ((128, 64), (64, 256)), ((7, 33, 65), (65, 17)), ((6, 33, 65), (6, 65, 17)),
        ((2, 3, 16, 8), (2, 3, 8, 16)), ((1, 300), (300, 1)),
    ]:  # fmt: skip
        x, y = (RANDOM.normal(size=shape).astype(dtype) for shape in shapes)
        a, b = sent(x, left), sent(y, right)
        expected = np.matmul(x.astype(float), y.astype(float))
        made = cublas.multiply(a, b)
        assert made is not NotImplemented
        close(made, expected, NEAR[dtype])
        bias = RANDOM.normal(size=y.shape[-1]).astype(dtype)
        close(cublas.multiply(a, b, gpu.library().array(bias)), expected + bias, NEAR[dtype])
        close(cublas.multiply(a, b, made, made), 2 * expected, 2 * NEAR[dtype])


def test_factors_are_rounded_as_the_program_says():
    x, y = (RANDOM.normal(size=(256, 256)).astype(np.float32) for _ in "xy")
    off = {}
    for precision in (None, "float16", "bfloat16"):
        before = gpu.round_factors(precision)
        found = kernels.matmul(*map(gpu.library().array, (x, y))).get()
        gpu.round_factors(before)
        off[precision] = np.abs(found - x.astype(float) @ y).max()
    ag.backends.cuda.matmul.allow_tf32 = True
    found = kernels.matmul(*map(gpu.library().array, (x, y))).get()
    ag.backends.cuda.matmul.allow_tf32 = False
    off["tf32"] = np.abs(found - x.astype(float) @ y).max()
    assert off[None] < 1e-3
    assert all(off[p] < 1 for p in off)


CONVOLUTIONS = [
    ((2, 3, 9, 8), (5, 3, 3, 3), 2, 1, 1),
    ((4, 64, 14, 14), (64, 64, 3, 3), 1, 1, 1),
    ((2, 8, 9, 8), (16, 4, 3, 3), 1, 1, 2),
    ((2, 8, 9, 8), (8, 1, 3, 3), 1, 1, 8),
    ((2, 64, 9, 8), (128, 64, 1, 1), 2, 0, 1),
    ((2, 8, 8), (8, 8, 3), 1, 1, 1),
    ((2, 8, 5, 6, 7), (8, 8, 3, 3, 3), 1, 1, 1),
]


@pytest.mark.parametrize("near", [(np.float32, False, 1e-5), (np.float32, True, 5e-3), (np.float16, False, 1e-2)])
@pytest.mark.parametrize("case", CONVOLUTIONS, ids=str)
def test_convolutions(case, near):
    shape, weights, stride, pad, groups = case
    dtype, tf32, precision = near
    dims = len(shape) - 2
    geometry = kernels.Geometry((stride,) * dims, (pad,) * dims, (pad,) * dims, (1,) * dims, groups)
    places = kernels.places_of(shape[2:], weights[2:], geometry)
    x, w, g = (RANDOM.normal(size=s).astype(dtype) for s in (shape, weights, (shape[0], weights[0], *places)))
    a, b, c = map(gpu.library().array, (x, w, g))
    x, w, g = (v.astype(float) for v in (x, w, g))
    before, ag.backends.cudnn.allow_tf32 = ag.backends.cudnn.allow_tf32, tf32
    try:
        for found, expected in [
            (convolution.convolve(a, b, None, geometry), kernels.convolve(x, w, None, geometry)),
            (
                convolution.convolve_input(c, b, None, shape[2:], geometry),
                kernels.convolve_input(g, w, None, shape[2:], geometry),
            ),
            (
                convolution.convolve_weight(c, a, weights[2:], geometry),
                kernels.convolve_weight(g, x, weights[2:], geometry),
            ),
        ]:
            assert found is not NotImplemented
            close(found, expected, precision)
    finally:
        ag.backends.cudnn.allow_tf32 = before


@pytest.mark.parametrize("layer", [ag.nn.LSTM(5, 8, 2, bidirectional=True), ag.nn.GRU(5, 8, bias=False)], ids=repr)
def test_recurrent_layers(layer):
    assert layers.library.reason_without() is None
    results = []
    for device in ("cpu", "cuda"):
        twin = copy.deepcopy(layer).to(device)
        x = ag.tensor(np.random.default_rng(0).normal(size=(6, 3, 5)).astype(np.float32), device=device)
        packed = ag.nn.utils.rnn.pack_padded_sequence(x.requires_grad_(), [6, 4, 1])
        out, _ = twin(packed)
        out.data.square().sum().backward()
        results.append([out.data, x.grad, *(p.grad for p in twin.parameters())])
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(theirs.cpu().tolist(), ours.tolist(), rtol=1e-3, atol=1e-4)


def test_they_are_captured_into_a_cuda_graph():
    cupy = gpu.library()
    x, w = cupy.ones((2, 4, 6, 6), np.float32), cupy.ones((4, 4, 3, 3), np.float32)
    rows, bias = cupy.ones((8, 8), np.float32), cupy.ones(8, np.float32)
    geometry = kernels.Geometry((1, 1), (1, 1), (1, 1), (1, 1), 1)
    stream = cupy.cuda.Stream(non_blocking=True)
    cupy.cuda.Device().synchronize()

    def work():
        return kernels.convolve(x, w, None, geometry), kernels.matmul(rows, rows.T, bias)

    with stream:
        work()
        stream.synchronize()
        stream.begin_capture(mode=cupy.cuda.runtime.streamCaptureModeRelaxed)
        made, product = work()
        graph = stream.end_capture()
        x *= 2
        rows *= 2
        graph.launch(stream)
    stream.synchronize()
    assert made[0, 0, 2, 2].item() == 72
    assert product[0, 0].item() == 33
