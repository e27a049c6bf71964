"""Every mistake in every network where it can be made: what it spoils, that the check sees it, and its words."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.core.diagnosis.array_verdicts import compare_arrays
from cnnviz.core.diagnosis.given_arrays import SubmittedArray
from cnnviz.core.diagnosis.precision import EXACT, SINGLE
from cnnviz.core.diagnosis.stage_verdicts import by_stage, first_wrong
from cnnviz.core.gradcheck import check_gradients
from cnnviz.core.mistakes import MISTAKES, mistake_at, mistakes_for, stages_hit
from cnnviz.core.network.layers import LAYERS
from cnnviz.core.network.layers._activation import Activation
from cnnviz.core.network.losses import LOSSES
from cnnviz.core.network.network import DEFAULT, Network
from cnnviz.core.network.optimizers import OPTIMIZERS, adam, gd, momentum
from cnnviz.core.notebook.notebook_network import backward, forward, init_params, update
from cnnviz.core.setup.kernels import KERNELS
from cnnviz.data.images import load_image
from cnnviz.words import Problem, has_message
from tests.core.networks import cases

Y = np.array([1.0, 0.0])


def verdicts(program, params, trace, y, theirs, precision=EXACT):
    """"right", "inherits" or "wrong" for each stage of which `theirs` has an array."""
    result = compare_arrays(program, params, trace, y, {name: SubmittedArray(array, (), precision) for name, array in theirs.items()})
    return by_stage(program.network, {name: one.verdict for name, one in result.items()})


NAMES = ("do", "dz2", "dw", "db", "da1", "dz1", "df", "dx")
SEED = Network.parse(DEFAULT)

FROM_THE_START = ("do", "dz2", "dw", "da1", "dz1", "df", "update")
SHOWS = {
    "mean_forgotten": FROM_THE_START,
    "sign_flipped": FROM_THE_START,
    "output_sigmoid_forgotten": FROM_THE_START[1:],
    "weights_updated_first": ("da1", "dz1", "df", "update"),
    "product_divided": FROM_THE_START[1:],
    "output_slope_of_z": FROM_THE_START[1:],
    "sigmoid_prime_of_z": ("dz1", "df", "update"),
    "slope_of_a": FROM_THE_START[1:],
    "slope_twice": FROM_THE_START[1:],
    "slope_factor_forgotten": FROM_THE_START[1:],
    "slope_one_minus_alone": FROM_THE_START[1:],
    "slope_of_tanh": FROM_THE_START[1:],
    "hidden_slope_forgotten": ("dz1", "df", "update"),
    "overlap_assigned": ("dx",),
    "flip_forgotten": ("dx",),
    "kernel_transposed": ("dx",),
    "kernel_gradient_flipped": ("df", "update"),
    "last_place_only": ("df", "update"),
    "stride_forgotten": ("df", "update"),
    "loop_stops_early": ("df", "update"),
    "bias_axis": ("dw", "update"),
}
"""Where mistakes first show in the teaching notebook's network, and what inherits them, worked out by hand."""


# ---- in the teaching notebook's network


def case(stride=2, padding=0, weights="normal", image="test-0", kernel="sobel-x"):
    x = load_image(image, "red", "unit")
    params = init_params(np.reshape(KERNELS[kernel], (3, 3)), x.shape, 2, stride, padding, weights)
    return params, x, forward(params, x, stride, padding), stride, padding


def test_those_that_fit_the_teaching_notebooks_network():
    assert set(SHOWS) <= {place.mistake.name for place in mistakes_for(SEED)}
    with pytest.raises(Problem, match="needs relu"):
        MISTAKES["relu_gate_of_gradient"].gradients(*case()[::2][:2], Y, 0.1)


@pytest.mark.parametrize("name", SHOWS)
@pytest.mark.parametrize("stride, padding, kernel", [(1, 0, "sobel-x"), (2, 0, "emboss"), (3, "full", "sobel-y"), (2, "same", "blur")])
def test_the_check_catches_it_in_the_parameters_that_it_spoils(name, stride, padding, kernel):
    params, x, trace, *_ = case(stride, padding, kernel=kernel)
    if name == "overlap_assigned" and stride == 3:  # no two windows share a pixel
        with pytest.raises(Problem, match="needs avg, conv, max"):
            MISTAKES[name].gradients(params, trace, Y, 0.01)
        return
    check = check_gradients(params, x, Y, stride, padding, gradients=MISTAKES[name].gradients(params, trace, Y, 0.01))
    spoiled = {parameter for parameter in "fwb" if check.relative_error[parameter].max() > 1e-6}
    hidden = SHOWS[name] == ("dx",) or (name == "stride_forgotten" and stride == 1)  # then nothing was forgotten
    all_of_them = {"b"} if name == "bias_axis" else {"f", "w", "b"}
    assert spoiled == (set() if hidden else all_of_them if "dw" in SHOWS[name] else {"f"})
    assert check.passed == hidden


@pytest.mark.parametrize("name", SHOWS)
def test_it_first_shows_where_it_was_made_and_later_stages_inherit_it(name):
    params, _, trace, _, _ = case()
    wrong = MISTAKES[name].gradients(params, trace, Y, 0.01)
    assert stages_hit(wrong, backward(params, trace, Y), params, 0.01) == SHOWS[name]
    assert mistake_at(name, SEED).stage == SHOWS[name][0]


def test_what_comes_before_a_mistake_is_exact_to_the_bit():
    params, _, trace, _, _ = case()
    exact = backward(params, trace, Y)
    for name in SHOWS:
        wrong = MISTAKES[name].gradients(params, trace, Y, 0.01)
        before = NAMES[: NAMES.index(SHOWS[name][0])]
        assert all(np.array_equal(wrong[n], exact[n]) for n in before), name
        assert all(wrong[n].shape == exact[n].shape for n in NAMES), name


def test_where_a_mistake_does_not_show():
    params, _, trace, _, _ = case(stride=1)
    exact = backward(params, trace, Y)
    strided = MISTAKES["stride_forgotten"].gradients(params, trace, Y, 0.01)
    assert stages_hit(strided, exact, params, 0.01) == () and np.array_equal(strided.dx, exact.dx)
    assert stages_hit(MISTAKES["weights_updated_first"].gradients(params, trace, Y, 0), exact, params, 0) == ()


def test_an_entry_of_db_alone_shows_at_dw():
    params, _, trace, _, _ = case()
    exact = backward(params, trace, Y)
    assert stages_hit(dataclasses.replace(exact, db=exact.db * 2), exact, params, 0.01) == ("dw", "update")


def test_what_each_mistake_does():
    params, x, trace, _, _ = case()
    exact = backward(params, trace, Y)
    wrong = {name: MISTAKES[name].gradients(params, trace, Y, 0.01) for name in SHOWS}
    assert np.array_equal(wrong["mean_forgotten"].df, 2 * exact.df)
    assert np.array_equal(wrong["sign_flipped"].dw, -exact.dw)
    assert np.array_equal(wrong["output_sigmoid_forgotten"].db, exact.do)
    assert np.array_equal(wrong["hidden_slope_forgotten"].dz1, exact.da1)
    assert np.array_equal(wrong["kernel_gradient_flipped"].df, np.rot90(exact.df, 2))
    np.testing.assert_allclose(wrong["sigmoid_prime_of_z"].dz1, exact.da1 * (trace.z1 - trace.z1**2), rtol=1e-12)
    after = update(params, exact, 0.01)
    np.testing.assert_allclose(wrong["weights_updated_first"].da1.reshape(-1), after.w @ exact.dz2, rtol=1e-12)
    # Forgotten, the stride pairs unit (i, j) with the pixel at (i + u, j + v).
    df = [[np.sum(x[u : u + 15, v : v + 15] * exact.dz1) for v in range(3)] for u in range(3)]
    np.testing.assert_allclose(wrong["stride_forgotten"].df, df, rtol=1e-12)
    dx = {name: np.zeros((32, 32)) for name in ("stride_forgotten", "flip_forgotten", "overlap_assigned")}
    for i, j in np.ndindex(15, 15):
        dx["stride_forgotten"][i : i + 3, j : j + 3] += exact.dz1[i, j] * params.f
        dx["flip_forgotten"][2 * i : 2 * i + 3, 2 * j : 2 * j + 3] += exact.dz1[i, j] * np.rot90(params.f, 2)
        dx["overlap_assigned"][2 * i : 2 * i + 3, 2 * j : 2 * j + 3] = exact.dz1[i, j] * params.f
    for name, array in dx.items():
        np.testing.assert_allclose(wrong[name].dx, array, rtol=1e-12, atol=1e-15)


# ---- in any network

NETWORKS = (
    DEFAULT,
    "conv4x3-relu-max2-conv4x3-relu-max2-dense3-softmax-ce",
    "conv3x3bs2p1-relu-max3s2-conv2x3same-tanh-avg2-dense5-sigmoid-dense3-softmax-ce",
    "conv2x5s2-tanh-avg3s1-conv3x3full-sigmoid-gap-dense4-sigmoid-bce",
    "conv5x3b-sigmoid-dense6-sigmoid-dense2-sigmoid-ce",
    "conv2x3-relu-max3s1-conv3x3s2-relu-max3s2-dense3-softmax-mse",
    "conv1x3-sigmoid-conv1x3-sigmoid-dense2-mse",
    "dense4-tanh-dense3-softmax-mse",
    "relu-conv3x3-identity-avg2-dense4-softmax-dense2-softmax-ce",
    "conv3x4p2-relu-gap-dense2-relu-mse",
    "conv2x3-avg3s2-conv3x3s3-dense2-identity-mse",
    "max3s2-conv2x7same-sigmoid-dense1-sigmoid-bce",
    "conv2x3b-tanh-dense2-tanh-mse",
    "conv4x3-bn-relu-conv2x3-gn2-tanh-drop50-dense6-ln-relu-dense3-softmax-ce",
    "conv8x5b-sigmoid-avg2-conv6x5b-sigmoid-avg2-dense12-sigmoid-dense10-softmax-ce",
)
NETWORKS += tuple(  # a new activation needs no row here
    f"conv2x3-{kind}-dense2-mse"
    for kind, cls in LAYERS.items()
    if issubclass(cls, Activation) and not any(kind in text.split("-") for text in NETWORKS)
)
PLACED = [place for text in NETWORKS for place in mistakes_for(Network.parse(text), "adam") if not place.is_forward]
IDS = [f"{place.network}: {place.address}" for place in PLACED]


def a_pass(network, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2, 23, 24))
    params = network.init(x.shape, "he", seed)
    params = params.replace(**{name: rng.normal(size=params[name].shape) / 4 for name in params if name[0] in "bgs"})
    trace = network.forward(params, x)
    return params, trace, np.eye(len(trace.o))[0] * 0.75 + 0.05


def downstream(program, target):
    """What is worked out from an array of the backward pass, itself included."""
    reached = {target}
    for line in program.backward_lines:
        if reached & set(line.sources):
            reached.add(line.target)
    return reached


def hides(place, params, trace, y):
    """Whether there is nothing to get wrong: one output has no mean, a stride of 1 is right, a max pool after ReLU chooses what is positive."""
    name, layers = place.mistake.name, [str(layer) for layer in place.network.layers]
    if name == "stride_forgotten":
        return place.network.layers[place.place].stride == 1
    if name == "hidden_slope_forgotten":
        return layers[place.place] == "relu" and layers[place.place + 1].startswith("max")
    if name == "output_sigmoid_forgotten":
        return layers[-1] == "relu" and bool((trace["o"] > 0).all())
    if name == "relu_open_at_zero":
        return not (trace[place.network.names[place.place].source] == 0).any()
    if name == "loop_stops_early":
        exact = place.network.backward(params, trace, y)[f"d{place.network.names[place.place].output}"]
        return not exact[..., -1, :].any() and not exact[..., -1].any()
    return name == "mean_forgotten" and len(trace["o"]) == 1


def test_every_mistake_fits_somewhere_and_every_kind_of_layer_has_one():
    backward = {name: mistake for name, mistake in MISTAKES.items() if not mistake.several and not any(change.is_forward for change in mistake.line_overrides)}
    assert {place.mistake.name for place in PLACED} == {*backward}  # of the others: test_mistakes_of_batches
    kinds = {kind for mistake in MISTAKES.values() for kind in mistake.kinds}
    assert kinds == {*LAYERS, *LOSSES, "momentum", "adam"} - {"identity"}
    for mistake in backward.values():
        met = {str(word.kind) for place in PLACED if place.mistake == mistake and place.place is not None for word in [place.network.layers[place.place]]}
        assert met == {kind for kind in mistake.kinds if kind in LAYERS}, mistake.name


@pytest.mark.parametrize("place", PLACED, ids=IDS)
def test_it_spoils_what_is_worked_out_from_its_place_and_nothing_before(place):
    network = place.network
    params, trace, y = a_pass(network)
    program = network.program(trace.x.shape)
    exact, wrong = network.backward(params, trace, y), place.gradients(params, trace, y, 0.1)
    changed = {name for name in exact if not np.array_equal(wrong[name], exact[name])}
    targets = place.overrides(program, gd(0.1))
    assert changed <= {name for target in targets for name in downstream(program, target)}
    assert {name: array.shape for name, array in wrong.items()} == {name: array.shape for name, array in exact.items()}
    if "update" == place.stage:
        assert not changed
        return
    hit = stages_hit(wrong, exact, params, 0.1, network)
    assert bool(hit) == bool(changed)
    assert bool(hit) or hides(place, params, trace, y)
    if hit:
        assert hit[0] == place.stage and hit == place.affected_stages(params, trace, y, 0.1)
        assert ("update" in hit) == any(f"d{name}" in changed for name in params)


@pytest.mark.parametrize("place", PLACED, ids=IDS)
def test_what_it_leaves_to_later_stages_is_inherited_and_the_first_is_wrong_by_itself(place):
    network = place.network
    params, trace, y = a_pass(network)
    exact, wrong = network.backward(params, trace, y), place.gradients(params, trace, y, 0.1)
    result = verdicts(network.program(trace.x.shape), params, trace, y, wrong)
    hit = place.affected_stages(params, trace, y, 0.1)
    assert first_wrong(result) == ("" if hit in ((), ("update",)) else place.stage)
    touched = {place.stage, *(["dx"] if place.mistake.name == "stride_forgotten" else [])}
    for stage, verdict in result.items():
        if verdict == "wrong":
            makes = next((one.makes for one in network.stages if one == stage), (stage,))
            assert stage in touched or any(target in makes for target in place.overrides(network.program(trace.x.shape), gd(0.1)))
        elif verdict == "right":
            makes = next((one.makes for one in network.stages if one == stage), (stage,))
            assert all(np.array_equal(wrong[name], exact[name]) for name in makes)
        else:
            assert stage in hit or stage == "dx"


@pytest.mark.parametrize("place", PLACED, ids=IDS)
def test_central_differences_tell_a_spoiled_parameter(place):
    """Along the way in which the two gradients differ, the loss answers as the exact one says."""
    network = place.network
    params, trace, y = a_pass(network)
    exact, wrong = network.backward(params, trace, y), place.gradients(params, trace, y, 0.1)
    for name in params:
        apart = wrong[f"d{name}"] - exact[f"d{name}"]
        if np.abs(apart).max() <= 1e-9 * np.abs(exact[f"d{name}"]).max():
            continue
        way, step = apart / np.linalg.norm(apart), 1e-6
        up, down = (network.loss(network.forward(params.replace(**{name: params[name] + h * way}), trace.x), y) for h in (step, -step))
        slope = (up - down) / (2 * step)
        near, far = abs(slope - np.sum(exact[f"d{name}"] * way)), abs(slope - np.sum(wrong[f"d{name}"] * way))
        assert near <= 1e-6 + 1e-3 * far, name


@settings(deadline=None, max_examples=60)
@given(cases(), st.integers(0, 99))
def test_in_a_random_network_nothing_before_its_place_changes_and_all_after_it_inherits(case, number):
    listed = [one for one in mistakes_for(case.network, "momentum") if not one.is_forward]
    place = listed[number % len(listed)]
    params, trace, y = case.params, case.network.forward(case.params, case.x), case.y
    program, exact = case.network.program(case.x.shape), case.network.backward(case.params, trace, y)
    wrong, targets = place.gradients(params, trace, y, 0.1), place.overrides(program, gd(0.1))
    changed = {name for name in exact if not np.array_equal(wrong[name], exact[name], equal_nan=True)}
    assert changed <= {name for target in targets for name in downstream(program, target)}
    hit, result = place.affected_stages(params, trace, y, 0.1), verdicts(program, params, trace, y, wrong)
    assert bool(changed) == bool(hit) and first_wrong(result) == (hit[0] if hit else "")
    own = {place.stage, *(stage for stage in case.network.stages if set(targets) & set(stage.makes)), *targets}
    assert {stage for stage, verdict in result.items() if verdict == "wrong"} <= own
    assert not hit or hit[0] in own
    wrong_code, right_code = place.code(program)
    assert wrong_code and right_code


def test_two_mistakes_are_told_apart():
    network = Network.parse("conv2x3-relu-max2-conv2x3-relu-dense3-softmax-ce")
    params, trace, y = a_pass(network)
    first = mistake_at("flip_forgotten@dp1", network)
    program = network.program(trace.x.shape)
    both = {**first.overrides(program, gd(0.1)), **mistake_at("kernel_gradient_flipped@df1", network).overrides(program, gd(0.1))}
    result = verdicts(program, params, trace, y, program.backward(params, trace, y, both))
    assert {stage for stage, verdict in result.items() if verdict == "wrong"} == {"dp1", "df1"}
    assert [stage for stage, verdict in result.items() if verdict == "inherits"] == ["da1", "dz1", "dx"]
    assert first_wrong(result) == "dp1"


def test_gradients_that_are_only_given_in_part_and_rounded():
    network = Network.parse("conv2x3-relu-max2-dense3-softmax-ce")
    params, trace, y = a_pass(network)
    program, exact = network.program(trace.x.shape), network.backward(params, trace, y)
    theirs = {name: exact[name].astype(np.float32) for name in ("dz2", "dz1", "df")}
    assert verdicts(program, params, trace, y, theirs, SINGLE) == {"dz2": "right", "dz1": "right", "df": "right"}
    theirs |= {"dz1": 2 * theirs["dz1"], "df": 2 * theirs["df"]}
    assert verdicts(program, params, trace, y, theirs, SINGLE) == {"dz2": "right", "dz1": "wrong", "df": "inherits"}
    assert verdicts(program, params, trace, y, {"df": theirs["df"]}, SINGLE) == {"df": "wrong"}
    with pytest.raises(Problem, match="df has shape"):
        verdicts(program, params, trace, y, {"df": np.zeros((3, 3))})


# ---- what some of them do, worked out by hand


def test_pooling_by_loops():
    network = Network.parse("conv2x3-max3s2-dense2-mse")
    params, trace, y = a_pass(network)
    exact = network.backward(params, trace, y)
    everywhere, last = np.zeros(trace["z1"].shape), np.zeros(trace["z1"].shape)
    for c, i, j in np.ndindex(trace["p1"].shape):
        window = (c, slice(2 * i, 2 * i + 3), slice(2 * j, 2 * j + 3))
        u, v = divmod(int(trace["z1"][window].argmax()), 3)
        everywhere[window] += exact["dp1"][c, i, j]
        last[c, 2 * i + u, 2 * j + v] = exact["dp1"][c, i, j]
    np.testing.assert_allclose(mistake_at("max_gradient_to_all", network).gradients(params, trace, y, 0)["dz1"], everywhere)
    np.testing.assert_array_equal(mistake_at("overlap_assigned@dz1", network).gradients(params, trace, y, 0)["dz1"], last)


def test_means_by_hand():
    network = Network.parse("conv2x3-avg3s2-gap-dense3-sigmoid-bce")
    params, trace, y = a_pass(network)
    exact = network.backward(params, trace, y)
    wrong = mistake_at("pool_mean_forgotten@dz1", network).gradients(params, trace, y, 0)
    np.testing.assert_allclose(wrong["dz1"], 9 * exact["dz1"], rtol=1e-12)
    wrong = mistake_at("pool_mean_forgotten@dp1", network).gradients(params, trace, y, 0)
    np.testing.assert_allclose(wrong["dp1"], exact["dp2"][:, None, None] * np.ones(trace["p1"].shape), rtol=1e-12)
    wrong = mistake_at("mean_forgotten", network).gradients(params, trace, y, 0)
    np.testing.assert_allclose(wrong["dz2"], trace["o"] - y, rtol=1e-12)
    network = Network.parse("conv2x3-avg3s2-dense3-sigmoid-bce")
    params, trace, y = a_pass(network)
    exact, last = network.backward(params, trace, y), np.zeros(trace["z1"].shape)
    for i, j in np.ndindex(trace["p1"].shape[1:]):
        last[:, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3] = exact["dp1"][:, i : i + 1, j : j + 1] / 9
    wrong = mistake_at("overlap_assigned@dz1", network).gradients(params, trace, y, 0)
    np.testing.assert_allclose(wrong["dz1"], last, rtol=1e-12)


def test_convolution_by_loops():
    network = Network.parse("conv2x3-conv3x3s2p1-dense2-mse")
    params, trace, y = a_pass(network)
    exact, shape = network.backward(params, trace, y), trace["z1"].shape
    flipped, turned, last, first = (np.zeros((2, shape[1] + 2, shape[2] + 2)) for _ in range(4))
    for i, j in np.ndindex(trace["z2"].shape[1:]):
        window = (slice(None), slice(2 * i, 2 * i + 3), slice(2 * j, 2 * j + 3))
        flipped[window] += np.tensordot(exact["dz2"][:, i, j], params["f2"][:, :, ::-1, ::-1], 1)
        turned[window] += np.tensordot(exact["dz2"][:, i, j], params["f2"].swapaxes(2, 3), 1)
        last[window] = np.tensordot(exact["dz2"][:, i, j], params["f2"], 1)
        first[window] += exact["dz2"][0, i, j] * params["f2"][0]
    for name, array in {"flip_forgotten": flipped, "kernel_transposed": turned, "overlap_assigned": last, "channels_not_summed": first}.items():
        wrong = mistake_at(f"{name}@dz1", network).gradients(params, trace, y, 0)
        np.testing.assert_allclose(wrong["dz1"], array[:, 1:-1, 1:-1], rtol=1e-12, atol=1e-15, err_msg=name)
    cut = mistake_at("cut_at_corner@dz1", network).gradients(params, trace, y, 0)["dz1"]
    np.testing.assert_array_equal(cut[:, 1:, 1:], exact["dz1"][:, :-1, :-1])  # each a row and a column too far
    with pytest.raises(Problem, match="possible at dz1, not at dx"):
        mistake_at("cut_at_corner@dx", network)  # without zeros nothing is cut off


def test_rows_by_hand():
    network = Network.parse("conv2x3-relu-dense3-softmax-ce")
    params, trace, y = a_pass(network)
    exact, o = network.backward(params, trace, y), trace["o"]
    np.testing.assert_allclose(mistake_at("softmax_diagonal", network).gradients(params, trace, y, 0)["dz2"], -y * (1 - o), rtol=1e-12)
    rows = exact["da1"].reshape(21, 22, 2)  # the row, laid out channel after channel, taken for pixel after pixel
    wrong = mistake_at("flattened_channels_last", network).gradients(params, trace, y, 0)
    assert all(np.array_equal(wrong["da1"][c], rows[:, :, c]) for c in range(2))
    gate = mistake_at("relu_gate_of_gradient", network).gradients(params, trace, y, 0)
    assert np.array_equal(gate["dz1"], np.maximum(exact["da1"], 0))
    outer = Network.parse("conv2x3-gap-dense3-softmax-mse")
    params, trace, y = a_pass(outer)
    o, do = trace["o"], outer.backward(params, trace, y)["do"]
    np.testing.assert_allclose(mistake_at("softmax_diagonal", outer).gradients(params, trace, y, 0)["dz2"], do * o * (1 - o), rtol=1e-12)


def test_a_saturated_softmax_gives_no_warning():
    network = Network.parse("conv1x3-dense2-softmax-ce")
    params, trace, _ = a_pass(network)
    params = params.replace(b=np.array([-1e4, 1e4]))
    trace = network.forward(params, trace.x)
    wrong = mistake_at("softmax_diagonal", network).gradients(params, trace, np.array([0.0, 1.0]), 0)
    assert np.isfinite(wrong["dz2"]).all()


def test_the_step():
    network = Network.parse("conv2x3-relu-dense2-softmax-ce")
    params, trace, y = a_pass(network)
    exact = network.backward(params, trace, y)
    uncorrected, forgetful = (mistake_at(name, network, "adam") for name in ("adam_uncorrected", "state_forgotten"))
    assert uncorrected.affected_stages(params, trace, y, adam(0.1)) == ("update",) and uncorrected.stage == "update"
    after = uncorrected.optimizer(adam(0.1)).step(params, exact, None)[0]
    np.testing.assert_allclose(params["b"] - after["b"], 0.1 * 0.1 / np.sqrt(0.001) * np.sign(exact["db"]), rtol=1e-4)
    assert forgetful.affected_stages(params, trace, y, adam(0.1)) == ()  # at the first step there is nothing to forget
    for rule in (adam(0.1), momentum(0.1)):
        later, state = rule.step(params, exact, None)
        trace2 = network.forward(later, trace.x)
        assert mistake_at("state_forgotten", network, rule).affected_stages(later, trace2, y, rule, state) == ("update",)
    with pytest.raises(Problem, match="needs adam"):
        mistake_at("adam_uncorrected", network, "momentum")
    # Where w steps first, it does so by the rule that is in use.
    wrong = mistake_at("weights_updated_first", network).gradients(params, trace, y, adam(0.1))
    stepped = adam(0.1).step(params, exact, None)[0]
    np.testing.assert_allclose(wrong["dv"], stepped["w"] @ exact["dz2"], rtol=1e-12)
    later, state = momentum(0.1).step(params, exact, None)
    trace = network.forward(later, trace.x)
    exact = network.backward(later, trace, y)
    wrong = mistake_at("weights_updated_first", network).gradients(later, trace, y, momentum(0.1), state)
    stepped = momentum(0.1).step(later, exact, state)[0]
    np.testing.assert_allclose(wrong["dv"], stepped["w"] @ exact["dz2"], rtol=1e-12)


# ---- words, addresses, code


def test_every_mistake_has_words():
    for name, mistake in MISTAKES.items():
        assert mistake.name == name
        assert all(has_message(f"mistake.{name}.{part}") for part in ("title", "sentence")), name
        assert all(str(place.sentence).endswith(".") for place in PLACED if place.mistake == mistake)
        assert mistake.kinds and all(kind in {**LAYERS, **LOSSES, **OPTIMIZERS} for kind in mistake.kinds)


@pytest.mark.parametrize("text", NETWORKS)
def test_addresses_name_one_place_and_the_bare_name_the_last(text):
    network = Network.parse(text)
    listed = mistakes_for(network, "adam")
    assert len({place.address for place in listed}) == len(listed)
    for place in listed:
        assert mistake_at(place.address, network, "adam") == place
        last = mistake_at(place.mistake.name, network, "adam")
        assert (last.place, place.place) == (None, None) or last.place >= place.place
    for name in ("hidden_slope_forgotten", "sigmoid_prime_of_z"):
        assert all(place.place < len(network.layers) - 1 for place in listed if place.mistake.name == name)


def test_an_address_that_names_none():
    with pytest.raises(Problem, match="no mistake two_slips. Known: .*mean_forgotten"):
        mistake_at("two_slips", SEED)
    with pytest.raises(Problem, match="is possible at dz1"):
        mistake_at("sigmoid_prime_of_z@dz7", SEED)


@pytest.mark.parametrize("place", PLACED, ids=IDS)
def test_both_lines_as_code(place):
    wrong, right = place.code(place.network.program((2, 23, 24)))
    assert "{" not in wrong + right and len(wrong.splitlines()) == len(right.splitlines()) == len(place.line_overrides)
    shows = place.mistake.name != "stride_forgotten" or place.network.layers[place.place].stride > 1
    assert (wrong != right) == shows
    if place.stage != "update":
        symbols = {*place.network.symbols, *place.network.parameters}
        assert any(symbol in right for symbol in symbols)


def test_code_that_is_read_from_a_function_is_what_runs():
    """The expressions of an activation's lines, evaluated, give the arrays of the pass."""
    network = Network.parse("conv2x3-tanh-conv2x3-sigmoid-dense2-sigmoid-mse")
    params, trace, y = a_pass(network)
    program = network.program(trace.x.shape)
    for address in ("hidden_slope_forgotten@dz1", "hidden_slope_forgotten@dz2", "sigmoid_prime_of_z", "output_sigmoid_forgotten"):
        place = mistake_at(address, network)
        exact, mistaken = network.backward(params, trace, y), place.gradients(params, trace, y, 0.1)
        for line, gradients in zip(place.code(program), (mistaken, exact), strict=True):
            target, expression = line.split(" = ")
            known = {**trace, **gradients, "sigmoid_prime": lambda a: a * (1 - a)}
            np.testing.assert_array_equal(eval(expression, known), gradients[target])
