"""What layers compute beside products: activations, dropout, embeddings, padding, resampling, normalization."""
