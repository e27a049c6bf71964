"""Slips in the loss and the gradient of softmax with cross-entropy."""

import numpy as np

from cnnviz.judge.case import Array
from cnnviz.judge.slips.table import slip


@slip("images_summed", "softmax", "dx", "{dx} = p - one_hot({y})")
def images_summed(exact: Array, n: int) -> Array:
    return exact * n


@slip("rest_forgotten", "softmax", "dx", "{dx}[n, y[n]] = (p[n, y[n]] - 1) / N", "{dx} = (p - one_hot({y})) / N")
def rest_forgotten(exact: Array, targets: Array) -> Array:
    return exact * targets


@slip("target_not_subtracted", "softmax", "dx", "{dx} = p / N")
def target_not_subtracted(o: Array, n: int) -> Array:
    return o / n


@slip("subtracted_after_mean", "softmax", "dx", "{dx} = p / N - one_hot({y})")
def subtracted_after_mean(o: Array, targets: Array, n: int) -> Array:
    return o / n - targets


@slip("subtracted_everywhere", "softmax", "dx", "{dx} = (p - 1) / N")
def subtracted_everywhere(o: Array, n: int) -> Array:
    return (o - 1) / n


@slip("slope_after_merged", "softmax", "dx", "{dx} = (p - one_hot({y})) / N * p * (1 - p)")
def slope_after_merged(exact: Array, o: Array) -> Array:
    return exact * o * (1 - o)


@slip("scores_for_shares", "softmax", "dx", "{dx} = (scores - one_hot({y})) / N")
def scores_for_shares(x: Array, targets: Array, n: int) -> Array:
    return (x - targets) / n


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


@slip("log_forgotten", "softmax", "loss", "{loss} = -p[np.arange(N), {y}].mean()")
def log_forgotten(o: Array, targets: Array, n: int) -> Array:
    return np.array(-(targets * o).sum() / n)


@slip("mean_over_entries", "softmax", "loss", "{loss} = -(one_hot({y}) * np.log(p)).mean()")
def mean_over_entries(exact: Array, o: Array) -> Array:
    return exact / o.shape[1]


@slip("other_base", "softmax", "loss", "{loss} = -np.log10(p[np.arange(N), {y}]).mean()")
def base_ten(exact: Array) -> Array:
    return exact / np.log(10)


@slip("other_base", "softmax", "loss", "{loss} = -np.log2(p[np.arange(N), {y}]).mean()")
def base_two(exact: Array) -> Array:
    return exact / np.log(2)


@slip("all_classes_summed", "softmax", "loss", "{loss} = -np.log(p).sum() / N")
def all_classes_summed(o: Array, n: int) -> Array:
    return np.array(-np.log(o).sum() / n)


@slip("log_sum_forgotten", "softmax", "loss", "{loss} = -{x}[np.arange(N), {y}].mean()")
def log_sum_forgotten(x: Array, targets: Array, n: int) -> Array:
    return np.array(-(x * targets).sum() / n)


@slip("target_added", "softmax", "dx", "{dx} = (p + one_hot({y})) / N")
def target_added(o: Array, targets: Array, n: int) -> Array:
    return (o + targets) / n


@slip("classes_for_images", "softmax", "dx", "{dx} = (p - one_hot({y})) / p.shape[1]")
def classes_for_images(exact: Array, o: Array, n: int) -> Array:
    return exact * n / o.shape[1]


@slip("of_the_others", "softmax", "loss", "{loss} = -np.log(1 - p[np.arange(N), {y}]).mean()")
def of_the_others(o: Array, targets: Array, n: int) -> Array:
    return np.array(-(targets * np.log1p(-o)).sum() / n)
