"""The words and pictures beside a training: true of its reports, and settings that any address may hold."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz import Setup
from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.network import DEFAULT
from cnnviz.core.runtime.lru_cache import LruCache
from cnnviz.core.setup.image_ids import CLASSES, DIGITS
from cnnviz.core.training.evaluation import accuracy_range, evaluate
from cnnviz.core.training.training import Progress, Training
from cnnviz.data.training_data import training_data
from cnnviz.hosts.streamlit.training.watch import epoch_query
from cnnviz.pages.encoding import encode
from cnnviz.pages.train.training import report as results
from cnnviz.pages.train.training import starting, trainer
from cnnviz.pages.train.training.form import form
from cnnviz.pages.train.training.report import (
    AT_A_TIME,
    _confusion_sentence,
    compare_with_guessing,
    preview,
    stuck_reason,
)
from cnnviz.pages.train.training.report import report as told
from cnnviz.pages.train.training.settings import MAX_BATCH, MAX_EPOCHS, MAX_RATE, Settings
from cnnviz.pages.train.training.test_images import images_of
from cnnviz.pages.train.training.trainer import Job, Trainer
from cnnviz.words import message
from tests.pages.running import decode, handed_all, now, run, shown
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
    assert wrong is None or (settings == Settings() and " is not a valid training setting; using " in str(wrong))
    assert Settings.read(settings.to_text()) == (settings, None)


def test_which_classes_are_mixed_up_is_said_of_three_and_not_of_two():
    assert _confusion_sentence(np.array([[3, 4], [5, 6]]), ("cat", "dog")) == "" == _confusion_sentence(np.diag([3, 4, 5]), ("cat", "dog", "frog"))
    assert str(_confusion_sentence(np.array([[3, 4, 0], [5, 6, 1], [1, 0, 2]]), ("cat", "dog", "frog"))) == "9 of 11 errors confuse cat and dog."


@pytest.mark.parametrize(
    "reports, settings, words",
    [
        ([report(step=0), REPORT], Training(), ""),
        ([report(step=0), report(saturated_outputs=1.0, accuracy=1.0)], Training(), ""),  # learned by heart: no fault
        ([report(step=0), report(saturated_outputs=1.0)], Training(), "outputs are saturated, many of them wrong"),
        ([report(step=0), report(saturated=1.0)], Training(), "Try a smaller learning rate"),
        ([report(step=0), report(loss=float("nan"), saturated=1.0)], Training(), "diverged at update"),
        ([report(step=0, saturated=0.95), report(saturated=1.0)], Training(), "Try a smaller kernel"),
        ([report(step=0, saturated=1.0), report(saturated=1.0)], Training(scale="raw"), "Try pixels 0 … 1"),
    ],
)
def test_what_keeps_a_training_from_learning_is_named(reports, settings, words):
    result = stuck_reason(reports, settings)
    assert words in str(result) if words else result is None


@pytest.mark.parametrize(("accuracy", "images", "words"), [(1.0, 4, "too few"), (0.56, 2000, "Guessing scores 50%"), (0.51, 2000, "luck"), (0.4, 2000, "scores better")])
def test_an_accuracy_stands_beside_guessing(accuracy, images, words):
    assert words in str(compare_with_guessing(accuracy, images))


def test_a_training_that_is_done_is_kept_for_those_who_open_its_link(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(trainer, "_done", LruCache(2))

    def job(epochs: int = 3, channel: str = "red") -> Job:
        return Job(Training(epochs=epochs, reports=3), training_data(), channel)

    first = Trainer(job())
    until(first, "done")
    assert trainer.completed_trainer(job()) is first
    assert trainer.completed_trainer(job(epochs=4)) is None and trainer.completed_trainer(job(channel="blue")) is None
    _, arrays = told(first)
    assert arrays["tile0"].shape[:2] == (2, len(first.reports)) == (2, 4)  # the film of the first filter
    assert (arrays["tile0"][1, 0] == 128).all()  # no change at the start
    for epochs in (4, 5):
        until(Trainer(job(epochs)), "done")
    assert trainer.completed_trainer(job()) is None


def test_what_a_training_starts_from_is_named_and_can_be_had_again():
    setup = Setup(img="test-2", k=9, rule="one_pixel", f="blur", seed=4, lr=0.3)
    job = Job(Training(setup.f, "normal", 4, stride=2), training_data(("frog", "ship")), "red")
    start = starting.start_of(job, setup)
    assert (start.img, start.lr, start.stride, start.f, start.seed, start.k) == ("test-2", 0.3, 2, setup.f, 4, 0)
    assert starting.start_of(job, start) == start
    assert "normal initialization, seed 4" in str(starting.job_words(job))
    assert "The rule is exact here" in _start(setup, job.settings)
    assert "not its w" in _start(Setup(w="held-0123456789abcdef"), job.settings)


def _start(setup: Setup, training: Training) -> str:
    return " ".join(map(str, starting.start_words(setup, training)))


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
    setup = Setup.read({"net": net})[0]
    trainer_ = Trainer(starting.job_of(setup, settings))
    until(trainer_, "done")
    held_out, names = trainer_.job.data.held_out, trainer_.job.data.names
    assert names == settings.classes
    held_out, names = trainer_.job.data.held_out, trainer_.job.data.names
    assert names == settings.classes
    header, arrays = decode(encode(*told(trainer_)))
    epochs = trainer_.history.epochs
    assert arrays["at"].tolist() == arrays["crowd_at"].tolist() == list(range(settings.epochs + 1))
    for place, epoch in enumerate(epochs):
        params, images = epoch.report.params, held_out.pixels(trainer_.job.channel)
        expected = evaluate(trainer_.job.settings, params, images, held_out.targets)
        np.testing.assert_array_equal(arrays["o"][place], expected.o)
        np.testing.assert_array_equal(arrays["confusion"][place], expected.confusion)
        assert arrays["held_accuracy"][place] == expected.accuracy and arrays["held_loss"][place] == expected.loss
        assert (arrays["low"][place], arrays["high"][place]) == accuracy_range(expected.accuracy, len(held_out))
    assert header["ids"] == held_out.ids and header["held"] == header["shown"] == len(held_out)
    np.testing.assert_array_equal(arrays["labels"], held_out.labels)
    for row, epoch in ((0, epochs[-1]), (len(held_out) - 1, epochs[0])):
        query = {key: text for key, text in epoch_query(trainer_.job, row, epoch).items() if text}
        there, wrong = Setup.parse_query(query)
        assert not wrong and there.output_names == names
        np.testing.assert_array_equal(there.y, held_out.targets[row])
        np.testing.assert_allclose(now(there).snapshot.trace.o, epoch.o[row], atol=1e-12 if settings.dtype == "float64" else 1e-5)
        learned = shown("", query)[0]["learned"]
        said = str(message("web.status.learned", images=len(trainer_.job.data.train), n=settings.epochs))
        assert learned == (said if epoch.report.epoch else "not trained yet")
    assert starting.start_of(trainer_.job, starting.start_of(trainer_.job, setup)) == starting.start_of(trainer_.job, setup)


def test_while_it_trains_the_last_epochs_are_sent_and_in_the_end_all(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    trainer_ = Trainer(starting.job_of(Setup(), Settings(("3", "8"), epochs=AT_A_TIME + 4, ch="gray", net="dense2-softmax-ce")))
    until(trainer_, "done")
    whole = told(trainer_)[1]
    monkeypatch.setattr(Trainer, "active", True)
    part = told(trainer_)[1]
    assert whole["crowd_at"].tolist() == whole["at"].tolist() == part["at"].tolist()
    assert part["crowd_at"].tolist() == whole["at"].tolist()[-AT_A_TIME:]
    for name in ("o", "confusion"):
        np.testing.assert_array_equal(part[name], whole[name][-AT_A_TIME:])


@pytest.mark.parametrize("epochs", [1, 7, 12, 60, 61, 200])
def test_every_epoch_ends_with_a_report(epochs):
    settings = starting.job_of(Setup(), Settings(("3", "8"), epochs=epochs, ch="gray", net="dense2-softmax-ce")).settings
    assert settings.reports % epochs == 0 and settings.reports >= starting.REPORTS


@pytest.mark.parametrize("query", [{}, {"net": "conv4x3-relu-max2-dense10-softmax-ce", "ch": "rgb"}, {"img": "digit7-3", "net": "dense10-softmax-ce"}, {"net": "dense3-mse"}])
def test_the_form_proposes_what_fits_the_lesson(query, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    test = run("train", query)
    assert not test.exception
    header, _ = handed_all(test)[-1]
    setup, asked = Setup.read(query)[0], Settings.for_setup(Setup.read(query)[0])
    assert header["form"]["text"] == asked.to_text() and not header["form"]["wrong"] and "train" in header["can"]
    assert len(header["form"]["classes"]) == (len(setup.y) if query else 4)
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
    setup, settings = Setup(), Settings(("3", "8"), net="conv4x3b-relu-max2-dense5-softmax-ce", ch="gray")
    job = starting.job_of(setup, settings)
    told = form(settings, "", job, (), "")
    assert [[word for _, word in line["kinds"]] for line in told["layers"]] == [["conv4x3b", "relu", "max2"], ["dense2", "softmax"]]
    assert [tuple(line["shape"]) for line in told["layers"]] == [(4, 13, 13), (2,)]
    assert told["learn"].values["n"] == 4 * 9 + 4 + 4 * 13 * 13 * 2 + 2


@pytest.mark.parametrize("settings", [Settings(), Settings(("3", "5", "8"), net="conv4x3b-relu-gap-softmax-ce", ch="gray")])
def test_before_a_training_stands_what_it_will_learn_from(settings, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    job = starting.job_of(Setup(), settings)
    header, arrays = decode(encode(*preview(job)))
    assert header["names"] == list(settings.classes) and header["job"] == ""
    learn, held_out = job.data.train, job.data.held_out
    untrained = evaluate(job.settings, job.settings.start(held_out.pixels(job.channel).shape[1:]), held_out.pixels(job.channel), held_out.targets)
    assert arrays["at"].tolist() == arrays["crowd_at"].tolist() == [0] and arrays["held_accuracy"].tolist() == [untrained.accuracy]
    np.testing.assert_array_equal(arrays["confusion"][0], untrained.confusion)
    assert header["guessed_loss"] == pytest.approx(0.25 if job.settings.net.endswith("mse") else np.log(len(settings.classes)))
    _, pictures = decode(images_of(header["images"]))
    np.testing.assert_array_equal(pictures["held"], held_out.images)
    assert [*pictures] == ["held"] and not {*held_out.ids} & {*learn.ids}


def test_a_network_that_is_slow_shows_no_answers_before_its_training(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(results, "QUICK", 0)
    _, arrays = decode(encode(*preview(starting.job_of(Setup(), Settings()))))
    assert not len(arrays["at"]) and len(arrays["labels"])
