"""Backward functions judged: right ones pass in any precision, and of a wrong one the array and the slip are named."""

import numpy as np
import pytest

from cnnviz.judge import judge
from cnnviz.judge.case import RETURNS, Case
from cnnviz.judge.cases import cases_of
from cnnviz.judge.courses import COURSES
from cnnviz.judge.right_gradients import right
from cnnviz.judge.slips import known_slips
from cnnviz.words import Problem, languages, reading, say
from tests.judge import single_slips, students

FUNCTIONS = {"cs231n": students.CS231N, "deeplearning.ai": students.DEEPLEARNING_AI}
RIGHT = [(like, kind) for like, functions in FUNCTIONS.items() for kind in functions]
SLIPS = [("cs231n", *one) for one in single_slips.CS231N] + [("deeplearning.ai", *one) for one in single_slips.DEEPLEARNING_AI]


def judged(function, kind, like="cs231n", **more):
    """What is said of a function; "" where all is right."""
    try:
        judge(function, kind, like=like, forward=students.FORWARD.get(kind) if kind == "batchnorm" else None, **more)
    except AssertionError as error:
        return str(error)
    return ""


def in_precision(function, dtype):
    """The function in another precision, from what it is given to what it returns."""

    def cast(given):
        if isinstance(given, tuple):
            return tuple(cast(one) for one in given)
        return given.astype(dtype) if isinstance(given, np.ndarray) and given.dtype.kind == "f" else given

    return lambda *given: cast(function(*cast(given)))


@pytest.mark.parametrize("like, kind", RIGHT)
def test_a_right_function_passes(like, kind):
    assert judged(FUNCTIONS[like][kind], kind, like) == ""


@pytest.mark.parametrize("like, kind", RIGHT)
def test_a_right_function_in_single_precision_passes(like, kind):
    assert judged(in_precision(FUNCTIONS[like][kind], np.float32), kind, like) == ""


def test_a_function_may_write_into_what_it_is_given():
    assert judged(students.relu_in_place, "relu") == ""
    assert judged(students.relu_in_place, "relu") == ""  # and spoils no later case


@pytest.mark.parametrize("kind", students.FORWARD)
def test_a_cache_of_ones_own_comes_from_ones_own_forward_function(kind):
    judge(students.CS231N[kind], kind, forward=students.FORWARD[kind])


def test_what_a_function_does_not_ask_for_is_left_out():
    judge(students.batchnorm, "batchnorm", forward=lambda x, gamma, beta: students.batchnorm_forward(x, gamma, beta, {}))
    judge(lambda dA, cache: students.pool_backward(dA, cache), "max", like="deeplearning.ai")
    with pytest.raises(TypeError):
        judge(lambda dout: dout, "dense")


def test_a_batch_norm_has_the_eps_that_its_case_says():
    cases = [((4, 5), {"eps": 0.1})]
    judge(students.batchnorm, "batchnorm", cases=cases, forward=students.batchnorm_forward)
    with pytest.raises(AssertionError, match="dx is wrong"):
        judge(lambda dout, cache: students.batchnorm(dout, (*cache[:-1], 1e-5)), "batchnorm", cases=cases, forward=students.batchnorm_forward)


def test_a_batch_norm_over_the_places_of_maps():
    def forward(x, gamma, beta, bn_param):
        rows = x.transpose(0, 2, 3, 1)
        out, cache = students.batchnorm_forward(rows.reshape(-1, x.shape[1]), gamma, beta, bn_param)
        return out.reshape(rows.shape).transpose(0, 3, 1, 2), (cache, rows.shape)

    def backward(dout, cache):
        inner, shape = cache
        dx, dgamma, dbeta = students.batchnorm(dout.transpose(0, 2, 3, 1).reshape(-1, shape[-1]), inner)
        return dx.reshape(shape).transpose(0, 3, 1, 2), dgamma, dbeta

    judge(backward, "batchnorm", cases=[(2, 3, 4, 5)], forward=forward)


@pytest.mark.parametrize("like, kind, ours, theirs, role, slip", SLIPS)
def test_a_single_slip_is_named_with_the_first_array_that_is_wrong(like, kind, ours, theirs, role, slip):
    said = judged(single_slips.slipped(FUNCTIONS[like][kind], ours, theirs), kind, like)
    first, *others = said.split("\n")
    assert first.startswith(f"{COURSES[like].names(kind)[role]} ")
    named = next((line for line in others if line.startswith("It is exactly this slip: ")), "")
    assert bool(named) == bool(slip)
    if slip.startswith("own.factor.") and slip.endswith("count"):
        assert ", the number of images" in named or ", one by the number of images" in named
    elif slip:
        assert say(slip, slope="", factor=-1.0).strip("′ ") in named
        assert [line[:2] for line in others[1:3]] == ["- ", "+ "] and others[1][2:] != others[2][2:]


def test_a_slip_that_two_cases_explain_in_two_ways_has_the_line_of_both():
    said = judged(single_slips.slipped(students.softmax, "dscores[np.arange(n), y] -= 1", "dscores[:, y] -= 1"), "softmax")
    assert "- p[:, y] -= 1\n+ p[np.arange(N), y] -= 1" in said  # where all classes occur (p - 1) / N is as exact


def test_a_line_of_the_core_is_in_the_names_of_the_course():
    said = judged(single_slips.slipped(students.dropout, "dout * mask", "dout * (mask > 0)"), "dropout")
    assert "- dx = dout * (mask > 0)\n+ dx = dout * mask" in said


def test_a_convolution_in_columns_passes():
    assert judged(students.conv_in_columns, "conv") == ""


@pytest.mark.parametrize("ours, theirs, role, slip", single_slips.IN_COLUMNS)
def test_a_slip_in_the_columns_of_a_convolution_is_named(ours, theirs, role, slip):
    said = judged(single_slips.slipped(students.conv_in_columns, ours, theirs), "conv")
    assert said.startswith(f"{role} ") and f"exactly this slip: {say(slip)}" in said


def test_a_factor_that_is_another_in_each_case_is_no_slip():
    said = judged(lambda dout, x: dout * (x > 0) * x.size**0.3, "relu")
    assert said.startswith("dx ") and "exactly" not in said


@pytest.mark.parametrize("ours, theirs, role", [("x <= 0", "dout <= 0", "dx"), ("return dx", "return 0.5 * dx", "dx")])
def test_a_slip_in_single_precision_is_named_too(ours, theirs, role):
    said = judged(in_precision(single_slips.slipped(students.relu, ours, theirs), np.float32), "relu")
    assert said.startswith(f"{role} is wrong") and "It is exactly this slip" in said


@pytest.mark.parametrize("kind", RETURNS)
def test_every_known_slip_is_found_by_its_own_name(kind):
    """Each slip of the catalogue, made by a function, is named: by its own title, or by that of one with the same numbers."""
    course = COURSES["cs231n"]
    cases = [right(case) for case in cases_of(course, "cs231n", kind)]
    for key, slip in {slip.key: slip for of in cases for slip in known_slips(of)}.items():
        made = {id(of): next((one.make() for one in known_slips(of) if one.key == key), None) for of in cases}
        if all(made[id(of)] is None or np.array_equal(made[id(of)], of.gradients[slip.role]) for of in cases):
            continue  # right in all cases
        said = judged(_mutant(cases, slip.role, made), kind)
        assert said.startswith(course.names(kind)[slip.role]), key
        assert "exactly" in said, key


def _mutant(cases, role, made):
    def function(first, second):
        of = next(of for of in cases if np.array_equal(of.case.arrays["x" if of.case.kind == "softmax" else "dout"], first))
        arrays = dict(of.gradients) | ({role: made[id(of)]} if made[id(of)] is not None else {})
        found = tuple(arrays[one] for one in RETURNS[of.case.kind])
        return found if len(found) > 1 else found[0]

    return function


# ---- what is no array


@pytest.mark.parametrize(
    "returned, said",
    [
        (lambda dx: None, "It returns 0 arrays, not 1: dx."),
        (lambda dx: (dx, dx), "It returns 2 arrays, not 1: dx."),
        (lambda dx: np.where(dx == dx.max(), np.nan, dx), "dx is not finite, for x (10, 10): 1 of 100 numbers, first at ("),
        (lambda dx: dx.ravel(), "dx has shape (100,); expected (10, 10), for x (10, 10). Its numbers are right. Reshape it."),
        (lambda dx: "dx", "dx is str, not an array of numbers."),
        (lambda dx: [[1.0], [1.0, 2.0]], "dx is list, not an array of numbers."),
        (lambda dx: dx + 0j, "dx is ndarray, not an array of numbers."),
    ],
)
def test_what_is_no_gradient_is_said_in_a_sentence(returned, said):
    assert judged(lambda dout, x: returned(students.relu(dout, x)), "relu").startswith(said)


def test_one_array_of_three_may_be_missing():
    assert judged(lambda dout, cache: students.dense(dout, cache)[:2], "dense") == "It returns 2 arrays, not 3: dx, dw, db."
    assert judged(lambda dout, cache: (*students.dense(dout, cache)[:2], None), "dense") == "db is None, not an array of numbers."


def test_what_the_function_raises_goes_on_with_its_case():
    def fails(dout, cache):
        raise IndexError("index 9 is out of bounds")

    with pytest.raises(IndexError, match="out of bounds") as raised:
        judge(fails, "conv")
    assert raised.value.__notes__ == ["raised for x (4, 3, 5, 5), w (2, 3, 3, 3), stride 1, pad 1"]


def test_an_array_that_was_wrong_before_explains_more_than_what_is_raised():
    def fails_later(dout, x):
        assert x.shape == (10, 10)
        return dout

    assert judged(fails_later, "relu").startswith("dx is wrong")


def test_a_wrong_output_of_forward_is_said_before_its_backward_pass():
    with pytest.raises(AssertionError, match="The output of forward is wrong"):
        judge(students.batchnorm, "batchnorm", forward=lambda *given: (given[0], students.batchnorm_forward(*given)[1]))


# ---- what is asked


def test_cases_are_shapes_of_x_or_of_the_cache():
    seen = []

    def conv(dout, cache):
        seen.append((cache[0].shape, cache[1].shape, cache[2].shape, cache[3]))
        return students.conv(dout, cache)

    judge(conv, "conv", cases=[(1, 2, 6, 6), ((2, 3, 8, 8), (4, 3, 3, 3), {"stride": 1, "pad": 0}), ((1, 1, 5, 5), (1, 1, 5, 5), (1,), {"pad": 2})])
    assert seen == [
        ((1, 2, 6, 6), (2, 2, 3, 3), (2,), {"stride": 1, "pad": 1}),
        ((2, 3, 8, 8), (4, 3, 3, 3), (4,), {"stride": 1, "pad": 0}),
        ((1, 1, 5, 5), (1, 1, 5, 5), (1,), {"stride": 1, "pad": 2}),
    ]


@pytest.mark.parametrize(
    "kind, more, code",
    [
        ("lstm", {}, "judge.kind"),
        ("relu", {"like": "fast.ai"}, "judge.like"),
        ("batchnorm", {}, "judge.forward"),
        ("conv", {"cases": [(2, 3)]}, "judge.case"),
        ("conv", {"cases": ["x"]}, "judge.case"),
        ("conv", {"cases": [((1, 2, 5, 5), (3, 3, 3, 3))]}, "judge.case"),
        ("max", {"cases": [((1, 1, 4, 4), {"pool_height": 2, "pool_width": 3})]}, "judge.square"),
    ],
)
def test_what_cannot_be_judged_is_a_problem(kind, more, code):
    with pytest.raises(Problem) as raised:
        judge(students.relu, kind, **more)
    assert raised.value.code == code and str(raised.value)


@pytest.mark.parametrize("lang", languages())
def test_it_is_said_in_each_language(lang):
    with reading(lang):
        assert say("judge.exactly", slip=say("judge.slip.gate_reversed")) in judged(lambda dout, x: dout * (x < 0), "relu")


def test_no_case_has_ties_or_zeros():
    for like, course in COURSES.items():
        for kind in RETURNS:
            for case in cases_of(course, like, kind):
                drawn = [case.arrays[role] for role in ("x", "dout") if role in case.arrays]
                assert all((np.abs(array) > 1e-4).all() for array in drawn)
                assert len(np.unique(case.arrays["x"])) == case.arrays["x"].size


@pytest.mark.parametrize("like, kind", [(like, kind) for like in COURSES for kind in RETURNS if kind != "batchnorm"])
def test_a_course_gives_back_what_it_was_given(like, kind):
    course = COURSES[like]
    for case in cases_of(course, like, kind):
        back = course.read(kind, course.arguments(case))
        assert isinstance(back, Case) and back.settings == case.settings
        for role, array in back.arrays.items():
            if (kind, role) != ("dropout", "x"):  # which its cache does not hold
                np.testing.assert_array_equal(array, case.arrays[role])
