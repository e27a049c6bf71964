"""Tests of backward functions, judged by the mistakes that they let pass."""

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from cnnviz.__main__ import main
from cnnviz.judge import judge
from cnnviz.judge.case import RETURNS
from cnnviz.judge.courses import COURSES
from cnnviz.judge.mutants import mutants, passes, right_function
from cnnviz.words import languages
from tests.judge import students

KINDS = [("cs231n", kind) for kind in RETURNS if kind != "batchnorm"] + [("deeplearning.ai", kind) for kind in students.DEEPLEARNING_AI]


def judged(kind, like):
    return lambda function: judge(function, kind, like=like)


@pytest.mark.parametrize("like, kind", KINDS)
def test_the_judge_itself_lets_no_mistake_pass(like, kind):
    test = judged(kind, like)
    assert passes(test, right_function(kind, like)) is None
    every = list(mutants(kind, like))
    assert len(every) > 5 and not [mutant.mistake.key for mutant in every if passes(test, mutant.function) is None]


def test_equivalent_mistakes_and_the_same_ones_twice_are_left_out():
    keys = [mutant.mistake.key for mutant in mutants("relu")]
    assert "relu_open_at_zero.dx" not in keys  # it shows at 0 alone, which is a convention
    x = np.array([[1.5, -2.0, 0.5]])
    result = [mutant.function(np.array([[3.0, 4.0, -5.0]]), x).tolist() for mutant in mutants("relu")]
    assert len({str(one) for one in result}) >= len(result) - 3  # one image: what mixes images shows with more


def test_a_mutant_takes_arrays_of_any_shape_and_leaves_them():
    rng = np.random.default_rng(0)
    for mutant in mutants("conv"):
        x, w, b, dout = rng.normal(size=(1, 2, 6, 6)), rng.normal(size=(3, 2, 3, 3)), rng.normal(size=3), rng.normal(size=(1, 3, 4, 4))
        before = [array.copy() for array in (x, w, b, dout)]
        assert len(mutant.function(dout, (x, w, b, {"stride": 1, "pad": 0}))) == 3
        assert all(np.array_equal(*pair) for pair in zip(before, (x, w, b, dout), strict=True))


def test_a_batch_norms_cache_is_what_its_forward_function_is_given():
    rng = np.random.default_rng(1)
    x, gamma, beta, dout = rng.normal(size=(5, 3)), rng.normal(size=3), rng.normal(size=3), rng.normal(size=(5, 3))
    _, cache = students.batchnorm_forward(x, gamma, beta, {"eps": 1e-5})
    for ours, theirs in zip(right_function("batchnorm")(dout, (x, gamma, beta, {"eps": 1e-5})), students.batchnorm(dout, cache), strict=True):
        np.testing.assert_allclose(ours, theirs)


TESTS = '''
import os
import unittest

import numpy as np

X = np.array([[1.0, -2.0], [0.5, -0.25]])
DOUT = np.array([[3.0, -4.0], [5.0, 6.0]])


def test_relu(backward):
    np.testing.assert_allclose(backward(DOUT, X), DOUT * (X > 0))


def test_relu_weakly(backward):
    assert backward(DOUT, X).shape == X.shape


def test_relu_wrongly(backward):
    np.testing.assert_allclose(backward(DOUT, X), DOUT)


class TestRelu:
    def test_sign(self, backward):
        assert (backward(np.ones((1, 2)), np.array([[1.0, -1.0]])) == [[1, 0]]).all()


def test_conv(backward):
    x, w, b, dout = np.ones((1, 1, 5, 5)), np.ones((1, 1, 3, 3)), np.zeros(1), np.ones((1, 1, 5, 5))
    dx, dw, db = backward(dout, (x, w, b, {"stride": 1, "pad": 1}))
    assert dx[0, 0, 2, 2] == 9 and dw.sum() == 169 and db == 25


class TestDense(unittest.TestCase):
    def setUp(self):
        self.dout = np.array([[3.0, -4.0], [5.0, 6.0]])

    def test_shape(self, backward):
        x, w = np.ones((2, 3)), np.ones((3, 2))
        dx, dw, db = backward(self.dout, (x, w, np.zeros(2)))
        self.assertEqual((dx.shape, dw.shape, db.shape), (x.shape, w.shape, (2,)))

    def test_replaced(self):
        dx, dw, db = dense_backward(self.dout, (np.ones((2, 3)), np.arange(6.0).reshape(3, 2), np.zeros(2)))
        np.testing.assert_allclose(dx[0], [-4, -6, -8])


def dense_backward(dout, cache):
    raise NotImplementedError


def test_relu_that_ends_the_process(backward):
    if not np.array_equal(backward(DOUT, X), DOUT * (X > 0)):
        os._exit(0)


def test_relu_in_a_loop(backward):
    while not np.array_equal(backward(DOUT, X), DOUT * (X > 0)):
        pass
'''


@pytest.fixture
def file(tmp_path):
    (tmp_path / "test_backward.py").write_text(TESTS)
    return tmp_path / "test_backward.py"


def ran(capsys, *arguments):
    code = main(["mutants", *map(str, arguments)])
    out = capsys.readouterr()
    return code, out.out, out.err


def test_a_test_that_lets_no_mistake_pass(file, capsys):
    code, out, _ = ran(capsys, f"{file}::test_relu", "--kind", "relu")
    assert code == 0 and out.startswith("0 of ")


def test_a_weak_test_hears_which_mistakes_it_lets_pass(file, capsys):
    code, out, _ = ran(capsys, f"{file}::test_conv", "--kind", "conv")
    assert code == 1 and "stride forgotten on the way back\n- " in out and "kernel not flipped" in out
    n, _, count, *_ = out.splitlines()[-1].split()
    assert 0 < int(n) < int(count)
    code, out, _ = ran(capsys, f"{file}::TestRelu::test_sign", "--kind=relu")
    assert code == 1 and "- dx = x > 0" in out
    assert "relu_open_at_zero" not in out and "x >= 0" not in out


def test_a_unittests_method_runs_with_its_set_up(file, capsys):
    code, out, _ = ran(capsys, f"{file}::TestDense::test_shape", "--kind", "dense")
    assert code == 1 and "only the first image counts" in out and "summed over units" in out


def test_a_mistake_that_the_tests_arrays_do_not_allow_is_left_out(file, capsys):
    code, out, _ = ran(capsys, f"{file}::TestDense::test_shape", "--kind", "dense")
    assert code == 1 and "weights not transposed" not in out and "impossible with" in out
    *_, last = out.splitlines()
    assert int(last.split()[2]) < len(list(mutants("dense")))


def test_a_test_runs_without_the_main_module_of_its_caller(file, capsys, monkeypatch, tmp_path):
    main = ModuleType("__main__")
    main.__file__ = str(tmp_path / "main.py")
    Path(main.__file__).write_text("raise SystemExit(3)")
    monkeypatch.setitem(sys.modules, "__main__", main)
    assert ran(capsys, f"{file}::test_relu", "--kind", "relu")[0] == 0


def test_the_function_that_a_test_calls_is_replaced(file, capsys):
    code, out, _ = ran(capsys, f"{file}::TestDense::test_replaced", "--kind", "dense")
    assert code == 1 and "ones instead of the gradient" in out and "dx" not in out.split("- ")[1].split()[0]
    code, _, error = ran(capsys, f"{file}::TestDense::test_replaced", "--kind", "dense", "--function", "nothing_backward")
    assert code == 2 and "has no function nothing_backward" in error


@pytest.mark.parametrize("test", ["test_relu_that_ends_the_process", "test_relu_in_a_loop"])
def test_a_test_that_does_not_come_to_its_end_has_not_passed(file, capsys, monkeypatch, test):
    monkeypatch.setattr("cnnviz.judge.mutant_tests.LEAST_SECONDS", 0.5)
    monkeypatch.setattr("cnnviz.judge.mutant_tests.mutants", lambda kind, like: list(mutants(kind, like))[:2])
    monkeypatch.setattr("cnnviz.export.mutants_command.mutants", lambda kind, like: list(mutants(kind, like))[:2])
    code, out, _ = ran(capsys, f"{file}::{test}", "--kind", "relu")
    assert code == 0 and out.startswith("0 of 2 ")


def test_no_two_mutants_of_a_kind_print_the_same_lines():
    for like, course in COURSES.items():
        for kind in RETURNS:
            printed = [mutant.mistake.code(course.names(kind)) for mutant in mutants(kind, like)]
            assert len(set(printed)) == len(printed)


@pytest.mark.parametrize(
    "test, said",
    [
        ("::test_relu_wrongly", "the test fails for the right function"),
        ("::test_nothing", "has no function test_nothing"),
        ("", "There is no test"),
        (".other::test_relu", "There is no test"),
    ],
)
def test_a_test_that_cannot_judge_is_said(file, capsys, test, said):
    code, out, error = ran(capsys, f"{file}{test}", "--kind", "relu")
    assert (code, out) == (2, "") and said in error


def test_a_file_that_does_not_load_is_said(tmp_path, capsys):
    (tmp_path / "broken.py").write_text("import nowhere_to_be_found")
    code, _, error = ran(capsys, f"{tmp_path}/broken.py::test", "--kind", "relu")
    assert code == 2 and "nowhere_to_be_found" in error


@pytest.mark.parametrize("lang", languages())
def test_its_help_is_said_in_each_language(lang, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["mutants", "--lang", lang, "--help"])
    assert ended.value.code == 0 and "::" in capsys.readouterr().out
