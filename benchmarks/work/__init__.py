"""The work: one file for each kind of work, which lists its cases. The order here is that of the tables."""

from ..case import Case
from . import (
    chains,
    convolution,
    footprint,
    kernels,
    layers,
    loading,
    network,
    operators,
    optimizers,
    sequences,
    slices,
    training,
)

__all__ = ["CASES"]

CASES: tuple[Case, ...] = (
    *chains.CASES,
    *network.CASES,
    *training.CASES,
    *optimizers.CASES,
    *slices.CASES,
    *chains.DEEP_CASES,
    *operators.CASES,
    *kernels.CASES,
    *layers.CASES,
    *convolution.CASES,
    *sequences.CASES,
    *loading.CASES,
    *footprint.CASES,
)
