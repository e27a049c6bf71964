"""What training has left beside the parameters goes along with them: a pass as in eval mode reads it."""

import io

import numpy as np
import pytest

from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import run_updates
from cnnviz.data.images import load_images
from cnnviz.export.arrays import arrays_npz
from cnnviz.export.import_weights import read_start
from cnnviz.export.parameters import parameters_json, starting_from

SETUP = Setup(net="conv2x3b-bn-relu-max4-dense2-bn-softmax-ce", img="cat-0,dog-1,dog-2", lr=0.1, k=7)
X = load_images(SETUP)
LEFT = run_updates(SETUP, X, 7)


def same_as_left(setup):
    snapshot = run_updates(setup, X, 0)
    for name, array in LEFT.buffers.items():
        np.testing.assert_array_equal(snapshot.buffers[name], array)
    for name, array in LEFT.params.items():
        np.testing.assert_array_equal(snapshot.params[name], array)
    np.testing.assert_array_equal(snapshot.evaluated.trace.o, LEFT.evaluated.trace.o)


def test_a_start_from_kept_parameters_has_their_running_numbers():
    assert np.abs(LEFT.buffers["n1.running_mean"]).min() > 0.01  # not those of update 0
    same_as_left(starting_from(SETUP.continuation, {**LEFT.params, **LEFT.buffers}))


@pytest.mark.parametrize("written", [arrays_npz, lambda setup, snapshot: parameters_json(setup, snapshot.params, snapshot.buffers).encode()])
def test_files_have_them_and_bring_them_back(written):
    setup, notes = read_start(written(SETUP, LEFT), Setup())
    assert not notes and setup.k == 0
    same_as_left(setup)


def test_without_them_they_are_as_before_any_training():
    snapshot = run_updates(starting_from(SETUP.continuation, LEFT.params), X, 0)
    assert {name: array.tolist() for name, array in snapshot.buffers.items()} == {name: array.tolist() for name, array in run_updates(SETUP, X, 0).buffers.items()}


def test_a_trained_networks_running_numbers_are_taken_in_both_layouts():
    p, b = LEFT.params, LEFT.buffers
    keras = [p.f.reshape(2, 1, 3, 3).transpose(2, 3, 1, 0), p.b1, p.g1, p.s1, b["n1.running_mean"], b["n1.running_var"]]
    rows = p.w.reshape(2, 7, 7, 2).transpose(1, 2, 0, 3).reshape(98, 2)
    keras += [rows, p.b2, p.g2, p.s2, b["n2.running_mean"], b["n2.running_var"]]
    pytorch = {"0.weight": p.f.reshape(2, 1, 3, 3), "0.bias": p.b1, "6.weight": p.w.T, "6.bias": p.b2}
    norms = {1: ("1", "n1"), 2: ("7", "n2")}
    for n, (at, name) in norms.items():
        pytorch |= {f"{at}.weight": p[f"g{n}"], f"{at}.bias": p[f"s{n}"], f"{at}.running_mean": b[f"{name}.running_mean"]}
        pytorch |= {f"{at}.running_var": b[f"{name}.running_var"], f"{at}.num_batches_tracked": np.array(7)}
    order = sorted(pytorch, key=lambda name: int(name.partition(".")[0]))
    for file in ({f"arr_{n}": array for n, array in enumerate(keras)}, {name: pytorch[name] for name in order}):
        content = io.BytesIO()
        np.savez(content, **file)
        same_as_left(read_start(content.getvalue(), SETUP)[0])
