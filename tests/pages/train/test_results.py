"""The words and pictures beside a training: true of its reports, and settings that any address may hold."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz import Lesson
from cnnviz.core.image_ids import CLASSES, DIGITS
from cnnviz.core.network import DEFAULT
from cnnviz.core.recent import Recent
from cnnviz.core.training import Progress, Training
from cnnviz.core.values import Params
from cnnviz.data.training_data import training_data
from cnnviz.hosts.streamlit.training import open_in_step as results
from cnnviz.pages.encoding import encode
from cnnviz.pages.train.training import starting, trainer
from cnnviz.pages.train.training.form import form
from cnnviz.pages.train.training.report import SHOWN, of_epoch, outcome_at, preview
from cnnviz.pages.train.training.report import report as told
from cnnviz.pages.train.training.settings import MAX_BATCH, MAX_EPOCHS, MAX_RATE, Settings
from cnnviz.pages.train.training.trainer import Job, Trainer
from cnnviz.pages.train.training.verdicts import beside_guessing, stuck
from tests.pages.running import decode, handed_all, now, run
from tests.pages.train.test_trainer import until

PARAMS = Params(np.eye(3), np.zeros((900, 2)), np.zeros(2))
REPORT = Progress(40, 80, 1, PARAMS, 0.2, 0.6, 0.25, 0.5, 0.1, 0.1)


def report(**changes) -> Progress:
    return dataclasses.replace(REPORT, **changes)


SETTINGS = st.builds(
    Settings,
    st.sampled_from([CLASSES, DIGITS]).flatmap(lambda names: st.lists(st.sampled_from(names), min_size=2, max_size=10, unique=True)).map(tuple),
    st.integers(1, MAX_EPOCHS),
    st.integers(1, MAX_BATCH),
    st.floats(0, MAX_RATE),
    st.integers(0, 999_999_999),
    st.sampled_from(["gd", "momentum", "adam"]),
    st.sampled_from(["float64", "float32"]),
    st.sampled_from(["", "rgb", "gray"]),
    st.sampled_from(["", "conv4x3b-relu-gap-softmax-ce"]),
)


@given(SETTINGS)
def test_settings_go_through_the_address_and_back(settings):
    assert Settings.read(settings.to_text()) == (settings, None)


@given(st.text(max_size=40) | st.lists(st.sampled_from([*CLASSES, "1", "nan", "-3", "1e9"]), min_size=5, max_size=7).map(",".join))
def test_any_text_gives_settings_and_a_sentence_where_it_is_none(text):
    settings, wrong = Settings.read(text)
    assert wrong is None or (settings == Settings() and str(wrong).endswith("is shown."))
    assert Settings.read(settings.to_text()) == (settings, None)


@pytest.mark.parametrize(
    "reports, settings, words",
    [
        ([report(step=0), REPORT], Training(), ""),
        ([report(step=0), report(saturated_outputs=1.0, accuracy=1.0)], Training(), ""),  # learned by heart: no fault
        ([report(step=0), report(saturated_outputs=1.0)], Training(), "many on the wrong side"),
        ([report(step=0), report(saturated=1.0)], Training(), "Try a smaller learning rate"),
        ([report(step=0, saturated=0.95), report(saturated=1.0)], Training(), "Try a smaller kernel"),
        ([report(step=0, saturated=1.0), report(saturated=1.0)], Training(scale="raw"), "Try pixels 0 … 1"),
    ],
)
def test_what_keeps_a_training_from_learning_is_named(reports, settings, words):
    found = stuck(reports, settings)
    assert words in str(found) if words else found is None


def test_what_is_told_of_changes_at_an_epochs_end_and_at_the_training_s_end():
    reports = [report(step=step, epoch=epoch) for step, epoch in ((0, 0), (30, 0), (60, 1), (90, 1), (120, 2), (150, 2))]
    assert [of_epoch(reports[:n], True) for n in range(1, 7)] == [0, 0, 2, 2, 4, 4]
    assert of_epoch(reports, False) == 5


@pytest.mark.parametrize(("accuracy", "images", "words"), [(1.0, 4, "too few"), (0.56, 2000, "Better than guessing"), (0.51, 2000, "luck")])
def test_an_accuracy_stands_beside_guessing(accuracy, images, words):
    assert words in str(beside_guessing(accuracy, images))


def test_a_training_that_is_done_is_kept_for_those_who_open_its_link(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(trainer, "_done", Recent(2))

    def job(epochs: int = 3, channel: str = "red") -> Job:
        return Job(Training(epochs=epochs, reports=3), training_data(), channel)

    first = Trainer(job())
    until(first, "done")
    assert trainer.done(job()) is first
    assert trainer.done(job(epochs=4)) is None and trainer.done(job(channel="blue")) is None
    _, arrays = told(first)
    assert arrays["tile0"].shape[:2] == (2, len(first.reports)) == (2, 4)  # the film of the first filter
    assert (arrays["tile0"][1, 0] == 128).all()  # no change at the start
    for epochs in (4, 5):
        until(Trainer(job(epochs)), "done")
    assert trainer.done(job()) is None


def test_what_a_training_starts_from_is_named_and_can_be_had_again():
    lesson = Lesson(img="test-2", k=9, rule="one_pixel", f="blur", seed=4, lr=0.3)
    job = Job(Training(lesson.f, "normal", 4, stride=2), training_data(("frog", "ship")), "red")
    start = starting.start_of(job, lesson)
    assert (start.img, start.lr, start.stride, start.f, start.seed, start.k) == ("test-2", 0.3, 2, lesson.f, 4, 0)
    assert starting.start_of(job, start) == start
    assert "w is drawn from a normal distribution, seed 4" in str(starting.job_words(job))
    assert "The rule is exact here" in _start(lesson, job.settings)
    assert "trained w is not used" in _start(Lesson(w="held-0123456789abcdef"), job.settings)


def _start(lesson: Lesson, training: Training) -> str:
    return " ".join(map(str, starting.start_words(lesson, training)))


@pytest.mark.parametrize(
    ("net", "settings"),
    [
        (DEFAULT, Settings(epochs=2)),
        (DEFAULT, Settings(("airplane", "ship", "frog"), epochs=1, ch="rgb")),
        ("conv3x5b-relu-max2-dense7-relu-dense2-softmax-ce", Settings(("3", "5", "8"), 1, 64, 0.01, 3, "adam", "float32", "gray")),
        ("dense3-mse", Settings(epochs=1, net="conv2x3-tanh-gap-sigmoid-bce", opt="momentum")),
    ],
)
def test_what_was_trained_opens_in_step_with_the_same_outputs(net, settings, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    lesson = Lesson.read({"net": net})[0]
    trainer_ = Trainer(starting.job_of(lesson, settings))
    until(trainer_, "done")
    held_out, names = trainer_.job.data.held_out, trainer_.job.data.names
    assert names == settings.classes
    expected = outcome_at(trainer_, len(trainer_.reports) - 1)
    header, arrays = decode(encode(*told(trainer_)))
    np.testing.assert_array_equal(arrays["confusion"].sum(axis=1), np.bincount(held_out.labels))
    assert header["title"].startswith(f"{int(np.trace(arrays['confusion']))} of {len(held_out)} new images")
    shown = [image for group in header["groups"] for image in group["images"]]
    assert len(arrays["images"]) == len(shown) <= 3 * SHOWN
    for image, pixels in zip(shown, arrays["images"], strict=True):
        index = int(image["key"])
        np.testing.assert_array_equal(pixels, held_out.images[index])
        assert image["label"] == held_out.labels[index] and image["said"] == expected.o[index].argmax()
        assert {n for n, _ in image["outputs"]} >= {image["label"], image["said"]}
        assert [value for _, value in image["outputs"]] == [expected.o[index][n] for n, _ in image["outputs"]]
    for index in (0, len(held_out) - 1):
        query = {key: text for key, text in results.opened(trainer_, held_out.ids[index], names[held_out.labels[index]]).items() if text}
        there, wrong = Lesson.understand(query)
        assert not wrong and there.output_names == names
        np.testing.assert_array_equal(there.y, held_out.targets[index])
        np.testing.assert_allclose(now(there).moment.trace.o, expected.o[index], atol=1e-12 if settings.dtype == "float64" else 1e-5)
    assert starting.start_of(trainer_.job, starting.start_of(trainer_.job, lesson)) == starting.start_of(trainer_.job, lesson)


@pytest.mark.parametrize("query", [{}, {"net": "conv4x3-relu-max2-dense10-softmax-ce", "ch": "rgb"}, {"img": "digit7-3", "net": "dense10-softmax-ce"}, {"net": "dense3-mse"}])
def test_the_form_proposes_what_fits_the_lesson(query, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    test = run("train", query)
    assert not test.exception
    header, _ = handed_all(test)[-1]
    lesson, asked = Lesson.read(query)[0], Settings.of(Lesson.read(query)[0])
    assert header["form"]["text"] == asked.to_text() and not header["form"]["wrong"] and "train" in header["can"]
    assert len(header["form"]["classes"]) == len(lesson.y)
    assert Settings.read(asked.to_text()) == (asked, None)


@given(SETTINGS)
def test_a_form_says_its_settings_as_the_address_has_them(settings):
    """The browser writes them as `text` does, from the form's classes and values."""
    told = form(settings, "", None, (), "")
    values = told["values"]
    usual = {"opt": "gd", "dtype": "float64", "ch": "", "net": ""}
    words = [*told["classes"], *(values[name] for name in ("epochs", "batch", "rate", "seed")), *(values[name] for name in usual if values[name] != usual[name])]
    assert ",".join(words) == told["text"]
    assert all(values[name] in dict(told["choices"][name]) for name in usual)


def test_a_form_lists_the_layers_that_learn():
    lesson, settings = Lesson(), Settings(("3", "8"), net="conv4x3b-relu-max2-dense5-softmax-ce", ch="gray")
    job = starting.job_of(lesson, settings)
    told = form(settings, "", job, (), "")
    assert [[word for _, word in line["kinds"]] for line in told["layers"]] == [["conv4x3b", "relu", "max2"], ["dense2", "softmax"]]
    assert [tuple(line["shape"]) for line in told["layers"]] == [(4, 13, 13), (2,)]
    assert told["learn"].values["n"] == 4 * 9 + 4 + 4 * 13 * 13 * 2 + 2


@pytest.mark.parametrize("settings", [Settings(), Settings(("3", "5", "8"), net="conv4x3b-relu-gap-softmax-ce", ch="gray")])
def test_before_a_training_stands_what_it_will_learn_from(settings, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    job = starting.job_of(Lesson(), settings)
    header, arrays = decode(encode(*preview(job)))
    assert [group["title"] for group in header["groups"]] == list(settings.classes)
    labels = [image["label"] for group in header["groups"] for image in group["images"]]
    assert len(arrays["images"]) == len(labels) and not any(image["key"] for group in header["groups"] for image in group["images"])
    learn = job.data.train
    for pixels, label in zip(arrays["images"], labels, strict=True):
        assert any((pixels == learn.images[i]).all() for i in np.flatnonzero(learn.labels == label))
