"""What needs TensorFlow: the third opinion on Check, and the full CIFAR-10. Its server starts TensorFlow once.

The server is cut off from the network, so that the download of CIFAR-10 fails at once, everywhere.
"""

import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cnnviz import Setup
from tests.conftest import Server
from tests.e2e.page import Screen, read, screen_in

pytestmark = pytest.mark.xdist_group("tensorflow")  # one worker, one start of TensorFlow
TENSORFLOW_MS = 300_000
NOWHERE = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")


@pytest.fixture(scope="module")
def offline(tmp_path_factory):
    with Server(environment={"KERAS_HOME": str(tmp_path_factory.mktemp("keras")), "no_proxy": "", **NOWHERE}) as server:
        assert not has_tensorflow(server)
        yield server


@pytest.fixture
def screen(browser, browser_context_args, offline):
    with screen_in(browser, browser_context_args | {"base_url": offline.url}) as screen:
        yield screen


def has_tensorflow(server: Server) -> bool:
    """Whether the server's process has loaded TensorFlow's libraries; only Linux says so."""
    libraries = Path(f"/proc/{server.pid}/maps")
    return libraries.exists() and "/tensorflow/" in libraries.read_text()


def test_tensorflow_is_started_by_its_switch_and_gives_a_third_opinion(screen: Screen, offline: Server):
    before = has_tensorflow(offline)  # True where this is tried once more
    screen.open("/notebook", rule="procedural")
    screen.open("/", k=1)
    screen.page.locator("nav").get_by_text("Check", exact=True).click()
    expect(screen.page.locator(".verdict")).to_contain_text("1,811 parameters")
    screen.switch("break_it")
    screen.switch("mistake_sign_flipped")
    screen.switch("tab_ours")
    opinion = screen.page.locator(".aside span")
    expect(opinion).to_be_empty()
    assert has_tensorflow(offline) == before
    screen.key("tensorflow").click()
    expect(screen.key("tensorflow")).to_have_attribute("aria-pressed", "true")
    expect(screen.page.locator(".verdict")).to_contain_text("1,811 parameters")  # all else stays
    screen.press("PageDown")
    screen.ready(update=2)  # and goes on
    expect(opinion).to_contain_text("TensorFlow agrees", timeout=TENSORFLOW_MS)
    apart = read(opinion.inner_text().partition("within ")[2].removesuffix("."))
    assert apart < 1e-12
    assert screen.address["tf"] == "1"
    assert has_tensorflow(offline) or not sys.platform.startswith("linux")
    screen.switch("tensorflow")
    expect(opinion).to_be_empty()
    screen.prints_no_trace()


def test_without_a_network_cifar10_says_so_in_its_dialog(screen: Screen):
    screen.open("/", k=1)
    screen.key("rail_image").click()
    screen.key("cifar10").click()
    dialog = screen.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Load CIFAR-10").click()
    sentence = dialog.get_by_role("alert")
    expect(sentence).to_contain_text("CIFAR-10 cannot be downloaded", timeout=TENSORFLOW_MS)
    expect(sentence).to_contain_text("check the network")
    expect(dialog.get_by_role("button", name="Load CIFAR-10")).to_be_visible()
    screen.prints_no_trace()
    screen.close_dialog()
    screen.shows(Setup(k=1))
    screen.open("/", img="train-7", k=1).shows(Setup(k=1))
    assert "train-7 needs the full CIFAR-10." in " ".join(screen.complaints())
