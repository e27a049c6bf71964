"""Test a student's backward function locally: compare its results with the core's, on the shapes of the course.

    case             one call: arrays in the core's layout, and settings
    cases            shapes that are tested
    courses          conventions of CS231n and deeplearning.ai for arrays
    right_gradients  correct results
    mistakes/        known mistakes
    search           search for the mistake that reproduces a wrong array
    judging          runs a function and reports its mistakes
    layer_judging    the same for a layer class
    mutants          functions with one mistake, for judging tests

>>> from cnnviz.judge import judge
>>> judge(lambda dout, x: dout * (x > 0), "relu")
"""

from cnnviz.judge.judging import judge
from cnnviz.judge.layer_judging import LayerSize, judge_layer

__all__ = ["LayerSize", "judge", "judge_layer"]
