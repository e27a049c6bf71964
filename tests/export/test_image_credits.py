"""Exports that contain an image's pixels name the authors of its collection."""

import pytest

from cnnviz import Setup
from cnnviz.export.exercise import exercise_notebook, exercise_script
from cnnviz.export.frameworks import keras_script, pytorch_script
from cnnviz.export.hand_sheet import hand_sheet
from cnnviz.export.numpy_script import jupyter_notebook, numpy_script
from tests.pages.running import now


@pytest.mark.parametrize("img, credit", [("digit7-3", "MNIST by Yann LeCun"), ("small7-3", "CC BY-SA 3.0"), ("cat-3", "CIFAR-10 by Alex"), ("pattern-dot", "")])
def test_whatever_contains_an_images_pixels_names_its_authors(img, credit):
    setup = Setup(img=img)
    here = now(setup)
    pixels, snapshot = here.image.pixels, here.snapshot
    scripts = [script(setup, pixels) for script in (numpy_script, keras_script, pytorch_script, jupyter_notebook)]
    texts = [*scripts, exercise_script(setup, pixels, snapshot), exercise_notebook(setup, pixels, snapshot), hand_sheet(setup, snapshot, here.image.words)]
    for text in texts:
        assert credit in text and ("MNIST" in text) == img.startswith(("digit", "small")) and ("CIFAR" in text) == img.startswith("cat")
