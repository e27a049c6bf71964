"""A value that a key of an address cannot have gets a sentence on every page, and the setup stays."""

import re

import pytest

from cnnviz.core.setup.page_state import PAGE_KEYS
from cnnviz.core.setup.setup import SETUP_KEYS
from cnnviz.pages.registry import Page, extra_resources, pages
from cnnviz.pages.resource import compute_resource
from tests.pages.running import decode

NONSENSE = ("zzz?", "-1", "9" * 12, "<b>x</b>", "\N{GRINNING FACE}", ";;,", "held-0123456789abcdef")
"""The last one is the name of numbers that this server does not have."""
VALID = {"classes": {"-1", "9" * 12, "held-0123456789abcdef"}, "script": {"9" * 12, "held-0123456789abcdef"}}
"""Values among them that a key may have: names of an output, and ids of scripts, which a resource of their own looks up."""


def answered(page: Page, query: dict[str, str]) -> dict:
    return decode(compute_resource(page, query, compress=False).plain)[0]


def others(lesson: dict[str, str], key: str) -> dict[str, str]:
    """The setup without the key, and without the stage, which is another if an address has no setup."""
    return {name: text for name, text in lesson.items() if name not in (key, "stage")}


@pytest.mark.parametrize("page", [*pages(), *extra_resources()], ids=lambda page: page.id)
def test_every_key_says_what_was_wrong_and_what_becomes_of_it_and_the_setup_stays(page):
    plain = answered(page, {})["lesson"]
    for key in sorted({*SETUP_KEYS, *PAGE_KEYS, *page.keys}):
        for text in NONSENSE:
            if text in VALID.get(key, ()) and key not in page.keys:
                continue
            header = answered(page, {key: text})
            sentence = header["wrong"].get(key, "")
            assert sentence, f"{page.id}: {key}={text} is ignored without a sentence"
            assert re.match(r"[^.:]+: |There is no (lesson|script) ", sentence), (key, sentence)
            assert re.search(r"ignored\.|[Uu]sing |drawn again\.|The updates are shown\.|Choose another\.", sentence), (key, sentence)
            assert others(header["lesson"], key) == others(plain, key), (key, text)
