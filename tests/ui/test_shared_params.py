"""Trained parameters are found by every process, and by one that was started again."""

from __future__ import annotations

import fakeredis
import numpy as np
import pytest

from cnnviz import Lesson
from cnnviz.core import kept
from cnnviz.core.kept import NotKept, keep, keep_also
from cnnviz.ui.server.shared_params import SharedParams


@pytest.fixture
def redis():
    server = fakeredis.FakeServer()
    keep_also(SharedParams(fakeredis.FakeRedis(server=server)))
    yield server
    kept._elsewhere.clear()


@pytest.mark.parametrize("net", ["conv1x3-sigmoid-dense2-sigmoid-mse", "conv2x3b-relu-conv3x3b-gap-dense2-mse"])
def test_another_process_has_them_bit_for_bit(redis, net):
    trained = Lesson(net=net, seed=12).first_params()
    name = keep(trained)
    kept._kept.clear()  # another process
    found = kept.kept(name)
    assert {key: array.tobytes() for key, array in found.items()} == {key: array.tobytes() for key, array in trained.items()}
    assert keep(found) == name
    assert not any(array.flags.writeable for array in found.values() if isinstance(array, np.ndarray))


def test_without_redis_this_process_keeps_them_and_says_so(redis, caplog):
    redis.connected = False
    name = keep(Lesson(seed=13).first_params())
    assert kept.kept(name).w.shape == (900, 2) and "Redis does not answer" in caplog.text
    kept._kept.clear()
    with pytest.raises(NotKept):
        kept.kept(name)
