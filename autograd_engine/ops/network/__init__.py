"""What layers compute: convolution, pooling, activation, attention, dropout, embedding, padding, resampling,
normalization."""

from . import (
    activation,
    adaptive_pooling,
    attention,
    convolution,
    dropout,
    embedding,
    folding,
    gates,
    multihead,
    norm,
    padding,
    pooling,
    resample,
    sampling,
    segments,
    unpooling,
)
