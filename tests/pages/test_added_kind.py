"""A kind of layer that is added here alone, with a setting and a parameter of a new letter: every page and export has it."""

import contextlib
import io
import json
import re
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pytest

from cnnviz import Setup, check_gradients, curve, words
from cnnviz.core.network.layers import LAYERS
from cnnviz.core.network.layers.layer import (
    ONE,
    Call,
    Groups,
    Layer,
    Links,
    Parameter,
    Run,
    Shape,
    Values,
    call,
    parse_number,
)
from cnnviz.data.images import find_image
from cnnviz.export.frameworks import keras_script
from cnnviz.export.numpy_script import jupyter_notebook, numpy_script
from cnnviz.tensorflow_check.tensorflow_network import tensorflow_gradients
from tests.export.test_exported_script import ALL_IN_ORDER, assert_same_numbers, run_alone
from tests.pages.everything import PAGES, all_taken_home, answered
from tests.pages.running import now


def steep(x: np.ndarray, u: np.ndarray, slope: float, axes: tuple[int, ...]) -> np.ndarray:
    """y = u · tanh(slope · x), with the u (C,) of each channel."""
    return np.expand_dims(u, axes) * np.tanh(slope * x)


def steep_dx(dy: np.ndarray, x: np.ndarray, u: np.ndarray, slope: float, axes: tuple[int, ...]) -> np.ndarray:
    """dx = dy · u · slope · (1 - tanh²(slope · x))."""
    return dy * np.expand_dims(u, axes) * slope * (1 - np.tanh(slope * x) ** 2)


def steep_du(dy: np.ndarray, x: np.ndarray, slope: float, own: int) -> np.ndarray:
    """du[c] = Σ dy · tanh(slope · x), over images and places."""
    product = (dy * np.tanh(slope * x)).reshape(-1, *dy.shape[dy.ndim - own :])
    return product.sum(axis=(0, *range(2, own + 1)))


@dataclass(frozen=True)
class Steep(Layer):
    """u · tanh(slope · x): a gain u of each channel's own, and a slope in tenths."""

    tenths: int = 10

    kind = "steep"
    letter = "a"
    input_kind = "map"
    text = re.compile(r"steep(?P<tenths>\d+)?")

    @classmethod
    def from_groups(cls, groups: Groups) -> Self:
        return cls(parse_number("leaky", "percent", groups["tenths"], 10, 99))

    def __str__(self) -> str:
        return f"steep{self.tenths}"

    def parameters(self, x: Shape) -> dict[str, Parameter]:
        return {"u": Parameter(x[:1], ones=True)}

    def calls(self, x: Shape, run: Run = ONE) -> dict[str, Call]:
        of: dict[str, Any] = {"slope": self.tenths / 10}
        axes = {"axes": tuple(range(1 - len(x), 0))}
        return {
            "y": call(steep, "x u", **of, **axes),
            "dx": call(steep_dx, "dy x u", **of, **axes),
            "du": call(steep_du, "dy x", **of, own=len(x)),
        }

    def links(self) -> Links:
        return {
            "y": (("x", "same"), ("u", "channel")),
            "dx": (("dy", "same"), ("x", "same"), ("u", "channel")),
            "du": (("dy", "channel"), ("x", "channel")),
        }

    def formulas(self, x: Shape) -> dict[str, str]:
        s = self.tenths / 10
        return {
            "y": rf"{{y}} = {{u}} \tanh({s} \cdot {{x}})",
            "dx": rf"{{dx}} = {{dy}} \odot {{u}} \cdot {s} \cdot (1 - \tanh^2({s} \cdot {{x}}))",
            "du": rf"{{du}} = \sum {{dy}} \odot \tanh({s} \cdot {{x}})",
        }

    def effects(self, parameter: str, entries: np.ndarray, values: Values) -> np.ndarray:
        curve = np.tanh(self.tenths / 10 * values["x"])
        channel = -3 if curve.ndim > 2 else -1
        effect = np.zeros((len(entries), *curve.shape), curve.dtype)
        np.moveaxis(effect, channel, 1)[np.arange(len(entries)), entries] = np.moveaxis(curve, channel, 0)[entries]
        return effect

    def keras(self, x: Shape) -> tuple[str, ...]:
        channels, rows, columns = x
        gain = f'EinsumDense("bijc,c->bijc", ({rows}, {columns}, {channels}))'
        return (f"Activation(lambda z: ops.tanh({self.tenths / 10} * z))", gain)

    def pytorch(self, x: Shape) -> tuple[str, ...]:
        return (f"Sequential(nn.Tanh(), nn.Conv2d({x[0]}, {x[0]}, 1, groups={x[0]}, bias=False))",)

    def tensorflow(self, tf: Any, x: Any, u: Any) -> Any:
        return u * tf.tanh(self.tenths / 10 * x)


WORDS = {
    "ui.plain.u": "gains",
    "layer.steep.name": "steep", "layer.steep.short": "steep", "layer.steep.plain": "activations",
    "layer.steep.y.title": "A steep curve",
    "layer.steep.y.sentence": "Each sum becomes a share of its channel's gain.",
    "layer.steep.dx.title": "Back through the steep curve", "layer.steep.dx.sentence": "What arrived times the slope.", "layer.steep.dx.way": "times the slope",
    "layer.steep.du.way": "what arrived at", "layer.steep.du.title": "The gain's gradient", "layer.steep.du.sentence": "What arrived times the curve, summed.",
}  # fmt: skip


@pytest.fixture
def setup(monkeypatch) -> Setup:
    """A setup with the kind, which has its words as a section of the catalogue would bring them."""
    monkeypatch.setitem(LAYERS, "steep", Steep)
    for known in (words.catalogue(), words.catalogue("en")):
        for id, text in WORDS.items():
            monkeypatch.setitem(known, id, text)
    return Setup(net="conv2x3-steep7-avg4-steep-dense2-sigmoid-mse", k=2, lr=0.5, opt="momentum")


@pytest.fixture
def snapshot(setup):
    return now(setup).snapshot


@pytest.mark.parametrize("path", PAGES)
def test_it_is_answered_on_every_page(path, setup):
    for own in PAGES[path]:
        answered(path, setup.to_query() | own)


def test_its_gradients_are_right_by_differences_and_by_tensorflow(setup, snapshot):
    network, x, y = setup.network, snapshot.trace.x, np.array(setup.y)
    result = check_gradients(snapshot.params, x, y, network=network)
    assert result.verdict == "right" and {"du1", "du2"} <= snapshot.gradients.keys()
    judged = tensorflow_gradients(snapshot.params, x, y, network=network)
    for name in (*snapshot.params, "x"):
        array = snapshot.gradients[f"d{name}"]
        np.testing.assert_allclose(judged[name].reshape(array.shape), array, rtol=1e-10, atol=1e-12 * np.abs(array).max())


def test_a_number_of_its_parameter_is_set_and_has_a_curve(setup, snapshot):
    x = snapshot.trace.x
    assert curve(setup, x, "u1:1").gradient == snapshot.gradients["du1"][1]
    assert now(Setup.parse_query(setup.to_query() | {"set": "u1:1:0.25", "k": "0"})[0]).snapshot.params["u1"].tolist() == [1, 0.25]


def test_all_that_is_taken_home_has_it(setup):
    all_taken_home(setup)


def test_its_script_and_notebook_give_the_same_numbers_on_their_own(setup, tmp_path):
    pixels = find_image(setup.img).pixels
    (tmp_path / "lesson.py").write_text(numpy_script(setup, pixels), encoding="utf-8")
    printed = run_alone(["lesson.py"], tmp_path)
    assert_same_numbers(printed, setup)
    cells = ["".join(cell["source"]) for cell in json.loads(jupyter_notebook(setup, pixels))["cells"] if cell["cell_type"] == "code"]
    assert run_alone(["-c", ALL_IN_ORDER], tmp_path, json.dumps(cells)) == printed


def test_its_script_in_keras_gives_the_same_numbers(setup, snapshot):
    result: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(keras_script(setup, find_image(setup.img).pixels), "keras.py", "exec"), result)
    for name in (*(f"d{name}" for name in snapshot.params), "dx"):
        array = snapshot.gradients[name]
        np.testing.assert_allclose(np.reshape(result[name], array.shape), array, rtol=1e-10, atol=1e-12 * np.abs(array).max())
