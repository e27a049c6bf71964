"""Images by id, and the channel that becomes x."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from cnnviz.core.image_ids import PATTERNS
from cnnviz.core.lesson import Lesson
from cnnviz.data import cifar10
from cnnviz.data.cifar10 import Loader
from cnnviz.data.dataset import DataSet
from cnnviz.data.images import CLASSES, Image, ImageUnavailable, bundled, find_image, load_image
from cnnviz.data.uploads import pack

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data" / "cifar10_test_first20"
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
    cifar10.LOADER._data = DataSet(images, labels, images[:10_000], labels[:10_000])
    cifar10.LOADER._state = "ready"


def test_the_bundled_images_are_the_first_twenty_of_the_test_set():
    images = bundled()
    assert [image.id for image in images] == [f"test-{i}" for i in range(20)]
    assert [CLASSES.index(image.label) for image in images] == FIRST_TEST_LABELS
    assert not {"bird", "deer"} & {image.label for image in images}


def test_the_bundled_pixels_are_those_of_the_files_and_cannot_be_changed():
    for image, path in zip(bundled(), sorted((ROOT / "assets").glob("*.png")), strict=True):
        with Pillow.open(path) as picture:
            assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", (32, 32))
            assert (np.asarray(picture) == image.pixels).all()
        assert image.pixels.dtype == np.uint8 and not image.pixels.flags.writeable
        assert image.pixels.std() > 10
    assert len({image.pixels.tobytes() for image in bundled()}) == 20


@pytest.mark.skipif(not SHARED.exists(), reason="the originals lie in ../shared/data, which is not here")
def test_the_bundled_files_are_the_originals():
    originals = {path.name: path.read_bytes() for path in SHARED.glob("*.png")}
    assert originals == {path.name: path.read_bytes() for path in (ROOT / "assets").glob("*.png")}


@pytest.mark.parametrize("left", [0, 19])
def test_a_removed_asset_is_said_in_a_sentence(tmp_path, monkeypatch, left):
    monkeypatch.setattr("cnnviz.data.images.ASSETS", tmp_path)
    for path in sorted((ROOT / "assets").glob("*.png"))[:left]:
        shutil.copy(path, tmp_path)
    with pytest.raises(ImageUnavailable, match="assets lacks bundled images: fetch it again"):
        bundled.__wrapped__()


@pytest.mark.parametrize(
    "img", ["test-0", "test-19", *(f"pattern-{name}" for name in PATTERNS), pack(find_image("test-3").pixels)]
)
def test_what_a_lesson_can_name_without_the_full_set_is_there(img):
    image = find_image(Lesson(img=img).img)
    assert image.id == img
    assert image.pixels.shape == (32, 32, 3) and image.pixels.dtype == np.uint8 and not image.pixels.flags.writeable


def test_words_name_image_and_class():
    upload = pack(find_image("test-3").pixels)
    assert [find_image(img).words for img in ("test-1", "pattern-edges", upload)] == [
        "test-1, ship",
        "pattern: edges",
        "your own picture",
    ]
    assert find_image("pattern-edges").label is None


def test_an_image_keeps_a_copy_of_what_somebody_else_could_change():
    pixels = np.zeros((32, 32, 3), np.uint8)
    image = Image("x", pixels)
    pixels[:] = 9
    assert not image.pixels.any()
    with pytest.raises(dataclasses.FrozenInstanceError):
        image.label = "cat"


@pytest.mark.parametrize(
    "img", ["", "cat", "test-10000", "train-50000", "test-01", "test--1", "pattern-x", "pattern-", "test-1٣"]
)
def test_an_id_of_nothing_is_answered_with_what_to_choose(img):
    with pytest.raises(ImageUnavailable, match="There is no image .*: choose one of test-0"):
        find_image(img)


def test_an_upload_that_was_cut_off_says_so():
    with pytest.raises(ImageUnavailable, match="uploaded picture .* upload it again"):
        find_image("upload-eJxjYA")


@pytest.mark.parametrize("img", ["train-0", "test-20", "test-9999", "train-49999"])
def test_the_full_set_is_asked_for_in_a_sentence_where_it_is_not(img, nothing_cached):
    with pytest.raises(ImageUnavailable, match=f"{img} needs the full CIFAR-10 set. .* not on this computer yet"):
        find_image(img)
    assert cifar10.LOADER.state == "absent"


def test_files_in_the_cache_are_used_without_asking(full_set, monkeypatch):
    ready, loader = cifar10.LOADER.dataset(), Loader()
    monkeypatch.setattr(cifar10, "LOADER", loader)
    monkeypatch.setattr(cifar10, "cached", lambda: True)
    monkeypatch.setattr(cifar10, "_load", lambda enter: ready)
    assert find_image("train-7").label == "horse"
    assert loader.state == "ready"


def test_cached_files_that_cannot_be_read_say_why(nothing_cached, monkeypatch):
    def broken(enter):
        raise ModuleNotFoundError("No module named 'tensorflow'")

    monkeypatch.setattr(cifar10, "cached", lambda: True)
    monkeypatch.setattr(cifar10, "_load", broken)
    with pytest.raises(ImageUnavailable, match="train-7 needs .* TensorFlow cannot be used .* Until then choose"):
        find_image("train-7")


def test_the_loaded_set_answers_by_split_and_index(full_set):
    image = find_image("train-49999")
    assert (image.pixels == 49_999 % 251).all() and image.label == CLASSES[9]
    assert image.pixels.shape == (32, 32, 3) and not image.pixels.flags.writeable
    assert find_image("test-20").words == "test-20, airplane"
    assert find_image("test-0") is bundled()[0]


@given(st.one_of(st.text(), st.from_regex(r"(test|train|pattern|upload)-[\w-]{0,9}"), st.integers(), st.none()))
def test_any_id_gives_an_image_or_a_sentence(img):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cifar10, "LOADER", Loader())
        patch.setattr(cifar10, "cached", lambda: False)
        try:
            assert find_image(img).pixels.shape == (32, 32, 3)
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
        (np.zeros(3), r"load_image: image has shape \(3,\); it needs to be \(H, W, 3\) or \(H, W\)"),
        (np.zeros((2, 2, 4)), r"has shape \(2, 2, 4\)"),
        (np.zeros((1, 2, 2, 3)), r"has shape \(1, 2, 2, 3\)"),
        (np.zeros((0, 5)), r"has shape \(0, 5\)"),
        (np.full((2, 2), 256), "load_image: image holds 256 … 256; it needs numbers from 0 to 255"),
        (np.full((2, 2), -1), "holds -1"),
        (np.full((2, 2), np.nan), "holds nan"),
        (np.array([["a"]]), "holds <U1; it needs numbers"),
        (None, "has shape"),
    ],
)
def test_an_array_that_is_no_image_is_refused_by_shape_or_value(image, words):
    with pytest.raises(ValueError, match=words):
        load_image(image)


def test_an_unknown_channel_or_scale_is_refused_by_name():
    with pytest.raises(ValueError, match="load_image: channel 'purple' is none of red, green, blue, gray"):
        load_image("test-0", "purple")
    with pytest.raises(ValueError, match="load_image: scale 'percent' is none of unit, raw"):
        load_image("test-0", "red", "percent")
    with pytest.raises(ImageUnavailable):
        load_image("no such image")
