"""Streamlit's page begins with the component, however it comes; whatever else is asked for is as it was."""

import gzip
import io
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import streamlit as st
from PIL import Image
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from cnnviz.export.share_card import SIZE
from cnnviz.hosts.streamlit.index import Early, page
from cnnviz.hosts.streamlit.loader import EARLY
from cnnviz.server.direct_routes import DirectRouteMiddleware
from cnnviz.server.headers import content_security_policy, inline_script_hashes
from cnnviz.server.numbers import number_routes
from tests.pages.running import ask

PAGE = (Path(st.__file__).parent / "static" / "index.html").read_bytes()


@pytest.mark.parametrize("coded", [False, True], ids=["plain", "compressed"])
def test_streamlits_page_loads_the_component_first_and_the_policy_lets_it(coded):
    headers = {"ETag": '"theirs"', "Last-Modified": "yesterday"} | ({"Content-Encoding": "gzip"} if coded else {})
    _, result, body = ask(Early(HTMLResponse(gzip.compress(PAGE) if coded else PAGE, headers=headers)))
    assert body.decode().partition("<body>")[2].startswith(EARLY)
    assert b'as="font"' in PAGE and b'as="font"' not in body
    assert result["content-length"] == str(len(body)) and not {"etag", "last-modified", "content-encoding"} & result.keys()
    assert set(inline_script_hashes(body.decode())) <= set(content_security_policy(page=page()).replace(";", "").split())


def test_nothing_else_is_changed():
    for other in (HTMLResponse("<body>a room's page"), PlainTextResponse("<body>"), Response(PAGE, 404, media_type="text/html")):
        assert ask(Early(other))[2] == other.body
    assert ask(Early(HTMLResponse(PAGE)), method="HEAD")[1]["content-length"] == str(len(PAGE))


@pytest.mark.parametrize(
    ("path", "there"), [("/stepp", "./?k=3#missing=stepp"), ("/a/b", "../?k=3#missing=a%2Fb"), ("/step", "./?k=3"), ("/train", None), ("/", None)]
)
def test_a_page_that_there_is_not_leads_to_the_first_with_its_name_and_the_lesson(path, there):
    status, result, body = ask(Early(HTMLResponse(PAGE)), path, query="k=3")
    assert (status, result.get("location")) == ((303, there) if there else (200, None))
    assert bool(body) is not bool(there)


class Head(HTMLParser):
    """Texts of a page's meta elements by name, its title and its language."""

    def __init__(self, body: bytes):
        super().__init__()
        self.meta, self.title, self.lang, self.tag = {}, "", "", ""
        self.feed(body.decode())

    def handle_starttag(self, tag, attrs):
        result = dict(attrs)
        self.tag, self.lang = tag, result.get("lang") or self.lang
        if tag == "meta" and ("property" in result or "name" in result):
            self.meta[result.get("property") or result["name"]] = result["content"]

    def handle_data(self, data):
        self.title += data.strip() if self.tag == "title" else ""


def head(path: str = "/", query: str = "", **headers: str) -> Head:
    return Head(ask(Early(HTMLResponse(PAGE)), path, query=query, headers={name.replace("_", "-"): text for name, text in headers.items()})[2])


def picture(url: str) -> tuple[int, bytes]:
    app = DirectRouteMiddleware(PlainTextResponse("elsewhere"), number_routes(""))
    status, headers, body = ask(app, urlsplit(url).path, query=urlsplit(url).query)
    assert headers["content-type"] == "image/png"
    return status, body


def test_a_posted_link_names_its_page_in_its_language_and_shows_its_setup():
    result = head("/train", "k=2&lang=fr", Host="example.org:8501")
    assert (result.title, result.lang) == ("Entraîner · cnnviz", "fr") and result.meta["og:title"] == result.title
    assert result.meta["description"] == result.meta["og:description"] != head("/train").meta["description"]
    url = result.meta["og:image"]
    assert url == "http://example.org:8501/numbers/train.png?k=2&lang=fr"
    assert (result.meta["og:image:width"], result.meta["og:image:height"]) == tuple(map(str, SIZE))
    status, body = picture(url)
    assert status == 200 and Image.open(io.BytesIO(body)).size == SIZE
    assert len({body, picture(url.replace("k=2", "k=3"))[1], picture(url.replace("lang=fr", "lang=en"))[1]}) == 3


def test_the_picture_is_found_behind_a_proxy_and_no_header_or_query_can_write_html():
    sent = {"X_Forwarded_Host": "a.org", "X_Forwarded_Prefix": "/cnn"}
    assert head("/", "", **sent).meta["og:image"] == "http://a.org/cnn/numbers/step.png?lang=en"
    broken = '"><script>alert(1)</script>'
    headers = {"Host": broken, "X-Forwarded-Prefix": broken}
    _, _, body = ask(Early(HTMLResponse(PAGE)), "/check", query=f"k={broken}", headers=headers)
    assert b"alert" in body and b"<script>alert" not in body
    result = Head(body)
    assert result.meta["og:image"].startswith("./numbers/check.png?") and "twitter:card" in result.meta
    assert parse_qs(urlsplit(result.meta["og:image"]).query)["k"] == [broken]



def test_the_picture_is_below_the_path_that_the_server_knows(monkeypatch):
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": "cnn"}.get)
    for path in ("/cnn/train", "/cnn/train/"):
        assert head(path, Host="a.org").meta["og:image"] == "http://a.org/cnn/numbers/train.png?lang=en"


def test_the_picture_of_nonsense_is_that_of_the_default():
    default = picture("/numbers/step.png?k=0")[1]
    for nonsense in ("k=many", "img=nothing&net=!&f=1,2", "lr=NaN&w=held-nothing", "k=0&lang=%00", "k=-1&set=%F0%9F"):
        status, body = picture(f"/numbers/step.png?{nonsense}")
        assert (status, body) == (200, default), nonsense
    opening = picture("/numbers/step.png")[1]
    assert opening == picture("/numbers/learn.png?lesson=kernel&step=2")[1] != default
