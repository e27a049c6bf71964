"""A training's states, waited for and never timed: its turn, pause, stop, the end, and a failure."""

import threading
import time

import pytest

from cnnviz.core.training.training import Training
from cnnviz.data.training_data import training_data
from cnnviz.pages.train.training import trainer as module
from cnnviz.pages.train.training.trainer import Job, Trainer

LONG = Training(epochs=1_000_000, reports=5_000)
"""Minutes, unless it is stopped; a report every few milliseconds."""
PATIENCE = 120
"""Seconds in which a state has to be there: several train at once, on a machine that may be busy."""


@pytest.fixture
def start(monkeypatch, tmp_path):
    """Starts trainings on the bundled images, with turns of their own; all of them end with the test."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(module, "TURNS", threading.BoundedSemaphore(module.AT_ONCE))
    monkeypatch.setattr(module, "PATIENCE", 10.0 * PATIENCE)  # they are looked at one after the other
    started = []

    def begin(settings: Training = LONG) -> Trainer:
        started.append(Trainer(Job(settings, training_data(), "gray")))
        return started[-1]

    yield begin
    for training in started:
        training.stop()
    for training in started:
        until(training, "stopped", "done", "left", "failed")


@pytest.fixture
def gate(monkeypatch):
    """Lets reports through one by one: `gate.release()`."""
    gate, train = threading.Semaphore(0), module.train

    def one_by_one(*arguments):
        for progress in train(*arguments):
            assert gate.acquire(timeout=PATIENCE)
            yield progress

    monkeypatch.setattr(module, "train", one_by_one)
    yield gate
    gate.release(1000)


def until(training: Trainer, *states: str, reports: int = 0) -> None:
    end = time.monotonic() + PATIENCE
    while training.state not in states or len(training.reports) < reports:
        training.poll()
        assert time.monotonic() < end, (training.state, len(training.reports))
        time.sleep(0.005)


def test_it_runs_to_its_end_and_keeps_every_report(start):
    training = start(Training(epochs=3, reports=3))
    until(training, "done")
    assert not training.active
    assert [report.epoch for report in training.reports] == [0, 1, 2, 3]
    assert training.poll() is training.reports[-1]


def test_a_pause_holds_still_and_goes_on_where_it_was(start, gate):
    training = start(Training(epochs=4, reports=4))
    gate.release()
    until(training, "running", reports=1)
    training.pause()
    gate.release(10)  # the report that was under way
    until(training, "paused", reports=2)
    assert training.active and len(training.reports) == 2
    training.resume()
    until(training, "done")
    assert [report.epoch for report in training.reports] == [0, 1, 2, 3, 4]


def test_those_that_pause_leave_their_turn_to_others(start):
    first = [start() for _ in range(module.AT_ONCE)]
    for training in first:
        until(training, "running", reports=1)
    other = start(Training(epochs=1, reports=1))
    until(other, "waiting")
    assert other.poll() is None
    for training in first:
        training.pause()
    until(other, "done")
    for training in first:
        until(training, "paused")


def test_stopped_before_its_turn_it_has_no_report(start):
    for training in [start() for _ in range(module.AT_ONCE)]:
        until(training, "running")
    waiting = start()
    until(waiting, "waiting")
    waiting.stop()
    until(waiting, "stopped")
    assert waiting.reports == [] and not waiting.active


def test_it_ends_when_nobody_looks(start, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", -1.0)
    training = start()
    until(training, "left")
    assert not training.active


def test_what_goes_wrong_is_a_state_and_stands_in_the_log(start, monkeypatch, caplog):
    monkeypatch.setattr(module, "train", lambda *_: 1 / 0)
    training = start()
    until(training, "failed")
    assert "ZeroDivisionError" in caplog.text
