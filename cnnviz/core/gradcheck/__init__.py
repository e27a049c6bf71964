"""Gradient check: every entry is compared with central differences of the loss, and judged within the limits of
round-off.

    verdict        judgement of an entry: right, wrong, at a kink, undecided
    check          check_gradients: every entry of the parameters of one pass
    result         GradientCheck, the result
    inputs         the pass and the gradients to be checked
    nudge_path     the lines that recompute the loss after a nudge
    differences    losses of many nudged copies at once
    round_off      estimated round-off of a difference
    kinks          second look at disagreements: truncation, kinks of ReLU and max pooling
    error_curve    the error as a function of the step
    one_entry      one entry, nudged by several steps, in full precision
"""

from cnnviz.core.gradcheck.check import check_gradients, recheck
from cnnviz.core.gradcheck.error_curve import STEPS, StepSweep, step_sweep
from cnnviz.core.gradcheck.one_entry import Nudge, digits_right, nudges
from cnnviz.core.gradcheck.result import Entry, GradientCheck
from cnnviz.core.gradcheck.verdict import KINK, RIGHT, SAFETY, TOLERANCE, UNDECIDED, WRONG, marks, relative_error

__all__ = [
    "KINK",
    "RIGHT",
    "SAFETY",
    "STEPS",
    "TOLERANCE",
    "UNDECIDED",
    "WRONG",
    "Entry",
    "GradientCheck",
    "Nudge",
    "StepSweep",
    "check_gradients",
    "digits_right",
    "marks",
    "nudges",
    "recheck",
    "relative_error",
    "step_sweep",
]
