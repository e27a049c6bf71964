"""A training is decided by its settings and data alone, and what it reports is what its parameters do."""

import dataclasses
import hashlib
import itertools
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.network import Network
from cnnviz.core.network.notebook_ops import mse
from cnnviz.core.network.optimizers import OPTIMIZERS
from cnnviz.core.notebook.notebook_network import backward, forward, init_params, update
from cnnviz.core.setup.kernels import KERNELS
from cnnviz.core.training import evaluation as outcomes
from cnnviz.core.training import training as module
from cnnviz.core.training.evaluation import accuracy_range, evaluate, guessing_range
from cnnviz.core.training.training import Training, train

ROOT = Path(__file__).parents[2]
SOBEL = KERNELS["sobel-x"]
CIFAR = ROOT.parent / "shared" / "data" / "cifar10_train_first1000.npz"


def stripes(images=90, size=12, seed=0):
    """Upright stripes against level ones, with noise: a 3×3 kernel and a weight a unit can tell them apart."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(images) % 2)
    wave = 80 * np.sin(np.arange(size) * 1.3) + 128
    X = np.where(labels[:, None, None] == 1, wave[:, None], wave[None, :]) + rng.normal(0, 25, (images, size, size))
    return X.clip(0, 255).astype(np.uint8), np.eye(2)[labels]


def halves(X, Y):
    return X[::2], Y[::2], X[1::2], Y[1::2]


def bits(run) -> str:
    digest = hashlib.sha256()
    for progress in run:
        numbers = [value for value in vars(progress).values() if not isinstance(value, Params | dict)]
        digest.update(np.array(numbers).tobytes())
        for array in (*progress.params.values(), *progress.buffers.values()):
            digest.update(array.tobytes())
    return digest.hexdigest()


def test_it_learns_and_what_it_tells_is_what_its_parameters_do():
    X, Y, X_held, Y_held = halves(*stripes())
    training = Training(learning_rate=0.2, batch=10, epochs=40, reports=4)
    run = list(train(training, X, Y, X_held, Y_held))
    assert [progress.step for progress in run] == [0, 50, 100, 150, 200]
    assert [progress.epoch for progress in run] == [0, 10, 20, 30, 40]
    assert run[-1].loss < 0.5 * run[0].loss and run[-1].accuracy > 0.95 and run[-1].held_accuracy > 0.9
    assert (run[-1].kernel != run[0].kernel).any()
    for progress in run:
        for images, targets, loss, accuracy in (
            (X, Y, progress.loss, progress.accuracy),
            (X_held, Y_held, progress.held_loss, progress.held_accuracy),
        ):
            outputs = np.array([forward(progress.params, x / 255).o for x in images])
            assert loss == pytest.approx(np.mean([mse(o, y) for o, y in zip(outputs, targets, strict=True)]), rel=1e-12)
            assert accuracy == np.mean((outputs[:, 1] > outputs[:, 0]) == (targets[:, 1] == 1))


def test_held_out_images_are_never_learned_from():
    X, Y, X_held, Y_held = halves(*stripes())
    training = Training(epochs=3, reports=1)
    _, one = train(training, X, Y, X_held, Y_held)
    _, other = train(training, X, Y, 255 - X_held[:7], Y_held[:7])
    assert all(np.array_equal(getattr(one.params, name), getattr(other.params, name)) for name in "fwb")
    assert one.held_loss != other.held_loss


@pytest.mark.parametrize("stride, padding, scale", [(1, 0, "unit"), (2, "same", "unit"), (1, 1, "raw")])
def test_a_step_is_the_mean_over_its_batch(stride, padding, scale):
    X, Y = stripes(6)
    training = Training(batch=6, epochs=2, stride=stride, padding=padding, scale=scale, seed=3, learning_rate=0.7, f=SOBEL)
    run = list(train(training, X, Y, X, Y))
    params = init_params(np.reshape(SOBEL, (3, 3)), (12, 12), 2, stride, padding, "normal", 3)
    for progress in run:
        for name in "fwb":
            np.testing.assert_allclose(getattr(progress.params, name), getattr(params, name), rtol=1e-12, atol=1e-13)
        seen = X / 255 if scale == "unit" else X.astype(float)
        steps = [
            update(params, backward(params, forward(params, x, stride, padding), y), 0.7)
            for x, y in zip(seen, Y, strict=True)
        ]
        params = Params(*(np.mean([getattr(step, name) for step in steps], axis=0) for name in "fwb"))
    assert len(run) == 3


@pytest.mark.parametrize("opt", OPTIMIZERS)
def test_any_network_takes_the_steps_of_its_optimizer(opt):
    X, Y = colours(6)
    training = Training(net=SMALL, opt=opt, batch=6, epochs=3, weights="he", seed=5, learning_rate=0.03)
    run = list(train(training, X, Y, X, Y))
    network = Network.parse(SMALL)
    params, state = network.init((3, 10, 10), "he", 5), None
    for progress in run:
        for name, array in progress.params.items():
            np.testing.assert_allclose(array, params[name], rtol=1e-9, atol=1e-11)
        singles = [network.backward(params, network.forward(params, x / 255), y) for x, y in zip(X, Y, strict=True)]
        mean = {f"d{name}": np.mean([single[f"d{name}"] for single in singles], axis=0) for name in params}
        params, state = OPTIMIZERS[opt](0.03).step(params, mean, state)
    assert len(run) == 4


SMALL = "conv4x3b-relu-max2-conv3x3-tanh-dense3-softmax-ce"


def colours(images=120, size=10, seed=0):
    """Images in which one of three channels is the brightest: three classes, (M,3,H,W)."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(images) % 3)
    X = rng.integers(0, 200, (images, 3, size, size))
    X[np.arange(images), labels] += 55
    return X.astype(np.uint8), np.eye(3)[labels]


def test_three_classes_of_coloured_images_are_learned_in_either_precision():
    X, Y, X_held, Y_held = halves(*colours())
    runs = {}
    for dtype in module.DTYPES:
        training = Training(net=SMALL, opt="adam", learning_rate=0.01, batch=12, epochs=12, reports=3, dtype=dtype, weights="he", classes=("r", "g", "b"))
        runs[dtype] = run = list(train(training, X, Y, X_held, Y_held))
        assert run[0].accuracy < 0.7 and run[-1].held_accuracy > 0.9 and run[-1].loss < 0.5 * run[0].loss
        assert all(array.dtype == np.float64 for progress in run for array in progress.params.values())
        result = evaluate(training, run[-1].params, X_held, Y_held)
        assert (result.loss, result.accuracy) == (run[-1].held_loss, run[-1].held_accuracy)
        assert result.confusion.shape == (3, 3) and result.o.shape == (60, 3)
    for one, other in zip(*runs.values(), strict=True):
        assert one.loss == pytest.approx(other.loss, rel=1e-3) and one.loss != other.loss


def test_a_training_starts_from_what_it_is_given():
    X, Y = colours(30)
    training = Training(net=SMALL, epochs=1)
    start = Network.parse(SMALL).init((3, 10, 10), "he", 77)
    first = next(train(training, X, Y, X, Y, start))
    assert all(np.array_equal(array, start[name]) for name, array in first.params.items())
    drawn, given = (training.start((3, 10, 10)), Training(net=SMALL, f=np.arange(54.0)).start((3, 10, 10)))
    assert np.array_equal(given["f1"].ravel()[:54], np.arange(54)) and np.array_equal(given["f1"][2:], drawn["f1"][2:])
    with pytest.raises(ValueError, match="w"):
        train(training, X, Y, X, Y, start.replace(w=np.zeros((3, 3))))


def test_units_that_no_image_wakes_are_silent(monkeypatch):
    X, Y = colours(30)
    training = Training(net="conv4x3b-relu-dense3-softmax-ce", epochs=1)
    start = training.start((3, 10, 10))
    quiet = start.replace(f=-np.abs(start["f"]) - 1, b1=np.array([-1.0, -1, -1, 1e6]))
    report = next(train(training, X, Y, X, Y, quiet))
    assert report.silent == 0.75 and report.saturated == report.saturated_outputs == 0
    monkeypatch.setattr(outcomes, "CHUNK", 7)  # what one image of another part wakes is awake
    lone = start.replace(f=np.zeros((4, 3, 3, 3)) + np.eye(4)[0][:, None, None, None], b1=np.array([-0.5, -1, -1, 1.0]))
    dark = np.zeros_like(X)
    dark[-1] = 255
    assert next(train(training, dark, Y, dark, Y, lone)).silent == 0.5
    assert next(train(training, X, Y, X, Y)).silent < 0.75
    hyperbolic = dataclasses.replace(training, net="conv4x3b-tanh-dense3-softmax-ce")
    report = next(train(hyperbolic, X, Y, X, Y, quiet))
    assert report.saturated == 1 and report.silent == 0


def test_what_diverges_ends_with_a_report_that_says_so():
    X, Y = colours(30)
    run = list(train(Training(net="conv4x3-relu-conv4x3-relu-dense3-mse", learning_rate=1e6, epochs=400, batch=10, reports=400), X, Y, X, Y))
    assert run[-1].diverged and not run[-2].diverged and len(run) < 100


def test_every_epoch_takes_every_image_once_in_another_order_and_equal_batches():
    epochs = list(module._batches(Training(batch=32, epochs=3), 130))
    assert [len(rows) for rows in epochs] == [26] * 15
    orders = [np.concatenate(epochs[5 * epoch :][:5]) for epoch in range(3)]
    for order in orders:
        assert sorted(order.tolist()) == list(range(130))
    assert not any(np.array_equal(one, other) for one, other in itertools.combinations(orders, 2))


def test_the_same_settings_give_the_same_bits_and_any_other_seed_others():
    data = halves(*stripes())
    start = Training(epochs=2, batch=10, reports=3)
    first = bits(train(start, *data))
    assert bits(train(start, *data)) == first
    for change in ({"seed": 1}, {"shuffle": 1}, {"f": (1.0,) * 9}, {"learning_rate": 0.06}, {"batch": 5}):
        assert bits(train(dataclasses.replace(start, **change), *data)) != first


BITS = """
import numpy as np
from pathlib import Path
import importlib.util
spec = importlib.util.spec_from_file_location("test_training", "tests/core/test_training.py")
tests = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tests)
data = tests.halves(*tests.stripes(600, 32))
print(tests.bits(tests.train(tests.Training(epochs=2, batch=256, reports=2), *data)))
"""


def test_the_bits_do_not_depend_on_threads_or_cores():
    data = halves(*stripes(600, 32))
    training, together = Training(epochs=2, batch=256, reports=2), []
    threads = [threading.Thread(target=lambda: together.append(bits(train(training, *data)))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(together) == 3 and len(set(together)) == 1
    for count in ("1", "4"):
        environment = os.environ | {"OPENBLAS_NUM_THREADS": count, "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", BITS], env=environment, cwd=ROOT, capture_output=True, text=True)
        assert done.stdout.strip() == together[0], done.stderr[-2000:]


def test_nothing_runs_until_it_is_asked_for(monkeypatch):
    asked = []

    class Counted:
        shape = (8, 12, 12)

        def __getitem__(self, rows):
            asked.append(len(rows))
            return stripes(8)[0][rows]

    X, Y = Counted(), stripes(8)[1]
    run = train(Training(batch=4, epochs=1000, reports=1000), X, Y, X, Y)
    assert asked == []
    next(run)
    assert asked == [8, 8]
    next(run)
    assert asked == [8, 8, 4, 4, 8, 8]
    run.close()
    assert list(run) == []


@pytest.mark.parametrize(
    "images, batch, epochs, reports, steps", [(3, 64, 5, 60, [0, 1, 2, 3, 4, 5]), (20, 5, 3, 5, [0, 2, 5, 7, 10, 12])]
)
def test_reports_are_evenly_spread_and_the_last_step_is_one(images, batch, epochs, reports, steps):
    X, Y = stripes(images)
    run = list(train(Training(batch=batch, epochs=epochs, reports=reports), X, Y, X, Y))
    assert [progress.step for progress in run] == steps
    assert {progress.steps for progress in run} == {steps[-1]}


def test_a_report_measures_the_same_evenly_spread_images_of_a_large_set(monkeypatch):
    monkeypatch.setattr(module, "MEASURED", 5)
    X, Y = stripes(90)
    first = next(train(Training(), X, Y, X[:3], Y[:3]))
    rows = [0, 22, 44, 67, 89]
    o = np.array([forward(first.params, x / 255).o for x in X[rows]])
    assert first.loss == pytest.approx(mse(o, Y[rows]), rel=1e-12)


def test_raw_pixels_saturate_the_units_and_the_report_says_so():
    X, Y = stripes()
    *_, raw = train(Training(scale="raw", epochs=5, f=(10, 6, 13, 13, 8, 9, 8, 7, 15)), X, Y, X, Y)
    assert raw.saturated == 1 and raw.kernel.reshape(-1).tolist() == list(Training(f=(10, 6, 13, 13, 8, 9, 8, 7, 15)).f)
    *_, wild = train(Training(learning_rate=1e5, epochs=5), X, Y, X, Y)
    assert wild.saturated_outputs == 1 and 0.4 < wild.accuracy < 0.6
    assert next(train(Training(), X, Y, X, Y)).saturated_outputs == 0


def test_outcome_counts():
    """A network that answers the brightness: o = σ(±(mean - threshold)), known for each image."""
    levels = np.array([0, 255, 100, 200, 120, 140, 127, 60])
    X, classes = np.ones((8, 4, 4)) * levels[:, None, None], np.array([0, 1, 0, 0, 1, 1, 1, 1])
    params = Params(np.ones((1, 1)), np.tile([-1.0, 1.0], (16, 1)), np.array([1.0, -1.0]) * 16 / (1 + np.exp(-0.5)))
    result = evaluate(Training(net="conv1x1-sigmoid-dense2-sigmoid-mse"), params, X, np.eye(2)[classes])
    assert result.predictions.tolist() == [0, 1, 0, 1, 0, 1, 0, 0]
    assert result.confusion.tolist() == [[2, 1], [3, 2]]
    assert result.accuracy == 4 / 8
    o = np.array([forward(params, x / 255).o for x in X])
    np.testing.assert_allclose(result.o, o, rtol=1e-12)
    assert result.loss == pytest.approx(np.mean((o - np.eye(2)[classes]) ** 2))
    for array in (result.o, result.predictions, result.confusion):
        assert not array.flags.writeable


def test_outcome_agrees_with_the_last_report_and_counts_every_image_once():
    X, Y, X_held, Y_held = halves(*stripes(1200))
    training = Training(epochs=1, reports=1)
    *_, last = train(training, X, Y, X_held, Y_held)
    result = evaluate(training, last.params, X_held, Y_held)
    assert (result.loss, result.accuracy) == (last.held_loss, last.held_accuracy)
    assert result.confusion.sum() == 600 and result.confusion.trace() / 600 == result.accuracy
    assert result.confusion.sum(axis=1).tolist() == Y_held.sum(axis=0).tolist()


@pytest.fixture
def stats():
    from scipy import stats  # which takes seconds to import: not while all tests are looked for

    return stats


@pytest.mark.parametrize("images", [1, 2, 5, 6, 62, 2_000])
def test_what_guessing_reaches_is_the_binomial_distributions(images, stats):
    low, high = guessing_range(images)
    assert low == pytest.approx(stats.binom.ppf(0.025, images, 0.5) / images) and high == pytest.approx(1 - low)


@pytest.mark.parametrize("classes", [2, 3, 10])
@pytest.mark.parametrize("images", [1, 2, 5, 9, 62, 400, 2_000])
def test_guessing_one_of_several_classes(images, classes, stats):
    low, high = (round(share * images, 9) for share in guessing_range(images, classes))
    assert (low, high) == (stats.binom.ppf(0.025, images, 1 / classes), stats.binom.ppf(0.975, images, 1 / classes))


@pytest.mark.parametrize("right, images", [(0, 3), (3, 3), (260, 400), (1040, 2000), (1, 50_000)])
def test_what_an_accuracy_is_worth_is_wilsons_interval(right, images, stats):
    theirs = stats.binomtest(right, images).proportion_ci(method="wilson")
    assert accuracy_range(right / images, images) == pytest.approx((theirs.low, theirs.high), abs=1e-7)


def test_equal_outputs_are_the_first_class():
    X, Y = stripes(10)
    result = evaluate(Training(), init_params(np.ones((3, 3)), (12, 12)), X, Y)
    assert (result.o[:, 0] == result.o[:, 1]).all() and result.predictions.tolist() == [0] * 10 and result.accuracy == 0.5


@pytest.mark.parametrize(
    "settings, sentence",
    [
        ({"opt": "sgd"}, "opt must be one of gd, momentum.*, not 'sgd'"),
        ({"dtype": "float16"}, "dtype must be one of float64.*, not 'float16'"),
        ({"net": "conv4x3-max2"}, "max2"),
        ({"f": (float("nan"),) * 9}, "numbers must be at most"),
        ({"learning_rate": -1}, "0 to .*, not −1"),
        ({"learning_rate": float("nan")}, "0 to .*, not NaN"),
        ({"batch": 0}, "batch must be .* 1, not 0"),
        ({"epochs": 1.5}, "epochs must be .*, not 1.5"),
        ({"reports": 0}, "reports must be .*, not 0"),
        ({"scale": "half"}, "scale must be one of unit.*, not 'half'"),
    ],
)
def test_settings_that_cannot_be_used(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        Training(**settings)


def test_data_that_does_not_fit_is_refused_at_once():
    X, Y = stripes(10)
    for arguments, sentence in (
        ((X, Y[:9], X, Y), r"X \(10, 12, 12\) and Y \(9, 2\) need to be"),
        ((X, Y, X[:0], Y[:0]), r"X \(0, 12, 12\) and Y \(0, 2\)"),
        ((X, Y[:, 0], X, Y), r"Y \(10,\) need"),
        ((X, Y[:, :1], X, Y), r"N at least 2"),
        ((X, Y, X[:, :9], Y), r"held-out images \(10, 9, 12\)"),
        ((X[:, :2], Y, X[:, :2], Y), r"a kernel of 3 does not fit into 2 cells"),
    ):
        with pytest.raises(ValueError, match=sentence):
            train(Training(), *arguments)


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"f": (1.0,) * 8}, "1 filters of 9 numbers, not 8"),
        ({"f": (1.0,) * 18}, "1 filters of 9 numbers, not 18"),
        ({"net": "dense2-mse", "f": (1.0,)}, "has 0 filters"),
        ({"net": "conv1x3-sigmoid-dense3-sigmoid-mse"}, "2 classes need 2 outputs; .* has 3"),
        ({"classes": ("cat",)}, "2 classes need 2 names, not 1"),
        ({"net": "conv1x3-max8-dense2-mse", "stride": 3}, "max8"),
    ],
)
def test_settings_that_do_not_fit_the_data_are_refused_at_once(change, sentence):
    X, Y = stripes(10)
    with pytest.raises(ValueError, match=sentence):
        train(Training(**change), X, Y, X, Y)


def test_settings_are_a_value():
    assert Training(f=np.ones((3, 3))) == Training(f=(1,) * 9) and hash(Training()) == hash(Training())


@pytest.mark.skipif(not CIFAR.exists(), reason="needs cifar10_train_first1000.npz beside the project, in shared/data")
def test_real_cats_and_dogs(capsys):
    """177 images: enough to see the loss fall, too few for more than a guess on others."""
    with np.load(CIFAR) as file:
        labels = file["labels"].ravel()
        chosen = np.flatnonzero((labels == 3) | (labels == 5))
        X, Y = file["images"][chosen][..., 0], np.eye(2)[(labels[chosen] == 5).astype(int)]
    run = list(train(Training(epochs=60, batch=32, f=SOBEL), X[:130], Y[:130], X[130:], Y[130:]))
    start, end = run[0], run[-1]
    with capsys.disabled():
        print(
            f"\n130 cats and dogs, loss {start.loss:.3f} -> {end.loss:.3f}, accuracy {start.accuracy:.0%} -> "
            f"{end.accuracy:.0%}; 47 held out {start.held_accuracy:.0%} -> {end.held_accuracy:.0%}"
        )
    assert end.loss < 0.85 * start.loss and end.accuracy > 0.65
    assert 0.35 < end.held_accuracy < 0.85, "one kernel and 47 images: anything beyond this would be suspicious"
