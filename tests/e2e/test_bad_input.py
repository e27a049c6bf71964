"""Nonsense gets a sentence where it happened; the setup on the screen stays, and no trace is shown."""

import dataclasses
import random
import re

import pytest
from playwright.sync_api import expect

from cnnviz import Setup
from cnnviz.pages.registry import pages
from tests.e2e.page import Screen, snapshot

VALUES = (
    *("", "0", "-1", "1", "3", "999999", "1e308", "-1e308", "1e400", "NaN", "inf", "0x10", "٣", "1_000", " 2 ", "+1"),
    *("<script>alert(1)</script>", "' or 1=1--", "../../../etc/passwd", "${7*7}", "{{7*7}}", "null", "True", "[]"),
    *("a" * 3000, "1," * 500, ",,,,,,,,", "1,2,3,4,5,6,7,8,9", "1;2;3;4;5;6;7;8;9", "nan,0,0,0,0,0,0,0,0"),
    *("upload-", "upload-AAAA", "upload-eJztwTEBAAAAwqD1T20LL6AAAA", "train-5", "test-19", "test-99999", "random--1"),
    *("%00", "\u2028", "😀", "x", "update", "sobel-x", "one_pixel,short_loop", "same", "4", "raw", "zeros"),
)
KEYS = (*Setup().to_query(), "mistake", "tf", "n", "vs", "nothing")


def address(draw: random.Random) -> dict[str, str]:
    return {key: draw.choice(VALUES) for key in draw.sample(KEYS, draw.randint(1, 7))}


@pytest.fixture
def screen(screen: Screen) -> Screen:
    screen.page.on("dialog", lambda dialog: screen.thrown.append(f"a dialog opened: {dialog.message}"))
    return screen


@pytest.mark.parametrize(
    "query",
    [
        "k=999999&f=a&img=..&stage=<script>alert(1)</script>",
        "k=1&k=&k=2&stage&&=&?&%&%zz&%ff%fe&lr=%C3%28",
    ],
)
def test_a_nonsense_address_shows_the_first_lesson_and_says_what_was_wrong(screen: Screen, query):
    screen.open(query=query)
    expect(screen.page).not_to_have_url(re.compile("alert"))  # Streamlit has heard of it, too
    screen.agrees()
    assert screen.complaints()
    screen.prints_no_trace()
    if "k=999999" in query:
        assert screen.setup == Setup()
        message = " ".join(screen.complaints())
        assert all(word in message for word in ("Update: '999999'", "Kernel: 'a'", "Image: '..'", "Stage: '<script>"))
        screen.page.goto("/stepp?k=1")
        expect(screen.page.locator(".notice")).to_contain_text("There is no page “stepp”")
        expect(screen.page).to_have_url(re.compile(r"/\?img=.*k=1"))


def test_any_address_gives_a_valid_lesson_on_every_page(screen: Screen):
    draw = random.Random(20)
    for path in [page.path for page in pages()]:
        screen.page.goto(screen.encode(f"/{path}", address(draw)))
        screen.ready()
        assert screen.setup  # whole and valid
        screen.prints_no_trace()


def test_what_cannot_be_used_leaves_the_lesson_as_it_was(screen: Screen):
    """As when the address is edited by hand: each key that cannot be used keeps the value it had."""
    screen.open(k=2, stage="a1", img="test-6")
    draw = random.Random(3)
    for _ in range(6):
        asked = {key: text for key, text in address(draw).items() if text}  # what is empty is as good as not there
        expected, wrong = Setup.read(asked, instead=screen.setup)
        if asked.get("img", "").startswith(("upload-", "train-")) and "img" not in wrong:
            wrong["img"] = "not at hand"
            expected = Setup(**expected.to_query() | {"img": screen.setup.img})
        if not asked.keys() & Setup().to_query().keys():  # no setup is asked for: the page opens at its first stage
            expected = dataclasses.replace(expected, stage="x")
        screen.visit(asked)
        screen.shows(expected)
        assert screen.setup == expected
        assert bool(screen.complaints()) == bool(wrong), (asked, wrong)
        screen.prints_no_trace()


def test_a_bad_entry_gets_a_sentence_beside_it(screen: Screen):
    screen.open(k=0)
    for k, (key, text, place, sentence) in enumerate(
        (
            ("kernel_1_1", "NaN", "f", "'NaN' is not a finite number"),
            ("kernel_0_2", "1e308", "f", "'1e308' is too large"),
            ("kernel_2_0", "two", "f", "'two' is not a number"),
            ("learning_rate", "-0.1", "lr", "'-0.1' is negative"),
            ("learning_rate", "", "lr", "is not a number"),
            ("target_0", "one", "y", "'one' is not a number"),
            ("seed", "1.5", "seed", "'1.5' is not an integer"),
        )
    ):
        setup = Setup(k=k)
        screen.type(key, text)
        expect(screen.page.locator(f'[data-wrong="{place}"]')).to_contain_text(sentence)
        assert len(screen.complaints()) == 1
        expect(screen.key(key)).to_have_value(text)  # to be mended
        expect(screen.root.locator("[aria-invalid]")).to_have_count(1)
        expect(screen.key(key)).to_have_attribute("aria-invalid", "true")
        screen.shows(setup)
        assert screen.setup == setup
        screen.prints_no_trace()
        screen.press("PageDown")
        screen.ready(update=k + 1)
        assert screen.complaints() == []  # it is said once
        expect(screen.key(key)).not_to_have_value(text)


def test_a_rate_that_diverges_is_explained(screen: Screen):
    setup = Setup(y=(0.5, 0.5), lr=3, k=2)
    screen.open(y="0.5,0.5", lr=3, k=2).shows(setup)
    losses = snapshot(setup).losses
    assert losses[-1] > losses.min() + 0.05
    expect(screen.page.locator(".remark")).to_contain_text("η = 3")
    screen.prints_no_trace()


def test_the_notebooks_rule_needs_stride_1_and_says_so(screen: Screen):
    screen.open(rule="object-oriented")
    screen.select("stride", "2")
    assert "stride 1 and padding valid, not 2" in " ".join(screen.complaints())
    assert screen.setup == Setup(stride=2)
    screen.agrees()
    screen.prints_no_trace()
