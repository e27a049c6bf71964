"""Many images at once are the same network as one at a time: its outputs, and the mean of its gradients."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.core.batch import BLOCK, backward_batch, forward_batch
from cnnviz.core.network import Params, backward, forward, init_params, update

TOLERANCE = 1e-12


def draw(images, shape, k, n, stride, padding, seed=0):
    rng = np.random.default_rng(seed)
    start = init_params(rng.normal(size=(k, k)), shape, n, stride, padding, "normal", seed)
    return Params(start.f, start.w, rng.normal(size=n)), rng.random((images, *shape)), rng.random((images, n))


def close(ours, theirs):
    assert ours.shape == theirs.shape and ours.dtype == np.float64
    np.testing.assert_allclose(ours, theirs, rtol=TOLERANCE, atol=TOLERANCE * np.abs(theirs).max())


def agrees_with_single_images(params, X, Y, stride, padding):
    batch = forward_batch(params, X, stride, padding)
    traces = [forward(params, x, stride, padding) for x in X]
    for name in ("a1", "v", "z2", "o"):
        close(getattr(batch, name), np.array([getattr(trace, name) for trace in traces]))
    ours = backward_batch(params, batch, Y)
    singles = [backward(params, trace, y) for trace, y in zip(traces, Y, strict=True)]
    for name in ("df", "dw", "db"):
        close(getattr(ours, name), np.mean([getattr(single, name) for single in singles], axis=0))


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 2, "valid", "same", "full"])
@pytest.mark.parametrize("shape, k, n", [((32, 32), 3, 2), ((9, 12), 4, 3), ((7, 6), 2, 1)])
def test_any_stride_padding_and_kernel(stride, padding, shape, k, n):
    agrees_with_single_images(*draw(5, shape, k, n, stride, padding), stride, padding)


@st.composite
def layouts(draw):
    """Any size that fits; kernels above 11 are another path inside NumPy."""
    k, stride, padding = (
        draw(st.integers(1, 13)),
        draw(st.integers(1, 4)),
        draw(st.sampled_from([0, 1, "same", "full"])),
    )
    room = st.integers(k, k + 6)
    return draw(st.integers(1, 4)), (draw(room), draw(room)), k, draw(st.integers(1, 3)), stride, padding


@given(layout=layouts())
@settings(max_examples=60, deadline=None)
def test_any_layout(layout):
    agrees_with_single_images(*draw(*layout), *layout[-2:])


@pytest.mark.parametrize("images", [1, 39, 40, 85])
def test_wherever_blocks_end(images):
    assert 39 * 32 * 32 <= BLOCK < 40 * 32 * 32
    agrees_with_single_images(*draw(images, (32, 32), 3, 2, 1, 0), 1, 0)


def test_an_image_larger_than_a_block():
    agrees_with_single_images(*draw(2, (120, 90), 3, 2, 2, "same"), 2, "same")


def test_saturated_units_and_one_target_for_all():
    params, X, _ = draw(12, (32, 32), 3, 2, 1, 0)
    agrees_with_single_images(params, np.rint(255 * X), np.full((12, 2), 0.9), 1, 0)
    overflowing = Params(-100 * np.ones((3, 3)), params.w, params.b)
    agrees_with_single_images(overflowing, np.rint(255 * X), np.full((12, 2), 0.9), 1, 0)
    trace = forward_batch(params, X)
    assert (
        backward_batch(params, trace, 0.9).df.tobytes()
        == backward_batch(params, trace, np.full((12, 2), 0.9)).df.tobytes()
    )


@pytest.mark.parametrize("stride, padding", [(1, 0), (2, 1), (3, "full")])
def test_tensorflow_agrees(stride, padding):
    tf = pytest.importorskip("tensorflow", reason="needs TensorFlow")
    from cnnviz.core.ops import pad_widths

    params, X, Y = draw(64, (32, 32), 3, 2, stride, padding)
    trace = forward_batch(params, X, stride, padding)
    ours, zeros = backward_batch(params, trace, Y), pad_widths(3, padding)
    with tf.device("CPU:0"), tf.GradientTape() as tape:
        f, w, b = (tf.Variable(array) for array in (params.f, params.w, params.b))
        images = tf.pad(tf.constant(X), [(0, 0), zeros, zeros])[..., None]
        z1 = tf.nn.conv2d(images, f[:, :, None, None], strides=stride, padding="VALID")
        o = tf.sigmoid(tf.reshape(tf.sigmoid(z1), (64, -1)) @ w + b)
        loss = tf.reduce_mean((o - Y) ** 2)
    for name, theirs in zip("fwb", tape.gradient(loss, (f, w, b)), strict=True):
        gradient = getattr(ours, f"d{name}")
        np.testing.assert_allclose(gradient, theirs.numpy(), rtol=1e-9, atol=1e-9 * np.abs(gradient).max())
    np.testing.assert_allclose(trace.o, o.numpy(), rtol=1e-9)


def test_the_update_is_that_of_one_image():
    params, X, Y = draw(20, (8, 8), 3, 2, 1, 0)
    after = update(params, backward_batch(params, forward_batch(params, X), Y), 0.5)
    singles = [update(params, backward(params, forward(params, x), y), 0.5) for x, y in zip(X, Y, strict=True)]
    for name in "fwb":
        close(getattr(after, name), np.mean([getattr(single, name) for single in singles], axis=0))
    assert isinstance(after, Params)


def test_four_threads_at_once_give_the_same_bits():
    params, X, Y = draw(256, (32, 32), 3, 2, 1, 0)

    def step():
        trace = forward_batch(params, X)
        gradients = backward_batch(params, trace, Y)
        return b"".join(array.tobytes() for array in (trace.o, gradients.df, gradients.dw, gradients.db))

    alone, together = step(), []
    threads = [threading.Thread(target=lambda: together.extend(step() for _ in range(5))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [alone] * 20


def test_nothing_that_was_given_changes_and_nothing_that_came_out_can():
    params, X, Y = draw(3, (6, 6), 3, 2, 1, "same")
    before = X.copy(), Y.copy()
    trace = forward_batch(params, X, 1, "same")
    gradients = backward_batch(params, trace, Y)
    assert np.array_equal(X, before[0]) and np.array_equal(Y, before[1])
    assert X.flags.writeable and Y.flags.writeable
    for array in (trace.X, trace.a1, trace.v, trace.z2, trace.o, gradients.df, gradients.dw, gradients.db):
        assert not array.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        trace.a1[0] = 0


def test_whole_numbers_and_strided_images_are_as_good():
    params, X, Y = draw(4, (8, 8), 3, 2, 1, 0)
    X = np.rint(255 * X)
    expected = backward_batch(params, forward_batch(params, X), Y).df
    every_other = np.repeat(X, 2, axis=2)[:, :, ::2]
    for images in (X.astype(np.uint8), every_other, np.asfortranarray(X), X.tolist()):
        assert np.array_equal(backward_batch(params, forward_batch(params, images), Y).df, expected)


@pytest.mark.parametrize(
    "shape, sentence",
    [
        ((0, 6, 6), r"X has shape \(0, 6, 6\); it needs \(B, H, W\), B at least 1"),
        ((6, 6), r"X has shape \(6, 6\)"),
        ((2, 7, 6), r"w has shape \(16, 2\); 20 units need \(20, N\)"),
        ((2, 2, 6), r"a kernel of 3 does not fit into 2 pixels"),
    ],
)
def test_images_that_do_not_fit(shape, sentence):
    params = init_params(np.ones((3, 3)), (6, 6))
    with pytest.raises(ValueError, match=sentence):
        forward_batch(params, np.ones(shape))


def test_targets_and_biases_that_do_not_fit():
    params = init_params(np.ones((3, 3)), (6, 6))
    with pytest.raises(ValueError, match=r"y has shape \(2,\); the outputs o need \(5, 2\)"):
        backward_batch(params, forward_batch(params, np.ones((5, 6, 6))), np.array([1, 0]))
    with pytest.raises(ValueError, match=r"b has shape \(3,\); w \(16, 2\) needs \(2,\)"):
        forward_batch(Params(params.f, params.w, np.zeros(3)), np.ones((5, 6, 6)))
