"""Tests with a browser and tests with a loop of their own can be run together."""

import asyncio
from types import SimpleNamespace

import pytest

from tests.conftest import pytest_runtest_call


@pytest.mark.parametrize("fixtures", [["playwright", "screen"], ["tmp_path"]])
def test_beside_playwrights_loop_a_test_without_a_browser_has_its_own(fixtures):
    browsers = asyncio.new_event_loop()
    asyncio._set_running_loop(browsers)  # as Playwright leaves it from its first test on
    try:
        around = pytest_runtest_call(SimpleNamespace(fixturenames=fixtures))
        next(around)
        assert asyncio._get_running_loop() is (browsers if "playwright" in fixtures else None)
        with pytest.raises(StopIteration):
            around.send(None)
        assert asyncio._get_running_loop() is browsers
    finally:
        asyncio._set_running_loop(None)
        browsers.close()
