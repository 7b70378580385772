"""What holds for all that pytest runs, tests and notebooks."""

import os

if "PYTEST_XDIST_WORKER" in os.environ:
    # The workers share the cores: threads of their own would wait for each other, the notebooks' most of all.
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
