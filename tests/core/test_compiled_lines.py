"""The pass of one image, compiled, against its lines run one by one: the same bits."""

import numpy as np
import pytest
from hypothesis import given, settings

from cnnviz.core.network.compiled_lines import CompiledOp, compile_lines
from tests.core.networks import ALL, Case, cases


def same_bits(case: Case, x: np.ndarray) -> None:
    trace = case.network.forward(case.params, x)
    gradients = case.network.backward(case.params, trace, case.y)
    program = trace.forward_pass.program
    values = program.start(case.params, np.ascontiguousarray(x))
    for line in program.forward_lines:
        values[line.target] = line.make(values)
        assert trace.forward_pass.values[line.target].tobytes() == np.asarray(values[line.target]).tobytes(), line.target
    values["y"] = case.y
    for line in program.backward_lines:
        values[line.target] = line.make(values)
        assert gradients[line.target].tobytes() == values[line.target].tobytes(), line.target


@pytest.mark.parametrize("name", ALL)
def test_a_compiled_pass_has_the_bits_of_its_lines(name):
    same_bits(ALL[name], ALL[name].x)


@settings(deadline=None, max_examples=40)
@given(cases())
def test_so_has_any_networks(case):
    same_bits(case, case.x)


@pytest.mark.parametrize("text", ["conv2x3-sigmoid-dense2-mse", "conv3x2bs2p2-tanh-dense2-mse"])
def test_an_image_may_lie_in_memory_as_it_likes(text):
    case = Case(text, (3, 9, 8))
    for x in (np.asfortranarray(case.x), np.repeat(case.x, 2, axis=2)[..., ::2], np.flip(case.x, axis=1)):
        same_bits(Case(text, (3, 9, 8)), x)


@pytest.mark.parametrize("scale", [1e3, 1e155, 1e308])
def test_a_sigmoid_that_overflows_on_the_way_is_right_and_warns_of_nothing(scale):
    case = ALL["the notebook"]
    with np.errstate(over="raise"):
        trace = case.network.forward(case.params.replace(f=np.full((3, 3), -1.0)), np.full(case.x_shape, scale / 10))
    assert not trace.a1.any()


def test_each_line_sees_what_those_before_it_have_made():
    seen = []
    run = compile_lines((CompiledOp("y", ("x",), 0), CompiledOp("z.kept", ("y",), None), CompiledOp("z", ("z.kept", "y"), 2)))
    values = {"x": np.ones((1, 1, 3))}
    shown = run(values, [np.negative, np.abs, lambda kept, y: seen.append({**values}) or kept + y])
    assert list(seen[0]) == ["x", "y", "z.kept"]
    assert list(shown) == ["y", "z"] and shown["y"] is values["y"] and shown["z"].shape == (3,)
