"""What a visitor's ZIP archive may take: pieces of a bzip2 or LZMA member are unpacked whole, so neither is read."""

import io
import tracemalloc
import zipfile

import pytest

from cnnviz.core.network import DEFAULT, Network
from cnnviz.data.own_gradients import read_gradients
from cnnviz.export.import_weights import arrays_of
from cnnviz.models.reading import read_model
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
