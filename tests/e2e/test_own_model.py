"""Share › Your own model: pasted text or a file becomes the network of the setup."""

import re

from playwright.sync_api import expect

from tests.e2e.page import Screen


def open_dialog(screen: Screen):
    screen.key("export").click()
    screen.key("model_in").click()
    return screen.page.get_by_role("dialog")


def test_a_pasted_model_is_shown_layer_by_layer_and_opened(screen: Screen):
    screen.open("/", img="test-3", k=5)
    dialog = open_dialog(screen)
    screen.key("model_text").fill("nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.LSTM(4, 4), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(900, 10))")
    screen.key("model_read").click()
    expect(dialog).to_contain_text("nn.LSTM(4, 4) → left out")
    expect(dialog).to_contain_text("conv4x3b-relu-max2-dense10-softmax-ce")
    screen.key("model_open").click()
    screen.page.wait_for_url(re.compile("ch=rgb&.*net=conv4x3b-relu-max2-dense10-softmax-ce"))
    screen.ready(update=0)
    expect(screen.page.locator(".notice")).to_contain_text("your model's")
    screen.prints_no_trace()


def test_a_file_that_is_no_model_gets_a_sentence(screen: Screen, tmp_path):
    screen.open("/")
    dialog = open_dialog(screen)
    (tmp_path / "model.py").write_text("import os\nos.remove('x')")
    screen.key("model_file").set_input_files(tmp_path / "model.py")
    expect(dialog.get_by_role("alert")).to_contain_text("There are no layers")
    screen.prints_no_trace()
