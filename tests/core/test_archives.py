"""What a visitor's ZIP archive may take and be: of bzip2 or LZMA a piece is unpacked whole, so neither is read; damaged ones get a sentence."""

import io
import tracemalloc
import zipfile
from contextlib import suppress

import numpy as np
import pytest

from cnnviz.core.network.network import DEFAULT, Network
from cnnviz.data.user_gradients import read_gradients
from cnnviz.export.import_weights import arrays_of
from cnnviz.models.reading import read_model
from cnnviz.models.weights import weights_in
from cnnviz.words import Problem

READERS = {
    "config.json": read_model,
    "f.npy": arrays_of,
    "df.npy": lambda content: read_gradients(content, Network.parse(DEFAULT).program((4, 4))),
}


@pytest.mark.parametrize("packed", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_little_archive_unpacks_no_more_than_is_looked_for(packed):
    for name, read in READERS.items():
        with zipfile.ZipFile(file := io.BytesIO(), "w", packed) as archive:
            archive.writestr(name, bytes(10_000_000))
        tracemalloc.start()
        with pytest.raises(Problem):
            read(file.getvalue())
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert most < 5_000_000, name


@pytest.mark.parametrize("name", [*READERS, "model.weights.h5"])
def test_a_damaged_archive_is_read_or_gets_a_sentence(name):
    read = READERS.get(name, weights_in)
    drawn = np.random.default_rng(0).integers(0, 9, 300, np.uint8).tobytes()
    with zipfile.ZipFile(file := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        for piece, held in ({"config.json": '{"config": {"layers": [{"class_name": "Dense"}]}}'} | {name: drawn}).items():
            archive.writestr(piece, held)
    content = file.getvalue()
    for at in range(len(content)):
        for damaged in (content[:at], content[:at] + b"\xff" + content[at + 1 :], content[:at] + bytes(9) + content[at + 9 :]):
            with suppress(Problem):
                read(damaged)
