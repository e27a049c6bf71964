"""The full CIFAR-10 set of 60,000 images, loaded through Keras by a background thread, once per process.

Only the loader's thread imports Keras. Only Keras unpickles, and only files in its own cache.
"""

import gc
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from cnnviz.core.setup.image_ids import CLASSES, SPLITS, ImageId
from cnnviz.data import keras_cache
from cnnviz.data.disabled_features import disabled_kinds, disabled_message
from cnnviz.data.failures import explain_failure
from cnnviz.data.installed import has_tensorflow
from cnnviz.data.labelled import Collection, LabelledImages
from cnnviz.words import Message

PATIENCE = 60
"""Seconds to wait for files that are already cached; most of it is TensorFlow's import."""

STALLED_AFTER = 30
"""Seconds without a new byte after which a download counts as stalled."""


class Loader:
    """Loads the full set in a background thread and reports its progress.

    `state` goes "absent" -> "importing" -> "downloading" (only if Keras has no files yet) -> "reading"
    -> "ready", or to "failed" from any of these. A failed loader can be started again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._state = "absent"
        self._failure: Message | None = None
        self._full_set: Collection | None = None

    def start(self) -> None:
        """Start loading and return at once. Does nothing if loading is in progress or done."""
        with self._lock:
            if self._state in ("absent", "failed"):
                self._state = "importing"
                self._thread = threading.Thread(target=self._run, name="cifar10", daemon=True)
                self._thread.start()

    def wait(self, timeout: float | None = None) -> str:
        """Wait until loading has ended, or for `timeout` seconds, and return the state."""
        if self._thread is not None:
            self._thread.join(timeout)
        return self.state

    @property
    def full_set(self) -> Collection | None:
        """The full set, or None if it is not loaded. Never starts loading."""
        return self._full_set

    @property
    def state(self) -> str:
        """State of loading: one of the words above."""
        is_complete = self._state == "downloading" and keras_cache.archive_size() >= keras_cache.ARCHIVE_BYTES
        return "reading" if is_complete else self._state

    @property
    def progress(self) -> float | None:
        """Fraction of the download that has arrived (0 to 1); 1 if the set is loaded, None if unknown."""
        if self.state == "downloading":
            return keras_cache.archive_size() / keras_cache.ARCHIVE_BYTES
        return 1.0 if self.state == "ready" else None

    @property
    def missing(self) -> Message | None:
        """The reason why the set cannot be loaded here, or None if it can or is loaded."""
        if disabled := disabled_message("cifar10"):
            return disabled
        return None if self.full_set is not None or has_tensorflow() else Message("data.full_set.lacks")

    @property
    def message(self) -> Message:
        """State of loading as a message; after a failure, its cause and remedy."""
        match self.state:
            case "failed" if self._failure:
                return self._failure
            case "absent" if is_cached():
                return Message("data.full_set.can_be_loaded")
            case "absent" if self.missing:
                return self.missing
            case "downloading":
                return _download_message()
            case state:
                return Message(f"data.full_set.{state}", {"megabytes": _megabytes()})

    @property
    def sentence(self) -> str:
        """The message in English."""
        return str(self.message)

    def _run(self) -> None:
        try:
            self._full_set = _load(self._enter)
            self._state = "ready"
        except Exception as error:
            self._failure = explain_failure(error, self._state)
            self._state = "failed"

    def _enter(self, state: str) -> None:
        self._state = state


LOADER = Loader()
"""The only loader of the process: the set takes 185 MB, which all sessions share."""


def available_full_set() -> Collection | None:
    """Return the full set if it is in memory or Keras's cache, otherwise None. The first call may take seconds."""
    if LOADER.full_set is None and is_cached() and LOADER.state != "failed":
        LOADER.start()
        LOADER.wait(PATIENCE)
    return LOADER.full_set


def is_cached() -> bool:
    """Return whether the full set is allowed and Keras's cache holds its unpacked files, so that loading needs no
    network. Imports nothing."""
    return "cifar10" not in disabled_kinds() and keras_cache.extracted_folder() is not None


def _load(enter: Callable[[str], None]) -> Collection:
    """Return the set from Keras's cache, or let Keras download it. Call `enter` with each new state."""
    from tensorflow.keras.datasets import cifar10

    # TensorFlow's 400,000 objects are never freed. Exclude them from garbage collection, which Streamlit runs after
    # each script run if Keras is imported: otherwise each click costs 0.2 s.
    gc.freeze()
    folder = keras_cache.extracted_folder()
    if folder:
        # Not load_data: it also requires the archive, and would download it again.
        enter("reading")
        return _read(folder)
    enter("downloading")
    (train, train_labels), (test, test_labels) = cifar10.load_data()
    return collect(_channels_last(train), train_labels.ravel(), _channels_last(test), test_labels.ravel())


def _read(folder: Path) -> Collection:
    from keras.src.datasets.cifar import load_batch

    images, labels = np.empty((60_000, 3, 32, 32), np.uint8), np.empty(60_000, np.uint8)
    for i, batch in enumerate(keras_cache.BATCHES):
        rows = slice(10_000 * i, 10_000 * (i + 1))
        images[rows], labels[rows] = load_batch(str(folder / batch))
    train, test = slice(SPLITS["train"]), slice(SPLITS["train"], None)
    images = _channels_last(images)
    return collect(images[train], labels[train], images[test], labels[test])


def collect(train: np.ndarray, train_labels: np.ndarray, test: np.ndarray, test_labels: np.ndarray) -> Collection:
    """Return the set as a collection, from images (M,32,32,3), uint8, and labels (M,) of each split."""
    return Collection("cifar10", _split("train", train, train_labels), _split("test", test, test_labels))


def _split(name: str, images: np.ndarray, labels: np.ndarray) -> LabelledImages:
    def id_of(index: int) -> ImageId:
        return ImageId("cifar10", name, index, name == "test")

    return LabelledImages(images, np.arange(len(images)), labels, CLASSES, id_of)


def _channels_last(images: np.ndarray) -> np.ndarray:
    """Return images as (N,32,32,3), whatever Keras's image data format."""
    return images.transpose(0, 2, 3, 1) if images.shape[1] == 3 else images


def _download_message() -> Message:
    size = keras_cache.archive_size()
    if not size:
        return Message("data.full_set.waiting")
    message = Message("data.full_set.downloading", {"got": round(size / 1e6), "megabytes": _megabytes()})
    try:
        idle_seconds = time.time() - keras_cache.archive_path().stat().st_mtime
    except OSError:
        return message
    if idle_seconds <= STALLED_AFTER:
        return message
    return Message("data.full_set.stalled", {"downloading": message, "seconds": round(idle_seconds)})


def _megabytes() -> int:
    return round(keras_cache.ARCHIVE_BYTES / 1e6)
