"""What the mathematics stands on: arrays and dtypes, devices, random numbers, kernels, threads, memory, files.

No file here knows of tensors or graphs."""
