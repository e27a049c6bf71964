"""Trained parameters and what trainings reported are found by every process, and by one that was started again."""

import time

import fakeredis
import numpy as np
import pytest

from cnnviz import Lesson
from cnnviz.core import stored_params
from cnnviz.core.stored_params import Learned, NotKept, keep, keep_also
from cnnviz.core.training import Training
from cnnviz.data.training_data import training_data
from cnnviz.pages.encoding import encode
from cnnviz.pages.train.training import trainer
from cnnviz.pages.train.training.report import report
from cnnviz.pages.train.training.trainer import Job, Trainer
from cnnviz.server.shared_arrays import SharedArrays
from cnnviz.server.shared_trainings import SharedTrainings


@pytest.fixture
def redis():
    server = fakeredis.FakeServer()
    keep_also(SharedArrays(fakeredis.FakeRedis(server=server), "params"))
    yield server
    stored_params._elsewhere.clear()


@pytest.mark.parametrize("net", ["conv1x3-sigmoid-dense2-sigmoid-mse", "conv2x3b-relu-conv3x3b-gap-dense2-mse"])
def test_another_process_has_them_bit_for_bit(redis, net):
    trained = Lesson(net=net, seed=12).first_params()
    name = keep(trained)
    stored_params._kept.clear()  # another process
    found = stored_params.kept(name)
    assert {key: array.tobytes() for key, array in found.items()} == {key: array.tobytes() for key, array in trained.items()}
    assert keep(found) == name
    assert not any(array.flags.writeable for array in found.values() if isinstance(array, np.ndarray))


def test_without_redis_this_process_keeps_them_and_says_so(redis, caplog):
    redis.connected = False
    name = keep(Lesson(seed=13).first_params())
    assert stored_params.kept(name).w.shape == (900, 2) and "Redis does not answer" in caplog.text
    stored_params._kept.clear()
    with pytest.raises(NotKept):
        stored_params.kept(name)


def test_what_parameters_have_learned_from_is_kept_with_them(redis):
    params = Lesson(seed=13).first_params()
    names = [keep(params), keep(params, Learned(240, 10)), keep(params, Learned(240, 11)), keep(params, files=("epoch-1", "été-2"))]
    assert len({*names}) == 4, "a name means always the same"
    stored_params._kept.clear()  # another process
    assert [stored_params.learned_by(name) for name in names] == [None, Learned(240, 10), Learned(240, 11), None]
    assert [stored_params.files_of(name) for name in names] == [(), (), (), ("epoch-1", "été-2")]
    for name in names:
        assert {key: array.tobytes() for key, array in stored_params.kept(name).items()} == {key: array.tobytes() for key, array in params.items()}


# ---- trainings that were done


@pytest.fixture
def trainings(redis):
    trainer.keep_also(SharedTrainings(SharedArrays(fakeredis.FakeRedis(server=redis), "training")))
    yield redis
    trainer._elsewhere.clear()
    trainer._done.clear()


def trained(net: str) -> Trainer:
    """A training that is done, and its report on the page."""
    job = Job(Training(epochs=2, reports=4, net=net, batch=100), training_data(), "gray")
    training = Trainer(job)
    while training.active:
        training.look()
        time.sleep(0.01)
    assert training.state == "done"
    return training


@pytest.mark.parametrize("net", ["conv1x3-sigmoid-dense2-sigmoid-mse", "conv2x3-relu-max2-dense8-relu-dense2-softmax-ce", "dense2-softmax-ce"])
def test_another_process_shows_a_training_that_was_done_as_it_was_shown_here(trainings, net):
    here = trained(net)
    trainer._done.clear()  # another process
    there = trainer.done(here.job)
    assert there is not here and not there.active and there.state == "done"
    assert encode(*report(there)) == encode(*report(here))
    assert trainer.done(there.job) is there, "it is asked for once"
    assert trainer.done(here.job._replace(channel="red")) is None


def test_without_redis_a_training_is_done_all_the_same(trainings):
    trainings.connected = False
    here = trained("dense2-softmax-ce")
    assert trainer.done(here.job) is here
    trainer._done.clear()
    assert trainer.done(here.job) is None
