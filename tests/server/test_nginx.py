"""deploy/nginx.conf, run as it is: who comes without https is led to it, and browsers stay there."""

import http.client
import http.server
import re
import threading
from types import SimpleNamespace
from typing import ClassVar
from urllib.parse import urlsplit

import pytest

from tests.conftest import ROOT, _free_port
from tests.replicas import NGINX, nginx_before

pytestmark = pytest.mark.skipif(not NGINX, reason="there is no nginx here: the system's package has one")

KEPT = ("/numbers/step?k=1", "/static/js/index.js", "/web/bundle.js")
"""Whose answers nginx keeps for everybody."""
PATHS = ("/", "/room/ABCDE", "/room/ABCDE/events", *KEPT)


def asked(port: int, path: str, host: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Host": host, **headers})
    return connection.getresponse()


def test_who_comes_without_https_is_led_there_and_stays(tmp_path):
    nobody = SimpleNamespace(port=_free_port())
    with nginx_before(nobody, nobody, tmp_path) as address:
        plain, secure = re.findall(r"listen 127\.0\.0\.1:(\d+)", (tmp_path / "nginx.conf").read_text())
        for host in ("cnnviz.example.org", "elsewhere.example.net"):
            answer = asked(int(plain), "/room/ABCD?k=3", host)
            assert (answer.status, answer.getheader("Location")) == (301, "https://cnnviz.example.org/room/ABCD?k=3")
        assert int(secure) == urlsplit(address).port
        for path in PATHS:
            answer = asked(int(secure), path, "cnnviz.example.org")
            assert answer.status == 502 and answer.getheader("Strict-Transport-Security") == "max-age=15768000", path
            assert bool(answer.getheader("Set-Cookie")) == (path not in KEPT), path


class Lasting(http.server.BaseHTTPRequestHandler):
    """A server whose answers may be kept for ever; `heard` is who asked for what."""

    heard: ClassVar[list[tuple[str, str]]] = []

    def do_GET(self) -> None:
        self.heard.append((self.path, self.headers["X-Forwarded-For"]))
        self.send_response(200)
        self.send_header("Cache-Control", "public, max-age=31536000")
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"here")

    def log_message(self, *_) -> None:
        pass


def test_what_is_kept_for_everybody_bears_no_visitor_s_cookie(tmp_path):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Lasting) as one:
        threading.Thread(target=one.serve_forever, daemon=True).start()
        server = SimpleNamespace(port=one.server_port)
        with nginx_before(server, server, tmp_path) as address:
            port = int(urlsplit(address).port)
            for path in PATHS:
                answers = [asked(port, path, "cnnviz.example.org") for _ in range(2)]
                kept = path in KEPT
                assert [answer.getheader("X-Cache") for answer in answers] == (["MISS", "HIT"] if kept else [None, None]), path
                assert [bool(answer.getheader("Set-Cookie")) for answer in answers] == [not kept] * 2, path
                assert all(answer.getheader("Strict-Transport-Security") for answer in answers), path
        one.shutdown()


def test_a_server_hears_from_which_connection_it_is_asked_and_who_was_a_proxy_before(tmp_path):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Lasting) as one:
        threading.Thread(target=one.serve_forever, daemon=True).start()
        server = SimpleNamespace(port=one.server_port)
        with nginx_before(server, server, tmp_path) as address:
            for path in PATHS:
                Lasting.heard.clear()
                asked(int(urlsplit(address).port), f"{path}?first", "cnnviz.example.org")
                asked(int(urlsplit(address).port), f"{path}?second", "cnnviz.example.org", **{"X-Forwarded-For": "198.51.100.1"})
                (_, first), (_, second) = Lasting.heard
                assert re.fullmatch(r"127\.0\.0\.1:\d{4,5}", first), path
                assert re.fullmatch(r"198\.51\.100\.1, 127\.0\.0\.1:\d{4,5}", second) and not second.endswith(first), path
        one.shutdown()


def test_a_path_of_every_location_is_tried():
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    locations = re.findall(r"(?m)^ *location (?:~ )?(\S+) \{", text)
    assert len(locations) == len(PATHS)
    for location in locations:
        assert any(re.match(location, path) for path in PATHS), location
