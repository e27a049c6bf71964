"""What other people's notebooks import from cnnviz: names and parameters that stay."""

import inspect

import pytest

import cnnviz

SIGNATURES = {
    "output_size": "n, k, stride=1, padding=0",
    "conv2d": "x, f, stride=1, padding=0",
    "sigmoid": "z",
    "sigmoid_prime": "a",
    "mse": "o, y",
    "Params": "f, w, b",
    "init_params": "f, x_shape, n_outputs=2, stride=1, padding=0, weights='zeros', seed=0",
    "forward": "params, x, stride=1, padding=0",
    "backward": "params, trace, y",
    "update": "params, gradients, learning_rate",
    "load_image": "image, channel='red', scale='unit'",
    "run_updates": "setup, x, k",
    "check_gradients": "params, x, y, stride=1, padding=0, step=1e-05",
    "notebook_step": "params, x, y, learning_rate, deviations",
}
FIELDS = {
    "Trace": ["x", "z1", "a1", "v", "z2", "o"],
    "Gradients": ["do", "dz2", "dw", "db", "da1", "dz1", "df", "dx"],
    "Snapshot": ["params", "trace", "gradients", "losses"],
    "Setup": "img ch scale f w seed y lr stride pad rule k stage".split(),
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_parameters_come_in_this_order_with_these_defaults(name):
    parameters = inspect.signature(getattr(cnnviz, name)).parameters.values()
    names = [p.name if p.default is p.empty else f"{p.name}={p.default!r}" for p in parameters]
    assert ", ".join(names).startswith(SIGNATURES[name])  # what was added since comes after


@pytest.mark.parametrize("name", FIELDS)
def test_values_have_these_fields_first(name):
    fields = list(inspect.signature(getattr(cnnviz, name)).parameters)
    assert fields[: len(FIELDS[name])] == FIELDS[name]


def test_networks_and_optimizers_are_called_as_agreed():
    network = cnnviz.Network.parse("conv2x3-relu-max2-dense2-softmax-ce")
    calls = {
        network.init: "x_shape, weights='normal', seed=0, f=None",
        network.forward: "params, x",
        network.backward: "params, trace, y",
        cnnviz.gd: "lr",
        cnnviz.momentum: "lr",
        cnnviz.adam: "lr",
    }
    for function, message in calls.items():
        parameters = inspect.signature(function).parameters.values()
        names = [p.name if p.default is p.empty else f"{p.name}={p.default!r}" for p in parameters]
        assert ", ".join(names).startswith(message), function
    assert set("conv dense sigmoid tanh relu identity softmax max avg gap".split()) <= set(cnnviz.LAYERS)
    assert cnnviz.Setup().net == str(cnnviz.Setup().network)


def test_the_deviations_are_names_of_one_set():
    assert cnnviz.PROCEDURAL | cnnviz.OBJECT_ORIENTED <= set(cnnviz.DEVIATIONS)
    assert set(cnnviz.__all__) <= set(dir(cnnviz))
