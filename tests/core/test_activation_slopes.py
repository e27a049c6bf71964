"""A mistaken slope beside the right one, also of an activation that has a setting."""

from dataclasses import dataclass, replace

import numpy as np

from cnnviz.core.explain.activation_slopes import slopes
from cnnviz.core.mistakes.mistake_model import LineOverride, Mistake, any_layer
from cnnviz.core.network.layers._activation import Activation
from cnnviz.core.network.layers.conv import Conv
from cnnviz.core.network.layers.layer import Call, Shape, call
from cnnviz.core.network.line_overrides import Function
from cnnviz.core.network.network import Network


def leaky(z: np.ndarray, *, slope: float) -> np.ndarray:
    return np.where(z > 0, z, slope * z)


def leaky_dx(da: np.ndarray, z: np.ndarray, *, slope: float) -> np.ndarray:
    return da * np.where(z > 0, 1.0, slope)


@dataclass(frozen=True)
class Leaky(Activation):
    slope: float = 0.1

    kind = "leaky"

    def calls(self, x: Shape, many: bool = False) -> dict[str, Call]:
        return {"y": call(leaky, "x", slope=self.slope), "dx": call(leaky_dx, "dy x", slope=self.slope)}


def with_leaky(slope: float) -> Network:
    network = Network.parse("conv1x3-relu-dense2-mse")
    return replace(network, layers=(network.layers[0], Leaky(slope), *network.layers[2:]))


def made(kind: type, role: str, function: Function) -> Mistake:
    return Mistake("tried", (LineOverride((kind,), role, function, any_layer),))


def test_an_activation_with_a_setting_has_its_slope():
    (placed,) = made(Leaky, "dx", lambda dy: dy).places(with_leaky(0.2))
    right, wrong = slopes(placed, np.array([-2.0, 3.0]))
    assert right.tolist() == [0.2, 1.0] and wrong.tolist() == [1.0, 1.0]


def test_a_mistake_may_read_the_setting():
    (placed,) = made(Leaky, "dx", lambda dy, slope: dy * slope).places(with_leaky(0.2))
    assert slopes(placed, np.array([-2.0, 3.0]))[1].tolist() == [0.2, 0.2]


def test_a_mistake_in_a_bias_is_made_where_there_is_one():
    """A conv without one does not take the dense layer's for its own."""
    mistake = made(Conv, "db", lambda exact: -exact)
    assert mistake.places(Network.parse("conv2x3-relu-dense2-mse")) == ()
    (placed,) = mistake.places(Network.parse("conv2x3b-relu-conv2x3-relu-dense2-mse"))
    assert placed.place == 0 and placed.target("db") == "db1"
    reading = made(Conv, "dx", lambda exact, b: exact + b.sum())
    assert reading.places(Network.parse("conv2x3-relu-dense2-mse")) == ()
    optional = made(Conv, "dx", lambda exact, b=0: exact)
    assert len(optional.places(Network.parse("conv2x3-relu-dense2-mse"))) == 1
