"""NVIDIA's libraries behind the kernels: what is handed over to them, and when they are used."""

import ctypes
import re
import sys
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.backend import gpu, kernels
from autograd_engine.backend.nvidia import cublas, trust
from autograd_engine.backend.nvidia.matrices import described, in_order
from autograd_engine.cli import info
from tests.table import TABLE

from . import StandIn
from .array import Device
from .comparison import on_device, outcomes
from .nvidia import SIZES, UNSUPPORTED, CublasLt, lt
from .programs import PROGRAMS, trained

RANDOM = np.random.default_rng(0)


def drawn(shape, dtype=np.float32):
    return RANDOM.normal(size=shape).astype(dtype)


def arranged(shape, dtype=np.float32):
    """An array of this shape that lies somehow in memory: in rows or not, spread out, backwards, within another."""
    way = RANDOM.integers(7)
    if way == 0:
        return StandIn(drawn(shape, dtype))
    if way == 1:
        return StandIn(drawn(shape[::-1], dtype)).transpose()
    if way == 2:
        return StandIn(drawn([n + 2 for n in shape], dtype))[tuple(slice(1, n + 1) for n in shape)]
    if way == 3:
        return StandIn(drawn([2 * n for n in shape], dtype))[(slice(None, None, 2),) * len(shape)]
    if way == 4 and len(shape) > 1:
        return StandIn(drawn((*shape[:-2], shape[-1], shape[-2]), dtype)).swapaxes(-1, -2)
    if way == 5:
        return StandIn(drawn(shape, dtype))[(slice(None, None, -1),) * len(shape)]
    order = RANDOM.permutation(len(shape))
    return StandIn(drawn([shape[i] for i in order], dtype)).transpose(*np.argsort(order))


def shapes():
    """Shapes of two factors."""
    n, k, m = RANDOM.integers(1, 5, 3)
    batch = tuple(RANDOM.integers(1, 4, RANDOM.integers(0, 3)))
    x, y = [
        (*(b if RANDOM.integers(3) else 1 for b in batch[RANDOM.integers(0, 2) :]), *s) for s in ((n, k), (k, m))
    ]
    return (x if RANDOM.integers(6) else (k,)), (y if RANDOM.integers(6) else (k,))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
def test_products_of_matrices_that_lie_in_all_ways(dtype):
    near = 20 * np.finfo(dtype).eps
    for _ in range(250):
        x, y = (arranged(shape, dtype) for shape in shapes())
        wide = np.matmul(x.get().astype(np.float64), y.get().astype(np.float64))
        plus = out = None
        if RANDOM.integers(2) and wide.ndim:
            plus = arranged(wide.shape if RANDOM.integers(2) or y.ndim == 1 else wide.shape[-1:], dtype)
            wide = wide + plus.get()
        if RANDOM.integers(2):
            out = plus if plus is not None and RANDOM.integers(2) and plus.shape == wide.shape else None
            out = arranged(wide.shape, dtype) if out is None and wide.ndim else out
        lt.clear()
        found = kernels.product(x, y, plus, out)
        assert len(lt.products) == 1
        assert out is None or found is out
        assert (found.shape, found.dtype) == (wide.shape, dtype)
        np.testing.assert_allclose(found.get(), wide, rtol=near, atol=8 * near)


@pytest.mark.parametrize(
    ("x", "y", "sizes"),
    [
        ((2, 3, 4), (4, 5), (1, 6, 4, 5)),
        ((2, 3, 4), (2, 4, 5), (2, 3, 4, 5)),
        ((2, 6, 3, 4), (4, 5), (1, 36, 4, 5)),
        ((3, 4), (2, 4, 5), (2, 3, 4, 5)),
        ((4,), (4,), (1, 1, 4, 1)),
    ],
)
def test_rows_of_a_batch_are_one_product(x, y, sizes):
    kernels.matmul(StandIn(drawn(x)), StandIn(drawn(y)))
    assert [made[0] for made in lt.products] == [sizes]


def test_no_transposed_matrix_and_no_part_of_one_is_copied(monkeypatch):
    monkeypatch.setattr(cublas, "_copied", None)
    whole = StandIn(drawn((6, 4, 5)))
    for x, y in [
        (whole[0], whole[1].T),
        (whole[0].T, whole[1]),
        (whole[:, :2], whole.swapaxes(1, 2)),
        (whole[1:, 1:3, 2:], whole[:5, :3, :2]),
        (whole[2, :, 1], whole[3]),
    ]:
        np.testing.assert_allclose(kernels.matmul(x, y).get(), np.matmul(x.get(), y.get()), rtol=1e-5)


ROUNDED = {"float32": (0, 1e-6), "tf32": (2e-5, 1e-3), "float16": (2e-5, 1e-3), "bfloat16": (2e-4, 1e-2)}


@pytest.mark.parametrize("precision", ROUNDED)
def test_factors_of_float32_are_rounded_as_the_program_says(precision):
    x, y = drawn((20, 30)), drawn((30, 20))
    ag.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    before = gpu.round_factors(precision if "16" in precision else None)
    try:
        assert gpu.product_precision() == precision
        found = kernels.matmul(StandIn(x), StandIn(y)).get()
        double = kernels.matmul(StandIn(x.astype(float)), StandIn(y.astype(float))).get()
    finally:
        gpu.round_factors(before)
        ag.backends.cuda.matmul.allow_tf32 = False
    off = np.abs(found - x.astype(float) @ y).max() / np.abs(found).max()
    least, most = ROUNDED[precision]
    assert least <= off < most
    np.testing.assert_allclose(double, x.astype(float) @ y, rtol=1e-12, atol=1e-12)


def test_attention_of_float16_keeps_its_digits_on_tensor_cores():
    q, k, v = (ag.rand(2, 3, 4, device="cuda").half().requires_grad_() for _ in "qkv")
    ag.nn.functional.scaled_dot_product_attention(q, k, v).sum().backward()
    assert {made[1] for made in lt.products} == {cublas.COMPUTE["tf32"]}
    assert gpu.product_precision() == "float32"
    lt.clear()
    ag.nn.functional.scaled_dot_product_attention(q.float(), k.float(), v.float())
    assert {made[1] for made in lt.products} == {cublas.COMPUTE_32}


def test_what_a_thread_rounds_is_its_own():
    before, seen = gpu.round_factors("bfloat16"), []
    try:
        thread = threading.Thread(target=lambda: seen.append(gpu.product_precision()))
        thread.start()
        thread.join()
    finally:
        gpu.round_factors(before)
    assert seen == ["float32"]


def test_what_it_does_not_compute_is_left_to_cupys_functions():
    whole = np.arange(12).reshape(3, 4)
    for x, y in [
        (whole, whole.T),
        (whole.astype(np.float32), whole.T.astype(float)),
        (whole * 1j, whole.T * 1j),
        (np.ones((0, 4), np.float32), np.ones((4, 2), np.float32)),
        (np.ones((3, 0), np.float32), np.ones((0, 2), np.float32)),
    ]:
        np.testing.assert_array_equal(kernels.matmul(StandIn(x), StandIn(y)).get(), x @ y)
    x, y, row = (StandIn(drawn(shape)) for shape in ((3, 4), (4, 2), (1, 2)))
    np.testing.assert_allclose(kernels.matmul(x, y, row).get(), x.get() @ y.get() + row.get(), rtol=1e-6)
    assert not lt.products


def test_wrong_operands_are_named_as_on_the_cpu():
    x = ag.rand(2, 3, device="cuda")
    with pytest.raises(ValueError, match=re.escape("the sizes of (2, 3) and (4, 5) do not fit")):
        x @ ag.rand(4, 5, device="cuda")
    with pytest.raises(ValueError, match=re.escape("the sizes of (2, 2, 3) and (3, 3, 4) do not fit")):
        ag.rand(2, 2, 3, device="cuda") @ ag.rand(3, 3, 4, device="cuda")
    with pytest.raises(ValueError, match=re.escape("a weight (4, 3) and a bias (5,) do not fit")):
        ag.nn.functional.linear(x, ag.rand(4, 3, device="cuda"), ag.rand(5, device="cuda"))
    with pytest.raises(RuntimeError, match="found at least two devices, cuda:0 and cuda:1"):
        x @ ag.rand(3, 2, device="cuda:1")
    with pytest.raises(RuntimeError, match="found at least two devices, cuda:0 and cpu"):
        x @ ag.rand(3, 2)
    assert not lt.products


def test_each_gpu_and_each_stream_has_its_own(cupy):
    for index in (0, 1):
        with Device(index):
            x = StandIn(drawn((3, 3)))
            for stream in (cupy.cuda.Stream(), cupy.cuda.Stream()):
                with stream:
                    np.testing.assert_allclose(kernels.matmul(x, x).get(), x.get() @ x.get(), rtol=1e-5)
    assert len(lt.products) == 4


def test_one_plan_serves_many_biases():
    x, y = StandIn(drawn((3, 4))), StandIn(drawn((4, 5)))
    biases = [StandIn(drawn(5)) for _ in range(3)]
    for bias in (*biases, *biases):
        np.testing.assert_allclose(
            kernels.matmul(x, y, bias).get(), x.get() @ y.get() + bias.get(), rtol=1e-5, atol=1e-6
        )
    assert {made[2] for made in lt.products} == {cublas.EPILOGUE_BIAS}


# -------------------------------------------------------------------------------------------- when it is used


def product():
    x = StandIn(drawn((3, 4)))
    np.testing.assert_allclose(kernels.matmul(x, x.T).get(), x.get() @ x.get().T, rtol=1e-5)


@pytest.fixture
def anew():
    """The library as it is at the start of a program, and as it was before after the test."""
    before = cublas.library._handles
    cublas.library._handles, cublas.library._reason = {}, None
    yield
    cublas.library._handles, cublas.library._reason = before, None
    cublas.library.enabled = True
    lt.clear()


def test_a_program_may_do_without():
    with ag.use_kernels("numpy"):
        product()
    assert ag.backends.cuda.preferred_blas_library() == "cublaslt"
    assert ag.backends.cuda.preferred_blas_library("cublas") == "cublas"
    product()
    assert not lt.products
    assert cublas.library.reason_without() == "cublasLt is switched off"
    assert ag.backends.cuda.preferred_blas_library("default") == "cublaslt"
    for tier in ("auto", "cuda"):
        with ag.use_kernels(tier):
            product()
    assert len(lt.products) == 2
    assert cublas.library.reason_without() is None


def test_info_tells_what_is_in_use():
    assert {"cublasLt 130400", "cuDNN 92801", "cuDNN for recurrent layers 92801"} <= set(info.lines())
    cublas.library.enabled = False
    try:
        assert "cublasLt is not used: cublasLt is switched off" in info.lines()
    finally:
        cublas.library.enabled = True


def fails_with(reason):
    with pytest.warns(RuntimeWarning, match=f"cublasLt is not used, CuPy's functions are: {reason}"):
        product()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        product()
    assert re.match(reason, cublas.library.reason_without())
    assert not lt.products or lt.wrong


@pytest.mark.usefixtures("anew")
def test_wrong_numbers_are_noticed_before_anybody_uses_them():
    lt.wrong = 1.0
    fails_with("RuntimeError: a product of two small matrices is wrong")


@pytest.mark.usefixtures("anew")
def test_a_library_that_is_not_there(monkeypatch):
    def missing(name):
        raise ImportError(f'{name} is not found: pip install "autograd_engine[gpu]"')

    monkeypatch.setattr(trust, "load", missing)
    fails_with("ImportError: cublasLt is not found: pip install")


@pytest.mark.usefixtures("anew")
def test_a_handle_that_cannot_be_made(monkeypatch):
    broken = CublasLt()
    broken._functions["cublasLtCreate"] = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(lambda place: UNSUPPORTED)
    monkeypatch.setattr(trust, "load", lambda name: broken)
    fails_with("RuntimeError: cublasLtCreate: STATUS_OF_THE_SUBSTITUTE")


@pytest.mark.usefixtures("anew")
def test_an_error_of_a_later_product():
    cublas.library.here()
    lt.clear()
    lt.broken = UNSUPPORTED
    fails_with(r"cublasLtMatmul: STATUS_OF_THE_SUBSTITUTE, for \(3, 4\) by \(4, 3\)")


@pytest.mark.usefixtures("anew")
def test_a_full_memory_is_said_and_the_library_stays_in_use(monkeypatch, cupy):
    empty = cupy.empty

    def full(shape, dtype=float):
        raise cupy.cuda.memory.OutOfMemoryError

    monkeypatch.setattr(cupy, "empty", full)
    with pytest.raises(MemoryError):
        product()
    monkeypatch.setattr(cupy, "empty", empty)
    product()
    assert lt.products


# ------------------------------------------------------------------------------------------- what reaches it


SOLVERS = ["linalg.solve", "linalg.inv", "linalg.qr", "linalg.svd", "linalg.cholesky", "linalg.pinv", "linalg.det"]


@pytest.mark.parametrize("name", ["matmul", "linear", "bilinear", "einsum", "addmm", "interpolate", *SOLVERS])
def test_no_product_of_an_operator_goes_by_cupys_functions(name, monkeypatch):
    calls = StandIn.__array_ufunc__

    def called(self, ufunc, method, *inputs, **kwargs):
        assert ufunc is not np.matmul or not all(x.size for x in inputs)
        return calls(self, ufunc, method, *inputs, **kwargs)

    monkeypatch.setattr(StandIn, "__array_ufunc__", called)
    for call in TABLE[name].calls:
        outcomes(TABLE[name], call, on_device, np.float32)
    assert lt.products


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_product_of_a_training_goes_by_cupys_functions(name, monkeypatch):
    calls, functions = StandIn.__array_ufunc__, StandIn.__array_function__

    def called(self, ufunc, method, *inputs, **kwargs):
        assert ufunc is not np.matmul
        return calls(self, ufunc, method, *inputs, **kwargs)

    def applied(self, function, types, args, kwargs):
        assert function.__name__ not in ("dot", "tensordot", "inner", "vdot")
        return functions(self, function, types, args, kwargs)

    monkeypatch.setattr(StandIn, "__array_ufunc__", called)
    monkeypatch.setattr(StandIn, "__array_function__", applied)
    trained(PROGRAMS[name], "cuda", ag.float32, "SGD")
    assert lt.products


# ------------------------------------------------------------------- what NVIDIA's own library and header say

HEADERS = sorted(
    path
    for place in sys.path
    for path in Path(place).glob("nvidia/cu*/include/*.h")
    if path.name in ("cublasLt.h", "cublas_api.h")
)
C_TYPES = {
    "int": ctypes.c_int,
    "size_t": ctypes.c_size_t,
    "uint64_t": ctypes.c_uint64,
    "int64_t": ctypes.c_int64,
    **dict.fromkeys(["cublasStatus_t", "cublasComputeType_t", "cudaDataType", "cudaDataType_t"], ctypes.c_int),
    **dict.fromkeys([f"cublasLtMat{x}Attributes_t" for x in ("mulDesc", "mulPreference")], ctypes.c_int),
    "cublasLtMatrixLayoutAttribute_t": ctypes.c_int,
}
"""The types of arguments; all others are addresses."""


@pytest.fixture(scope="module")
def header():
    if not HEADERS:
        pytest.skip("NVIDIA's headers are not installed: pip install nvidia-cublas")
    text = "\n".join(path.read_text() for path in HEADERS)
    return re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.DOTALL)


@pytest.mark.parametrize("name", cublas.SIGNATURES)
def test_functions_take_what_the_header_says(name, header):
    (arguments,) = re.findall(rf"CUBLASWINAPI {name}\(([^)]*)\)", header)
    declared = [a.replace("const", "").split() for a in arguments.split(",") if a.strip() not in ("", "void")]
    found = [
        C_TYPES.get(words[0], ctypes.c_void_p)
        if "*" not in "".join(words) and "[" not in words[-1]
        else ctypes.c_void_p
        for words in declared
    ]
    assert found == list(cublas.SIGNATURES[name])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CUBLAS_COMPUTE_32F", cublas.COMPUTE_32),
        ("CUBLAS_COMPUTE_32F", cublas.COMPUTE["float32"]),
        ("CUBLAS_COMPUTE_32F_FAST_TF32", cublas.COMPUTE["tf32"]),
        ("CUBLAS_COMPUTE_32F_FAST_16F", cublas.COMPUTE["float16"]),
        ("CUBLAS_COMPUTE_32F_FAST_16BF", cublas.COMPUTE["bfloat16"]),
        ("CUBLAS_COMPUTE_64F", cublas.COMPUTE_64),
        ("CUBLASLT_MATMUL_DESC_TRANSA", cublas.TRANSA),
        ("CUBLASLT_MATMUL_DESC_TRANSB", cublas.TRANSB),
        ("CUBLASLT_MATMUL_DESC_EPILOGUE", cublas.EPILOGUE),
        ("CUBLASLT_MATMUL_DESC_BIAS_POINTER", cublas.BIAS_POINTER),
        ("CUBLASLT_EPILOGUE_BIAS", cublas.EPILOGUE_BIAS),
        ("CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT", cublas.BATCH_COUNT),
        ("CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET", cublas.STRIDED_BATCH_OFFSET),
        ("CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES", cublas.MAX_WORKSPACE_BYTES),
        *(
            (f"CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_{x}_BYTES", n)
            for x, n in zip("ABCD", cublas.MIN_ALIGNMENT_BYTES, strict=True)
        ),
        ("CUBLAS_OP_N", 0),
        ("CUBLAS_OP_T", 1),
        ("CUBLAS_STATUS_NOT_SUPPORTED", UNSUPPORTED),
    ],
)
def test_names_have_the_numbers_of_the_header(name, value, header):
    (found,) = re.findall(rf"\b{name}\s*=\s*(\d+)\b", header)
    assert int(found) == value


def test_an_algorithm_has_the_size_that_the_header_says(header):
    (words,) = re.findall(r"uint64_t data\[(\d+)\];\s*}\s*cublasLtMatmulAlgo_t;", header)
    assert int(words) * 8 == cublas.HeuristicResult.workspace.offset
    (fields,) = re.findall(r"typedef struct {([^}]*)} cublasLtMatmulHeuristicResult_t;", header)
    assert re.sub(r"\s+", " ", fields).strip() == (
        "cublasLtMatmulAlgo_t algo; size_t workspaceSize; cublasStatus_t state; float wavesCount; int reserved[4];"
    )


@pytest.fixture(scope="module")
def real():
    try:
        return trust.functions("cublasLt", cublas.SIGNATURES, cublas.RESULTS)
    except Exception as error:
        pytest.skip(f"the library is not installed: {error}")


def test_the_library_takes_these_attributes_in_these_sizes(real):
    """Descriptions are made without a GPU; only the handle takes one."""
    assert real.cublasLtGetVersion() >= 130000
    made = ctypes.c_void_p()
    for kind, values in (("MatmulDesc", (68, 0)), ("MatrixLayout", (0, 3, 4, 3)), ("MatmulPreference", ())):
        assert getattr(real, f"cublasLt{kind}Create")(ctypes.byref(made), *values) == 0
        for attribute, size in SIZES[kind].items():
            for given in (1, 2, 4, 8, 16):
                value = ctypes.create_string_buffer((1).to_bytes(16, "little"))
                status = getattr(real, f"cublasLt{kind}SetAttribute")(made, attribute, value, given)
                assert bool(status) == (given != size), (kind, attribute, given)
        assert getattr(real, f"cublasLt{kind}Destroy")(made) == 0


def test_the_library_takes_what_a_product_is_made_of(real):
    """The plans of the products above, made with the library's own functions up to the choice of an algorithm."""

    class Handle:
        calls, address = real, None

        def check(self, function, status):
            assert not status, (function, status)

    for dtype in "efd":
        for x, y, plus in [((3, 4), (4, 5), (5,)), ((2, 3, 4), (2, 4, 5), (2, 3, 5)), ((2, 3, 4), (4, 5), None)]:
            strides = [None if s is None else (s, in_order(s, 4)) for s in (x, y, plus)]
            made = described(4, *strides, None)
            plan = cublas._Plan(Handle(), made, dtype, cublas.COMPUTE_32, 16)
            assert not plan.is_possible, "without a GPU there is no algorithm"
