"""Back through a batch normalisation: three paths, each held against another way to come by it."""

import dataclasses

import numpy as np
import pytest

from cnnviz import Setup, load_image, run_updates
from cnnviz.core.explain.normalisation_paths import gradient_paths

QUERY = {"img": "cat-0,cat-1,dog-0,dog-1", "ch": "red", "net": "conv2x3-bn-relu-max2-dense2-softmax-ce", "y": "1,0;1,0;0,1;0,1"}


def paths_of(setup: Setup):
    x = np.stack([load_image(image, setup.ch, setup.scale) for image in setup.images])[:, None]
    snapshot = run_updates(setup, x, setup.k)
    return snapshot, gradient_paths(setup.network.program(x.shape), snapshot.params, snapshot.trace, snapshot.gradients)


def test_they_add_up_and_what_is_small_in_the_maps_is_large_in_the_kernels_gradient():
    snapshot, result = paths_of(Setup.from_query(QUERY)[0])
    paths = result["dz1"]
    np.testing.assert_allclose(paths.parts.sum(axis=0), snapshot.gradients.dz1, rtol=0, atol=1e-15)
    assert paths.parts[:, 0, 0, 10, 15] == pytest.approx([-0.027479460777512114, -2.5200538936554278e-05, 4.082611666770697e-06])
    assert paths.shares.sum(axis=0) == pytest.approx([1, 1])
    assert paths.sizes[:, 0] == pytest.approx([0.11291655176993655, 0.09868281874915118, 0.09203503781892536, 0.0626914945652408], rel=0.01)
    assert paths.sizes[:, 1] == pytest.approx([1.018651170303462, 0.23540049161876553, 0.3871022175311051, 0.9121329193800386], rel=0.01)
    assert paths.shares[1, 0] < 0.05 and paths.sizes[1, 0] > 0.8 * paths.sizes[0, 0]


def test_after_a_dense_layer_the_paths_are_of_units_and_of_their_weights():
    snapshot, result = paths_of(dataclasses.replace(Setup.from_query(QUERY)[0], net="conv2x3-relu-max2-dense4-bn-relu-dense2-softmax-ce", k=2))
    (symbol, paths), *_ = result.items()
    assert paths.parts.shape == (3, 4, 4) and paths.shares.shape == (3, 4)
    np.testing.assert_allclose(paths.parts.sum(axis=0), snapshot.gradients[symbol], rtol=0, atol=1e-15)
    assert paths.sizes[3] == pytest.approx(np.sqrt((snapshot.gradients.dw2.reshape(-1, 4) ** 2).sum(axis=0)))
