"""Somebody's gradients with mistakes in them: the first wrong stage is right in all, and the mistake is recognised."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.core.diagnosis import explanation_search
from cnnviz.core.diagnosis.diagnosis import diagnose
from cnnviz.core.diagnosis.explanations import correct_lines
from cnnviz.core.diagnosis.precision import DOUBLE, HALF, SINGLE, precisions
from cnnviz.core.diagnosis.rearrangements import rearrangements
from cnnviz.core.diagnosis.reference_pass import ReferencePass
from cnnviz.core.diagnosis.stage_verdicts import by_stage
from cnnviz.core.diagnosis.worst_entry import worst_entry
from cnnviz.core.mistakes import mistake_at, mistakes_for
from cnnviz.core.mistakes.spoiled_stages import stages_hit
from cnnviz.core.network.line_overrides import chain_overrides
from cnnviz.core.network.network import DEFAULT, Network
from cnnviz.core.network.optimizers import gd
from cnnviz.words import Problem
from tests.core.mistake_draws import SINGLE_MISTAKES, judged
from tests.core.networks import cases

RATE = 0.1
NETWORKS = (
    DEFAULT,
    "conv4x3-relu-max2-conv4x3-relu-max2-dense3-softmax-ce",
    "conv3x3bs2p1-relu-max3s2-conv2x3same-tanh-avg2-dense5-sigmoid-dense3-softmax-ce",
    "conv2x5s2-tanh-avg3s1-conv3x3full-sigmoid-gap-dense4-sigmoid-bce",
    "conv5x3b-sigmoid-dense6-sigmoid-dense2-sigmoid-ce",
    "dense4-tanh-dense3-softmax-mse",
    "conv2x3-avg3s2-conv3x3s3-dense2-identity-mse",
    "max3s2-conv2x7same-sigmoid-dense1-sigmoid-bce",
)


@pytest.fixture
def no_mistakes(monkeypatch):
    """No catalogued mistakes: one that makes the same numbers would be named first."""
    for name in ("mistakes_for", "unlisted_for"):
        monkeypatch.setattr(explanation_search, name, lambda *_: [])


def case_of(text, seed=0):
    network, rng = Network.parse(text), np.random.default_rng([seed, 7])
    x = rng.normal(size=(2, 23, 24)) if text != DEFAULT else rng.random(size=(32, 32))
    params = network.init(x.shape, "he", seed)
    trace = network.forward(params, x)
    return ReferencePass(network.program(x.shape), params, trace, rng.random(trace.o.size) * 0.8 + 0.1, gd(RATE))


def passed(case, overrides=None):
    return dict(case.program.backward(case.params, case.trace, case.y, overrides))


def stage_of(case, name):
    """The stage of an array."""
    return next(iter(by_stage(case.program.network, {name: "wrong"})))


def spoiled(case, *mistakes):
    """A pass with some lines' results changed: (target, function) each."""
    return passed(case, chain_overrides([(target, lambda values, right, change=change: change(right())) for target, change in mistakes]))


def differs(case, a, b):
    """Whether two passes differ by more than is let pass, and at which stage first."""
    apart = {name: "wrong" for name in b if np.abs(a[name] - b[name]).max() > 1e-5 * np.abs(b[name]).max()}
    return next(iter(by_stage(case.program.network, apart)), "")


PLACED = [(text, one.address) for text in NETWORKS for one in mistakes_for(Network.parse(text))]


@pytest.mark.parametrize("text, address", PLACED, ids=[f"{text}: {address}" for text, address in PLACED])
def test_every_mistake_is_found_at_its_stage_and_by_its_name(text, address):
    case = case_of(text)
    mistake, exact = mistake_at(address, case.program.network), passed(case)
    theirs = passed(case, mistake.overrides(case.program, case.optimizer))
    hit = differs(case, theirs, exact)
    result = diagnose(case, theirs)
    assert result.first == hit
    if hit:
        assert hit == mistake.stage
        best = result.matches[hit][0]
        assert best.exact and best.reproduced == best.of > 0
        created = passed(case, best.explanation.placed.overrides(case.program, case.optimizer)) if best.explanation.placed else theirs
        assert all(np.allclose(created[name], theirs[name], rtol=1e-6, atol=1e-12) for name in by_name(case, hit))
        wrong, right = best.explanation.code(case.program, hit, tuple(by_name(case, hit)))
        assert wrong and right


def by_name(case, stage):
    return [name for name in passed(case) if stage in by_stage(case.program.network, {name: "wrong"})]


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(NETWORKS), st.integers(0, 50), st.sampled_from([-1.0, 0.5, 2.0, 3.7, 255.0]), st.data())
def test_a_factor_a_flip_and_a_transposition_are_found_wherever_they_are_made(text, seed, factor, data):
    case = case_of(text, seed % 3)
    target = data.draw(st.sampled_from(case.program.backward_lines)).target
    turn = data.draw(st.sampled_from([None, *rearrangements(case.program, target)]))
    exact = passed(case)
    theirs = spoiled(case, (target, turn.of if turn else lambda a: factor * a))
    result, first = diagnose(case, theirs), differs(case, theirs, exact)
    assert result.first == first
    if first:
        assert first == stage_of(case, target)
        assert result.matches[first][0].exact or np.count_nonzero(exact[target]) == 1  # any number is the other times a factor
        assert {stage for stage, verdict in result.stages.items() if verdict == "wrong"} == {first}


@settings(deadline=None, max_examples=100)
@given(cases(), st.data())
def test_of_two_mistakes_in_a_random_network_the_first_is_named(case, data):
    trace = case.network.forward(case.params, case.x)
    of = ReferencePass(case.network.program(case.x.shape), case.params, trace, case.y, gd(RATE))
    lines = [line.target for line in of.program.backward_lines]
    one, other = sorted(data.draw(st.lists(st.sampled_from(lines), min_size=2, max_size=2, unique=True)), key=lines.index)
    exact, theirs = passed(of), spoiled(of, (one, lambda a: 3 * a), (other, lambda a: a - 0.25 * np.abs(a).max()))
    hidden = data.draw(st.sets(st.sampled_from(lines), max_size=2))
    kept = {name: array for name, array in theirs.items() if name not in hidden} or theirs
    first = next(iter(by_stage(case.network, {name: "wrong" for name in kept if not np.array_equal(kept[name], exact[name], equal_nan=True)})), "")
    result = diagnose(of, kept)
    assert result.first == first


def test_two_mistakes_at_once_are_both_named():
    case = case_of(NETWORKS[1])
    network = case.program.network
    both = {}
    for address in ("flip_forgotten@dp1", "kernel_gradient_flipped@df1"):
        both |= mistake_at(address, network).overrides(case.program, case.optimizer)
    result = diagnose(case, passed(case, both))
    assert result.first == "dp1"
    named = {stage: matches[0].explanation.placed.address for stage, matches in result.matches.items()}
    assert named == {"dp1": "flip_forgotten@dp1", "df1": "kernel_gradient_flipped@df1"}


def by_loops(x, f, dz):
    """A student's loop over the places: ∂f by `=`, ∂x with the kernel transposed, and the bias gradient of the first place."""
    dx = np.zeros_like(x)
    for i, j in np.ndindex(dz.shape[1:]):
        df = np.einsum("m,cuv->mcuv", dz[:, i, j], x[:, i : i + f.shape[2], j : j + f.shape[3]])
        dx[:, i : i + f.shape[2], j : j + f.shape[3]] += np.einsum("m,mcvu->cuv", dz[:, i, j], f)
    return df, dx, dz[:, 0, 0]


def test_a_students_loops_over_the_places_of_a_convolution_are_named():
    case = case_of("conv2x3b-tanh-conv3x3b-tanh-dense2-mse")
    exact = passed(case)
    df, da1, db = by_loops(case.trace["a1"], case.params["f2"], exact["dz2"])
    for spoiled, mistake in (({"df2": df}, "last_place_only@df2"), ({"da1": da1}, "kernel_transposed@da1"), ({"db2": db}, "first_place_only@df2")):
        result = diagnose(case, {**exact, **spoiled})
        exact_matches = [match for match in result.matches[result.first] if match.exact and match.explanation.placed]
        (match,) = (match for match in exact_matches if match.explanation.placed.address == mistake)
        for line in match.explanation.code(case.program, result.first, (*spoiled,)):
            assert line.startswith(next(iter(spoiled))) and "\n" not in line  # nothing of an array that is right


def test_a_mistake_is_written_as_code_that_can_be_read():
    case = case_of("conv2x3-relu-max2-dense2-mse", seed=1)
    exact = passed(case)
    share = 0.3 * np.repeat(np.repeat(exact["dp1"], 2, 1), 2, 2)[:, : exact["da1"].shape[1], : exact["da1"].shape[2]]
    shared = np.zeros_like(exact["da1"])
    shared[:, : share.shape[1], : share.shape[2]] = share
    result = diagnose(case, {**exact, "da1": shared})
    assert result.matches["da1"][0].explanation.code(case.program, "da1", ("da1",))[0] == "da1[under] += 0.3 * (dp1)"
    assert correct_lines(case.program, ["da1", "df", "dx"]) == "da1[under] += dp1 * wins\ndf += x[window] * dz1[i, j]\ndx[window] += dz1[i, j] * f"
    normalised = case_of("conv2x3-bn-relu-dense2-softmax-ce").program
    assert correct_lines(normalised, ["dz1"]) == "dz1 = by_itself(dhat, sigma) + by_mean(dhat, sigma) + by_variance(dhat, hat, sigma)"
    turned = diagnose(case, {**exact, "df": exact["df"].swapaxes(2, 3)}).matches["df"][0].explanation
    assert turned.code(case.program, "df", ("df",))[0] == "df += x[window] * dz1[i, j]; df = df.swapaxes(-1, -2)"


def test_of_mistakes_that_come_near_the_simplest_is_first():
    case = case_of("conv3x3b-tanh-dense2-mse")
    exact = passed(case)
    result = diagnose(case, {**exact, "db1": exact["dz1"][:, 3, 5]})  # of another place than the mistakes know
    near = [match.explanation for match in result.matches["df"] if match.near]
    assert near and near[0].parts == 1


def test_arrays_that_were_spoilt_one_by_one_afterwards_are_each_recognised():
    case = case_of(DEFAULT)
    exact = passed(case)
    result = diagnose(case, exact | {"dz1": exact["dz1"][::-1], "df": exact["df"].T})
    assert {stage: str(matches[0].explanation.title) for stage, matches in result.matches.items()} == {"dz1": "∂z₁ flipped up-down", "df": "∂f transposed"}


def test_a_mistake_in_an_array_that_is_missing_is_still_named():
    case = case_of(DEFAULT)
    theirs = passed(case, mistake_at("hidden_slope_forgotten", case.program.network).overrides(case.program, case.optimizer))
    result = diagnose(case, {name: theirs[name] for name in ("dw", "df")})
    assert (result.first, result.stages["dw"]) == ("df", "right")
    assert result.matches["df"][0].explanation.placed.address == "hidden_slope_forgotten@dz1"
    assert result.missing == ("do", "dz2", "db", "da1", "dz1", "dx")


def test_a_mistake_times_a_factor_and_turned():
    case = case_of(DEFAULT)
    theirs = passed(case, mistake_at("sigmoid_prime_of_z", case.program.network).overrides(case.program, case.optimizer))
    for change, title in ((lambda a: 4 * a, "σ′ of the wrong argument, times 4"), (lambda a: a[::-1], "σ′ of the wrong argument, ∂z₁ flipped up-down")):
        result = diagnose(case, {"da1": theirs["da1"], "dz1": change(theirs["dz1"])})
        assert result.first == "dz1" and str(result.matches["dz1"][0].explanation.title) == title


def test_right_ones_are_all_right_in_single_precision_and_with_axes_of_length_1():
    case = case_of(DEFAULT)
    exact = passed(case)
    rounded = {name: array.astype(np.float32).astype(float) for name, array in exact.items()}
    assert diagnose(case, rounded, SINGLE).first == ""
    laid = exact | {"db": exact["db"][None], "da1": exact["da1"][None, None], "dw": exact["dw"].reshape(30, 30, 2), "dv": exact["dv"].reshape(30, 30)}
    result = diagnose(case, laid)
    assert result.first == "" and result.wrong == 0 and set(result.stages.values()) == {"right"}


def test_what_single_precision_makes_of_a_whole_pass_is_right():
    for text in NETWORKS:
        case = case_of(text)
        values = {name: array.astype(np.float32) for name, array in case.program.start(case.params, case.trace.x).items()} | {"y": case.y.astype(np.float32)}
        for line in (*case.program.forward_lines, *case.program.backward_lines):
            line.step(values)
        assert values["dx"].dtype == np.float32
        assert diagnose(case, {name: values[name] for name in passed(case)}, SINGLE).first == "", text


@pytest.mark.parametrize("text", ["conv4x3-max2-dense3-softmax-ce", "conv4x3b-relu-max2-conv3x3-relu-max4-dense3-softmax-ce"])
def test_where_round_off_decides_another_winner_is_as_right_and_is_counted(text):
    network, edges = Network.parse(text), np.zeros((1, 32, 32))
    edges[:, 4:20, 8:24] = 1.0 / 3
    params = network.init(edges.shape, "he", 3)
    trace = network.forward(params, edges)
    case = ReferencePass(network.program(edges.shape), params, trace, np.array([0.0, 1.0, 0.0]), gd(RATE))
    values = {name: array.astype(np.float32) for name, array in case.program.start(params, edges).items()} | {"y": case.y.astype(np.float32)}
    noise = np.random.default_rng(0)
    for line in (*case.program.forward_lines, *case.program.backward_lines):
        line.step(values)
        if line.target == "z1":
            values["z1"] = values["z1"] * (1 + np.float32(1.2e-7) * noise.choice([-1, 0, 1], values["z1"].shape)).astype(np.float32)
    result = diagnose(case, {name: values[name] for name in passed(case)}, SINGLE)
    assert result.first == "" and sum(one.ties + one.undecided for one in result.arrays.values()) > 20
    pool = next(line.target for line in case.program.backward_lines if "max_pool" in line.function.__name__)
    assert diagnose(case, spoiled(case, (pool, lambda a: 2 * a)), SINGLE).first == pool
    everywhere = next(one.address for one in mistakes_for(network) if one.mistake.name == "max_gradient_to_all" and one.stage == pool)
    theirs = passed(case, mistake_at(everywhere, network).overrides(case.program, case.optimizer))
    assert diagnose(case, theirs, SINGLE).first == pool


def test_outputs_that_are_nearly_right_leave_few_digits_in_single_precision():
    network = Network.parse("dense3-softmax-ce")
    x, rng = np.array([[8.0]]), np.random.default_rng(0)
    params = network.init(x.shape).replace(w=np.array([[1.6, 0.1, 0.2]]))
    trace = network.forward(params, x)
    case = ReferencePass(network.program(x.shape), params, trace, np.array([1.0, 0.0, 0.0]), gd(RATE))
    exact = passed(case)
    o = trace.o.astype(np.float32) * (1 + np.float32(1.2e-7) * rng.choice([-1, 1], 3)).astype(np.float32)
    theirs = {"dz1": o - np.float32([1, 0, 0]), "db": o - np.float32([1, 0, 0])}
    assert np.abs(theirs["dz1"] - exact["dz1"]).max() > 1e-3 * np.abs(exact["dz1"]).max()
    assert diagnose(case, theirs, SINGLE).first == ""


@pytest.mark.parametrize("tolerance, large", [(DOUBLE, 60.0), (SINGLE, 30.0)])
def test_where_the_answer_is_nearly_certain_a_mistake_is_found_and_round_off_is_none(tolerance, large):
    network = Network.parse("dense3-softmax-ce")
    x = np.array([[1.0]])
    params = network.init(x.shape).replace(w=np.array([[large, 0.1, 0.2]]))
    trace = network.forward(params, x)
    case = ReferencePass(network.program(x.shape), params, trace, np.array([1.0, 0.0, 0.0]), gd(RATE))
    exact = passed(case)
    assert 0 < np.abs(exact["dz1"]).max() < 1e-9
    noisy = exact["dz1"] + np.array([3e-16 if tolerance is DOUBLE else 1e-7, 0, 0])
    assert diagnose(case, {"dz1": noisy, "db": noisy}, tolerance).first == ""
    assert diagnose(case, spoiled(case, ("dz1", lambda a: -a)), tolerance).first == "dz1"
    assert diagnose(case, spoiled(case, ("dw", lambda a: 2 * a)), tolerance).first == "dw"


def test_exchanged_axes_are_wrong_and_said_and_any_other_shape_is_a_sentence():
    case = case_of(NETWORKS[1])
    exact = passed(case)
    result = diagnose(case, exact | {"dw": exact["dw"].T, "df2": exact["df2"].transpose(2, 3, 1, 0)})
    assert result.first == "dw" and {stage for stage, verdict in result.stages.items() if verdict == "wrong"} == {"dw", "df2"}
    assert str(result.matches["dw"][0].explanation.title) == "∂w with axes exchanged" and result.arrays["df2"].turned == (3, 2, 0, 1)
    with pytest.raises(Problem, match=r"∂w has shape \(7, 3\); expected "):
        diagnose(case, {"dw": np.zeros((7, 3))})


def test_numbers_that_are_none_are_wrong_where_they_begin():
    case = case_of(DEFAULT)
    theirs = spoiled(case, ("dz1", lambda a: np.where(a == a.max(), np.nan, a)))
    result = diagnose(case, theirs)
    assert result.first == "dz1" and result.arrays["dz1"].wrong.sum() == 1 and result.stages["df"] == "inherits"


def test_the_tests_own_comparison_agrees_with_the_page():
    case = case_of(DEFAULT)
    exact, theirs = passed(case), spoiled(case, ("da1", lambda a: 2 * a))
    assert stages_hit(theirs, exact, case.params, RATE, case.program.network)[0] == differs(case, theirs, exact) == "da1"


# ---- what is no number, what is too small, and what another precision leaves


@pytest.mark.parametrize("text", NETWORKS)
def test_one_nan_accuses_the_array_alone_in_which_it_is(text):
    case = case_of(text)
    exact = passed(case)
    for name in exact:
        theirs = {other: np.array(array, order="C") for other, array in exact.items()}
        theirs[name].reshape(-1)[theirs[name].size // 2] = np.nan
        result = diagnose(case, theirs)
        assert {other: one.verdict for other, one in result.arrays.items() if one.verdict != "right"} == {name: "wrong"}
        assert result.wrong == 1


def test_a_nan_that_is_handed_on_is_inherited():
    case = case_of(NETWORKS[1])
    result = diagnose(case, spoiled(case, ("dp2", lambda a: np.where(a == a.max(), np.nan, a))))
    assert result.first == "dp2" and {result.stages[name] for name in ("da2", "dz2", "df2", "dp1")} == {"inherits"}


def in_seven_digits(array):
    return np.array([float(f"{number:.6e}") for number in array.ravel()]).reshape(array.shape)


ROUNDED = {
    "half": lambda array: array.astype(np.float16),
    "single": lambda array: array.astype(np.float32),
    "printed": in_seven_digits,
    "decimals": lambda array: np.round(array, 8),
}


@pytest.mark.parametrize("how", ROUNDED)
@pytest.mark.parametrize("text", NETWORKS)
def test_numbers_are_judged_by_their_own_precision(text, how):
    case = case_of(text)
    exact = passed(case)
    arrays = {name: ROUNDED[how](array) for name, array in exact.items()}
    of = precisions(arrays)
    assert {one.kind for one in of.values()} == {"printed" if how == "decimals" else how}
    assert diagnose(case, arrays, of).verdict == "right"
    largest = max((name for name in arrays if name[1] in "wfb"), key=lambda name: np.abs(exact[name]).max())
    arrays[largest] = np.where(np.abs(exact[largest]) == np.abs(exact[largest]).max(), arrays[largest] * arrays[largest].dtype.type(2), arrays[largest])
    result = diagnose(case, arrays, of)
    assert result.verdict == "wrong" and result.arrays[largest].verdict == "wrong"


def test_a_file_of_0s_and_1s_gets_no_tolerance_of_half_precision():
    network, x = Network.parse("dense2-identity-mse"), np.ones((1, 1))
    params = network.init(x.shape)
    trace = network.forward(params, x)
    case = ReferencePass(network.program(x.shape), params, trace, trace.o - [0.997, 0.0], gd(RATE))
    for name, whole in (("db", np.array([1.0, 0.0])), ("dw", np.array([[1.0, 0.0]]))):
        assert diagnose(case, {name: whole}, precisions({name: whole})).arrays[name].wrong.sum() == 1
        assert diagnose(case, {name: whole.astype(np.float16)}, precisions({name: whole.astype(np.float16)})).verdict == "right"


def test_what_is_too_small_beside_round_off_is_counted_and_what_is_zero_for_good_is_right():
    network = Network.parse("conv2x3-relu-max2-dense3-softmax-ce")
    x = np.random.default_rng(1).normal(size=(10, 10))
    params = network.init(x.shape)
    trace = network.forward(params, x)
    case = ReferencePass(network.program(x.shape), params, trace, np.array([1.0, 0.0, 0.0]), gd(RATE))
    exact = passed(case)
    assert diagnose(case, exact).undecided == 0 and (exact["dz1"] == 0).any()
    tiny = {name: array.astype(np.float16) for name, array in passed(ReferencePass(case.program, params.replace(w=params["w"] * 1e-9), trace, case.y, gd(RATE))).items()}
    case = ReferencePass(case.program, params.replace(w=params["w"] * 1e-9), trace, case.y, gd(RATE))
    result = diagnose(case, tiny, HALF)
    assert result.arrays["dz1"].undecided == np.count_nonzero(exact["dz1"]) and result.verdict == "right"
    assert diagnose(case, {"dz1": tiny["dz1"]}, HALF).undecided < tiny["dz1"].size  # closed gates are told


# ---- which mistake it is


def test_a_transposed_map_is_called_so_and_not_by_what_comes_before_it():
    case = case_of(DEFAULT)
    result = diagnose(case, spoiled(case, ("da1", lambda a: a.swapaxes(-1, -2))))
    assert str(result.matches["da1"][0].explanation.title) == "∂a₁ transposed"


@pytest.mark.parametrize(
    "target, factor, words",
    [
        ("df", 1 / 900, "times 1/900, one over the number of places, H·W: averaged, not summed"),
        ("df", -1 / 900, "times 1/900, one over the number of places, H·W: averaged, not summed, with the sign flipped"),
        ("do", 0.25, "times 1/4, the number of outputs squared: divided, not multiplied"),
        ("dz2", 2.0, "times 2: one factor too many"),
        ("da1", 0.5, "times 1/2: a factor is missing"),
        ("da1", 255.0, "times 255, a pixel's largest value"),
    ],
)
def test_a_factor_that_means_something_is_named(no_mistakes, target, factor, words):
    case = case_of(DEFAULT)
    result = diagnose(case, spoiled(case, (target, lambda a: factor * a)))
    assert str(result.matches[stage_of(case, target)][0].explanation.title) == words


@pytest.mark.parametrize("text", [DEFAULT, "conv2x3-bn-relu-max2-dense4-tanh-dense3-softmax-ce"])
def test_a_forward_array_in_place_of_its_gradient_is_named(text):
    case = case_of(text)
    exact, trace = passed(case), {**case.trace, **case.params}
    for name, gradient in exact.items():
        forward = trace.get(name[1:], np.empty(0))
        if forward.shape == gradient.shape and forward.any() and stage_of(case, name) == name:
            best = diagnose(case, {**exact, name: forward}).matches[name][0]
            code, right = best.explanation.code(case.program, name, (name,))
            assert best.exact and str(best.explanation.title).endswith(" itself"), (name, str(best.explanation.title))
            assert code == f"{name} = {name[1:]}" and name in right


def test_a_slope_is_called_by_its_function():
    network = Network.parse("conv2x3-tanh-conv2x3-relu-dense2-sigmoid-mse")
    titles = {one.address: str(one.title) for one in mistakes_for(network)}
    assert titles["hidden_slope_forgotten@dz1"] == "tanh′ forgotten in a hidden layer"
    assert titles["hidden_slope_forgotten@dz2"] == "ReLU′ forgotten in a hidden layer"
    assert titles["output_sigmoid_forgotten@dz3"] == "σ′ forgotten at the output"


def test_what_comes_near_nothing_has_no_nearest():
    case, rng = case_of(DEFAULT), np.random.default_rng(0)
    result = diagnose(case, spoiled(case, ("dz1", lambda a: a * rng.uniform(1, 3, a.shape))))
    assert result.first == "dz1" and not any(match.near for match in result.matches["dz1"])
    assert worst_entry(result.arrays["dz1"]).ratios == pytest.approx((1, 3), abs=0.01)
    result = diagnose(case, spoiled(case, ("dz1", lambda a: np.where(np.arange(a.size).reshape(a.shape) < 0.95 * a.size, 2 * a, 1.7 * a))))
    assert not result.matches["dz1"][0].exact


@pytest.mark.parametrize("seed", [5, 7])
@pytest.mark.parametrize("mistake", SINGLE_MISTAKES, ids=lambda mistake: mistake.name)
def test_every_mistake_is_named(mistake, seed):
    """In two networks, each drawn until the mistake shows."""
    wrong_stage_alone, named, what = judged(np.random.default_rng(seed), 1, mixing=True, of=(mistake,))
    assert wrong_stage_alone and all(named), what


@pytest.mark.parametrize("text", ["conv2x3-bn-relu-gap-dense3-softmax-ce", "bn-dense4-tanh-dense3-mse"])
def test_targets_of_other_images_are_named(text):
    network, rng = Network.parse(text), np.random.default_rng(0)
    x, y = rng.normal(size=(3, 1, 6, 6)), np.eye(3)
    params = network.init(x.shape, "he", 1)
    case = ReferencePass(network.program(x.shape), params, network.forward(params, x), y, gd(RATE))
    result = diagnose(case, dict(case.program.backward(params, case.trace, y[[1, 2, 0]])))
    match = result.matches[result.first][0]
    assert match.exact and str(match.explanation.title).endswith("made with another target")
    assert set(result.stages.values()) == {"wrong", "inherits"} and list(result.stages.values()).count("wrong") == 1


@pytest.mark.parametrize("seed", range(40))
def test_drawn_mistakes_are_named_each_of_two(seed):
    wrong_stages_alone, named, what = judged(np.random.default_rng([3, seed]), 2 if seed % 4 == 0 else 1)
    assert wrong_stages_alone and all(named), what


@pytest.mark.parametrize("seed", range(30))
def test_two_drawn_mistakes_are_named_behind_normalisations_and_dropout_too(seed):
    wrong_stages_alone, named, what = judged(np.random.default_rng([4, seed]), 2, mixing=True)
    assert wrong_stages_alone and all(named), what


@pytest.mark.parametrize("text", ["conv2x3-max1-dense2-mse", "conv2x7-max8s4-max3-max1s2-dense2-mse"])
def test_a_pool_that_keeps_its_shape_has_no_ties_of_its_own(text):
    """Its number is the winner itself: in single precision, too, as little is round-off before it as behind it."""
    case = case_of(text)
    theirs = {name: array.astype(np.float32) for name, array in spoiled(case, ("df", lambda a: -a)).items()}
    result = diagnose(case, theirs, SINGLE)
    assert result.first == "df" and result.matches["df"][0].exact and result.undecided == 0


def test_a_gate_that_is_open_at_0_is_wrong_where_round_off_leaves_0():
    """Of a black image every z1 is 0, in each program."""
    network, x = Network.parse("conv2x3-relu-dense2-mse"), np.zeros((1, 6, 6))
    params = network.init(x.shape)
    case = ReferencePass(network.program(x.shape), params, network.forward(params, x), np.array([0.0, 1.0]), gd(RATE))
    result = diagnose(case, passed(case, {"dz1": lambda values, right: values["da1"] * (values["z1"] >= 0)}))
    assert result.first == "dz1" and result.arrays["dz1"].wrong.all()


def test_a_mean_whose_terms_cancel_rounds_off_as_they_do():
    """What comes in is 0 here, and in a program that adds in another order a share of its terms."""
    network, x = Network.parse("avg2-dense2-mse"), np.array([[[0.3, -0.3], [0.1, -0.1]]])
    params = network.init(x.shape, "he", 0)
    case = ReferencePass(network.program(x.shape), params, network.forward(params, x), np.array([0.0, 1.0]), gd(RATE))
    by = {size: diagnose(case, {"dw": passed(case)["dw"] + size * passed(case)["db"]}).verdict for size in (1e-17, 1e-13)}
    assert by[1e-17] != "wrong" and by[1e-13] == "wrong"
