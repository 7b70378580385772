"""Weights from a file: all of them, or all but the last layer; what was loaded is told."""

import warnings

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import models, nn
from autograd_engine.models.classifier import PictureClassifier
from autograd_engine.models.weights import with_weights

from ..messages import exactly


def saved(tmp_path, state):
    path = tmp_path / "w.safetensors"
    ag.save(state, path)
    return path


@pytest.fixture
def trained():
    """A network for five classes that has seen a batch."""
    model = models.CifarResNet(8, num_classes=5)
    model(ag.randn(2, 3, 8, 8))
    return model


@pytest.fixture(autouse=True)
def resnet8(monkeypatch):
    monkeypatch.setattr(models.named, "_MODELS", {})
    return models.named.named("resnet8", "ResNet-8", 78_042, models.CifarResNet, 8)


def test_a_models_own_weights_come_back(tmp_path, trained, resnet8):
    before = ag.get_rng_state()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for weights in (saved(tmp_path, trained.state_dict()), str(tmp_path / "w.safetensors")):
            for settings in ({}, {"num_classes": 5}):
                model = resnet8(weights=weights, **settings)
                assert model.fc.weight.shape == (5, 64)
                for name, value in trained.state_dict().items():
                    np.testing.assert_array_equal(model.state_dict()[name], value, err_msg=name)
    assert model.training
    assert ag.get_rng_state() == before  # nothing was drawn that would be overwritten


def test_for_other_classes_the_last_layer_is_new(tmp_path, trained, resnet8):
    path = saved(tmp_path, trained.state_dict())
    text = (
        f"{path}: 42 of the 44 tensors of this CifarResNet were loaded; fc (since fc.weight has shape (5, 64) in "
        "the file and (3, 64) here) is new"
    )
    models_made = []
    for _ in range(2):
        ag.manual_seed(1)
        with pytest.warns(UserWarning, match=exactly(text)) as caught:
            models_made.append(resnet8(num_classes=3, weights=path).state_dict())
        assert caught[0].filename == __file__
    ag.manual_seed(1)
    fresh = resnet8(num_classes=3).state_dict()
    for name, value in trained.state_dict().items():
        wanted = fresh[name] if name.startswith("fc.") else value
        for made in models_made:
            np.testing.assert_array_equal(made[name], wanted, err_msg=name)


def test_a_file_without_a_last_layer_leaves_it_new(tmp_path, trained, resnet8):
    state = {name: value for name, value in trained.state_dict().items() if not name.startswith("fc.")}
    text = "...: 42 of the 44 tensors of this CifarResNet were loaded; fc (which the file does not have) is new"
    with pytest.warns(UserWarning, match=exactly(text)):
        assert resnet8(weights=saved(tmp_path, state)).fc.weight.shape == (10, 64)


def test_files_of_old_versions_of_pytorch_do_not_count_batches(tmp_path, trained, resnet8):
    state = {n: value for n, value in trained.state_dict().items() if not n.endswith("num_batches_tracked")}
    model = resnet8(weights=saved(tmp_path, state))
    assert model.bn1.num_batches_tracked.item() == 0
    np.testing.assert_array_equal(model.bn1.running_mean, trained.bn1.running_mean)


class Headed(PictureClassifier):
    _heads = ("fc", "aux1.fc")
    _extras = ("aux1", "aux2")

    def __init__(self, num_classes=2, aux=("aux1", "aux2")):
        super().__init__()
        for name in aux:
            self.add_module(name, nn.ModuleDict({"conv": nn.Linear(3, 3), "fc": nn.Linear(3, num_classes)}))
        self.fc = nn.Linear(3, num_classes)


@pytest.mark.parametrize(
    ("there", "here", "text"),
    [
        (
            {"aux": ()},
            {},
            "2 of the 10 tensors of this Headed were loaded; aux1 (which the file does not have), aux2 (which the "
            "file does not have) are new",
        ),
        (
            {"aux": ("aux1",)},
            {"aux": ()},
            "2 of the 2 tensors of this Headed were loaded; aux1 (which the model does not have) of the file was "
            "left out",
        ),
        (
            {},
            {"aux": ()},
            "2 of the 2 tensors of this Headed were loaded; aux1 (which the model does not have), aux2 (which the "
            "model does not have) of the file were left out",
        ),
        (
            {"aux": ("aux1",)},
            {"aux": ("aux1",), "num_classes": 4},
            "2 of the 6 tensors of this Headed were loaded; fc (since fc.weight has shape (2, 3) in the file and "
            "(4, 3) here), aux1.fc (since aux1.fc.weight has shape (2, 3) in the file and (4, 3) here) are new",
        ),
    ],
)
def test_auxiliary_heads_may_be_missing_on_either_side(tmp_path, there, here, text):
    path = saved(tmp_path, Headed(**there).state_dict())
    with pytest.warns(UserWarning, match=exactly(f"{path}: {text}")):
        with_weights(Headed, (), here, path)


def test_another_models_file_is_refused_with_its_name(tmp_path, trained, resnet8):
    state = trained.state_dict()
    del state["conv1.weight"]
    state["layer3.0.conv1.weight"] = ag.zeros(64, 32, 1, 1)
    text = (
        f"{tmp_path / 'w.safetensors'}: the state does not fit this CifarResNet; nothing was loaded\n"
        "  missing: conv1.weight\n"
        "  layer3.0.conv1.weight: the module has shape (64, 32, 3, 3), the state (64, 32, 1, 1)"
    )
    with pytest.raises(RuntimeError, match=exactly(text)):
        resnet8(weights=saved(tmp_path, state))


def test_what_is_no_state_is_told(tmp_path, trained, resnet8):
    path = saved(tmp_path, {"epoch": 3, "model": trained.state_dict()})
    text = (
        f"{path} holds no state_dict, which has tensors by name, but a dict of epoch, model; take the state_dict "
        "out of it with load(), and give it to load_state_dict() of the model"
    )
    with pytest.raises(ValueError, match=exactly(text)):
        resnet8(weights=path)
    path = saved(tmp_path, [ag.ones(1)])
    with pytest.raises(ValueError, match=exactly("... but a list; take the state_dict ...")):
        resnet8(weights=path)
    text = (
        "weights='DEFAULT': there is no such file; weights are the path of a .safetensors or .pth file of a "
        "state_dict, and nothing is downloaded"
    )
    with pytest.raises(FileNotFoundError, match=exactly(text)):
        resnet8(weights="DEFAULT")
