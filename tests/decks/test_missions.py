"""Missions: none is reached at its start, each by one change, and none by a change of what it keeps; a mistake is named."""

import numpy as np
import pytest

from cnnviz.core.setup.presets import PRESETS
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import run_updates
from cnnviz.data.images import find_image, load_image
from cnnviz.decks.missions import blind, find, missions
from cnnviz.decks.scope import query_of, setup_of
from cnnviz.pages.address import resolve
from cnnviz.pages.step.missions import with_mission
from cnnviz.words import DEFAULT, languages

SOLUTIONS = {
    "silent": {"w": "zeros"},
    "sure": {"lr": "0.1", "k": "20"},
    "blind": {"f": "sobel-y"},
    "overshoot": {"lr": "3", "k": "1"},
}


def setup_with(mission, change):
    return setup_of("&".join(f"{key}={value}" for key, value in (query_of(mission.at) | change).items()))


@pytest.mark.parametrize("mission", missions(), ids=lambda one: one.id)
def test_a_mission_has_words_in_english_at_least_and_something_to_do(mission):
    for text in (mission.title, mission.hint, mission.done):
        assert {DEFAULT} <= set(text.by_language) <= set(languages()) and all(text.by_language.values())
    start = setup_of(mission.at)
    assert mission.changed_keys(start) == ()
    if mission.blind:
        return
    assert not mission.is_reached(start)
    solved = setup_with(mission, SOLUTIONS[mission.id])
    assert mission.is_reached(solved) and "{" not in str(mission.success_text(solved))
    assert not mission.is_reached(setup_with(mission, SOLUTIONS[mission.id] | {"img": "test-7", "y": "1,0"}))


def snapshot_of(setup):
    return run_updates(setup, load_image(find_image(setup.img).pixels, setup.ch, setup.scale), setup.k)


@pytest.mark.parametrize("query", [{}, *(preset.query for preset in PRESETS[1:4])], ids=str)
def test_a_mistake_without_its_name_is_recognised_and_no_other_is(query):
    setup = Setup.parse_query(query)[0]
    snapshot = snapshot_of(setup)
    seen = set()
    for case in range(12):
        result = blind(setup, snapshot, case)
        verdicts = {address: result.check_choice(address, snapshot) for address in result.choices}
        right = {address for address, (is_it, _) in verdicts.items() if is_it}
        assert right and len(right) < len(verdicts)
        seen |= right
        for is_it, message in verdicts.values():
            assert str(message)
            if not is_it:
                assert not np.isclose(message.values["made"], message.values["here"], rtol=1e-9, atol=0)
        assert result.check_choice("nothing@dz1", snapshot) is None
    assert len(seen) > 3


def test_the_number_of_a_case_means_the_same_mistake_for_ever():
    setup = Setup()
    snapshot = snapshot_of(setup)
    cases = [blind(setup, snapshot, case) for case in range(5)]
    right = [next(one for one in result.choices if result.check_choice(one, snapshot)[0]) for result in cases]
    assert right == [
        "output_sigmoid_forgotten@dz2", "output_sigmoid_forgotten@dz2", "kernel_gradient_flipped@df", "weights_updated_first@da1", "mean_forgotten@do",
    ]  # fmt: skip


def test_under_a_mission_the_page_says_whether_it_is_reached():
    now, data = with_mission(resolve({"mission": "silent", "w": "zeros"}))
    assert data["now"]["met"] and "zero" in str(data["now"]["said"][0])
    _, data = with_mission(resolve({"mission": "silent", "w": "zeros", "ch": "green"}))
    assert not data["now"]["met"] and "Channel" in str(data["now"]["said"][0])
    now, data = with_mission(resolve({"mission": "unheard-of"}))
    assert data["now"] is None
    now, data = with_mission(resolve({"mission": "culprit", "case": "x", "named": "y"}))
    assert data["now"]["case"] == 0 and data["now"]["named"] == "" and not data["now"]["met"]
    exact = snapshot_of(now.setup).gradients
    assert any(not np.array_equal(now.snapshot.gradients[name], exact[name]) for name in exact)
    assert find("culprit").key == ""


def test_the_mistake_is_worked_out_once_for_all_stages_of_a_lesson(monkeypatch):
    here, _ = with_mission(resolve({"mission": "culprit", "case": "5", "stage": "do"}))
    monkeypatch.setattr("cnnviz.pages.step.missions.blind", lambda *_: pytest.fail("it was worked out again"))
    there, _ = with_mission(resolve({"mission": "culprit", "case": "5", "stage": "df"}))
    assert all(np.array_equal(here.snapshot.gradients[name], there.snapshot.gradients[name]) for name in here.snapshot.gradients)
