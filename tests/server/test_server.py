"""The web server's own layers, asked directly: headers, guards, the component's files, and what happens at the start."""

import asyncio
import gzip
import logging
import socket
import subprocess
import sys
import threading

import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg

from cnnviz.hosts.streamlit.application import middleware, routes
from cnnviz.hosts.streamlit.guards import (
    Frames,
    Metrics,
    NoUploads,
    Origins,
    is_own_origin,
)
from cnnviz.hosts.streamlit.start import disable_nagle
from cnnviz.server.compression import CHUNK_SIZE
from cnnviz.server.direct_routes import DirectRouteMiddleware
from cnnviz.server.embedding import read_origins
from cnnviz.server.files import file_routes, lazy_route
from cnnviz.server.headers import Headers, content_security_policy, security_headers
from cnnviz.server.rate_limit_middleware import RateLimitMiddleware
from tests.pages.running import ask


@pytest.mark.parametrize("answer", [HTMLResponse("<p>"), PlainTextResponse("no", 404)])
def test_every_answer_has_the_headers_and_only_a_page_the_preload(answer):
    _, headers, _ = ask(Headers(answer))
    for name, value in security_headers(()).items():
        assert headers[name.lower()] == value
    assert ("link" in headers) == (answer.status_code == 200)


def test_the_policy_loads_nothing_from_anywhere_else():
    policy = dict(part.split(" ", 1) for part in content_security_policy(page="<script>1</script>").split("; "))
    assert policy["default-src"] == "'none'" and policy["connect-src"] == "'self'"
    for name, sources in policy.items():
        assert "*" not in sources and "http" not in sources
        assert name == "style-src" or "'unsafe-inline'" not in sources
    assert "'sha256-" in policy["script-src"]


def test_a_web_socket_passes_through_untouched():
    seen = []

    async def app(scope, receive, send):
        seen.append((scope, receive, send))

    scope = {"type": "websocket", "path": "/_stcore/upload_file/a/b", "headers": []}
    layers = [layer.cls for layer in middleware([]) if layer.cls not in (RateLimitMiddleware, Frames)]  # these listen to it
    for layer in layers:
        asyncio.run(layer(app)(scope, "receive", "send"))
    assert seen == [(scope, "receive", "send")] * len(layers)


def test_nothing_can_be_left_with_streamlit():
    app = NoUploads(PlainTextResponse("taken"))
    assert [ask(app, "/cnn/_stcore/upload_file/session/1", method)[0] for method in ("PUT", "DELETE", "POST")] == [404] * 3
    assert ask(app, "/_stcore/upload_file/session/1", "OPTIONS")[0] == ask(app, "/elsewhere", "PUT")[0] == 200


def test_a_file_is_sent_once_and_then_known_by_its_tag():
    result = []
    route = lazy_route("/x", "text/css", lambda: result.append(1) or "p {}")
    status, headers, body = ask(route.app, "/x")
    assert (status, body, headers["content-type"]) == (200, b"p {}", "text/css; charset=utf-8")
    for tag in (headers["etag"], f"W/{headers['etag']}", f'"other", {headers["etag"]}'):
        assert ask(route.app, "/x", headers={"If-None-Match": tag})[::2] == (304, b"")
    assert ask(route.app, "/x", headers={"If-None-Match": '"other"'})[0] == 200
    assert result == [1]


def test_a_file_is_kept_compressed_and_goes_piece_by_piece_to_who_does_not_read_that():
    text = "p {}\n" * 100_000

    async def pieces() -> list[bytes]:
        result = await lazy_route("/x", "text/css", lambda: text).endpoint(Request({"type": "http", "query_string": b"", "headers": []}))
        return [piece async for piece in result.body_iterator]

    sent = asyncio.run(pieces())
    assert b"".join(sent) == text.encode() and max(map(len, sent)) <= CHUNK_SIZE


def test_the_pages_own_files_are_answered_before_streamlits_layers():
    for path in ("/web/bundle.js", "/web/style.css", "/web/images.png"):
        assert ask(DirectRouteMiddleware(PlainTextResponse("Streamlit's"), file_routes("/cnn")), f"/cnn{path}")[2] != b"Streamlit's"


def test_a_file_that_a_class_asks_for_at_once_is_made_once_outside_the_event_loop_and_again_if_that_failed():
    result: list[bool] = []

    def make() -> str:
        result.append(threading.current_thread() is threading.main_thread())
        if len(result) == 1:
            raise MemoryError
        return "p {}"

    request = Request({"type": "http", "query_string": b"", "headers": [(b"accept-encoding", b"gzip")]})

    async def tried() -> None:
        answer = lazy_route("/x", "text/css", make).endpoint
        with pytest.raises(MemoryError):
            await answer(request)
        assert {gzip.decompress(result.body) for result in await asyncio.gather(*(answer(request) for _ in range(100)))} == {b"p {}"}

    asyncio.run(tried())
    assert result == [False, False]


# ---- under a path, and in a frame


@pytest.fixture
def option():
    """Sets an option of Streamlit's until the test is over."""
    before = {}

    def set_option(name: str, value: object) -> None:
        before.setdefault(name, st.get_option(name))
        config.set_option(name, value)

    yield set_option
    for name, value in before.items():
        config.set_option(name, value)


@pytest.mark.parametrize("prefix", ["cnnviz", "/cnnviz/", "tools/cnnviz"])
def test_the_components_files_stand_under_streamlits_prefix(option, prefix):
    at_top = [route.path for route in routes()]
    option("server.baseUrlPath", prefix)
    assert [route.path for route in routes()] == [f"/{prefix.strip('/')}{path}" for path in at_top]


def test_origins_that_may_show_the_page_in_a_frame_stand_in_the_policy_and_nobody_else(monkeypatch):
    for text, ancestors in {"": "'self'", "https://a.org http://localhost:*": "'self' https://a.org http://localhost:*"}.items():
        monkeypatch.setenv("CNNVIZ_EMBED", text)
        _, headers, _ = ask(Headers(HTMLResponse("<p>")))
        assert f"frame-ancestors {ancestors};" in headers["content-security-policy"]
        assert ("x-frame-options" in headers) == (not text)


@given(some.text("ab.*:/-;' \t\r\n,0", max_size=20))
def test_no_text_puts_anything_but_origins_into_the_policy(text):
    try:
        allowed = read_origins(text)
    except ValueError as error:
        assert "is not an origin" in str(error)
    else:
        assert not any(set(origin) & set("; '\t\r\n,") for origin in allowed)


# ---- guards


def open_socket(app, headers: dict[str, str], messages: tuple[dict, ...] = ()) -> list[dict]:
    """What `app` says to a web socket that sends `messages`."""
    scope = {"type": "websocket", "path": "/_stcore/stream"}
    scope["headers"] = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    coming, text = iter(messages), []

    async def receive():
        return next(coming)

    async def send(message):
        text.append(message)

    asyncio.run(app(scope, receive, send))
    return text


async def accepting(scope, receive, send):
    await send({"type": "websocket.accept", "origin": dict(scope["headers"]).get(b"origin")})


OWN = [
    {"Host": "a.org"},
    {"Host": "a.org", "Origin": "https://a.org"},
    {"Host": "A.org:8501", "Origin": "http://a.org:8501"},
    {"Host": "a.org:443", "Origin": "https://a.org"},
    {"Host": "127.0.0.1:8501", "Origin": "https://a.org", "X-Forwarded-Host": "b.org, a.org"},
]
FOREIGN = [
    {"Host": "a.org", "Origin": "https://evil.org"},
    {"Host": "a.org:8501", "Origin": "http://a.org"},
    {"Host": "a.org", "Origin": "null"},
    {"Host": "a.org", "Origin": ""},
    {"Host": "", "Origin": "null"},
    {"Host": "127.0.0.1:8501", "Origin": "http://localhost:9000"},
    {"Host": "a.org", "Origin": "https://a.org.evil.org"},
    {"Host": "a.org", "Origin": "http://[a.org"},
]


@pytest.mark.parametrize("headers", OWN, ids=str)
def test_our_own_pages_may_open_a_session_and_streamlit_need_not_ask_who_they_are(headers):
    (accepted,) = open_socket(Origins(accepting), headers)
    wanted = f"http://{headers['Host']}".encode() if "Origin" in headers else None
    assert accepted == {"type": "websocket.accept", "origin": wanted}
    assert ask(Origins(PlainTextResponse("taken")), method="PUT", headers=headers)[0] == 200


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_foreign_page_may_neither_open_a_session_nor_send_a_file(headers):
    assert open_socket(Origins(accepting), headers) == [{"type": "websocket.close", "code": 1008}]
    for method in ("PUT", "DELETE", "POST"):
        assert ask(Origins(PlainTextResponse("taken")), method=method, headers=headers)[0] == 403
    assert ask(Origins(PlainTextResponse("read")), headers=headers)[0] == 200


def test_a_foreign_page_is_told_of_once_and_not_for_ever(caplog):
    app = Origins(accepting)
    with caplog.at_level(logging.WARNING):
        for i in range(100):
            for _ in range(2):
                open_socket(app, {"Host": "a.org", "Origin": f"https://{i}.org"})
    assert len(caplog.records) == 20 and "docs/serving.md" in caplog.text


def test_other_origins_can_be_allowed(option):
    assert not is_own_origin("https://b.org", "a.org")
    option("server.corsAllowedOrigins", ["https://b.org"])
    assert is_own_origin("https://b.org", "a.org")
    option("server.enableCORS", False)
    assert open_socket(Origins(accepting), FOREIGN[0])[0]["type"] == "websocket.accept"


@pytest.mark.parametrize("wrong", [{"text": "2"}, {"bytes": b"\xff\xfe garbage"}, {}], ids=["text", "garbage", "nothing"])
def test_a_web_socket_that_sends_what_is_no_message_is_closed_and_streamlit_hears_that_it_left(wrong):
    heard = []
    rerun = BackMsg(rerun_script={"query_string": "k=1"}).SerializeToString()

    async def app(scope, receive, send):
        heard.extend([await receive(), await receive()])

    text = open_socket(Frames(app), {}, ({"type": "websocket.receive", "bytes": rerun}, {"type": "websocket.receive", **wrong}))
    assert text == [{"type": "websocket.close", "code": 1003}]
    assert [message["type"] for message in heard] == ["websocket.receive", "websocket.disconnect"]


def test_metrics_are_shown_only_where_they_are_asked_for(monkeypatch):
    for path in ("/_stcore/metrics", "/cnnviz/_stcore/metrics", "/_stcore/metrics/"):
        monkeypatch.delenv("CNNVIZ_METRICS", raising=False)
        assert ask(Metrics(PlainTextResponse("3 sessions")), path)[0] == 404
        monkeypatch.setenv("CNNVIZ_METRICS", "1")
        assert ask(Metrics(PlainTextResponse("3 sessions")), path)[0] == 200


# ---- the start


def test_every_connection_sends_at_once():
    """As Streamlit makes its socket: without naming the protocol."""

    async def accepted() -> int:
        loop = asyncio.get_running_loop()
        disable_nagle(loop)
        found: asyncio.Future[int] = loop.create_future()

        class Protocol(asyncio.Protocol):
            def connection_made(self, transport):
                found.set_result(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        server = await loop.create_server(Protocol, sock=listening)
        _, writer = await asyncio.open_connection(*listening.getsockname())
        delay = await found
        writer.close()
        server.close()
        return delay

    assert asyncio.run(accepted()) != 0


LIMIT = """
import resource
from cnnviz.hosts.streamlit.start import raise_file_limit
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 900))
raise_file_limit()
print(resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_as_many_files_may_be_open_as_the_system_allows():
    done = subprocess.run([sys.executable, "-c", LIMIT], capture_output=True, text=True, check=True, timeout=600)
    assert done.stdout == "(900, 900)\n"
