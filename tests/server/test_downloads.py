"""Files to take home are made when they are fetched, and take bounded memory until then and after."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from cnnviz.core.recent import held_bytes
from cnnviz.hosts.streamlit.dialogs import downloads
from cnnviz.pages.address import resolved


def test_what_a_dialog_keeps_of_a_lesson_is_small_and_leads_to_the_same_numbers():
    now = resolved({"net": "conv32x1-relu-dense18-relu-dense10-softmax-ce", "k": "1"})
    kept = downloads.again(now)
    assert held_bytes(now.moment) > 5_000_000 and held_bytes(kept) < 100_000
    np.testing.assert_array_equal(kept().params["w2"], now.moment.params["w2"])


def test_of_files_that_were_made_the_last_are_kept_and_pictures_of_a_page_stay(monkeypatch):
    storage = MemoryMediaFileStorage("/media")
    instance = SimpleNamespace(media_file_mgr=SimpleNamespace(_storage=storage))
    monkeypatch.setattr(downloads, "runtime", SimpleNamespace(exists=lambda: True, get_instance=lambda: instance))
    monkeypatch.setattr(downloads, "MOST_MADE", 10_000)
    picture = storage.load_and_get_id(b"p" * 9_000, "image/png", MediaFileKind.MEDIA)
    for n in range(5):
        content = downloads._made(lambda n=n: f"{n}" * 4_000)
        storage.load_and_get_id(content, "text/plain", MediaFileKind.DOWNLOADABLE, f"{n}")
    kept = [file.filename for id, file in storage._files_by_id.items() if id != picture]
    assert kept == ["3", "4"] and picture in storage._files_by_id
