"""The bytes that go to the component: what the browser unpacks is what the core computed."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnnviz import Lesson, load_image, trajectory
from cnnviz.data.images import find_image
from cnnviz.ui.controls import Now
from cnnviz.ui.maps import arrays
from cnnviz.ui.spec import spec
from cnnviz.ui.stage import _encode, pack_step, thinned

KINDS = {"float64": "<f8", "float32": "<f4", "uint8": "u1"}


def decode(data: bytes):
    """As web/model/decode.js does it."""
    length = int.from_bytes(data[:4], "little")
    header = json.loads(data[4 : 4 + length])
    found = {}
    for name, (kind, at, *shape) in header.pop("arrays").items():
        count = int(np.prod(shape))
        assert (4 + length + at) % 8 == 0, "a Float64Array cannot start there"
        found[name] = np.frombuffer(data, KINDS[kind], count, 4 + length + at).reshape(shape)
    return header, found


def now(lesson: Lesson) -> Now:
    x = load_image(lesson.img, lesson.ch, lesson.scale)
    return Now(lesson.to_query(), lesson, find_image(lesson.img), trajectory(lesson, x, lesson.k), {}, {}, (0, {}))


@given(st.text(), st.lists(st.sampled_from(["float64", "float32", "uint8", "int64"]), max_size=5), st.integers(0, 7))
def test_what_is_encoded_is_decoded(words, kinds, size):
    sent = {f"{i}": np.arange(size * (i + 1)).reshape(size, i + 1).astype(kind) for i, kind in enumerate(kinds)}
    header, found = decode(_encode({"words": words}, sent))
    assert header == {"words": words}
    assert found.keys() == sent.keys()
    for name, array in sent.items():
        np.testing.assert_array_equal(found[name], array)


def test_the_step_page_gets_every_array_of_the_core_bit_for_bit():
    here = now(Lesson(k=3, f="random-2", stride=2))
    header, found = decode(pack_step(here))
    for symbol, array in arrays(here.lesson, here.moment).items():
        np.testing.assert_array_equal(found[symbol], array)
    assert header["lesson"] == here.lesson.to_query()
    assert header["loss"] == here.moment.losses[-1]


def test_one_update_stays_small():
    assert len(pack_step(now(Lesson(k=500, pad="full")))) < 120_000


@given(st.integers(1, 500), st.integers(2, 200))
def test_thinning_keeps_first_and_last_and_no_more_than_it_may(count, most):
    values = np.arange(float(count))
    kept = thinned(values, most)
    assert len(kept) == min(count, most)
    assert kept[0] == values[0] and kept[-1] == values[-1]
    assert (np.diff(kept) > 0).all()


def test_the_javascript_gets_plain_constants():
    for line in spec().splitlines():
        name, _, value = line.removeprefix("export const ").partition(" = ")
        assert name.isupper()
        json.loads(value)
