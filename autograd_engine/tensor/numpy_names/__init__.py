"""NumPy's functions on tensors: which of them are which of ours."""
