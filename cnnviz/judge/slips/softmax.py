"""Slips in the loss and the gradient of softmax with cross-entropy."""

import numpy as np

from cnnviz.judge.case import Array
from cnnviz.judge.slips.table import line, slip

line("images_summed", "softmax", "dx", "{dx} = p - one_hot({y})")


@slip("rest_forgotten", "softmax", "dx", "{dx}[n, y[n]] = (p[n, y[n]] - 1) / N", "{dx} = (p - one_hot({y})) / N")
def rest_forgotten(exact: Array, targets: Array) -> Array:
    return exact * targets


line("target_not_subtracted", "softmax", "dx", "{dx} = p / N")
line("subtracted_after_mean", "softmax", "dx", "{dx} = p / N - one_hot({y})")
line("subtracted_everywhere", "softmax", "dx", "{dx} = (p - 1) / N")
line("slope_after_merged", "softmax", "dx", "{dx} = (p - one_hot({y})) / N * p * (1 - p)")
line("scores_for_shares", "softmax", "dx", "{dx} = (scores - one_hot({y})) / N")


@slip("over_images", "softmax", "dx", "p = e / e.sum(axis=0, keepdims=True)", "p = e / e.sum(axis=1, keepdims=True)")
def gradient_over_images(x: Array, targets: Array, n: int) -> Array:
    e = np.exp(x)
    return (e / e.sum(axis=0, keepdims=True) - targets) / n


@slip("over_images", "softmax", "loss", "p = e / e.sum(axis=0, keepdims=True)", "p = e / e.sum(axis=1, keepdims=True)")
def loss_over_images(x: Array, targets: Array, n: int) -> Array:
    e = np.exp(x)
    return np.array(-(targets * np.log(e / e.sum(axis=0, keepdims=True))).sum() / n)


@slip("over_everything", "softmax", "loss", "p = e / e.sum()", "p = e / e.sum(axis=1, keepdims=True)")
def loss_over_everything(x: Array, targets: Array, n: int) -> Array:
    e = np.exp(x)
    return np.array(-(targets * np.log(e / e.sum())).sum() / n)


@slip("over_everything", "softmax", "dx", "p = e / e.sum()", "p = e / e.sum(axis=1, keepdims=True)")
def gradient_over_everything(x: Array, targets: Array, n: int) -> Array:
    e = np.exp(x)
    return (e / e.sum() - targets) / n


line("log_forgotten", "softmax", "loss", "{loss} = -p[np.arange(N), {y}].mean()")
line("mean_over_entries", "softmax", "loss", "{loss} = -(one_hot({y}) * np.log(p)).mean()")
line("other_base", "softmax", "loss", "{loss} = -np.log10(p[np.arange(N), {y}]).mean()")
line("other_base", "softmax", "loss", "{loss} = -np.log2(p[np.arange(N), {y}]).mean()")
line("all_classes_summed", "softmax", "loss", "{loss} = -np.log(p).sum() / N")
line("log_sum_forgotten", "softmax", "loss", "{loss} = -{x}[np.arange(N), {y}].mean()")
line("target_added", "softmax", "dx", "{dx} = (p + one_hot({y})) / N")
line("classes_for_images", "softmax", "dx", "{dx} = (p - one_hot({y})) / p.shape[1]")
line("of_the_others", "softmax", "loss", "{loss} = -np.log(1 - p[np.arange(N), {y}]).mean()")
