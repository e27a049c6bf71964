"""Many images at once are the same network as one at a time: its outputs and losses, and the mean of its gradients."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.core.network import batch
from cnnviz.core.network.batch import batch_forward, batch_gradients
from cnnviz.core.network.layers.conv import Conv
from cnnviz.core.network.layers.dense import Dense
from cnnviz.core.network.layers.sigmoid import Sigmoid
from cnnviz.core.network.losses import LOSSES
from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.network import DEFAULT, Network
from cnnviz.core.runtime import threads
from cnnviz.core.training.evaluation import in_precision
from tests.core.networks import ALL, COURSES, OTHERS, Case, cases

ROOT = Path(__file__).parents[2]
TOLERANCE = 1e-11
SEED = Network.parse(DEFAULT)


def draw(case, images):
    rng = np.random.default_rng([case.seed, 9])
    outputs = case.network.program(case.x_shape).shapes["o"]
    return rng.normal(size=(images, *case.x_shape)), rng.random((images, *outputs))


def forward_parts(network, params, X, Y, *symbols):
    """Some arrays of the whole batch."""
    looks = batch_forward(network, params, X, Y, lambda values: [values[symbol].copy() for symbol in symbols])
    return [np.concatenate(parts) for parts in zip(*looks, strict=True)]


def close(ours, theirs, tolerance=TOLERANCE):
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance * max(1e-300, np.abs(theirs).max()))


def agrees_with_single_images(network, params, X, Y):
    traces = [network.forward(params, x) for x in X]
    symbols = network.symbols[1:]
    for symbol, array in zip(symbols, forward_parts(network, params, X, Y, *symbols), strict=True):
        singles = np.array([trace[symbol] for trace in traces])
        close(array.reshape(singles.shape), singles)
    (losses,) = forward_parts(network, params, X, Y, "L")
    close(losses, [network.loss(trace, y) for trace, y in zip(traces, Y, strict=True)])
    ours = batch_gradients(network, params, X, Y)
    singles = [network.backward(params, trace, y) for trace, y in zip(traces, Y, strict=True)]
    assert list(ours) == [f"d{name}" for name in reversed(network.parameters)]
    for name, array in ours.items():
        assert array.shape == singles[0][name].shape and array.dtype == np.float64
        close(array, np.mean([single[name] for single in singles], axis=0))


@pytest.mark.parametrize("name", ALL)
def test_every_network_is_the_mean_of_its_images(name):
    case = ALL[name]
    agrees_with_single_images(case.network, case.params, *draw(case, 3))


@given(case=cases(), images=st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_any_network_is_the_mean_of_its_images(case, images):
    agrees_with_single_images(case.network, case.params, *draw(case, images))


@st.composite
def one_kernel(draw):
    """One kernel on one channel goes another way; kernels above 11 are one more inside NumPy."""
    k, stride = draw(st.integers(1, 13)), draw(st.integers(1, 4))
    padding = draw(st.sampled_from([0, 1, 2, "valid", "same", "full"]))
    layers = (Conv(1, k, draw(st.booleans()), stride, padding), Sigmoid(), Dense(draw(st.integers(1, 3))), Sigmoid())
    return Network(layers, LOSSES["mse"]), (draw(st.integers(k, k + 6)), draw(st.integers(k, k + 6)))


@given(drawn=one_kernel(), images=st.integers(1, 4))
@settings(max_examples=80, deadline=None)
def test_one_kernel_at_any_stride_padding_and_size(drawn, images):
    network, shape = drawn
    rng = np.random.default_rng(images)
    params = network.init(shape, "normal")
    agrees_with_single_images(network, params, rng.random((images, *shape)), rng.random((images, network.outputs)))


def test_one_kernel_over_more_pixels_than_one_dot_product_takes():
    rng = np.random.default_rng(0)
    agrees_with_single_images(SEED, SEED.init((32, 32)), rng.random((25, 32, 32)), rng.random((25, 2)))


@pytest.mark.parametrize("images", [1, 2, 5, 12, 13, 40])
def test_wherever_blocks_end(images, monkeypatch):
    case = COURSES["vzhou842"]
    monkeypatch.setattr(batch, "THREADING_BYTES", 0)
    monkeypatch.setattr(batch, "BLOCK_BYTES", 6 * 8 * batch._values_per_image(case.network.program((1, 28, 28), many=True)))
    seen = [part.tolist() for part in forward_blocks(case, images)]
    assert len(seen) == {1: 1, 2: 2, 5: 2, 12: 2, 13: 4, 40: 8}[images]
    assert [image for part in seen for image in part] == list(range(images))
    agrees_with_single_images(case.network, case.params, *draw(case, images))


def forward_blocks(case, images):
    X, Y = draw(case, images)
    X[:, 0, 0] = np.arange(images)
    return batch_forward(case.network, case.params, X, Y, lambda values: values["x"][:, 0, 0, 0].astype(int))


def test_saturated_units():
    rng = np.random.default_rng(0)
    start, X = SEED.init((32, 32), "normal"), np.rint(255 * rng.random((12, 32, 32)))
    agrees_with_single_images(SEED, start, X, np.full((12, 2), 0.9))
    agrees_with_single_images(SEED, start.replace(f=np.full((3, 3), -100.0)), X, np.full((12, 2), 0.9))


@pytest.mark.parametrize("case", [*list(COURSES.values())[:3], *OTHERS[:6], Case(DEFAULT, (32, 32))], ids=str)
def test_single_precision_is_kept_and_close(case):
    X, Y = draw(case, 5)
    exact = batch_gradients(case.network, case.params, X, Y)
    single = batch_gradients(case.network, in_precision(case.params, "float32"), X, Y)
    for name, array in exact.items():
        assert single[name].dtype == np.float32
        close(single[name], array, 2e-3)
    o, losses = forward_parts(case.network, in_precision(case.params, "float32"), X, Y, "o", "L")
    assert o.dtype == losses.dtype == np.float32


def test_tensorflow_agrees():
    tf = pytest.importorskip("tensorflow", reason="needs TensorFlow")
    case = Case("conv4x3bs2p1-relu-max2-conv3x2b-tanh-dense5-softmax-ce", (2, 14, 12))
    X, Y = draw(case, 64)
    program = case.network.program(case.x_shape)
    with tf.device("CPU:0"), tf.GradientTape() as tape:
        learned = {name: tf.Variable(case.params[name].reshape(program.shapes[name])) for name in program.parameters}
        x = tf.transpose(tf.constant(X), (0, 2, 3, 1))
        for layer, names in zip(case.network.layers, case.network.names, strict=True):
            if names.flattens:
                x = tf.reshape(tf.transpose(x, (0, 3, 1, 2)), (64, -1))
            letters = [role[1:] for role in layer.links() if role[0] == "d" and role != "dx"]
            x = layer.tensorflow(tf, x, **{letter: learned[names.of(letter)] for letter in letters})
        loss = -tf.reduce_mean(tf.reduce_sum(Y * tf.math.log(x), axis=1))
    gradients = tape.gradient(loss, learned)
    for name, array in batch_gradients(case.network, case.params, X, Y).items():
        close(array.reshape(program.shapes[name[1:]]), gradients[name[1:]].numpy(), 1e-9)


LARGE = Case("conv16x5b-bn-relu-max2-conv32x5b-relu-max2-dense100-relu-dense10-softmax-ce", (3, 32, 32))


def bits() -> str:
    """Of a batch that is cut into blocks, in both precisions; its products are large enough for threads of OpenBLAS."""
    import hashlib

    X, Y = draw(LARGE, 64)
    result = hashlib.sha256()
    for dtype in ("float64", "float32"):
        params = in_precision(LARGE.params, dtype)
        for array in (*batch_gradients(LARGE.network, params, X, Y).values(), *forward_parts(LARGE.network, params, X, Y, "o", "L")):
            result.update(array.tobytes())
    return result.hexdigest()


def bits_of_one_image() -> str:
    """Of a network whose sums over pixels OpenBLAS would share out, in a process that has it keep to one thread."""
    threads.keep_one_blas_thread()
    case = Case("conv32x3same-dense1-mse", (32, 32))
    trace = case.network.forward(case.params, case.x)
    arrays = [*trace.values(), *case.network.backward(case.params, trace, case.y).values()]
    return " ".join(array.tobytes().hex()[:16] for array in arrays)


def test_the_bits_do_not_depend_on_threads_or_cores(monkeypatch):
    alone, together = bits(), []
    others = [threading.Thread(target=lambda: together.append(bits())) for _ in range(3)]
    for thread in others:
        thread.start()
    for thread in others:
        thread.join()
    assert together == [alone] * 3
    code, single = "from tests.core.test_batch import bits, bits_of_one_image; print(bits(), bits_of_one_image())", set()
    for count in ("1", "4"):
        environment = os.environ | {"OPENBLAS_NUM_THREADS": count, "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True)
        assert done.stdout.startswith(alone), done.stderr[-2000:]
        single.add(done.stdout)
    assert len(single) == 1
    monkeypatch.setattr(threads, "_second_thread", lambda: Busy())
    assert bits() == alone


class Busy:
    """A second thread that never comes to it."""

    def submit(self, *work):
        return self

    def cancel(self):
        return True


def test_where_no_thread_can_be_started_one_does_it_all(monkeypatch):
    class None_:
        def submit(self, work):
            raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threads, "_second_thread", lambda: None_())
    assert threads.map_parallel(abs, [-1, 2, -3]) == [1, 2, 3]


def test_in_a_browser_no_memory_is_taken_to_be_kept(monkeypatch):
    taken = []
    monkeypatch.setattr(threads.np, "empty", lambda *shape: taken.append(shape))
    monkeypatch.setattr(threads, "THREADS", False)
    threads.keep_freed_memory.__wrapped__()
    assert not taken


def blas_threads():
    return [library["num_threads"] for library in threads._blas().info()]


def test_linear_algebra_gets_its_threads_back_and_an_error_is_handed_on():
    before = blas_threads()
    entered, leave = threading.Event(), threading.Event()

    def stay():
        with threads.one_blas_thread():
            entered.set()
            leave.wait(60)

    another = threading.Thread(target=stay)
    with threads.one_blas_thread():
        another.start()
        assert entered.wait(60)
        assert set(blas_threads()) == {1}
        assert set(threads.map_parallel(lambda part: tuple(blas_threads()), range(4))) == {tuple(1 for _ in before)}
        assert set(blas_threads()) == {1}
    assert set(blas_threads()) == {1}, "another thread is inside still"
    leave.set()
    another.join()
    assert blas_threads() == before

    def fails(part):
        raise OverflowError(part)

    with pytest.raises(OverflowError):
        threads.map_parallel(fails, range(8))
    assert blas_threads() == before


def test_both_threads_work_and_the_second_sees_what_the_first_has_set():
    meet = threading.Barrier(2, timeout=30)

    def work(part):
        meet.wait()
        return threading.get_ident(), np.geterr()["over"]

    with np.errstate(over="raise"):
        result = threads.map_parallel(work, range(2))
    assert len({thread for thread, _ in result}) == 2 and {over for _, over in result} == {"raise"}


def test_nothing_that_was_given_changes_and_nothing_that_came_out_can():
    case = COURSES["vzhou842"]
    X, Y = draw(case, 3)
    before = X.copy(), Y.copy()
    gradients = batch_gradients(case.network, case.params, X, Y)
    assert np.array_equal(X, before[0]) and np.array_equal(Y, before[1])
    assert X.flags.writeable and Y.flags.writeable
    assert not any(array.flags.writeable for array in gradients.values())


def test_whole_numbers_and_strided_images_are_as_good():
    rng = np.random.default_rng(0)
    X, Y, params = np.rint(255 * rng.random((4, 8, 8))), np.eye(2)[[0, 1, 1, 0]], SEED.init((8, 8))
    expected = batch_gradients(SEED, params, X, Y)["df"]
    every_other = np.repeat(X, 2, axis=2)[:, :, ::2]
    for images in (X.astype(np.uint8), every_other, np.asfortranarray(X), X.tolist(), X[:, None]):
        assert np.array_equal(batch_gradients(SEED, params, images, Y.tolist())["df"], expected)


@pytest.mark.parametrize(
    "images, targets, sentence",
    [
        ((0, 6, 6), (0, 2), r"not \(0, 6, 6\)"),
        ((6, 6), (6, 2), r"not \(6, 6\)"),
        ((2, 7, 6), (2, 2), r"w"),
        ((2, 2, 6), (2, 2), r"does not fit"),
        ((2, 6, 6), (3, 2), r"Y"),
        ((2, 6, 6), (2,), r"Y"),
    ],
)
def test_images_and_targets_that_do_not_fit(images, targets, sentence):
    with pytest.raises(ValueError, match=sentence):
        batch_gradients(SEED, SEED.init((6, 6)), np.ones(images), np.ones(targets))


def test_targets_that_the_loss_cannot_take():
    network = Network.parse("dense2-softmax-ce")
    with pytest.raises(ValueError, match="−1"):
        batch_gradients(network, network.init((3, 3)), np.ones((2, 3, 3)), -np.ones((2, 2)))
    with pytest.raises(ValueError, match="b"):
        batch_gradients(network, Params.of({**network.init((3, 3)), "b": np.zeros(3)}), np.ones((2, 3, 3)), np.ones((2, 2)))


@pytest.mark.parametrize("images", [2, 3, 7, 40])
@pytest.mark.parametrize("text", ["conv2x3b-bn-relu-max2-dense3-bn-dense2-softmax-ce", "bn-conv2x3s2-bn-tanh-dense2-mse"])
def test_what_batch_norm_mixes_is_that_of_all_images_wherever_blocks_end(text, images, monkeypatch):
    case = Case(text, (2, 9, 8))
    (X, Y), params = draw(case, images), case.params
    trace = case.network.forward(params, X)
    monkeypatch.setattr(batch, "THREADING_BYTES", 0)
    monkeypatch.setattr(batch, "BLOCK_BYTES", 0)
    result = batch.gradients_and_buffers(case.network, params, X, Y)
    expected = {**case.network.backward(params, trace, Y), **case.network.next_buffers(trace)}
    for name, array in {**result.gradients, **result.buffers}.items():
        np.testing.assert_allclose(array, expected[name], rtol=1e-10, atol=1e-13, err_msg=name)
    assert list(result.buffers) == list(case.network.buffers(X.shape))
