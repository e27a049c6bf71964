"""Backward functions judged: right ones pass in any precision, and of a wrong one the array and the mistake are named."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.judge import judge
from cnnviz.judge.case import POOLS, RETURNS, Case
from cnnviz.judge.cases import make_cases
from cnnviz.judge.courses import COURSES
from cnnviz.judge.mistakes import known_mistakes
from cnnviz.judge.oblong_windows import oblong_gradients
from cnnviz.judge.right_gradients import right
from cnnviz.words import Problem, languages, say, use_language
from tests.judge import single_mistakes, students

FUNCTIONS = {"cs231n": students.CS231N, "deeplearning.ai": students.DEEPLEARNING_AI}
RIGHT = [(like, kind) for like, functions in FUNCTIONS.items() for kind in functions]
MISTAKES = [("cs231n", *one) for one in single_mistakes.CS231N] + [("deeplearning.ai", *one) for one in single_mistakes.DEEPLEARNING_AI]


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


def test_a_right_function_that_overwrites_its_arguments_is_warned_of():
    for _ in range(2):  # it spoils no later case
        with pytest.warns(UserWarning, match="It overwrites its arguments.*: copy dout first"):
            assert judged(students.relu_in_place, "relu") == ""


def test_a_wrong_function_that_overwrites_its_arguments_is_told_of_both():
    def dense(dout, cache):
        cache[1][:] *= 2
        return students.dense(dout, cache)

    message = judged(dense, "dense")
    assert message.startswith("dx is wrong") and message.splitlines()[-1] == "It overwrites its arguments, which other layers may still read: copy cache first."


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


@pytest.mark.parametrize("like, kind, ours, theirs, role, mistake", MISTAKES)
def test_a_single_mistake_is_named_with_the_first_array_that_is_wrong(like, kind, ours, theirs, role, mistake):
    message = judged(single_mistakes.with_mistake(FUNCTIONS[like][kind], ours, theirs), kind, like)
    first, *others = message.split("\n")
    assert first.startswith(f"{COURSES[like].names(kind)[role]} ")
    named = next((line for line in others if line.startswith("It is exactly this mistake: ")), "")
    assert bool(named) == bool(mistake)
    if mistake.startswith("own.factor.") and mistake.endswith("count"):
        assert ", the number of images" in named or ", one over the number of images" in named
    elif mistake:
        assert say(mistake, slope="", factor=-1.0).strip("′ ") in named
        assert [line[:2] for line in others[1:3]] == ["- ", "+ "] and others[1][2:] != others[2][2:]


def test_a_mistake_that_two_cases_explain_in_two_ways_has_the_line_of_both():
    message = judged(single_mistakes.with_mistake(students.softmax, "dscores[np.arange(n), y] -= 1", "dscores[:, y] -= 1"), "softmax")
    assert "- p[:, y] -= 1\n+ p[np.arange(N), y] -= 1" in message  # where all classes occur (p - 1) / N is as exact


def test_a_line_of_the_core_is_in_the_names_of_the_course():
    message = judged(single_mistakes.with_mistake(students.dropout, "dout * mask", "dout * (mask > 0)"), "dropout")
    assert "- dx = dout * (mask > 0)\n+ dx = dout * mask" in message


def test_a_convolution_in_columns_passes():
    assert judged(students.conv_in_columns, "conv") == ""


@pytest.mark.parametrize("ours, theirs, role, mistake", single_mistakes.IN_COLUMNS)
def test_a_mistake_in_the_columns_of_a_convolution_is_named(ours, theirs, role, mistake):
    message = judged(single_mistakes.with_mistake(students.conv_in_columns, ours, theirs), "conv")
    assert message.startswith(f"{role} ") and f"exactly this mistake: {say(mistake)}" in message


def test_a_factor_that_is_another_in_each_case_is_no_mistake():
    message = judged(lambda dout, x: dout * (x > 0) * x.size**0.3, "relu")
    assert message.startswith("dx ") and "exactly" not in message


@pytest.mark.parametrize("ours, theirs, role", [("x <= 0", "dout <= 0", "dx"), ("return dx", "return 0.5 * dx", "dx")])
def test_a_mistake_in_single_precision_is_named_too(ours, theirs, role):
    message = judged(in_precision(single_mistakes.with_mistake(students.relu, ours, theirs), np.float32), "relu")
    assert message.startswith(f"{role} is wrong") and "It is exactly this mistake" in message


@pytest.mark.parametrize("kind", RETURNS)
def test_every_known_mistake_is_found_by_its_own_name(kind):
    """Each mistake of the catalogue, made by a function, is named: by its own title, or by that of one with the same numbers."""
    course = COURSES["cs231n"]
    cases = [right(case) for case in make_cases(course, "cs231n", kind)]
    for key, mistake in {mistake.key: mistake for of in cases for mistake in known_mistakes(of)}.items():
        result = {id(of): next((one.make() for one in known_mistakes(of) if one.key == key), None) for of in cases}
        if all(result[id(of)] is None or np.array_equal(result[id(of)], of.gradients[mistake.role]) for of in cases):
            continue  # right in all cases
        message = judged(_mutant(cases, mistake.role, result), kind)
        assert message.startswith(course.names(kind)[mistake.role]), key
        assert "exactly" in message, key


def _mutant(cases, role, made):
    def function(first, second):
        of = next(of for of in cases if np.array_equal(of.case.arrays["x" if of.case.kind == "softmax" else "dout"], first))
        arrays = dict(of.gradients) | ({role: made[id(of)]} if made[id(of)] is not None else {})
        result = tuple(arrays[one] for one in RETURNS[of.case.kind])
        return result if len(result) > 1 else result[0]

    return function


# ---- what is no array


@pytest.mark.parametrize(
    "returned, said",
    [
        (lambda dx: None, "It returns 0 arrays, not 1: dx."),
        (lambda dx: (dx, dx), "It returns 2 arrays, not 1: dx."),
        (lambda dx: np.where(dx == dx.max(), np.nan, dx), "dx is not finite, for x (10, 10): 1 of 100 numbers, first at ("),
        (lambda dx: dx.ravel(), "dx has shape (100,), not (10, 10), for x (10, 10). Its numbers are right. Reshape it."),
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
        ("relu", {"show": "all"}, "judge.show"),
    ],
)
def test_what_cannot_be_judged_is_a_problem(kind, more, code):
    with pytest.raises(Problem) as raised:
        judge(students.relu, kind, **more)
    assert raised.value.code == code and str(raised.value)


@pytest.mark.parametrize("lang", languages())
def test_it_is_said_in_each_language(lang):
    with use_language(lang):
        assert say("judge.exactly", slip=say("judge.slip.gate_reversed")) in judged(lambda dout, x: dout * (x < 0), "relu")


def test_no_case_has_ties_or_zeros():
    for like, course in COURSES.items():
        for kind in RETURNS:
            for case in make_cases(course, like, kind):
                drawn = [case.arrays[role] for role in ("x", "dout") if role in case.arrays]
                assert all((np.abs(array) > 1e-4).all() for array in drawn)
                assert len(np.unique(case.arrays["x"])) == case.arrays["x"].size


@pytest.mark.parametrize("like, kind", [(like, kind) for like in COURSES for kind in RETURNS if kind != "batchnorm"])
def test_a_course_gives_back_what_it_was_given(like, kind):
    course = COURSES[like]
    for case in make_cases(course, like, kind):
        back = course.read(kind, course.arguments(case))
        assert isinstance(back, Case) and back.settings == case.settings
        for role, array in back.arrays.items():
            if (kind, role) != ("dropout", "x"):  # which its cache does not hold
                np.testing.assert_array_equal(array, case.arrays[role])


# ---- what the cases have to show


def test_the_cases_of_windows_have_what_the_courses_leave_out():
    for like, course in COURSES.items():
        for kind in ("conv", *POOLS):
            cases = make_cases(course, like, kind)
            assert any(case.number("stride") == 2 for case in cases)
            sides = [case.arrays["dout"].shape[2:] for case in cases]
            assert any(rows < columns for rows, columns in sides) and any(rows > columns for rows, columns in sides)
            if kind == "conv":
                assert any(case.number("pad") == 0 for case in cases) and any(case.window == (1, 1) for case in cases)
            if like == "cs231n":
                windows = [case.window for case in cases]
                assert any(rows < columns for rows, columns in windows) and any(rows > columns for rows, columns in windows)
            if kind == "max":
                assert all((case.arrays["x"] > 0).any() for case in cases)
                assert any((right(case).between["out"] < 0).any() for case in cases if not case.has_square_windows or case.number("k") == 2)


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 2), st.integers(0, 1), st.integers(0, 99))
def test_windows_that_are_not_square_have_the_gradients_of_square_ones(rows, columns, stride, pad, seed):
    """A kernel with a row or column of zeros is a smaller kernel, and a pooling's window can be turned."""
    rng = np.random.default_rng(seed)
    x, w, b = rng.normal(size=(2, 2, 7, 7)), rng.normal(size=(3, 2, rows, columns)), rng.normal(size=3)
    wide = np.pad(w, ((0, 0), (0, 0), (0, 3 - rows), (0, 3 - columns)))
    count = (7 + 2 * pad - 3) // stride + 1
    dout = rng.normal(size=(2, 3, count, count))
    ours = right(Case("conv", {"x": x, "w": wide, "b": b, "dout": dout}, {"stride": stride, "pad": pad}))
    more = np.zeros((2, 3, (7 + 2 * pad - rows) // stride + 1, (7 + 2 * pad - columns) // stride + 1))
    more[:, :, :count, :count] = dout
    out, gradients, _ = oblong_gradients(Case("conv", {"x": x, "w": w, "b": b, "dout": more}, {"stride": stride, "pad": pad}))
    np.testing.assert_allclose(out[:, :, :count, :count], ours.between["out"], atol=1e-12)
    np.testing.assert_allclose(gradients["dx"], ours.gradients["dx"], atol=1e-12)
    np.testing.assert_allclose(gradients["dw"], ours.gradients["dw"][:, :, :rows, :columns], atol=1e-12)


@pytest.mark.parametrize("kind", POOLS)
@pytest.mark.parametrize("k, stride", [(2, 2), (3, 2), (2, 1)])
def test_the_way_of_oblong_pools_agrees_with_the_core_on_square_ones(kind, k, stride):
    rng = np.random.default_rng(k)
    case = Case(kind, {"x": rng.normal(size=(2, 3, 9, 7)), "dout": np.zeros(())}, {"k": k, "across": k, "stride": stride})
    shape = (2, 3, (9 - k) // stride + 1, (7 - k) // stride + 1)
    case = Case(kind, {**case.arrays, "dout": rng.normal(size=shape)}, case.settings)
    out, gradients, _ = oblong_gradients(case)
    np.testing.assert_allclose(out, right(case).between["out"], atol=1e-12)
    np.testing.assert_allclose(gradients["dx"], right(case).gradients["dx"], atol=1e-12)


# ---- mistakes that only these cases show


@pytest.mark.parametrize("like, kind, ours, theirs, role, mistake", [
    ("cs231n", "conv", "dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]", "dxp[:, :, pad:-pad, pad:-pad]", "dx", "cut_empty"),
    ("cs231n", "conv", "dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]", "dxp[:, :, 1:-1, 1:-1]", "dx", "cut_by_one"),
    ("cs231n", "conv", "range(columns)", "range(min(rows, columns))", "dx", ""),
    ("cs231n", "max", ": j * stride + across]", ": j * stride + k]", "dx", "one_side_for_both"),
    ("cs231n", "avg", "j * stride + across]", "j * stride + k]", "dx", "one_side_for_both"),
    ("cs231n", "max", "dx[n, c, i * stride + u, j * stride + v] +=", "dx[n, c, u, v] +=", "dx", "place_of_window"),
    ("cs231n", "max", "dx[n, c, i * stride + u, j * stride + v] +=", "dx[n, c].flat[window.argmax()] =", "dx", "place_of_window"),
    ("cs231n", "max", "np.ndindex(dout.shape)", "np.ndindex(len(x), x.shape[1], x.shape[2] // max(k, stride), x.shape[3] // max(across, stride))", "dx", ""),
    ("cs231n", "relu", "dx[x <= 0] = 0", "dx[x <= 0] = 0.01", "dx", "constant_at_zero"),
    ("cs231n", "conv", "w[m] * dout", "np.flip(w)[m, :, ::-1, ::-1] * dout", "dx", "flipped_in_all_axes"),
    ("cs231n", "conv", "w[m] * dout", "w[m][:, ::-1] * dout", "dx", "flip_of_one_side"),
])  # fmt: skip
def test_a_mistake_of_windows_sides_and_places_is_named(like, kind, ours, theirs, role, mistake):
    message = judged(single_mistakes.with_mistake(FUNCTIONS[like][kind], ours, theirs), kind, like)
    assert message.startswith(f"{role} ")
    assert not mistake or f"exactly this mistake: {say(f'judge.slip.{mistake}')}" in message


def test_an_output_that_is_too_small_is_named():
    def pool(dout, cache):
        x, param = cache
        k, across = param["pool_height"], param["pool_width"]
        kept = np.zeros_like(dout)
        rows, columns = min(x.shape[2] // k, dout.shape[2]), min(x.shape[3] // across, dout.shape[3])
        kept[:, :, :rows, :columns] = dout[:, :, :rows, :columns]
        return students.average_pool(kept, cache)

    cases = [((2, 2, rows, 9), {"pool_height": 3, "pool_width": 3, "stride": 2}) for rows in (7, 11)]
    assert say("judge.slip.sides_divided") in judged(pool, "avg", cases=cases)


@pytest.mark.parametrize("variable", ["i", "j"])
def test_a_loop_that_takes_the_images_variable_is_named(variable):
    function = single_mistakes.slipped_everywhere(students.conv, "image", variable)
    message = judged(function, "conv")
    assert say("judge.slip.loop_shadowed") in message and "In another case it raises IndexError" in message


@pytest.mark.parametrize(
    "place",
    [
        "divmod(window.argmax(), k)",
        "(window.argmax() // k, window.argmax() % across)",
        "((window.argmax() - window.argmax() % across) // k, window.argmax() % across)",
    ],
)
def test_a_place_divided_by_the_other_side_is_caught(place):
    function = single_mistakes.with_mistake(students.max_pool, "np.unravel_index(window.argmax(), window.shape)", place)
    try:
        message = judged(function, "max")
        assert say("judge.slip.divided_by_other_side") in message
    except IndexError as error:
        assert "one side's length used for both" in error.__notes__[-1]


def test_a_stride_where_the_gradient_needs_gaps_is_named():
    def conv(dout, cache):
        x, w, _, param = cache
        dx, _, db = students.conv(dout, cache)
        s, pad = param["stride"], param["pad"]
        xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        dw = np.zeros_like(w)
        for u, v in np.ndindex(w.shape[2:]):
            window = xp[:, :, u * s : u * s + dout.shape[2], v * s : v * s + dout.shape[3]]
            dw[:, :, u, v] = np.einsum("ncij,nmij->mc", window, dout[:, :, : window.shape[2], : window.shape[3]])
        return dx, dw, db

    cases = [((2, 3, 7, 7), (4, 3, 3, 3), {"stride": 2, "pad": 1}), ((2, 3, 5, 5), (4, 3, 2, 2), {"stride": 3, "pad": 0})]
    assert say("judge.slip.strided_for_dilated") in judged(conv, "conv", cases=cases)


@pytest.mark.parametrize("loops", ["(n, c, j, i) for n, c, i, j in np.ndindex(dout.shape)", "(n, c, i, j) for n, c, i, j in np.ndindex(*dout.shape[:2], *dout.shape[:1:-1])"])
def test_swapped_loops_that_raise_get_a_note(loops):
    source = "def pool(dout, cache):\n    x, param = cache\n    dx = np.zeros_like(x)\n"
    source += f"    for n, c, i, j in ({loops}):\n        dx[n, c, i, j] += dout[n, c, i, j]\n    return dx\n"
    result = {"np": np}
    exec(source, result)
    if "(n, c, j, i)" in loops:
        assert judged(result["pool"], "max").startswith("dx ")
    cases = [((2, 2, 4, 4), {"pool_height": 1, "pool_width": 1, "stride": 1}), ((2, 2, 4, 6), {"pool_height": 1, "pool_width": 1, "stride": 1})]
    with pytest.raises(IndexError) as raised:
        judge(result["pool"], "avg", cases=cases)
    assert "are two loops swapped" in raised.value.__notes__[-1]


def test_what_raises_without_padding_alone_gets_a_note():
    def conv(dout, cache):
        x = cache[0]
        dx, dw, db = students.conv_backward(dout, cache)
        pad, out = cache[3]["pad"], np.zeros_like(x)
        out[:] = np.pad(dx, ((0, 0), (pad, pad), (pad, pad), (0, 0)))[:, pad:-pad, pad:-pad]
        return out, dw, db

    with pytest.raises(ValueError) as raised:
        judge(conv, "conv", like="deeplearning.ai")
    assert "pad:-pad is empty" in raised.value.__notes__[-1]


# ---- a forward function of one's own


def variant(eps_in_root, eps_beside):
    """A batch norm with another eps, forward and backward."""

    def forward(x, gamma, beta, bn_param):
        mean, sigma = x.mean(axis=0), np.sqrt(x.var(axis=0) + eps_in_root)
        hat = (x - mean) / (sigma + eps_beside)
        return gamma * hat + beta, (x - mean, sigma, hat, gamma)

    def backward(dout, cache):
        apart, sigma, hat, gamma = cache
        dhat = dout * gamma
        dsigma = (-dhat * apart / (sigma + eps_beside) ** 2).sum(axis=0)
        dapart = dhat / (sigma + eps_beside) + dsigma * apart / (len(apart) * sigma)
        return dapart - dapart.mean(axis=0), (dout * hat).sum(axis=0), dout.sum(axis=0)

    return forward, backward


@pytest.mark.parametrize("eps", [(0.0, 0.0), (1e-3, 0.0), (1e-7, 0.0), (0.0, 1e-3), (1e-5, 1e-2)])
def test_a_batch_norms_own_forward_decides_its_eps(eps):
    forward, backward = variant(*eps)
    judge(backward, "batchnorm", forward=forward)
    for role in range(3):
        wrong = lambda dout, cache, role=role: tuple(one * (1.01 if place == role else 1) for place, one in enumerate(backward(dout, cache)))  # noqa: E731
        with pytest.raises(AssertionError, match=f"^{RETURNS['batchnorm'][role]} is wrong"):
            judge(wrong, "batchnorm", forward=forward)
    other = variant(0.1, 0.0)[1]
    with pytest.raises(AssertionError, match="dx is wrong"):
        judge(lambda dout, cache: other(dout, (cache[0], cache[1] * 1.1, *cache[2:])), "batchnorm", forward=forward)


def test_a_dropouts_mask_may_be_unscaled_in_its_cache():
    def dropout_forward(x, param):
        mask = np.random.default_rng(3).random(x.shape) < param["p"]
        return x * mask / param["p"], (param, mask)

    def dropout_backward(dout, cache):
        param, mask = cache
        return dout * mask / param["p"]

    judge(dropout_backward, "dropout", forward=dropout_forward)
    with pytest.raises(AssertionError, match="dx is wrong"):
        judge(lambda dout, cache: dropout_backward(dout, cache) * cache[0]["p"], "dropout", forward=dropout_forward)
    module = {"np": np}
    exec("def dropout_forward(x, param):\n    mask = np.random.default_rng(3).random(x.shape) < param['p']\n    return x * mask / param['p'], (param, mask)\n"
         "def dropout_backward(dout, cache):\n    return dout * cache[1] / cache[0]['p']\n", module)  # fmt: skip
    judge(module["dropout_backward"], "dropout")  # the forward function of its own module is found


def test_a_forward_function_that_is_not_finished_is_passed_over():
    module = {"students": students}
    exec("def conv_forward(x, w, b, param):\n    raise NotImplementedError\ndef conv_backward(dout, cache):\n    return students.conv(dout, cache)\n", module)
    judge(module["conv_backward"], "conv")


def test_a_forward_function_that_fails_is_named_where_its_cache_is_missed():
    module = {"np": np}
    exec(
        "def relu_forward(x):\n    if x.ndim > 2:\n        raise TypeError('no maps')\n    return np.maximum(0, x), (x, 1, 2)\n"
        "def relu_backward(dout, cache):\n    x, _, _ = cache\n    return dout * (x > 0)\n", module,
    )  # fmt: skip
    with pytest.raises(ValueError, match="not enough values to unpack") as raised:
        judge(module["relu_backward"], "relu")
    assert raised.value.__notes__[0].startswith("relu_forward gives no cache here") and raised.value.__notes__[0].endswith("TypeError: no maps")


# ---- graded work


@pytest.mark.parametrize("like, kind, ours, theirs, role, mistake", MISTAKES[::3])
def test_the_place_alone_says_neither_the_fix_nor_what_is_right(like, kind, ours, theirs, role, mistake):
    message = judged(single_mistakes.with_mistake(FUNCTIONS[like][kind], ours, theirs), kind, like, show="place")
    assert message.startswith(f"{COURSES[like].names(kind)[role]} ") and "slip" not in message and "\n- " not in message
    assert ", not " not in message or "has shape" in message
    assert role == "loss" or "the first at (" in message or "has shape" in message or "not finite" in message


def test_a_course_hides_the_fix_whatever_the_call_says(monkeypatch):
    place = judged(lambda dout, x: dout, "relu", show="place")
    assert judged(lambda dout, x: dout, "relu") != place
    monkeypatch.setenv("CNNVIZ_JUDGE_SHOW", "place")
    assert judged(lambda dout, x: dout, "relu") == judged(lambda dout, x: dout, "relu", show="fix") == place


@pytest.mark.parametrize("function", [type("ReLU", (), {"backward": students.relu}), type("ReLU", (), {"backward": students.relu})(), 3])
def test_a_layer_class_is_sent_to_judge_layer(function):
    with pytest.raises(Problem, match="judge_layer"):
        judge(function, "relu")
