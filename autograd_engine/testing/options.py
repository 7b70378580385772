"""PyTorch's further arguments of `gradcheck` and `gradgradcheck`: which change nothing, and which are refused."""

from __future__ import annotations

from typing import TypedDict


class Options(TypedDict, total=False):
    """What programs written for PyTorch may pass besides the arguments that say how to check.

    The first four change nothing. What two of them ask for is always so here: gradients that are left out count as
    0, and a gradient has the dtype of its input. The others concern what is no different here: sparse and
    non-contiguous arrays. The next two may not be False, and the last four not be True.
    """

    check_undefined_grad: bool
    check_grad_dtypes: bool
    masked: bool | None
    gen_non_contig_grad_outputs: bool
    check_backward_ad: bool
    check_rev_over_rev: bool
    check_forward_ad: bool
    check_fwd_over_rev: bool
    check_batched_grad: bool
    check_batched_forward_grad: bool


_ABSENT = ("check_forward_ad", "check_fwd_over_rev", "check_batched_grad", "check_batched_forward_grad")


def check_options(name: str, options: Options) -> None:
    """Raise for options that do not exist, or that ask for what cannot be checked."""
    for option, value in options.items():
        if option not in Options.__annotations__:
            raise TypeError(f"{name}() got an unexpected argument {option!r}")
        if value and option in _ABSENT:
            raise ValueError(f"{name}: {option}=True asks for a mode that does not exist here; leave it out")
        if not value and option in ("check_backward_ad", "check_rev_over_rev"):
            raise ValueError(f"{name}: {option}=False leaves nothing to check; leave it out")
