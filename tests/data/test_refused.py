"""What data sets, loaders, collating and transforms refuse, each with the whole text of its error."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import data
from autograd_engine.data import (
    BatchSampler,
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    LabelSmoothing,
    MixUp,
    RandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,
    random_split,
)
from autograd_engine.data import transforms as T

from ..messages import each, exactly
from .test_datasets import Stream
from .test_transforms import PCA, picture

DATA = {
    IndexError: {
        "list index out of range\nraised by sample 5 of the data set, a list": lambda: list(
            DataLoader([1, 2], sampler=[5])
        ),
    },
    NotImplementedError: {
        "Dataset has no __getitem__(index) that returns a sample": lambda: Dataset()[0],
        "IterableDataset has no __iter__() that yields samples": lambda: iter(IterableDataset()),
        "Sampler has no __iter__() that yields indices": lambda: iter(data.Sampler()),
    },
    TypeError: {
        "ConcatDataset takes data sets with samples by index, not an IterableDataset": lambda: ConcatDataset(
            [Stream([1])]
        ),
        "TensorDataset takes tensors, not ndarray; use from_numpy or tensor": lambda: TensorDataset(np.ones(2)),
    },
    ValueError: {
        "the data set is empty": lambda: DataLoader([]),
        "batch_size must be at least 1, not 0": lambda: DataLoader([1], 0),
        "batch_size must be at least 1, not -2": lambda: BatchSampler([1], -2, False),
        "batch_size must be at least 1, not 1.5": lambda: DataLoader([1], 1.5),
        "sampler excludes shuffle": lambda: DataLoader([1], sampler=[0], shuffle=True),
        "batch_sampler excludes batch_size and drop_last": lambda: DataLoader(
            [1], 2, batch_sampler=[[0]], drop_last=True
        ),
        "batch_size=None excludes drop_last": lambda: DataLoader([1], None, drop_last=True),
        "an IterableDataset excludes shuffle": lambda: DataLoader(Stream([1]), shuffle=True),
        "num_workers and timeout must not be negative, not -1 and 0": lambda: DataLoader([1], num_workers=-1),
        "num_workers and timeout must not be negative, not 1 and -1": lambda: DataLoader(
            [1], num_workers=1, timeout=-1
        ),
        "prefetch_factor, persistent_workers and timeout need num_workers of at least 1": lambda: DataLoader(
            [1], prefetch_factor=2
        ),
        "prefetch_factor must be at least 1, not 0": lambda: DataLoader([1], num_workers=1, prefetch_factor=0),
        'workers must be "process" or "thread", not \'gpu\'': lambda: DataLoader([1], workers="gpu"),
        "the data set is empty: there is nothing to sample from": lambda: RandomSampler([]),
        "num_samples must be at least 1, not 0": lambda: RandomSampler([1], num_samples=0),
        (
            "weights must be a list of finite numbers, none negative and not all 0; got shape (2,), values -1 to 1"
        ): lambda: WeightedRandomSampler([1, -1], 1),
        (
            "weights must be a list of finite numbers, none negative and not all 0; got shape (2,), values 0 to 0"
        ): lambda: WeightedRandomSampler([0, 0], 1),
        "cannot draw 2 different samples: only 1 have a positive weight": lambda: WeightedRandomSampler(
            [1, 0], 2, False
        ),
        "the lengths [1, 2] add up to neither the 2 samples of the data set nor, as shares, to 1": lambda: (
            random_split([1, 2], [1, 2])
        ),
        "the lengths [0.5, 0.6] add up to neither the 2 samples of the data set nor, as shares, to 1": lambda: (
            random_split([1, 2], [0.5, 0.6])
        ),
        "the lengths [3, -1] hold a negative one": lambda: random_split([1, 2], [3, -1]),
        "ConcatDataset needs at least one data set": lambda: ConcatDataset([]),
        "TensorDataset takes tensors with a row for each sample, not one of dimension 0": lambda: TensorDataset(
            ag.tensor(1.0)
        ),
    },
}

X = picture()
RANGE = ag.tensor([[[-0.5, 2.0]]])
TRANSFORMS = {
    TypeError: {
        "Normalize takes real numbers, not uint8: put ToTensor() before it": lambda: T.Normalize([0], [1])(
            picture(dtype=np.uint8)
        ),
        "Lambda takes a function, not a int": lambda: T.Lambda(3),
    },
    ValueError: {
        "RandomHorizontalFlip: p is a probability, not 1.5": lambda: T.RandomHorizontalFlip(1.5),
        "Normalize: 1 means and 2 standard deviations": lambda: T.Normalize([0.5], [1, 1]),
        "Normalize: standard deviations must be positive, not [0]": lambda: T.Normalize([0.5], [0]),
        "Normalize: 2 means for a picture of shape (3, 6, 8)": lambda: T.Normalize([0, 0], [1, 1])(X),
        "RandomCrop: no part of size (9, 9) in a picture of shape (3, 6, 8)": lambda: T.RandomCrop(9)(X),
        "size takes one number or two, not (1, 2, 3)": lambda: T.RandomCrop((1, 2, 3)),
        "padding takes 1, 2 or 4 numbers, none negative, not (1, 2, 3)": lambda: T.Pad((1, 2, 3)),
        "padding takes 1, 2 or 4 numbers, none negative, not -1": lambda: T.Pad(-1),
        "padding_mode must be one of constant, edge, reflect, symmetric, not 'wrap'": lambda: T.Pad(
            1, padding_mode="wrap"
        ),
        'interpolation must be "bilinear" or "nearest", not \'cubic\'': lambda: T.Resize(3, "cubic"),
        'interpolation must be "bilinear" or "nearest", not \'area\'': lambda: T.RandomRotation(10, "area"),
        "degrees must not be negative, not -5": lambda: T.RandomRotation(-5),
        "ColorJitter: hue=0.6 is out of range": lambda: T.ColorJitter(hue=0.6),
        "ColorJitter: brightness=-1 is out of range": lambda: T.ColorJitter(brightness=-1),
        "ColorJitter takes 1 or 3 channels, not a picture of shape (2, 6, 8)": lambda: T.ColorJitter(0.5)(
            picture(2)
        ),
        "colors must lie between 0 and 1, not between -0.5 and 2.0: change them before Normalize()": lambda: (
            T.ColorJitter(0.5)(RANGE)
        ),
        "colors must lie between 0 and 1, not between -1.5 and 1.0: change them before Normalize()": lambda: (
            T.GaussianNoise()(RANGE - 1)
        ),
        "PCANoise takes eigenvalues (C,) and eigenvectors (C, C), not shapes (2,) and (3, 3)": lambda: T.PCANoise(
            [1, 2], np.eye(3)
        ),
        "PCANoise of 3 channels cannot change a picture of shape (1, 6, 8)": lambda: PCA(picture(1)),
        "GaussianNoise: sigma must not be negative, not -1": lambda: T.GaussianNoise(0, -1),
        "RandomErasing: scale=(0.5, 0.2) must be shares from low to high": lambda: T.RandomErasing(
            scale=(0.5, 0.2)
        ),
        "RandomErasing: ratio=(0, 1) must be positive, from low to high": lambda: T.RandomErasing(ratio=(0, 1)),
        "RandomErasing: value must be a number, one per channel or \"random\", not 'noise'": lambda: (
            T.RandomErasing(value="noise")
        ),
        "smoothing must lie between 0 and 1, not 2": lambda: LabelSmoothing(3, 2),
        "alpha must be positive, not 0": lambda: MixUp(0),
        "num_classes is needed to turn classes into probabilities": lambda: MixUp()(ag.eye(2), ag.arange(2)),
        "the classes run from 0 to 2, but num_classes is 2": lambda: MixUp(1, 2)(ag.eye(3), ag.arange(3)),
        "targets are classes (N,) or probabilities (N, K), not float32 of shape (2,)": lambda: MixUp(1, 2)(
            ag.eye(2), ag.ones(2)
        ),
        "MixUp: 3 samples and 2 targets": lambda: MixUp(1, 2)(ag.eye(3), ag.tensor([0, 1])),
    },
}


@each(DATA, TRANSFORMS)
def test_a_mistake_is_named(kind, text, call):
    with pytest.raises(kind, match=exactly(text)):
        call()


BAD_SAMPLES = {
    RuntimeError: {
        "sample 0 has shape (2,), sample 2 (3,): to make a batch of them, give a collate_fn that pads or crops": [
            ag.ones(2),
            ag.ones(2),
            ag.ones(3),
        ],
        (
            "sample 0 has shape (2,), sample 1 (2, 1) at ['x'][1]: to make a batch of them, give a "
            "collate_fn that pads or crops"
        ): [{"x": [0, np.ones(2)]}, {"x": [0, np.ones((2, 1))]}],
        "sample 0 has 2 items, sample 1 1": [[1, 2], [1]],
        "sample 0 has the keys ['a'], sample 1 ['b']": [{"a": 1}, {"b": 1}],
    },
    TypeError: {
        "sample 0 is a int, sample 2 a str: they do not make a batch": [1, 2, "a"],
        (
            "samples made of NoneType have no batch: return tensors, arrays, numbers, strings, dicts or "
            "lists, or give a collate_fn"
        ): [None, None],
        (
            "samples made of object at ['x'] have no batch: return tensors, arrays, numbers, strings, "
            "dicts or lists, or give a collate_fn"
        ): [{"x": object()}],
        (
            "samples made of array of <U1 have no batch: return tensors, arrays, numbers, strings, dicts "
            "or lists, or give a collate_fn"
        ): [np.array(["a"])],
    },
}


@each(BAD_SAMPLES)
def test_samples_that_make_no_batch_are_named(kind, text, call):
    with pytest.raises(kind, match=exactly(text)):
        default_collate(call)
