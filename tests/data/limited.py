"""Run a piece of Python in a process that may take little memory and time."""

import os
import subprocess
import sys
import textwrap

START = """
import os, resource, sys
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[name] = "1"
import autograd_engine as ag
from autograd_engine import cli, data
from autograd_engine.serialization import load
with open("/proc/self/statm") as file:
    taken = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + {mebibytes} * 2**20,) * 2)
"""


def run_limited(code, mebibytes=600, seconds=60):
    """The completed process; it may take so much memory beyond what the imports took, and so much time."""
    return subprocess.run(
        [sys.executable, "-c", START.format(mebibytes=mebibytes) + textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def refusal(call, mebibytes=600, seconds=60):
    """The ValueError that the call raises within the limits."""
    done = run_limited(
        f"""
        try:
            {call}
        except ValueError as error:
            print(error)
        else:
            print("nothing was refused")
        """,
        mebibytes,
        seconds,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
