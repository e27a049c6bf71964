"""What Python writes for the browser: the constants of spec.js."""

import pytest

from cnnviz.view import constants


@pytest.mark.parametrize("there", [True, False])
def test_tensorflow_is_offered_only_where_it_is_installed_allowed_and_asked_of_a_server(there, monkeypatch):
    def offered(served: bool = True) -> bool:
        return constants._constants("en", {}, served)["TENSORFLOW"]

    monkeypatch.setattr(constants, "installed", lambda: there)
    assert offered() is there and offered(served=False) is False
    monkeypatch.setenv("CNNVIZ_WITHOUT", "tensorflow")
    assert offered() is False
