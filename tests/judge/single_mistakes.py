"""Single mistakes in the functions of tests/judge/students.py, by what stands in their text: kind, right, wrong, the first wrong array, the mistake.

The mistake is a message's id, and "" where no mistake of the catalogue is the one that was made.
"""

import inspect
import re
from collections.abc import Callable
from typing import Any

from tests.judge import students

CS231N = [
    ("relu", "x <= 0", "dout <= 0", "dx", "mistake.relu_gate_of_gradient.title"),
    ("relu", "dx[x <= 0] = 0", "pass", "dx", "mistake.hidden_slope_forgotten.title"),
    ("relu", "x <= 0", "x > 0", "dx", "judge.slip.gate_reversed"),
    ("relu", "x <= 0", "x <= -0.03", "dx", ""),
    ("relu", "x <= 0", "x <= 0.03", "dx", ""),
    ("relu", "dout.copy()", "x.copy()", "dx", "judge.slip.forward_again"),
    ("relu", "return dx", "return -dx", "dx", "own.factor.minus"),
    ("sigmoid", "dout * s * (1 - s)", "dout * s", "dx", "mistake.slope_factor_forgotten.title"),
    ("sigmoid", "dout * s * (1 - s)", "dout * (1 - s)", "dx", "mistake.slope_one_minus_alone.title"),
    ("sigmoid", "dout * s * (1 - s)", "s * (1 - s)", "dx", "judge.slip.slope_alone"),
    ("sigmoid", "dout * s * (1 - s)", "dout * x * (1 - x)", "dx", "mistake.sigmoid_prime_of_z.title"),
    ("sigmoid", "(1 - s)", "(1 - s) * s * (1 - s)", "dx", "mistake.slope_twice.title"),
    ("tanh", "** 2", "", "dx", "mistake.slope_factor_forgotten.title"),
    ("tanh", "(1 - np.tanh(x) ** 2)", "np.tanh(x) * (1 - np.tanh(x))", "dx", "mistake.slope_of_sigmoid.title"),
    ("dense", "dout.sum(axis=0)", "dout.mean(axis=0)", "db", "own.factor.per_count"),
    ("dense", "dout.sum(axis=0)", "dout.sum(axis=1)", "db", "judge.slip.sum_over_units"),
    ("dense", "dout.sum(axis=0)", "dout[1:].sum(axis=0)", "db", ""),  # nothing of one image, but not of several
    ("dense", "dout.sum(axis=0)", "dout", "db", "judge.slip.not_summed_over_images"),
    ("dense", ".dot(dout)", ".dot(dout) / len(x)", "dw", "mistake.images_divided_twice.title"),
    ("dense", "x.reshape(len(x), -1).T.dot(dout)", "dout.T.dot(x.reshape(len(x), -1))", "dw", "own.turn.transposed"),
    ("dense", "reshape(x.shape)", "reshape(len(x), -1)", "dx", ""),
    ("conv", "dxp[image, :, at[0], at[1]] +=", "dxp[image, :, at[0], at[1]] =", "dx", "mistake.overlap_assigned.title"),
    ("conv", "w[m] * dout", "w[m, :, ::-1, ::-1] * dout", "dx", "mistake.flip_forgotten.title"),
    ("conv", "dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]", "dxp[:, :, : x.shape[2], : x.shape[3]]", "dx", "judge.slip.cut_at_corner"),
    ("conv", "dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]", "dxp", "dx", "judge.slip.zeros_not_cut_off"),
    ("conv", "stride, pad = param[\"stride\"]", "stride, pad = 1", "dx", "mistake.stride_forgotten.title"),
    ("conv", "dw[m] += xp", "dw[m] = xp", "dw", "mistake.last_place_only.title"),
    ("conv", "db[m] +=", "db[m] =", "db", "mistake.last_place_only.title"),
    ("conv", "dout[image, m, i, j]\n                    db", "dout[0, m, i, j]\n                    db", "dw", ""),
    ("conv", "+= xp[image, :,", "+= xp[image, :1,", "dw", "judge.slip.first_channel_only"),
    ("conv", "], dw, db", "], dw / n, db", "dw", "mistake.images_divided_twice.title"),
    ("conv", "], dw, db", "], dw, dout.sum(axis=(2, 3))", "db", "judge.slip.not_summed_over_images"),
    ("conv", "w[m] * dout", "w[0] * dout", "dx", "judge.slip.first_filter_always"),
    ("max", "+ v] +=", "+ v] =", "dx", "mistake.overlap_assigned.title"),
    ("max", "window.argmax()", "window.argmin()", "dx", "judge.slip.smallest_for_largest"),
    ("max", "dx[n, c, i * stride + u, j * stride + v]", "dx[n, c, i * stride : i * stride + k, j * stride : j * stride + across]", "dx", "mistake.max_gradient_to_all.title"),
    ("max", "param[\"pool_width\"], param[\"stride\"]", "param[\"pool_width\"], 1", "dx", "mistake.stride_forgotten.title"),
    ("avg", " / (k * across)", "", "dx", "mistake.pool_mean_forgotten.title"),
    ("avg", "(k * across)", "k", "dx", "judge.slip.side_for_cells"),
    ("avg", "+=", "=", "dx", "mistake.overlap_assigned.title"),
    ("batchnorm", " + dmean / n", "", "dx", "mistake.mean_path_forgotten.title"),
    ("batchnorm", "dvar * 2 * (x - mean) / n", "dvar * (x - mean) / n", "dx", "judge.slip.variance_path_halved"),
    ("batchnorm", " + dmean / n", " + dmean", "dx", "judge.slip.sums_for_means"),
    ("batchnorm", "* -0.5 *", "* -1 *", "dx", "judge.slip.half_forgotten"),
    ("batchnorm", "** -1.5", "** -0.5", "dx", "judge.slip.power_of_deviation"),
    ("batchnorm", "* -0.5 *", "* 0.5 *", "dx", "judge.slip.variance_path_sign"),
    ("dropout", "dout * mask if", "dout * (1 - mask) if", "dx", "judge.slip.mask_reversed"),
    ("relu", "dx[x <= 0] = 0", "dx[x <= 0] *= 0.01", "dx", "judge.slip.leak"),
    ("batchnorm", "dout * gamma", "dout", "dx", "mistake.gain_forgotten.title"),
    ("batchnorm", " + dvar * 2 * (x - mean) / n", "", "dx", "mistake.variance_path_forgotten.title"),
    ("batchnorm", "dhat / np.sqrt(var + eps) + dvar * 2 * (x - mean) / n + dmean / n", "dhat / np.sqrt(var + eps)", "dx", "mistake.statistics_constant.title"),
    ("batchnorm", "(dout * hat).sum(axis=0), dout.sum(axis=0)", "dout.sum(axis=0), (dout * hat).sum(axis=0)", "dgamma", "judge.slip.exchanged"),
    ("batchnorm", "(dout * hat)", "(dout * x)", "dgamma", "mistake.gain_of_z.title"),
    ("batchnorm", "dout.sum(axis=0)", "dhat.sum(axis=0)", "dbeta", "judge.slip.gain_in_gradient"),
    ("dropout", "dout * mask", "dout * mask * param[\"p\"]", "dx", "mistake.mask_not_scaled.title"),
    ("dropout", "dout * mask if", "dout if", "dx", "mistake.mask_forgotten.title"),
    ("softmax", "dscores / n", "dscores", "dx", "mistake.images_summed.title"),
    ("softmax", "-log_p[np.arange(n), y].mean()", "-log_p[np.arange(n), y].sum()", "loss", "own.factor.count"),
    ("softmax", "-log_p[np.arange(n), y].mean()", "log_p[np.arange(n), y].mean()", "loss", "own.factor.minus"),
    ("softmax", "    dscores[np.arange(n), y] -= 1\n", "", "dx", "judge.slip.target_not_subtracted"),
    ("relu", "dx[x <= 0] = 0", "dx *= np.sign(x)", "dx", "judge.slip.sign_for_gate"),
    ("sigmoid", "np.exp(-x)", "np.exp(-dout)", "dx", "judge.slip.slope_of_gradient"),
    ("tanh", "np.tanh(x)", "np.tanh(dout)", "dx", "judge.slip.slope_of_gradient"),
    ("dense", "dout.sum(axis=0)", "dout[0]", "db", "judge.slip.first_image_only"),
    ("dense", "x.reshape(len(x), -1).T.dot(dout)", "np.outer(x[0], dout[0])", "dw", "judge.slip.first_image_only"),
    ("conv", "], dw, db", "], dw, dout[0].sum(axis=(1, 2))", "db", "judge.slip.first_image_only"),
    ("conv", "dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]", "dxp[:, :, 2 * pad :, 2 * pad :]", "dx", "judge.slip.cut_at_corner"),
    ("max", "window.argmax()", "np.abs(window).argmax()", "dx", "judge.slip.largest_by_size"),
    ("max", "dout[n, c, i, j]", "dout[n, c, 0, 0]", "dx", "judge.slip.first_place_always"),
    ("max", "dout[n, c, i, j]", "dout[n, c, i, j] * window.max()", "dx", "judge.slip.value_too"),
    ("batchnorm", "dvar * 2 * (x - mean) / n", "dvar * 2 * (x - mean) / (n - 1)", "dx", "judge.slip.one_less"),
    ("softmax", "-= 1", "+= 1", "dx", "judge.slip.target_added"),
    ("softmax", "dscores / n", "dscores / scores.shape[1]", "dx", "judge.slip.classes_for_images"),
    ("softmax", "-log_p[np.arange(n), y].mean()", "-np.log(1 - np.exp(log_p))[np.arange(n), y].mean()", "loss", "judge.slip.of_the_others"),
    ("softmax", "-log_p[np.arange(n), y].mean()", "-np.exp(log_p)[np.arange(n), y].mean()", "loss", "judge.slip.log_forgotten"),
    ("conv", "dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]", "dxp[:, :, pad - 1 : pad - 1 + x.shape[2], pad - 1 : pad - 1 + x.shape[3]]", "dx", ""),
    ("conv", "], dw, db", "], dw, db / n", "db", "own.factor.per_count"),
    ("dense", "dout.sum(axis=0)", "dout.sum(axis=0, keepdims=True)", "db", ""),  # as not summed where there is one image
    ("avg", "(k * across)", "(dout.shape[2] * dout.shape[3])", "dx", "judge.slip.outputs_for_window"),  # twice or four times k² in some
    ("batchnorm", "** -1.5", "** -2", "dx", "judge.slip.power_of_deviation"),
    ("softmax", "dscores[np.arange(n), y] -= 1", "dscores[:, y] -= 1", "dx", "judge.slip.subtracted_everywhere"),
    ("softmax", "np.exp(shifted).sum(axis=1, keepdims=True)", "np.exp(shifted).sum()", "loss", "judge.slip.over_everything"),
    ("softmax", "np.exp(shifted).sum(axis=1, keepdims=True)", "np.exp(shifted).sum(axis=0)", "loss", "judge.slip.over_images"),
]

DEEPLEARNING_AI = [
    ("dense", "dZ.sum(axis=1, keepdims=True)", "dZ.sum(axis=0, keepdims=True)", "db", "judge.slip.sum_over_units"),
    ("avg", " / f**2", " / (dA.shape[1] * dA.shape[2])", "dx", "judge.slip.outputs_for_window"),
    ("dense", "@ A_prev.T / m", "@ A_prev.T", "dw", "own.factor.count"),
    ("dense", "@ A_prev.T / m", "@ A_prev.T / A_prev.shape[0]", "dw", "judge.slip.features_for_images"),
    ("dense", "keepdims=True", "keepdims=False", "db", ""),
    ("conv", "dA_pad[at] +=", "dA_pad[at] =", "dx", "mistake.overlap_assigned.title"),
    ("conv", "dW[..., c] +=", "dW[..., c] =", "dw", "mistake.last_place_only.title"),
    ("conv", "[:, pad : pad + A_prev.shape[1], pad : pad + A_prev.shape[2]]", "", "dx", "judge.slip.zeros_not_cut_off"),
    ("conv", "hparameters[\"stride\"], hparameters[\"pad\"]", "1, hparameters[\"pad\"]", "dx", "mistake.stride_forgotten.title"),
    ("max", "shares * dA", "dA", "dx", "mistake.max_gradient_to_all.title"),
    ("avg", " / f**2", "", "dx", "mistake.pool_mean_forgotten.title"),
    ("avg", "dA_prev[at] +=", "dA_prev[at] =", "dx", "mistake.overlap_assigned.title"),
]


IN_COLUMNS = [
    ("dout.transpose(1, 2, 3, 0).reshape", "dout.reshape", "dx", "judge.slip.not_transposed_first"),
    ("dout.transpose(1, 2, 3, 0).reshape", "dout.transpose(1, 0, 2, 3).reshape", "dx", "judge.slip.images_before_places"),
    ("np.add.at(dxp, at, back)", "dxp[at] += back", "dx", "mistake.overlap_assigned.title"),
]
"""Those of a convolution by im2col, which has no loops."""


def with_mistake(function: Callable[..., Any], right: str, wrong: str) -> Callable[..., Any]:
    """A function with one thing written in another way."""
    text = inspect.getsource(function)
    assert text.count(right) == 1, (right, text.count(right))
    return _run(text.replace(right, wrong), function)


def slipped_everywhere(function: Callable[..., Any], right: str, wrong: str) -> Callable[..., Any]:
    """A function with one name in place of another."""
    return _run(re.sub(rf"\b{right}\b", wrong, inspect.getsource(function)), function)


def _run(text: str, function: Callable[..., Any]) -> Callable[..., Any]:
    result: dict[str, Any] = {}
    exec(text, vars(students), result)
    return result[function.__name__]
