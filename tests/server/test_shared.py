"""Trained parameters and what trainings reported are found by every process, and by one that was started again."""

import time

import fakeredis
import numpy as np
import pytest

from cnnviz import Setup
from cnnviz.core.network import stored_params
from cnnviz.core.network.stored_params import NotStored, TrainingInfo, set_shared_store, store_params
from cnnviz.core.runtime.lru_cache import owned_by
from cnnviz.core.training.training import Training
from cnnviz.data.training_data import training_data
from cnnviz.pages.encoding import encode
from cnnviz.pages.train.training import trainer
from cnnviz.pages.train.training.report import report
from cnnviz.pages.train.training.trainer import Job, Trainer
from cnnviz.server import shared_arrays
from cnnviz.server.shared_arrays import SharedArrays
from cnnviz.server.shared_trainings import SharedTrainings


@pytest.fixture
def redis():
    server = fakeredis.FakeServer()
    set_shared_store(SharedArrays(fakeredis.FakeRedis(server=server), "params"))
    yield server
    stored_params._shared_stores.clear()


@pytest.mark.parametrize("net", ["conv1x3-sigmoid-dense2-sigmoid-mse", "conv2x3b-relu-conv3x3b-gap-dense2-mse"])
def test_another_process_has_them_bit_for_bit(redis, net):
    trained = Setup(net=net, seed=12).first_params()
    name = store_params(trained)
    stored_params._entries.clear()  # another process
    result = stored_params.stored_params(name)
    assert {key: array.tobytes() for key, array in result.items()} == {key: array.tobytes() for key, array in trained.items()}
    assert store_params(result) == name
    assert not any(array.flags.writeable for array in result.values() if isinstance(array, np.ndarray))


def test_without_redis_this_process_keeps_them_and_says_so(redis, caplog):
    redis.connected = False
    name = store_params(Setup(seed=13).first_params())
    assert stored_params.stored_params(name).w.shape == (900, 2) and "Redis does not respond" in caplog.text
    stored_params._entries.clear()
    with pytest.raises(NotStored):
        stored_params.stored_params(name)


def test_what_parameters_have_learned_from_is_kept_with_them(redis):
    params = Setup(seed=13).first_params()
    names = [store_params(params), store_params(params, TrainingInfo(240, 10)), store_params(params, TrainingInfo(240, 11)), store_params(params, files=("epoch-1", "été-2"))]
    assert len({*names}) == 4, "a name means always the same"
    stored_params._entries.clear()  # another process
    assert [stored_params.training_info(name) for name in names] == [None, TrainingInfo(240, 10), TrainingInfo(240, 11), None]
    assert [stored_params.file_names(name) for name in names] == [(), (), (), ("epoch-1", "été-2")]
    for name in names:
        assert {key: array.tobytes() for key, array in stored_params.stored_params(name).items()} == {key: array.tobytes() for key, array in params.items()}


def test_uploads_of_one_address_evict_its_own_and_reach_nobody_elses_and_no_room(redis, monkeypatch):
    monkeypatch.setattr(shared_arrays, "MOST_BYTES", 400_000)
    monkeypatch.setattr(shared_arrays, "MOST_EACH", 200_000)
    client = fakeredis.FakeRedis(server=redis)
    client.set("cnnviz:room:ABCDE", "a room")

    def upload(owner: str, seed: int) -> str:
        with owned_by(owner):
            return store_params(Setup(seed=seed).first_params())

    def there(name: str) -> bool:
        return bool(client.exists(f"cnnviz:params:{name}"))

    mine = upload("10.0.0.1", 1_000)
    for owner in ("10.0.0.2", "10.0.0.3", "10.0.0.4"):
        names = [upload(owner, seed := 2_000 + n + 100 * int(owner[-1])) for n in range(30)]
        held = dict(client.zrange(shared_arrays.OWNERS, 0, -1, withscores=True))
        assert seed and max(held.values()) <= 200_000 and sum(held.values()) == int(client.get(shared_arrays.TOTAL)) <= 400_000
        kept = [len(client.get(key)) for key in client.keys("cnnviz:params:*")]
        assert sum(kept) == sum(held.values()) and len(kept) == client.hlen(shared_arrays.SIZES)
        assert there(names[-1]) and not there(names[0])
    assert there(mine) and client.get("cnnviz:room:ABCDE") == b"a room"


def test_a_smaller_redis_gives_arrays_a_third(redis, monkeypatch):
    arrays = SharedArrays(fakeredis.FakeRedis(server=redis), "params")
    monkeypatch.setattr(arrays.redis, "info", lambda _: {"maxmemory": 60_000_000})
    assert arrays._budgets() == (20_000_000, 5_000_000)
    monkeypatch.setattr(arrays.redis, "info", lambda _: {"maxmemory": 0})
    assert arrays._budgets() == (shared_arrays.MOST_BYTES, shared_arrays.MOST_EACH)


def test_what_an_earlier_version_has_stored_is_found_and_counted(redis):
    name = store_params(Setup(seed=77).first_params())
    client = fakeredis.FakeRedis(server=redis)
    client.delete(shared_arrays.SIZES, shared_arrays.TOTAL, shared_arrays.OWNERS)
    stored_params._entries.clear()
    assert stored_params.stored_params(name).w.shape == (900, 2)
    size, ttl = len(client.get(f"cnnviz:params:{name}")), client.ttl(f"cnnviz:params:{name}")
    assert int(client.get(shared_arrays.TOTAL)) == size and 0 < ttl <= shared_arrays.DAYS * 86_400


# ---- trainings that were done


@pytest.fixture
def trainings(redis):
    trainer.add_history_store(SharedTrainings(SharedArrays(fakeredis.FakeRedis(server=redis), "training")))
    yield redis
    trainer._elsewhere.clear()
    trainer._done.clear()


def trained(net: str) -> Trainer:
    """A training that is done, and its report on the page."""
    job = Job(Training(epochs=2, reports=4, net=net, batch=100), training_data(), "gray")
    training = Trainer(job)
    while training.active:
        training.poll()
        time.sleep(0.01)
    assert training.state == "done"
    return training


@pytest.mark.parametrize("net", ["conv1x3-sigmoid-dense2-sigmoid-mse", "conv2x3-relu-max2-dense8-relu-dense2-softmax-ce", "dense2-softmax-ce"])
def test_another_process_shows_a_training_that_was_done_as_it_was_shown_here(trainings, net):
    here = trained(net)
    trainer._done.clear()  # another process
    there = trainer.completed_trainer(here.job)
    assert there is not here and not there.active and there.state == "done"
    assert encode(*report(there)) == encode(*report(here))
    assert trainer.completed_trainer(there.job) is there, "it is asked for once"
    assert trainer.completed_trainer(here.job._replace(channel="red")) is None


def test_without_redis_a_training_is_done_all_the_same(trainings):
    trainings.connected = False
    here = trained("dense2-softmax-ce")
    assert trainer.completed_trainer(here.job) is here
    trainer._done.clear()
    assert trainer.completed_trainer(here.job) is None
