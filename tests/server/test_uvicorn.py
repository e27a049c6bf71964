"""What connections.py changes of the web server's inner parts: they are as they were when that was written."""

import ast
import hashlib
from importlib import import_module
from pathlib import Path

import pytest

PARTS = {
    ("http.h11_impl", "H11Protocol", "connection_made"): "52a70c678525",
    ("http.h11_impl", "H11Protocol", "pause_writing"): "b68e2d705eab",
    ("http.httptools_impl", "HttpToolsProtocol", "connection_made"): "52a70c678525",
    ("http.h11_impl", "H11Protocol", "connection_lost"): "3c709c671ca0",
    ("http.httptools_impl", "HttpToolsProtocol", "connection_lost"): "8a5a84898dab",
    ("http.httptools_impl", "HttpToolsProtocol", "pause_writing"): "b68e2d705eab",
    ("http.httptools_impl", "HttpToolsProtocol", "data_received"): "8583b7d501b5",
    ("http.httptools_impl", "HttpToolsProtocol", "on_headers_complete"): "f5d7f89383b9",
    ("http.httptools_impl", "HttpToolsProtocol", "on_body"): "04bff947c3d5",
    ("http.httptools_impl", "HttpToolsProtocol", "on_message_complete"): "4ce97e51d988",
    ("http.flow_control", "FlowControl", "pause_writing"): "f06408e4e614",
    ("http.flow_control", "FlowControl", "resume_writing"): "500343e48ea2",
    ("http.httptools_impl", "HttpToolsProtocol", "handle_websocket_upgrade"): "9f6222b9c807",
    ("websockets.websockets_sansio_impl", "WebSocketsSansIOProtocol", "__init__"): "53b3a32896c0",
    ("websockets.websockets_sansio_impl", "WebSocketsSansIOProtocol", "data_received"): "a972f1243c72",
    ("websockets.websockets_sansio_impl", "WebSocketsSansIOProtocol", "handle_events"): "851d1ac45751",
    ("websockets.websockets_sansio_impl", "WebSocketsSansIOProtocol", "handle_ping"): "c441fbc8acb6",
    ("websockets.websockets_sansio_impl", "WebSocketsSansIOProtocol", "handle_pong"): "fea1685a5b7c",
    ("websockets.websockets_sansio_impl", "WebSocketsSansIOProtocol", "handle_cont"): "e822c6d377ab",
    ("websockets.websockets_sansio_impl", "WebSocketsSansIOProtocol", "handle_text"): "9bc90729917c",
    ("websockets.websockets_sansio_impl", "WebSocketsSansIOProtocol", "handle_bytes"): "2fcb0158bbc1",
    ("websockets.websockets_sansio_impl", "WebSocketsSansIOProtocol", "pause_writing"): "0374a5b49a06",
}
"""Methods that are wrapped, or on which what wraps them relies, and the first digits of their source's digest."""


def digest(module: str, kind: str, method: str) -> str:
    """From the file, for the running class has been changed; of the syntax, for comments change nothing."""
    tree = ast.parse(Path(import_module(f"uvicorn.protocols.{module}").__file__).read_text("utf-8"))
    (result,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == kind)
    (act,) = (node for node in result.body if getattr(node, "name", "") == method)
    return hashlib.sha256(ast.unparse(act).encode()).hexdigest()[:12]


@pytest.mark.parametrize("part", PARTS, ids=".".join)
def test_what_is_changed_of_the_web_server_is_what_it_was(part):
    assert digest(*part) == PARTS[part], "read what is new in it beside cnnviz/hosts/streamlit/connections.py, then write its digest here"
