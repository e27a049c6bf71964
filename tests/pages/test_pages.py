"""Every page runs for any address: no exception, the setup in the component, sentences for what was wrong."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnviz import Setup
from cnnviz.pages.registry import page_keys, pages
from tests.pages.networks import SETUPS
from tests.pages.running import handed, run, shown

KEYS = [*Setup().to_query(), *page_keys()]
PATHS = [page.path for page in pages()]


@pytest.mark.parametrize("name", PATHS)
def test_a_page_shows_the_lesson_of_its_address(name):
    setup = Setup(img="test-3", k=2, lr=0.1, stage="z1")
    header, _ = shown(name, setup.to_query())
    expected = setup.to_query() | {"stage": header["lesson"]["stage"]}  # which the component looks for itself
    assert {key: header["lesson"][key] for key in expected} == expected
    assert header["wrong"] == {}
    test = run(name, setup.to_query())
    head, arrays = handed(test)
    assert not test.exception and (head["page"], head["stage"], head["wrong"]) == (name, "z1", {}) and not arrays


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("setup", SETUPS, ids=lambda setup: setup.net)
def test_every_page_shows_any_network(name, setup):
    header, arrays = shown(name, setup.to_query())
    assert header["wrong"] == {} and arrays


@pytest.mark.parametrize("name", PATHS)
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(KEYS), st.text(max_size=20), min_size=1))
def test_nonsense_in_the_address_gives_sentences_and_never_an_exception(name, query):
    query.pop("tf", None)  # it would start TensorFlow
    test = run(name, query)
    assert not test.exception
    wrong = handed(test)[0]["wrong"] | shown(name, query)[0]["wrong"]
    assert all(sentence.endswith(".") and "Traceback" not in sentence for sentence in wrong.values())


def test_how_one_cannot_look_at_it_is_said_by_the_page():
    head, _ = handed(run("", {"view": "cinema", "cell": "z9:1,1", "stage": "z7", "k": "1"}))
    assert {"view", "cell", "stage"} == head["wrong"].keys()
    assert "cinema" in head["wrong"]["view"] and head["stage"] == "df"


def test_parameters_that_are_not_held_give_a_sentence():
    header, _ = shown("", {"w": "held-0123456789abcdef"})
    assert "no longer stores these" in header["wrong"]["w"]
    assert header["lesson"]["w"] == "held-0123456789abcdef"  # another server may know it, or this one when it is trained again


def test_an_image_that_is_not_there_keeps_the_lesson(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    header, _ = shown("", {"img": "train-777", "k": "2"})
    assert "train-777" in header["wrong"]["img"]
    assert (header["lesson"]["img"], header["lesson"]["k"]) == ("test-0", "2")
