"""What start.py changes of the web server's inner parts: they are as they were when that was written."""

import ast
import hashlib
from importlib import import_module
from pathlib import Path

import pytest

PARTS = {
    ("h11_impl", "H11Protocol", "connection_made"): "52a70c678525",
    ("h11_impl", "H11Protocol", "pause_writing"): "b68e2d705eab",
    ("httptools_impl", "HttpToolsProtocol", "connection_made"): "52a70c678525",
    ("h11_impl", "H11Protocol", "connection_lost"): "3c709c671ca0",
    ("httptools_impl", "HttpToolsProtocol", "connection_lost"): "8a5a84898dab",
    ("httptools_impl", "HttpToolsProtocol", "pause_writing"): "b68e2d705eab",
    ("httptools_impl", "HttpToolsProtocol", "data_received"): "8583b7d501b5",
    ("httptools_impl", "HttpToolsProtocol", "on_headers_complete"): "f5d7f89383b9",
    ("httptools_impl", "HttpToolsProtocol", "on_body"): "04bff947c3d5",
    ("httptools_impl", "HttpToolsProtocol", "on_message_complete"): "4ce97e51d988",
    ("flow_control", "FlowControl", "pause_writing"): "f06408e4e614",
    ("flow_control", "FlowControl", "resume_writing"): "500343e48ea2",
}
"""Methods that are wrapped, or on which what wraps them relies, and the first digits of their source's digest."""


def digest(module: str, kind: str, method: str) -> str:
    """From the file, for the running class has been changed; of the syntax, for comments change nothing."""
    tree = ast.parse(Path(import_module(f"uvicorn.protocols.http.{module}").__file__).read_text("utf-8"))
    (found,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == kind)
    (act,) = (node for node in found.body if getattr(node, "name", "") == method)
    return hashlib.sha256(ast.unparse(act).encode()).hexdigest()[:12]


@pytest.mark.parametrize("part", PARTS, ids=".".join)
def test_what_is_changed_of_the_web_server_is_what_it_was(part):
    assert digest(*part) == PARTS[part], "read what is new in it beside cnnviz/server/start.py, then write its digest here"
