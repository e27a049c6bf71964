"""The web server's own layers, asked directly: headers on every answer, a bound on uploads, the component's files."""

from __future__ import annotations

import asyncio

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse

from cnnviz.ui import server


def ask(app, path: str = "/", method: str = "GET", headers: dict[str, str] | None = None):
    """Status, headers and body of what `app` answers."""
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "http_version": "1.1"}
    scope["headers"] = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    sent: list[dict] = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    start = sent[0]
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, body


@pytest.mark.parametrize("answer", [HTMLResponse("<p>"), PlainTextResponse("no", 404)])
def test_every_answer_has_the_headers_and_only_a_page_the_preload(answer):
    _, headers, _ = ask(server.Headers(answer))
    for name, value in server.HEADERS.items():
        assert headers[name.lower()] == value
    assert ("link" in headers) == (answer.status_code == 200)


def test_the_policy_loads_nothing_from_anywhere_else():
    policy = dict(part.split(" ", 1) for part in server.content_security_policy().split("; "))
    assert policy["default-src"] == "'none'" and policy["connect-src"] == "'self'"
    for name, sources in policy.items():
        assert "*" not in sources and "http" not in sources
        assert name == "style-src" or "'unsafe-inline'" not in sources
    assert "'sha256-" in policy["script-src"]


def test_a_web_socket_passes_through_untouched():
    seen = []

    async def app(scope, receive, send):
        seen.append((scope, receive, send))

    scope = {"type": "websocket", "path": "/_stcore/upload_file/a/b"}
    for layer in (server.Headers(app), server.UploadLimit(app)):
        asyncio.run(layer(scope, "receive", "send"))
    assert seen == [(scope, "receive", "send")] * 2


def test_a_session_may_send_so_many_files_and_another_as_many():
    app = server.UploadLimit(PlainTextResponse("taken"))
    for session in ("one", "two"):
        paths = [f"/_stcore/upload_file/{session}/{number}" for number in range(server.UPLOADS_A_SESSION + 1)]
        answers = [ask(app, path, "PUT") for path in paths]
        assert [status for status, *_ in answers] == [200] * server.UPLOADS_A_SESSION + [429]
        assert b"reload" in answers[-1][2]
    assert ask(app, "/_stcore/upload_file/one/0", "DELETE")[0] == 200
    assert ask(app, "/elsewhere", "PUT")[0] == 200


def test_a_file_is_sent_once_and_then_known_by_its_tag():
    made = []
    route = server.made_once("/x", "text/css", lambda: made.append(1) or "p {}")
    status, headers, body = ask(route.app, "/x")
    assert (status, body, headers["content-type"]) == (200, b"p {}", "text/css; charset=utf-8")
    for tag in (headers["etag"], f"W/{headers['etag']}", f'"other", {headers["etag"]}'):
        assert ask(route.app, "/x", headers={"If-None-Match": tag})[::2] == (304, b"")
    assert ask(route.app, "/x", headers={"If-None-Match": '"other"'})[0] == 200
    assert made == [1]
