"""Mistakes in the loss and the gradient of softmax with cross-entropy."""

import numpy as np

from cnnviz.judge.case import Array
from cnnviz.judge.mistakes.table import line, mistake

line("images_summed", "softmax", "dx", "{dx} = p - one_hot({y})")
line("rest_forgotten", "softmax", "dx", "{dx}[n, y[n]] = (p[n, y[n]] - 1) / N", "{dx} = (p - one_hot({y})) / N", made="exact * targets")
line("target_not_subtracted", "softmax", "dx", "{dx} = p / N")
line("subtracted_after_mean", "softmax", "dx", "{dx} = p / N - one_hot({y})")
line("subtracted_everywhere", "softmax", "dx", "{dx} = (p - 1) / N")
line("subtracted_everywhere", "softmax", "dx", "p[:, {y}] -= 1", "p[np.arange(N), {y}] -= 1", made="exact + (targets - targets.any(axis=0)) / N")
line("slope_after_merged", "softmax", "dx", "{dx} = (p - one_hot({y})) / N * p * (1 - p)")
line("scores_for_shares", "softmax", "dx", "{dx} = (scores - one_hot({y})) / N")


def _divided_by(name: str, total: str, axis: int | None, below: float) -> None:
    """Add mistakes in the loss and the gradient: a softmax that divides by a wrong sum. `below` is 1 if each image's
    largest score is subtracted first, otherwise 0."""

    def shares(x: Array) -> Array:
        e = np.exp(x - below * x.max(axis=1, keepdims=True))
        result: Array = e / e.sum(axis=axis, keepdims=True)
        return result

    def loss(x: Array, targets: Array, n: int) -> Array:
        return np.array(-(targets * np.log(shares(x))).sum() / n)

    def gradient(x: Array, targets: Array, n: int) -> Array:
        return (shares(x) - targets) / n

    e = "np.exp({x} - {x}.max(axis=1, keepdims=True))" if below else "np.exp({x})"
    for role, function, rest in (("loss", loss, "{loss} = -np.log(p[np.arange(N), {y}]).mean()"), ("dx", gradient, "{dx} = (p - one_hot({y})) / N")):
        function.__name__ += f"_{below:g}"
        mistake(name, "softmax", role, f"e = {e}; p = e / {total}; {rest}", f"e = {e}; p = e / e.sum(axis=1, keepdims=True); {rest}")(function)


for _below in (0.0, 1.0):
    _divided_by("over_images", "e.sum(axis=0, keepdims=True)", 0, _below)
    _divided_by("over_everything", "e.sum()", None, _below)


line("log_forgotten", "softmax", "loss", "{loss} = -p[np.arange(N), {y}].mean()")
line("mean_over_entries", "softmax", "loss", "{loss} = -(one_hot({y}) * np.log(p)).mean()")
line("other_base", "softmax", "loss", "{loss} = -np.log10(p[np.arange(N), {y}]).mean()")
line("other_base", "softmax", "loss", "{loss} = -np.log2(p[np.arange(N), {y}]).mean()")
line("all_classes_summed", "softmax", "loss", "{loss} = -np.log(p).sum() / N")
line("log_sum_forgotten", "softmax", "loss", "{loss} = -{x}[np.arange(N), {y}].mean()")
line("target_added", "softmax", "dx", "{dx} = (p + one_hot({y})) / N")
line("classes_for_images", "softmax", "dx", "{dx} = (p - one_hot({y})) / p.shape[1]")
line("of_the_others", "softmax", "loss", "{loss} = -np.log(1 - p[np.arange(N), {y}]).mean()")
