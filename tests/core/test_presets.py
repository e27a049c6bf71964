"""Every preset is a network that fits the image and the limits, and has words."""

import pytest

from cnnviz import Lesson
from cnnviz.core.presets import PRESETS


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_is_a_lesson_and_says_where_it_comes_from(preset):
    lesson, wrong = Lesson.from_query({key: text for key, text in preset.query.items() if text})
    assert not wrong
    assert str(lesson.network) == preset.net
    lesson.network.check(lesson.x_shape)
    assert str(preset.label) and str(preset.source).endswith(".")


def test_no_two_presets_are_the_same():
    assert len({preset.name for preset in PRESETS}) == len({tuple(preset.query.items()) for preset in PRESETS}) == len(PRESETS)
