"""Hypothesis profiles: "ci", the same few examples in every run, and "nightly", many and random ones. And no GPU.

Choose the profile with the environment variable HYPOTHESIS_PROFILE; "ci" is the default. What sees a GPU stands in
`tests/gpus`.
"""

import os
import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # So a shell starts what runs in the background; the tests of Ctrl-C need it all the same.
    signal.signal(signal.SIGINT, signal.default_int_handler)

import pytest
from hypothesis import HealthCheck, settings

from tests import gpus

settings.register_profile(
    "ci",
    derandomize=True,
    database=None,
    max_examples=5,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "nightly", max_examples=500, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(autouse=True, scope="session")
def no_gpu():
    """The package finds no GPU, but where a test says otherwise."""
    with gpus.hidden():
        yield
