"""What layers compute: convolution, pooling, recurrence, attention, activation, dropout, embedding, padding,
resampling, normalization."""

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
    recurrence,
    resample,
    sampling,
    segments,
    unpooling,
)
