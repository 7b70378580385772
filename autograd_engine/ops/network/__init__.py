"""What layers compute beside products: activations, dropout, embeddings, padding, resampling, normalization."""

from . import activation, dropout, embedding, norm, padding, resample, segments
