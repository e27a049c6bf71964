"""Both versions of the teaching notebook's algorithm, line for line as they stand there.

Changed only so that a test can look inside: they also return what they worked out on the way, and
the class reads its own image where the notebook's reads the global `img` (the same array there).
"""

import numpy as np


def convolution(img, kernel, stride):
    padding = 0
    n, m = img.shape
    k = kernel.shape[0]
    dim_out_1 = int((n - k + 2 * padding) / stride + 1)
    dim_out_2 = int((m - k + 2 * padding) / stride + 1)
    image_out = np.zeros((dim_out_1, dim_out_2))
    for i in range(n - k):
        for j in range(m - k):
            image_bloc = img[i : i + k, j : j + k]
            matrix_product = np.multiply(image_bloc, kernel)
            image_out[i, j] = np.sum(matrix_product)
    return image_out


def sigmoid(x):
    sigmoid = 1 / (1 + np.exp(-x))
    return sigmoid


def forward_backward_propagation(img, kernel, stride, y, learning_rate=0.01):
    n, m = img.shape
    W = np.zeros((n, m))
    conv_matrix = convolution(img, kernel, stride)
    conv_matrix += convolution(img, kernel, stride)
    sigmoid_result = sigmoid(conv_matrix)
    n, m = sigmoid_result.shape
    sigmoid_flatten = sigmoid_result.flatten()
    sigmoid_result_bais = np.concatenate((sigmoid_flatten, np.array([1])), axis=None)
    sigmoid_result_resize = np.resize(sigmoid_result_bais, (1, len(sigmoid_result_bais)))
    W = np.zeros((sigmoid_result_resize.shape[1], 2))
    output_fd = sigmoid(np.matmul(sigmoid_result_resize, W))

    error = np.square(y - output_fd) / 2
    deriv_output = -(y - output_fd)
    deriv_Z2 = output_fd * (1 - output_fd)
    deriv_W = sigmoid_result_resize
    grad_w = np.dot(deriv_W.T, (deriv_output * deriv_Z2))
    W -= learning_rate * grad_w
    grad_f = np.dot(W[:-1, :], (deriv_output * output_fd * (1 - output_fd)).T) * np.dot(
        sigmoid_result_resize, (1 - sigmoid_result_resize).T
    )
    grad_f = np.reshape(grad_f, (n, n))
    new_values = np.zeros(kernel.shape)  # kept for the test
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            new_value = (img[i : i + stride, j : j + stride] * grad_f).sum()
            new_values[i, j] = new_value
            kernel[i, j] -= learning_rate * new_value

    return output_fd, dict(z1=conv_matrix, a1=sigmoid_result, dW=grad_w, dz1=grad_f, df=new_values, W=W, error=error)


class forward_propagation:  # noqa: N801, the notebook's name
    def __init__(self, img, kernel, stride, learning_rate=0.01, dim_output=2):
        self.img = img
        self.W = np.zeros((np.square(img.shape[0] - kernel.shape[0] + 1) + 1, dim_output))
        self.kernel = kernel
        self.learning_rate = learning_rate
        self.stride = stride
        self.dim_output = dim_output

    def convolution(self):
        self.padding = 0
        n, m = self.img.shape
        k = self.kernel.shape[0]
        dim_out_1 = int((n - k + 2 * self.padding) / self.stride + 1)
        dim_out_2 = int((m - k + 2 * self.padding) / self.stride + 1)
        image_out = np.zeros((dim_out_1, dim_out_2))
        for i in range(n - k):
            for j in range(m - k):
                image_bloc = self.img[i : i + k, j : j + k]
                matrix_product = np.multiply(image_bloc, self.kernel)
                image_out[i, j] = np.sum(matrix_product)
        return image_out

    def forward_propagation(self):
        conv_matrix = self.convolution()
        sigmoid_result = sigmoid(conv_matrix)
        n, m = sigmoid_result.shape
        sigmoid_flatten = sigmoid_result.flatten()
        sigmoid_result_bais = np.concatenate((sigmoid_flatten, np.array([1])), axis=None)
        sigmoid_result_resize = np.resize(sigmoid_result_bais, (1, len(sigmoid_result_bais)))
        output_fd = sigmoid(np.matmul(sigmoid_result_resize, self.W))
        return output_fd, sigmoid_result_resize

    def backward_propagation(self, y):
        output_fd, sigmoid_result_resize = self.forward_propagation()
        error = np.square(y - output_fd) / self.dim_output
        deriv_output = -(y - output_fd)
        deriv_Z2 = output_fd * (1 - output_fd)
        deriv_W = sigmoid_result_resize
        grad_w = np.dot(deriv_W.T, (deriv_output * deriv_Z2))
        self.W -= self.learning_rate * grad_w
        grad_f = np.dot(self.W[:-1, :], (deriv_output * output_fd * (1 - output_fd)).T) * np.dot(
            sigmoid_result_resize, (1 - sigmoid_result_resize).T
        )
        grad_f = np.reshape(grad_f, (int(np.sqrt(grad_f.shape[0])), int(np.sqrt(grad_f.shape[0]))))
        new_values = np.zeros(self.kernel.shape)  # kept for the test
        for i in range(self.kernel.shape[0]):
            for j in range(self.kernel.shape[1]):
                new_value = (self.img[i : i + self.stride, j : j + self.stride] * grad_f).sum()
                new_values[i, j] = int(new_value)
                self.kernel[i, j] -= self.learning_rate * int(new_value)

        self.seen = dict(dW=grad_w, dz1=grad_f, df=new_values, W=self.W, error=error)  # kept for the test
        return self.kernel
