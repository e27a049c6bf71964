"""The full set: the real Keras reads files in CIFAR-10's own format, and every way to fail has its sentence.

Keras fixes its cache when it is imported, so it runs in processes of its own. No test leaves this computer.
"""

import errno
import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
import tarfile
import textwrap
import threading
from pathlib import Path
from types import ModuleType
from urllib.error import HTTPError, URLError

import numpy as np
import pytest

from cnnviz.core.setup.image_ids import CLASSES
from cnnviz.data import cifar10, keras_cache
from cnnviz.data.cifar10 import Loader, collect, is_cached
from cnnviz.data.failures import explain_failure
from cnnviz.data.labelled import Collection

ROOT = Path(__file__).parents[2]

HELPERS = """
import json, os, sys, time
import numpy as np

def expected(batch):
    "Pixels of the first and last image of a batch: no two neighbours, rows or planes alike."
    return ((np.arange(3072) + batch) % 251).reshape(3, 32, 32).transpose(1, 2, 0)

def check(data):
    train, test = data.train, data.held_out
    for batch in range(5):
        assert (train.source[10_000 * batch] == expected(batch)).all()
        assert (train.source[10_000 * batch + 9_999] == expected(batch)).all()
    assert not train.source[1].any()
    assert (test.source[0] == expected(5)).all()
    assert train.source.shape == (50_000, 32, 32, 3) and test.source.shape == (10_000, 32, 32, 3)
    assert train.source.dtype == test.source.dtype == np.uint8
    assert train.labels.shape == (50_000,) and test.labels.shape == (10_000,)
    for batch in range(5):
        assert (train.labels[10_000 * batch :][:10_000] == (np.arange(10_000) + batch) % 10).all()
    assert (test.labels == (np.arange(10_000) + 5) % 10).all()
    assert train.of_classes(("cat",)).ids[:2] == ["train-3", "train-13"]
    for array in (train.source, train.labels, test.source, test.labels):
        assert not array.flags.writeable
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A Keras home whose data sets folder holds the batches as if unpacked by hand: 184 MB, mostly zeros."""
    home = tmp_path_factory.mktemp("keras")
    folder = home / "datasets" / "cifar-10-batches-py"
    folder.mkdir(parents=True)
    for number, name in enumerate(keras_cache.BATCHES):
        data = np.zeros((10_000, 3072), np.uint8)
        data[[0, -1]] = (np.arange(3072) + number) % 251
        labels = ((np.arange(10_000) + number) % 10).tolist()
        with open(folder / name, "wb") as file:
            pickle.dump({b"batch_label": name.encode(), b"labels": labels, b"data": data}, file, protocol=3)
    yield home
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def archive(home):
    """The same batches as the archive that the university's server sends."""
    path = home / "cifar-10-python.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as file:
        file.add(home / "datasets" / "cifar-10-batches-py", "cifar-10-batches-py")
    return path


def run(script: str, home: Path, *arguments: str) -> dict:
    """What `script` prints last, as JSON; it has no way to any other computer."""
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    environment |= {"KERAS_HOME": str(home), "PYTHONPATH": str(ROOT), "https_proxy": "http://127.0.0.1:9"}
    command = [sys.executable, "-c", HELPERS + textwrap.dedent(script), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_files_in_the_cache_are_read_by_keras_without_any_network(home):
    script = """
        import socket
        def connect(*_):
            raise AssertionError("network")
        socket.socket.connect = socket.socket.connect_ex = connect

        from cnnviz.data import cifar10, images
        cifar10.PATIENCE = 600
        before = [cifar10.is_cached(), cifar10.LOADER.sentence, "tensorflow" in sys.modules or "keras" in sys.modules]
        image = images.find_image("train-49999")
        check(cifar10.LOADER.full_set)
        import gc
        collected = len(gc.get_objects())  # those that the collector still has to look at
        assert collected < 100_000 < gc.get_freeze_count(), (collected, gc.get_freeze_count())
        assert (image.pixels == expected(4)).all() and image.words == "train-49999, " + image.label
        assert not image.pixels.flags.writeable and image.pixels.flags.c_contiguous
        print(json.dumps([before, image.label, cifar10.LOADER.state, cifar10.LOADER.progress, cifar10.LOADER.sentence]))
    """
    before, label, *after = run(script, home)
    assert before == [True, "The full CIFAR-10 can be loaded.", False]
    assert label == CLASSES[(9_999 + 4) % 10]
    assert after == ["ready", 1.0, "All 60,000 images are loaded."]


@pytest.fixture(scope="module")
def told(archive, tmp_path_factory):
    """What one loader told of itself: offline, with a wrong file, and with the right one, which came in two halves."""
    script = """
        import threading
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
        from cnnviz.data import cifar10, keras_cache

        content, go_on, told = open(sys.argv[1], "rb").read(), threading.Event(), {}
        served = [b"something else"]

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", len(served[0]))
                self.end_headers()
                self.wfile.write(served[0][: len(served[0]) // 2])
                go_on.wait(600)
                self.wfile.write(served[0][len(served[0]) // 2 :])

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        loader = cifar10.Loader()

        def tell(name):
            told[name] = [loader.state, loader.progress, loader.sentence, keras_cache.archive_size()]

        def serve_instead(**changes):
            "The origin is in Keras' code; its own get_file does all the rest."
            module = sys.modules["keras.src.datasets.cifar10"]
            origin = f"http://127.0.0.1:{server.server_port}/cifar-10-python.tar.gz"
            module.get_file = lambda **given: get_file(**{**given, "origin": origin, **changes})

        tell("absent")
        loader.start()
        tell("importing")
        loader.wait(600)
        tell("offline")

        from keras.src.utils.file_utils import get_file
        serve_instead()
        go_on.set()
        loader.start()
        loader.wait(600)
        tell("wrong")

        go_on.clear()
        served[0] = content
        serve_instead(file_hash=sys.argv[2])
        loader.start()
        end = time.time() + 600
        while keras_cache.archive_size() < len(content) // 2 - 20_000 and time.time() < end:
            time.sleep(0.01)
        tell("half")
        go_on.set()
        loader.wait(600)
        tell("ready")
        check(loader.full_set)

        keras_cache.archive_path().unlink()
        again = cifar10.Loader()
        again.start()
        told["again"] = [cifar10.is_cached(), again.wait(600)]
        check(again.full_set)
        print(json.dumps(told))
    """
    home = tmp_path_factory.mktemp("download")
    yield run(script, home, str(archive), hashlib.sha256(archive.read_bytes()).hexdigest())
    shutil.rmtree(home)


def test_the_start_is_told(told):
    assert told["absent"][:3] == [
        "absent",
        None,
        "The full CIFAR-10 is a download of 170 MB.",
    ]
    assert told["importing"][:3] == ["importing", None, "TensorFlow is starting."]


def test_offline_the_sentence_says_what_to_do(told):
    state, progress, sentence, _ = told["offline"]
    assert (state, progress) == ("failed", None)
    assert sentence.startswith("CIFAR-10 cannot be downloaded (Connection refused): check the network")
    assert (
        sentence.endswith("datasets.")
        and "unpack https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz in" in sentence
    )


def test_a_wrong_file_is_refused_by_its_hash(told):
    state, _, sentence, _ = told["wrong"]
    assert state == "failed"
    assert sentence.startswith("The download is not CIFAR-10, or incomplete: check the network")


def test_progress_is_the_share_of_the_file_that_keras_is_writing(told, archive):
    state, progress, sentence, size = told["half"]
    half = archive.stat().st_size // 2
    assert state == "downloading"
    assert half - 20_000 <= round(progress * 170_498_071) <= size <= half  # it was still growing
    assert sentence == "CIFAR-10 is downloading: 0 of 170 MB."


def test_the_download_is_read_and_then_found_without_its_archive(told):
    assert told["ready"][:3] == ["ready", 1.0, "All 60,000 images are loaded."]
    assert told["again"] == [True, "ready"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Keras' folder for data sets, empty."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "datasets").mkdir()
    return tmp_path / "datasets"


def put_batches(folder: Path, size: int = keras_cache.BATCH_BYTES + 1):
    folder.mkdir(parents=True)
    for name in keras_cache.BATCHES:
        with open(folder / name, "wb") as file:
            file.truncate(size)


@pytest.mark.parametrize("inside", ["cifar-10-batches-py-target/cifar-10-batches-py", "cifar-10-batches-py"])
def test_cached_knows_both_folders_and_asks_for_all_six_files_whole(folder, inside):
    assert not is_cached()
    put_batches(folder / inside)
    assert is_cached()
    with open(folder / inside / "data_batch_3", "wb") as file:
        file.truncate(keras_cache.BATCH_BYTES)
    assert not is_cached()
    (folder / inside / "data_batch_3").unlink()
    assert not is_cached()


def test_the_cache_is_in_the_home_folder_unless_keras_is_told_otherwise(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_HOME", raising=False)
    assert keras_cache.datasets_folders() == (tmp_path / ".keras" / "datasets",)
    monkeypatch.setenv("KERAS_HOME", "~/elsewhere")
    assert keras_cache.datasets_folders() == (tmp_path / "elsewhere" / "datasets",)


def test_where_keras_may_not_write_it_falls_back_and_so_do_we(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).startswith(str(tmp_path)))
    shared = Path(keras_cache.FALLBACK, ".keras/datasets")
    assert keras_cache.datasets_folders() == (tmp_path / "datasets", shared)
    assert keras_cache.archive_path() == shared / "cifar-10-batches-py-target_archive"
    put_batches(tmp_path / "datasets" / "cifar-10-batches-py")
    assert is_cached(), "a folder that can only be read is good enough to read from"


def test_where_it_would_be_a_folder_of_everybodys_it_is_one_of_our_own_instead(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    assert keras_cache.use_private_folder() is None
    shut = [str(tmp_path / "home"), str(tmp_path)]
    monkeypatch.setattr(os, "access", lambda path, mode: str(path) not in shut)
    with keras_cache.use_private_folder() as folder:
        assert keras_cache.datasets_folders() == (Path(folder) / "datasets",)
        assert Path(folder).stat().st_mode & 0o777 == 0o700
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    put_batches(tmp_path / "home" / "datasets" / "cifar-10-batches-py")
    assert keras_cache.use_private_folder() is None, "what is there can be read"
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    with keras_cache.use_private_folder() as folder:
        assert os.environ["KERAS_HOME"] == folder


def test_asking_imports_nothing_heavy(tmp_path):
    script = """
        from cnnviz.data import cifar10, images, uploads
        cifar10.is_cached(), cifar10.LOADER.full_set, cifar10.LOADER.sentence, cifar10.LOADER.progress
        print(json.dumps(sorted({"tensorflow", "keras", "PIL", "streamlit", "plotly"} & set(sys.modules))))
    """
    assert run(script, tmp_path) == []


def few() -> Collection:
    images = np.zeros((10, 32, 32, 3), np.uint8)
    return collect(images, np.arange(10, dtype=np.uint8), images[:4], np.array([3, 3, 0, 9], np.uint8))


def test_starting_twice_loads_once_and_returns_at_once(monkeypatch):
    calls, go_on = [], threading.Event()

    def load(enter):
        calls.append(threading.current_thread())
        enter("reading")
        go_on.wait(600)
        return few()

    monkeypatch.setattr(cifar10, "_load", load)
    loader = Loader()
    assert (loader.wait(), loader.full_set) == ("absent", None)
    for _ in range(5):
        loader.start()
    assert loader.wait(0.05) == "reading" and loader.full_set is None and loader.progress is None
    go_on.set()
    assert loader.wait(600) == "ready"
    loader.start()
    assert loader.wait(600) == "ready" and len(calls) == 1 and calls[0].daemon
    assert loader.full_set.held_out.labels.tolist() == [3, 3, 0, 9]


def test_after_a_failure_it_can_be_started_again(monkeypatch):
    answers = [ModuleNotFoundError("No module named 'tensorflow'"), few()]

    def load(enter):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(cifar10, "_load", load)
    loader = Loader()
    loader.start()
    assert loader.wait(600) == "failed" and loader.sentence.startswith("TensorFlow cannot be used (No module named")
    loader.start()
    assert loader.wait(600) == "ready" and loader.sentence.startswith("All 60,000")


def test_without_tensorflow_the_sentence_says_so(monkeypatch, folder):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    monkeypatch.setitem(sys.modules, "tensorflow.keras.datasets", None)
    loader = Loader()
    loader.start()
    assert loader.wait(600) == "failed"
    assert loader.sentence.startswith("TensorFlow cannot be used (") and "pip install tensorflow" in loader.sentence


def test_the_process_has_one_loader(monkeypatch):
    assert isinstance(cifar10.LOADER, Loader)
    data = few()
    monkeypatch.setattr(cifar10.LOADER, "_full_set", data)
    assert cifar10.available_full_set() is data


def test_a_whole_archive_is_being_read_and_a_silent_server_is_told(folder):
    loader = Loader()
    loader._state = "downloading"
    assert loader.progress == 0 and loader.sentence.endswith("waiting for the server.")
    path = folder / "cifar-10-batches-py-target_archive"
    with open(path, "wb") as file:
        file.truncate(85_249_036)
    assert loader.progress == pytest.approx(0.5)
    assert loader.sentence == "CIFAR-10 is downloading: 85 of 170 MB."
    os.utime(path, (path.stat().st_mtime - 45,) * 2)
    assert "No data for 45 seconds." in loader.sentence
    os.truncate(path, 170_498_071)
    assert (loader.state, loader.progress, loader.sentence) == ("reading", None, "Unpacking CIFAR-10.")


def wrapped(error: Exception) -> Exception:
    """The error as Keras hands it on."""
    try:
        try:
            raise error
        except Exception as inner:
            raise Exception(f"URL fetch failure on {keras_cache.ORIGIN}: None -- {inner}")  # noqa: B904
    except Exception as outer:
        return outer


@pytest.mark.parametrize(
    "error, state, words",
    [
        (wrapped(URLError(OSError(-3, "Temporary failure in name resolution"))), "downloading", r"cannot be downloaded \(Temporary failure in name resolution\): check"),
        (wrapped(HTTPError("https://x", 403, "Forbidden", {}, None)), "downloading", r"\(HTTP Error 403: Forbidden\): check the network"),
        (wrapped(URLError(PermissionError(errno.EACCES, "Permission denied"))), "downloading", r"cannot be downloaded \(Permission denied\)"),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), "downloading", r"\(Connection reset by peer\): check"),
        (TimeoutError(), "downloading", r"\(TimeoutError\): check the network, or unpack .* in .*datasets\.$"),
        (ValueError("Incomplete or corrupted file detected. The auto file hash does not match"), "downloading", "is not CIFAR-10, or incomplete"),
        (OSError(errno.ENOSPC, "No space left on device"), "downloading", "The disk is full. Free 400 MB in "),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), "downloading", "cannot be read or written. Change its permissions, or set KERAS_HOME"),
        (MemoryError(), "reading", "CIFAR-10 needs 500 MB of memory"),
        (EOFError("Ran out of input"), "reading", "The files in .* are damaged. Delete the folder"),
        (pickle.UnpicklingError("Refusing to deserialize"), "reading", "are damaged. Delete the folder and try again"),
        (ImportError("cannot import\n name 'x'"), "importing", r"TensorFlow cannot be used \(cannot import name 'x'\). Run pip install"),
    ],
)  # fmt: skip
def test_every_failure_has_a_sentence_with_what_to_do(error, state, words, folder):
    import re

    sentence = str(explain_failure(error, state))
    assert re.search(words, sentence), sentence
    assert re.search(r"\w.*(: \w|\. [A-Z]).+\.$", sentence) and "\n" not in sentence and "Traceback" not in sentence


def test_the_home_folder_is_written_short(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_HOME", raising=False)
    assert "in ~/.keras/datasets." in str(explain_failure(OSError(errno.ENOSPC, ""), "downloading"))


def test_damaged_batches_end_in_a_sentence(folder, monkeypatch):
    put_batches(folder / "cifar-10-batches-py")
    keras = ModuleType("tensorflow.keras.datasets")
    keras.cifar10 = None  # anything asked of it would fail in another way
    for name in ("tensorflow", "tensorflow.keras", keras.__name__):
        monkeypatch.setitem(sys.modules, name, keras)

    def read(found):
        assert found == folder / "cifar-10-batches-py"
        with open(found / "data_batch_1", "rb") as file:
            return pickle.load(file)

    monkeypatch.setattr(cifar10, "_read", read)
    loader = Loader()
    loader.start()
    assert loader.wait(600) == "failed"
    assert loader.sentence.startswith(f"The files in {folder / 'cifar-10-batches-py'} are damaged")


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 3, 1, 2)])
def test_images_come_out_channels_last_whichever_order_keras_is_set_to(order):
    images = np.arange(2 * 3072).reshape(2, 32, 32, 3)
    assert (cifar10._channels_last(images.transpose(order)) == images).all()
