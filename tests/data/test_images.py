"""Images by id, and the channel that becomes x."""

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image as Pillow

from cnnviz.core.setup.image_ids import COUNTS, DIGITS, PATTERNS
from cnnviz.core.setup.setup import CHANNELS, Setup
from cnnviz.data import bundled_images, cifar10
from cnnviz.data.cifar10 import Loader
from cnnviz.data.images import CLASSES, Image, ImageUnavailable, find_image, load_image, load_split
from cnnviz.data.uploads import pack
from cnnviz.words import Problem

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data" / "cifar10_test_first20"
TRAIN = SHARED.parent / "cifar10_train_first1000.npz"
FIRST_TEST_LABELS = [3, 8, 8, 0, 6, 6, 1, 6, 3, 1, 0, 9, 5, 7, 9, 8, 5, 7, 8, 6]
RGB = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)


@pytest.fixture
def nothing_cached(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(cifar10, "LOADER", Loader())
    return tmp_path


@pytest.fixture
def full_set(nothing_cached):
    """A set in memory whose image i is filled with i % 251; one array stands for both splits."""
    images = np.broadcast_to((np.arange(50_000) % 251).astype(np.uint8)[:, None, None, None], (50_000, 32, 32, 3))
    labels = (np.arange(50_000) % 10).astype(np.uint8)
    cifar10.LOADER._full_set = cifar10.collect(images, labels, images[:10_000], labels[:10_000])
    cifar10.LOADER._state = "ready"


def test_the_bundled_images_are_the_first_twenty_of_the_test_set():
    images = load_split("test")
    assert [image.id for image in images] == [f"test-{i}" for i in range(20)]
    assert [CLASSES.index(image.label) for image in images] == FIRST_TEST_LABELS
    assert not {"bird", "deer"} & {image.label for image in images}


def test_the_bundled_pixels_are_those_of_the_files_and_cannot_be_changed():
    for image, path in zip(load_split("test"), sorted((ROOT / "assets").glob("*.png")), strict=True):
        with Pillow.open(path) as picture:
            assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", (32, 32))
            assert (np.asarray(picture) == image.pixels).all()
        assert image.pixels.dtype == np.uint8 and not image.pixels.flags.writeable
        assert image.pixels.std() > 10
    assert len({image.pixels.tobytes() for image in load_split("test")}) == 20


@pytest.mark.skipif(not SHARED.exists(), reason="the originals lie in ../shared/data, which is not here")
def test_the_bundled_files_are_the_originals():
    originals = {path.name: path.read_bytes() for path in SHARED.glob("*.png")}
    assert originals == {path.name: path.read_bytes() for path in (ROOT / "assets").glob("*.png")}


@pytest.mark.skipif(not TRAIN.exists(), reason="the first 1,000 training images lie in ../shared/data, which is not here")
def test_the_first_training_image_is_bundled_bit_for_bit(nothing_cached):
    with np.load(TRAIN) as file:
        assert (find_image("train-0").pixels == file["images"][0]).all()
        assert CLASSES[file["labels"][0]] == find_image("train-0").label == "frog"
    assert cifar10.LOADER.state == "absent"


@pytest.mark.parametrize(
    ("file", "kind", "names"), [("cifar10_subset", "sample", CLASSES), ("digits_28x28", "digit", DIGITS)]
)
def test_sample_and_digits_are_the_first_of_each_class(file, kind, names):
    path = SHARED.parent / f"{file}.npz"
    if not path.exists():
        pytest.skip(f"the originals lie in {path.name} in ../shared/data, which is not here")
    with np.load(path) as originals:
        for split, mark, count in zip(("train", "test"), ("", "h"), COUNTS[kind], strict=True):
            pixels, labels = originals[f"x_{split}"], originals[f"y_{split}"].ravel()
            for label, name in enumerate(names):
                for number, original in enumerate(pixels[labels == label][:count]):
                    image = find_image(f"{'digit' * (kind == 'digit')}{name}-{mark}{number}")
                    theirs = original if original.ndim == 3 else original[..., None]
                    assert (image.pixels == theirs).all() and image.label == name
                    assert image.pixels.dtype == np.uint8 and not image.pixels.flags.writeable


def test_sheets_are_read_once_and_without_their_file_a_sentence_says_so(tmp_path, monkeypatch):
    assert bundled_images.contact_sheet("digit", True) is bundled_images.contact_sheet("digit", True)
    monkeypatch.setattr(bundled_images, "ASSETS", tmp_path)
    (tmp_path / "sample").mkdir()
    for content in (None, b"no picture", (ROOT / "assets" / "sample" / "mnist_train.png").read_bytes()[:99_999]):
        if content:
            (tmp_path / "sample" / "mnist_train.png").write_bytes(content)
        with pytest.raises(Problem, match="Bundled images are missing. Reinstall"):
            bundled_images.contact_sheet.__wrapped__("digit", False)


@pytest.mark.parametrize("left", [0, 19])
def test_a_removed_asset_is_said_in_a_sentence(tmp_path, monkeypatch, left):
    monkeypatch.setattr("cnnviz.data.images.ASSETS", tmp_path)
    for path in sorted((ROOT / "assets").glob("*.png"))[:left]:
        shutil.copy(path, tmp_path)
    with pytest.raises(ImageUnavailable, match="Bundled images are missing. Reinstall"):
        load_split.__wrapped__("test")


@pytest.mark.parametrize(
    "img", ["test-0", "test-19", "train-0", "cat-h29", *(f"pattern-{name}" for name in PATTERNS), pack(find_image("test-3").pixels)]
)
def test_what_a_lesson_can_name_without_the_full_set_is_there(img):
    image = find_image(Setup(img=img).img)
    assert image.id == img
    assert image.pixels.shape == (32, 32, 3) and image.pixels.dtype == np.uint8 and not image.pixels.flags.writeable


def test_words_name_image_and_class():
    upload = pack(find_image("test-3").pixels)
    assert [find_image(img).words for img in ("test-1", "pattern-edges", upload)] == [
        "test-1, ship",
        "pattern: edges",
        "your own picture",
    ]
    assert [find_image(img).words for img in ("train-0", "cat-17", "dog-h3", "digit7-3", "digit0-h3")] == [
        "train-0, frog",
        "cat-17, cat",
        "dog-h3, dog, test image",
        "digit7-3, handwritten 7",
        "digit0-h3, handwritten 0, test image",
    ]
    assert find_image("pattern-edges").label is None
    french = [find_image(f"pattern-{name}").message.say("fr") for name in PATTERNS]
    assert french == [f"motif\u00a0: {name}" for name in ("bords", "damier", "dégradé", "point")]


def test_an_image_keeps_a_copy_of_what_somebody_else_could_change():
    pixels = np.zeros((32, 32, 3), np.uint8)
    image = Image("x", pixels)
    pixels[:] = 9
    assert not image.pixels.any()
    with pytest.raises(dataclasses.FrozenInstanceError):
        image.label = "cat"


@pytest.mark.parametrize(
    ("img", "choices"),
    [
        *((img, "test-0 … test-19, train-0, cat-17") for img in ("", "cat", "test-01", "test--1", "test-1٣")),
        ("test-10000", "test-0 … test-9999"),
        ("train-50000", "train-0 … train-49999"),
        ("cat-120", "cat-0 … cat-119"),
        ("digit7-h50", "digit7-h0 … digit7-h49"),
        ("pattern-x", "pattern-edges, pattern-checkerboard"),
        ("pattern-", "pattern-edges, pattern-checkerboard"),
    ],
)
def test_an_id_of_nothing_is_answered_with_what_to_choose(img, choices):
    with pytest.raises(ImageUnavailable, match=f"There is no image '{img}'(\\. Choose|, only) {choices}"):
        find_image(img)


def test_an_upload_that_was_cut_off_says_so():
    with pytest.raises(ImageUnavailable, match="picture in this address .* Upload it again"):
        find_image("upload-eJxjYA")


@pytest.mark.parametrize("img", ["train-1", "test-20", "test-9999", "train-49999"])
def test_the_full_set_is_asked_for_in_a_sentence_where_it_is_not(img, nothing_cached):
    with pytest.raises(ImageUnavailable, match=f"{img} needs the full CIFAR-10. .* is a download"):
        find_image(img)
    assert cifar10.LOADER.state == "absent"


def test_files_in_the_cache_are_used_without_asking(full_set, monkeypatch):
    ready, loader = cifar10.LOADER.full_set, Loader()
    monkeypatch.setattr(cifar10, "LOADER", loader)
    monkeypatch.setattr(cifar10, "is_cached", lambda: True)
    monkeypatch.setattr(cifar10, "_load", lambda enter: ready)
    assert find_image("train-7").label == "horse"
    assert loader.state == "ready"


def test_cached_files_that_cannot_be_read_say_why(nothing_cached, monkeypatch):
    def broken(enter):
        raise ModuleNotFoundError("No module named 'tensorflow'")

    monkeypatch.setattr(cifar10, "is_cached", lambda: True)
    monkeypatch.setattr(cifar10, "_load", broken)
    with pytest.raises(ImageUnavailable, match="train-7 needs .* TensorFlow cannot be used .* Available: "):
        find_image("train-7")


def test_the_loaded_set_answers_by_split_and_index(full_set):
    image = find_image("train-49999")
    assert (image.pixels == 49_999 % 251).all() and image.label == CLASSES[9]
    assert image.pixels.shape == (32, 32, 3) and not image.pixels.flags.writeable
    assert find_image("test-20").words == "test-20, airplane"
    assert find_image("test-0") is load_split("test")[0]


@given(
    st.one_of(
        st.text(),
        st.from_regex(r"(test|train|pattern|upload)-[\w-]{0,9}"),
        st.from_regex(r"(bird|digit\d?)-h?\d{0,4}", fullmatch=True),
        st.integers(),
        st.none(),
    )
)
def test_any_id_gives_an_image_or_a_sentence(img):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cifar10, "LOADER", Loader())
        patch.setattr(cifar10, "is_cached", lambda: False)
        try:
            assert find_image(img).pixels.shape[2:] == (3,)
        except ImageUnavailable as error:
            assert str(error).endswith(".")


@pytest.mark.parametrize("channel, c", [("red", 0), ("green", 1), ("blue", 2)])
def test_a_channel_is_one_of_the_three_planes(channel, c):
    x = load_image("test-0", channel, "raw")
    assert x.shape == (32, 32) and x.dtype == np.float64
    assert (x == find_image("test-0").pixels[..., c]).all()
    assert (load_image("test-0", channel) == x / 255).all()


def test_red_and_unit_are_what_you_get_without_asking():
    assert (load_image(RGB) == RGB[..., 0] / 255).all()


def test_gray_is_luma_and_is_not_rounded():
    r, g, b = np.moveaxis(RGB.astype(float), -1, 0)
    gray = load_image(RGB, "gray", "raw")
    np.testing.assert_allclose(gray, 0.299 * r + 0.587 * g + 0.114 * b, rtol=1e-15)
    assert (gray % 1 != 0).any()
    assert load_image(np.full((1, 1, 3), 255), "gray") == 1.0
    assert load_image(np.array([[[255, 0, 0]]]), "gray", "raw")[0, 0] == 0.299 * 255


@given(
    arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=6).map(lambda shape: (*shape, 3))),
    st.sampled_from(["unit", "raw"]),
)
def test_rgb_is_the_three_channels_first(pixels, scale):
    x = load_image(pixels, "rgb", scale)
    assert x.dtype == np.float64 and x.flags.c_contiguous and x.shape == (3, *pixels.shape[:2])
    assert x.tobytes() == np.stack([load_image(pixels, channel, scale) for channel in CHANNELS[:3]]).tobytes()
    gray = load_image(pixels[..., 1], "rgb", scale)
    assert gray.tobytes() == np.stack([load_image(pixels[..., 1], "red", scale)] * 3).tobytes()


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, float])
def test_an_array_of_any_number_type_and_size_is_an_image(dtype):
    x = load_image(RGB.astype(dtype), "green", "raw")
    assert x.dtype == np.float64 and (x == RGB[..., 1]).all()
    assert (load_image(RGB[..., 2].astype(dtype), "gray", "raw") == RGB[..., 2]).all()
    assert (load_image(RGB.tolist(), "green", "raw") == RGB[..., 1]).all()


@pytest.mark.parametrize("scale", ["unit", "raw"])
def test_x_is_new_and_the_image_stays_as_it_was(scale):
    image = RGB[..., 0].astype(float)
    before = image.copy()
    load_image(image, "red", scale)[:] = -1
    assert (image == before).all()


@pytest.mark.parametrize(
    "image, words",
    [
        (np.zeros(3), r"load_image: image has shape \(3,\), not \(H, W, 3\) or \(H, W\)"),
        (np.zeros((2, 2, 4)), r"has shape \(2, 2, 4\)"),
        (np.zeros((1, 2, 2, 3)), r"has shape \(1, 2, 2, 3\)"),
        (np.zeros((0, 5)), r"has shape \(0, 5\)"),
        (np.full((2, 2), 256), "load_image: image has values 256 … 256, outside 0"),
        (np.full((2, 2), -1), "has values −1"),
        (np.full((2, 2), np.nan), "has values NaN"),
        (np.array([["a"]]), "type <U1; expected numbers"),
        (None, "has shape"),
    ],
)
def test_an_array_that_is_no_image_is_refused_by_shape_or_value(image, words):
    with pytest.raises(ValueError, match=words):
        load_image(image)


def test_an_unknown_channel_or_scale_is_refused_by_name():
    with pytest.raises(ValueError, match="load_image: channel must be one of red, green, blue, gray, rgb, not 'purple'$"):
        load_image("test-0", "purple")
    with pytest.raises(ValueError, match="load_image: scale must be one of unit, raw, not 'percent'"):
        load_image("test-0", "red", "percent")
    with pytest.raises(ImageUnavailable):
        load_image("no such image")
