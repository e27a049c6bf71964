"""Resolution of an address to a setup and its image."""

import pytest

from cnnviz.core.setup.setup import Setup
from cnnviz.data import images
from cnnviz.data.images import Image, find_image
from cnnviz.pages.address import resolve_setup


@pytest.fixture
def parses(monkeypatch) -> list[object]:
    """The queries that are parsed."""
    queries, parse = [], Setup.parse_query.__func__
    monkeypatch.setattr(Setup, "parse_query", classmethod(lambda cls, query, *args, **named: queries.append(query) or parse(cls, query, *args, **named)))
    return queries


@pytest.mark.parametrize("query", [{}, {"img": "dog-3"}, {"img": "test-12", "net": "dense3-mse", "classes": "cat,ship,dog"}, {"img": "digit7-3"}, {"img": "pattern-dot"}])
def test_an_address_is_parsed_once_and_has_the_class_of_its_image(query, parses):
    setup, image, errors, cacheable = resolve_setup(query, "", Setup())
    assert len(parses) == 1 and not errors and cacheable
    assert (setup, {}) == Setup.parse_query(query, label=image.label)


def test_the_class_of_an_image_of_the_full_data_set_is_its_target(monkeypatch):
    monkeypatch.setattr(images, "_from_cifar10", lambda id: Image(str(id), find_image("dog-3").pixels, "dog"))
    for query, y in (({}, (0, 1)), ({"y": "1,0"}, (1, 0)), ({"classes": "cat,ship,dog", "net": "dense3-mse"}, (0, 0, 1)), ({"net": "dense3-mse"}, (1, 0, 0))):
        assert resolve_setup({"img": "test-4000", **query}, "", Setup())[0].y == y
