"""The computed test images."""

import numpy as np
import pytest

from cnnviz.core.network.notebook_ops import conv2d
from cnnviz.core.setup.image_ids import PATTERNS
from cnnviz.data.patterns import pattern


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_that_a_lesson_can_name_is_a_gray_image_with_contrast(name):
    pixels = pattern(name)
    assert pixels.shape == (32, 32, 3) and pixels.dtype == np.uint8
    assert (pixels == pixels[..., :1]).all()
    assert (pixels.min(), pixels.max()) == (0, 255)


def test_an_unknown_pattern_is_refused_by_name():
    with pytest.raises(ValueError, match="pattern: 'stripes' is none of edges"):
        pattern("stripes")


def test_the_dot_shows_the_kernel_turned_around():
    f = np.arange(9.0).reshape(3, 3)
    z1 = conv2d(pattern("dot")[..., 0] / 255, f)
    assert (z1[14:17, 14:17] == f[::-1, ::-1]).all()
    assert z1.sum() == f.sum()


def test_the_gradient_is_a_straight_line_but_for_rounding():
    row = pattern("gradient")[0, :, 0].astype(int)
    assert abs(row - np.linspace(0, 255, 32)).max() <= 0.5
    assert (pattern("gradient")[..., 0] == row).all()


def test_the_checkerboard_has_squares_of_four():
    board = pattern("checkerboard")[..., 0]
    assert (board[:28] == 255 - board[4:]).all() and (board[:, :28] == 255 - board[:, 4:]).all()
    assert (board[:4, :4] == board[0, 0]).all()


def test_the_edges_answer_to_kernels_of_both_directions():
    edges = pattern("edges")[..., 0] / 255
    sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    upright, level = edges[:16, :16], edges[:16, 16:]
    assert conv2d(upright, sobel).any() and not conv2d(upright, sobel.T).any()
    assert conv2d(level, sobel.T).any() and not conv2d(level, sobel).any()
    for slanting in (edges[16:, :16], edges[16:, 16:]):
        assert conv2d(slanting, sobel).any() and conv2d(slanting, sobel.T).any()
