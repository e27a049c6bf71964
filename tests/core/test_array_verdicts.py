"""The verdict on each array that was given: what began there, what was handed to it, and what round-off alone decides."""

import numpy as np
import pytest

from cnnviz.core.diagnosis.precision import DOUBLE, SINGLE
from cnnviz.core.diagnosis.reference_pass import ReferencePass
from cnnviz.core.gradcheck import KINK
from cnnviz.core.network.network import Network
from cnnviz.core.network.optimizers import gd
from tests.core.test_diagnosis import NETWORKS, case_of, diagnose, passed
from tests.core.test_gradcheck_draws import OPEN_ELSEWHERE

SUMS = NETWORKS[1]


def accused(found):
    return {name for name, one in found.arrays.items() if one.verdict == "wrong"}


@pytest.mark.parametrize("hidden", [{"da2"}, {"da2", "dz2"}, {"da2", "dz2", "df2", "dp1"}])
def test_a_nan_is_inherited_through_arrays_that_are_not_given(hidden):
    case = case_of(SUMS)
    theirs = passed(case, {"dp2": lambda values, right: np.where(right() == right().max(), np.nan, right())})
    assert accused(diagnose(case, {name: array for name, array in theirs.items() if name not in hidden})) == {"dp2"}


def test_a_mistake_behind_a_nan_is_found_as_well():
    """The kernel's gradient sums up what is no number: it is judged by what our number there makes of it."""
    case = case_of(SUMS)
    theirs = {name: np.array(array) for name, array in passed(case).items()}
    theirs["dz2"][:, 3, 3] = np.nan
    theirs["df2"] *= 2
    assert accused(diagnose(case, theirs)) == {"dz2", "df2"}


@pytest.mark.parametrize("why", [why for why in OPEN_ELSEWHERE if "overlap" not in why])
def test_what_another_programs_gates_let_through_is_right_by_itself_and_behind_a_factor_alone(why):
    case = OPEN_ELSEWHERE[why]
    theirs, layers = case.elsewhere(), case.network.layers
    for line in case.network.program(case.x.shape).backward_lines:
        if line.layer is not None and layers[line.layer].has_kinks:
            assert case.diagnosis({line.target: theirs[line.target]}).verdict != "wrong", line.target
    result = case.diagnosis({name: 2 * array for name, array in theirs.items()})
    first = next(iter(result.arrays))
    assert accused(result) == {first}
    for one in case.diagnosis(theirs).arrays.values():
        assert one.verdict == "right" and not one.wrong.any() and not ((one.marks == KINK) & (one.theirs == one.ours)).any()


def test_a_gate_that_inherits_large_terms_that_cancel_inherits_their_round_off():
    """From ∂o that is 1e8 times too large comes a ∂a₁ whose terms leave 1e-12 of them, which is not given; ∂z₁ lets it through."""
    network, x = Network.parse("dense1-relu-dense2-mse"), np.ones((1, 1))
    params = network.init(x.shape, "zeros").replace(w1=np.ones((1, 1)), w2=np.array([[1.0, -1.0]]))
    trace = network.forward(params, x)
    case = ReferencePass(network.program(x.shape), params, trace, trace.o - [1.0, 1 + 1e-12], gd(0.1))
    exact = passed(case)
    assert 0 < np.abs(exact["dz1"]).max() < 1e-11
    off = {share: {"do": 1e8 * exact["do"], "dz1": 1e8 * exact["dz1"] * (1 + share)} for share in (1e-5, 10.0)}
    assert [accused(diagnose(case, theirs)) for theirs in off.values()] == [{"do"}, {"do", "dz1"}]
    assert accused(diagnose(case, {"da1": exact["da1"], "dz1": exact["dz1"] * (1 + 10.0)})) == {"dz1"}


@pytest.mark.parametrize("precision", [DOUBLE, SINGLE])
def test_a_number_may_be_as_far_off_as_its_precision_says_and_no_further(precision):
    """Numbers of which nothing cancels."""
    case = case_of("dense4-tanh-dense3-softmax-mse")
    for share, right in ((0.8, True), (1.5, False)):
        theirs = {"dw1": passed(case)["dw1"] * (1 + share * precision.relative)}
        assert (diagnose(case, theirs, precision).verdict == "right") == right, share


def relu_at(z, slope):
    """A pass whose ReLU has these numbers before it, and what comes back to each is `slope`."""
    network, x = Network.parse(f"dense{len(z)}-relu-dense1-mse"), np.ones((1, 1))
    params = network.init(x.shape, "zeros").replace(b1=np.array(z), w2=np.ones((len(z), 1)))
    trace = network.forward(params, x)
    return ReferencePass(network.program(x.shape), params, trace, trace.o - slope / 2, gd(0.1))


@pytest.mark.parametrize("slope", [1.0, 1e6])
@pytest.mark.parametrize("z, undecided", [(2e-7, True), (-2e-7, True), (2e-6, False), (-2e-6, False)])
def test_a_gate_is_undecided_as_far_as_round_off_of_the_largest_number_reaches_whatever_comes_back(z, undecided, slope):
    """In single precision a z of 1 and sums around it are off by 1e-7."""
    case = relu_at([1.0, z], slope)
    exact = passed(case)
    for share, right in ((0.0, True), (1.0, True), (0.5, False)):
        theirs = exact | {"dz1": exact["da1"] * [1.0, share]}
        own = share == (z > 0)
        assert (diagnose(case, theirs, SINGLE).verdict == "right") == (own or (undecided and right)), share


def test_an_array_that_was_made_of_other_numbers_than_were_given_is_wrong_by_itself():
    case = case_of(NETWORKS[0])
    exact = passed(case)
    result = diagnose(case, exact | {"do": 2 * exact["do"], "dz2": exact["dz2"] * [1, 2]}, DOUBLE)
    assert accused(result) == {"do", "dz2"}


def test_what_is_no_number_behind_equal_cells_is_wrong():
    case = OPEN_ELSEWHERE["saturated sigmoids in windows that overlap"]
    theirs = case.elsewhere()["da2"]
    theirs[0, 0, 0, 0] = np.nan
    assert case.diagnosis({"da2": theirs}).verdict == "wrong"


def test_behind_equal_cells_each_may_have_what_comes_back_alone_and_none_has_more():
    """A window of 64, more than the passes that round at random choose of; its sums cancel, so elsewhere they are as far apart as their terms round off."""
    network, x = Network.parse("conv1x1b-max8-dense1-mse"), np.full((8, 8), 0.3)
    params = network.init(x.shape, "zeros").replace(f=np.ones((1, 1)), b1=-x[0, :1], w=np.ones((1, 1)))
    case = ReferencePass(network.program(x.shape), params, network.forward(params, x), np.ones(1), gd(0.1))
    first = passed(case)["dx"]
    each = [np.roll(first, n) for n in range(0, first.size, 9)]
    assert first.any() and {diagnose(case, {"dx": theirs}).verdict for theirs in each} == {"right"}
    for theirs in (np.full_like(first, first.sum()), first + 1e3 * (each[1] - each[2])):
        assert diagnose(case, {"dx": theirs}).verdict == "wrong"


def test_where_ours_is_no_number_nothing_is_told():
    network, x = Network.parse("dense2-identity-dense2-mse"), np.ones((1, 2))
    params = network.init(x.shape, "normal").replace(w1=np.array([[1e200, 1.0], [1e200, 1.0]]), w2=np.array([[1e200, 1.0], [-1e200, 1.0]]))
    with np.errstate(all="ignore"):
        trace = network.forward(params, x)
        case = ReferencePass(network.program(x.shape), params, trace, np.zeros(2), gd(0.1))
        theirs = {name: np.array(array) for name, array in passed(case).items()}
        assert not np.isfinite(theirs["dw1"]).all()
        assert not accused(diagnose(case, theirs))
