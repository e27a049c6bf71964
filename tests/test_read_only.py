"""Numbers are nobody's to change: whatever was asked, no array that is kept for the next visitor can be written to."""

import contextlib

import numpy as np
import pytest

from cnnviz import Setup, check_gradients, load_image, run_updates
from cnnviz.core.network.network import Network
from cnnviz.core.network.optimizers import OPTIMIZERS
from cnnviz.core.runtime.lru_cache import LruCache
from cnnviz.core.training.evaluation import evaluate
from cnnviz.core.training.film import film
from cnnviz.core.training.training import Training, train
from cnnviz.decks.scope import scope_of
from cnnviz.pages import resource
from cnnviz.pages.address import resolve
from cnnviz.pages.handlers import handler_of
from cnnviz.pages.registry import pages
from tests.reachable import arrays, caches, writable

SETUPS = (
    {"k": "3"},
    {"k": "2", "rule": "integer_kernel,short_loop,fresh_weights"},
    {"net": "conv1x3-sigmoid-dense1-sigmoid-bce", "stride": "2", "opt": "momentum", "k": "2"},
    {"net": "conv4x3b-relu-max2-conv4x3-tanh-avg2-dense10-softmax-ce", "ch": "rgb", "opt": "adam", "k": "2", "img": "cat-17"},
    {"net": "identity-conv2x3same-gap-dense3-mse", "img": "digit7-3", "f": "blur"},
    {"net": "dense4-identity-dense2-mse", "img": "pattern-edges", "scale": "raw"},
)
OWN = {"step": {}, "check": {"mistake": "sign_flipped"}, "train": {"vs": "lr=0.1"}, "notebook": {}, "learn": {"lesson": "kernel", "step": "3"}}
"""What each page is asked beside the setup."""


@pytest.mark.parametrize("setup", SETUPS, ids=lambda setup: setup.get("net") or setup.get("rule") or "seed")
def test_no_array_that_is_kept_can_be_written_to(setup):
    for page in pages():
        asked = resource.canonical_query(page, setup | OWN.get(page.id, {}))
        for form in ("", "npz"):
            with contextlib.suppress(TimeoutError):  # from what is still being worked out
                resource.compute_resource(page, asked, form)
        exact = handler_of(page).exact_arrays(resolve(asked))
        assert not writable([exact])
    result, _ = Setup.from_query(setup)
    here = scope_of(result)
    assert not writable([here, film(result, here.snapshot.trace.x, 3, most_frames=2), here.elsewhere("at", "k=1")])
    assert not writable(caches())


def test_the_walk_finds_what_is_kept():
    """A walk that reaches nothing proves nothing."""
    snapshot = run_updates(Setup(), load_image("test-0"), 2)
    scope_of(Setup())
    result = {id(array) for _, array in arrays(caches())}
    assert {id(array) for array in scope_of(Setup()).arrays.values()} <= result
    assert len(result) > len(snapshot.trace)


def test_what_is_put_into_a_store_is_locked_there():
    recent, curve = LruCache(2), np.zeros(3)
    recent.put("curve", ({"losses": curve.reshape(1, 3)}, [np.ones(1)]))
    assert not writable([recent]) and not curve.flags.writeable


@pytest.mark.parametrize("opt", OPTIMIZERS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_no_array_of_a_training_can_be_written_to(opt, dtype):
    X, Y = np.random.default_rng(0).integers(0, 256, (12, 8, 8)), np.eye(2)[[0, 1] * 6]
    training = Training(batch=5, epochs=2, reports=2, opt=opt, dtype=dtype)
    reports = list(train(training, X, Y, X, Y))
    assert not writable([reports, evaluate(training, reports[-1].params, X, Y)])
    assert X.flags.writeable and Y.flags.writeable


@pytest.mark.parametrize("opt", OPTIMIZERS)
def test_a_step_locks_what_it_remembers_and_not_the_gradients_that_it_is_given(opt):
    gradients = {"dw": np.ones(3)}
    _, state = OPTIMIZERS[opt](0.1).step({"w": np.zeros(3)}, gradients)
    assert gradients["dw"].flags.writeable and not writable([state])


def test_a_check_locks_its_result_and_not_the_gradients_that_it_is_given():
    network, x, y = Network.parse("conv1x3-relu-dense2-mse"), np.ones((4, 4)), np.zeros(2)
    params = network.init(x.shape)
    mine = {f"d{name}": np.zeros(array.shape) for name, array in params.items()}
    assert not writable([check_gradients(params, x, y, gradients=mine, network=network)])
    assert all(array.flags.writeable for array in (x, y, *mine.values()))
