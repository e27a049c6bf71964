"""The bytes that go to the component: what the browser unpacks is what the core computed."""

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnnviz import Setup
from cnnviz.pages import map_records
from cnnviz.pages.encoding import encode, thin_values
from cnnviz.pages.step.handler import HANDLER
from cnnviz.view.constants import spec
from tests.pages.running import decode, now


@given(st.text(), st.lists(st.sampled_from(["float64", "float32", "uint8", "int64"]), max_size=5), st.integers(0, 7))
def test_what_is_encoded_is_decoded(words, kinds, size):
    sent = {f"{i}": np.arange(size * (i + 1)).reshape(size, i + 1).astype(kind) for i, kind in enumerate(kinds)}
    header, result = decode(encode({"words": words}, sent))
    assert header == {"words": words}
    assert result.keys() == sent.keys()
    for name, array in sent.items():
        np.testing.assert_array_equal(result[name], array)


def test_the_step_page_gets_every_array_of_the_core_bit_for_bit():
    here = now(Setup(k=3, f="random-2", stride=2))
    header, result = decode(HANDLER.respond(here))
    for symbol in map_records.symbols(map_records.program_of(here.setup, here.snapshot)):
        np.testing.assert_array_equal(result[symbol], map_records.array_of(symbol, here.setup, here.snapshot))
    assert header["lesson"] == here.setup.to_query()
    assert header["loss"] == here.snapshot.losses[-1]


def test_one_update_stays_small():
    assert len(HANDLER.respond(now(Setup(k=500, pad="full")))) < 125_000


@given(st.integers(1, 500), st.integers(2, 200))
def test_thinning_keeps_first_and_last_and_no_more_than_it_may(count, most):
    values = np.arange(float(count))
    kept = thin_values(values, most)
    assert len(kept) == min(count, most)
    assert kept[0] == values[0] and kept[-1] == values[-1]
    assert (np.diff(kept) > 0).all()


def test_the_javascript_gets_plain_constants():
    for line in spec().splitlines():
        name, _, value = line.removeprefix("export const ").partition(" = ")
        assert name.isupper()
        json.loads(value)
