"""What Python writes for the browser: the constants of spec.js."""

import re

import pytest

from cnnviz.view import constants
from cnnviz.words import catalogue
from tests.conftest import ROOT


@pytest.mark.parametrize("there", [True, False])
def test_tensorflow_is_offered_only_where_it_is_installed_allowed_and_asked_of_a_server(there, monkeypatch):
    def offered(served: bool = True) -> tuple[bool, bool]:
        """Whether TensorFlow can be run, and whether the page says how to install it."""
        values = constants._constants("en", {}, served)
        return bool(values["TENSORFLOW"]), bool(values["LACKS_TENSORFLOW"])

    monkeypatch.setattr(constants, "has_tensorflow", lambda: there)
    assert offered() == (there, not there) and offered(served=False) == (False, False)
    monkeypatch.setenv("CNNVIZ_WITHOUT", "tensorflow")
    assert offered() == (False, False)


def test_what_python_alone_says_is_not_sent_and_no_page_says_it():
    of_pages = [path for folder in ("core", "data", "rooms", "models", "pages", "decks", "wire") for path in (ROOT / "cnnviz" / folder).rglob("*.py")]
    message = {id for path in of_pages for id in re.findall(rf'"((?:{"|".join(constants.PYTHON_ONLY)})\.[\w.]+)"', path.read_text("utf-8"))}
    assert message == set()
    assert {id.split(".")[0] for id in catalogue()} - {id.split(".")[0] for id in constants.browser_messages("en")} == {*constants.PYTHON_ONLY}
