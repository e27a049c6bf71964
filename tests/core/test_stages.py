"""The stages in their order, and each claimed source against the truth: nudge it, and see what moves."""

import numpy as np
import pytest

from cnnviz.core.network.network import DEFAULT
from cnnviz.core.network.network import Network as CNN
from cnnviz.core.network.notebook_ops import (
    conv2d,
    conv2d_df,
    conv2d_dx,
    mse_prime,
    output_size,
    sigmoid,
    sigmoid_prime,
)
from cnnviz.words import use_language
from tests.core.seed_cells import LINKS, Geometry, sources
from tests.core.test_notebook_ops import zeros_around

TEXTS = (
    DEFAULT,
    "conv4x3-relu-max2-conv4x3-relu-max2-dense10-softmax-ce",
    "conv2x5bs2same-tanh-avg2-dense12-relu-dense3-sigmoid-bce",
    "dense3-mse",
    "conv2x2-gap-softmax-mse",
)


def test_the_stages_stand_in_the_order_of_one_update():
    assert " ".join(CNN.parse(DEFAULT).stages) == "x z1 a1 v z2 o L do dz2 dw da1 dz1 df update"
    assert len(CNN.parse(TEXTS[1]).stages) == 22


@pytest.mark.parametrize("text", TEXTS)
def test_a_stage_reads_only_what_stands_before_it(text):
    network = CNN.parse(text)
    known = {*network.parameters, "y"}
    for stage in network.stages:
        assert {*stage.inputs} <= known, stage
        known |= {*stage.makes}
    assert {f"d{name}" for name in network.parameters} <= known


@pytest.mark.parametrize("text", TEXTS)
def test_phases_follow_each_other_and_every_stage_has_its_words(text):
    stages, order = CNN.parse(text).stages, ["forward", "loss", "backward", "update"]
    phases = [stage.phase for stage in stages]
    assert list(dict.fromkeys(phases)) == order and phases == sorted(phases, key=order.index)
    for stage in stages:
        assert str(stage.sentence).endswith(".") and str(stage.title) and not str(stage.title).endswith("."), stage


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("text", TEXTS)
def test_only_the_image_is_said_to_have_pixels(text, lang):
    with use_language(lang):
        for stage in CNN.parse(text).stages:
            assert stage.symbol == "x" or "pixel" not in f"{stage.title} {stage.sentence}", stage


Y = 0.25
GEOMETRIES = [
    (height, width, k, stride, padding)
    for height, width, k in ((5, 6, 3), (6, 5, 2), (4, 4, 1))
    for stride in (1, 2, 3)
    for padding in ("valid", "same", "full", 1)
]


class Network:
    """Seeded arrays as they are laid out on the screen, and each array as a function of its inputs alone.

    Around the image stand numbers in place of zeros: a product with the padding is a product too,
    and with zeros it could not be seen that it was made.
    """

    def __init__(self, height: int, width: int, k: int, stride: int, padding: int | str, n: int = 3):
        self.stride, self.margin = stride, zeros_around(k, padding)
        places = output_size(height, k, stride, padding), output_size(width, k, stride, padding)
        self.geometry = Geometry((height, width), places, k, n, stride, padding)
        self.generator = np.random.default_rng(0)
        self.around = self.random(tuple(size + sum(self.margin) for size in (height, width)))
        self.arrays = {
            "y": self.random((n, 1)),
            **{name: self.random(self.geometry.shape(name)) for name in LINKS},
            "b": self.random((n, 1)),
            "x": self.random((height, width)),
        }

    def random(self, shape: tuple[int, ...]) -> np.ndarray:
        return self.generator.uniform(0.1, 0.9, shape)

    def padded(self, x: np.ndarray) -> np.ndarray:
        whole, before = self.around.copy(), self.margin[0]
        whole[before : before + x.shape[0], before : before + x.shape[1]] = x
        return whole

    def touching(self, x: np.ndarray, f_cell: tuple[int, int]) -> np.ndarray:
        """What this one kernel weight multiplies, at every place."""
        unit = np.zeros((self.geometry.k,) * 2)
        unit[f_cell] = 1
        return conv2d(self.padded(x), unit, self.stride)

    def compute(self, symbol: str, cell: tuple[int, ...], a: dict[str, np.ndarray]):
        """The cell of `symbol` from the arrays `a`; for a parameter, everything that it touches."""
        weights = a["w"].reshape(-1, self.geometry.n_outputs)
        whole = {
            "z1": lambda: conv2d(self.padded(a["x"]), a["f"], self.stride),
            "a1": lambda: sigmoid(a["z1"]),
            "v": lambda: a["a1"],
            "z2": lambda: (a["v"].reshape(-1) @ weights)[:, None] + a["b"],
            "o": lambda: sigmoid(a["z2"]),
            "do": lambda: mse_prime(a["o"].ravel(), a["y"].ravel())[:, None],
            "dz2": lambda: a["do"] * sigmoid_prime(a["o"]),
            "dw": lambda: a["v"][:, :, None] * a["dz2"].ravel(),
            "db": lambda: a["dz2"],
            "da1": lambda: (weights @ a["dz2"]).reshape(a["v"].shape),
            "dz1": lambda: a["da1"] * sigmoid_prime(a["a1"]),
            "df": lambda: conv2d_df(self.padded(a["x"]), a["dz1"], a["f"], self.stride),
            "update": lambda: a["f"] - 0.1 * a["df"],
            "dx": lambda: conv2d_dx(
                a["f"], a["dz1"], self.geometry.x_shape, self.stride, self.geometry.padding
            ),
        }  # fmt: skip
        if symbol == "f":
            return self.touching(a["x"], cell)
        return whole[symbol]()[cell]

    def moved_by(self, symbol: str, cell: tuple[int, ...], array: str) -> set[tuple[int, ...]]:
        """The cells of `array` that change `cell` of `symbol` when they alone are nudged."""
        before, moving = self.compute(symbol, cell, self.arrays), set()
        for source in np.ndindex(self.arrays[array].shape):
            nudged = self.arrays[array].copy()
            nudged[source] += 0.05
            if not np.array_equal(self.compute(symbol, cell, self.arrays | {array: nudged}), before):
                moving.add(source)
        return moving


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda geometry: "-".join(map(str, geometry)))
def test_exactly_the_claimed_cells_change_a_cell(geometry):
    network = Network(*geometry)
    for symbol in set(LINKS) - {"w"}:
        for cell in np.ndindex(network.geometry.shape(symbol)):
            for array, claimed in sources(symbol, cell, network.geometry).items():
                if (symbol, array) == ("df", "f"):  # no source: the weight whose gradient it is
                    assert claimed == {cell}
                    continue
                moving = network.moved_by(symbol, cell, array)
                assert claimed == moving, (symbol, cell, array)


@pytest.mark.parametrize("geometry", GEOMETRIES[:12:5], ids=lambda geometry: "-".join(map(str, geometry)))
def test_what_is_not_claimed_as_a_source_array_changes_nothing(geometry):
    network = Network(*geometry)
    for symbol in set(LINKS) - {"w", "f"}:
        cell = tuple(size // 2 for size in network.geometry.shape(symbol))
        for array in network.arrays.keys() - dict(LINKS[symbol]).keys():
            assert not network.moved_by(symbol, cell, array), (symbol, array)


def test_a_weight_touches_its_unit_and_its_output():
    network = Network(5, 6, 3, 2, "same")
    shape = network.geometry.shape("w")
    for cell in np.ndindex(shape):
        nudged = network.arrays["w"].copy()
        nudged[cell] += 0.05
        changed = {
            output
            for output in np.ndindex(network.geometry.shape("z2"))
            if network.compute("z2", output, network.arrays | {"w": nudged})
            != network.compute("z2", output, network.arrays)
        }
        assert sources("w", cell, network.geometry) == {"v": {cell[:2]}, "z2": changed}
    assert sources("x", (0, 0), network.geometry) == {}


def test_on_the_default_lesson_a_unit_has_nine_pixels_and_a_kernel_weight_nine_hundred():
    geometry = Geometry((32, 32), (30, 30))
    assert sources("z1", (4, 5), geometry)["x"] == {(i, j) for i in (4, 5, 6) for j in (5, 6, 7)}
    assert sources("df", (2, 1), geometry)["x"] == {(i, j) for i in range(2, 32) for j in range(1, 31)}
    assert sources("f", (2, 1), geometry)["x"] == sources("df", (2, 1), geometry)["x"]
    assert len(sources("z2", (1, 0), geometry)["w"]) == 900
    assert sources("dx", (0, 0), geometry)["dz1"] == {(0, 0)}


def test_padding_is_not_a_cell():
    geometry = Geometry((32, 32), (32, 32), padding="same")
    assert sources("z1", (0, 0), geometry)["x"] == {(0, 0), (0, 1), (1, 0), (1, 1)}
