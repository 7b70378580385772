"""Kernels that NVIDIA's libraries compute on arrays of a GPU, called with addresses and strides.

As in `compiled` and `cuda`, each file that is named after one of `kernels` holds implementations of its kernels,
which return NotImplemented for what a library is not made for; then CuPy's functions compute it. The other files
are the libraries themselves, and `trust` says when one is used: where it is found, after it has computed
something small rightly on the GPU at hand, and until it reports an error.

CuPy calls cuBLAS too, but not while a CUDA graph is captured, with no bias in the product, and it takes longer to
do so; cuDNN it calls no more.
"""
