"""No right gradient is called wrong, of drawn cases and of those that once were; wrong ones are, where that can be told."""

import numpy as np
import pytest

from cnnviz.core.diagnosis.diagnosis import diagnose
from cnnviz.core.diagnosis.precision import DOUBLE
from cnnviz.core.gradcheck import KINK, RIGHT, UNDECIDED, WRONG, GradientCheck, check_gradients, recheck
from cnnviz.core.mistakes import mistake_at
from cnnviz.core.network.network import Network
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot, run_updates
from cnnviz.data.images import load_image
from cnnviz.export.user_gradients_report import reference_of
from cnnviz.pages.check.examined_pass import ExaminedPass
from tests.core.gradcheck_draws import Drawn, drawn, extreme, false_alarm, let_pass

TINY_VGG = "conv10x3b-relu-conv10x3b-relu-max2-conv10x3b-relu-conv10x3b-relu-max2-dense10-softmax-ce"


def at(**query: str) -> tuple[Snapshot, Setup]:
    setup, wrong = Setup.from_query(query)
    assert not wrong
    with np.errstate(all="ignore"):
        return run_updates(setup, load_image(setup.img, setup.ch, setup.scale), setup.k), setup


def checked(**query: str) -> GradientCheck:
    snapshot, setup = at(**query)
    return check_gradients(snapshot.params, snapshot.trace.x, np.array(setup.y), network=setup.network)


def counts(found: GradientCheck) -> tuple[int, int, int, int]:
    return found.right, found.wrong, found.at_kinks, found.undecided


# --- drawn cases ----------------------------------------------------------------------------------


@pytest.mark.parametrize("tens", range(25))
def test_no_right_gradient_is_called_wrong(tens):
    for number in range(10 * tens, 10 * tens + 10):
        case = drawn(number)
        assert not false_alarm(case), case


@pytest.mark.parametrize("tens", range(10))
def test_no_right_gradient_of_several_images_is_called_wrong(tens):
    for number in range(10 * tens, 10 * tens + 10):
        case = drawn(number, mixing=True)
        assert not false_alarm(case), case


@pytest.mark.parametrize("tens", range(10))
def test_a_wrong_gradient_is_not_let_pass(tens):
    for number in range(10_000 + 10 * tens, 10_010 + 10 * tens):
        case = drawn(number)
        assert not let_pass(case, number), case


# --- cases that were called wrong once ------------------------------------------------------------

ONCE = {
    "squares of numbers below 1e-160 are 0": Drawn("dense1-sigmoid-mse", (2, 4, 4), "normal", "raw", seed=107),
    "a softmax whose shares have 190 zeros": Drawn(
        "conv3x3s3p1-conv2x3p1-conv3x1bs3p2-dense5-softmax-ce", (3, 4, 11), "flat", "raw", "he", 937544, opt="momentum", lr=1.4e-06, updates=300
    ),
    "all units of a filter within the step of the kink": Drawn(
        "avg1-conv1x1b-avg1-relu-conv1x1b-dense2-identity-dense6-sigmoid-dense7-identity-mse", (2, 8, 2), "tiny", seed=105806, targets="shares"
    ),
    "equal pixels under overlapping pools": Drawn(
        "max3s1-conv2x4bp2-max3s2-sigmoid-gap-dense4-dense3-dense7-tanh-mse", (1, 9, 11), "two levels", "raw", "he", 1014342, "shares"
    ),
    "a kink with the same slope on both sides": Drawn(
        "sigmoid-max2s1-conv2x2bsame-max4s3-conv2x3s2-dense6-tanh-dense1-tanh-mse", (1, 12, 11), "two levels", seed=376079, targets="far"
    ),
    "a kink between two steps": Drawn(
        "conv2x2bsame-identity-relu-conv3x3s2same-dense4-dense2-dense1-sigmoid-ce", (2, 7, 8), "tiny", seed=203401, targets="far"
    ),
    "a kink that bends the loss as much as round-off does": Drawn(
        "relu-identity-max1-dense8-softmax-mse", (3, 4, 11), "two levels", "unit", "he", 1000372, "far", "adam", 0.079, 10
    ),
    "units between plateaus behind enormous weights, whose loss rounds off": Drawn(
        "conv1x3bp1-avg1-identity-sigmoid-gap-tanh-dense5-mse", (5, 7), "drawn", weights="he", seed=974568, targets="shares", opt="adam", lr=0.0072, grown=1.4e25
    ),
    "pixels that are smaller than the step": Drawn(
        "max2s1-relu-tanh-conv1x1-conv1x2b-dense6-sigmoid-dense4-softmax-dense2-tanh-mse",
        (2, 8, 5), "tiny", "raw", "he", 267987, "far", "momentum", 5.8e-05, 10,
    ),
    "a silent ReLU before squares, within the step of its kink": Drawn(
        "dense4-dense10-relu-mse", (3, 12, 3), "tiny", seed=845892, opt="momentum", lr=0.46, updates=30
    ),
    "silent ReLUs behind a pool, within the step of their kinks": Drawn(
        "avg4s1-conv4x1p1-avg1-max2s1-gap-dense10-relu-mse", (2, 4, 9), "tiny", "unit", "he", 363317, opt="momentum", lr=4.9, updates=10
    ),
    "a target that is learned to the last digit, behind pools that choose anew within the step": Drawn(
        "conv4x4same-conv3x2s2same-max2s1-tanh-max2s3-dense4-tanh-dense3-identity-dense9-mse", (2, 6, 5), "tiny", seed=593250, targets="shares", lr=0.87, updates=300
    ),
    "a softmax that jumps within the step, behind large weights": Drawn(
        "conv3x4s3-conv4x1bs2p1-conv1x4s3same-conv2x3s2full-gap-softmax-sigmoid-ce",
        (1, 14, 8), "tiny", "unit", "zeros", 412937, "bits", "adam", 0.25, grown=3.7e19,
    ),
    "a sigmoid that jumps within the step, behind large weights": Drawn(
        "conv4x2s3-dense4-dense1-sigmoid-dense3-mse", (2, 7, 7), "drawn", "raw", "he", 774065, "far", "momentum", 1.8e-07, 3, 1800.0
    ),
    "a sigmoid whose steps ε and 2ε agree by chance": Drawn(
        "dense3-identity-dense10-sigmoid-mse", (3, 4, 4), "flat", "unit", "he", 416766, "bits", lr=7.1, grown=5900.0
    ),
    "sigmoids behind a tanh, all within a few steps of their turn": Drawn(
        "max2s1-dense3-tanh-dense6-sigmoid-bce", (3, 16, 7), "tiny", "raw", seed=29546, targets="bits", lr=2.7e-07, updates=100, grown=9800.0
    ),
    "a tanh whose jump is less than round-off, between weights of 1e31": Drawn(
        "conv4x1s3-conv3x4same-tanh-sigmoid-tanh-dense5-softmax-ce",
        (2, 7, 3), "flat", "raw", "he", 45870, "shares", "adam", 3.7, 30, 3e31,
    ),
    "a tanh that goes from one plateau to the other, and nothing after it moves": Drawn(
        "conv3x2b-tanh-conv3x3same-tanh-tanh-gap-tanh-dense3-dense4-softmax-ce",
        (2, 10, 3), "flat", seed=162051, targets="bits", opt="momentum", lr=0.00082, grown=1.5e46,
    ),
    "a black image, from whose zeros two normalizations make gradients whose terms cancel": Drawn(
        "bn-conv4x1d3-conv4x2s2d3same-dense1-bn-drop5-identity-dense3-softmax-ce", (2, 3, 5), "pattern", "raw", "he", 421940, "bits", lr=0.00077, images=3
    ),
    "a loss that the step makes 1e39 times as large": Drawn(
        "dense4-dense5-dense10-identity-mse", (1, 8, 9), "flat", "unit", "he", 116917, opt="adam", lr=0.12, grown=2.4e8
    ),
    "a bias in front of a batch norm, whose own gradient is what round-off leaves of terms that cancel": Drawn(
        "max1s3-gap-tanh-ln-dense2-drop30-relu-dense5-dense8-bn-softmax-ce",
        (1, 9, 5), "normal", "raw", "he", 387758, "shares", "momentum", 3.8e-05, 3, images=3,
    ),
    "biases in front of a batch norm, where terms of eight images cancel": Drawn(
        "dense7-bn-identity-mse", (3, 9, 5), "drawn", "raw", "zeros", 1011352, "shares", "momentum", 3.2, images=8
    ),
    "a leaky ReLU at its kink, which the smallest step does not leave: it counts as a tie there": Drawn(
        "dense6-tanh-bn-dense1-leaky-dense9-softmax-mse", (2, 5, 3), "drawn", "raw", "he", 755674, opt="adam", lr=0.00011
    ),
    "pixels that a batch norm makes a million times as large, whose loss bends within the step as much either way": Drawn(
        "bn-gn3-dense6-dense3-sigmoid-dense10-bn-softmax-mse",
        (3, 3, 8), "tiny", weights="he", seed=457057, targets="shares", opt="momentum", lr=0.66, updates=1, images=3,
    ),
    "sigmoids behind a batch norm, at whose plateaus steps ε and 2ε agree by chance": Drawn(
        "drop52-dense7-bn-sigmoid-mse", (3, 8, 7), "tiny", weights="he", seed=90151, opt="momentum", lr=0.26, updates=100, grown=4.9e40, images=4
    ),
    "tanhs between plateaus, behind weights of 1e35, whose loss rounds off by more than the nudge moves it": Drawn(
        "conv7x1full-tanh-gap-drop36-dense5-leaky20-identity-dense2-dense8-ln-sigmoid-ce",
        (1, 8, 3), "drawn", "raw", seed=210525, targets="shares", opt="adam", lr=1.2e-06, grown=1.7e35, images=2,
    ),
    "four normalizations of a flat image, whose loss bends anew at each smaller step": Drawn(
        "gn1-gn1-bn-sigmoid-bn-sigmoid-conv3x2d2same-identity-conv8x2s2d2p2-gap-tanh-softmax-mse",
        (2, 6, 4), "flat", seed=212342, targets="shares", opt="adam", lr=0.0013, updates=30, images=4,
    ),
    "three normalizations of a flat image, where steps agree by chance": Drawn(
        "bn-gn1-bn-sigmoid-dense4-softmax-mse", (2, 6, 7), "flat", seed=14, targets="bits", lr=0.00999040868861722, updates=1, images=2
    ),
    "gradients of 1e-318, of which no difference is left": Drawn(
        "dense5-dense6-dense6-leaky-softmax-ce", (3, 7, 8), weights="he", seed=1019925, targets="far", lr=0.066, grown=2.1e-158, images=3
    ),
    "a leaky ReLU behind a flat image, whose tie hides the nudge": Drawn(
        "gn1-gn1-bn-avg2s1-dense6-leaky20-identity-dense2-softmax-dense10-sigmoid-bce", (1, 7, 5), "flat", "raw", "he", 682983, lr=0.02, updates=3
    ),
    "a single product that its bias cancels": Drawn(
        "tanh-conv3x3bs2d2full-dense4-bn-drop70-dense1-sigmoid-dense9-sigmoid-bce", (3, 8, 8), seed=188791, opt="adam", lr=0.089, updates=300, images=3
    ),
    "the mean of a flat image, whose round-off all pixels share": Drawn(
        "gn1-conv5x3d2full-max1-tanh-gap-tanh-dense4-identity-dense1-tanh-mse", (3, 15, 7), "flat", "raw", "he", 949871, lr=0.078
    ),
    "three normalizations of a flat image, whose slope doubles as the step halves": Drawn(
        "bn-bn-bn-dense4-dense4-tanh-dense6-identity-mse", (3, 4, 3), "flat", "raw", "he", 21966, "far", lr=0.58, updates=3
    ),
    "five normalizations of a flat image, whose loss moves within the step by hardly more than round-off": Drawn(
        "gn1-bn-gn1-dense3-dense8-ln-gn4-sigmoid-ce", (1, 6, 4), "flat", seed=312413, targets="far", opt="momentum", lr=0.21, updates=300, images=2
    ),
    "five normalizations of a flat image, whose loss jumps within the steps": Drawn(
        "gn1-gn1-bn-dense6-softmax-leaky20-ln-bn-dense3-softmax-dense3-mse", (3, 9, 5), "flat", "raw", "he", 752803, "bits", opt="momentum", lr=0.11, updates=10, images=8
    ),
    "a normalized image of tiny pixels behind large weights, whose loss bends within the steps": Drawn(
        "gn3-sigmoid-avg3-conv4x2s2-gn2-identity-drop13-dense6-softmax-ce", (3, 7, 9), "tiny", seed=748028, opt="adam", lr=0.0011, grown=6800.0, images=1
    ),
}  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_no_right_gradient_of_a_flat_image_behind_normalisations_is_called_wrong(seed):
    net = ["bn-gn1-bn-sigmoid-dense4-softmax-mse", "gn1-bn-gn1-tanh-dense3-softmax-ce", "bn-bn-conv2x2-bn-relu-gap-dense2-mse"][seed % 3]
    case = Drawn(net, (1 + seed % 3, 3 + seed % 5, 2 + seed % 4), "flat", ["unit", "raw"][seed % 2], "he", seed, images=seed % 4, updates=seed % 7)
    assert not false_alarm(case)


@pytest.mark.parametrize("tens", range(10))
def test_no_right_gradient_of_an_extreme_case_is_called_wrong(tens):
    for number in range(10 * tens, 10 * tens + 10):
        case = extreme(number)
        assert not false_alarm(case), case


UNDERFLOWN = [
    {"img": "dog-h3", "y": "1,0", "scale": "raw", "w": "he", "seed": "34", "k": "10", "lr": "0.1", "opt": "adam", "f": "sharpen"},
    {"img": "cat-17", "scale": "raw", "w": "he", "seed": "31", "k": "500", "lr": "0.3", "opt": "momentum", "f": "sharpen"},
]


@pytest.mark.parametrize("query", UNDERFLOWN, ids=lambda query: query["img"])
def test_what_underflows_is_undecided_by_the_check_the_page_and_the_comparison(query):
    """Of right gradients, and of others that differ below 1e-290."""
    snapshot, setup = at(**query)
    reference = reference_of(setup, snapshot)
    exact = dict(reference.program.backward(reference.params, reference.trace, reference.y))
    for times in (1.0, 2.0, 0.0):
        theirs = {name: times * array if np.abs(array).max() < 1e-291 else array for name, array in exact.items()}
        result = check_gradients(snapshot.params, snapshot.trace.x, reference.y, network=setup.network, gradients=theirs, parameters=(*snapshot.params, "x"))
        assert result.wrong == 0 and diagnose(reference, theirs, DOUBLE).wrong == 0
        page = ExaminedPass(setup, snapshot, {}).check
        assert page.wrong == 0 and recheck(page, theirs).wrong == 0
        tiny = np.abs(exact["dw"]) > 0
        assert tiny.any() and (result.marks["w"][tiny] == UNDECIDED).all() and (diagnose(reference, theirs, DOUBLE).arrays["dw"].marks[tiny] == UNDECIDED).all()


@pytest.mark.parametrize("why", ONCE)
def test_what_was_called_wrong_once_is_not(why):
    assert not false_alarm(ONCE[why])


def test_a_kink_of_outputs_without_a_target_excuses_no_wrong_entry():
    """Of a black image all of z1 is 0 but for units with a bias, which alone have targets: the loss does not depend on the others."""
    case = Drawn("dense7-leaky-sigmoid-ce", (3, 1, 9), "flat", seed=95414, lr=0.091, updates=30, images=2)
    assert not let_pass(case, 20_000_003)


def test_a_wrong_entry_that_underflows_is_not_let_pass_but_undecided():
    case = Drawn(
        "avg4s2-relu-identity-relu-bn-identity-bn-dense5-identity-mse", (3, 8, 6), "drawn", "raw", "he", 327813, "bits", lr=0.33, grown=9.4e-151, images=4
    )  # fmt: skip
    assert np.abs(case.gradients["dg2"]).max() < 1e-290 and not let_pass(case, 91_390_001_166)
    assert (case.check("g2").marks["g2"] == UNDECIDED).all()


def test_a_softmax_on_raw_pixels_has_gradients_below_1e_160():
    result = checked(net="conv4x3b-relu-max2-dense10-softmax-ce", scale="raw", ch="rgb")
    assert result.passed and result.wrong == 0
    sizes = [np.abs(array[array != 0]).min() for array in result.analytic.values() if array.any()]
    assert min(sizes) < 1e-200


def test_a_saturated_sigmoid_on_raw_pixels_is_right():
    assert checked(net="conv4x3b-relu-max2-dense10-sigmoid-mse", scale="raw", k="20", img="digit7-3", w="he", seed="48").passed


@pytest.mark.parametrize("size", [1e60, 1e100, 1e107])
def test_gradients_of_any_size_are_not_called_wrong(size):
    """Near divergence: squares of gradients and of sums are not finite, they themselves are."""
    case = Drawn("dense3-dense2-mse", (4, 4))
    params = case.params.replace(w1=case.params.w1 * size)
    result = check_gradients(params, case.x, case.y, network=case.network)
    assert result.wrong == 0 and result.finite and max(np.abs(array).max() for array in result.analytic.values()) > size


def test_a_run_that_is_not_finite_is_no_fault_of_the_gradients():
    result = checked(net="dense3-dense2-mse", lr="10", k="300", img="digit7-3")
    assert (result.verdict, result.passed) == ("not finite", False) and counts(result) == (0, 0, 0, 2363)


# --- gradients of another program, which knows of no ties ------------------------------------------

OPEN_ELSEWHERE = {
    "all images have the same mean, and ReLU's input is 0 but for round-off": Drawn(
        "gn1-gap-dense3-relu-dense9-identity-mse", (2, 7, 8), "pattern", weights="he", seed=1037368, opt="adam", lr=0.049, updates=1, images=8
    ),
    "a sigmoid of 1e-78 counts as 0 before a leaky ReLU": Drawn(
        "dense4-sigmoid-leaky20-dense9-mse", (3, 3, 9), scale="raw", weights="he", seed=633741, opt="adam", lr=0.039, updates=3
    ),
    "a sigmoid of 1e-222 counts as 0 before a leaky ReLU": Drawn(
        "avg3-conv2x1d3-avg1-sigmoid-leaky20-dense9-sigmoid-mse", (1, 4, 3), "flat", "unit", "he", 187474, "bits", "momentum", 6.2, 300, 290.0, 4
    ),
    "a ReLU behind saturated tanhs, whose mean is 0": Drawn(
        "max2s1-conv3x4bs2d3full-max3s2-avg2s3-tanh-gap-relu-dense9-identity-mse", (3, 13, 12), "photograph", "raw", "zeros", 426596, "far", lr=0.064, updates=1
    ),
    "saturated tanhs in windows that overlap, of which any may be the largest": Drawn(
        "identity-identity-tanh-max4s1-dense4-relu-mse", (2, 16, 15), "normal", "raw", "he", 689988, lr=0.0001
    ),
    "saturated sigmoids in windows that overlap": Drawn(
        "sigmoid-leaky-conv4x1d3-max4s2-sigmoid-drop78-sigmoid-dense6-softmax-ce", (2, 8, 8), "pattern", "raw", "he", 453289, lr=0.00098, updates=30, images=8
    ),
    "cells of windows that overlap, which count as equal here and are a little apart elsewhere": Drawn(
        "avg2s1-sigmoid-max4s3-dense9-tanh-mse", (2, 8, 8), "photograph", "raw", "he", 42555, opt="adam", lr=0.00038, updates=300
    ),
    "ReLUs behind a normalisation of what is equal": Drawn(
        "conv3x1-gn3-bn-gap-relu-relu-mse", (2, 3, 2), "photograph", weights="he", seed=19059, lr=0.00072, updates=10, images=3
    ),
    "sigmoids that are 1 or a last bit less, of which a few draws find only some": Drawn(
        "leaky-conv3x1d2-drop31-sigmoid-relu-dense5-tanh-dense10-softmax-mse", (3, 6, 5), "two levels", "raw", seed=1009406, opt="momentum", lr=8.9e-06, updates=300, images=8
    ),
}


@pytest.mark.parametrize("why", OPEN_ELSEWHERE)
def test_a_right_gradient_of_another_program_is_not_called_wrong_where_ours_is_0(why):
    """Where terms that cancel leave 0 here, they leave round-off there: of each array, or of the parameters alone."""
    case = OPEN_ELSEWHERE[why]
    theirs = case.elsewhere()
    assert any((case.gradients[name][theirs[name] != 0] == 0).any() for name in theirs)
    assert case.check(gradients=theirs).wrong == 0
    assert case.diagnosis(theirs).verdict == case.diagnosis({f"d{name}": theirs[f"d{name}"] for name in case.params}).verdict == "right"


@pytest.mark.parametrize("why", OPEN_ELSEWHERE)
def test_a_right_gradient_of_another_program_is_right_alone(why):
    case = OPEN_ELSEWHERE[why]
    for name, array in case.elsewhere().items():
        assert case.diagnosis({name: array}).verdict != "wrong", name


@pytest.mark.parametrize("seed", [700146, 700215, 700405])
def test_round_off_that_comes_back_to_equal_cells_is_right_alone_in_any_of_them(seed):
    case = drawn(seed, mixing=seed % 2 == 0)
    for name, array in case.elsewhere(seed).items():
        assert case.diagnosis({name: array}).verdict != "wrong", name


def test_a_gradient_that_goes_to_all_cells_of_a_window_is_wrong_alone():
    case = OPEN_ELSEWHERE["saturated sigmoids in windows that overlap"]
    trace = case.network.forward(case.params, case.x, pass_inputs=case.given)
    theirs = mistake_at("max_gradient_to_all", case.network).gradients(case.params, trace, case.y, 0)
    for name in ("da2", "da1", "dx"):
        assert case.diagnosis({name: theirs[name]}).verdict == "wrong", name


@pytest.mark.parametrize("net", ["tanh-max3s2-dense4-mse", "conv2x3-tanh-max2s1-dense3-softmax-ce"])
@pytest.mark.parametrize("image, seed", [("photograph", 2), ("pattern", 3)])
def test_a_gradient_that_goes_to_all_cells_that_round_off_may_choose_is_wrong_alone(net, image, seed):
    case = Drawn(net, (2, 9, 9), image, "raw", "he", seed)
    trace = case.network.forward(case.params, case.x)
    theirs = mistake_at("max_gradient_to_all", case.network).gradients(case.params, trace, case.y, 0)
    assert np.abs(theirs["da1"]).sum() > 2 * np.abs(case.gradients["da1"]).sum()
    assert case.diagnosis({"da1": theirs["da1"]}).verdict == "wrong"


@pytest.mark.parametrize("seed", range(30))
def test_no_right_gradients_of_another_program_are_called_wrong(seed):
    case = drawn(seed, mixing=seed % 2 == 0)
    theirs = case.elsewhere(seed)
    assert case.diagnosis(theirs).verdict != "wrong", case
    assert case.diagnosis({f"d{name}": theirs[f"d{name}"] for name in case.params}).verdict != "wrong", case


@pytest.mark.parametrize("why", [why for why, case in OPEN_ELSEWHERE.items() if "dense" in case.net and "overlap" not in why and "draws" not in why])
def test_a_0_that_is_spoiled_by_more_than_round_off_is_wrong(why):
    """The weights of the last dense layer: what comes into them is 0 or round-off, less than 1e-11."""
    case = OPEN_ELSEWHERE[why]
    name = [name for name in case.params if name[0] == "w"][-1]
    zeros = case.check(name).structural[name]
    spoiled = case.elsewhere()
    spoiled[f"d{name}"] += 1e-9 * zeros
    assert zeros.any() and (case.check(name, gradients=spoiled).marks[name][zeros] == WRONG).all()
    assert case.diagnosis({f"d{name}": spoiled[f"d{name}"]}).arrays[f"d{name}"].wrong[zeros].all()


# --- what is told, and what is not ----------------------------------------------------------------


def test_the_default_lesson_is_told_in_every_entry():
    assert counts(checked()) == (1811, 0, 0, 0)


@pytest.mark.parametrize("query, right", [({"scale": "raw"}, 1041), ({"k": "1000", "lr": "1"}, 910)])
def test_what_is_too_small_beside_round_off_is_counted_as_undecided(query, right):
    result = checked(**query)
    assert result.verdict == "right" and result.right == pytest.approx(right, abs=15) and result.right + result.undecided == 1811
    for name, marks in result.marks.items():
        assert (np.abs(result.analytic[name][marks == UNDECIDED]) < result.floor).all()
    halved = {name: np.where(result.marks[name] == UNDECIDED, array / 2, array) for name, array in result.analytic.items()}
    snapshot, setup = at(**query)
    again = check_gradients(snapshot.params, snapshot.trace.x, np.array(setup.y), network=setup.network, gradients=halved)
    assert again.wrong == 0 and again.undecided == result.undecided  # so much is not seen there


def test_structural_zeros_are_right():
    result = checked(net=TINY_VGG, ch="rgb")
    zeros = sum(int(((array == 0) & (result.marks[name] == RIGHT)).sum()) for name, array in result.analytic.items())
    assert result.passed and result.undecided == 0 and zeros > 2_000
    assert result.right + result.at_kinks == result.count == 5520 and result.at_kinks < 40


def test_a_zero_that_should_be_none_is_wrong_and_one_that_should_be_is_told():
    case = Drawn("conv2x2b-relu-dense2-softmax-ce", (4, 4), seed=3)
    right = case.gradients
    zeros = {f"d{name}": np.zeros_like(right[f"d{name}"]) for name in case.params}
    result = case.check(gradients=right | zeros)
    for name in case.params:
        assert ((result.marks[name] == RIGHT) == (right[f"d{name}"] == 0)).all()


def test_kinks_with_equal_slopes_are_kinks():
    """relu(θ) - relu(-θ) is θ: both sides agree with each other, and not with ReLU′(0) = 0."""
    network, x = Network.parse("dense2-relu-dense1-mse"), np.ones((1, 1))
    params = network.init((1, 1)).replace(w1=np.zeros((1, 2)), w2=np.array([[1.0], [-1.0]]))
    nudged = check_gradients(params, x, np.array([1.0]), network=network)
    assert (nudged.marks["b1"] == KINK).all() and (nudged.marks["w1"] == KINK).all() and nudged.wrong == 0
