"""The film: what goes to the browser is what the trajectory has, and its sentences are true."""

import dataclasses

import numpy as np
import pytest

from cnnviz import Setup
from cnnviz.core.training.film import FEW
from cnnviz.pages.train import film
from cnnviz.pages.train.film.frames import MOST_BYTES
from cnnviz.pages.train.film.learning import log_bytes
from tests.pages.networks import SETUPS
from tests.pages.running import decode, now, shown


@pytest.mark.parametrize("pad, runs", [("valid", 2), ("valid", 1), (4, 1), ("full", 2)])
def test_a_film_fits_into_its_bytes_and_ends_where_the_trajectory_does(pad, runs):
    here = now(Setup(lr=0.1, pad=pad))
    page = film.film_page(here.setup, here.snapshot.trace.x, {"n": "3000"} | ({"vs": "lr=1"} if runs == 2 else {}))
    size = len(film.encode_film(dataclasses.replace(here, query=here.query | {"n": "3000"}), page))
    assert 0.9 * MOST_BYTES < size <= MOST_BYTES
    assert len(page.runs) == runs
    last = now(Setup(k=3000, lr=0.1, pad=pad)).snapshot
    assert page.runs[0].film.losses[-1] == last.losses[-1]
    np.testing.assert_array_equal(page.runs[0].film.kernel[-1], last.params.f.ravel())
    assert len(page.runs[0].film.updates) < 3001


@pytest.mark.parametrize("setup", [Setup(lr=0.3), Setup(stride=8, lr=0.3), Setup(img="pattern-edges", stride=8)], ids=str)
def test_what_a_film_shows_is_what_the_trajectory_has_within_the_steps_of_a_byte(setup):
    here = now(setup)
    page = film.film_page(setup, here.snapshot.trace.x, {"n": "20"})
    arrays, film_of = page.arrays(), page.runs[0].film
    for k in (0, 3, 20):
        there = now(dataclasses.replace(setup, k=k)).snapshot
        assert arrays["0.updates"][k] == k
        np.testing.assert_allclose(arrays["0.f"] + arrays["0.kernel"][k].reshape(3, 3), there.params.f, rtol=1e-6, atol=1e-9)
        most, (least, largest) = page._change, log_bytes(film_of.frames["dz1"])[1]
        for n in range(2):
            moved = arrays[f"0.w_{n}"][k]
            now_there = arrays[f"0.w_{n}_start"] + (moved if moved.size <= FEW else (moved - 128.0) / 127 * most)
            np.testing.assert_allclose(now_there, there.params.w[:, n], atol=0.51 * most / 127 + 1e-7)
        np.testing.assert_allclose(arrays["0.b_2_start"] + arrays["0.b_2"][k], there.params.b, rtol=1e-6)
        pushes, frame = there.gradients.dz1.ravel(), arrays["0.dz1"][k].astype(float) - 128
        assert tuple(arrays["0.dz1_ends"][k]) == pytest.approx((pushes.min(), pushes.max()), rel=1e-6)
        seen = np.abs(pushes) > 1.05 * least
        np.testing.assert_allclose(np.log10(np.abs(pushes[seen]) / least) / 4, np.abs(frame[seen]) / 127, atol=0.51 / 127)
        assert (np.sign(frame[seen]) == np.sign(pushes[seen])).all() and largest >= np.abs(pushes).max() * (1 - 1e-6)


def test_the_parts_of_a_loss_come_to_it_or_are_not_told_however_small_it_is():
    here = now(Setup(lr=50))
    arrays = film.film_page(here.setup, here.snapshot.trace.x, {"n": "20"}).arrays()
    losses, together = arrays["0.losses"], arrays["0.terms"].astype(float).sum(axis=1)
    told = np.isfinite(together)
    assert losses[-1] < 1e-45 and losses[told].min() < 0.3 and not told[-1]  # "0 + 0" stood there
    np.testing.assert_allclose(together[told], losses[told], rtol=1e-5)


def test_what_is_held_still_takes_no_steps_and_the_shares_are_those_of_the_steps():
    here = now(Setup())
    page = film.film_page(here.setup, here.snapshot.trace.x, {"hold": "f"})
    free, held = (run.film for run in page.runs)
    assert (held.kernel == held.kernel[0]).all() and (free.kernel[-1] != free.kernel[0]).any()
    assert "With f frozen, L is 0.0012 at update 200, otherwise 0.00116." in map(str, page.sentences)
    header, arrays = decode(film.encode_film(here, page))
    share = header["film"]["runs"][0]["share"]
    assert share["names"] == ["f", "w", "b"] and share["all"][1] == pytest.approx(0.995, abs=5e-4)
    for k in (0, 60):
        there = now(Setup(k=k)).snapshot
        promised = [float((there.gradients[f"d{name}"] ** 2).sum()) for name in "fwb"]
        np.testing.assert_allclose(arrays["0.shares"][k], np.array(promised) / sum(promised), rtol=1e-5)
    assert share["counts"] == [9, 1800, 2]
    assert [(mark["name"], mark["k"]) for mark in header["film"]["runs"][0]["marks"]] == [("half", 3), ("90%", 13), ("99%", 71)]


@pytest.mark.parametrize(
    "setup, words",
    [
        (Setup(opt="adam"), ""),
        (Setup(net="dense2-sigmoid-mse", opt="momentum"), ""),
        (Setup(lr=0.0), "The gradient promises no fall."),
        (Setup(rule="procedural"), "This rule is not the gradient."),
        (Setup(net="dense3-dense2-mse", lr=10.0, img="digit7-3"), "The gradients are too large."),
    ],
    ids=str,
)
def test_every_rule_has_shares_or_says_why_it_has_none(setup, words):
    header, arrays = decode(film.encode_film(now(setup), film.film_page(setup, now(setup).snapshot.image, {"n": "300"})))
    run_ = header["film"]["runs"][0]
    assert run_["unshared"] == words
    assert ("0.shares" in arrays) == bool(run_["share"]) == (not words)


@pytest.mark.parametrize("setup", SETUPS[1:], ids=lambda setup: setup.net)
@pytest.mark.parametrize("vs", ["", "lr=0.5", "net=conv2x3b-relu-gap-mse", "seed=9"])
def test_a_film_of_any_network_has_its_maps_its_filter_and_its_lines(setup, vs):
    here = now(setup)
    page = film.film_page(setup, here.snapshot.trace.x, {"n": "6", "vs": vs})
    header, arrays = decode(film.encode_film(here, page))
    assert not page.wrong and len(page.runs) == (2 if vs else 1)
    for place, run_ in enumerate(header["film"]["runs"]):
        for name, lines in run_["lines"].items():
            assert not lines or arrays[f"{place}.{name}"].reshape(7, -1).shape[1] == len(lines)
        for one in run_["maps"]:
            frames = arrays[f"{place}.{one['symbol']}"]
            assert frames.size == one["rows"] * one["columns"] * (1 if one["role"] == "kernel" else 7)
            assert one["role"] not in ("weights", "biases") or arrays[f"{place}.{one['symbol']}_start"].size * 7 == frames.size
    there = now(dataclasses.replace(setup, k=6)).snapshot
    np.testing.assert_allclose(arrays["0.losses"][-1], there.losses[-1] if setup.k < 6 else arrays["0.losses"][-1])


def test_the_curves_of_outputs_bear_each_runs_own_names():
    here = now(Setup())
    page = film.film_page(here.setup, here.snapshot.trace.x, {"n": "6", "vs": "net=conv1x3-relu-dense3-softmax-ce&classes=frog,ship,cat"})
    first, other = (run_["lines"]["o"] for run_ in decode(film.encode_film(here, page))[0]["film"]["runs"])
    assert (first, other) == (["cat", "dog"], ["frog", "ship", "cat"])


def test_a_film_is_long_enough_for_the_update_that_the_lesson_is_at():
    here = now(Setup(k=300))
    for asked, n in (({}, 1000), ({"n": "200"}, 1000), ({"n": "300"}, 300), ({"n": "2"}, 1000)):
        page = film.film_page(here.setup, here.snapshot.trace.x, asked)
        assert page.n == n and not page.wrong
        assert decode(film.encode_film(here, page))[0]["lesson"]["n"] == str(n)
    short = film.film_page(Setup(), here.snapshot.trace.x, {})
    assert short.n == 200 and "n" not in decode(film.encode_film(now(Setup()), short))[0]["lesson"]


def test_what_is_compared_follows_the_lesson_in_all_that_it_does_not_name():
    here = now(Setup(img="test-4", stride=2, lr=0.2))
    page = film.film_page(here.setup, here.snapshot.trace.x, {"n": "20", "vs": "lr=0.7"})
    assert page.runs[1].setup.start == dataclasses.replace(here.setup, lr=0.7).start
    assert str(page.runs[1].label) == "rate 0.7" and not page.wrong
    switches = {switch["key"]: switch for switch in _group(page, "Compare with")}
    assert switches["compare_rate_up"]["change"] == {"vs": "lr=2", "hold": ""} and not switches["compare_rate_up"]["on"]
    same = film.film_page(dataclasses.replace(here.setup, f="identity", lr=0.0), here.snapshot.trace.x, {"n": "5"})
    offered = {switch["key"] for switch in _group(same, "Compare with")}
    assert offered == {"compare_none", "compare_seed", "compare_pixels"}  # the others would be this very setup


@pytest.mark.parametrize(
    "setup, words, places",
    [
        (Setup(lr=500), "saturates at update 1: the kernel is too large (η = 500).", {"saturates": 1}),
        (Setup(f=(9,) * 9), "starts saturated: the kernel is too large", {"saturates": 0}),
        (Setup(net="dense8-tanh-dense2-mse", lr=5), "saturates at update 1: the weights are too large (η = 5).", {"diverges here": 1, "saturates": 1}),
        (Setup(scale="raw", f="notebook"), "starts saturated: raw pixels", {"saturates": 0}),
        (Setup(scale="raw", f="notebook", rule="procedural", w="zeros"), "starts saturated: raw pixels", {"saturates": 0}),
        (Setup(lr=0.5, y=(0.5, 0.5)), "overshoots at update 1 (η = 0.5) and comes back.", {"overshoots": 1}),
        (Setup(lr=1e6, y=(0.5, 0.5)), "for good: η = 1,000,000 is too large.", {"diverges here": 1, "saturates": 1}),
        (Setup(), "", {}),
    ],
    ids=str,
)
def test_a_run_that_goes_wrong_says_where_and_why_and_leads_there(setup, words, places):
    page = film.film_page(setup, now(setup).snapshot.trace.x, {"n": "50"})
    data = decode(film.encode_film(now(setup), page))[0]["film"]
    message = [*page.sentences, *([data["outcome"]["words"]] if data["outcome"] else [])]
    assert any(words in str(sentence) for sentence in message) if words else page.sentences == () and "right from the start" in message[0]
    marks = data["runs"][0]["marks"]
    assert {mark["name"]: mark["k"] for mark in marks if mark["wrong"]} == places


@pytest.mark.parametrize(
    "query, words",
    [
        ({"n": "0000000019999999999"}, "Updates: '0000000019999999999' is not an integer"),
        ({"n": "0"}, "Updates: '0' is not an integer"),
        ({"vs": "http://["}, "this is not the link of a setup"),
        ({"vs": "w=held-0123456789abcdef"}, "no longer stores these"),
        ({"vs": "img=train-7&k=1"}, "train-7"),
        ({"vs": "lr=fast&seed=3"}, "Learning rate: 'fast' is not a number"),
        ({"seed": "999999999", "n": "10"}, ""),
    ],
)
def test_what_the_film_cannot_use_gets_a_sentence(query, words, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    header, _ = shown("train", query)
    wrong = header["wrong"].get(next(iter(query)), "")
    assert words in wrong and bool(words) == bool(wrong)


def _group(page: film.FilmPage, title: str):
    """The switches under a title, if there are any."""
    return next((group["options"] for group in page.groups if str(group["title"]) == title), ())


def test_outputs_that_have_run_away_are_the_numbers_that_they_are():
    here = now(Setup(net="conv1x3-relu-dense2-mse", lr=90.0, k=25))
    page = film.film_page(here.setup, here.snapshot.trace.x, {})
    assert np.abs(here.snapshot.trace.o).min() > np.finfo(np.float32).max
    np.testing.assert_array_equal(page.arrays()["0.o"][25], here.snapshot.trace.o)
