"""Images to train on: of the full set where there is one, otherwise bundled; lazily, in any channel; and real cats and dogs."""

import json
import os
import pickle
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.setup.image_ids import CLASSES, DIGITS
from cnnviz.core.setup.setup import CHANNELS
from cnnviz.core.training.training import Training, train
from cnnviz.data import cifar10, keras_cache
from cnnviz.data.images import ImageUnavailable, find_image, load_image
from cnnviz.data.training_data import describe, training_data
from cnnviz.words import Problem

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
FIRST, SUBSET = SHARED / "cifar10_train_first1000.npz", SHARED / "cifar10_subset.npz"


@pytest.fixture(autouse=True)
def nothing_loaded(tmp_path, monkeypatch):
    """Whatever this computer's Keras has."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(cifar10, "LOADER", cifar10.Loader())
    monkeypatch.setattr(cifar10, "has_tensorflow", lambda: True)


@pytest.fixture
def full(monkeypatch):
    """A small full set: 40 training and 20 test images, all ten classes in turn, and each pixel different."""
    pixels = np.random.default_rng(0).integers(0, 256, (60, 32, 32, 3), dtype=np.uint8)
    labels = (np.arange(60) % 10).astype(np.uint8)
    data = cifar10.collect(pixels[:40], labels[:40], pixels[40:], labels[40:])
    monkeypatch.setattr(cifar10.LOADER, "_full_set", data)
    return data


def some(names) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), min_size=2, max_size=10, unique=True)


def test_without_tensorflow_what_needs_the_full_set_says_that_it_is_not_installed(monkeypatch):
    monkeypatch.setattr(cifar10, "has_tensorflow", lambda: False)
    with pytest.raises(ImageUnavailable, match="train-5000 needs the full CIFAR-10. .* needs TensorFlow, which is not installed"):
        find_image("train-5000")
    monkeypatch.setenv("CNNVIZ_WITHOUT", "cifar10")
    with pytest.raises(ImageUnavailable, match="disabled"):
        find_image("train-5000")


def test_without_the_full_set_the_sample_is_used_and_the_words_say_so():
    data = training_data()
    assert (data.source, data.full, data.names) == ("sample", False, ("cat", "dog"))
    assert data.train.ids == [f"{name}-{i}" for name in data.names for i in range(120)]
    assert data.held_out.ids == [f"{name}-h{i}" for name in data.names for i in range(30)]
    words = str(describe(data))
    assert words.startswith("cat against dog: 240 training images, 60 test images, a small sample of CIFAR-10.")
    assert words.endswith("The full CIFAR-10 is a download of 170 MB.")


@given(some(CLASSES) | some(DIGITS), st.randoms(use_true_random=False))
def test_pixels_labels_and_targets_are_those_of_the_ids(classes, chance):
    data = training_data(classes, "" if classes[0] in DIGITS else "sample")
    assert set(data.train.ids).isdisjoint(data.held_out.ids) and data.names == tuple(classes)
    for images, each in ((data.train, (120, 200)), (data.held_out, (30, 50))):
        ids, targets = images.ids, images.targets
        assert np.bincount(images.labels).tolist() == [each[data.source == "digits"]] * len(classes)
        assert targets.shape == (len(images), len(classes)) and (targets.sum(axis=1) == 1).all()
        for row in chance.sample(range(len(images)), 5):
            image = find_image(ids[row])
            assert image.label == classes[images.labels[row]] == classes[targets[row].argmax()]
            assert (images.source[images.indices[row]] == image.pixels).all()
    assert data.held_out.images.dtype == np.uint8 and len(data.held_out.images) == len(data.held_out)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("scale", ["unit", "raw"])
@pytest.mark.parametrize("classes", [("frog", "ship", "cat"), ("7", "1")])
def test_a_training_sees_the_numbers_of_the_step_page(channel, scale, classes):
    images = training_data(classes).train
    pixels, rows = images.pixels(channel), np.array([4, 0, 5, 250])
    planes, side = (3,) * (channel == "rgb"), images.source.shape[1]
    assert pixels.shape == (len(images), *planes, side, side) and len(pixels) == len(images)
    seen = Training(scale=scale).x(pixels[rows])
    assert seen.flags.c_contiguous
    assert seen.tobytes() == np.array([load_image(images.ids[row], channel, scale) for row in rows]).tobytes()
    assert pixels[2].tobytes() == load_image(images.ids[2], channel, "raw").tobytes()
    assert pixels[2:4].shape == (2, *planes, side, side)
    narrow = images.pixels(channel, np.float32)[rows]
    assert narrow.dtype == np.float32 and (narrow == pixels[rows].astype(np.float32)).all()


def test_the_full_set_is_used_in_its_own_two_parts_and_not_copied(full):
    data = training_data(("dog", "cat"))
    assert data.full and str(describe(data)) == (
        "dog against cat: 8 training images, 4 test images, from CIFAR-10."
    )
    assert data.train.ids == [f"train-{i}" for i in (3, 5, 13, 15, 23, 25, 33, 35)]
    assert data.held_out.ids == ["test-3", "test-5", "test-13", "test-15"]
    assert data.train.labels.tolist() == [1, 0] * 4
    assert (data.train.images == full.train.source[[3, 5, 13, 15, 23, 25, 33, 35]]).all()
    assert (data.held_out.pixels("blue")[np.array([1])] == full.held_out.source[5, :, :, 2]).all()
    assert data.train.source is full.train.source is data.train.pixels().source
    with pytest.raises(ValueError, match="read-only"):
        data.train.source[0] = 1


def test_the_source_can_be_chosen(full):
    assert training_data().source == training_data(source="cifar10").source == "cifar10"
    assert training_data(source="sample").source == "sample"
    assert training_data(("0", "9")).source == training_data(("0", "9"), "digits").source == "digits"
    assert str(describe(training_data(("0", "9", "4")))) == (
        "0, 9, 4 against one another: 600 training images, 150 test images, from MNIST."
    )


@pytest.mark.parametrize("classes", [("cat", "cat"), ("cat", "unicorn"), ("", "dog"), ("cat",), (), ("cat", "7")])
@pytest.mark.parametrize("source", ["", "sample"])
def test_classes_that_cannot_be_trained_on_are_said(classes, source):
    with pytest.raises(Problem, match="Choose two to ten of airplane, automobile"):
        training_data(classes, source)


def test_what_cannot_be_had_is_said():
    with pytest.raises(Problem, match="two to ten"):
        training_data(("cat", "dog"), "digits")
    with pytest.raises(Problem, match="no training images 'imagenet', only cifar10, sample, digits"):
        training_data(source="imagenet")
    with pytest.raises(Problem, match="needs the full CIFAR-10. The full CIFAR-10 is a download"):
        training_data(source="cifar10")
    with pytest.raises(Problem, match="channel must be one of red, .*not 'infrared'"):
        training_data().train.pixels("infrared")


def test_files_that_could_not_be_read_are_not_read_again_for_each_training(monkeypatch):
    tries = []
    monkeypatch.setattr(cifar10, "is_cached", lambda: True)
    monkeypatch.setattr(cifar10, "_load", lambda enter: tries.append(enter) or 1 / 0)
    assert [training_data().source for _ in range(3)] == ["sample"] * 3 and len(tries) == 1


def test_digits_are_learned_from_the_bundled_ones_alone():
    data = training_data(("0", "1"))
    sets = data.train.pixels(), data.train.targets, data.held_out.pixels(), data.held_out.targets
    *_, end = train(Training(epochs=20), *sets)
    assert end.accuracy > 0.97 and end.held_accuracy > 0.95


IN_KERAS_CACHE = """
import json, socket
def connect(*_):
    raise AssertionError("network")
socket.socket.connect = socket.socket.connect_ex = connect

from cnnviz.core.setup.kernels import KERNELS
from cnnviz.core.training.evaluation import evaluate
from cnnviz.core.training.training import Training, train
from cnnviz.data import cifar10
from cnnviz.data.training_data import describe, training_data
cifar10.PATIENCE = 600
data = training_data()
sets = data.train.pixels("gray"), data.train.targets, data.held_out.pixels("gray"), data.held_out.targets
training = Training(KERNELS["sobel-x"], epochs=40, batch=32, reports=2)
*_, end = run = list(train(training, *sets))
result = evaluate(training, end.params, *sets[2:])
print(json.dumps([str(describe(data)), data.train.ids, data.train.labels.tolist(), data.held_out.ids,
                  [run[0].loss, end.loss], end.accuracy, end.held_accuracy, result.accuracy]))
"""


@pytest.fixture
def cached(tmp_path):
    """Keras' folder with the real first 1,000 training images and 2,000 test images, the others black airplanes."""
    folder = tmp_path / "datasets" / "cifar-10-batches-py"
    folder.mkdir(parents=True)
    with np.load(FIRST) as first, np.load(SUBSET) as subset:
        real = {"data_batch_1": (first["images"], first["labels"]), "test_batch": (subset["x_test"], subset["y_test"])}
    for name in keras_cache.BATCHES:
        pixels, named = np.zeros((10_000, 3072), np.uint8), [0] * 10_000
        if name in real:
            images, labels = real[name]
            pixels[: len(images)] = images.transpose(0, 3, 1, 2).reshape(len(images), -1)
            named[: len(images)] = labels.ravel().tolist()
        with open(folder / name, "wb") as file:
            pickle.dump({b"labels": named, b"data": pixels}, file, protocol=3)
    yield tmp_path
    for name in keras_cache.BATCHES:
        (folder / name).unlink()


@pytest.mark.skipif(
    not (FIRST.exists() and SUBSET.exists()),
    reason="needs cifar10_train_first1000.npz and cifar10_subset.npz beside the project, in shared/data",
)
def test_real_cats_and_dogs_in_keras_cache(cached, capsys):
    if find_spec("tensorflow") is None:
        pytest.skip("needs TensorFlow, which reads the files")
    environment = os.environ | {"KERAS_HOME": str(cached), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", IN_KERAS_CACHE], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    words, ids, labels, held, (start, end), accuracy, held_accuracy, all_held = json.loads(done.stdout.splitlines()[-1])
    assert words == "cat against dog: 177 training images, 400 test images, from CIFAR-10."
    with np.load(FIRST) as file:
        names = [CLASSES[label] for label in file["labels"].ravel()]
    assert [("cat", "dog")[label] for label in labels] == [names[int(img.removeprefix("train-"))] for img in ids]
    assert all(img.startswith("test-") for img in held)
    with capsys.disabled():
        print(
            f"\n177 cats and dogs in gray, loss {start:.3f} -> {end:.3f}, accuracy {accuracy:.0%}; 400 held out {held_accuracy:.0%}"
        )
    assert end < 0.95 * start and accuracy > 0.6 and held_accuracy == all_held
