"""The defaults of every signature are PyTorch's, but for those that are listed with a reason."""

import fnmatch
import inspect

import pytest

from tests import defaults
from tests.defaults import OURS_ALONE, PLACES, collected, of_ours, of_signature, ours, read

RECORDED = read()

SAME = {
    "PyTorch writes no dimensions as ()": "*amax:dim *amin:dim *roll:dims",
    "the stride is the size of the window, for which PyTorch writes ()": "*_pool[123]d:stride",
    "no p stands for the numbers in the tensor": "*bernoulli:p",
    "without it the distance is 1, and coordinates are given instead": "*trapezoid:dx trapz:dx",
    "PyTorch's None stands for this value": (
        "Generator:device gradient:spacing load:weights_only meshgrid:indexing *nan_to_num:nan *nan_to_num_:nan "
        "autograd.grad:allow_unused"
    ),
    "None stands for int64, which is number 4 in a schema": "randint:dtype randperm:dtype *_indices:dtype",
}
"""Where the default is written in another way."""

OTHER = {
    "None checks every entry of a small Jacobian, and projections of a large one": "autograd.grad*check:fast_mode",
    "PyTorch warns that this will be the default": "utils.checkpoint.checkpoint:use_reentrant",
}
"""Where the default is another one."""

OPTIONAL = {
    "PyTorch's builtin asks for what nn.functional has a default for": (
        "*alpha_dropout:p *alpha_dropout_:p dropout:p dropout_:p"
    ),
    "overloads in PyTorch, one signature here": (
        "arange:end *argsort:stable *sort:stable *trapezoid:x trapz:x div:rounding_mode divide:rounding_mode "
        "*div:rounding_mode *divide:rounding_mode *div_:rounding_mode *divide_:rounding_mode eye:m *logsumexp:dim "
        "*max:dim *mean:dim *median:dim *min:dim *prod:dim *sum:dim *squeeze:dim Tensor.size:dim Tensor.stride:dim "
        "normal:size randint:high randint:size randint_like:high *repeat_interleave:repeats *round:decimals "
        "*round_:decimals *scatter:src *scatter:value *scatter:reduce *scatter_:src *scatter_:value "
        "*scatter_:reduce Tensor.random_:to device:index empty:size ones:size zeros:size rand:size randn:size "
        "sparse_coo_tensor:size "
        "randint:low Tensor.new_empty:size Tensor.new_ones:size Tensor.new_zeros:size rand:generator "
        "randn:generator randint:generator randperm:generator"
    ),
    "either the size or its ratio is given": "nn.functional.fractional_max_pool[23]d:output_size",
    "None is the default generator": "utils.data.random_split:generator",
}
"""What may be left out here, and has to be given in the one signature that PyTorch tells."""

OURS = {
    "PyTorch takes it, but its schema does not tell": "*:requires_grad *nonzero:as_tuple *where:x *where:y",
    "in PyTorch other functions, among which this setting decides": (
        "*max_pool[123]d:return_indices nn.functional.fractional_max_pool[23]d:output_ratio "
        "nn.functional.fractional_max_pool[23]d:_random_samples"
    ),
    "random functions take a stream of numbers of their own": (
        "nn.functional.fractional_max_pool[23]d:generator *dropout*:generator *rrelu:generator "
        "nn.functional.gumbel_softmax:generator nn.functional.scaled_dot_product_attention:generator"
    ),
    "PyTorch has it in div only": "*true_divide:rounding_mode *true_divide_:rounding_mode",
    "from is no name in Python": "Tensor.uniform_:low Tensor.random_:low",
    "the function stands in nn.functional too, where it has this setting": (
        "*dropout:training *dropout_:training *dropout:inplace *dropout_:inplace *celu:inplace *celu_:inplace "
        "*selu:inplace *selu_:inplace *rrelu:inplace *rrelu_:inplace *threshold:inplace *threshold_:inplace "
        "nn.functional.elu_:inplace nn.functional.hardtanh_:inplace nn.functional.leaky_relu_:inplace"
    ),
    "a decorator without parentheses": "*enable_grad:function *inference_mode:function",
    "PyTorch takes it among its keyword arguments": (
        "utils.checkpoint.checkpoint:preserve_rng_state sparse_coo_tensor:check_invariants"
    ),
    "there is one device": "Tensor.cuda:device Tensor.cuda:non_blocking",
    "PyTorch's older settings, which the base of all losses takes": "nn.*Loss:size_average nn.*Loss:reduce",
    "a setting of ours": "utils.data.DataLoader:workers autograd.gradcheck:method",
}
"""Parameters that PyTorch's signature does not have."""


def deviations() -> dict[str, str]:
    """Our defaults that are not PyTorch's, as `path:parameter`, and which of the kinds each is."""
    found = {}
    for place in PLACES:
        for name, thing in ours(place).items():
            path = f"{place}.{name}".lstrip(".")
            for parameter, (default,) in of_signature(thing).items() if path in RECORDED else ():
                theirs = RECORDED[path].get(parameter)
                if theirs is None:
                    found[f"{path}:{parameter}"] = "ours"
                elif default not in theirs:
                    found[f"{path}:{parameter}"] = "other" if theirs else "optional"
    return found


FOUND = deviations()


@pytest.mark.parametrize(
    ("kind", "listed"),
    [("other", {**SAME, **OTHER}), ("optional", OPTIONAL), ("ours", OURS)],
    ids=["other", "optional", "ours"],
)
def test_only_listed_defaults_differ_and_all_listed_do(kind, listed):
    here = {where for where, what in FOUND.items() if what == kind}
    patterns = [pattern for names in listed.values() for pattern in names.split()]
    unlisted = {where for where in here if not any(fnmatch.fnmatchcase(where, p) for p in patterns)}
    assert not unlisted, f"{kind}: give PyTorch's default, or list it with a reason"
    stale = {p for p in patterns if not fnmatch.filter(here, p)}
    assert not stale, f"{kind}: nothing differs there any more"


def test_defaults_that_are_ours_alone_are_the_recorded_ones():
    assert of_ours(RECORDED) == read(OURS_ALONE), "if a change is meant: python -m tests.defaults"


def test_all_places_are_compared():
    assert len(RECORDED) > 500
    for place in PLACES:
        assert any(path.startswith(place) for path in RECORDED), place
    assert RECORDED["nn.Linear"] == {"bias": ["True"], "device": ["None"], "dtype": ["None"]}
    assert RECORDED["optim.Adam"]["betas"] == ["(0.9, 0.999)"]


def test_recorded_defaults_are_those_of_pytorch():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    assert collected(torch) == RECORDED, "record anew with python -m tests.defaults"


@pytest.mark.parametrize("place", ["nn", "optim", "optim.lr_scheduler", "optim.swa_utils", "utils.data"])
def test_what_has_to_be_given_has_pytorchs_names_in_its_order(place):
    pytest.importorskip("torch", reason="PyTorch is not installed")

    def required(thing):
        named = inspect.signature(thing).parameters.values()
        return [p.name for p in named if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]

    theirs = defaults.named("torch", place)
    both = {n for n, c in ours(place).items() if inspect.isclass(c) and inspect.isclass(getattr(theirs, n, None))}
    both -= {"Buffer", "Parameter"}  # PyTorch makes them of nothing
    both -= {"Tensor"}  # whose signature it does not tell
    both -= {"RNN", "LSTM", "GRU"}  # nor of these, whose arguments it hands on
    assert len(both) > 1
    assert {n: required(ours(place)[n]) for n in both} == {n: required(getattr(theirs, n)) for n in both}
