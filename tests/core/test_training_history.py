"""The history of a training: ends of epochs are kept whole, as many as fit, and those that are shown are exact."""

import itertools

import numpy as np
import pytest

from cnnviz.core.training import training
from cnnviz.core.training.evaluation import evaluate
from cnnviz.core.training.training import Training, train
from cnnviz.core.training.training_history import MOST_SHOWN, History, shown_rows
from tests.core.test_training import colours, halves

TRAINING = Training(net="dense3-softmax-ce", epochs=12, reports=36, batch=20)


def history(most: int = 10**9) -> tuple[History, tuple]:
    X, Y, X_held, Y_held = halves(*colours())
    result = History(TRAINING, X_held, Y_held, most)
    for report in train(TRAINING, X, Y, X_held, Y_held):
        result.add(report)
    return result, (X_held, Y_held)


def test_an_epochs_end_is_what_its_parameters_make_of_the_images_bit_for_bit():
    created, held = history()
    assert [epoch.report.epoch for epoch in created.epochs] == list(range(13))
    for epoch in created.epochs:
        result = evaluate(TRAINING, epoch.report.params, *held)
        assert epoch.o.tobytes() == result.o.tobytes() and epoch.confusion.tolist() == result.confusion.tolist()
        assert (epoch.report.held_loss, epoch.report.held_accuracy) == (result.loss, result.accuracy)
        assert not any(array.flags.writeable for array in (epoch.o, epoch.confusion))
    assert not any(report.params for report in created.reports)


def test_at_an_epochs_end_all_images_are_measured_however_many_a_report_measures(monkeypatch):
    monkeypatch.setattr(training, "MEASURED", 5)
    created, held = history()
    for epoch in created.epochs:
        result = evaluate(TRAINING, epoch.report.params, *held)
        assert (epoch.report.held_loss, epoch.report.held_accuracy) == (result.loss, result.accuracy)


def test_before_the_first_update_the_answers_are_those_of_epoch_0():
    result, (X_held, Y_held) = history()
    untrained, first = History(TRAINING, X_held, Y_held).untrained_results(), result.epochs[0]
    assert untrained.o.tobytes() == first.o.tobytes() and untrained.confusion.tolist() == first.confusion.tolist()
    assert (untrained.report.epoch, untrained.report.held_accuracy) == (0, first.report.held_accuracy)


@pytest.mark.parametrize("kept", [2, 3, 5, 8, 13])
def test_as_many_epochs_are_kept_as_fit_with_the_first_and_the_last(kept):
    whole, _ = history()
    most = kept * whole.epochs[0].nbytes
    result, _ = history(most=most)
    epochs = [epoch.report.epoch for epoch in result.epochs]
    assert epochs[0] == 0 and epochs[-1] == 12
    assert sum(epoch.nbytes for epoch in result.epochs) <= most
    assert len({b - a for a, b in itertools.pairwise(epochs[:-1])}) <= 1, "evenly spread"
    by_epoch = {epoch.report.epoch: epoch for epoch in whole.epochs}
    assert all(epoch.o.tobytes() == by_epoch[epoch.report.epoch].o.tobytes() for epoch in result.epochs)


def test_of_many_images_the_first_of_each_class_are_shown():
    labels = np.random.default_rng(0).permutation(np.arange(2000) % 7)
    rows = shown_rows(labels, 7)
    assert len(rows) == 7 * (MOST_SHOWN // 7) and (np.diff(rows) > 0).all()
    for n in range(7):
        assert rows[labels[rows] == n].tolist() == np.flatnonzero(labels == n)[: MOST_SHOWN // 7].tolist()


def test_an_end_of_an_epoch_without_numbers_has_no_answers_that_could_be_right():
    X, Y, X_held, Y_held = halves(*colours())
    settings = Training(net="conv1x3-dense8-dense3-mse", epochs=60, reports=60, batch=2, learning_rate=100.0)
    result = History(settings, X_held, Y_held)
    for report in train(settings, X, Y, X_held, Y_held):
        result.add(report)
    assert result.reports[-1].diverged and result.reports[-1].epoch > result.epochs[-1].report.epoch
    assert all(np.isfinite(epoch.o).all() for epoch in result.epochs)
