"""The second look at a difference, on losses of one number that are written down: what is smooth, what has a kink, and what jumps."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from cnnviz.core.gradcheck.differences import Sides
from cnnviz.core.gradcheck.kinks import _Pair, check_parameter, is_at_kink
from cnnviz.core.gradcheck.verdict import KINK, RIGHT, TOLERANCE, UNDECIDED, WRONG, marks

STEP, ROUND_OFF = 1e-5, 1e-16
DOUBT = ROUND_OFF / STEP
"""The step, what round-off leaves of a loss, and what that makes of its slope."""


class OneNumber:
    """A loss of one number, which is 0, and its `slope` there; `bends` says how far a step's central difference is bent by a kink.

    `noise` is what round-off makes of the loss before and behind, in parts of ROUND_OFF, of the step itself alone. Within a `plateau` nothing moves.
    """

    def __init__(self, loss, slope=1.0, bends=lambda step: 0.0, noise=(0.0, 0.0), plateau=0.0, terms=()):
        self.loss, self.slope, self.bends, self.noise, self.plateau, self.steps, self.made_of = loss, slope, bends, noise, plateau, [], terms
        self.round_off, self.gradients, self.own_errors = SimpleNamespace(eps=2.2e-16), dict.fromkeys(("dw", "dx"), np.array([slope])), {"dw": np.zeros(1)}

    def sides(self, name, step, entries=None, progress=None, bends=False):
        self.steps.append(step)
        before, behind = self.noise if step == STEP else (0.0, 0.0)
        up, down = self.loss(step) - self.loss(0.0) + behind * ROUND_OFF, self.loss(0.0) - self.loss(-step) - before * ROUND_OFF
        moved = 2 * step if step > self.plateau else 0.0
        size = len(self.terms(name) if entries is None else entries)
        return Sides(step, *(np.full(size, float(one)) for one in (up, down, ROUND_OFF / step, self.bends(step) if bends else 0.0, moved)))

    def terms(self, name):
        return np.array(self.made_of or [abs(self.slope)])

    def path(self, name):
        return SimpleNamespace(kinks={"z": 1})

    @property
    def pair(self):
        return _Pair(self.sides("w", STEP), self.sides("w", 2 * STEP, bends=True))

    def found(self, given, name="w"):
        return check_parameter(self, name, np.full(self.terms(name).size, given), STEP, lambda share: None)

    def marks(self, given, name="w"):
        result = self.found(given, name)
        return marks(np.full(result.central.size, given), *result[:2], *result[3:]).tolist()

    def mark(self, given):
        return self.marks(given)[0]


def with_kink(at, slope=1.0, more=1.0, bends=True, terms=()):
    """A loss whose slope is `more` behind a kink, which stands `at` steps from 0; `bends`: as such it can be seen."""
    side, far = -1 if at < 0 else 1, abs(at) * STEP
    loss, bent = lambda t: slope * t + side * more * max(side * t - far, 0.0), lambda step: bends * abs(more) * max(step - far, 0.0) / (2 * step)
    return OneNumber(loss, slope, bent, terms=terms)


@pytest.mark.parametrize("seed", range(10))
def test_a_smooth_loss_is_freed_of_its_steps_error_and_nothing_else_is_said_of_it(seed):
    slope, bend, third = np.random.default_rng(seed).uniform([0.5, -1e3, -3e4], [2.0, 1e3, 3e4])
    nudged = OneNumber(lambda t: slope * t + bend * t**2 + third * t**3, slope)
    pair = nudged.pair
    assert abs(pair.central[0] - slope) <= pair.error_bound[0] < 1.1 * abs(third) * STEP**2 + DOUBT and not pair.bent and not pair.jumps
    assert (nudged.mark(slope), nudged.mark(slope * (1 + 1e-4))) == (RIGHT, WRONG)


@pytest.mark.parametrize("seed", range(10))
def test_what_is_beyond_the_tolerance_is_wrong_though_the_step_errs_that_way(seed):
    share, off = np.random.default_rng(seed).uniform([0.15, 0.88], [0.24, 0.97]) * TOLERANCE
    nudged = OneNumber(lambda t: t + share * t**3 / STEP**2)
    assert nudged.mark((1 + share) * (1 + off)) == WRONG and nudged.mark(1.0) == RIGHT


@pytest.mark.parametrize("noise", [(0.3, -0.3), (-0.3, 0.3), (1.0, 1.0), (1.0, 0.4)])
def test_round_off_is_taken_for_no_error_of_the_step_and_for_no_kink(noise):
    """A longer step has half as much of it."""
    pair = OneNumber(lambda t: t, noise=noise).pair
    assert pair.central[0] == 1 and pair.error_bound[0] < 0.75 * DOUBT and not pair.jumps and not pair.bent


@pytest.mark.parametrize("kink", [0.0, 1e-6])
def test_a_gradient_that_is_less_than_the_round_off_of_its_terms_is_not_told_though_the_difference_is_exact(kink):
    """Terms of 1e7 leave 2e-9; of an image's pixels all have that of the largest. It is so, too, where a kink was passed by."""
    nudged = with_kink(0.5, 5e-9, kink, terms=(1e6, 1e7))
    assert nudged.marks(5e-9) == [RIGHT, UNDECIDED] and nudged.marks(5e-9, "x") == [UNDECIDED, UNDECIDED]
    assert nudged.marks(1e-7) == [WRONG, WRONG]


def test_what_agrees_within_round_off_is_not_looked_at_again():
    nudged = OneNumber(lambda t: 0.0, 0.0, noise=(3.0, 3.0))
    assert nudged.mark(0.0) == RIGHT and nudged.steps == [STEP]


def test_numbers_that_are_apart_by_round_off_are_no_jump_and_by_more_are_one():
    for noise, jumps in ((2.0, False), (4.0, True)):
        assert OneNumber(lambda t: 0.0, noise=(noise, -noise)).pair.jumps == jumps


def test_slopes_of_both_sides_that_are_apart_by_more_than_round_off_are_uncertain():
    assert with_kink(0.0, more=12 * DOUBT, bends=False).pair.error_bound == pytest.approx((12 / 2 - 2 + 0.5) * DOUBT, rel=0.02)


def test_a_shorter_steps_round_off_is_no_reason_to_believe_it():
    nudged = OneNumber(lambda t: 1e-6 * t + 11 * DOUBT * t * (abs(t) > STEP / 2), 1e-6)
    assert nudged.mark(1e-6) == WRONG and nudged.found(1e-6).error_bound[0] < DOUBT


def test_a_steps_error_that_may_be_round_off_is_not_taken_off():
    near = OneNumber(lambda t: t, noise=(2.0, -2.0))
    assert near.pair.central[0] == near.sides("w", STEP).central[0] and near.mark(1.0) == RIGHT


@pytest.mark.parametrize("seed", range(20))
def test_a_kink_within_reach_is_passed_by_by_the_longest_step_that_does(seed):
    rng = np.random.default_rng(seed)
    at, more = rng.choice([-1, 1]) * rng.uniform(0.25, 0.95), rng.choice([-1, 1]) * 10 ** rng.uniform(-9, 1)
    nudged = with_kink(at, more=more)
    result = nudged.found(1.0)
    assert (nudged.mark(1.0), nudged.mark(1 + 1e-4)) == (RIGHT, WRONG) and result.error_bound[0] < 11 * DOUBT
    near = with_kink(at / 10, more=more)
    assert (near.mark(1.0), near.mark(1 + 1e-3)) == (RIGHT, WRONG) and near.found(1.0).error_bound[0] < 110 * DOUBT


@pytest.mark.parametrize("seed", range(10))
def test_a_small_kink_that_is_passed_by_is_none(seed):
    at, more = np.random.default_rng(seed).uniform([0.5, 10], [0.95, 100])
    assert with_kink(at, 1e-3, more * DOUBT).mark(1e-3) == RIGHT


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("slope, more", [(1.0, 1.0), (1.0, 0.05), (-1.0, 1e-2), (0.0, 1.0)])
def test_at_a_kink_nothing_that_is_given_is_right_or_wrong_not_even_half_of_it(slope, more, share):
    nudged = with_kink(0.0, slope, more)
    assert nudged.mark(slope + share * more) == KINK and is_at_kink(nudged, "w", 0, slope + share * more, STEP)


def test_a_kink_with_equal_slopes_on_both_sides_is_one():
    nudged = OneNumber(lambda t: t, slope=0.0, bends=lambda step: 0.5)
    assert nudged.mark(0.0) == KINK and is_at_kink(nudged, "w", 0, 0.0, STEP)


def test_a_kink_that_is_less_than_the_round_off_of_the_shortest_step_is_not_told():
    assert with_kink(0.0, 0.0, 40 * DOUBT).mark(20 * DOUBT) == with_kink(0.0, 0.0, 40 * DOUBT).mark(40 * DOUBT) == UNDECIDED


@pytest.mark.parametrize("slope", [0.0, 1e-3, 1.0, 1e3])
def test_what_bends_a_difference_by_less_than_round_off_or_a_tenth_of_the_tolerance_is_no_kink_and_may_add_that(slope):
    least = max(DOUBT / 2, TOLERANCE / 10 * slope)
    less, more = (OneNumber(lambda t: slope * t, bends=lambda step, share=share: share * least).pair for share in (0.9, 1.1))
    assert not less.bent and more.bent
    assert less.error_bound == pytest.approx(DOUBT / 2 + 0.9 * least) and more.error_bound == pytest.approx(DOUBT / 2)


@pytest.mark.parametrize("loss", [lambda t, c: t + c * t**3, lambda t, c: t + c / 2 * t**4, lambda t, c: t**2 + c * t**4])
def test_a_loss_bends_smoothly_where_a_step_twice_as_long_changes_its_slopes_by_a_tenth_at_the_most(loss):
    """The central difference, or the difference of both sides' slopes beside the larger of both."""
    for share, jumps in ((0.03, False), (0.04, True)):
        assert OneNumber(lambda t, share=share: STEP * loss(t / STEP, share)).pair.jumps == jumps


def test_what_moves_the_end_of_the_pass_less_than_its_share_stands_on_a_plateau():
    for share, jumps in ((2.0, False), (1.81, False), (2.19, False), (1.75, True), (2.25, True), (0.0, True)):
        near, far = (OneNumber(lambda t: t).sides("w", n * STEP) for n in (1, 2))
        assert _Pair(near, replace(far, moved=share * near.moved)).jumps == jumps
        assert not _Pair(replace(near, moved=0 * near.moved), replace(far, moved=share * near.moved)).jumps


@pytest.mark.parametrize("jump", [0.3, 0.6, 1.5])
def test_a_loss_that_jumps_within_reach_is_told_by_shorter_steps_or_not_at_all(jump):
    once = OneNumber(lambda t: t + (abs(t) > jump * STEP) * np.sign(t) * STEP)
    assert (once.mark(1.0), once.mark(1.001)) == (RIGHT, WRONG)
    stairs = OneNumber(lambda t: np.round(t / (jump * STEP / 100)) * jump * STEP / 100)
    assert stairs.mark(1.0) != WRONG and stairs.mark(5.0) == WRONG


def test_what_two_steps_agree_on_by_chance_is_asked_once_more_and_no_more():
    agreeing = OneNumber(lambda t: 2 * t if abs(t) > 0.5 * STEP else t)
    assert (agreeing.mark(1.0), agreeing.mark(3.0)) == (RIGHT, WRONG)
    wrong = OneNumber(lambda t: t)
    assert wrong.mark(3.0) == WRONG and wrong.steps == pytest.approx([STEP, 2 * STEP, STEP / 10, STEP / 5])


def test_from_plateau_to_plateau_nothing_is_told():
    assert OneNumber(lambda t: 0.0, plateau=np.inf).mark(1.0) == UNDECIDED
    assert OneNumber(lambda t: 0.0).mark(1.0) == WRONG


@pytest.mark.parametrize("error_bounds, mark", [(0.75, WRONG), (4.0, UNDECIDED)])
def test_where_no_more_than_round_off_comes_back_a_difference_of_0_is_one(error_bounds, mark):
    assert OneNumber(lambda t: 0.0, error_bounds * DOUBT, plateau=np.inf).mark(1.0) == mark
