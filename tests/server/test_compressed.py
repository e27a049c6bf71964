"""Streamlit's own files, compressed: the same as Streamlit has, and nothing else is reached by their path."""

import gzip

import pytest
from starlette.responses import PlainTextResponse

from cnnviz.hosts.streamlit.compressed import CompressedFiles, files
from tests.pages.running import ask

SCRIPT = next(name for name in files() if name.startswith("/static/js/index."))
TAKES = {"Accept-Encoding": "gzip, br"}


@pytest.mark.parametrize("prefix", ["", "tools/cnnviz"])
def test_a_file_of_streamlits_is_sent_compressed_to_whoever_can_read_it(monkeypatch, prefix):
    monkeypatch.setattr("streamlit.get_option", lambda name: prefix)
    app = CompressedFiles(PlainTextResponse("Streamlit's own"))
    path = f"/{prefix}{SCRIPT}" if prefix else SCRIPT
    status, headers, body = ask(app, path, headers=TAKES)
    assert (status, headers["content-encoding"], headers["vary"]) == (200, "gzip", "Accept-Encoding")
    assert "immutable" in headers["cache-control"] and headers["content-type"].startswith("text/javascript")
    assert gzip.decompress(body) == files()[SCRIPT].read_bytes()
    for other in (ask(app, path), ask(app, path, "HEAD", TAKES), ask(app, "/static/js/../../index.html", headers=TAKES), ask(app, "/static/js/x.js", headers=TAKES)):
        assert other[2] == b"Streamlit's own"
