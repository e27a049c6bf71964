"""The pages' registry: each page is a folder with a path, a name, keys of its own, and a handler."""

import pytest

from cnnviz import Setup
from cnnviz.pages.handlers import handler_of
from cnnviz.pages.registry import extra_resources, page_at, page_keys, pages
from cnnviz.pages.resource import page_of
from cnnviz.words import has_message

KEYS = [*Setup().to_query(), *page_keys()]
PATHS = [page.path for page in pages()]


def test_every_page_is_a_folder_with_a_name_and_one_of_them_opens_first():
    assert PATHS[0] == "" and len({*PATHS}) == len(PATHS) == len({page.place for page in pages()})
    assert all(page.name for page in pages())
    assert len({*KEYS}) == len(KEYS), "two keys of one name"


@pytest.mark.parametrize("page", [*pages(), *extra_resources()], ids=lambda page: page.id)
def test_every_page_has_a_handler_and_is_found_by_its_name_and_path(page):
    assert handler_of(page).is_cacheable({}) and page_of(page.id) == page
    if page in pages():
        assert page_at(page.path) == page and has_message(f"ui.{page.id}.name")
