"""Every number of every page, worked out by WebAssembly in the browser's worker, beside what this machine's own Python answers."""

from urllib.parse import urlencode

import numpy as np
import pytest

from cnnviz.core.setup.presets import PRESETS
from cnnviz.pages import answer
from cnnviz.pages.check import checking
from cnnviz.pages.encoding import decode
from cnnviz.pages.version import code

NETWORKS = {preset.name: preset.query for preset in PRESETS if preset.name in ("seed", "lenet", "explainer")}
PAGES = ("step", "train", "notebook", "learn")
EQUAL = 1e-12
ROUNDED = "raised."
"""The change of the loss when a number is raised: of two losses that are nearly alike the rest is round-off."""
FEW_LEVELS = 1e-5
"""The share of colours that may be the next one: a number beside the border of two."""


def query_of(name: str) -> dict[str, str]:
    return NETWORKS[name] | {"k": "1", "n": "20"}


@pytest.fixture(scope="module")
def answers(asked):
    """Of each page and network, the two answers: header and arrays of WebAssembly's, and of ours."""
    asks = [(page, name) for name in NETWORKS for page in (*PAGES, "check")]
    result = asked([f"numbers/{code()}/{page}?{urlencode(query_of(name))}" for page, name in asks])
    assert all(status == 200 for status, _ in result), [body for status, body in result if status != 200]
    return dict(zip(asks, (decode(body) for _, body in result), strict=True))


@pytest.fixture
def at_once(monkeypatch):
    """Long checks are made while one waits, as in a browser."""
    monkeypatch.setattr(checking, "THREADS", False)


def differences(a: object, b: object, at: str = "") -> list[str]:
    """Where two headers say something else; numbers may differ by EQUAL."""
    if isinstance(a, dict) and isinstance(b, dict):
        return [line for key in {*a, *b} for line in differences(a.get(key), b.get(key), f"{at}.{key}")]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [line for n, (one, other) in enumerate(zip(a, b, strict=True)) for line in differences(one, other, f"{at}.{n}")]
    close = isinstance(a, float) and isinstance(b, float) and abs(a - b) <= EQUAL * max(abs(a), abs(b))
    return [] if a == b or close else [f"{at}: {a!r}, {b!r}"]


def unlike(found: np.ndarray, ours: np.ndarray, scale: float | None = None) -> bool:
    """Whether arrays differ by more than EQUAL of the largest entry, or of `scale`."""
    if found.shape != ours.shape or found.dtype != ours.dtype:
        return True
    if ours.dtype.kind != "f":
        apart = np.abs(found.astype(int) - ours.astype(int))
        return bool(apart.max(initial=0) > 1 or apart.sum() > max(1, FEW_LEVELS * apart.size))
    finite = np.isfinite(ours)
    largest = np.abs(ours[finite]).max(initial=0) if scale is None else scale
    return bool((np.isfinite(found) != finite).any() or (np.abs(found - ours)[finite] > EQUAL * largest).any())


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("page", PAGES)
def test_every_number_is_the_same(answers, page, name):
    (header, arrays), (user_header, own) = answers[page, name], decode(answer(page, query_of(name)))
    assert arrays.keys() == own.keys()
    assert differences(header, user_header) == []
    wrong = [key for key in own if unlike(arrays[key], own[key], user_header["loss"] if key.startswith(ROUNDED) else None)]
    assert wrong == []


@pytest.mark.parametrize("name", NETWORKS)
def test_check_comes_to_the_same_verdict_with_the_same_gradients(answers, name, at_once):
    (header, arrays), (user_header, own) = answers["check", name], decode(answer("check", query_of(name)))
    assert arrays.keys() == own.keys()
    assert [key for key in own if key.startswith("ours.") and unlike(arrays[key], own[key])] == []
    off = [key for key in own if key.startswith("central.") and np.abs(arrays[key] - own[key]).max() > 1e-5 * np.abs(own[key]).max()]
    assert off == []
    chain, own_chain = header.pop("road"), user_header.pop("road")
    assert header.pop("check").keys() == user_header.pop("check").keys()  # it shows round-off itself, digit by digit
    assert differences(header, user_header) == []
    assert chain["verdict"]["good"] is own_chain["verdict"]["good"] is True
    assert chain["verdict"]["text"]["say"][0] == own_chain["verdict"]["text"]["say"][0]
    assert chain.keys() == own_chain.keys()


def test_the_losses_of_many_starts_are_the_same(asked):
    query = {"sweep": "seed:0..3", "n": "5"}
    ((status, body),) = asked([f"numbers/{code()}/train?{urlencode(query)}"])
    assert status == 200
    (_, arrays), (_, own) = decode(body), decode(answer("train", query))
    assert arrays.keys() == own.keys() and [key for key in own if unlike(arrays[key], own[key])] == []
