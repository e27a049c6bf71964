"""Two classes, from the full set where there is one, otherwise from the bundled images; and real cats and dogs."""

import json
import os
import pickle
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from cnnviz.core.training import Training, train
from cnnviz.data import cifar10, keras_cache
from cnnviz.data.dataset import CLASSES, DataSet
from cnnviz.data.images import ImageUnavailable, find_image, load_image
from cnnviz.data.training_set import two_classes

ROOT = Path(__file__).parents[2]
CIFAR = ROOT.parent / "shared" / "data" / "cifar10_train_first1000.npz"


@pytest.fixture(autouse=True)
def nothing_loaded(tmp_path, monkeypatch):
    """Whatever this computer's Keras has."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(cifar10, "LOADER", cifar10.Loader())


@pytest.fixture
def full(monkeypatch):
    """A small full set: 40 training and 20 test images, all ten classes in turn, and each pixel different."""
    pixels = np.random.default_rng(0).integers(0, 256, (60, 32, 32, 3), dtype=np.uint8)
    labels = (np.arange(60) % 10).astype(np.uint8)
    data = DataSet(pixels[:40], labels[:40], pixels[40:], labels[40:])
    monkeypatch.setattr(cifar10.LOADER, "_data", data)
    return data


def test_without_the_full_set_the_bundled_images_are_used_and_the_words_say_so():
    data = two_classes()
    assert not data.full and data.names == ("cat", "dog")
    assert sorted([*data.train.ids, *data.held.ids]) == ["test-0", "test-12", "test-16", "test-8"]
    assert sorted(data.train.labels) == sorted(data.held.labels) == [0, 1]
    assert data.words.startswith(
        "cat against dog: 2 images to learn from, 2 held out, all among the 20 bundled images. So few can be learned by heart"
    )
    assert data.words.endswith("The full CIFAR-10 set is not on this computer yet: it is a download of 170 MB.")


@pytest.mark.parametrize("a, b", [("cat", "dog"), ("dog", "cat"), ("frog", "ship"), ("airplane", "truck")])
def test_pixels_labels_and_targets_are_those_of_the_ids(a, b):
    for examples in (two_classes(a, b).train, two_classes(a, b).held):
        assert examples.images.dtype == np.uint8 and len(examples.images) == len(examples) == len(examples.ids)
        for img, pixels, label, target in zip(
            examples.ids, examples.images, examples.labels, examples.targets, strict=True
        ):
            image = find_image(img)
            assert (pixels == image.pixels).all() and image.label == (a, b)[label]
            assert target.tolist() == ([1, 0] if image.label == a else [0, 1])


def test_the_split_is_seeded_and_every_class_is_in_both_parts():
    def ids(seed):
        data = two_classes("frog", "ship", seed)
        assert set(data.train.ids).isdisjoint(data.held.ids) and len(data.train) == 6
        assert sorted(data.held.labels) == [0, 1]
        return data.held.ids

    assert ids(0) == ids(0)
    assert len({tuple(ids(seed)) for seed in range(10)}) > 3


@pytest.mark.parametrize("channel", ["red", "green", "blue", "gray"])
@pytest.mark.parametrize("scale", ["unit", "raw"])
def test_a_training_sees_the_numbers_of_the_step_page(channel, scale):
    examples = two_classes("frog", "ship").train
    pixels, rows = examples.pixels(channel), np.array([4, 0, 5])
    assert pixels.shape == (6, 32, 32)
    seen = Training(scale=scale).x(pixels[rows])
    assert seen.tobytes() == np.array([load_image(examples.ids[row], channel, scale) for row in rows]).tobytes()
    assert pixels[2].tobytes() == load_image(examples.ids[2], channel, "raw").tobytes()
    assert pixels[2:4].shape == (2, 32, 32)


def test_the_full_set_is_used_in_its_own_two_parts_and_not_copied(full):
    data = two_classes("dog", "cat")
    assert (
        data.full and data.words == "dog against cat: 8 images to learn from, 4 held out, from the full CIFAR-10 set."
    )
    assert data.train.ids == [f"train-{i}" for i in (3, 5, 13, 15, 23, 25, 33, 35)]
    assert data.held.ids == ["test-3", "test-5", "test-13", "test-15"]
    assert data.train.labels.tolist() == [1, 0] * 4
    assert (data.train.images == full.train[[3, 5, 13, 15, 23, 25, 33, 35]]).all()
    assert (data.held.pixels("blue")[np.array([1])] == full.test[5, :, :, 2]).all()
    assert data.train.source is full.train and data.train.pixels().source is full.train


def test_where_the_test_images_lack_a_class_training_images_are_held_out(full, monkeypatch):
    only = DataSet(full.train, full.train_labels, full.test, np.zeros(20, np.uint8))
    monkeypatch.setattr(cifar10.LOADER, "_data", only)
    data = two_classes()
    assert data.full and len(data.train) == 6 and len(data.held) == 2 and sorted(data.held.labels) == [0, 1]
    assert all(img.startswith("train-") for img in data.held.ids) and set(data.held.ids).isdisjoint(data.train.ids)


def test_what_cannot_be_had_is_said():
    for a, b in (("cat", "cat"), ("cat", "unicorn"), ("", "dog")):
        with pytest.raises(ValueError, match="need to be two of airplane, automobile"):
            two_classes(a, b)
    with pytest.raises(ImageUnavailable, match="class bird: 0, too few to train on. .* or load the full set. The full"):
        two_classes("cat", "bird")
    with pytest.raises(ValueError, match="channel 'infrared' is none of red"):
        two_classes().train.pixels("infrared")


def test_the_bundled_images_are_learned_by_heart_and_the_held_out_ones_are_not_seen():
    data = two_classes()
    sets = data.train.pixels(), data.train.targets, data.held.pixels(), data.held.targets
    *_, end = train(Training(epochs=150), *sets)
    assert end.accuracy == 1 and end.held_accuracy in (0, 0.5, 1)


IN_KERAS_CACHE = """
import json, socket
def connect(*_):
    raise AssertionError("network")
socket.socket.connect = socket.socket.connect_ex = connect

from cnnviz.core.training import Training, outcome, train
from cnnviz.data.training_set import two_classes
data = two_classes()
sets = data.train.pixels("gray"), data.train.targets, data.held.pixels("gray"), data.held.targets
training = Training(epochs=40, batch=32, reports=2)
*_, end = run = list(train(training, *sets))
result = outcome(training, end.params, *sets[2:])
print(json.dumps([data.words, data.train.ids, data.train.labels.tolist(), data.held.ids,
                  [run[0].loss, end.loss], end.accuracy, end.held_accuracy, result.accuracy]))
"""


@pytest.fixture
def cached(tmp_path):
    """Keras' folder with the real first 1,000 images at their places, the others black airplanes."""
    folder = tmp_path / "datasets" / "cifar-10-batches-py"
    folder.mkdir(parents=True)
    with np.load(CIFAR) as file:
        images, labels = file["images"], file["labels"].ravel().tolist()
    for name in keras_cache.BATCHES:
        pixels, named = np.zeros((10_000, 3072), np.uint8), [0] * 10_000
        if name == "data_batch_1":
            pixels[:1000], named[:1000] = images.transpose(0, 3, 1, 2).reshape(1000, -1), labels
        with open(folder / name, "wb") as file:
            pickle.dump({b"labels": named, b"data": pixels}, file, protocol=3)
    yield tmp_path
    for name in keras_cache.BATCHES:
        (folder / name).unlink()


@pytest.mark.skipif(not CIFAR.exists(), reason="needs cifar10_train_first1000.npz beside the project, in shared/data")
def test_real_cats_and_dogs_in_keras_cache(cached, capsys):
    if find_spec("tensorflow") is None:
        pytest.skip("needs TensorFlow, which reads the files")
    environment = os.environ | {"KERAS_HOME": str(cached), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", IN_KERAS_CACHE], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    words, ids, labels, held, (start, end), accuracy, held_accuracy, all_held = json.loads(done.stdout.splitlines()[-1])
    assert words == "cat against dog: 133 images to learn from, 44 held out, from the full CIFAR-10 set."
    with np.load(CIFAR) as file:
        names = [CLASSES[label] for label in file["labels"].ravel()]
    assert [("cat", "dog")[label] for label in labels] == [names[int(img.removeprefix("train-"))] for img in ids]
    assert len({*ids, *held}) == 177
    with capsys.disabled():
        print(
            f"\n133 cats and dogs in gray, loss {start:.3f} -> {end:.3f}, accuracy {accuracy:.0%}; 44 held out {held_accuracy:.0%}"
        )
    assert end < 0.95 * start and accuracy > 0.6 and held_accuracy == all_held
