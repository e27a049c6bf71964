"""Slips in the backward pass of a batch norm, of which three paths lead back to x."""

import numpy as np

from cnnviz.judge.case import Array
from cnnviz.judge.slips.table import line, slip


@slip("variance_path_forgotten", "batchnorm", "dx", "{dx} = (dhat - dhat.mean(0)) / sigma")
def variance_path_forgotten(dhat: Array, by_mean: Array, sigma: Array) -> Array:
    return (dhat - by_mean) / sigma


@slip("variance_for_deviation", "batchnorm", "dx", "{dx} = (dhat - dhat.mean(0) - hat * (dhat * hat).mean(0)) / var")
def variance_for_deviation(exact: Array, sigma: Array) -> Array:
    return exact / sigma


@slip("deviation_forgotten", "batchnorm", "dx", "{dx} = dhat - dhat.mean(0) - hat * (dhat * hat).mean(0)")
def deviation_forgotten(exact: Array, sigma: Array) -> Array:
    return exact * sigma


@slip("sums_for_means", "batchnorm", "dx", "{dx} = (dhat - dhat.sum(0) - hat * (dhat * hat).sum(0)) / sigma")
def sums_for_means(dhat: Array, by_mean: Array, by_variance: Array, sigma: Array, count: Array) -> Array:
    return (dhat - count * by_mean - count * by_variance) / sigma


@slip("sums_for_means", "batchnorm", "dx", "{dx} = (dhat - dhat.sum(0) - hat * (dhat * hat).mean(0)) / sigma")
def sum_for_mean_path(dhat: Array, by_mean: Array, by_variance: Array, sigma: Array, count: Array) -> Array:
    return (dhat - count * by_mean - by_variance) / sigma


@slip("sums_for_means", "batchnorm", "dx", "{dx} = (dhat - dhat.mean(0) - hat * (dhat * hat).sum(0)) / sigma")
def sum_for_variance_path(dhat: Array, by_mean: Array, by_variance: Array, sigma: Array, count: Array) -> Array:
    return (dhat - by_mean - count * by_variance) / sigma


@slip("half_forgotten", "batchnorm", "dx", "dvar = (dhat * (x - mean)).sum(0) * -sigma**-3", "dvar = (dhat * (x - mean)).sum(0) * -0.5 * sigma**-3")
def half_forgotten(dhat: Array, by_mean: Array, by_variance: Array, sigma: Array) -> Array:
    return (dhat - by_mean - 2 * by_variance) / sigma


@slip("power_of_deviation", "batchnorm", "dx", "dvar = (dhat * (x - mean)).sum(0) * -0.5 * sigma**-1", "dvar = (dhat * (x - mean)).sum(0) * -0.5 * sigma**-3")
def power_of_deviation(dhat: Array, by_mean: Array, by_variance: Array, sigma: Array) -> Array:
    return (dhat - by_mean - by_variance * sigma**2) / sigma


@slip("power_of_deviation", "batchnorm", "dx", "dvar = (dhat * (x - mean)).sum(0) * -0.5 * sigma**-4", "dvar = (dhat * (x - mean)).sum(0) * -0.5 * sigma**-3")
def variance_for_deviation_in_path(dhat: Array, by_mean: Array, by_variance: Array, sigma: Array) -> Array:
    return (dhat - by_mean - by_variance / sigma) / sigma


@slip("mean_path_sign", "batchnorm", "dx", "{dx} = (dhat + dhat.mean(0) - hat * (dhat * hat).mean(0)) / sigma")
def mean_path_sign(dhat: Array, by_mean: Array, by_variance: Array, sigma: Array) -> Array:
    return (dhat + by_mean - by_variance) / sigma


@slip("variance_path_halved", "batchnorm", "dx", "dvar path: (x - mean) / N", "dvar path: 2 * (x - mean) / N")
def variance_path_halved(dhat: Array, by_mean: Array, by_variance: Array, sigma: Array) -> Array:
    return (dhat - by_mean - by_variance / 2) / sigma


@slip("variance_path_sign", "batchnorm", "dx", "{dx} = (dhat - dhat.mean(0) + hat * (dhat * hat).mean(0)) / sigma")
def variance_path_sign(dhat: Array, by_mean: Array, by_variance: Array, sigma: Array) -> Array:
    return (dhat - by_mean + by_variance) / sigma


@slip("not_normalised", "batchnorm", "dgamma", "{dgamma} = ({dout} * {x}).sum(0)")
def not_normalised(dout: Array, x: Array, over: Array) -> Array:
    return (dout * x).sum(axis=tuple(over))


@slip("not_divided", "batchnorm", "dgamma", "{dgamma} = ({dout} * ({x} - mean)).sum(0)")
def not_divided(exact: Array, sigma: Array) -> Array:
    return exact * sigma.reshape(exact.shape)


@slip("output_for_hat", "batchnorm", "dgamma", "{dgamma} = ({dout} * {out}).sum(0)")
def output_for_hat(dout: Array, out: Array, over: Array) -> Array:
    return (dout * out).sum(axis=tuple(over))


@slip("gradient_left_out", "batchnorm", "dgamma", "{dgamma} = hat.sum(0)")
def dgamma_without_gradient(hat: Array, over: Array) -> Array:
    return hat.sum(axis=tuple(over))


@slip("gain_in_gradient", "batchnorm", "dgamma", "{dgamma} = (dhat * hat).sum(0)")
def gain_in_dgamma(dhat: Array, hat: Array, over: Array) -> Array:
    return (dhat * hat).sum(axis=tuple(over))


@slip("gain_in_gradient", "batchnorm", "dbeta", "{dbeta} = dhat.sum(0)")
def gain_in_dbeta(dhat: Array, over: Array) -> Array:
    return dhat.sum(axis=tuple(over))


line("not_summed_over_images", "batchnorm", "dgamma", "{dgamma} = {dout} * hat")
line("not_summed_over_images", "batchnorm", "dbeta", "{dbeta} = {dout}")
line("sum_over_units", "batchnorm", "dbeta", "{dbeta} = {dout}.sum(axis=1)")


@slip("bias_axis", "batchnorm", "dbeta", "{dbeta} = {dout}.sum()")
def dbeta_of_all(exact: Array) -> Array:
    return np.full_like(exact, exact.sum())


@slip("not_divided", "batchnorm", "dx", "{dx} = (dhat - dhat.mean(0) - ({x} - mean) * (dhat * hat).mean(0)) / sigma")
def variance_path_not_divided(dhat: Array, by_mean: Array, by_variance: Array, sigma: Array) -> Array:
    return (dhat - by_mean - by_variance * sigma) / sigma


@slip("one_less", "batchnorm", "dx", "{dx} = (dhat - dhat.mean(0) - hat * (dhat * hat).sum(0) / (N - 1)) / sigma")
def one_less(dhat: Array, by_mean: Array, by_variance: Array, sigma: Array, count: Array) -> Array:
    return (dhat - by_mean - by_variance * count / (count - 1)) / sigma
