"""Questions on Learn: their maps are the core's numbers."""

import numpy as np

from cnnviz.decks.library import SETTING, bundled_lessons
from cnnviz.decks.plates import cells, plates
from cnnviz.decks.question import setup_at
from cnnviz.decks.scope import scope_of
from tests.pages.running import shown


def test_a_step_that_asks_nothing_shows_its_maps_and_needs_no_more_than_an_address(tmp_path, monkeypatch):
    corner_too = 'at = "stage=x"\nshow = ["x", { is = "x[:3, :3]", label = "its corner" }]'
    steps = ['at = "img=test-3&stage=z1"', 'at = "k=2&stage=df"\ntext = "`df` is {df[0, 0]:3}."\nnotes = "Wait."', corner_too]
    content = "".join(f"[[step]]\n{step}\n" for step in steps)
    (tmp_path / "told.toml").write_text(f'id = "told"\ntitle = "T"\ngoal = "see"\n{content}', "utf-8")
    monkeypatch.setenv(SETTING, str(tmp_path))
    first, second, third = (shown("learn", {"lesson": "told", "step": str(n)}) for n in (1, 2, 3))
    for header, _ in (first, second, third):
        step = header["learn"]["step"]
        assert step["kind"] == "" and not step["options"] and not any(plate["hidden"] for plate in step["plates"])
    assert (first[0]["lesson"]["img"], first[0]["lesson"]["stage"]) == ("test-3", "z1")
    assert [plate["symbol"] for plate in second[0]["learn"]["step"]["plates"]] == ["df"] and second[0]["lesson"]["k"] == "2"
    corner = third[0]["learn"]["step"]["plates"][1]
    assert (corner["symbol"], corner["like"]) == ("", "x")
    np.testing.assert_array_equal(third[1][corner["array"]], third[1]["x"].reshape(-1, *third[1]["x"].shape[-2:])[0, :3, :3])


def test_a_question_s_plates_are_the_core_s_numbers():
    for deck in bundled_lessons():
        for number, step in enumerate(deck.screens, 1):
            header, arrays = shown("learn", {"lesson": deck.id, "step": str(number)})
            here = scope_of(setup_at(step, {}))
            own = plates(step, here)
            assert len(own) == len(header["learn"]["step"]["plates"])
            for plate, sent in zip(own, header["learn"]["step"]["plates"], strict=True):
                if not sent["symbol"]:
                    np.testing.assert_array_equal(arrays[sent["array"]], plate.value)
                elif plate.value.size == 1:  # it stands there as a number, of all images too
                    np.testing.assert_allclose(arrays[sent["symbol"]].reshape(-1), plate.value.reshape(-1), rtol=1e-6)
                assert sent["hidden"] == plate.hidden
            if asked := header["learn"]["step"]["cells"]:
                part = tuple(slice(start, start + count) for start, count in zip(asked["start"], asked["count"], strict=True))
                array = arrays[asked["map"]]
                assert array.ndim >= len(part), (deck.id, number)
                wanted = here.arrays[asked["map"]][tuple(slice(one.start, one.stop) for one in cells(step, here)[1])]
                np.testing.assert_allclose(array[(..., *part)].reshape(-1), wanted.reshape(-1), rtol=1e-6)


def test_a_step_of_a_large_network_has_all_its_numbers_and_no_colours(tmp_path, monkeypatch):
    step = '[[step]]\nat = "img=digit7-3&net=conv32x5b-relu-conv32x5b-relu-max2-dense10-softmax-ce"\nshow = ["df2"]\n'
    (tmp_path / "large.toml").write_text(f'id = "large"\ntitle = "T"\ngoal = "see"\n{step}', "utf-8")
    monkeypatch.setenv(SETTING, str(tmp_path))
    header, arrays = shown("learn", {"lesson": "large"})
    assert [plate["symbol"] for plate in header["learn"]["step"]["plates"]] == ["df2"]
    assert {arrays[name].dtype.name for name in header["network"]["maps"]} == {"float64"}
