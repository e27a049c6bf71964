"""Every kind of layer, by its row: a slow and plain account of its forward pass, and what all kinds promise."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from cnnviz.core.network.layers import LAYERS
from cnnviz.core.network.layers._conv_gathered import gathered_dx
from cnnviz.core.network.layers.conv import weigh_dx
from cnnviz.core.network.layers.layer import Layer
from cnnviz.core.network.layers.max_pooling import max_pool, max_pool_dx, max_pool_undecided
from cnnviz.core.network.layers.softmax import softmax, softmax_dx
from cnnviz.core.network.network import Network
from cnnviz.core.network.sliding import places, slices
from cnnviz.core.network.symbols import is_parameter
from cnnviz.core.network.ties import TIE
from cnnviz.words import Problem, has_message


@dataclass(frozen=True)
class Row:
    """A layer by its text, a shape that it takes, and the same by loops: (x, params) -> y."""

    text: str
    shape: tuple[int, ...]
    plainly: Callable[[np.ndarray, dict[str, np.ndarray]], np.ndarray]


def each(function) -> Callable:
    return lambda x, _: np.vectorize(function, otypes=[float])(x)


def convolved(k: int, stride: int = 1, before: int = 0, after: int = 0) -> Callable:
    def plainly(x, params):
        f, b = params["f"], params.get("b", np.zeros(len(params["f"])))
        x = np.pad(x, [(0, 0), (before, after), (before, after)])
        places = [range(0, size - k + 1, stride) for size in x.shape[1:]]
        return np.array(
            [[[(x[:, i : i + k, j : j + k] * f[m]).sum() + b[m] for j in places[1]] for i in places[0]] for m in range(len(f))]
        )

    return plainly


def pooled(what, k: int, stride: int) -> Callable:
    def plainly(x, _):
        places = [range(0, size - k + 1, stride) for size in x.shape[1:]]
        return np.array([[[what(channel[i : i + k, j : j + k]) for j in places[1]] for i in places[0]] for channel in x])

    return plainly


def normalised(channels: int) -> Callable:
    """Each so many channels on end get mean 0 and variance 1 together."""

    def plainly(x, params):
        parts = [x[c : c + channels] for c in range(0, len(x), channels)]
        hat = np.concatenate([(part - part.sum() / part.size) / (((part - part.sum() / part.size) ** 2).sum() / part.size + 1e-5) ** 0.5 for part in parts])
        return np.array([params["g"][c] * one + params["s"][c] for c, one in enumerate(hat)])

    return plainly


ROWS = {
    "conv": [
        Row("conv2x3", (3, 6, 5), convolved(3)),
        Row("conv3x2bs2", (1, 6, 7), convolved(2, 2)),
        Row("conv1x4bsame", (2, 6, 5), convolved(4, 1, 1, 2)),
        Row("conv2x3s3full", (1, 6, 5), convolved(3, 3, 2, 2)),
        Row("conv2x5bs2p2", (2, 7, 8), convolved(5, 2, 2, 2)),
    ],
    "dense": [
        Row("dense3", (4,), lambda x, p: np.array([sum(x[d] * p["w"][d, n] for d in range(4)) + p["b"][n] for n in range(3)]))
    ],
    "sigmoid": [Row("sigmoid", (2, 3, 4), each(lambda z: 1 / (1 + np.exp(-z))))],
    "tanh": [Row("tanh", (2, 3, 4), each(lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))))],
    "relu": [Row("relu", (5,), each(lambda z: z if z > 0 else 0))],
    "leaky": [Row("leaky", (5,), each(lambda z: z if z > 0 else z / 100)), Row("leaky20", (2, 3, 4), each(lambda z: max(z, z / 5)))],
    "identity": [Row("identity", (2, 3, 4), each(lambda z: z))],
    "softmax": [Row("softmax", (5,), lambda x, _: np.exp(x) / np.exp(x).sum())],
    "max": [Row("max2", (2, 5, 6), pooled(np.max, 2, 2)), Row("max3s2", (1, 7, 8), pooled(np.max, 3, 2)), Row("max2s3", (2, 7, 8), pooled(np.max, 2, 3))],
    "avg": [Row("avg2", (2, 5, 6), pooled(np.mean, 2, 2)), Row("avg3s1", (1, 5, 8), pooled(np.mean, 3, 1)), Row("avg1s2", (2, 5, 5), pooled(np.mean, 1, 2))],
    "bn": [
        Row("bn", (3, 4, 5), normalised(1)),
        Row("bn", (4,), lambda x, p: p["s"]),  # one number of a unit is β
    ],
    "gn": [Row("gn2", (4, 3, 5), normalised(2)), Row("gn1", (3, 4, 2), normalised(3)), Row("gn3", (6,), normalised(2))],
    "ln": [Row("ln", (6,), normalised(6))],
    "drop": [Row("drop30", (2, 4, 5), lambda x, p: x * p["mask"]), Row("drop75", (9,), lambda x, p: x * p["mask"]), Row("drop40m", (2, 4, 5), lambda x, p: x * p["mask"])],
    "gap": [Row("gap", (3, 4, 5), lambda x, _: np.array([channel.sum() / channel.size for channel in x]))],
}  # fmt: skip
EVERY = [row for rows in ROWS.values() for row in rows]
each_row = pytest.mark.parametrize("row", EVERY, ids=lambda row: row.text)


def layer_of(row: Row) -> Layer:
    return next(layer for kind in LAYERS.values() if (layer := kind.parse(row.text)))


def arrays(layer: Layer, row: Row, many: tuple[int, ...] = ()) -> dict[str, np.ndarray]:
    """x, the parameters, what is kept, y, any dy, and from them dx and the parameters' gradients; by role."""
    rng = np.random.default_rng(0)
    parameters = layer.parameters(row.shape)
    result = {"x": rng.normal(size=(*many, *row.shape))} | {name: rng.normal(size=p.shape) for name, p in parameters.items()}
    result["x_bound"] = np.full((*many, *(1 for _ in row.shape)), np.abs(result["x"]).max())
    result |= {role: draw(rng, (*many, *row.shape)) for role, draw in layer.draws(row.shape).items()}
    calls = layer.calls(row.shape)
    for role, created in calls.items():
        if role[0] == "d" and "dy" not in result:
            result["dy"] = rng.normal(size=result["y"].shape)
        result[role] = created.function(*[result[name] for name in created.roles], **created.settings)
    return result


def test_every_kind_has_a_row_here_and_its_words():
    assert set(ROWS) == set(LAYERS)
    for kind, cls in LAYERS.items():
        layer = layer_of(ROWS[kind][0])
        assert type(layer) is cls and cls.kind == kind and not is_parameter(cls.letter)
        for role in layer.links():
            learns = role[0] == "d" and role not in ("dx", "db", "ds")
            if role in ("y", "dx") or learns:
                section = layer.words(role)
                assert has_message(f"{section}.title") and has_message(f"{section}.sentence"), (kind, role)
                assert role == "y" or has_message(f"{section}.way"), (kind, role)
        assert cls.tie_mask is Layer.tie_mask or has_message(f"layer.{kind}.tied"), "a layer with ties needs a message for readers of other libraries"
        assert all(is_parameter(letter) and has_message(f"ui.plain.{letter}") for letter in layer.parameter_letters)


@each_row
def test_a_setting_that_is_too_large_is_refused_by_its_name(row):
    for number in re.finditer(r"\d+", row.text):
        with pytest.raises(Problem) as refused:
            Network.parse(f"{row.text[: number.start()]}9999999{row.text[number.end() :]}-dense2-mse")
        assert str(refused.value)


@each_row
def test_forward_is_what_loops_say(row):
    layer = layer_of(row)
    result = arrays(layer, row)
    np.testing.assert_allclose(result["y"], row.plainly(result["x"], result), rtol=1e-13, atol=1e-14)
    assert result["y"].shape == layer.shape(row.shape) and str(layer) == row.text


@each_row
def test_backward_is_the_transpose_of_its_slope(row):
    """Σ dy·(change of y) is the change that dx and the parameters' gradients foretell."""
    layer, rng, step = layer_of(row), np.random.default_rng(1), 1e-6
    result, calls = arrays(layer, row), layer.calls(row.shape)

    def y(**moved):
        now = result | moved
        for role in [role for role in calls if role[0] != "d"]:
            now[role] = calls[role].function(*[now[name] for name in calls[role].roles], **calls[role].settings)
        return now["y"]

    for name in ("x", *layer.parameters(row.shape)):
        direction = rng.normal(size=result[name].shape)
        change = (y(**{name: result[name] + step * direction}) - y(**{name: result[name] - step * direction})) / (2 * step)
        assert result[f"d{name}"].shape == result[name].shape
        assert (result["dy"] * change).sum() == pytest.approx((result[f"d{name}"] * direction).sum(), rel=1e-7, abs=1e-8)


@each_row
@pytest.mark.parametrize("many", [(4,), (2, 3)])
def test_leading_axes_are_many_images_and_parameters_gradients_add_up(row, many):
    layer, calls = layer_of(row), layer_of(row).calls(row.shape)
    together = arrays(layer, row, many)
    parameters, kept = layer.parameters(row.shape), {name: together[name] for name in layer.parameters(row.shape)}
    sums = dict.fromkeys([f"d{name}" for name in parameters], 0)
    for at in np.ndindex(many):
        one = kept | {role: together[role][at] for role in ("x", "x_bound", "dy", *layer.draws(row.shape))}
        for role, result in calls.items():
            one[role] = result.function(*[one[name] for name in result.roles], **result.settings)
        for role in ("y", "dx"):
            np.testing.assert_allclose(together[role][at], one[role], rtol=1e-12, atol=1e-13)
        sums = {role: total + one[role] for role, total in sums.items()}
    for role, total in sums.items():
        np.testing.assert_allclose(together[role], total, rtol=1e-12, atol=1e-12)


@each_row
def test_float32_stays_float32(row):
    result = arrays(layer_of(row), row)
    single, calls = {name: array.astype(np.float32) for name, array in result.items()}, layer_of(row).calls(row.shape)
    for role, created in calls.items():
        value = created.function(*[single[name] for name in created.roles], **created.settings)
        assert value.dtype == np.float32, role
        np.testing.assert_allclose(value, result[role], rtol=2e-5, atol=2e-5)


@each_row
def test_the_effect_of_an_entry_is_the_change_of_y(row):
    layer = layer_of(row)
    result, calls = arrays(layer, row), layer.calls(row.shape)
    for name in layer.parameters(row.shape):
        effects = layer.effects(name, np.arange(result[name].size), result)
        assert effects.shape == (result[name].size, *result["y"].shape)
        for n in range(result[name].size):
            moved = result[name].copy()
            moved.flat[n] += 1
            created = calls["y"]
            y = created.function(*[(result | {name: moved})[source] for source in created.roles], **created.settings)
            np.testing.assert_allclose(result["y"] + effects[n], y, rtol=1e-12, atol=1e-12)


@each_row
def test_what_it_says_of_itself_speaks_of_what_it_computes(row):
    layer = layer_of(row)
    computed = {role for role in layer.calls(row.shape) if role in ("y", "dx") or role[0] == "d"}
    assert computed <= set(layer.links()) and computed <= set(layer.formulas(row.shape))
    by_cells = computed - (computed if layer.letter in "nr" else set())  # what is no cell of another array is not told by cells
    assert by_cells <= set(layer.arithmetic())


# --- kinks and ties -------------------------------------------------------------------------------


def test_the_slope_of_relu_at_zero_is_zero():
    calls = layer_of(ROWS["relu"][0]).calls((3,))
    assert calls["dx"].function(np.ones(3), np.array([0.0, -0.0, 1e-300])).tolist() == [0, 0, 1]


def test_a_tie_in_a_max_pool_goes_to_the_first_in_reading_order():
    x = np.array([[[1.0, 3, 3], [3, 3, 0], [3, 3, 3]]])
    dx = max_pool_dx(np.ones((1, 2, 2)), x, np.full((1, 2, 2), 3.0), np.full((1, 1, 1), 3.0), 2, 1, TIE)
    assert dx.tolist() == [[[0, 2, 0], [1, 1, 0], [0, 0, 0]]]


def test_where_pools_overlap_their_gradients_add_up_and_between_them_is_none():
    x = np.zeros((1, 5, 5))
    x[0, 2, 2] = 1
    dx = max_pool_dx(np.ones((1, 2, 2)), x, np.ones((1, 2, 2)), np.ones((1, 1, 1)), 3, 2, TIE)
    assert dx[0, 2, 2] == 4 and dx.sum() == 4
    gaps = layer_of(Row("avg1s2", (1, 5, 5), None)).calls((1, 5, 5))["dx"]
    dx = gaps.function(np.ones((1, 3, 3)), x, **gaps.settings)[0]
    assert dx[::2, ::2].all() and dx.sum() == 9


# --- many images at once --------------------------------------------------------------------------


def test_softmax_takes_rows_of_any_size_together():
    calls = layer_of(ROWS["softmax"][0]).calls((2,))
    assert calls["y"].function(np.array([[1e4, 0.0], [-1e4, -1e4]])).tolist() == [[1, 0], [0.5, 0.5]]


@pytest.mark.parametrize("text", [row.text for row in ROWS["conv"] if row.text.startswith("conv1x")] + ["conv1x3", "conv1x3bs2p1", "conv1x2full"])
@pytest.mark.parametrize("shape", [(6, 9), (8, 7)])
def test_a_batch_of_one_channel_takes_other_lines_to_the_same_numbers(text, shape):
    network = Network.parse(f"{text}-tanh-dense2-sigmoid-mse")
    rng = np.random.default_rng(0)
    params, x, y = network.init(shape), rng.random((5, 1, *shape)), rng.random((5, 2))
    result = []
    for many in (False, True):
        program = network.program(shape, many)
        values = program.start(params) | {"x": x, "y": y}
        program.run_forward(values)
        for line in program.backward_lines:
            values[line.target] = line.make(values)
        result.append(values)
    one, other = result
    for name in [*network.symbols, *(f"d{name}" for name in network.parameters), "dx"]:
        np.testing.assert_allclose(one[name], other[name], rtol=1e-11, atol=1e-13, err_msg=name)


@pytest.mark.parametrize("apart", [1.0, 40.0, 100.0, 300.0])
def test_a_saturated_softmax_loses_no_digits(apart):
    """Of two shares each slope is ± a[0]·a[1]·(da[0] - da[1]), also where one share is 1 to the last bit."""
    a = softmax(np.array([0.0, -apart]))
    small = np.exp(-apart) / (1 + np.exp(-apart)) ** 2
    np.testing.assert_allclose(softmax_dx(np.array([0.3, 0.1]), a), [0.2 * small, -0.2 * small], rtol=1e-12)


@pytest.mark.parametrize("padding", [0, 1, "same", "full"])
@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_a_convolution_of_many_images_gathers_the_gradient_that_each_weight_hands_back(k, padding):
    rng = np.random.default_rng(k)
    rows, columns, *_ = places(9, 11, k, 1, padding)
    dz, f = rng.normal(size=(2, 3, 4, rows, columns)), rng.normal(size=(4, 2, k, k))
    exact = weigh_dx(dz, f, size=(9, 11), padding=padding)
    for dtype, tolerance in ((np.float64, 1e-13), (np.float32, 1e-4)):
        result = gathered_dx(dz.astype(dtype), f.astype(dtype), size=(9, 11), padding=padding)
        assert result.dtype == dtype
        np.testing.assert_allclose(result, exact, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("k, stride", [(2, 1), (3, 1), (3, 2), (2, 2)])
def test_one_of_equal_cells_may_be_the_largest_but_not_each_of_them_however_little_comes_back_there(k, stride):
    """Of a map that has 5x5 equal cells; all that comes back to them is 1e-5 of what comes back elsewhere."""
    rng = np.random.default_rng(0)
    x = rng.random((2, 21, 21))
    x[0, 4:9, 4:9] = 2.0
    p = max_pool(x, k, stride, shape := ((21 - k) // stride + 1,) * 2)
    windows = list(slices(k, stride, *shape))
    dp = rng.normal(size=p.shape) * np.where(p == 2.0, 1e-5, 1.0)
    last, each, taken = np.zeros(x.shape), np.zeros(x.shape), np.zeros(p.shape, bool)
    for under in reversed(windows):
        wins = x[under] == p
        each[under] += dp * wins
        last[under] += dp * (wins & ~taken)
        taken |= wins
    result = max_pool_undecided(last, 1e-14, 0, dp, x, p, k, stride)
    first = max_pool_dx(dp, x, p, np.ones((1, 1, 1)), k, stride, TIE)
    assert result[~np.isclose(last, first)].all() and not result[x != 2.0].any()
    assert not np.isclose(each, last).all() and not max_pool_undecided(each, 1e-14, 0, dp, x, p, k, stride).any()
    last[0, 5:7, 6] += 1, -1  # more than comes back, and less: together as much
    assert not max_pool_undecided(last, 1e-14, 0, dp, x, p, k, stride)[0, 5:7, 6].any()
