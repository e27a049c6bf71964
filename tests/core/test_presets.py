"""Every preset is a network that fits the image and the limits, and has words."""

import numpy as np
import pytest

from cnnviz import Setup
from cnnviz.core.setup.presets import PRESETS
from cnnviz.data.images import find_image


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_is_a_lesson_with_a_name_and_a_source(preset):
    setup, wrong = Setup.from_query({key: text for key, text in preset.query.items() if text})
    assert not wrong
    assert str(setup.network) == preset.net
    setup.network.check(setup.x_shape)
    assert str(preset.label) and preset.source


def test_each_opens_on_the_images_that_its_course_has_with_a_target_that_is_theirs():
    result = {preset.name: Setup.from_query({key: text for key, text in preset.query.items() if text})[0] for preset in PRESETS}
    assert {name for name, setup in result.items() if setup.x_shape == (28, 28)} == {
        "vzhou", "independent", "toolbox", "lenet", "scratch", "minitorch", "numpy_cnn", "keras", "tinygrad",
    }  # fmt: skip
    assert result["ml_from_scratch"].x_shape == (8, 8)
    for name, setup in result.items():
        outputs = np.array(setup.y)
        assert name == "seed" or setup.output_names[int(outputs.argmax())] == find_image(setup.img).label


def test_small_digits_are_means_of_the_digits_pixels():
    whole, small = (find_image(f"{kind}7-h3").pixels[..., 0] for kind in ("digit", "small"))
    assert small.shape == (8, 8) and small[3, 4] == np.round(whole[10:14, 14:18].mean())
    assert small[0, 0] == np.round(whole[:2, :2].sum() / 16)


def test_no_two_presets_are_the_same():
    assert len({preset.name for preset in PRESETS}) == len({tuple(preset.query.items()) for preset in PRESETS}) == len(PRESETS)
