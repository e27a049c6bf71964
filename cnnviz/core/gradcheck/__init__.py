"""Are gradients right? Every entry beside central differences of the loss, judged by what round-off lets be told.

    verdict        the judgement of an entry: right, wrong, at a kink, undecided
    check          check_gradients: every entry of the parameters of one pass
    result         GradientCheck, the outcome
    differences    losses of many nudged copies at once, along `paths` of lines
    round_off      how far round-off may put a difference off
    kinks          a second look at what does not agree: truncation, kinks of ReLU and max pooling
    sweep          the error by the step of the nudge
    one_entry      one entry, nudged by several steps, with all digits
"""

from cnnviz.core.gradcheck.check import check_gradients, judged_again
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
    "judged_again",
    "marks",
    "nudges",
    "relative_error",
    "step_sweep",
]
