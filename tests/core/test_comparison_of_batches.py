"""Gradients of several images beside ours: right ones are right, a mistake is found and named, and what is round-off alone is said to be that."""

import numpy as np
import pytest

from cnnviz.core.diagnosis.diagnosis import diagnose, gradient_names
from cnnviz.core.diagnosis.precision import SINGLE
from cnnviz.core.diagnosis.reference_pass import ReferencePass
from cnnviz.core.mistakes import mistake_at, mistakes_for
from cnnviz.core.network.optimizers import gd
from cnnviz.data.user_gradients import read_gradients
from tests.core.networks import Batch

NETWORKS = (
    "conv2x3b-bn-relu-max2-drop50-dense2-softmax-ce",
    "gn1-conv2x3-bn-leaky20-max2-dense4-ln-drop50-dense2-sigmoid-mse",
    "bn-conv2x3-gn2-tanh-avg4-dense2-mse",
)


def case_of(text, images=3):
    batch = Batch(text, (images, 2, 9, 10))
    program = batch.network.program(batch.x_shape)
    return ReferencePass(program, batch.params, program.forward(batch.params, batch.x, pass_inputs=batch.given), batch.y, gd(0.1))


def ours(case, overrides=None):
    gradients = case.program.backward(case.params, case.trace, case.y, overrides)
    return {name: gradients[name] for name in gradient_names(case.program)}


@pytest.mark.parametrize("text", NETWORKS)
@pytest.mark.parametrize("images", [1, 3])
def test_right_ones_are_right_of_any_precision(text, images):
    case = case_of(text, images)
    for dtype in (np.float64, np.float32):
        result = diagnose(case, {name: array.astype(dtype).astype(np.float64) for name, array in ours(case).items()})
        assert result.verdict == "right" and not result.missing


@pytest.mark.parametrize("text", NETWORKS)
def test_every_mistake_that_shows_is_found_and_named(text):
    case = case_of(text)
    exact = ours(case)
    for mistake in mistakes_for(case.program.network):
        if mistake.is_forward:  # test_mistakes_of_batches
            continue
        theirs = ours(case, mistake.overrides(case.program, case.optimizer))
        if all(np.allclose(theirs[name], exact[name], atol=1e-12) for name in exact):
            continue  # a mean that a normalization takes away again, of what is round-off alone
        result = diagnose(case, theirs)
        assert result.first == mistake.stage, mistake.address
        exactly = [match.explanation for match in result.matches[result.first] if match.exact]
        assert mistake.mistake.name in [explanation.placed.mistake.name for explanation in exactly if explanation.placed], mistake.address


def test_what_a_normalization_takes_away_again_is_round_off_alone():
    result = diagnose(case_of(NETWORKS[2]), ours(case_of(NETWORKS[2])))
    assert [name for name, one in result.arrays.items() if one.nothing_decided] == ["ds1"]


def test_a_number_that_is_its_own_mean_gets_round_off_back():
    """Its paths cancel: another order of adding them leaves other last digits of their size."""
    case = case_of("dense4-bn-dense2-softmax-ce", 1)
    theirs = ours(case)
    result = diagnose(case, theirs | {"dz1": theirs["dz1"] + 1e-15})
    assert result.verdict == "right" and result.arrays["dz1"].nothing_decided
    assert diagnose(case, theirs | {"dz1": theirs["dz1"] + 1e-9}).first == "dz1"


@pytest.mark.parametrize("text, target, factor, words", [
    (NETWORKS[1], "dg2", 3.0, "times 3, the number of images: summed, not averaged"),
    (NETWORKS[0], "dn1", 1 / 3, "times 1/3, one over the number of images: averaged, not summed"),
])
def test_the_number_of_images_is_a_factor_that_is_named(text, target, factor, words):
    theirs = ours(case_of(text))
    result = diagnose(case_of(text), theirs | {target: factor * theirs[target]})
    assert str(result.matches[target][0].explanation.title) == words


@pytest.mark.parametrize("text, images, scale, seeds", [
    ("dense2-leaky20-bn-bn-sigmoid-bce", 2, 1e-6, range(20)),  # what two images differ by is near round-off
    ("dense3-sigmoid-bn-bn-leaky-dense2-sigmoid-bce", 3, 300.0, [66]),  # what is left of a saturated sigmoid is no number of float32
])
def test_what_single_precision_leaves_of_images_that_hardly_differ_is_right(text, images, scale, seeds):
    for seed in seeds:
        batch = Batch(text, (images, 3, 3, 2), seed)
        program = batch.network.program(batch.x_shape)
        case = ReferencePass(program, batch.params, program.forward(batch.params, batch.x * scale, pass_inputs=batch.given), batch.y, gd(0.1))
        values = {name: array.astype(np.float32) for name, array in program.all_values(batch.params, case.trace).items()} | {"y": batch.y.astype(np.float32)}
        with np.errstate(all="ignore"):
            for line in (*program.forward_lines, *program.backward_lines):
                line.step(values)
        assert diagnose(case, {name: values[name] for name in gradient_names(program)}, SINGLE).verdict != "wrong", seed


def test_a_mask_that_is_not_scaled_on_the_way_back_alone_is_named_after_another_mistake():
    case = case_of(NETWORKS[0])
    backward = mistake_at("mask_not_scaled", case.program.network, images=3).backward.overrides(case.program, case.optimizer)
    result = diagnose(case, ours(case, {**backward, "dw": lambda values, right: 0.3 * right()}))
    assert {stage: str(matches[0].explanation.title) for stage, matches in result.matches.items()} == {"dw": "times 0.3", "dp1": "kept numbers not scaled up"}


def test_a_file_of_several_images_is_read_by_its_names(tmp_path):
    case, path = case_of(NETWORKS[0]), tmp_path / "mine.npz"
    np.savez(path, **{f"grad_{name[1:]}": array for name, array in ours(case).items()})
    result = read_gradients(path.read_bytes(), case.program, 3)
    assert {*result.arrays} == {*gradient_names(case.program)} and diagnose(case, result.arrays, result.precisions).verdict == "right"
