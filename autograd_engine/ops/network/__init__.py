"""What layers compute: convolution, pooling, activation, dropout, embedding, padding, resampling, normalization."""

from . import (
    activation,
    adaptive_pooling,
    convolution,
    dropout,
    embedding,
    folding,
    gates,
    norm,
    padding,
    pooling,
    resample,
    sampling,
    segments,
    unpooling,
)
