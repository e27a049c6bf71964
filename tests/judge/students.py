"""Backward functions as students write them, in loops, by the signatures of two courses: right ones, written apart from the core."""

import numpy as np

# ---- CS231n


def relu(dout, x):
    dx = dout.copy()
    dx[x <= 0] = 0
    return dx


def relu_in_place(dout, x):
    dout[x < 0] = 0
    return dout


def sigmoid(dout, x):
    s = 1 / (1 + np.exp(-x))
    return dout * s * (1 - s)


def tanh(dout, x):
    return dout * (1 - np.tanh(x) ** 2)


def dense(dout, cache):
    x, w, _ = cache
    return dout.dot(w.T).reshape(x.shape), x.reshape(len(x), -1).T.dot(dout), dout.sum(axis=0)


def conv(dout, cache):
    x, w, b, param = cache
    stride, pad = param["stride"], param["pad"]
    n, f, rows, columns = dout.shape
    height, width = w.shape[2:]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp, dw, db = np.zeros_like(xp), np.zeros_like(w), np.zeros_like(b)
    for image in range(n):
        for m in range(f):
            for i in range(rows):
                for j in range(columns):
                    at = slice(i * stride, i * stride + height), slice(j * stride, j * stride + width)
                    dxp[image, :, at[0], at[1]] += w[m] * dout[image, m, i, j]
                    dw[m] += xp[image, :, at[0], at[1]] * dout[image, m, i, j]
                    db[m] += dout[image, m, i, j]
    return dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, db


def conv_in_columns(dout, cache):
    x, w, _, param = cache
    stride, pad = param["stride"], param["pad"]
    (n, f, rows, columns), (channels, k, across) = dout.shape, w.shape[1:]
    u, v = np.tile(np.repeat(np.arange(k), across), channels), np.tile(np.arange(across), k * channels)
    i, j = stride * np.repeat(np.arange(rows), columns), stride * np.tile(np.arange(columns), rows)
    at = slice(None), np.repeat(np.arange(channels), k * across)[:, None], u[:, None] + i, v[:, None] + j
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    taken, given = xp[at].transpose(1, 2, 0).reshape(len(u), -1), dout.transpose(1, 2, 3, 0).reshape(f, -1)
    dxp, back = np.zeros_like(xp), (w.reshape(f, -1).T @ given).reshape(len(u), -1, n).transpose(2, 0, 1)
    np.add.at(dxp, at, back)
    return dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], (given @ taken.T).reshape(w.shape), dout.sum(axis=(0, 2, 3))


def max_pool(dout, cache):
    x, param = cache
    k, across, stride = param["pool_height"], param["pool_width"], param["stride"]
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        window = x[n, c, i * stride : i * stride + k, j * stride : j * stride + across]
        u, v = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, i * stride + u, j * stride + v] += dout[n, c, i, j]
    return dx


def average_pool(dout, cache):
    x, param = cache
    k, across, stride = param["pool_height"], param["pool_width"], param["stride"]
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        dx[n, c, i * stride : i * stride + k, j * stride : j * stride + across] += dout[n, c, i, j] / (k * across)
    return dx


def batchnorm_forward(x, gamma, beta, bn_param):
    eps = bn_param.get("eps", 1e-5)
    mean, var = x.mean(axis=0), x.var(axis=0)
    hat = (x - mean) / np.sqrt(var + eps)
    return gamma * hat + beta, (x, hat, mean, var, gamma, eps)


def batchnorm(dout, cache):
    x, hat, mean, var, gamma, eps = cache
    n, dhat = len(x), dout * gamma
    dvar = (dhat * (x - mean) * -0.5 * (var + eps) ** -1.5).sum(axis=0)
    dmean = -(dhat / np.sqrt(var + eps)).sum(axis=0) + dvar * (-2 * (x - mean)).mean(axis=0)
    dx = dhat / np.sqrt(var + eps) + dvar * 2 * (x - mean) / n + dmean / n
    return dx, (dout * hat).sum(axis=0), dout.sum(axis=0)


def dropout_forward(x, param):
    p = param["p"]
    mask = (np.random.default_rng(5).random(x.shape) < p) / p
    return x * mask, (param, mask)


def dropout(dout, cache):
    param, mask = cache
    return dout * mask if param["mode"] == "train" else dout


def softmax(scores, y):
    n = len(y)
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dscores = np.exp(log_p)
    dscores[np.arange(n), y] -= 1
    return -log_p[np.arange(n), y].mean(), dscores / n


CS231N = {
    "relu": relu, "sigmoid": sigmoid, "tanh": tanh, "dense": dense, "conv": conv, "max": max_pool, "avg": average_pool,
    "batchnorm": batchnorm, "dropout": dropout, "softmax": softmax,
}  # fmt: skip
FORWARD = {"batchnorm": batchnorm_forward, "dropout": dropout_forward}

# ---- deeplearning.ai


def linear(dZ, cache):
    A_prev, W, _ = cache
    m = A_prev.shape[1]
    return W.T @ dZ, dZ @ A_prev.T / m, dZ.sum(axis=1, keepdims=True) / m


def conv_backward(dZ, cache):
    A_prev, W, b, hparameters = cache
    stride, pad = hparameters["stride"], hparameters["pad"]
    f = W.shape[0]
    dW, db = np.zeros(W.shape), np.zeros(b.shape)
    around = ((0, 0), (pad, pad), (pad, pad), (0, 0))
    A_pad, dA_pad = np.pad(A_prev, around), np.pad(np.zeros(A_prev.shape), around)
    for i, h, w, c in np.ndindex(dZ.shape):
        at = i, slice(h * stride, h * stride + f), slice(w * stride, w * stride + f)
        dA_pad[at] += W[..., c] * dZ[i, h, w, c]
        dW[..., c] += A_pad[at] * dZ[i, h, w, c]
        db[..., c] += dZ[i, h, w, c]
    return dA_pad[:, pad : pad + A_prev.shape[1], pad : pad + A_prev.shape[2]], dW, db


def pool_backward(dA, cache, mode="max"):
    A_prev, hparameters = cache
    f, stride = hparameters["f"], hparameters["stride"]
    dA_prev = np.zeros(A_prev.shape)
    for i, h, w, c in np.ndindex(dA.shape):
        at = i, slice(h * stride, h * stride + f), slice(w * stride, w * stride + f), c
        shares = A_prev[at] == A_prev[at].max() if mode == "max" else np.ones((f, f)) / f**2
        dA_prev[at] += shares * dA[i, h, w, c]
    return dA_prev


DEEPLEARNING_AI = {
    "relu": relu, "sigmoid": sigmoid, "tanh": tanh, "dense": linear, "conv": conv_backward, "max": pool_backward, "avg": pool_backward,
}  # fmt: skip
