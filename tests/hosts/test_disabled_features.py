"""What an administrator switches off is done for nobody, and said where it is asked for."""

import pytest

from cnnviz.data import cifar10
from cnnviz.data.disabled_features import SETTING, parse_disabled_kinds
from cnnviz.hosts.streamlit.serve import serve
from cnnviz.tensorflow_check import tensorflow_process
from cnnviz.words import Problem
from tests.pages.running import handed_all, run, shown


def test_tensorflow_that_is_switched_off_is_never_started(monkeypatch):
    monkeypatch.setenv(SETTING, "tensorflow")
    monkeypatch.setattr(tensorflow_process, "state", lambda: pytest.fail("it was started"))
    header, _ = shown("check", {"tf": "1"})
    third = header["check"]["third"]
    assert "is disabled on this server" in third["words"] and third["good"] is None


def test_training_and_the_full_set_that_are_switched_off_are_not_offered(monkeypatch):
    monkeypatch.setenv(SETTING, "training cifar10")
    monkeypatch.setattr(cifar10.LOADER, "start", lambda: pytest.fail("it was started"))
    monkeypatch.setattr(cifar10.keras_cache, "extracted_folder", lambda: "there")
    test = run("train", {})
    header, _ = handed_all(test)[-1]
    assert "Training on images is disabled" in header["notice"]
    assert header["form"] is None and not header["can"]
    monkeypatch.setenv(SETTING, "cifar10")
    assert not run("train", {}).exception


def test_a_word_that_switches_nothing_off_is_refused_at_the_start(monkeypatch):
    with pytest.raises(Problem, match="'tensorflw' is not one of tensorflow, cifar10"):
        parse_disabled_kinds("training tensorflw")
    monkeypatch.setenv(SETTING, "everything")
    with pytest.raises(Problem, match="everything"):
        serve({})
