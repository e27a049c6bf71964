"""Each browser of drivers.py, once a run; where one is not on this machine its tests are left out, and say so."""

from collections.abc import Iterator

import pytest

from tests.browsers.drivers import Browser, Missing, firefox, webkit


@pytest.fixture(scope="session", params=[firefox, webkit], ids=["Firefox", "WebKitGTK"])
def browser(request) -> Iterator[Browser]:
    started = request.param()
    try:
        page = started.__enter__()
    except Missing as missing:
        pytest.skip(str(missing))
    yield page
    started.__exit__(None, None, None)
