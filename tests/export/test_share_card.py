"""The share card: every kind of network, and what its pixels show."""

import io

import numpy as np
import pytest
from PIL import Image

from cnnviz import Setup, load_image, run_updates
from cnnviz.data.images import find_image
from cnnviz.export import share_card as module
from cnnviz.export.share_card import SIZE, share_card
from cnnviz.words import use_language

BLUE, GREY = (0x0B, 0x6B, 0xCB), (0x9A, 0xA2, 0xAF)


def written(monkeypatch, setup: Setup) -> tuple[np.ndarray, list[str]]:
    """The card's pixels and texts."""
    texts, text = list[str](), module._text
    monkeypatch.setattr(module, "_text", lambda pen, at, line, *rest, **named: texts.append(line) or text(pen, at, line, *rest, **named))
    pixels = find_image(setup.img).pixels
    with np.errstate(all="ignore"):
        card = share_card(setup, pixels, run_updates(setup, load_image(pixels, setup.ch, setup.scale), setup.k))
    image = Image.open(io.BytesIO(card))
    assert image.size == SIZE
    return np.asarray(image), texts


def test_the_columns_are_as_high_as_the_outputs(monkeypatch):
    setup = Setup(seed=39)
    pixels, texts = written(monkeypatch, setup)
    o = run_updates(setup, load_image(setup.img), 0).trace.o
    for x, colour, value in ((1000, GREY, o[0]), (1100, BLUE, o[1])):
        assert abs((pixels[:, x] == colour).all(-1).sum() - 300 * value) < 2
    assert {"It says dog. It should say cat.", "cat", "dog ✗", f"{o[1]:.2f}"} <= {*texts}
    assert (pixels[180, 60] == find_image("test-0").pixels[0, 0]).all()


@pytest.mark.parametrize(
    ("setup", "title"),
    [
        (Setup(), "It says cat, and that is right."),
        (Setup(y=(0.5, 0.5)), "It says cat."),
        (Setup(net="conv2x5-relu-gap-dense1-mse", y=(1.0,)), "It says "),
        (Setup(net="dense3-mse", lr=1e6, k=60), "The training has diverged."),
        (Setup(net="conv4x3-bn-relu-max2-dense10-softmax-ce", img="digit7-3", k=1), "It says output"),
        (Setup(net="dense4-softmax-ce", ch="rgb", classes=("a" * 20, "b" * 20)), "It s"),
    ],
)  # fmt: skip
def test_every_network_has_a_card(monkeypatch, setup, title):
    _, texts = written(monkeypatch, setup)
    assert any(text.startswith(title) for text in texts)


def test_a_card_is_in_the_readers_language(monkeypatch):
    with use_language("fr"):
        _, texts = written(monkeypatch, Setup(seed=39))
    assert "Il dit chien. Il devrait dire chat." in texts and "chien ✗" in texts
