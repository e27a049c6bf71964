"""`cnnviz.show(array)`: the page's colours, cell by cell, and a sentence for what is no heat map."""

import io

import numpy as np
import pytest
from PIL import Image

from cnnviz import show
from cnnviz.export.colour_scales import ramp
from cnnviz.words import Problem


def test_each_cell_has_the_colour_that_the_page_gives_it():
    array = np.array([[-2.0, 0.0, 2.0], [1.0, np.nan, -np.inf]])
    view = show(array)
    colours = ramp("signed", 255)
    result = np.asarray(Image.open(io.BytesIO(view.png())))
    assert result.shape == (2, 3, 3) and view.limit == 2.0
    assert [result[0, n].tolist() for n in range(3)] == [colours[n].tolist() for n in (0, 127, 254)]
    assert result[1, 1].tolist() == colours[127].tolist()
    assert "2 × 3" in view._repr_html_()


def test_its_words_are_in_the_readers_language_and_leave_out_what_is_no_number():
    array = [[-0.5, np.nan, np.inf]]
    assert "1 × 3, from −0.5 to ∞" in show(array)._repr_html_() and "1 × 3, de −0,5 à ∞" in show(array, "fr")._repr_html_()


@pytest.mark.parametrize("array", [[1, -1], np.zeros((3, 0, 2)).sum(axis=1), [[np.nan]], [True, False]])
def test_any_array_of_one_or_two_axes_is_shown(array):
    assert show(array)._repr_html_().startswith("<figure")


class Unready:
    """As a tensor that has no values yet."""

    def __array__(self, *_, **__):
        raise NotImplementedError


class Tensor:
    """As one of PyTorch that knows how it came about."""

    __array__ = Unready.__array__

    def detach(self):
        return self

    def cpu(self):
        return np.eye(2)


def test_a_tensor_is_shown_by_its_values():
    assert show(Tensor()).array.tolist() == [[1, 0], [0, 1]]


def test_the_largest_numbers_and_infinite_ones_have_the_last_colours():
    for most in (np.inf, np.finfo(float).max, 5e-324):
        result = np.asarray(Image.open(io.BytesIO(show([[-most, 0, most]]).png())))
        assert result.tolist() == [[colour.tolist() for colour in ramp("signed", 255)[[0, 127, 254]]]]


@pytest.mark.parametrize("shape, size", [((1, 1000), (320, 12)), ((1000, 1), (12, 320)), ((3, 2), (80, 120)), ((300, 320), (320, 300))])
def test_no_picture_is_too_thin_to_be_seen_or_too_long_to_be_looked_at(shape, size):
    assert "aspect-ratio: {} / {};".format(*size) in show(np.zeros(shape))._repr_html_()


@pytest.mark.parametrize("array", [3.0, np.zeros((2, 2, 2)), np.zeros((0, 2)), ["a"], [1j], np.zeros((2000, 1000)), object(), [[1], [1, 2]], Unready()])
def test_what_is_no_heat_map_gets_a_sentence(array):
    with pytest.raises(Problem, match="one or two axes and at most .* real numbers"):
        show(array)
