"""The place where Keras keeps CIFAR-10, found without importing Keras: that would cost seconds.

This repeats what `keras.utils.get_file` (Keras 3.15) does with names and folders; a test holds it
against the real one.
"""

import os
import tempfile
from pathlib import Path

ORIGIN = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
ARCHIVE = "cifar-10-batches-py-target_archive"
ARCHIVE_BYTES = 170_498_071

FOLDERS = ("cifar-10-batches-py-target/cifar-10-batches-py", "cifar-10-batches-py")
"""The folder into which Keras unpacks the archive, and the one that unpacking it by hand makes; older Keras used that one too."""

ELSEWHERE = "/tmp"
"""The folder that Keras names where it may write nowhere else, whatever the system's own is."""

BATCHES = (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch")
BATCH_BYTES = 10_000 * 32 * 32 * 3
"""The pixels alone; a shorter file was cut off while it was unpacked."""


def datasets_folders() -> tuple[Path, ...]:
    """Keras' folder for data sets; where it may not write to that, also the one that it falls back to."""
    named = os.environ.get("KERAS_HOME")
    if named is None:
        user = os.path.expanduser("~")
        named = os.path.join(user if os.access(user, os.W_OK) else ELSEWHERE, ".keras")
    home = Path(os.path.expanduser(named))
    if _writable(home):
        return (home / "datasets",)
    return home / "datasets", _shared()


def _shared() -> Path:
    """The place where it keeps data sets if it may write nowhere else."""
    return Path(ELSEWHERE if os.path.isdir(ELSEWHERE) else tempfile.gettempdir()) / ".keras" / "datasets"


def claim() -> tempfile.TemporaryDirectory[str] | None:
    """Gives Keras a folder of our own, until it is closed, where it would take one in which anybody may have put something.

    None where it has one that it may write to, or that holds the data set already.
    """
    own, *shared = datasets_folders()
    if (own != _shared() and not shared) or extracted() not in (None, *(_shared() / folder for folder in FOLDERS)):
        return None
    folder = tempfile.TemporaryDirectory(prefix="cnnviz-keras-", ignore_cleanup_errors=True)
    os.environ["KERAS_HOME"] = folder.name
    return folder


def extracted() -> Path | None:
    """The folder that holds all six batches of CIFAR-10, or None."""
    for datasets in datasets_folders():
        for folder in FOLDERS:
            if all(_size(datasets / folder / batch) > BATCH_BYTES for batch in BATCHES):
                return datasets / folder
    return None


def archive() -> Path:
    """The file that Keras downloads to. It grows in place: there is no other name while it is partial."""
    return datasets_folders()[-1] / ARCHIVE


def archive_size() -> int:
    """The number of bytes of the archive that are there by now."""
    return _size(archive())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _writable(folder: Path) -> bool:
    while not folder.exists() and folder != folder.parent:  # Keras makes what is missing
        folder = folder.parent
    return os.access(folder, os.W_OK)
