"""Judges a student's backward function on her own machine: against the core's lines, on the shapes of her course.

    case      one call: arrays in the core's layout, and settings          cases     the shapes that are tried
    courses   how CS231n and deeplearning.ai hand arrays over              right     what is right
    mistakes/    what is wrong in known ways                                  search    which of them gives the wrong array
    judging   runs the function and says it                                mutants   functions with one mistake, to judge tests by

>>> from cnnviz.judge import judge
>>> judge(lambda dout, x: dout * (x > 0), "relu")
"""

from cnnviz.judge.judging import judge
from cnnviz.judge.layer_judging import LayerSize, judge_layer

__all__ = ["LayerSize", "judge", "judge_layer"]
