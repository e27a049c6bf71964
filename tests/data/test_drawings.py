"""Drawn digits: scaled and centred like MNIST's, and read again from their ids."""

import numpy as np
import pytest

from cnnviz.core.setup.setup import Setup
from cnnviz.data.bundled_images import load_bundled
from cnnviz.data.drawings import BOX, SIDE, centre, read_drawing
from cnnviz.data.images import ImageUnavailable, find_image, load_image
from cnnviz.hosts.dialogs.answers import answer
from cnnviz.words import Problem


def strokes(top: int, left: int, height: int, width: int) -> np.ndarray:
    """An L of that size at that place."""
    ink = np.zeros((SIDE, SIDE), np.uint8)
    ink[top : top + height, left : left + 2] = ink[top + height - 2 : top + height, left : left + width] = 255
    return ink


@pytest.mark.parametrize("where", [(0, 0, 28, 20), (20, 22, 8, 6), (3, 10, 12, 4), (2, 1, 6, 26)])
def test_a_drawing_of_any_size_and_place_is_prepared_as_mnists_digits_are(where):
    page = centre(strokes(*where))
    rows, columns = np.nonzero(page)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == BOX
    mass = page.astype(float)
    middle = [(mass.sum(axis=1 - axis) * (np.arange(SIDE) + 0.5)).sum() / mass.sum() for axis in (0, 1)]
    assert np.abs(np.array(middle) - SIDE / 2).max() <= 0.5


def test_the_bundled_digits_are_prepared_so_themselves():
    digits = load_bundled("digits").train.images[::97, ..., 0].astype(float)
    for digit in digits:
        rows, columns = np.nonzero(digit)
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == BOX
        middle = [(digit.sum(axis=1 - axis) * (np.arange(SIDE) + 0.5)).sum() / digit.sum() for axis in (0, 1)]
        assert np.abs(np.array(middle) - SIDE / 2).max() <= 1


def test_a_drawing_travels_in_its_id_as_an_image_of_28_by_28():
    ink = strokes(4, 5, 18, 12)
    img = read_drawing(ink.tobytes())
    image = find_image(img)
    assert image.pixels.shape == (28, 28, 3) and (image.pixels[..., 0] == centre(ink)).all() and image.label is None
    assert str(image.message) == "your drawing" and len(img) < 1200
    setup, wrong = Setup.from_query({"img": img, "net": "conv8x3-max2-dense10-softmax-ce", "classes": "0,1,2,3,4,5,6,7,8,9", "y": "0,1,0,0,0,0,0,0,0,0"})
    assert not wrong and setup.x_shape == (28, 28) == load_image(setup.img).shape
    assert Setup.from_query(setup.to_query()) == (setup, [])


@pytest.mark.parametrize("content", [b"", b"\xff" * 783, b"\xff" * 785])
def test_data_of_another_size_is_refused(content):
    with pytest.raises(Problem, match="damaged"):
        read_drawing(content)


def test_changed_and_empty_drawings_get_a_sentence():
    img = read_drawing(strokes(4, 5, 18, 12).tobytes())
    for changed in (img[:-9], "drawing-abc", img.replace("drawing", "upload")):
        with pytest.raises(ImageUnavailable, match="Upload it again"):
            find_image(changed)
    assert answer("drawing", {}, bytes(784)).status == 422
    reply = answer("drawing", {}, strokes(4, 5, 18, 12).tobytes())
    assert reply.status == 200 and img in reply.body.decode()
