"""Many starts as a resource: what the address asks for, for the page and for programs."""

import io
import json

import numpy as np
import pytest

from cnnviz import Setup, load_image, run_updates, sweep
from cnnviz.pages import answer
from cnnviz.pages.encoding import decode
from cnnviz.pages.resource import canonical_query, compute_resource, estimate_cost, page_of
from cnnviz.words import Problem

TRAIN = page_of("train")


def for_programs(query: dict[str, str], form: str) -> bytes:
    return compute_resource(TRAIN, canonical_query(TRAIN, query), form).plain


@pytest.mark.parametrize("text", ["seed:0..3", "start:1..3", "lr:0.01;0.1;1", "f:sobel-x;blur", "img:test-0;test-3"])
def test_programs_get_every_number(text):
    expected = sweep(Setup(), load_image("test-0"), text, 5)
    file = np.load(io.BytesIO(for_programs({"sweep": text, "n": "5"}, "npz")))
    result = json.loads(for_programs({"sweep": text, "n": "5"}, "json"))["arrays"]
    assert {*file} - {"header"} == {*result} == {"values", "losses", "outputs", "reached"}
    for name, array in expected.arrays().items():
        assert np.array_equal(file[name], array) and result[name] == array.tolist()


def test_the_page_gets_what_it_draws():
    header, arrays = decode(answer("train", {"sweep": "img:test-0;pattern-dot", "n": "3", "vs": "lr=1", "hold": "w"}))
    assert header["sweep"] == {"key": "img", "values": ["test-0", "pattern-dot"], "n": 3, "runs": [{}, {"img": "pattern-dot", "y": "1,0"}][:1] + header["sweep"]["runs"][1:]}
    assert header["sweep"]["runs"][1]["img"] == "pattern-dot"
    assert arrays["losses"].shape == (2, 4) and len(header["film"]["runs"]) == 1
    for run, change in zip(arrays["losses"], header["sweep"]["runs"], strict=True):
        setup = Setup.from_query(header["lesson"] | change)[0]
        assert run.tobytes() == run_updates(setup, load_image(setup.img), 3).losses.tobytes()


def test_what_cannot_be_used_is_said_and_the_film_is_shown():
    header, arrays = decode(answer("train", {"sweep": "seed:5..1", "n": "3"}))
    assert header["sweep"] is None and header["wrong"]["sweep"]["say"][0] == "lesson.sweep.left_out_all" and "0.losses" in arrays
    header, arrays = decode(answer("train", {"sweep": "seed:0..4000", "n": "2000"}))
    assert header["sweep"]["n"] == 399 and arrays["losses"].shape == (1000, 400)
    assert header["wrong"]["sweep"]


def test_other_pages_pass_it_over():
    assert answer("step", {"sweep": "seed:0..3"}) != b""
    assert "sweep" not in decode(answer("step", {"sweep": "seed:0..3"}))[0]["wrong"]


def test_many_runs_cost_more():
    few, many = (estimate_cost(TRAIN, {"sweep": f"seed:0..{n}", "n": "50"})[1] for n in (1, 900))
    assert many > 100 * few / 2 > 0


def test_a_problem_says_what_is_wrong():
    with pytest.raises(Problem):
        sweep(Setup(), load_image("test-0"), "seed")
