"""Layer classes as people write them from scratch: in other layouts, with gradients in other places."""

import numpy as np


class Conv3x3:
    """Of one image without channels, which learns in its backward pass and hands nothing back."""

    def __init__(self, count):
        self.filters = np.random.randn(count, 3, 3) / 9

    def forward(self, image):
        self.image = image
        rows, columns = image.shape
        return np.array([[(image[i : i + 3, j : j + 3] * self.filters).sum(axis=(1, 2)) for j in range(columns - 2)] for i in range(rows - 2)])

    def backprop(self, d_out, learn_rate):
        gradient = np.zeros(self.filters.shape)
        for i, j, f in np.ndindex(d_out.shape):
            gradient[f] += d_out[i, j, f] * self.image[i : i + 3, j : j + 3]
        self.filters -= learn_rate * gradient


class ConvLast:
    """Channels last, with parameters and gradients in dictionaries, made at the first forward pass."""

    def __init__(self, filters, k, stride=1, pad=0):
        self.filters, self.k, self.stride, self.pad, self.params, self.grads = filters, k, stride, pad, {}, {}

    def forward(self, x, training=False):
        if not self.params:
            self.params = {"W": np.random.randn(self.k, self.k, x.shape[3], self.filters), "b": np.zeros((1, 1, 1, self.filters))}
        p, k, s = self.pad, self.k, self.stride
        self.x = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
        self.shape = x.shape
        rows, columns = ((n - k) // s + 1 for n in self.x.shape[1:3])
        windows = [[self.x[:, i * s : i * s + k, j * s : j * s + k] for j in range(columns)] for i in range(rows)]
        out = np.array([[np.tensordot(window, self.params["W"], 3) for window in row] for row in windows])
        return out.transpose(2, 0, 1, 3) + self.params["b"]

    def backward(self, dout):
        k, s, p = self.k, self.stride, self.pad
        dx, dw = np.zeros_like(self.x), np.zeros_like(self.params["W"])
        for n, i, j, f in np.ndindex(dout.shape):
            at = n, slice(i * s, i * s + k), slice(j * s, j * s + k)
            dx[at] += self.params["W"][..., f] * dout[n, i, j, f]
            dw[..., f] += self.x[at] * dout[n, i, j, f]
        self.grads = {"W": dw, "b": dout.sum(axis=(0, 1, 2), keepdims=True)}
        return dx[:, p : p + self.shape[1], p : p + self.shape[2]]


class ConvOfPlaces:
    """Of one image, with a bias for each place."""

    def __init__(self, input_shape, kernel_size, depth):
        channels, height, width = input_shape
        self.kernels = np.random.randn(depth, channels, kernel_size, kernel_size)
        self.biases = np.random.randn(depth, height - kernel_size + 1, width - kernel_size + 1)

    def forward(self, x):
        self.x = x
        windows = np.lib.stride_tricks.sliding_window_view(x, self.kernels.shape[2:], axis=(1, 2))
        return self.biases + np.einsum("cijuv,mcuv->mij", windows, self.kernels)

    def backward(self, gradient, learning_rate):
        dx, k = np.zeros(self.x.shape), self.kernels.shape[2]
        for m, i, j in np.ndindex(gradient.shape):
            dx[:, i : i + k, j : j + k] += self.kernels[m] * gradient[m, i, j]
        windows = np.lib.stride_tricks.sliding_window_view(self.x, gradient.shape[1:], axis=(1, 2))
        self.kernels -= learning_rate * np.einsum("cuvij,mij->mcuv", windows, gradient)
        self.biases -= learning_rate * gradient
        return dx


class Columns:
    """A dense layer with examples in columns, means over them, and a method that learns."""

    def __init__(self, inputs, units):
        self.W, self.b = np.random.randn(units, inputs), np.zeros((units, 1))

    def forward(self, x):
        self.x = x
        return self.W @ x + self.b

    def backward(self, dz):
        self.dW, self.db = dz @ self.x.T / dz.shape[1], dz.mean(axis=1, keepdims=True)
        return self.W.T @ dz

    def update(self, rate):
        self.W = self.W - rate * self.dW
        self.b = self.b - rate * self.db


class ConvOfPlacesLast(ConvOfPlaces):
    """The same, channels last."""

    def __init__(self, input_shape, kernel_size, depth):
        super().__init__(input_shape, kernel_size, depth)
        self.biases = self.biases.transpose(1, 2, 0).copy()

    def forward(self, x):
        self.x = x.transpose(2, 0, 1)
        windows = np.lib.stride_tricks.sliding_window_view(self.x, self.kernels.shape[2:], axis=(1, 2))
        return self.biases + np.einsum("cijuv,mcuv->ijm", windows, self.kernels)

    def backward(self, gradient, learning_rate):
        biases, self.biases = self.biases, 0
        dx = super().backward(gradient.transpose(2, 0, 1), learning_rate)
        self.biases = biases - learning_rate * gradient
        return dx.transpose(1, 2, 0)


class Lists:
    """A dense layer that appends its gradients to lists, and whose methods have other names."""

    def __init__(self, inputs, units):
        self.K, self.B, self.weight_gradients, self.bias_gradients = np.random.randn(inputs, units), np.random.randn(units), [], []

    def forward_propagate(self, x):
        self.x = x
        return x @ self.K + self.B

    def backpropagate(self, dout):
        self.weight_gradients.append(self.x.T @ dout)
        self.bias_gradients.append(dout.sum(axis=0))
        return dout @ self.K.T


class MaxPool:
    """Of one image, channels last."""

    def __init__(self, k, stride):
        self.k, self.stride = k, stride

    def forward(self, x):
        self.x, k, s = x, self.k, self.stride
        rows, columns = ((n - k) // s + 1 for n in x.shape[:2])
        return np.array([[x[i * s : i * s + k, j * s : j * s + k].max(axis=(0, 1)) for j in range(columns)] for i in range(rows)])

    def backward(self, dout):
        dx, k, s = np.zeros_like(self.x), self.k, self.stride
        for i, j, c in np.ndindex(dout.shape):
            window = self.x[i * s : i * s + k, j * s : j * s + k, c]
            dx[i * s : i * s + k, j * s : j * s + k, c] += dout[i, j, c] * (window == window.max())
        return dx


class ReLU:
    def forward(self, x):
        self.x = x
        return np.maximum(0, x)

    def backward(self, dout):
        return dout * (self.x > 0)


class InPlaceReLU(ReLU):
    def backward(self, dout):
        dout[self.x <= 0] = 0
        return dout


class Dropout:
    """With an unscaled mask and outputs in an attribute."""

    def __init__(self, rate=0.3):
        self.rate = rate

    def forward_pass(self, inputs, training):
        self.mask = np.random.default_rng(2).random(inputs.shape) > self.rate
        self.output = inputs * self.mask / (1 - self.rate)

    def backward_pass(self, dvalues):
        self.dinputs = dvalues * self.mask / (1 - self.rate)


class BatchNorm:
    """Over the places of maps, without eps."""

    def __init__(self, channels):
        self.gamma, self.beta = np.ones((1, channels, 1, 1)), np.zeros((1, channels, 1, 1))

    def forward(self, x):
        over = {"axis": (0, 2, 3), "keepdims": True}
        self.sigma = x.std(**over)
        self.hat = (x - x.mean(**over)) / self.sigma
        return self.gamma * self.hat + self.beta

    def backward(self, dout):
        over = {"axis": (0, 2, 3), "keepdims": True}
        self.dgamma, self.dbeta, dhat = (dout * self.hat).sum(**over), dout.sum(**over), dout * self.gamma
        return (dhat - dhat.mean(**over) - self.hat * (dhat * self.hat).mean(**over)) / self.sigma
