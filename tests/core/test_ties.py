"""What is a tie is one on every processor: at ReLU's 0, and between the cells of a max pool."""

import os
import platform
import signal
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.network.batch import batch_gradients
from cnnviz.core.network.cell_links import Link, sources
from cnnviz.core.network.network import Network
from cnnviz.core.network.ties import TIE, round_to_zero
from cnnviz.core.setup.image_ids import PATTERNS
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import run_updates
from cnnviz.data.images import find_image, load_image
from cnnviz.pages import network_record
from tests.core.networks import cases

GEOMETRY = {"k": 2, "stride": 2, "before": 0, "dilation": 1}

KERNELS = ("Haswell", "SkylakeX", "Sandybridge", "Nehalem", "Prescott")
"""Processors that OpenBLAS adds up for in ways of their own."""
LAST_BITS = 1e-12
"""By how much of an array's largest number, or of the image's in a forward pass, entries may differ between processors, before the second update."""
AFTER_ADAM = 1e-5
"""The same behind a step of Adam's where there is a batch normalisation: it takes away what a bias before it adds, whose gradient is round-off, of which
the step makes 10⁸ times as much (1/ε), and a normalisation of numbers that hardly differ 300 times as much again."""


def numbers(kernel, folder):
    """What a process finds that adds up as this processor; nothing where the one here lacks its instructions."""
    file = folder / f"{kernel}.npz"
    done = subprocess.run([sys.executable, "-m", "tests.core.other_processors", file], env=os.environ | {"OPENBLAS_CORETYPE": kernel}, check=False)
    if done.returncode == -signal.SIGILL:
        return {}
    done.check_returncode()
    with np.load(file) as result:
        return {name: result[str(n)] for n, name in enumerate(result["names"])}


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="OpenBLAS has one way to add up here")
def test_a_tie_is_not_decided_by_the_processor(tmp_path):
    *others, first = KERNELS
    ours = numbers(first, tmp_path)
    differ = 0
    for kernel in others:
        if not (theirs := numbers(kernel, tmp_path)):
            continue
        assert list(theirs) == list(ours)
        for name, array in ours.items():
            if name.startswith("decided"):
                assert np.array_equal(theirs[name], array), (kernel, name)
            else:
                differ += not np.array_equal(theirs[name], array)
                setup, _, symbol = name.rpartition(" ")
                scale = max(np.abs(array).max(), 0 if symbol[0] == "d" else ours[f"{setup} x"].max())
                most = AFTER_ADAM if "'opt': 'adam'" in setup and "-bn" in setup and setup[-1] == "1" else LAST_BITS
                assert np.abs(theirs[name] - array).max() <= most * scale, (kernel, name)
    if not differ:
        pytest.skip("this OpenBLAS adds up in one way whatever it is told")


def test_what_is_0_but_for_round_off_is_0_and_nothing_else():
    z, bound = np.array([0.1 * TIE, -0.9 * TIE, 1.1 * TIE, -1.1 * TIE, 0.5]) * 8, np.array([8.0])
    assert round_to_zero(z, bound, TIE).tolist() == [0, 0, *z[2:]]
    assert round_to_zero(z[2:], bound, TIE) is not z and np.array_equal(round_to_zero(z[2:], bound, TIE), z[2:])
    for strange in (np.inf, -np.inf, np.nan):  # of a run that diverges: it has to show
        assert not np.any(round_to_zero(np.array([strange, 0.0]), np.array([np.inf]), TIE)[:1] == 0)


def test_where_one_unit_has_run_away_the_numbers_of_the_others_stay():
    network, x = Network.parse("conv2x3b-relu-max2-dense3-relu-dense2-mse"), load_image(find_image("test-3").pixels, "red")
    params = dict(network.init(x.shape, seed=1))
    alone = network.forward(params, x)
    params["f"] = params["f"] * np.array([-1e20, 1])[:, None, None, None]
    params["b1"] = np.array([-1e25, 0.0])  # it is silent
    trace = network.forward(params, x)
    assert not trace.a1[0].any() and trace.a1[1].any() and trace.z2.all()
    np.testing.assert_allclose(trace.z1[1], alone.z1[1], rtol=1e-12, atol=1e-14)
    assert np.count_nonzero(network.backward(params, trace, np.ones(2)).dz1[1])


@pytest.mark.parametrize("scale", ["unit", "raw"])
@pytest.mark.parametrize("name", PATTERNS)
def test_an_edge_filter_sees_nothing_along_an_edge_and_then_relu_is_shut(name, scale):
    x = load_image(find_image(f"pattern-{name}").pixels, "red", scale)
    for f in ([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]):
        network = Network.parse("conv1x3-relu-dense2-mse")
        params = network.init(x.shape, f=np.array(f, float))
        trace = network.forward(params, x)
        whole = np.round(x * (255 if scale == "unit" else 1)).astype(int)
        exact = sum(f[u][v] * whole[u : u + 30, v : v + 30] for u in range(3) for v in range(3))
        assert np.array_equal(trace.z1 > 0, exact > 0) and np.array_equal(trace.z1 == 0, exact == 0)
        assert np.array_equal(network.backward(params, trace, np.ones(2)).dz1 != 0, exact > 0)


def test_of_equal_cells_of_a_pool_the_first_wins_though_their_last_bits_differ():
    layer = Network.parse("conv1x3-max2-dense2-mse")
    program = layer.program((6, 6))
    back = next(line for line in program.backward_lines if line.target == "dz1")
    z = np.array([[1, 1 + 2**-52, 3, 3], [1, 1 - 2**-52, 3 + 2**-51, 2], [0.5, 0.25, 0, -(2.0**-54)], [0, 0.5 + 1e-9, 2.0**-54, 0]])[None]
    p = np.array([[z[0, :2, :2].max(), z[0, :2, 2:].max()], [z[0, 2:, :2].max(), z[0, 2:, 2:].max()]])[None]
    dx = back.run(np.arange(1.0, 5).reshape(1, 2, 2), z, p, np.full((1, 1, 1), 8.0))
    assert dx[0].tolist() == [[1, 0, 2, 0], [0, 0, 0, 0], [0, 0, 4, 0], [0, 3, 0, 0]]


@pytest.mark.parametrize("net", ["conv4x3-relu-max2-dense3-softmax-ce", "conv1x3-max3s2-relu-dense2-mse", "conv3x3b-max2-conv2x3-relu-dense4-relu-dense2-mse"])
def test_other_images_of_a_batch_do_not_matter(net):
    network = Network.parse(net)
    X = np.array([1e6 * load_image(find_image("test-0").pixels, "red"), *(load_image(find_image(f"pattern-{name}").pixels, "red") for name in PATTERNS)])
    params = network.init(X[0].shape, f=np.array([[[-1, -2, -1], [0, 0, 0], [1, 2, 1]]], float)[:, None].repeat(network.layers[0].filters, 0))
    Y = np.eye(network.outputs)[np.zeros(len(X), int)]
    together = batch_gradients(network, params, X, Y)
    alone = [network.backward(params, network.forward(params, x), y) for x, y in zip(X, Y, strict=True)]
    for name in network.parameters:
        mean = np.mean([gradients[f"d{name}"] for gradients in alone], axis=0)
        np.testing.assert_allclose(together[f"d{name}"], mean, rtol=1e-11, atol=1e-13 * np.abs(mean).max())
    last = batch_gradients(network, params, X[1:], Y[1:])  # without the image beside whose numbers all others are small
    name = f"d{network.parameters[0]}"
    mean = np.mean([gradients[name] for gradients in alone[1:]], axis=0)
    np.testing.assert_allclose(last[name], mean, rtol=1e-11, atol=1e-13 * np.abs(mean).max())


@given(cases(), st.sampled_from([1.0, 255.0, 1e-9]))
def test_no_number_of_an_array_is_larger_than_its_bound(case, scale):
    program = case.network.program(case.x_shape)
    values = program.run_forward(program.start(case.params, scale * case.x))
    for line in (*program.forward_lines, *program.backward_lines):
        for name in [source for source in line.sources if source.endswith(".bound") and not line.target.endswith(".bound")]:
            array = values[line.target if line.rounding else line.sources[1]]
            assert np.abs(array).max() <= values[name].max() * (1 + 1e-12), line.target


def test_a_network_without_kinks_has_nothing_to_settle():
    lines = Network.parse("conv1x3-sigmoid-avg2-conv2x3-tanh-dense3-softmax-ce").program((12, 12)).forward_lines
    assert not any(line.rounding or line.target.endswith(".bound") for line in lines)


def test_the_page_is_told_what_is_equal_and_points_at_the_cell_that_gets_the_gradient():
    x = np.array([[[1.0, 1 + 2**-52], [1, 0.5]]])
    forward, back = Link("p1", "a1", "winner", GEOMETRY, (1, 1)), Link("da1", "dp1", "won", GEOMETRY, (1, 1))
    for tie, first in ((0.0, (0, 0, 1)), (TIE, (0, 0, 0))):
        assert sources(forward, (0, 0, 0), {"a1": x, "tie.a1": tie}) == [first]
        given = {"dp1": np.ones((1, 1, 1)), "x": x, "y": x.max(keepdims=True), "tie.x": tie}
        assert [at for at in np.ndindex(1, 2, 2) if sources(back, at, given)] == [first]
    setup = Setup(net="conv4x3-relu-max2-dense10-softmax-ce")
    snapshot = run_updates(setup, np.ones((32, 32)), 0)
    sent = network_record.arrays(setup, setup.network.program((1, 32, 32)), snapshot)
    assert 0 < sent["tie.a1"][0] < 1e-13
