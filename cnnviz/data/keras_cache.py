"""Locates Keras's CIFAR-10 cache without importing Keras, which takes seconds.

It repeats the names and folders of `keras.utils.get_file` (Keras 3.15); a test compares both.
"""

import os
import tempfile
from pathlib import Path

ORIGIN = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
ARCHIVE = "cifar-10-batches-py-target_archive"
ARCHIVE_BYTES = 170_498_071

FOLDERS = ("cifar-10-batches-py-target/cifar-10-batches-py", "cifar-10-batches-py")
"""Folders of the unpacked archive: from Keras, and from unpacking by hand, as older versions of Keras did."""

FALLBACK = "/tmp"
"""Folder that Keras falls back to if its own is not writable, whatever the system's temporary folder."""

BATCHES = (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch")
BATCH_BYTES = 10_000 * 32 * 32 * 3
"""Size of a batch's pixels alone; a smaller file was truncated while unpacking."""


def datasets_folders() -> tuple[Path, ...]:
    """Return Keras's data set folder, followed by its fallback if that folder is not writable."""
    keras_home = os.environ.get("KERAS_HOME")
    if keras_home is None:
        user_home = os.path.expanduser("~")
        keras_home = os.path.join(user_home if os.access(user_home, os.W_OK) else FALLBACK, ".keras")
    home_folder = Path(os.path.expanduser(keras_home))
    if _is_writable(home_folder):
        return (home_folder / "datasets",)
    return home_folder / "datasets", _fallback_folder()


def _fallback_folder() -> Path:
    """Return Keras's fallback folder for data sets."""
    return Path(FALLBACK if os.path.isdir(FALLBACK) else tempfile.gettempdir()) / ".keras" / "datasets"


def use_private_folder() -> tempfile.TemporaryDirectory[str] | None:
    """Point Keras to a private temporary folder if it would otherwise use the shared fallback, in which any user may
    have put files.

    Return the folder, which lasts until it is closed, or None if Keras has a writable folder of its own or already
    has the data set.
    """
    default_folder, *fallbacks = datasets_folders()
    if (default_folder != _fallback_folder() and not fallbacks) or extracted_folder() not in (None, *(_fallback_folder() / folder for folder in FOLDERS)):
        return None
    folder = tempfile.TemporaryDirectory(prefix="cnnviz-keras-", ignore_cleanup_errors=True)
    os.environ["KERAS_HOME"] = folder.name
    return folder


def extracted_folder() -> Path | None:
    """Return the folder that holds all six batches of CIFAR-10, or None."""
    for datasets in datasets_folders():
        for folder in FOLDERS:
            if all(_size(datasets / folder / batch) > BATCH_BYTES for batch in BATCHES):
                return datasets / folder
    return None


def archive_path() -> Path:
    """Return the file that Keras downloads to. A partial download has the same name."""
    return datasets_folders()[-1] / ARCHIVE


def archive_size() -> int:
    """Return the current size of the archive in bytes, or 0 if it does not exist."""
    return _size(archive_path())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _is_writable(folder: Path) -> bool:
    while not folder.exists() and folder != folder.parent:  # Keras creates missing folders
        folder = folder.parent
    return os.access(folder, os.W_OK)
