"""Transforms of pictures: closed forms, other libraries as judges, and the same pictures for the same seed."""

import colorsys
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.data import DataLoader, LabelSmoothing, MixUp, default_collate
from autograd_engine.data import transforms as T

from ..messages import exactly


def picture(channels=3, height=6, width=8, dtype=np.float32, seed=0):
    values = np.random.default_rng(seed).random((channels, height, width))
    return ag.from_numpy((values * 256).astype(np.uint8) if dtype == np.uint8 else values.astype(dtype))


PCA = T.PCANoise([0.2, 0.05, 0.01], np.linalg.qr(np.arange(9.0).reshape(3, 3) ** 2 + np.eye(3))[0])
EXAMPLES = {
    "horizontal flip": T.RandomHorizontalFlip(),
    "vertical flip": T.RandomVerticalFlip(),
    "pad": T.Pad((1, 2), 0.5),
    "center crop": T.CenterCrop((4, 3)),
    "random crop": T.RandomCrop(4, padding=2, padding_mode="reflect"),
    "resize": T.Resize((3, 16)),
    "nearest resize": T.Resize(12, "nearest"),
    "rotation": T.RandomRotation(30),
    "bilinear rotation": T.RandomRotation((10, 80), "bilinear", expand=True),
    "jitter": T.ColorJitter(0.4, 0.4, 0.4, 0.1),
    "PCA noise": PCA,
    "noise": T.GaussianNoise(),
    "resized crop": T.RandomResizedCrop(7),
    "blur": T.GaussianBlur((5, 3)),
    "random gray": T.RandomGrayscale(0.5),
    "gray": T.Grayscale(3),
    "erasing": T.RandomErasing(0.9, value="random"),
    "all": T.Compose(
        [T.RandomCrop(6, 2), T.RandomHorizontalFlip(), T.ColorJitter(0.3), T.ToTensor(), T.Normalize([0.5], [0.5])]
    ),
}
RANDOM = sorted(set(EXAMPLES) - {"pad", "center crop", "resize", "nearest resize", "gray"})


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
@pytest.mark.parametrize("name", EXAMPLES)
def test_pictures_keep_their_kind(name, dtype):
    transform, x = EXAMPLES[name], picture(dtype=dtype)
    before = x.numpy().copy()
    ag.manual_seed(3)
    changed = transform(x)
    assert isinstance(changed, ag.Tensor)
    assert changed.dtype == (np.float32 if name == "all" and dtype == np.uint8 else dtype)
    assert changed.shape[0] == 3
    np.testing.assert_array_equal(x, before)
    if name != "all":
        ag.manual_seed(3)
        array = transform(before)
        assert isinstance(array, np.ndarray)
        np.testing.assert_array_equal(array, changed)
        if dtype != np.uint8 and name != "erasing":
            assert changed.min() >= 0
            assert changed.max() <= 1
    assert type(transform).__name__ in repr(transform)
    ag.manual_seed(3)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(transform))(x), changed)


class Pictures:
    def __init__(self, transform):
        self.transform = transform

    def __len__(self):
        return 12

    def __getitem__(self, index):
        return self.transform(picture(seed=index))


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")
def test_the_same_seed_gives_the_same_pictures_with_and_without_workers():
    def run(name, **settings):
        ag.manual_seed(4)
        transform = T.Compose([EXAMPLES[name], T.CenterCrop(6)])
        return np.concatenate([b.numpy() for b in DataLoader(Pictures(transform), 3, **settings)])

    for name in RANDOM:
        alone = run(name)
        np.testing.assert_array_equal(run(name), alone)
        np.testing.assert_array_equal(run(name, num_workers=2, workers="thread"), alone)
        ag.manual_seed(5)
        transform = EXAMPLES[name]
        assert any(not np.array_equal(transform(picture()), transform(picture())) for _ in range(20)), name
    np.testing.assert_array_equal(run("all", num_workers=2), run("all"))


def test_pillow_pictures_become_tensors():
    image = pytest.importorskip("PIL.Image")
    colors = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    for transform in (T.ToTensor(), T.CenterCrop((2, 4)), T.Pad(0)):
        x = transform(image.fromarray(colors))
        expected = colors.transpose(2, 0, 1)
        np.testing.assert_array_equal(x, expected / np.float32(255) if x.is_floating_point() else expected)
    assert T.ToTensor()(image.fromarray(colors[..., 0])).shape == (1, 2, 4)


def test_to_tensor():
    x = T.ToTensor()
    assert x(np.full((2, 3), 255, np.uint8)).tolist() == [[[1.0] * 3] * 2]
    assert x(np.zeros((2, 3, 4), np.uint8)).shape == (4, 2, 3)
    assert x(np.full((2, 3), 7.0)).tolist() == [[[7.0] * 3] * 2]
    assert x(np.ones((2, 3), bool)).dtype == np.float32
    assert x(picture(dtype=np.uint8)).shape == (3, 6, 8)
    for bad in ("text", np.zeros(3), np.array([["a"]])):
        with pytest.raises(
            TypeError,
            match=exactly(
                f"expected a picture: a tensor (C, H, W), an array or a Pillow picture, not {type(bad).__name__}"
            ),
        ):
            x(bad)


def test_normalize():
    x = picture()
    normal = T.Normalize([0.5, 0.4, 0.3], [0.1, 0.2, 0.3])(x)
    for i, (mean, std) in enumerate([(0.5, 0.1), (0.4, 0.2), (0.3, 0.3)]):
        np.testing.assert_allclose(normal[i].numpy(), (x[i].numpy() - mean) / std, rtol=1e-5, atol=1e-6)
    T.Normalize([0.5, 0.4, 0.3], [0.1, 0.2, 0.3], inplace=True)(x)
    np.testing.assert_array_equal(x, normal)


def test_flips():
    x = picture()
    np.testing.assert_array_equal(T.RandomHorizontalFlip(1.0)(x), x.numpy()[:, :, ::-1])
    np.testing.assert_array_equal(T.RandomVerticalFlip(1.0)(x), x.numpy()[:, ::-1])
    np.testing.assert_array_equal(T.RandomHorizontalFlip(0.0)(x), x)
    ag.manual_seed(0)
    flipped = sum(T.RandomHorizontalFlip(0.3)(x)[0, 0, 0].item() != x[0, 0, 0].item() for _ in range(1000))
    assert 250 < flipped < 350


@pytest.mark.parametrize("mode", ["constant", "edge", "reflect", "symmetric"])
@pytest.mark.parametrize(
    ("padding", "sides"), [(2, (2, 2, 2, 2)), ((1, 3), (1, 3, 1, 3)), ((1, 2, 3, 0), (1, 2, 3, 0))]
)
def test_padding(padding, sides, mode):
    x = picture().numpy()
    left, top, right, bottom = sides
    padded = T.Pad(padding, padding_mode=mode)(x)
    np.testing.assert_array_equal(padded, np.pad(x, ((0, 0), (top, bottom), (left, right)), mode))
    assert T.Pad(1, 0.5)(x)[0, 0, 0] == np.float32(0.5)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 3), st.integers(0, 99))
def test_a_random_crop_is_a_part_of_the_padded_picture(height, width, padding, seed):
    ag.manual_seed(seed)
    x = np.arange(1, 49.0).reshape(1, 6, 8)
    crop = T.RandomCrop((height, width), padding, pad_if_needed=True)(x)
    assert crop.shape == (1, height, width)
    wide = np.pad(x, ((0, 0), (12, 12), (12, 12)))
    windows = np.lib.stride_tricks.sliding_window_view(wide[0], (height, width))
    assert (windows == crop[0]).all((2, 3)).any()


def test_random_crops_reach_every_place():
    ag.manual_seed(0)
    x = np.arange(20.0).reshape(1, 4, 5)
    assert {T.RandomCrop((3, 2))(x)[0, 0, 0] for _ in range(200)} == {0, 1, 2, 3, 5, 6, 7, 8}


def test_center_crops():
    x = np.arange(30.0).reshape(1, 5, 6)
    np.testing.assert_array_equal(T.CenterCrop((3, 2))(x), x[:, 1:4, 2:4])
    np.testing.assert_array_equal(T.CenterCrop(7)(x), np.pad(x, ((0, 0), (1, 1), (0, 1))))


@pytest.mark.parametrize("antialias", [True, False])
@pytest.mark.parametrize("size", [(3, 16), (6, 8), (1, 1), (13, 5), (2, 3)])
def test_resizing_is_pytorchs(size, antialias):
    torch = pytest.importorskip("torch")
    x = picture(dtype=np.float64).numpy()
    theirs = torch.nn.functional.interpolate(
        torch.tensor(x[None]), size, mode="bilinear", antialias=antialias, align_corners=False
    )
    np.testing.assert_allclose(T.Resize(size, antialias=antialias)(x), theirs[0], atol=1e-12)
    theirs = torch.nn.functional.interpolate(torch.tensor(x[None]), size, mode="nearest")
    np.testing.assert_array_equal(T.Resize(size, "nearest")(x), theirs[0])


def test_resizing_keeps_means_and_proportions():
    assert T.Resize(3)(picture()).shape == (3, 3, 4)
    assert T.Resize(3)(picture(height=8, width=6)).shape == (3, 4, 3)
    assert T.Resize(12, max_size=14)(picture()).shape == (3, 10, 14)
    x = picture(dtype=np.float64).numpy()
    np.testing.assert_allclose(T.Resize((3, 4))(np.ones((1, 6, 8))), 1, rtol=1e-12)
    ramp = np.arange(8.0).reshape(1, 1, 8)
    np.testing.assert_allclose(T.Resize((1, 4), antialias=False)(ramp), [[[0.5, 2.5, 4.5, 6.5]]])
    np.testing.assert_allclose(T.Resize((6, 8))(x), x)
    assert T.Resize((3, 3))(np.full((1, 6, 6), 200, np.uint8)).max() == 200


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_quarter_turns_are_exact(interpolation):
    x = picture(height=6, width=6).numpy()
    for turns in range(-3, 4):
        rotated = T.RandomRotation((90 * turns, 90 * turns), interpolation)(x)
        np.testing.assert_allclose(rotated, np.rot90(x, turns, (1, 2)), atol=1e-6)
    oblong = picture().numpy()
    expanded = T.RandomRotation((90, 90), interpolation, expand=True)(oblong)
    np.testing.assert_allclose(expanded, np.rot90(oblong, 1, (1, 2)), atol=1e-6)


def test_rotations():
    x = np.ones((1, 9, 9), np.float32)
    rotated = T.RandomRotation((45, 45), fill=0.25)(x)
    assert (rotated[0, 4, 4], rotated[0, 0, 0]) == (1, 0.25)
    assert T.RandomRotation((45, 45), expand=True)(x).shape == (1, 13, 13)
    dot = np.zeros((1, 9, 9), np.float32)
    dot[0, 2, 3] = 1
    moved = T.RandomRotation((90, 90), center=(3.5, 2.5))(dot)  # the dot itself is the center
    np.testing.assert_array_equal(moved, dot)
    assert T.RandomRotation((180, 180))(dot)[0, 6, 5] == 1


def test_color_jitter():
    x = picture(dtype=np.float64).numpy()
    gray = np.tensordot([0.2989, 0.587, 0.114], x, (0, 0))
    expected = {
        "brightness": np.clip(1.5 * x, 0, 1),
        "contrast": np.clip(1.5 * x - 0.5 * gray.mean(), 0, 1),
        "saturation": np.clip(1.5 * x - 0.5 * gray, 0, 1),
    }
    for name, value in expected.items():
        np.testing.assert_allclose(T.ColorJitter(**{name: (1.5, 1.5)})(x), value, atol=1e-12)
    turned = T.ColorJitter(hue=(0.25, 0.25))(x)
    for row, column in np.ndindex(6, 8):
        hue, saturation, value = colorsys.rgb_to_hsv(*x[:, row, column])
        exact = colorsys.hsv_to_rgb((hue + 0.25) % 1, saturation, value)
        np.testing.assert_allclose(turned[:, row, column], exact, atol=1e-9)
    np.testing.assert_array_equal(T.ColorJitter()(x), x)
    one = x[:1]
    assert T.ColorJitter(0.5, 0.5, 0.5, 0.5)(one).shape == one.shape
    ag.manual_seed(0)
    factors = [T.ColorJitter(brightness=0.2)(np.full((1, 1, 1), 0.5)).item() / 0.5 for _ in range(300)]
    assert 0.8 <= min(factors) < 0.83
    assert 1.17 < max(factors) <= 1.2


def test_pca_noise_follows_the_principal_components():
    decomposition = pytest.importorskip("sklearn.decomposition")
    colors = np.random.default_rng(0).normal(size=(4, 100, 3)) @ np.array(
        [[0.08, 0.04, 0.04], [0, 0.03, 0], [0, 0, 0.01]]
    )
    pictures = 0.5 + colors.transpose(0, 2, 1).reshape(4, 3, 10, 10)
    noise = T.PCANoise.fit(pictures, std=0.5)
    fitted = decomposition.PCA().fit(np.moveaxis(pictures, 1, -1).reshape(-1, 3))
    np.testing.assert_allclose(np.sort(noise.eigenvalues)[::-1], fitted.explained_variance_, rtol=1e-10)
    ag.manual_seed(0)
    x = np.full((3, 2, 2), 0.5)
    shifts = np.array([noise(x) - x for _ in range(4000)])
    np.testing.assert_allclose(shifts[..., 0, 0], shifts[..., 1, 1])
    covariance = (noise.eigenvectors * (0.5 * noise.eigenvalues) ** 2) @ noise.eigenvectors.T
    np.testing.assert_allclose(np.cov(shifts[..., 0, 0].T), covariance, atol=covariance.max() * 0.1)


def test_noise():
    ag.manual_seed(0)
    x = np.full((1, 100, 100), 0.5)
    noisy = T.GaussianNoise(0.1, 0.2, clip=False)(x)
    assert noisy.mean() == pytest.approx(0.6, abs=0.01)
    assert noisy.std() == pytest.approx(0.2, rel=0.05)
    assert noisy.max() > 1
    assert T.GaussianNoise(0.1, 0.5)(x).max() == 1


def test_erasing():
    ag.manual_seed(0)
    x = np.ones((3, 20, 30), np.float32)
    for _ in range(50):
        erased = T.RandomErasing(1.0, scale=(0.1, 0.2), ratio=(0.5, 2), value=[0.0, 0.5, 0.25])(x)
        rows, columns = (np.flatnonzero((erased[0] == 0).any(axis)) for axis in (1, 0))
        height, width = len(rows), len(columns)
        assert 0.06 < height * width / 600 < 0.25
        assert 0.4 < height / width < 2.5
        part = erased[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        np.testing.assert_array_equal(part, np.broadcast_to(np.float32([0, 0.5, 0.25])[:, None, None], part.shape))
        assert (erased != 1).sum() == part.size
    assert T.RandomErasing(0.0)(x) is x
    assert T.RandomErasing(1.0, scale=(1, 1))(x) is x  # nothing that large fits
    T.RandomErasing(1.0, inplace=True)(x)
    assert (x == 0).any()
    wide = T.RandomErasing(1.0, scale=(0.3, 0.3), ratio=(0.5, 6))  # every second one is too high
    assert all((wide(ag.ones(1, 10, 20)) == 0).any() for _ in range(20))


# --------------------------------------------------------------------------------------- mixtures


def test_label_smoothing_is_that_of_the_loss():
    scores, target = ag.randn(5, 4), ag.tensor([0, 3, 1, 1, 2])
    same, smooth = LabelSmoothing(4, 0.2)(scores, target)
    assert same is scores
    loss = nn.CrossEntropyLoss(label_smoothing=0.2)(scores, target).item()
    assert -(smooth * ag.log_softmax(scores, 1)).sum(1).mean().item() == pytest.approx(loss, rel=1e-5)
    twice = LabelSmoothing(smoothing=0.2)(scores, smooth)[1]
    np.testing.assert_allclose(twice.sum(1).numpy(), 1, rtol=1e-6)


def test_mixup_mixes_samples_and_targets_alike():
    ag.manual_seed(0)
    shares = []
    for _ in range(200):
        x, y = MixUp(0.4, num_classes=6)(ag.eye(6), ag.arange(6))
        np.testing.assert_array_equal(x, y)
        np.testing.assert_allclose(x.sum(1).numpy(), 1, rtol=1e-6)
        np.testing.assert_allclose(x.sum(0).numpy(), 1, rtol=1e-6)  # every sample is mixed into one other
        shares.append(max(x[0].tolist()))
    assert max(shares) > 0.99
    assert min(shares) < 0.6
    batches = [
        next(
            iter(
                DataLoader(
                    list(zip(ag.eye(6), range(6), strict=True)),
                    6,
                    collate_fn=lambda samples: MixUp(1.0, 6)(*default_collate(samples)),
                    generator=ag.Generator().manual_seed(1),
                )
            )
        )
        for _ in range(2)
    ]
    np.testing.assert_array_equal(batches[0][1], batches[1][1])


def test_a_blur_is_scipys():
    ndimage = pytest.importorskip("scipy.ndimage")
    x = picture(dtype=np.float64).numpy()
    expected = ndimage.gaussian_filter(x, (0, 0.7, 0.7), radius=(0, 1, 2), mode="mirror")
    np.testing.assert_allclose(T.GaussianBlur((5, 3), 0.7)(x), expected, rtol=1e-12)
    assert T.GaussianBlur(3)(picture(dtype=np.uint8)).dtype == np.uint8


def test_gray_pictures_have_the_brightness_of_pillows():
    image = pytest.importorskip("PIL.Image")
    x = picture(dtype=np.uint8).numpy()
    gray = T.Grayscale()(x)
    assert gray.shape == (1, 6, 8)
    expected = np.asarray(image.fromarray(x.transpose(1, 2, 0)).convert("L"))
    assert abs(gray[0].astype(int) - expected).max() <= 1
    np.testing.assert_array_equal(T.RandomGrayscale(1.0)(x), np.repeat(gray, 3, 0))
    assert T.RandomGrayscale(0.0)(x) is x
    assert T.RandomGrayscale(1.0)(x[:1]) is not None


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 9))
def test_resized_crops_are_parts_of_the_picture(height, width, seed):
    crop = T.RandomResizedCrop((4, 5), scale=(0.3, 0.6), ratio=(0.5, 2.0))
    ag.manual_seed(seed)
    top, left, h, w = crop._part(height, width)
    assert 0 <= top <= top + h <= height
    assert 0 <= left <= left + w <= width
    if min(height, width) > 20:
        assert 0.27 <= h * w / (height * width) <= 0.65
        assert 0.45 <= w / h <= 2.2
    assert crop(np.ones((2, height, width))).shape == (2, 4, 5)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: T.GaussianBlur(4), "GaussianBlur: kernel_size must be odd, not 4"),
        (lambda: T.GaussianBlur(3, (2, 1)), "GaussianBlur: sigma must be positive, from low to high, not (2, 1)"),
        (lambda: T.Grayscale(2), "Grayscale: num_output_channels must be 1 or 3, not 2"),
        (lambda: T.RandomGrayscale(2), "RandomGrayscale: p is a probability, not 2"),
        (
            lambda: T.RandomResizedCrop(3, (0, 1)),
            "RandomResizedCrop: scale=(0, 1) and ratio=(0.75, 1.333...) must be positive, from low to high",
        ),
    ],
)
def test_what_the_further_transforms_do_not_take_is_said(call, words):
    with pytest.raises(ValueError, match=exactly(words)):
        call()
