"""Streamlit's page begins with the component, however it comes; whatever else is asked for is as it was."""

import gzip
from pathlib import Path

import pytest
import streamlit as st
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from cnnviz.hosts.streamlit.index import Early, page
from cnnviz.hosts.streamlit.loader import EARLY
from cnnviz.server.headers import content_security_policy, inline_script_hashes
from tests.pages.running import ask

PAGE = (Path(st.__file__).parent / "static" / "index.html").read_bytes()


@pytest.mark.parametrize("coded", [False, True], ids=["plain", "compressed"])
def test_streamlits_page_loads_the_component_first_and_the_policy_lets_it(coded):
    headers = {"ETag": '"theirs"', "Last-Modified": "yesterday"} | ({"Content-Encoding": "gzip"} if coded else {})
    _, found, body = ask(Early(HTMLResponse(gzip.compress(PAGE) if coded else PAGE, headers=headers)))
    assert body.decode().partition("<body>")[2].startswith(EARLY)
    assert b'as="font"' in PAGE and b'as="font"' not in body
    assert found["content-length"] == str(len(body)) and not {"etag", "last-modified", "content-encoding"} & found.keys()
    assert set(inline_script_hashes(body.decode())) <= set(content_security_policy(page=page()).replace(";", "").split())


def test_nothing_else_is_changed():
    for other in (HTMLResponse("<body>a room's page"), PlainTextResponse("<body>"), Response(PAGE, 404, media_type="text/html")):
        assert ask(Early(other))[2] == other.body
    assert ask(Early(HTMLResponse(PAGE)), method="HEAD")[1]["content-length"] == str(len(PAGE))


@pytest.mark.parametrize(
    ("path", "there"), [("/stepp", "./?k=3#missing=stepp"), ("/a/b", "../?k=3#missing=a%2Fb"), ("/step", "./?k=3"), ("/train", None), ("/", None)]
)
def test_a_page_that_there_is_not_leads_to_the_first_with_its_name_and_the_lesson(path, there):
    status, found, body = ask(Early(HTMLResponse(PAGE)), path, query="k=3")
    assert (status, found.get("location")) == ((303, there) if there else (200, None))
    assert bool(body) is not bool(there)
